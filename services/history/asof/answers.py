"""As-of in Python: states and timelines, effective on one day, known on another, to the district or a service.

    asof = AsOf(log, clock)
    asof.state(person, effective=date(2026, 3, 1), known=date(2026, 4, 30), by="living")

Names stay sealed: a state shows ids. Every answer says how far it rests on each source, and which sources have
not closed the day yet and may still add to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.chassis.clock import Clock, civil_date
from services.chassis.database import Session
from services.chassis.refusal import Malformed, NotFound
from services.chassis.service import name_of
from services.history.asof import knowledge, states
from services.history.asof.knowledge import Known
from services.history.asof.looking import Look
from services.history.asof.question import Question, ask
from services.history.asof.states import State
from services.history.asof.telling import page
from services.history.subjects import Subject, subject_of
from services.history.timelines import Found, kind_of


@dataclass(frozen=True, slots=True)
class Answer:
    """`state` is None where nothing of it was known, or counted, on these days. `positions`: the last sequence
    that it rests on, by service. `lagging`: services that may still record something of the day known; while
    there is any, the answer is provisional. `events`: how many were read; `unreadable`: ids of those that
    could not be."""

    kind: str
    id: str
    question: Question
    state: State | None
    positions: dict[str, int]
    lagging: tuple[str, ...]
    events: int
    unreadable: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class TimelineAnswer:
    """`after` begins the next page, None on the last; `lagging` as in `Answer`."""

    kind: str
    question: Question
    lines: tuple[Found, ...]
    after: int | None
    lagging: tuple[str, ...]


class Snapshots(Protocol):
    def reading(self) -> AbstractContextManager[Session]:
        """A snapshot of the tables of a district log."""


class Readable(Protocol):
    """What as-of needs of a district log: nothing by which it could be written."""

    @property
    def database(self) -> Snapshots: ...

    @property
    def sources(self) -> tuple[str, ...]: ...


class AsOf:
    def __init__(self, log: Readable, clock: Clock) -> None:
        self.log = log
        self._clock = clock
        self._begun: knowledge.Begun = {}

    def question(
        self, effective: date | None = None, known: date | None = None, by: str | None = None
    ) -> Question:
        """Malformed where the day known is in the future, or there is no such service."""
        return ask(self.log.sources, civil_date(self._clock.now()), effective, known, by)

    def state(
        self,
        subject: UUID | str,
        kind: str | None = None,
        *,
        effective: date | None = None,
        known: date | None = None,
        by: str | None = None,
    ) -> Answer:
        """Of a person, household or case by id, of a township by its code of 12 digits, of a fund's book by fund and
        year (`basic-living/2022`) or id.

        NotFound where nothing at all is recorded of it, or it is of another kind; Malformed as `question`.
        """
        asked = self.question(effective, known, by)
        with self._look(asked) as (look, closed):
            kind, name, state = _state(look, subject, kind)
            return Answer(
                kind,
                name,
                asked,
                state,
                {name_of(source): upto for source, upto in sorted(look.known.bounds.items())},
                _lagging(closed, self.log.sources, asked, look.known),
                len(look.read),
                tuple(sorted(look.unreadable)),
            )

    def timeline(
        self,
        subject: UUID | str,
        kind: str | None = None,
        *,
        effective: date | None = None,
        known: date | None = None,
        by: str | None = None,
        after: int = 0,
        limit: int = 50,
    ) -> TimelineAnswer:
        """Lines that count by the day effective and were known; as `state` of errors. In causal order."""
        asked = self.question(effective, known, by)
        with self._look(asked) as (look, closed):
            named = _subject(subject)
            found = _kind(look, named, kind)
            lines, following = page(look, found, named, after, limit)
            return TimelineAnswer(
                found, asked, lines, following, _lagging(closed, self.log.sources, asked, look.known)
            )

    @contextmanager
    def _look(self, asked: Question) -> Iterator[tuple[Look, dict[str, str]]]:
        """In one snapshot of the log; and through which day each source is closed."""
        with self.log.database.reading() as session:
            rows = session.execute(
                "SELECT generation, source, closed FROM log_head LEFT JOIN sources ON 1 = 1"
            )
            generation = rows[0][0]
            closed = {source: day for _, source, day in rows if source is not None}
            if asked.by is None:
                known = knowledge.district(session, generation, asked.known)
            else:
                source = next(one for one in self.log.sources if name_of(one) == asked.by)
                known = knowledge.decider(session, generation, source, asked.known, self._begun)
            yield Look(session, generation, known, asked.effective), closed


def _state(look: Look, asked: UUID | str, kind: str | None) -> tuple[str, str, State | None]:
    subject = _subject(asked)
    found = _kind(look, subject, kind)
    if isinstance(subject, str):
        return found, subject, states.township(look, subject)
    state: State | None
    match found:
        case "person":
            state = states.person(look, subject)
        case "household":
            state = states.household(look, subject)
        case "case":
            state = states.case(look, subject)
        case "fund-book":
            state = states.fund(look, subject)
        case _:
            raise Malformed(
                "no-state",
                "该编号既非人员、家庭，也非案件、资金专账。",
                f"A {found} has a timeline, but no state.",
                field="id",
            )
    return found, str(subject), state


def _subject(asked: UUID | str) -> Subject:
    """An id of any class as a plain one: a state shows it as it is."""
    return subject_of(asked) if isinstance(asked, str) else UUID(int=asked.int)


def _kind(look: Look, subject: Subject, kind: str | None) -> str:
    found = kind_of(look.session, look.generation, subject)
    if found is None or (kind is not None and found not in ("", kind)):
        raise NotFound
    return found or kind or "person"


def _lagging(
    closed: dict[str, str], sources: tuple[str, ...], asked: Question, known: Known
) -> tuple[str, ...]:
    """What a decider knew is in its own log; what the district knew, in all of them."""
    asked_of = sources if known.reader is None else (known.reader,)
    day = asked.known.isoformat()
    return tuple(sorted(name_of(one) for one in asked_of if (closed.get(one) or "") < day))
