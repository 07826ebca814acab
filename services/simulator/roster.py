"""The synthetic roster: a workbook as the townships would send it, byte for byte from its seed.

    python -m services.simulator.roster --seed 43 --households 300 --out samples/roster.xlsx

A workbook is a zip archive; its parts are stored uncompressed and undated, because the bytes that a
compression library writes differ from version to version. Income and property are not in a roster.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from random import Random

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from services.registry.divisions import hecheng
from services.registry.roster_columns import HEADING_OF
from services.registry.standards import ETHNICITIES
from services.simulator.families import Families, Family
from services.simulator.people import SYNTHETIC, People, Person

AS_OF = date(2020, 7, 27)
"""The day the roster describes: the paper's publication. It is earlier than any day the demo begins."""

FIELDS = (
    "household_number", "head_name", "name", "id_number", "relation", "sex", "ethnicity", "birth_date",
    "township", "village", "address", "phone", "categories", "categories_since", "disability_kind",
    "disability_grade", "health", "hukou_kind", "schooling", "labour", "note",
)  # fmt: skip
_WIDTHS = {"id_number": 21, "address": 22, "categories": 26, "categories_since": 26, "note": 20}
_UNDATED = (1980, 1, 1, 0, 0, 0)


def families(seed: int, count: int, as_of: date = AS_OF) -> Iterator[Family]:
    """`count` households, spread over all townships, township by township."""
    people = People(Random(seed), as_of)
    draw = Families(people)
    townships = hecheng().townships
    for index, township in enumerate(townships):
        villages = hecheng().villages(township.code)
        for serial in range(1, len(range(index, count, len(townships))) + 1):
            village = people.random.choice(villages)
            yield draw.family(f"{township.code[:9]}{serial:05}", township, village)


def roster_bytes(seed: int, households: int, as_of: date = AS_OF) -> bytes:
    """The workbook: a sheet that says what it is, then one sheet a township."""
    book = Workbook()
    book.properties.title = f"鹤城区兜底保障对象花名册 {SYNTHETIC}"
    book.properties.subject = book.properties.keywords = SYNTHETIC
    book.properties.description = f"seed {seed}; no real person is described; 不含任何真实个人信息"
    book.properties.creator = "doudi simulator"
    book.properties.created = book.properties.modified = datetime.combine(as_of, time())
    about = book.worksheets[0]
    about.title = "说明"
    about.column_dimensions["A"].width = 80
    for line in (
        SYNTHETIC,
        "本花名册全部为程序生成的合成数据，不含任何真实个人信息；如有雷同，纯属巧合。",
        "Every person in this workbook is made up by a program; none is real.",
        f"数据日期 as of {as_of.isoformat()}",
    ):
        about.append([line])
    pages: dict[str, Worksheet] = {}
    for family in families(seed, households, as_of):
        if family.township.name not in pages:
            pages[family.township.name] = _new_page(book, family.township.name)
        for person in family.members:
            pages[family.township.name].append(_row(family, person))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        # Not book.save: that would set the day of modification to today.
        ExcelWriter(book, archive).write_data()
    return _undated(written)


def _new_page(book: Workbook, name: str) -> Worksheet:
    page: Worksheet = book.create_sheet(name)
    page.freeze_panes = "A2"
    page.append([HEADING_OF[field] for field in FIELDS])
    for column, field in enumerate(FIELDS, 1):
        page.cell(1, column).font = Font(bold=True)
        page.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(field, 14)
    return page


def _row(family: Family, person: Person) -> list[str | None]:
    held = sorted(person.categories.items())
    disability = person.disability
    words = {
        "household_number": family.number,
        "head_name": family.members[0].name,
        "name": person.name,
        "id_number": person.id_number,
        "relation": person.relation_word,
        "sex": person.sex.zh,
        "ethnicity": f"{ETHNICITIES[person.ethnicity]}族",
        "birth_date": person.born.isoformat(),
        "township": family.township.name,
        "village": family.village.name,
        "address": family.address,
        "phone": person.phone,
        "categories": "、".join(category.zh for category, _ in held),
        "categories_since": "、".join(day.isoformat() for _, day in held),
        "disability_kind": disability[0].zh if disability else "",
        "disability_grade": disability[1].zh if disability else "",
        "health": person.health.zh,
        "hukou_kind": family.hukou.zh,
        "schooling": person.schooling.zh,
        "labour": person.labour.zh,
        "note": SYNTHETIC,
    }
    return [words[field] or None for field in FIELDS]


def _undated(written: io.BytesIO) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, _UNDATED)
            part.create_system = 3
            part.external_attr = 0o644 << 16
            target.writestr(part, source.read(name))
    return out.getvalue()


def main() -> None:
    """Write the sample; the same arguments give the same bytes."""
    parser = argparse.ArgumentParser(prog="python -m services.simulator.roster", description=__doc__)
    parser.add_argument("--seed", type=int, default=43)
    parser.add_argument("--households", type=int, default=300)
    parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF)
    parser.add_argument("--out", type=Path, default=Path("samples/roster.xlsx"))
    chosen = parser.parse_args()
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_bytes(roster_bytes(chosen.seed, chosen.households, chosen.as_of))


if __name__ == "__main__":
    main()
