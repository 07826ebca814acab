"""Reading a file of running cases, .xlsx or .csv: well-read rows, and rows refused with column and reason.

Columns: 救助项目 *, 家庭编号 *, 人员编号, 起始日期 *, 月保障金额 * (in yuan), 首发月份, 依据文号 *, 复核类别 * (年度, 半年, 季度,
每月, as 2012 办法 33 has them; or A, B, as districts call the first two), 单人户人员编号 (of a household of whom only some are
admitted: these, one behind the other).
Another heading is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import BinaryIO, NamedTuple
from uuid import UUID

from events.assistance import ReviewClass
from services.assistance.programme import PROGRAMMES
from services.registry.roster import Limits
from services.registry.roster_files import Cell, opened
from services.registry.roster_rows import RosterRefused

HEADINGS = (
    "救助项目", "家庭编号", "人员编号", "起始日期", "月保障金额", "首发月份", "依据文号", "复核类别", "单人户人员编号",
)  # fmt: skip
NEEDED = frozenset(HEADINGS) - {"人员编号", "首发月份", "单人户人员编号"}
REVIEWS: dict[str, ReviewClass] = {
    "年度": "yearly", "每年": "yearly", "A": "yearly", "半年": "half_yearly", "B": "half_yearly",
    "季度": "quarterly", "每季": "quarterly", "每月": "monthly",
}  # fmt: skip
MOST_FEN = 10**9


@dataclass(frozen=True, slots=True)
class Row:
    """One running case; `row` as the clerk counts it. `amount_fen`: a month. `admitted`: of a household those whom it is
    for, if not for all."""

    row: int
    programme: str
    household: UUID
    person: UUID | None
    since: date
    amount_fen: int
    first_month: date | None
    basis: str
    review: ReviewClass
    admitted: tuple[UUID, ...] = ()


class Wrong(NamedTuple):
    """A row that cannot be read: column, rule, why."""

    row: int
    column: str
    rule: str
    zh: str
    en: str


class _Unread(ValueError):
    def __init__(self, rule: str, zh: str, en: str) -> None:
        super().__init__(rule)
        self.told = (rule, zh, en)


def read(file: BinaryIO, filename: str, limits: Limits, today: date) -> list[Row | Wrong]:
    """Of the first sheet, all rows; RosterRefused where the file as a whole cannot be read."""
    with opened(file, filename, limits) as sheets:
        if not sheets:
            raise RosterRefused("file-empty", "文件没有工作表", "the file has no sheet")
        rows = sheets[0].rows()
        _, headings = next(rows, (0, ()))
        columns = _columns(headings)
        found = list(_rows(rows, columns, today, limits.rows))
    return found


def _columns(headings: Sequence[Cell]) -> dict[str, int]:
    names = [re.sub(r"[\s*＊]", "", str(one)) if one is not None else "" for one in headings]
    while names and not names[-1]:
        names.pop()
    strange = [one for one in names if one not in HEADINGS]
    missing = sorted(NEEDED - set(names))
    if strange or missing or len(set(names)) != len(names):
        raise RosterRefused(
            "columns",
            f"表头须为：{'、'.join(HEADINGS)}；缺少：{'、'.join(missing) or '无'}",
            "the first row names the columns; some are missing, unknown or there twice",
        )
    return {name: number for number, name in enumerate(names)}


def _rows(
    rows: Iterator[tuple[int, Sequence[Cell]]], columns: dict[str, int], today: date, most: int
) -> Iterator[Row | Wrong]:
    count = 0
    for number, cells in rows:
        said = {name: cells[place] if place < len(cells) else None for name, place in columns.items()}
        if all(value is None or value == "" for value in said.values()):
            continue
        count += 1
        if count > most:
            raise RosterRefused(
                "too-many-rows", f"超过{most}行，请拆分", f"more than {most} rows: split the file"
            )
        yield _row(number, said, today)


def _row(number: int, said: dict[str, Cell], today: date) -> Row | Wrong:
    column = ""
    try:
        column = "救助项目"
        programme = _programme(_text(said[column]))
        column = "家庭编号"
        household = _id(_text(said[column]))
        column = "人员编号"
        person = _id(_text(said[column])) if said.get(column) not in (None, "") else None
        column = "起始日期"
        since = _day(said[column])
        if since > today:
            raise _Unread("day-in-future", "日期不得晚于今天。", "The day lies in the future.")
        column = "月保障金额"
        amount = _fen(said[column])
        column = "首发月份"
        first = _day(said[column]) if said.get(column) not in (None, "") else None
        if first is not None and first.day != 1:
            raise _Unread("first-month", "须为某月1日，或者如2020-09。", "The first of a month, or 2020-09.")
        column = "依据文号"
        basis = _text(said[column])
        if re.fullmatch(r"\S{2,60}", basis) is None:
            raise _Unread("basis", "须填写文号，不含空格。", "The number of a document, without spaces.")
        column = "复核类别"
        review = REVIEWS.get(_text(said[column]).upper())
        if review is None:
            raise _Unread("review", "须为：年度（A）、半年（B）、季度、每月。", "Not a class of review.")
        column = "单人户人员编号"
        some = _text(said[column]) if said.get(column) not in (None, "") else ""
        admitted = tuple(dict.fromkeys(_id(one) for one in re.split(r"[、，,;；\s]+", some) if one))
    except _Unread as unread:
        return Wrong(number, column, *unread.told)
    return Row(number, programme, household, person, since, amount, first, basis, review, admitted)


def _text(cell: Cell) -> str:
    if cell is None or cell == "":
        raise _Unread("missing", "此列必填。", "This column must be filled.")
    if not isinstance(cell, str):
        raise _Unread("not-text", "须为文本。", "This must be text.")
    return cell.strip()


def _programme(text: str) -> str:
    found = next((code for code, one in PROGRAMMES.items() if text in (code, one.title[0])), None)
    if found is None:
        raise _Unread("programme-unknown", "不办理该救助项目。", "No such programme is carried here.")
    return found


def _id(text: str) -> UUID:
    try:
        return UUID(text.rpartition("/")[2])
    except ValueError:
        raise _Unread(
            "number", "须为系统登记编号。", "The number under which the register knows it."
        ) from None


def _day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell)
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})?日?)?", text)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        pass
    raise _Unread("day", "日期格式如2018-05-01。", "A day such as 2018-05-01.")


def _fen(cell: Cell) -> int:
    """Yuan with at most two places, as a number or as text; a binary fraction is taken as it is written."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float) or cell == "":
        raise _Unread("amount", "须为金额（元）。", "A sum in yuan.")
    try:
        fen = Decimal(str(cell).replace(",", "").strip()) * 100
    except InvalidOperation:
        raise _Unread("amount", "须为金额（元）。", "A sum in yuan.") from None
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen <= MOST_FEN:
        raise _Unread("amount", "须为大于零的金额，最多两位小数。", "More than nothing, and whole fen.")
    return int(fen)
