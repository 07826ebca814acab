"""The ledger of cases, a line a case; and who is being phased out, with the day it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.assistance.days import months_after
from services.assistance.published import Published
from services.chassis.refusal import Conflict
from services.chassis.views import Tables

COLUMNS = (
    "id", "programme", "opened", "household", "township", "people", "applied", "accepted", "basis", "survey_by",
    "decide_by", "provisional", "surveyed", "decided", "outcome", "route", "amount_fen", "illustrative",
    "taper_since", "ended", "reason",
)  # fmt: skip
TAPER_MONTHS = "渐退月数"
"""What the papers call the months of phasing out."""


@dataclass(frozen=True, slots=True)
class PhaseOut:
    """`until`: the last day paid, as the papers of today count the months; None where none says how many."""

    case: str
    household: str
    township: str
    since: date
    until: date | None
    amount_fen: int
    illustrative: bool


def lines_after(
    tables: Tables, programme: str, after: int, limit: int, township: str | None = None
) -> list[dict[str, Any]]:
    """In the order of application, behind the place `after`."""
    where, values = ("", ()) if township is None else (" AND township = ?", (township,))
    rows = tables.execute(
        f"SELECT {', '.join(COLUMNS)} FROM {{cases}} WHERE programme = ? AND opened > ?{where}"
        " ORDER BY opened LIMIT ?",
        (programme, after, *values, limit),
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def phase_outs(
    tables: Tables, by: Published, today: date, within_days: int | None = None, township: str | None = None
) -> tuple[PhaseOut, ...]:
    """Whoever is being phased out now or from the next month on; those that end within some days, the first first."""
    until = _ends(by, today)
    where, values = ("", ()) if township is None else (" AND township = ?", (township,))
    rows = tables.execute(
        "SELECT id, household, township, taper_since, amount_fen, illustrative FROM {cases}"
        f" WHERE programme = ? AND taper_since IS NOT NULL{where} ORDER BY taper_since, id",
        (by.programme.code, *values),
    )
    found = []
    for case, household, place, since, fen, illustrative in rows:
        began = date.fromisoformat(since)
        last = until(began)
        if within_days is None or (last is not None and last <= today + timedelta(days=within_days)):
            found.append(PhaseOut(case, household, place, began, last, int(fen), bool(illustrative)))
    return tuple(found)


def _ends(by: Published, today: date) -> Callable[[date], date | None]:
    try:
        constant = by.rule(today).definition.constants.get(TAPER_MONTHS)
    except Conflict:  # nothing is published for today: the list is shown, its last days are not known
        constant = None
    if constant is None or not isinstance(constant.value, Decimal):
        return lambda since: None
    months = int(constant.value)
    return lambda since: months_after(since, months) - timedelta(days=1)
