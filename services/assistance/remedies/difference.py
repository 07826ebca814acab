"""The months of a case as they are due by its decisions, and as they were had. Pure.

Had: granted, with what was granted later (arrears) and without what was ordered back. Due: the sum of the decision that
counts now; nothing from the end of the case on, nor for a month withheld by a suspension that stands. What is granted once
stands for the month of its decision: had are the parts paid, and parts to come are not due yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from events import assistance as a
from events.remedies import MonthDifference
from services.assistance.days import first_of_next_month, month_of
from services.assistance.model import Case, Stage


def first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def differences(
    case: Case, *, until: date | None = None, lifted: bool = False
) -> tuple[MonthDifference, ...]:
    """Months that are due otherwise than they were had, oldest first. `until`: the last month that counts (its first
    day); the last one granted or withheld, if left out. `lifted`: months withheld are due as well."""
    return tuple(one for one in balance(case, until=until, lifted=lifted) if one.due_fen != one.had_fen)


def balance(case: Case, *, until: date | None = None, lifted: bool = False) -> Iterator[MonthDifference]:
    """Every month from the first."""
    if case.once is not None:
        yield _once(case, case.once)
        return
    granted = {one.month: one.amount_fen for one in case.paid}
    good = dict(case.remedies.made_good)
    if not case.amounts or not (granted or case.next_month):
        return  # never granted
    last = until or _last(case)
    day = min([case.amounts[0][0].replace(day=1), *map(first_day, granted)])
    while last is not None and day <= last:
        month = month_of(day)
        had = granted.get(month, 0) + good.get(month, 0)
        yield MonthDifference(month=month, due_fen=_due(case, day, month, lifted), had_fen=max(had, 0))
        day = first_of_next_month(day)


def _once(case: Case, granted_fen: int) -> MonthDifference:
    """`granted_fen`: had where it was not paid in parts (先行救助, out of the reserve)."""
    month = month_of(case.amounts[0][0])
    parts = [one.amount_fen for one in case.instalments]
    paid = sum(parts[: case.instalments_paid]) if parts else granted_fen
    due = case.amounts[-1][1]
    match case.decided:
        case a.Exited(reason="fraud") | a.Declined():
            due = 0
        case a.Exited(reason=reason) if reason != "completed":
            due = paid
        case _ if case.stage is Stage.GRANTED:
            due -= sum(parts[case.instalments_paid :])
    had = paid + dict(case.remedies.made_good).get(month, 0)
    return MonthDifference(month=month, due_fen=max(due, 0), had_fen=max(had, 0))


def _last(case: Case) -> date | None:
    months = [
        *(one.month for one in case.paid),
        *case.remedies.withheld,
        *(m for m, _ in case.remedies.made_good),
    ]
    return first_day(max(months)) if months else None


def _due(case: Case, day: date, month: str, lifted: bool) -> int:
    over = case.exited is not None and day >= case.exited
    if over or day < case.amounts[0][0]:
        return 0
    known = case.remedies
    # Also a month that was never reached: the case had ended, and goes on, while it was suspended.
    reached = {month} & {one.month for one in case.paid} or {month} & {one for one, _ in known.made_good}
    withheld = month in known.withheld or (not reached and case.suspended_in(day) is not None)
    return 0 if withheld and not lifted else case.amount_in(day)


def month_after(case: Case) -> date | None:
    """First day of the month after the last that was granted, made good or withheld; None where there is none."""
    last = _last(case)
    return None if last is None else first_of_next_month(last)
