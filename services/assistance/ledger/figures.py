"""A ledger's figures by township and month: cases, people and sums, and the share decided in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from services.assistance.days import first_of_next_month
from services.assistance.ledger.marks import DEDUCTED
from services.chassis.refusal import Malformed
from services.chassis.views import Tables

MONTHS_AT_ONCE = 60
TITLES = {
    "applied": "申请",
    "accepted": "受理",
    "provisional": "期限暂定（该年工作日安排未发布）",
    "survey_on_time": "按期入户调查",
    "survey_late": "超期入户调查",
    "granted": "批准",
    "granted_single": "其中：单人户",
    "declined": "不予批准",
    "withdrawn": "撤回",
    "on_time": "按期办结",
    "late": "超期办结",
    "overdue": "月末超期未办结",
    "paid": "当月发放",
    "paid_single": "其中：单人户发放",
    "paid_taper": "其中：渐退期发放",
    "taper_began": "进入渐退期",
    "taper_ended": "渐退期结束",
    "exited": "停保",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """`cases`: how many; `people` whom they cover; `amount_fen` their sum, 0 where no money belongs to it."""

    month: str
    township: str
    what: str
    cases: int
    people: int
    amount_fen: int
    illustrative: bool

    @property
    def title(self) -> str:
        return title_of(self.what)


def title_of(what: str) -> str:
    return TITLES.get(what) or f"扣减：{what.removeprefix(DEDUCTED)}"


def months_between(first: str, last: str) -> tuple[str, ...]:
    """Months `2020-08` in order; Malformed where there are none, or more than five years."""
    if not first <= last or _number(last) - _number(first) >= MONTHS_AT_ONCE:
        raise Malformed(
            "months", f"月份范围须为1至{MONTHS_AT_ONCE}个月。", f"1 to {MONTHS_AT_ONCE} months.", field="last"
        )
    return tuple(f"{n // 12:04}-{n % 12 + 1:02}" for n in range(_number(first), _number(last) + 1))


def _number(month: str) -> int:
    year, _, of_year = month.partition("-")
    return int(year) * 12 + int(of_year) - 1


def figures(
    tables: Tables, programme: str, months: Sequence[str], today: date, township: str | None = None
) -> tuple[Figure, ...]:
    """In the order of month, township and ledger; months that lie ahead have none."""
    found = [*_counted(tables, programme, months, township)]
    for month in months:
        found += _overdue(tables, programme, month, today, township)
    order = {what: number for number, what in enumerate(TITLES)}
    return tuple(sorted(found, key=lambda one: (one.month, one.township, order.get(one.what, 99), one.what)))


def _counted(tables: Tables, programme: str, months: Sequence[str], township: str | None) -> Iterator[Figure]:
    where, values = _of(township)
    rows = tables.execute(
        "SELECT month, township, what, COUNT(*), SUM(people), SUM(amount_fen), MAX(illustrative) FROM {marks}"
        f" WHERE programme = ? AND month >= ? AND month <= ?{where} GROUP BY month, township, what",
        (programme, months[0], months[-1], *values),
    )
    for month, place, what, cases, people, fen, illustrative in rows:
        yield Figure(month, place, what, int(cases), int(people), int(fen), bool(illustrative))


@dataclass(frozen=True, slots=True)
class Basis:
    """Cases decided in a month that rest on a paper; one that rests on more is counted under each."""

    month: str
    township: str
    paper: str
    cases: int


def bases(
    tables: Tables, programme: str, months: Sequence[str], township: str | None = None
) -> tuple[Basis, ...]:
    """In the order of month, township and paper."""
    where, values = _of(township)
    rows = tables.execute(
        "SELECT month, township, paper, COUNT(*) FROM {bases}"
        f" WHERE programme = ? AND month >= ? AND month <= ?{where} GROUP BY month, township, paper"
        " ORDER BY month, township, paper",
        (programme, months[0], months[-1], *values),
    )
    return tuple(Basis(month, place, paper, int(cases)) for month, place, paper, cases in rows)


def _overdue(
    tables: Tables, programme: str, month: str, today: date, township: str | None
) -> Iterator[Figure]:
    """Undecided at the end of the month (of today, in the running one) although the last day was over."""
    first = date.fromisoformat(f"{month}-01")
    if first > today:
        return
    end = min(first_of_next_month(first) - timedelta(days=1), today).isoformat()
    where, values = _of(township)
    rows = tables.execute(
        "SELECT township, COUNT(*), SUM(people) FROM {cases} WHERE programme = ? AND accepted <= ? AND decide_by < ?"
        " AND (decided IS NULL OR decided > ?) AND (outcome IS NULL OR outcome <> 'withdrawn' OR ended > ?)"
        f"{where} GROUP BY township",
        (programme, end, end, end, end, *values),
    )
    for place, cases, people in rows:
        yield Figure(month, place, "overdue", int(cases), int(people), 0, False)


def _of(township: str | None) -> tuple[str, tuple[str, ...]]:
    return ("", ()) if township is None else (" AND township = ?", (township,))


def on_time_rate(of_one_month: Sequence[Figure]) -> str | None:
    """Decided within the limit of those decided that had one, in percent to one digit; None where nobody was."""
    count = {what: sum(one.cases for one in of_one_month if one.what == what) for what in ("on_time", "late")}
    every = count["on_time"] + count["late"]
    if not every:
        return None
    share = Decimal(100 * count["on_time"]) / every
    return str(share.quantize(Decimal("0.1"), ROUND_HALF_UP))
