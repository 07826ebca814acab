"""What was known on a day, to the district or to one decider: a bound for every source, and what is left out.

A service's log says by `known` how far it had read each upstream whenever it decided. So what a decider knew
on a day follows from its last event of that day: every upstream up to the bound, as far as it listened to the
type then, less the letters that were waiting or discarded. All of it is looked up by key; nothing is walked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from events.base import CATALOGUE, Envelope, UnknownType, current
from events.service import Listening
from services.chassis.codec import read
from services.chassis.database import Session
from services.history.index import decode
from services.history.marks import RESUMED
from services.history.sql import among

Listened = tuple[tuple[int, frozenset[str]], ...]


class Line(NamedTuple):
    """Where an event lies in the log, and what it is; `id` as its 16 bytes."""

    position: int
    source: str
    sequence: int
    id: bytes
    dataschema: str


@dataclass(frozen=True, slots=True)
class Known:
    """`bounds`: the last sequence known of each source. `reader`: the decider's source; None for the district.
    `listened`: by upstream, behind which of its sequences which types were listened to, in rising order."""

    bounds: dict[str, int]
    reader: str | None = None
    listened: dict[str, Listened] = field(default_factory=dict)

    def among(self, session: Session, generation: int, lines: Sequence[Line]) -> set[int]:
        """The positions of those lines that are known."""
        reached = [line for line in lines if line.sequence <= self.bounds.get(line.source, 0)]
        if self.reader is None:
            return {line.position for line in reached}
        letters = self._letters(session, generation, [line.id for line in reached])
        return {line.position for line in reached if self.read(line, letters)}

    def read(self, line: Line, letters: Mapping[bytes, str]) -> bool:
        """Of a line that was reached; `letters`: what became of those that waited."""
        if line.source == self.reader:
            return True
        letter = letters.get(line.id)
        return self._listened(line) if letter is None else letter == RESUMED

    def _letters(self, session: Session, generation: int, ids: Sequence[bytes]) -> dict[bytes, str]:
        """What became of each as a letter by then: parked, resumed or discarded."""
        assert self.reader is not None
        upto = self.bounds.get(self.reader, 0)
        rows = among(
            session,
            f"SELECT letter, state FROM letters_{generation} WHERE reader = ? AND sequence <= ?"
            " AND letter IN ({}) ORDER BY sequence",
            ids,
            (self.reader, upto),
        )
        return {bytes(letter): state for letter, state in rows}

    def _listened(self, line: Line) -> bool:
        types = frozenset[str]()
        for behind, taken in self.listened.get(line.source, ()):
            if line.sequence > behind:
                types = taken
        if not types:
            return False
        try:
            fact = CATALOGUE[current(line.dataschema)]
        except UnknownType:
            return False
        return fact.TYPE in types or line.dataschema.rpartition(".")[0] in types


#: By reader: the sequences at which it began to listen to something else, and what it knew at each.
Begun = dict[str, tuple[list[int], list[Known]]]


def district(session: Session, generation: int, day: date) -> Known:
    """All that any service had recorded by the end of a civil day."""
    rows = session.execute(
        f"SELECT source, (SELECT sequence FROM days_{generation} d WHERE d.source = s.source AND d.day <= ?"
        " ORDER BY d.day DESC LIMIT 1) FROM sources s",
        (day.toordinal(),),
    )
    return Known({source: sequence for source, sequence in rows if sequence is not None})


def decider(session: Session, generation: int, source: str, day: date, begun: Begun | None = None) -> Known:
    """What a service knew at its last event of a civil day or before; `begun` as in `Deciders`."""
    found = session.execute(
        "SELECT envelope, data FROM district_log WHERE source = ? AND sequence ="
        f" (SELECT sequence FROM days_{generation} WHERE source = ? AND day <= ? ORDER BY day DESC LIMIT 1)",
        (source, source, day.toordinal()),
    )
    if not found:
        return Known({}, source)
    [(envelope, data)] = found
    return Deciders(session, generation, begun).of(decode(envelope, data).envelope)


def decider_at(session: Session, generation: int, source: str, sequence: int) -> Known:
    """What a service knew at this event of its log, which it knows itself, too."""
    bounds: dict[str, int] = {}
    listened: dict[str, list[tuple[int, frozenset[str]]]] = {}
    for own, position in session.execute(
        f"SELECT sequence, position FROM listening_{generation} WHERE reader = ? AND sequence <= ?"
        " ORDER BY sequence",
        (source, sequence),
    ):
        # The event before, too: an upstream that is listened to no longer is not named any more.
        _raise(bounds, _envelopes(session, source, (own - 1, own)))
        sources = _listening(session, position)
        for upstream in {*sources, *listened}:
            types = frozenset(sources.get(upstream, ()))
            listened.setdefault(upstream, []).append((bounds.get(upstream, 0), types))
    _raise(bounds, _envelopes(session, source, (sequence,)))
    bounds[source] = sequence
    return Known(bounds, source, {upstream: tuple(steps) for upstream, steps in listened.items()})


def _raise(bounds: dict[str, int], envelopes: Iterable[Envelope]) -> None:
    for envelope in envelopes:
        for upstream, reached in envelope.known.items():
            bounds[upstream] = max(reached, bounds.get(upstream, 0))


def _envelopes(session: Session, source: str, sequences: Sequence[int]) -> list[Envelope]:
    rows = among(
        session,
        "SELECT envelope, data FROM district_log WHERE source = ? AND sequence IN ({})",
        sequences,
        (source,),
    )
    return [decode(envelope, data).envelope for envelope, data in rows]


def _listening(session: Session, position: int) -> dict[str, tuple[str, ...]]:
    [(envelope, data)] = session.execute(
        "SELECT envelope, data FROM district_log WHERE position = ?", (position,)
    )
    fact = read(decode(envelope, data)).data
    assert isinstance(fact, Listening), "only these are indexed as such"
    return fact.sources


class Deciders:
    """`decider_at` for many events of a log, from their own envelopes: where a service began to listen to something
    else is looked up once. `of(envelope)` equals `decider_at` for that event.

    `begun` outlives a snapshot, and is filled here: a service that began to listen once more is noticed.
    """

    def __init__(self, session: Session, generation: int, begun: Begun | None = None) -> None:
        self._session = session
        self._generation = generation
        self._begun: Begun = {} if begun is None else begun
        self._looked_up: set[str] = set()

    def of(self, envelope: Envelope) -> Known:
        source, sequence = envelope.source, envelope.sequence
        if source not in self._looked_up:
            self._look_up(source)
        sequences, known = self._begun[source]
        last = bisect_right(sequences, sequence)
        bounds: dict[str, int] = {}
        listened: dict[str, Listened] = {}
        if last:
            bounds, listened = dict(known[last - 1].bounds), known[last - 1].listened
        _raise(bounds, (envelope,))
        bounds[source] = sequence
        return Known(bounds, source, listened)

    def _look_up(self, source: str) -> None:
        rows = self._session.execute(
            f"SELECT sequence FROM listening_{self._generation} WHERE reader = ? ORDER BY sequence", (source,)
        )
        sequences = [sequence for (sequence,) in rows]
        if source not in self._begun or self._begun[source][0] != sequences:
            known = [decider_at(self._session, self._generation, source, one) for one in sequences]
            self._begun[source] = sequences, known
        self._looked_up.add(source)
