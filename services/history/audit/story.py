"""A case as its own log tells it, up to an event: what was found out, which steps were taken, what was paid. Pure.

Written anew from the facts, not taken from the service that decided. A new survey voids the check and the steps
before it; an objection or another household voids the survey as well (2021 办法 19).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from events import assistance as a
from events import casework as c
from events import remedies as m
from events.ids import PersonId
from services.chassis.clock import civil_date
from services.history.audit.reading import Found

T = TypeVar("T")


class Taken(msgspec.Struct, frozen=True, gc=False):
    """A step, when and by whom; `events` tell of it."""

    on: date
    staff: tuple[UUID, ...]
    events: tuple[UUID, ...]


class Notice(msgspec.Struct, frozen=True, gc=False):
    posted: date
    until: date
    ended: date | None
    events: tuple[UUID, ...]


class Inquiry(msgspec.Struct, frozen=True, gc=False):
    """What is being found out, in the order of the steps; `objection`: the one that led to it."""

    survey: Found | None = None
    check: Found | None = None
    assessed: Found | None = None
    steps: dict[str, Taken] = {}
    notices: dict[str, Notice] = {}
    objection: Found | None = None


class Settled(msgspec.Struct, frozen=True, gc=False):
    """What the running sum was worked out from."""

    inquiry: Inquiry
    township: str


class Paid(msgspec.Struct, frozen=True, gc=False):
    month: str
    amount_fen: int
    route: str


class Story(msgspec.Struct, frozen=True, gc=False):
    """`owes`: steps that only some cases owe, and that this one does. `stated`: findings of the application and of
    steps, by name, each with its event."""

    applied: Found | None = None
    accepted: Found | None = None
    members: tuple[PersonId, ...] = ()
    township: str = ""
    apart: bool = False
    owes: frozenset[str] = frozenset()
    stated: dict[str, tuple[Any, UUID]] = {}
    inquiry: Inquiry = msgspec.field(default_factory=Inquiry)
    settled: Settled | None = None
    paid: tuple[Paid, ...] = ()
    amounts: tuple[tuple[date, int], ...] = ()
    admissions: tuple[tuple[date, tuple[UUID, ...]], ...] = ()
    driven: frozenset[date] = frozenset()
    review: Found | None = None
    reviewed: Found | None = None

    @property
    def admitted(self) -> tuple[UUID, ...]:
        """Whom the help is for by what was decided last; empty: all, or nothing is decided."""
        return self.admissions[-1][1] if self.admissions else ()

    def admitted_in(self, month: date) -> tuple[UUID, ...]:
        return next((some for since, some in reversed(self.admissions) if since <= month), ())

    def amount_in(self, month: date) -> int | None:
        return next((fen for since, fen in reversed(self.amounts) if since <= month), None)


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
    """By the name of the type, so that a fact and its lean twin (`twins`) tell the same."""
    step = STEPS.get(one.fact.TYPE)
    return story if step is None else step(story, one)


def _applied(story: Story, one: Found) -> Story:
    fact = one.fact
    stated = {said.name: (said.value, one.id) for said in fact.findings}
    return Story(applied=one, members=fact.members, township=fact.township, apart=fact.apart, stated=stated)


def _accepted(story: Story, one: Found) -> Story:
    return replace(story, accepted=one)


def _surveyed(story: Story, one: Found) -> Story:
    return replace(story, inquiry=Inquiry(survey=one, objection=story.inquiry.objection))


def _checked(story: Story, one: Found) -> Story:
    return replace(story, inquiry=replace(story.inquiry, check=one, assessed=None))


def _assessed(story: Story, one: Found) -> Story:
    return replace(story, inquiry=replace(story.inquiry, assessed=one))


def _demanded(story: Story, one: Found) -> Story:
    return replace(story, owes=story.owes | {one.fact.step})


def _taken(story: Story, one: Found) -> Story:
    fact = one.fact
    return replace(story, inquiry=_step(story.inquiry, fact.step, Taken(fact.on, fact.staff, (one.id,))))


def _found(story: Story, one: Found) -> Story:
    return replace(
        story, stated={**story.stated, **{said.name: (said.value, one.id) for said in one.fact.findings}}
    )


def _shown(story: Story, one: Found) -> Story:
    return replace(story, inquiry=_noticed(story.inquiry, one))


def _objected(story: Story, one: Found) -> Story:
    return replace(story, inquiry=Inquiry(objection=one))


def _changed(story: Story, one: Found) -> Story:
    fact = one.fact
    admissions = story.admissions
    if fact.admitted != story.admitted:
        admissions = _from(admissions, first_of_next_month(fact.since), fact.admitted)
    return replace(
        story,
        members=fact.members,
        township=fact.township or story.township,
        admissions=admissions,
        inquiry=Inquiry(),
    )


def _reopened(story: Story, one: Found) -> Story:
    return replace(story, review=one, inquiry=Inquiry())


def _taken_over(story: Story, one: Found) -> Story:
    fact = one.fact
    return Story(members=fact.members, township=fact.township, amounts=((fact.since, fact.amount_fen),))


def _granted(story: Story, one: Found) -> Story:
    fact = one.fact
    amounts, admissions = (story.amounts, story.admissions) if fact.replaces is not None else ((), ())
    return replace(
        _settle(story),
        amounts=_from(amounts, fact.since, fact.amount_fen),
        admissions=_from(admissions, fact.since, fact.admitted),
    )


def _reviewed(story: Story, one: Found) -> Story:
    return replace(_settle(story), reviewed=one, review=None)


def _month(story: Story, one: Found) -> Story:
    fact = one.fact
    return replace(story, paid=(*story.paid, Paid(fact.month, fact.amount_fen, fact.route)))


def _step(inquiry: Inquiry, name: str, taken: Taken) -> Inquiry:
    return replace(inquiry, steps={**inquiry.steps, name: taken})


def _noticed(inquiry: Inquiry, one: Found) -> Inquiry:
    fact = one.fact
    if fact.TYPE == a.NoticePosted.TYPE:
        notice = Notice(fact.on, fact.until, None, (one.id,))
        return replace(inquiry, notices={**inquiry.notices, fact.step: notice})
    posted = inquiry.notices.get(fact.step)
    if posted is None:
        return inquiry
    notice = replace(posted, ended=fact.on, events=(*posted.events, one.id))
    found = replace(inquiry, notices={**inquiry.notices, fact.step: notice})
    return _step(found, fact.step, Taken(fact.on, (), notice.events))


def _adjusted(story: Story, one: Found) -> Story:
    """One that takes another's place leaves what was decided for a later day by itself."""
    fact = one.fact
    later: set[date] = set()
    if fact.replaces is not None:
        later = {since for since, _ in story.amounts if since > fact.since} - story.driven
    driven = story.driven - {fact.since} | ({fact.since} if fact.reason in DRIVEN else set())
    amounts = _from(story.amounts, fact.since, fact.amount_fen, later)
    admissions = _from(story.admissions, fact.since, fact.admitted, later)
    return replace(story, amounts=amounts, admissions=admissions, driven=driven)


