"""Workbooks (.xlsx) for spreadsheets: sheets written row by row, their headings fixed; beside `spreadsheet`, which is CSV."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from fastapi.responses import StreamingResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575
"""Of a sheet, without its heading."""
WIDTH = 18
AT_ONCE = 64 * 1024
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML 1.0 (2.2) cannot hold: whoever types a purpose may type them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`widths` of the columns, in characters; of those not named `WIDTH`."""

    title: str
    headings: Sequence[str]
    lines: Iterable[Iterable[Any]]
    widths: Sequence[int] = ()


def write(to: Path | IO[bytes], *sheets: Sheet) -> None:
    """What is more than a sheet holds goes on in another.

    Texts stay texts, but for characters that no workbook can hold (U+FFFD in their place); of what a cell has no form for,
    days as 2020-09-01 and the rest as its text.
    """
    book = Workbook(write_only=True)
    for sheet in sheets:
        number = 1
        page = _page(book, sheet, sheet.title)
        for row, line in enumerate(sheet.lines):
            if row and row % MOST_ROWS == 0:
                number += 1
                page = _page(book, sheet, f"{sheet.title} {number}")
            page.append([_cell(page, content) for content in line])
    book.save(to)


def _page(book: Workbook, sheet: Sheet, title: str) -> Any:
    page = book.create_sheet(title)
    page.freeze_panes = "A2"
    for number in range(len(sheet.headings)):
        width = sheet.widths[number] if number < len(sheet.widths) else WIDTH
        page.column_dimensions[get_column_letter(number + 1)].width = width
    page.append([_cell(page, heading) for heading in sheet.headings])
    return page


def download(name: str, *sheets: Sheet) -> StreamingResponse:
    """A download `name.xlsx`: an archive begins with nothing, so it is written to a file and then sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it was sent
    write(file, *sheets)
    file.seek(0)
    return StreamingResponse(
        _chunks(file),
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
    )


def _cell(page: Any, content: Any) -> Any:
    if content is not None and not isinstance(content, str | int | float | bool):
        content = content.isoformat() if hasattr(content, "isoformat") else str(content)
    if isinstance(content, str):
        content = NO_XML.sub("\ufffd", content)
    cell = WriteOnlyCell(page, value=content)
    if isinstance(content, str):
        cell.data_type = "s"  # else a text that begins with "=" is taken for a formula
    return cell


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(AT_ONCE):
            yield chunk
