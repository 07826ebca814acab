"""Small rosters for tests: one good row to spoil, and files made from rows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from services.registry.roster import Limits, read_roster
from services.registry.roster_rows import RefusedRow, RosterRow, SheetNote

TODAY = date(2021, 7, 1)
# Made by the generator of synthetic people; a man born 1968-11-16 and two others.
GOOD = {
    "户编号": "1001",
    "户主姓名": "测试甲",
    "姓名": "测试甲",
    "身份证号": "431202196811160537",
    "与户主关系": "户主",
    "乡镇(街道)": "坨院街道",
    "村(社区)": "新街村",
}

Cells = dict[str, Any]
Read = list[RosterRow | RefusedRow | SheetNote]


def workbook(
    *rows: Cells,
    headings: Sequence[str] | None = None,
    titles: Sequence[str] = (),
    touch: Callable[[Workbook], None] | None = None,
) -> bytes:
    """A workbook of one sheet, with `titles` above the headings; `touch` may change it before saving."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "花名册"
    headings = list(headings or dict.fromkeys(heading for row in rows for heading in row))
    for title in titles:
        page.append([title])
    page.append(headings)
    for row in rows:
        page.append([row.get(heading) for heading in headings])
    if touch:
        touch(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def comma_separated(*rows: Cells, encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(heading for row in rows for heading in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def read(content: bytes, name: str = "roster.xlsx", limits: Limits | None = None) -> Read:
    return list(read_roster(io.BytesIO(content), name, TODAY, limits or Limits()))


def read_one(**changes: Any) -> RosterRow | RefusedRow:
    """The good row with changed cells, through a real workbook."""
    [row] = read(workbook(GOOD | changes))
    assert not isinstance(row, SheetNote)
    return row


def rules(row: RosterRow | RefusedRow | SheetNote) -> set[tuple[str, str]]:
    """(column, rule) of everything wrong in a refused row."""
    assert isinstance(row, RefusedRow), row
    return {(problem.column, problem.rule) for problem in row.problems}


def repacked(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The archive with the content of its parts changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return out.getvalue()


_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRINGS = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)


def with_shared_texts(content: bytes) -> bytes:
    """The same workbook as Excel and WPS store it: texts in one shared table instead of in the cells."""
    texts: dict[str, int] = {}

    def number(cell: re.Match[str]) -> str:
        return f'{cell[1]} t="s"><v>{texts.setdefault(cell[2], len(texts))}</v></c>'

    def change(name: str, old: bytes) -> bytes:
        if name == "[Content_Types].xml":
            return old if _STRINGS[:40] in old else old.replace(b"</Types>", _STRINGS)
        if not name.startswith("xl/worksheets/"):
            return old
        inline = r'(<c[^>]*?) t="inlineStr"><is><t[^>]*>(.*?)</t></is></c>'
        return re.sub(inline, number, old.decode()).encode()

    out = io.BytesIO(repacked(content, change))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        items = "".join(f"<si><t>{text}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_SHEETS}">{items}</sst>')
    return out.getvalue()
