"""What this service keeps of its own facts: whose case is running, what evidence it holds, when it falls due.

Rows `case-of-household` and `case-of-person` (the running cases and their programmes), `month` (granted once a case and
month), `evidence` (the events of the application and of the latest survey, check and assessment), `helped-until` (by
person and programme: the first month for which the case that ended last no longer pays).
"""

from __future__ import annotations

from datetime import date, timedelta

from events import assistance as a
from events import casework as c
from events import remedies as m
from events.base import Recorded
from services.assistance.days import first_of_next_month
from services.chassis.service import Shelf

NOTICE, MONTH, REVIEW = "notice", "month", "review"
INSTALMENT, LAPSE = "instalment", "lapse"


def applied(shelf: Shelf, fact: Recorded[a.Applied]) -> None:
    hold(shelf, fact.data)
    shelf.put("evidence", fact.data.case, {"application": str(fact.envelope.id)})


def taken_over(shelf: Shelf, fact: Recorded[a.TakenOver]) -> None:
    hold(shelf, fact.data)
    shelf.put("evidence", fact.data.case, {"application": str(fact.envelope.id)})
    shelf.remind(fact.data.first_month, MONTH, fact.data.case)
    shelf.remind(fact.data.review_on, REVIEW, fact.data.case)


def household_changed(shelf: Shelf, fact: Recorded[a.HouseholdChanged]) -> None:
    for person in fact.data.left:
        _free(shelf, "case-of-person", person, fact.data)
    for person in fact.data.joined:
        _hold(shelf, "case-of-person", person, fact.data)
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
    if fact.data.replaces is not None:
        hold(shelf, fact.data)  # it may have been free since the decision whose place this takes
    if fact.data.period == "month":
        shelf.remind(fact.data.next_month or fact.data.since, MONTH, fact.data.case)
    if fact.data.review_on is not None:
        shelf.remind(fact.data.review_on, REVIEW, fact.data.case)
    if fact.data.until is not None:
        shelf.remind(fact.data.until + timedelta(days=1), LAPSE, fact.data.case)


def instalments_planned(shelf: Shelf, fact: Recorded[a.InstalmentsPlanned]) -> None:
    shelf.remind(fact.data.instalments[0].due, INSTALMENT, fact.data.case)


def instalment_granted(shelf: Shelf, fact: Recorded[a.InstalmentGranted]) -> None:
    if fact.data.next_due is None:
        shelf.forget(INSTALMENT, fact.data.case)
    else:
        shelf.remind(fact.data.next_due, INSTALMENT, fact.data.case)


def month_withheld(shelf: Shelf, fact: Recorded[c.MonthWithheld]) -> None:
    month = date.fromisoformat(f"{fact.data.month}-01")
    shelf.remind(first_of_next_month(month), MONTH, fact.data.case)


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
    free(shelf, fact.data)
    if isinstance(fact.data, a.Exited):
        for person in fact.data.members:
            shelf.put("helped-until", f"{person}|{fact.data.programme}", fact.data.since.isoformat())
    if not isinstance(fact.data, a.Declined):  # a refusal may be revoked, and decided anew
        shelf.drop("evidence", fact.data.case)
    for kind in (NOTICE, MONTH, REVIEW, INSTALMENT, LAPSE):
        shelf.forget(kind, fact.data.case)


def made_anew(shelf: Shelf, fact: Recorded[m.ReviewDecided | m.CourtRuled]) -> None:
    """A refusal was revoked: the application runs again."""
    if fact.data.remake_since is not None:
        hold(shelf, fact.data)


def arrears_granted(shelf: Shelf, fact: Recorded[m.ArrearsGranted]) -> None:
    if fact.data.next_month is not None:
        shelf.remind(fact.data.next_month, MONTH, fact.data.case)


def hold(shelf: Shelf, fact: a.CaseFact) -> None:
    """Household and members have this case of its programme."""
    _hold(shelf, "case-of-household", fact.household, fact)
    for person in fact.members:
        _hold(shelf, "case-of-person", person, fact)


def free(shelf: Shelf, fact: a.CaseFact) -> None:
    """Household and members may have another case of the programme."""
    _free(shelf, "case-of-household", fact.household, fact)
    for person in fact.members:
        _free(shelf, "case-of-person", person, fact)


def _hold(shelf: Shelf, kind: str, key: object, fact: a.CaseFact) -> None:
    shelf.put(kind, key, {**(shelf.get(kind, key) or {}), str(fact.case): fact.programme})


def _free(shelf: Shelf, kind: str, key: object, fact: a.CaseFact) -> None:
    # Only what is this case's: somebody who left may be covered by another case by now.
    cases = shelf.get(kind, key) or {}
    if str(fact.case) not in cases:
        return
    others = {case: programme for case, programme in cases.items() if case != str(fact.case)}
    if others:
        shelf.put(kind, key, others)
    else:
        shelf.drop(kind, key)
