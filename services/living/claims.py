"""What this service keeps of its own facts: whose case is running, what evidence it holds, when it falls due.

Rows `case-of-household` and `case-of-person` (one running case each), `month` (granted once a case and
month), `evidence` (the events of the application and of the latest survey, check and assessment).
"""

from __future__ import annotations

from datetime import date, timedelta

from events import assistance as a
from events.base import Recorded
from services.chassis.service import Shelf
from services.living.days import first_of_next_month

NOTICE, MONTH, REVIEW = "notice", "month", "review"


def applied(shelf: Shelf, fact: Recorded[a.Applied]) -> None:
    shelf.put("case-of-household", fact.data.household, str(fact.data.case))
    for person in fact.data.members:
        shelf.put("case-of-person", person, str(fact.data.case))
    shelf.put("evidence", fact.data.case, {"application": str(fact.envelope.id)})


def household_changed(shelf: Shelf, fact: Recorded[a.HouseholdChanged]) -> None:
    for person in fact.data.left:
        _free(shelf, "case-of-person", person, fact.data)
    for person in fact.data.joined:
        shelf.put("case-of-person", person, str(fact.data.case))
    shelf.forget(NOTICE, fact.data.case)


def found_out(shelf: Shelf, fact: Recorded[a.Surveyed | a.Checked | a.Assessed]) -> None:
    name = {a.Surveyed: "survey", a.Checked: "check", a.Assessed: "assessment"}[type(fact.data)]
    known = shelf.get("evidence", fact.data.case) or {}
    shelf.put("evidence", fact.data.case, {**known, name: str(fact.envelope.id)})


def notice_posted(shelf: Shelf, fact: Recorded[a.NoticePosted]) -> None:
    shelf.remind(fact.data.until + timedelta(days=1), NOTICE, fact.data.case)


def notice_over(shelf: Shelf, fact: Recorded[a.ObjectionLodged | a.NoticeEnded]) -> None:
    shelf.forget(NOTICE, fact.data.case)


def granted(shelf: Shelf, fact: Recorded[a.SubsidyGranted]) -> None:
    shelf.remind(fact.data.since, MONTH, fact.data.case)
    if fact.data.review_on is not None:
        shelf.remind(fact.data.review_on, REVIEW, fact.data.case)


def month_granted(shelf: Shelf, fact: Recorded[a.MonthGranted]) -> None:
    shelf.put("month", f"{fact.data.case}|{fact.data.month}", str(fact.envelope.id))
    month = date.fromisoformat(f"{fact.data.month}-01")
    shelf.remind(first_of_next_month(month), MONTH, fact.data.case)


def review_opened(shelf: Shelf, fact: Recorded[a.ReviewOpened]) -> None:
    shelf.forget(REVIEW, fact.data.case)


def reviewed(shelf: Shelf, fact: Recorded[a.Reviewed]) -> None:
    if fact.data.review_on is not None:
        shelf.remind(fact.data.review_on, REVIEW, fact.data.case)


def ended(shelf: Shelf, fact: Recorded[a.Declined | a.Withdrawn | a.Exited]) -> None:
    """Nothing falls due any more, and everyone may apply again."""
    _free(shelf, "case-of-household", fact.data.household, fact.data)
    for person in fact.data.members:
        _free(shelf, "case-of-person", person, fact.data)
    shelf.drop("evidence", fact.data.case)
    for kind in (NOTICE, MONTH, REVIEW):
        shelf.forget(kind, fact.data.case)


def _free(shelf: Shelf, kind: str, key: object, fact: a.CaseFact) -> None:
    # Only what is this case's: somebody who left may be covered by another case by now.
    if shelf.get(kind, key) == str(fact.case):
        shelf.drop(kind, key)
