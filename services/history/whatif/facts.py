"""What each case rested on, month by month, as its own log tells it: from which decision on which facts counted. Pure.

A case is asked about from a decision on (granted, declined, reviewed, fewer members) with what had been found out by
then. A family that never got a decision is never asked about. An end that the rule brought about is a decision like
another; an end by an event (a death, a move, a wish) holds under any papers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from events import assistance as a
from events.ids import PersonId
from services.history.audit.deriving import derived_of, recorded
from services.history.audit.lean import LeanLog
from services.history.audit.reading import Found
from services.history.audit.story import Inquiry, Story, day_of, first_of_next_month, told
from services.policy.paper import Input

NEVER = date(9999, 1, 1)
BY_RULE = frozenset({"no_longer_eligible", "taper_ended"})
"""Reasons of an end that follow from the rule, and might not follow from another."""
BY_MONTH = frozenset({"standard_changed", "rule_changed", "taper"})
"""Reasons of another sum that the month's rule brought about by itself."""
BY_REVIEW = "remedy"
"""The reason of a sum that the authority of a review fixed: it holds under any papers."""
FACTS = (
    a.Applied, a.Accepted, a.Surveyed, a.Checked, a.Assessed, a.StepTaken, a.StepFound, a.HouseholdChanged,
    a.NoticePosted, a.NoticeEnded, a.ObjectionLodged, a.SubsidyGranted, a.Declined, a.MonthGranted, a.ReviewOpened,
    a.Reviewed, a.Adjusted, a.Exited,
)  # fmt: skip
TYPES = frozenset(fact.TYPE for fact in FACTS)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the log says of a decision: 0 fen where it was declined or ended."""

    event: UUID
    position: int
    eligible: bool
    amount_fen: int
    rows: tuple[str, ...]
    departs: bool


@dataclass(frozen=True, slots=True)
class Episode:
    """From `since` (the first of a month) these facts count. `day`: of the decision; `recorded`: None where a sum
    was worked out anew without one."""

    story: Story
    inquiry: Inquiry
    township: str
    members: tuple[PersonId, ...]
    day: date
    since: date
    recorded: Recorded | None
    fixed: bool = False

    def inputs(self, asked: Mapping[str, Input]) -> dict[str, object]:
        """What of these somebody knew. No month makes a difference: what earlier months say is left to who asks."""
        assessed = self.inquiry.assessed
        used: tuple[a.Input, ...] = assessed.fact.inputs if assessed is not None else ()
        derived = derived_of(asked, self.story, self.inquiry, self.township, self.members)
        rest = {name: one for name, one in asked.items() if name not in derived}
        return recorded(rest, used) | {name: one.value for name, one in derived.items()}


@dataclass(slots=True)
class Case:
    """`applicant`: who applied, or of whom the case first tells; `paid`: month (its first day) → fen and route, as
    recorded; `reviews`: from which day to which one was open."""

    id: UUID
    programme: str
    household: UUID
    applicant: UUID
    episodes: list[Episode] = field(default_factory=list)
    until: date | None = None
    paid: dict[date, tuple[int, str]] = field(default_factory=dict)
    reviews: list[tuple[date, date | None]] = field(default_factory=list)
    ended_by_rule: date | None = None
    story: Story = field(default_factory=Story)

    def episode(self, month: date) -> Episode | None:
        """On which facts a month is decided; None before the first decision, and after an end by an event."""
        if self.until is not None and month >= self.until:
            return None
        return next((one for one in reversed(self.episodes) if one.since <= month), None)

    def spans(self) -> list[tuple[Episode, date, date]]:
        """From which month until which (not included) each episode counts: until another begins, decided later."""
        found: list[tuple[Episode, date, date]] = []
        for one in self.episodes:
            while found and found[-1][1] >= one.since:
                found.pop()
            if found:
                found[-1] = (*found[-1][:2], one.since)
            found.append((one, one.since, NEVER))
        ends = NEVER if self.until is None else self.until
        return [(one, since, min(until, ends)) for one, since, until in found if since < ends]

    def in_aid(self, month: date) -> bool:
        """Whether the log had it granted, and not ended, when a month began."""
        episode = self.episode(month)
        ended = self.ended_by_rule is not None and self.ended_by_rule <= month
        return episode is not None and not ended and (episode.recorded is None or episode.recorded.eligible)

    def unpaid(self, since: date) -> date:
        """The first month from a day on that is not yet paid: news that comes late undoes no month."""
        month = since.replace(day=1)
        return max(month, first_of_next_month(max(self.paid))) if self.paid else month

    def take(self, found: Found) -> None:
        """By the name of the type, so that a fact and its lean twin (`audit.twins`) tell the same."""
        fact: Any = found.fact
        story, day = self.story, day_of(found)
        settled = story.settled
        match fact.TYPE:
            case a.SubsidyGranted.TYPE:
                if fact.replaces is not None:  # a refusal or an end that a review changed
                    self.until = self.ended_by_rule = None
                since = fact.since if fact.period == "month" else day
                self._decided(found, since.replace(day=1), True, fact.amount_fen)
            case a.Declined.TYPE:
                self._decided(found, first_of_next_month(day), False, 0)
            case a.ReviewOpened.TYPE:
                self.reviews.append((day, None))
            case a.Reviewed.TYPE:
                self._close_review(day)
                if story.inquiry.assessed is not None:
                    fixed = fact.departs is not None
                    self._begin(
                        story,
                        story.inquiry,
                        story.township,
                        fact.members,
                        day,
                        first_of_next_month(day),
                        None,
                        fixed,
                    )
            case a.Adjusted.TYPE if fact.grounds.assessment is None:
                if fact.reason not in BY_MONTH and settled is not None:
                    self._begin(
                        story,
                        settled.inquiry,
                        settled.township,
                        fact.members,
                        day,
                        self.unpaid(fact.since),
                        None,
                        fact.reason == BY_REVIEW,
                    )
            case a.MonthGranted.TYPE:
                self.paid[date.fromisoformat(f"{fact.month}-01")] = fact.amount_fen, fact.route
            case a.Exited.TYPE if fact.reason not in BY_RULE:
                self.until = max(fact.since, self.unpaid(fact.since))
                self._close_review(day)
            case a.Exited.TYPE:
                self.ended_by_rule = fact.since
                self._close_review(day)
        self.story = told(story, found)

    def _decided(self, found: Found, since: date, eligible: bool, fen: int) -> None:
        fact, story = found.fact, self.story
        said = Recorded(
            found.id, found.line.position, eligible, fen, fact.grounds.rows, fact.departs is not None
        )
        inquiry = story.inquiry
        if inquiry.assessed is None and story.settled is not None:
            inquiry = story.settled.inquiry  # it goes on with what was found out before its end
        self._begin(story, inquiry, story.township, fact.members, day_of(found), since, said, said.departs)

    def _begin(
        self, story: Story, inquiry: Inquiry, township: str, members: tuple[PersonId, ...], day: date, since: date,
        said: Recorded | None, fixed: bool = False,
    ) -> None:  # fmt: skip
        self.episodes.append(Episode(story, inquiry, township, members, day, since, said, fixed))

    def _close_review(self, day: date) -> None:
        if self.reviews and self.reviews[-1][1] is None:
            self.reviews[-1] = self.reviews[-1][0], day


def facts_of(log: LeanLog, streams: Sequence[UUID]) -> Iterator[Found]:
    """What is recorded in these streams, one after another, each in the order of the log."""
    log.lay_ready(streams)
    for stream in streams:
        yield from (one for one in log.own(stream) if one.fact.TYPE in TYPES)


def cases_of(found: Iterable[Found], programme: str | None = None) -> dict[UUID, Case]:
    """By id, of one programme or of all; `found`: facts of cases in the order of the log."""
    cases: dict[UUID, Case] = {}
    for one in found:
        fact = one.fact
        if programme is not None and fact.programme != programme:
            continue
        id = UUID(str(fact.case))
        if id not in cases:
            applicant = getattr(fact, "applicant", next(iter(fact.members), fact.household))
            cases[id] = Case(id, fact.programme, UUID(str(fact.household)), UUID(str(applicant)))
        cases[id].take(one)
    return cases
