"""What living does by itself: when the registry's facts change a household, and when a day comes."""

from __future__ import annotations

from datetime import date
from typing import Any

from events import registry as r
from events.base import Event, Recorded
from events.ids import CaseId, PersonId
from services.chassis.work import Work
from services.living import steps
from services.living.entitlement import Change, Home, follow
from services.living.model import CASE, Case
from services.living.published import published

REASONS: dict[type[Event], str] = {
    r.Died: "death",
    r.MemberJoined: "member_joined",
    r.MemberLeft: "member_left",
    r.HouseholdRegistered: "split",  # of people who have a case: they left another household for it
    r.HouseholdSplit: "split",
    r.HouseholdsMerged: "merge",
    r.HouseholdMoved: "moved",
    r.HouseholdCorrected: "correction",
    r.HouseholdMovedAway: "moved_away",
    r.HouseholdClosed: "household_gone",
    r.PeopleMerged: "duplicate",
}


def follow_household(work: Work, fact: Recorded[Any]) -> None:
    """Every running case of whom the fact concerns follows what its household now is."""
    change = Change(_reason(fact.data), _since(fact), fact.envelope.id)
    for case_id in _cases_of(work, fact.data):
        case = work.load(CASE, case_id)
        steps.record(
            work, case_id, follow(case, published(work), _home(work, case, change), change, today=work.today)
        )


def _reason(fact: Event) -> str:
    if isinstance(fact, r.MemberLeft) and fact.reason == "death":
        return "death"
    return REASONS[type(fact)]


def _since(fact: Recorded[Any]) -> date:
    day: date | None = getattr(fact.data, "on", None) or getattr(fact.data, "since", None)
    return day or fact.envelope.effective


def _cases_of(work: Work, fact: Event) -> list[CaseId]:
    kinds = ("case-of-household", "case-of-person")
    found = [work.fact(kind, one) for one in fact.concerns() for kind in kinds]
    return [CaseId.of(case) for case in dict.fromkeys(found) if case is not None]


def _home(work: Work, case: Case, change: Change) -> Home:
    row = work.fact("household", case.household)
    assert row is not None, "only a household that is known has a case"
    members = tuple(PersonId.of(member) for member in row["members"])
    gone = row["gone"]
    if not members and not gone:
        gone = "death" if change.reason == "death" else "household_gone"
    return Home(members, row["township"], gone)


def notice_ends(work: Work, case: CaseId) -> None:
    steps.end_notice(work, case)


def month_begins(work: Work, case: CaseId) -> None:
    steps.grant_month(work, case)


def review_is_due(work: Work, case: CaseId) -> None:
    steps.open_review(work, case, "due")
