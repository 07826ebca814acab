"""One look at the log with one's own knowledge: lines found by whom they concern, decoded and placed.

Everything is asked for many at once, so that a township costs no more questions a family than a family.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from uuid import UUID

import structlog
from pydantic import ValidationError

from events.base import Entry, Envelope, Event, UnknownType, current
from services.chassis.codec import Withheld, read
from services.chassis.database import Row, Session
from services.history.asof.knowledge import Known, Line
from services.history.asof.placing import Placed, place
from services.history.index import decode
from services.history.kinship import registrations, surviving
from services.history.marks import SAME
from services.history.sql import among

log = structlog.get_logger(__name__)


def _line(row: Row) -> Line:
    position, source, sequence, id, dataschema = row
    return Line(position, source, sequence, bytes(id), dataschema)


@cache
def _type(dataschema: str) -> str:
    """The type as it is called now; its stored name where this program does not know it."""
    try:
        return current(dataschema).rpartition(".")[0]
    except UnknownType:
        return dataschema.rpartition(".")[0]


@dataclass(slots=True)
class Look:
    """`read`: ids of the events that were read; `unreadable` those that could not be, so do not count."""

    session: Session
    generation: int
    known: Known
    day: date
    read: set[UUID] = field(default_factory=set)
    unreadable: set[UUID] = field(default_factory=set)
    _knows: dict[int, bool] = field(default_factory=dict)
    _told: dict[int, tuple[Envelope, Event | None]] = field(default_factory=dict)

    def groups(self, people: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
        """By survivor, the ids that are one person: the survivor's first."""
        wanted = list(dict.fromkeys(person.bytes for person in people))
        ends = " UNION ALL ".join(
            f"SELECT kind, {end} AS one FROM lineage_{self.generation}"
            for end in ("successor", "predecessor")
        )
        sql = f"SELECT DISTINCT one FROM ({ends}) AS ends WHERE kind = ? AND one IN ({{}})"
        linked = {bytes(row[0]) for row in among(self.session, sql, wanted, (SAME,))}
        found: dict[UUID, tuple[UUID, ...]] = {}
        for one in wanted:
            ids = [one]
            if one in linked:
                survivor = surviving(self.session, self.generation, one, self.knows)
                ids = registrations(self.session, self.generation, survivor, self.knows)
            found.setdefault(UUID(bytes=ids[0]), tuple(UUID(bytes=id) for id in ids))
        return found

    def knows(self, position: int) -> bool:
        """Whether a line is known, and not replaced by a correction that is."""
        if position not in self._knows:
            rows = self.session.execute(
                "SELECT position, source, sequence, id, dataschema FROM district_log WHERE position = ?",
                (position,),
            )
            [line] = [_line(row) for row in rows]
            known = self.known.among(self.session, self.generation, [line])
            self._knows[position] = bool(known) and not self._replaced([line])
        return self._knows[position]

    def facts(
        self, entities: Sequence[UUID], types: frozenset[str], *, own: bool = False
    ) -> dict[UUID, list[Placed]]:
        """Known facts of these types by each entity that they concern (`own`: of its own stream), in the
        order in which they count."""
        wanted = [one.bytes for one in entities]
        rows = among(
            self.session,
            "SELECT l.position, l.source, l.sequence, l.id, l.dataschema, t.entity, l.envelope, l.data"
            f" FROM timeline_{self.generation} t JOIN district_log l ON l.position = t.position"
            f" WHERE t.own >= ? AND t.entity IN ({{}})",
            wanted,
            (int(own),),
        )
        lines: list[Line] = []
        stored: dict[int, tuple[bytes, bytes]] = {}
        whose: dict[int, list[UUID]] = {}
        for position, source, sequence, id, dataschema, entity, envelope, data in rows:
            if _type(dataschema) in types:
                whose.setdefault(position, []).append(UUID(bytes=bytes(entity)))
                if position not in stored:
                    lines.append(Line(position, source, sequence, bytes(id), dataschema))
                    stored[position] = envelope, data
        known = self.known.among(self.session, self.generation, lines)
        lines = [line for line in lines if line.position in known]
        replaced = self._replaced(lines)
        told = {line.position: self._read(line.position, stored) for line in lines}
        others = self.corrected(envelope for envelope, _ in told.values())
        found: dict[UUID, list[tuple[Envelope, Event]]] = {one: [] for one in entities}
        for position, (envelope, fact) in told.items():
            if fact is not None:
                for entity in whose[position]:
                    found[entity].append((envelope, fact))
        return {one: place(facts, replaced, others) for one, facts in found.items()}

    def corrected(self, envelopes: Iterable[Envelope]) -> dict[UUID, Envelope]:
        """These, and all that they correct, and what that corrects, as far as it is known; by id."""
        found = {e.id: e for e in envelopes}
        tried: set[UUID] = set()
        while wanted := {e.corrects for e in found.values() if e.corrects} - found.keys() - tried:
            tried |= wanted
            rows = among(
                self.session,
                "SELECT position, source, sequence, id, dataschema, envelope, data FROM district_log"
                " WHERE id IN ({})",
                [one.bytes for one in wanted],
            )
            known = self.known.among(self.session, self.generation, [_line(row[:5]) for row in rows])
            for row in rows:
                if row[0] in known:
                    e = decode(row[5], row[6]).envelope
                    found[e.id] = e
        return found

    def of(self, ids: Iterable[UUID], facts: Mapping[UUID, list[Placed]]) -> list[Placed]:
        """The facts of several ids that are one, each once, as far as they count on the day."""
        once = {placed.id: placed for id in ids for placed in facts[id]}
        counting = [placed for placed in once.values() if placed.day <= self.day]
        return sorted(counting, key=lambda one: (one.day, one.told))

    def forget(self) -> None:
        """What was decoded is needed no more: memory must not grow with the families of a township."""
        self._told.clear()

    def _read(
        self, position: int, stored: Mapping[int, tuple[bytes, bytes]]
    ) -> tuple[Envelope, Event | None]:
        """Decoded once, though a case lies in the timelines of everybody it covers."""
        if position not in self._told:
            entry = decode(*stored[position])
            self._told[position] = entry.envelope, self._fact(entry)
        return self._told[position]

    def _fact(self, entry: Entry) -> Event | None:
        try:
            fact = read(entry).data
        except (ValidationError, UnknownType, Withheld) as failure:
            self.unreadable.add(entry.envelope.id)
            log.warning("an event cannot be read", id=str(entry.envelope.id), why=type(failure).__name__)
            return None
        self.read.add(entry.envelope.id)
        return fact

    def _replaced(self, lines: Sequence[Line]) -> frozenset[UUID]:
        """Those of the lines in whose place a known correction of the same type stands."""
        types = {line.id: _type(line.dataschema) for line in lines}
        rows = among(
            self.session,
            "SELECT c.corrected, l.position, l.source, l.sequence, l.id, l.dataschema"
            f" FROM corrections_{self.generation} c JOIN district_log l ON l.position = c.position"
            " WHERE c.corrected IN ({})",
            list(types),
        )
        same = [(bytes(row[0]), _line(row[1:])) for row in rows if _type(row[5]) == types[bytes(row[0])]]
        known = self.known.among(self.session, self.generation, [line for _, line in same])
        return frozenset(UUID(bytes=corrected) for corrected, line in same if line.position in known)
