"""What one line of the log adds to the index: whom it concerns, who comes from whom, who lives where.

The index is thin: entity, position and the day from which it counts, no copy of an event. `own` marks an
event of the entity's own stream. For as-of it holds where each source's days end, what corrects what, which
letters a service has waiting, and what it listens to. Only the few facts that tie one identifier to another are decoded; all
others stay bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

from events.base import Entry, Event, UnknownType, current
from events.registry import (
    HouseholdCorrected,
    HouseholdMoved,
    HouseholdRegistered,
    HouseholdsMerged,
    HouseholdSplit,
    MemberJoined,
    MemberLeft,
    PeopleMerged,
)
from events.service import Discarded, Letter, Listening, Parked, Resumed
from services.chassis.clock import civil_date, midnight
from services.chassis.codec import read

#: Raised with every change of what the index holds: the next start builds it again.
VERSION = 2

ONE_DAY = timedelta(days=1)
_NO_DAY = (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), 0)
PARKED, RESUMED, DISCARDED = "parked", "resumed", "discarded"
SPLIT, MERGED, SAME = "split", "merged", "same"
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Marks:
    """Rows for the index, gathered over a batch."""

    timeline: list[tuple[bytes, int, int, int]] = field(default_factory=list)
    lineage: list[tuple[bytes, bytes, int, str]] = field(default_factory=list)
    membership: dict[tuple[bytes, int, bytes], tuple[bytes, int, bytes, int, int]] = field(
        default_factory=dict
    )
    residence: list[tuple[bytes, int, str]] = field(default_factory=list)
    days: dict[tuple[str, int], int] = field(default_factory=dict)
    letters: list[tuple[bytes, str, int, str]] = field(default_factory=list)
    corrections: list[tuple[bytes, int]] = field(default_factory=list)
    listening: list[tuple[str, int, int]] = field(default_factory=list)
    _today: dict[str, tuple[datetime, datetime, int]] = field(default_factory=dict)

    def add(self, position: int, entry: Entry) -> None:
        e = entry.envelope
        self.concerns(position, e.stream.bytes, [one.bytes for one in e.concerns], e.effective)
        self.recorded(e.source, e.sequence, e.recordedtime)
        if e.corrects is not None:
            self.corrections.append((e.corrects.bytes, position))
        if e.type in TYING:
            self.tie(position, entry)

    def concerns(self, position: int, stream: bytes, others: Iterable[bytes], effective: date) -> None:
        """A row for everybody, once: an envelope may name somebody twice."""
        day = effective.toordinal()
        self.timeline.append((stream, position, 1, day))
        for one in dict.fromkeys(others):
            if one != stream:
                self.timeline.append((one, position, 0, day))

    def recorded(self, source: str, sequence: int, at: datetime) -> None:
        """The last sequence of each day on which a source recorded; for every event, so it must be cheap."""
        begins, ends, day = self._today.get(source, _NO_DAY)
        if not begins <= at < ends:
            civil = civil_date(at)
            begins, ends, day = midnight(civil), midnight(civil + ONE_DAY), civil.toordinal()
            self._today[source] = begins, ends, day
        self.days[source, day] = sequence

    def tie(self, position: int, entry: Entry) -> None:
        try:
            fact = read(entry).data
        except ValidationError:
            # The bytes are kept and found by everyone concerned; only the tie cannot be drawn.
            log.error("a tie that cannot be read", schema=entry.envelope.dataschema, position=position)
            return
        e = entry.envelope
        if isinstance(fact, Letter):
            self.letters.append((fact.letter.bytes, e.source, e.sequence, _LETTERS[e.type]))
        elif isinstance(fact, Listening):
            self.listening.append((e.source, e.sequence, position))
        else:
            _TIES[e.type](self, position, fact)

    def comes_from(self, successor: UUID, predecessor: UUID, position: int, kind: str) -> None:
        self.lineage.append((successor.bytes, predecessor.bytes, position, kind))

    def lives(self, person: UUID, household: UUID, position: int, since: date, joined: bool) -> None:
        # By key: a nonsensical fact (a household merged into itself) must not stop the log for ever.
        key = (person.bytes, position, household.bytes)
        self.membership[key] = (*key, since.toordinal(), int(joined))

    def resides(self, household: UUID, position: int, township: str | None) -> None:
        if township is not None:
            self.residence.append((household.bytes, position, township))


def newer(entry: Entry) -> bool:
    """Whether the line ties identifiers in a way that only a later version of this program can read."""
    if entry.envelope.type not in TYING:
        return False
    try:
        current(entry.envelope.dataschema)
    except UnknownType:
        return True
    return False


def _registered(marks: Marks, position: int, fact: HouseholdRegistered) -> None:
    marks.resides(fact.household, position, fact.township)
    for person in dict.fromkeys(member.person for member in fact.members):
        marks.lives(person, fact.household, position, fact.since, True)


def _resides(marks: Marks, position: int, fact: HouseholdMoved | HouseholdCorrected) -> None:
    marks.resides(fact.household, position, fact.township)


def _joined(marks: Marks, position: int, fact: MemberJoined) -> None:
    marks.lives(fact.person, fact.household, position, fact.since, True)


def _left(marks: Marks, position: int, fact: MemberLeft) -> None:
    marks.lives(fact.person, fact.household, position, fact.since, False)


def _split(marks: Marks, position: int, fact: HouseholdSplit) -> None:
    marks.comes_from(fact.into, fact.household, position, SPLIT)
    for person in dict.fromkeys(fact.members):
        marks.lives(person, fact.household, position, fact.since, False)
        marks.lives(person, fact.into, position, fact.since, True)


def _merged(marks: Marks, position: int, fact: HouseholdsMerged) -> None:
    marks.comes_from(fact.household, fact.absorbed, position, MERGED)
    for person in dict.fromkeys(member.person for member in fact.members):
        marks.lives(person, fact.absorbed, position, fact.since, False)
        marks.lives(person, fact.household, position, fact.since, True)


def _same(marks: Marks, position: int, fact: PeopleMerged) -> None:
    marks.comes_from(fact.person, fact.duplicate, position, SAME)


_STEPS: dict[type[Event], Callable[[Marks, int, Any], None]] = {
    HouseholdRegistered: _registered,
    HouseholdMoved: _resides,
    HouseholdCorrected: _resides,
    MemberJoined: _joined,
    MemberLeft: _left,
    HouseholdSplit: _split,
    HouseholdsMerged: _merged,
    PeopleMerged: _same,
}
_TIES = {fact.TYPE: step for fact, step in _STEPS.items()}
_LETTERS = {Parked.TYPE: PARKED, Resumed.TYPE: RESUMED, Discarded.TYPE: DISCARDED}
TYING = frozenset({*_TIES, *_LETTERS, Listening.TYPE})
"""Types whose facts tie one identifier to another, so that they must be decoded."""
