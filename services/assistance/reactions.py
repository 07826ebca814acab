"""What living does by itself: when the registry's facts change a household, and when a day comes."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from events import registry as r
from events import staff as s
from events.base import Event, Recorded
from events.ids import CaseId, PersonId
from services.assistance import steps
from services.assistance.choosing import papers_of
from services.assistance.entitlement import Change, Home, follow, open_review
from services.assistance.model import CASE, Case, Stage
from services.assistance.programme import programme_of
from services.assistance.steps import running
from services.chassis.work import Work
from services.registry.keeping import lives_nowhere

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
    survivor = fact.data.person if isinstance(fact.data, r.PeopleMerged) else None
    change = Change(_reason(fact.data), _since(fact), fact.envelope.id, survivor)
    for case_id in _cases_of(work, fact.data):
        case = work.load(CASE, case_id)
        if case.unit == "person" and _tells_nothing(work, case, fact.data):
            continue
        steps.record(
            work,
            case_id,
            follow(case, papers_of(work, case), _home(work, case, change), change, today=work.today),
        )


def follow_relative(work: Work, fact: Recorded[s.NearRelativeDeclared | s.NearRelativeCorrected]) -> None:
    """An application is kept apart; what was decided while it was so already, and unknown, is looked at again."""
    for of in running(work, "case-of-person", fact.data.person):
        case = steps.register_apart(work, CaseId.of(of), fact.envelope.id)
        monthly = case.stage is Stage.GRANTED and case.next_month is not None
        if monthly and not case.review_open and fact.data.since <= case.confirmed:
            why = open_review(case, reason="relative_declared", cause=fact.envelope.id)
            steps.record(work, CaseId.of(of), why)


def catch_up(work: Work, case_id: CaseId, cause: UUID | None) -> None:
    """A case that was over goes on: what the registry told of its household meanwhile is followed now."""
    case = steps.case_of(work, case_id)
    if not case.running:
        return
    rows = [work.fact("person", member) for member in case.members]
    died = [date.fromisoformat(row["died"]) for row in rows if row is not None and row["died"] is not None]
    change = Change("death", max(died), cause) if died else Change("other", work.today, cause)
    home = _home(work, case, change)
    steps.record(work, case_id, follow(case, papers_of(work, case), home, change, today=work.today))


def _reason(fact: Event) -> str:
    if isinstance(fact, r.MemberLeft) and fact.reason == "death":
        return "death"
    return REASONS[type(fact)]


def _since(fact: Recorded[Any]) -> date:
    day: date | None = getattr(fact.data, "on", None) or getattr(fact.data, "since", None)
    return day or fact.envelope.effective


def _cases_of(work: Work, fact: Event) -> list[CaseId]:
    kinds = ("case-of-household", "case-of-person")
    found = [running(work, kind, one) for one in fact.concerns() for kind in kinds]
    return [CaseId.of(case) for case in dict.fromkeys(case for cases in found for case in cases)]


def _tells_nothing(work: Work, case: Case, fact: Event) -> bool:
    """Of a person: of a split, the household into which they go is told next; and of whom lives nowhere, what goes on in
    the household that they left is no news."""
    if isinstance(fact, r.HouseholdSplit):
        return True
    own = isinstance(fact, r.MemberLeft) and fact.person in case.members
    return lives_nowhere(work, case.members[0]) and not own


def _home(work: Work, case: Case, change: Change) -> Home:
    row = work.fact("household", case.household)
    assert row is not None, "only a household that is known has a case"
    declared = programme_of(case.programme)
    members = declared.covers(work, tuple(PersonId.of(member) for member in row["members"]))
    if case.unit == "person":
        return _home_of_one(work, case, row, change)
    gone = row["gone"]
    if not members and not gone:
        gone = "death" if change.reason == "death" else "household_gone"
    return Home(members, row["township"], gone)


def _home_of_one(work: Work, case: Case, row: dict[str, Any], change: Change) -> Home:
    """A person's case is about that person, wherever in the district they live, and also between two households."""
    (member,) = case.members
    person = work.fact("person", member)
    place = work.fact("household", person["household"]) if person and person["household"] else None
    if person is not None and person["died"] is not None:
        return Home((), row["township"], "death")
    if person is not None and person["merged_into"] is not None:
        return Home((PersonId.of(person["merged_into"]),), (place or row)["township"])
    if place is not None and not place["gone"]:
        return Home(case.members, place["township"])
    if lives_nowhere(work, member):
        return Home(case.members, case.township, nowhere=True)
    return Home((), row["township"], row["gone"] or "household_gone")


def notice_ends(work: Work, case: CaseId) -> None:
    steps.end_notice(work, case)


def month_begins(work: Work, case: CaseId) -> None:
    steps.grant_month(work, case)


def review_is_due(work: Work, case: CaseId) -> None:
    steps.open_review(work, case, "due")


def instalment_is_due(work: Work, case: CaseId) -> None:
    steps.grant_instalments(work, case)


def status_lapses(work: Work, case: CaseId) -> None:
    steps.lapse(work, case)
