"""Cases that a department opens, changes and ends by itself (免申即享): nobody applies, and nobody applies again.

    automatic.follow(work, "disability-living", person, Because("aid_granted", since, event_id))

For programmes for persons whose `local` knows everything that their rule asks for, the person's consent included, and
whose procedure asks for no survey and no notice. Whoever then qualifies gets a case; a granted one is worked out anew,
as a review that opens and ends in one decision. A sum begins with the month in which it became so, if no case of before
still pays for that, and ends with it: the next month nothing is paid. The decider is the service itself: no officer, no post.

Reviews that the registry or the calendar opens (`CONCLUDED`) end in the same way. One that a person opened is left to
people, and so is what an officer decided against the rule, or a standard that falls.

Whoever leaves a household and lives in no other yet keeps what they get, and is looked at again a month later; who lives
nowhere then, either, gets nothing from the next month on, until they live in a household here again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events import assistance as a
from events.assistance import CaseFact
from events.base import Recorded
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import application, steps
from services.assistance.choosing import papers_of
from services.assistance.days import first_of_month, first_of_next_month, month_of, months_after
from services.assistance.entitlement import end, open_review
from services.assistance.inputs import Found, Told
from services.assistance.model import CASE, Case, Stage
from services.assistance.programme import programme_of
from services.assistance.published import Published, published
from services.assistance.reactions import REASONS
from services.assistance.rules import Facts, about, grounds
from services.assistance.ruling import Ruling, rule_on
from services.assistance.steps import running
from services.chassis.refusal import Conflict
from services.chassis.work import Work
from services.registry.keeping import lives_nowhere

CONCLUDED = frozenset({"due", *REASONS.values()})
MONTHS_NOWHERE = 1
"""For how long somebody may live in no household before it is looked at again; ours, no paper says it."""


@dataclass(frozen=True, slots=True)
class Because:
    """What changed. `day`: on which it became so, or the last on which it was; `cause`: the event that says it."""

    reason: str
    day: date
    cause: UUID | None = None


def follow(work: Work, programme: str, person: PersonId, because: Because) -> None:
    """Open, change or end the person's case as the rule now says; nothing where it says what it said."""
    case = case_of(work, programme, person)
    if case is None:
        _open(work, programme, person, because)
        return
    found = work.load(CASE, case)
    if found.stage is not Stage.GRANTED or found.review_open or found.settled is None:
        return  # people are at work on it
    if dict(programme_of(programme).local(work, found)) == dict(found.settled.local):
        return
    steps.record(work, case, open_review(found, reason=because.reason, cause=because.cause))
    if found.settled.by_rule:
        _conclude(work, case, because)


def beside(work: Work, fact: Recorded[CaseFact]) -> None:
    """For a programme's `beside`: a review that nobody opened by hand ends at once."""
    told = fact.data
    if isinstance(told, a.ReviewOpened) and told.reason in CONCLUDED:
        settled = work.load(CASE, told.case).settled
        if settled is not None and settled.by_rule:
            _conclude(work, told.case, Because(told.reason, work.today, told.cause))


def case_of(work: Work, programme: str, person: PersonId) -> CaseId | None:
    """The person's running case of a programme."""
    found = running(work, "case-of-person", person)
    return next((CaseId.of(case) for case, code in found.items() if code == programme), None)


def _open(work: Work, programme: str, person: PersonId, because: Because) -> None:
    case = _meant(work, programme, person)
    if case is None or case.id is None or case.household is None:
        return
    ruling = _ruling(work, case)
    if ruling is None or not ruling.eligible:
        return
    id, today = case.id, work.today
    applied = application.apply(
        id, programme, case.household, case.members, case.township, person, consent=True, unit="person",
        on=today, today=today, cause=because.cause or work.last,
    )  # fmt: skip
    steps.record(work, id, applied)
    steps.accept(work, id)
    steps.assess(work, id, _self(work))
    found, by = steps.case_and_papers(work, id)
    granted = application.confirm(
        found, by, steps.evidence_of(work, id), officer=_self(work), today=today,
        since=_free_since(work, programme, person, first_of_month(max(because.day, today))),
    )  # fmt: skip
    steps.record(work, id, granted)


def _free_since(work: Work, programme: str, person: PersonId, month: date) -> date:
    """This month, or the first for which a case that has ended no longer pays: whoever is in and out of it within a
    month is paid once."""
    until = work.fact("helped-until", f"{person}|{programme}")
    return month if until is None else max(month, date.fromisoformat(until))


def _meant(work: Work, programme: str, person: PersonId) -> Case | None:
    """The case that would be opened; None for whoever does not live in a household here."""
    known = work.fact("person", person)
    if known is None or known["died"] is not None or known["household"] is None:
        return None
    household = HouseholdId.of(known["household"])
    home = work.fact("household", household)
    if home is None or home["gone"]:
        return None
    return Case(
        id=CaseId.of(work.around.ids.random()), programme=programme, household=household, members=(person,),
        township=home["township"], unit="person", applied=work.today,
    )  # fmt: skip


def _ruling(work: Work, case: Case) -> Ruling | None:
    """None while no paper in force says who qualifies."""
    try:
        by = published(work, case.programme)
        rule = by.rule(work.today)
        by.proceeding("", work.today)
    except Conflict:
        return None
    local = programme_of(case.programme).local(work, case)
    month = month_of(first_of_next_month(work.today))
    return rule_on(rule, Told(Found(), case.township, False, local, month))


def _conclude(work: Work, case: CaseId, because: Because) -> None:
    found = work.load(CASE, case)
    by, today = papers_of(work, found), work.today
    nowhere = lives_nowhere(work, found.members[0])
    if nowhere and because.reason == "due":
        reasons = grounds(found, by, "end", today, ("household_gone",))
        steps.record(work, case, end(found, "household_gone", first_of_next_month(today), today, reasons))
        return
    steps.assess(work, case, _self(work))
    months = MONTHS_NOWHERE if nowhere else by.proceeding("", today).review_months(unstable=False)
    outcome = _outcome(work.load(CASE, case), by, because, _self(work), today, months)
    steps.record(work, case, outcome)


def _outcome(case: Case, by: Published, because: Because, officer: UUID, today: date, months: int) -> Facts:
    """What follows from the review, as assessed; the next is so many months later."""
    since = first_of_next_month(today)
    advice = case.inquiry.recommendation
    assert advice is not None and case.inquired is not None, "it was assessed just now"
    ruling = rule_on(by.rule(today), case.told(case.inquired, case.township, advice.local, since))
    same = ruling.amount_fen == case.amount_in(since)
    reviewed = a.Reviewed(
        **about(case),
        outcome="ended" if not ruling.eligible else "unchanged" if same else "adjusted",
        number=case.reviews,
        officer=officer,
        review_on=months_after(today, months) if ruling.eligible else None,
    )
    if not ruling.eligible:
        last = max(first_of_next_month(because.day), case.amounts[0][0])
        reasons = grounds(case, by, "end", today, (ruling.row,), ruling=ruling)
        return (reviewed, *end(case, "no_longer_eligible", last, today, reasons, because.cause))
    if same:
        return (reviewed,)
    adjusted = a.Adjusted(
        **about(case),
        amount_fen=ruling.amount_fen,
        since=since,
        reason=because.reason,
        grounds=grounds(case, by, "adjust", today, (because.reason, ruling.row), ruling=ruling),
    )
    return (reviewed, adjusted)


def _self(work: Work) -> UUID:
    """Who decides: the service, by the published rule."""
    return UUID(int=work.service.own(work.around.district).int)
