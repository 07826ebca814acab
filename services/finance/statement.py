"""The monthly statement: each fund's book as it stood at the end of a month, from the recorded movements alone."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from services.chassis.views import ViewReader
from services.finance.sources import TITLES
from services.finance.views import SUMS
from services.policy.language.dates import next_month


class FundLine(BaseModel):
    """A fund at the end of a month, in fen, for the year so far. `month_paid_fen` in this month alone, less what came
    back. `idle_fen` is neither committed nor paid; `idle_since`: no payment was made or set aside since that day."""

    model_config = ConfigDict(frozen=True)

    fund: str
    title: str
    budget_fen: int
    allocated_fen: int
    committed_fen: int
    paid_fen: int
    returned_fen: int
    recovered_fen: int
    month_paid_fen: int
    idle_fen: int
    idle_since: date | None


class Statement(BaseModel):
    """`reconciled`: in every book paid ≤ allocated ≤ budget, and allocated = paid + committed + idle."""

    model_config = ConfigDict(frozen=True)

    month: str
    funds: tuple[FundLine, ...]
    reconciled: bool


def statement(reader: ViewReader, month: str) -> Statement:
    """`month`: 2020-09, of a year whose books were opened; funds without a book in it do not appear."""
    year, first = int(month[:4]), date.fromisoformat(f"{month}-01")
    after = next_month(first).isoformat()
    sums = ", ".join(f"SUM({one})" for one in SUMS)
    with reader.reading() as tables:
        rows = tables.execute(
            f"SELECT fund, {sums}, SUM(CASE WHEN day >= ? THEN paid_fen ELSE 0 END),"
            " MAX(CASE WHEN kind IN ('committed', 'paid') THEN day END),"
            " MIN(CASE WHEN kind IN ('allocated', 'carried_over') THEN day END)"
            " FROM {moves} WHERE year = ? AND day < ? GROUP BY fund ORDER BY fund",
            (first.isoformat(), year, after),
        )
    funds = tuple(_line(row) for row in rows)
    return Statement(month=month, funds=funds, reconciled=all(map(_sound, funds)))


def _line(row: tuple[object, ...]) -> FundLine:
    fund, *numbers = row[: len(SUMS) + 2]
    budget, allocated, committed, paid, returned, recovered, month_paid = (int(str(one)) for one in numbers)
    moved, began = row[-2:]
    idle = allocated - committed - paid
    since = moved or began if idle else None
    return FundLine(
        fund=str(fund), title=TITLES.get(str(fund), str(fund)), budget_fen=budget, allocated_fen=allocated,
        committed_fen=committed, paid_fen=paid, returned_fen=returned, recovered_fen=recovered,
        month_paid_fen=month_paid, idle_fen=idle,
        idle_since=date.fromisoformat(str(since)) if since else None,
    )  # fmt: skip


def _sound(line: FundLine) -> bool:
    within = 0 <= line.paid_fen + line.committed_fen <= line.allocated_fen <= line.budget_fen
    return within and line.allocated_fen == line.paid_fen + line.committed_fen + line.idle_fen
