"""What living keeps of relief paid first and of reserves, and when they fall due.

Row `papers-owed` (of a case: township, last day, whether that is over); `reserve-month` (of a reserve: the month that
is reconciled next).
"""

from __future__ import annotations

from datetime import date, timedelta

from events import assistance as a
from events import living as l
from events.base import Recorded
from events.ids import ReserveId
from services.assistance import claims
from services.assistance.days import first_of_next_month, month_of
from services.chassis.service import Shelf
from services.chassis.work import Work
from services.living.relief import PAPERS
from services.living.reserve import RESERVE, reconciliation_due

PAPERS_DUE, RECONCILE = "papers", "reconcile"


def paid_first(shelf: Shelf, fact: Recorded[l.PaidFirst]) -> None:
    """The papers are owed; the family's next emergency does not wait for them."""
    data = fact.data
    row = {"township": data.township, "by": data.papers_by.isoformat(), "overdue": False}
    shelf.put("papers-owed", data.case, row)
    shelf.remind(data.papers_by + timedelta(days=1), PAPERS_DUE, data.case)
    claims.free(shelf, data)


def papers_overdue(shelf: Shelf, fact: Recorded[l.PapersOverdue]) -> None:
    row = shelf.get("papers-owed", fact.data.case)
    if row is not None:
        shelf.put("papers-owed", fact.data.case, {**row, "overdue": True})
    shelf.forget(PAPERS_DUE, fact.data.case)


def step_taken(shelf: Shelf, fact: Recorded[a.StepTaken]) -> None:
    if fact.data.step == PAPERS:
        shelf.drop("papers-owed", fact.data.case)
        shelf.forget(PAPERS_DUE, fact.data.case)


def advanced(shelf: Shelf, fact: Recorded[l.ReserveAdvanced]) -> None:
    if shelf.get("reserve-month", fact.data.reserve) is None:
        shelf.put("reserve-month", fact.data.reserve, month_of(fact.data.on))
        shelf.remind(first_of_next_month(fact.data.on), RECONCILE, fact.data.reserve)


def reconciliation_is_due(shelf: Shelf, fact: Recorded[l.ReconciliationDue]) -> None:
    ended = first_of_next_month(date.fromisoformat(f"{fact.data.month}-01"))
    shelf.put("reserve-month", fact.data.reserve, month_of(ended))
    shelf.remind(first_of_next_month(ended), RECONCILE, fact.data.reserve)


def month_is_over(work: Work, reserve: ReserveId) -> None:
    """The reserve is to be reconciled."""
    month: str = work.fact("reserve-month", reserve) or ""
    fact = reconciliation_due(work.load(RESERVE, reserve), month, work.today)
    work.record(reserve, fact, effective=work.today)