def _from(
    steps: tuple[tuple[date, T], ...], since: date, what: T, later: Collection[date] = ()
) -> tuple[tuple[date, T], ...]:
    """What counts from a day on; of what was to begin behind it only `later` stays."""
    before = tuple(step for step in steps if step[0] < since)
    return (*before, (since, what), *(step for step in steps if step[0] in later))


def _settle(story: Story) -> Story:
    inquiry = story.inquiry
    settled = story.settled if inquiry.assessed is None else Settled(inquiry, story.township)
    return replace(story, settled=settled, inquiry=Inquiry())


STEPS: dict[str, Callable[[Story, Found], Story]] = {
    a.Applied.TYPE: _applied,
    a.Accepted.TYPE: _accepted,
    a.Surveyed.TYPE: _surveyed,
    a.Checked.TYPE: _checked,
    a.Assessed.TYPE: _assessed,
    c.StepDemanded.TYPE: _demanded,
    a.StepTaken.TYPE: _taken,
    a.StepFound.TYPE: _found,
    a.NoticePosted.TYPE: _shown,
    a.NoticeEnded.TYPE: _shown,
    a.ObjectionLodged.TYPE: _objected,
    a.HouseholdChanged.TYPE: _changed,
    a.ReviewOpened.TYPE: _reopened,
    a.TakenOver.TYPE: _taken_over,
    a.SubsidyGranted.TYPE: _granted,
    a.Reviewed.TYPE: _reviewed,
    a.Adjusted.TYPE: _adjusted,
    a.MonthGranted.TYPE: _month,
}
TOLD = frozenset({*STEPS, m.ReviewDecided.TYPE, m.CourtRuled.TYPE})
"""What a story is told by, and what carried out reviews rest on; nothing else changes it."""


def ends_of(own: Iterable[Found]) -> list[Found]:
    """The ends of a case that count: not those whose place a decision made after a review took."""
    replaced = {one.fact.replaces for one in own if isinstance(one.fact, a.SubsidyGranted | a.Adjusted)}
    return [one for one in own if isinstance(one.fact, a.Exited) and one.id not in replaced]


def day_of(found: Found) -> date:
    """The civil day on which it was recorded: the day of a decision."""
    return civil_date(found.recorded.envelope.recordedtime)


def first_of_next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
