"""A case as its own log tells it, up to an event: what was found out, which steps were taken, what was paid. Pure.

Written anew from the facts, not taken from the service that decided. A new survey voids the check and the steps
before it; an objection or another household voids the survey as well (2021 办法 19).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from events import assistance as a
from events import casework as c
from events import remedies as m
from events.ids import PersonId
from services.chassis.clock import civil_date
from services.history.audit.reading import Found


@dataclass(frozen=True, slots=True)
class Taken:
    """A step, when and by whom; `events` tell of it."""

    on: date
    staff: tuple[UUID, ...]
    events: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    posted: date
    until: date
    ended: date | None
    events: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is being found out, in the order of the steps; `objection`: the one that led to it."""

    survey: Found | None = None
    check: Found | None = None
    assessed: Found | None = None
    steps: dict[str, Taken] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    objection: Found | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What the running sum was worked out from."""

    inquiry: Inquiry
    township: str


@dataclass(frozen=True, slots=True)
class Paid:
    month: str
    amount_fen: int
    route: str


@dataclass(frozen=True, slots=True)
class Story:
    """`owes`: steps that only some cases owe, and that this one does. `stated`: findings of the application and of
    steps, by name, each with its event."""

    applied: Found | None = None
    accepted: Found | None = None
    members: tuple[PersonId, ...] = ()
    township: str = ""
    apart: bool = False
    owes: frozenset[str] = frozenset()
    stated: dict[str, tuple[Any, UUID]] = field(default_factory=dict)
    inquiry: Inquiry = Inquiry()
    settled: Settled | None = None
    paid: tuple[Paid, ...] = ()
    amounts: tuple[tuple[date, int], ...] = ()
    driven: frozenset[date] = frozenset()
    review: Found | None = None
    reviewed: Found | None = None

    def amount_in(self, month: date) -> int | None:
        return next((fen for since, fen in reversed(self.amounts) if since <= month), None)


TOLD = frozenset(
    fact.TYPE
    for fact in (
        a.Applied, a.Accepted, a.Surveyed, a.Checked, a.Assessed, a.StepTaken, a.StepFound, a.NoticePosted,
        a.NoticeEnded, a.ObjectionLodged, a.HouseholdChanged, a.ReviewOpened, a.SubsidyGranted, a.Reviewed,
        a.Adjusted, a.MonthGranted, a.TakenOver, c.StepDemanded, m.ReviewDecided, m.CourtRuled,
    )
)  # fmt: skip
"""What a story is told by, and what carried out reviews rest on; nothing else changes it."""
DRIVEN = frozenset({"standard_changed", "rule_changed"})
"""Why a sum is another that only followed the rule."""


def until(found: Sequence[Found], end: int) -> Story:
    """Of the facts before a sequence of the source's log."""
    story = Story()
    for one in found:
        if one.line.sequence < end:
            story = told(story, one)
    return story


def told(story: Story, one: Found) -> Story:
    fact, inquiry = one.fact, story.inquiry
    match fact:
        case a.Applied():
            stated = {said.name: (said.value, one.id) for said in fact.findings}
            return Story(
                applied=one, members=fact.members, township=fact.township, apart=fact.apart, stated=stated
            )
        case a.Accepted():
            return replace(story, accepted=one)
        case a.Surveyed():
            return replace(story, inquiry=Inquiry(survey=one, objection=inquiry.objection))
        case a.Checked():
            return replace(story, inquiry=replace(inquiry, check=one, assessed=None))
        case a.Assessed():
            return replace(story, inquiry=replace(inquiry, assessed=one))
        case c.StepDemanded():
            return replace(story, owes=story.owes | {fact.step})
        case a.StepTaken():
            return replace(story, inquiry=_step(inquiry, fact.step, Taken(fact.on, fact.staff, (one.id,))))
        case a.StepFound():
            stated = {**story.stated, **{said.name: (said.value, one.id) for said in fact.findings}}
            return replace(story, stated=stated)
        case a.NoticePosted() | a.NoticeEnded():
            return replace(story, inquiry=_noticed(inquiry, one))
        case a.ObjectionLodged():
            return replace(story, inquiry=Inquiry(objection=one))
        case a.HouseholdChanged():
            township = fact.township or story.township
            return replace(story, members=fact.members, township=township, inquiry=Inquiry())
        case a.ReviewOpened():
            return replace(story, review=one, inquiry=Inquiry())
        case a.TakenOver():
            sums = ((fact.since, fact.amount_fen),)
            return Story(members=fact.members, township=fact.township, amounts=sums)
        case a.SubsidyGranted():
            earlier = _before(story, fact.since) if fact.replaces is not None else ()
            return replace(_settle(story), amounts=(*earlier, (fact.since, fact.amount_fen)))
        case a.Reviewed():
            return replace(_settle(story), reviewed=one, review=None)
        case a.Adjusted():
            return _adjusted(story, fact)
        case a.MonthGranted():
            return replace(story, paid=(*story.paid, Paid(fact.month, fact.amount_fen, fact.route)))
    return story


def _step(inquiry: Inquiry, name: str, taken: Taken) -> Inquiry:
    return replace(inquiry, steps={**inquiry.steps, name: taken})


def _noticed(inquiry: Inquiry, one: Found) -> Inquiry:
    fact = one.fact
    if isinstance(fact, a.NoticePosted):
        notice = Notice(fact.on, fact.until, None, (one.id,))
        return replace(inquiry, notices={**inquiry.notices, fact.step: notice})
    posted = inquiry.notices.get(fact.step)
    if posted is None:
        return inquiry
    notice = replace(posted, ended=fact.on, events=(*posted.events, one.id))
    found = replace(inquiry, notices={**inquiry.notices, fact.step: notice})
    return _step(found, fact.step, Taken(fact.on, (), notice.events))


def _adjusted(story: Story, fact: a.Adjusted) -> Story:
    """One that takes another's place leaves what was decided for a later day by itself."""
    later: tuple[tuple[date, int], ...] = ()
    if fact.replaces is not None:
        later = tuple(one for one in story.amounts if one[0] > fact.since and one[0] not in story.driven)
    driven = story.driven - {fact.since} | ({fact.since} if fact.reason in DRIVEN else set())
    amounts = (*_before(story, fact.since), (fact.since, fact.amount_fen), *later)
    return replace(story, amounts=amounts, driven=driven)


def _before(story: Story, day: date) -> tuple[tuple[date, int], ...]:
    return tuple(one for one in story.amounts if one[0] < day)


def _settle(story: Story) -> Story:
    inquiry = story.inquiry
    settled = story.settled if inquiry.assessed is None else Settled(inquiry, story.township)
    return replace(story, settled=settled, inquiry=Inquiry())


def ends_of(own: Iterable[Found]) -> list[Found]:
    """The ends of a case that count: not those whose place a decision made after a review took."""
    replaced = {one.fact.replaces for one in own if isinstance(one.fact, a.SubsidyGranted | a.Adjusted)}
    return [one for one in own if isinstance(one.fact, a.Exited) and one.id not in replaced]


def day_of(found: Found) -> date:
    """The civil day on which it was recorded: the day of a decision."""
    return civil_date(found.recorded.envelope.recordedtime)


def first_of_next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
