"""Reading a township's roster (花名册): a stream of rows accepted or refused, and households out of it.

`read_roster` promises nothing about the file until it is read to its end: a later row may show that the
file is damaged or too long, and then all of it is refused (`RosterRefused`). `households` therefore reads
the whole file before it hands out the first household, keeping the rows in a temporary file of its own
and not in memory: rows of one household need not be adjacent, and no importer can store half of a file
that is then refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from itertools import groupby
from typing import BinaryIO

from services.registry.divisions import Divisions, hecheng
from services.registry.reasons import Reason
from services.registry.roster_archive import Limits
from services.registry.roster_columns import HEADING_OF, Columns, looks_like_headings, read_headings
from services.registry.roster_files import Cell, Sheet, opened
from services.registry.roster_reading import RowReading
from services.registry.roster_rows import (
    Problem,
    RefusedRow,
    RosterHousehold,
    RosterRefused,
    RosterRow,
    SheetNote,
)

__all__ = ["Limits", "RosterRefused", "households", "read_roster"]

HEADINGS_WITHIN = 20
"""The row of headings stands among the first rows of a sheet; above it are titles only."""

LARGEST_HOUSEHOLD = 50
"""A column filled with one number by mistake must not become one household of the whole township."""

DEFAULT_LIMITS = Limits()


def read_roster(
    file: BinaryIO,
    filename: str,
    today: date,
    limits: Limits = DEFAULT_LIMITS,
    divisions: Divisions | None = None,
) -> Iterator[RosterRow | RefusedRow | SheetNote]:
    """Every row of every visible sheet, in order; raises `RosterRefused` when the file cannot be read."""
    units = divisions or hecheng()
    with opened(file, filename, limits) as sheets:
        headed, notes = _headed(sheets)
        yield from notes
        first_seen: dict[str, tuple[str, int]] = {}
        count = 0
        for sheet, headings_row, columns in headed:
            for number, cells in sheet.rows():
                if number <= headings_row or _blank(cells):
                    continue
                count += 1
                if count > limits.rows:
                    raise RosterRefused(
                        "rows-too-many",
                        f"超过{limits.rows}行的上限，请拆分后导入",
                        f"more than {limits.rows} rows; split the file",
                    )
                yield _row(sheet.name, number, RowReading(cells, columns, today, units), first_seen)
        if count == 0:
            raise RosterRefused("roster-empty", "文件中没有人员数据行", "the file has no row of a person")


def _headed(sheets: Sequence[Sheet]) -> tuple[list[tuple[Sheet, int, Columns]], list[SheetNote]]:
    """The sheets to read with their headings, checked for all sheets before the first row is read."""
    headed: list[tuple[Sheet, int, Columns]] = []
    notes: list[SheetNote] = []
    for sheet in sheets:
        if sheet.hidden:
            notes.append(
                SheetNote(sheet.name, "sheet-hidden", "隐藏的工作表已跳过", "a hidden sheet was skipped")
            )
            continue
        found = _find_headings(sheet)
        if found is None:
            notes.append(
                SheetNote(
                    sheet.name,
                    "sheet-without-headings",
                    "工作表前20行没有花名册的列标题，已跳过",
                    "the sheet has no roster headings in its first 20 rows and was skipped",
                )
            )
        else:
            headed.append((sheet, *found))
    if not headed:
        raise RosterRefused(
            "headings-not-found",
            "没有找到列标题行（户编号、姓名、身份证号、与户主关系、乡镇(街道)、村(社区)）",
            "no row of headings was found",
        )
    return headed, notes


def _find_headings(sheet: Sheet) -> tuple[int, Columns] | None:
    for number, cells in sheet.rows():
        if number > HEADINGS_WITHIN:
            return None
        texts = [cell if isinstance(cell, str) else "" for cell in cells]
        if looks_like_headings(texts):
            return number, read_headings(sheet.name, texts)
    return None


def _blank(cells: Sequence[Cell]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _row(
    sheet: str, number: int, reading: RowReading, first_seen: dict[str, tuple[str, int]]
) -> RosterRow | RefusedRow:
    identity = reading.id_number
    if identity is not None:
        # A first row counts though it was refused for something else: which of the two is right
        # is for the clerk to say.
        first_sheet, first_row = first_seen.setdefault(identity.value, (sheet, number))
        if (first_sheet, first_row) != (sheet, number):
            reading.refuse(
                "id_number",
                Reason(
                    "duplicate-in-file",
                    f"身份证号与工作表“{first_sheet}”第{first_row}行重复",
                    f"the identity number already stands in sheet {first_sheet!r}, row {first_row}",
                ),
            )
    return reading.result(sheet, number)


def households(
    read: Iterable[RosterRow | RefusedRow | SheetNote],
) -> Iterator[RosterHousehold | RefusedRow | SheetNote]:
    """Notes and refused rows as they come; then the households, in the order of their first row.

    A row whose township or village differs from the first of its household is refused as well. Whether a
    household has exactly one head is for the importer to judge, who knows what is registered already.
    """
    # "" is SQLite's private temporary database: spilled to an unlinked file, gone when it is closed.
    with closing(sqlite3.connect("", isolation_level=None)) as spool:
        spool.execute(
            "CREATE TABLE household (number TEXT PRIMARY KEY, place INTEGER, taken INTEGER, refused INTEGER)"
        )
        spool.execute("CREATE TABLE member (place INTEGER, seq INTEGER, row TEXT, PRIMARY KEY (place, seq))")
        spool.execute("BEGIN")
        for seq, one in enumerate(read):
            refused = _refused(spool, seq, one)
            if refused is not None:
                yield refused
        members = spool.execute(
            "SELECT number, refused, row FROM household JOIN member USING (place) ORDER BY place, seq"
        )
        for (number, lost), group in groupby(members, key=lambda found: (found[0], found[1])):
            yield from _household(number, lost, [RosterRow.model_validate_json(row) for _, _, row in group])


def _refused(
    spool: sqlite3.Connection, seq: int, one: RosterRow | RefusedRow | SheetNote
) -> RefusedRow | SheetNote | None:
    """Keep a row for its household; give back what cannot be kept."""
    if isinstance(one, SheetNote) or one.household_number is None:
        return one if not isinstance(one, RosterRow) else None
    number, good = one.household_number, isinstance(one, RosterRow)
    [(place, taken)] = spool.execute(
        "INSERT INTO household VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
        " SET taken = taken + ?3, refused = refused + ?4 RETURNING place, taken",
        (number, seq, int(good), int(not good)),
    )
    if not isinstance(one, RosterRow):
        return one
    if taken > LARGEST_HOUSEHOLD:
        spool.execute("UPDATE household SET refused = refused + 1 WHERE number = ?", (number,))
        return _refusal(
            one,
            "household_number",
            "household-too-large",
            f"同一户编号超过{LARGEST_HOUSEHOLD}人，请核对户编号",
            f"more than {LARGEST_HOUSEHOLD} people under one household number; please check it",
        )
    spool.execute("INSERT INTO member VALUES (?, ?, ?)", (place, seq, one.model_dump_json()))
    return None


def _household(number: str, refused: int, rows: list[RosterRow]) -> Iterator[RosterHousehold | RefusedRow]:
    first = rows[0]
    kept = []
    for row in rows:
        if (row.township, row.village) == (first.township, first.village):
            kept.append(row)
        else:
            yield _refusal(
                row,
                "village",
                "household-place-disagrees",
                f"与同户的工作表“{first.sheet}”第{first.row}行不在同一村（社区）",
                f"not in the village of its household's first row (sheet {first.sheet!r}, row {first.row})",
            )
    yield RosterHousehold(number, tuple(kept), refused + len(rows) - len(kept))


def _refusal(row: RosterRow, field: str, rule: str, zh: str, en: str) -> RefusedRow:
    return RefusedRow(row.sheet, row.row, row.household_number, (Problem(HEADING_OF[field], rule, zh, en),))
