"""What is counted of tekun: grade by township by mode on a day, and the rate of placed dependants month by month (B8, B9).

Counted from the view's spans, so any day of the past is counted as it was recorded to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, Field

from services.assistance.days import first_of_next_month, month_of
from services.chassis.spreadsheet import line
from services.chassis.views import Tables, ViewReader

GRADE_ZH = {"self": "全自理", "semi": "半护理", "full": "全护理"}
MODE_ZH = {"scattered": "分散供养", "centralised": "集中供养"}
ON = "since <= ? AND (until IS NULL OR until > ?)"


class Cell(BaseModel):
    """How many people of a township are of a grade and live in a mode."""

    model_config = ConfigDict(frozen=True)

    township: str
    grade: str
    grade_zh: str
    mode: str
    mode_zh: str
    people: int


class Rate(BaseModel):
    """On the last day of a month (today, of the running one): of those who cannot, or not wholly, care for themselves
    (semi and full), how many live in an institution. `rate`: None where there is nobody."""

    model_config = ConfigDict(frozen=True)

    month: str
    on: date
    dependent: int = Field(description="grades semi and full")
    placed: int
    rate: float | None = Field(description="placed / dependent, four digits")
    full: int = Field(description="of them, grade full")
    full_placed: int


def table_on(reader: ViewReader, on: date, township: str | None = None) -> tuple[Cell, ...]:
    """On a day; of one township, or of all."""
    day = on.isoformat()
    of, values = ("AND township = ?", [township]) if township else ("", [])
    with reader.reading() as tables:
        rows = tables.execute(
            f"SELECT township, grade, mode, COUNT(*) FROM {{spans}} WHERE {ON} {of}"
            " GROUP BY township, grade, mode ORDER BY township, grade, mode",
            (day, day, *values),
        )
    return tuple(
        Cell(township=t, grade=g, grade_zh=GRADE_ZH[g], mode=m, mode_zh=MODE_ZH[m], people=count)
        for t, g, m, count in rows
    )


def rates(
    reader: ViewReader, first: date, last: date, today: date, township: str | None = None
) -> tuple[Rate, ...]:
    """Of each month from that of `first` to that of `last`."""
    found: list[Rate] = []
    month = first.replace(day=1)
    with reader.reading() as tables:
        while month <= min(last, today):
            end = min(first_of_next_month(month) - timedelta(days=1), today)
            found.append(_rate(tables, month, end, township))
            month = first_of_next_month(month)
    return tuple(found)


def _rate(tables: Tables, month: date, on: date, township: str | None) -> Rate:
    of, values = ("AND township = ?", [township]) if township else ("", [])
    rows = tables.execute(
        f"SELECT grade, mode, COUNT(*) FROM {{spans}} WHERE grade IN ('semi', 'full') AND {ON} {of}"
        " GROUP BY grade, mode",
        (on.isoformat(), on.isoformat(), *values),
    )
    dependent = sum(count for _, _, count in rows)
    placed = sum(count for _, mode, count in rows if mode == "centralised")
    return Rate(
        month=month_of(month),
        on=on,
        dependent=dependent,
        placed=placed,
        rate=round(placed / dependent, 4) if dependent else None,
        full=sum(count for grade, _, count in rows if grade == "full"),
        full_placed=sum(count for grade, mode, count in rows if (grade, mode) == ("full", "centralised")),
    )


def table_csv(cells: Sequence[Cell]) -> Iterator[bytes]:
    yield line(("乡镇街道代码", "自理等次", "供养方式", "人数"), mark=True)
    for cell in cells:
        yield line((cell.township, cell.grade_zh, cell.mode_zh, cell.people))


def rates_csv(months: Sequence[Rate]) -> Iterator[bytes]:
    yield line(
        ("月份", "截至", "生活不能自理人数", "其中集中供养", "集中供养率", "全护理人数", "全护理集中供养"),
        mark=True,
    )
    for one in months:
        rate = "" if one.rate is None else f"{one.rate:.2%}"
        yield line((one.month, one.on, one.dependent, one.placed, rate, one.full, one.full_placed))
