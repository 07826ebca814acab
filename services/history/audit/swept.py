"""The log as an audit of many decisions reads it: whole cases at a time, everything else looked up once.

It answers what `reading.Log` answers, and the tests compare both, decision by decision. What is looked up anew
for a single decision is kept here for all that share it: how far a service had read (`asof.knowledge.Deciders`), which
papers it knew, and of whom a death or an earlier registration as poor was ever recorded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, get_args
from uuid import UUID

import msgspec

from events import assistance as a
from events import registry as r
from events import verification as v
from events.evidence import EvidenceAttached
from services.history.asof.knowledge import Deciders, Known, Moment
from services.history.audit.reading import CATEGORIES, COLUMNS, OTHERS, RELIEF, Found, Log, Touch
from services.history.audit.story import TOLD
from services.history.marks import SAME
from services.history.sql import AT_ONCE, among

POOR = b'"registered_poor"'
GROUPS = tuple(
    f'"{one}"'.encode() for one in (r.Category.MARGIN, r.Category.BACK_IN_POVERTY, r.Category.NEWLY_POOR)
)
TOUCHES: tuple[Touch, ...] = get_args(Touch)
LEADING = frozenset({*a.BASIC_LIVING, *RELIEF})
"""Programmes whose cases others ask about."""
DIBAO = "dibao"
"""It knows nothing of other cases."""
TOLD_OR_DECIDED = TOLD | {a.Declined.TYPE, a.Exited.TYPE, EvidenceAttached.TYPE}


class _Stream(msgspec.Struct, gc=False):
    """What finds an event's case; a whole envelope takes five times as long to decode."""

    stream: UUID
    concerns: tuple[UUID, ...]


_stream = msgspec.json.Decoder(_Stream)


@dataclass
class SweptLog(Log):
    """A `Log` for many decisions, one case after another."""

    _cases: dict[UUID, list[Found]] = field(default_factory=dict)
    _events: dict[int, Found] = field(default_factory=dict)
    """By the id's number: a UUID takes ten times as long to look up."""
    _elsewhere: dict[UUID, Found | None] = field(default_factory=dict)
    _deciders: Deciders | None = None
    _letters: dict[str, list[int]] = field(default_factory=dict)
    _taken: dict[tuple[object, ...], list[Found]] = field(default_factory=dict)
    _touched: dict[Touch, set[UUID]] | None = None
    _categories: dict[UUID, list[Found]] | None = None
    _others: dict[int, list[Found]] = field(default_factory=dict)
    """By the number of the entity."""
    _amended: set[UUID] | None = None
    _last: tuple[Sequence[Found], str | None] = ((), None)

    def _block(self, positions: list[int]) -> list[Found]:
        """With the cases of these decisions laid ready."""
        streams = among(self.session, "SELECT envelope FROM district_log WHERE position IN ({})", positions)
        self.lay_ready(list(dict.fromkeys(_stream.decode(envelope).stream for (envelope,) in streams)))
        by_position = {found.line.position: found for found in self._events.values()}
        return [by_position[one] for one in positions if one in by_position]

    def lay_ready(self, streams: Sequence[UUID]) -> None:
        self._cases = {stream: [] for stream in streams}
        self._events.clear()
        self._others.clear()
        self._categories = None
        by_entity = {stream.bytes: self._cases[stream] for stream in streams}
        schemas = set(self.schemas(TOLD_OR_DECIDED))
        rows = among(
            self.session,
            f"SELECT t.entity, {', '.join(f'l.{name}' for name in COLUMNS.split(', '))}"
            f" FROM timeline_{self.generation} t JOIN district_log l ON l.position = t.position"
            " WHERE t.own = 1 AND t.entity IN ({}) ORDER BY t.entity, t.position",
            list(by_entity),
        )
        for entity, *row in rows:
            if row[4] not in schemas:
                continue
            found = self._of_case(row)
            if found is not None:
                by_entity[bytes(entity)].append(found)
                self._events[found.id.int] = found

    def _of_case(self, row: Sequence[Any]) -> Found | None:
        return self._found(tuple(row))

    @property
    def plain(self) -> Log:
        """The same snapshot for questions about other things than whole cases."""
        return Log(self.session, self.generation, self.opener, self.unreadable)

    @classmethod
    def beside(cls, log: Log) -> Self:
        """Over the same snapshot."""
        return cls(log.session, log.generation, log.opener, log.unreadable)

    # -- what an audit asks ------------------------------------------------------------------------------

    def event(self, id: UUID) -> Found | None:
        found = self._events.get(id.int)
        if found is None:
            if id not in self._elsewhere:
                self._elsewhere[id] = super().event(id)
            found = self._elsewhere[id]
        return found

    def own(self, stream: UUID) -> list[Found]:
        """Of a case that lies ready: what tells its story, and nothing else."""
        return self._cases[stream] if stream in self._cases else super().own(stream)

    def others(self, entity: UUID) -> list[Found]:
        """Of everybody in the cases that lie ready, and of the cases these lead to, read at once."""
        if entity.int not in self._others:
            wanted = {entity.int} if self._others else {entity.int, *self._people()}
            self._read_others(wanted)
            self._read_others({lead for one in wanted for each in self._others[one] for lead in _leads(each)})
        return self._others[entity.int]

    def _people(self) -> set[int]:
        """Of the cases that lie ready and whose programme asks for more than the case."""
        return {
            member.int
            for own in self._cases.values()
            for one in own
            if getattr(one.fact, "programme", DIBAO) != DIBAO
            for member in one.fact.members
        }

    def _read_others(self, entities: set[int]) -> None:
        """Those that were not read yet."""
        wanted = entities - self._others.keys()
        self._others |= {one: [] for one in wanted}
        schemas = self.schemas(OTHERS)
        if not schemas:
            return
        rows = among(
            self.session,
            f"SELECT t.entity, {', '.join(f'l.{name}' for name in COLUMNS.split(', '))}"
            f" FROM timeline_{self.generation} t JOIN district_log l ON l.position = t.position"
            f" WHERE l.dataschema IN ({', '.join('?' * len(schemas))}) AND t.entity IN ({{}})"
            " ORDER BY t.entity, t.position",
            [UUID(int=one).bytes for one in sorted(wanted)],
            schemas,
        )
        for entity, *row in rows:
            id = int.from_bytes(row[3])
            found = self._events.get(id) or self._of_case(row)
            if found is not None:
                self._events[id] = found
                self._others[int.from_bytes(entity)].append(found)

    def decider(self, found: Found) -> Known:
        return self.knew(found.recorded.envelope)

    def knew(self, moment: Moment) -> Known:
        """What a service knew at an event of its log."""
        if self._deciders is None:
            self._deciders = Deciders(self.session, self.generation, self.begun)
        return self._deciders.of(moment)

    def known(self, found: Sequence[Found], known: Known) -> list[Found]:
        """What is asked of the same list again, with the same part of its source read, is told from memory."""
        source = self._source_of(found)
        if source is None or known.reader is None:
            return super().known(found, known)
        if source == known.reader:
            return [one for one in found if one.line.sequence <= known.bounds.get(source, 0)]
        letters = self._letters_of(known.reader)
        key = (
            found[0].line.position,
            found[-1].line.position,
            len(found),
            source,
            known.bounds.get(source, 0),
            known.listened.get(source, ()),
            bisect_right(letters, known.bounds.get(known.reader, 0)),
        )
        if key not in self._taken:
            self._taken[key] = super().known(found, known)
        return self._taken[key]

    def taken(self, found: Sequence[Found], known: Known) -> list[Found]:
        """Of a service to which no letter had come to wait yet nothing has to be looked up."""
        reader = known.reader
        if reader is None or bisect_right(self._letters_of(reader), known.bounds.get(reader, 0)):
            return super().known(found, known)
        bounds = known.bounds
        return [
            one
            for one in found
            if one.line.sequence <= bounds.get(one.line.source, 0) and known.read(one.line, {})
        ]

    def touched(self, person: UUID, how: Touch) -> bool:
        return person in self.all_touched()[how]

    def all_touched(self) -> dict[Touch, set[UUID]]:
        if self._touched is None:
            self._touched = {"death": set(), "poor": set(), "group": set()}
            types = frozenset({r.Died.TYPE, r.Categorised.TYPE, v.MismatchFound.TYPE})
            for one, kind in self.touches(self.positions_of(types)):
                self._touched[kind].add(one)
        return self._touched

    def turns(self) -> list[tuple[str, int]]:
        """Events, by source and sequence, with which a service began to listen to something else, or something became of
        a letter to it: from there on, what it had read of others may count otherwise."""
        return self.session.execute(
            f"SELECT reader, sequence FROM listening_{self.generation}"
            f" UNION SELECT reader, sequence FROM letters_{self.generation} ORDER BY 1, 2"
        )

    def categories(self, person: UUID) -> list[Found] | None:
        """Of everybody in the cases that lie ready, read at once."""
        if person in self.not_plain():
            return None
        if self._categories is None:
            people = {member for own in self._cases.values() for one in own for member in one.fact.members}
            self._categories = {
                UUID(int=one.int): []
                for one in people
                if self.touched(one, "poor") or self.touched(one, "group")
            }
            for one in self.about(list(self._categories), CATEGORIES):
                self._categories.setdefault(UUID(int=one.fact.person.int), []).append(one)
        return self._categories.get(UUID(int=person.int))

    def _source_of(self, found: Sequence[Found]) -> str | None:
        """Of which all are, if they are; of the list asked about last it is not looked for again."""
        if self._last[0] is not found:
            sources = {one.line.source for one in found}
            self._last = found, sources.pop() if len(sources) == 1 else None
        return self._last[1]

    # -- looked up once ------------------------------------------------------------------------------------

    def not_plain(self) -> set[UUID]:
        """Who was merged, or of whom a category was corrected: they have to be folded."""
        if self._amended is None:
            ends = self.session.execute(
                f"SELECT successor, predecessor FROM lineage_{self.generation} WHERE kind = ?", (SAME,)
            )
            self._amended = {UUID(bytes=bytes(end)) for both in ends for end in both}
            corrections = f"SELECT corrected, position FROM corrections_{self.generation}"
            for corrected, position in self.session.execute(corrections):
                for found in (self.event(UUID(bytes=bytes(corrected))), *self.at([position])):
                    if found is not None and isinstance(found.fact, r.Categorised | r.CategoryEnded):
                        self._amended.add(UUID(int=found.fact.person.int))
        return self._amended

    def _letters_of(self, reader: str) -> list[int]:
        """Behind which of its own events something became of a letter."""
        if reader not in self._letters:
            rows = self.session.execute(
                f"SELECT sequence FROM letters_{self.generation} WHERE reader = ? ORDER BY sequence",
                (reader,),
            )
            self._letters[reader] = [sequence for (sequence,) in rows]
        return self._letters[reader]

    def touches(self, positions: Sequence[int]) -> Iterator[tuple[UUID, Touch]]:
        """Of whom something is recorded there, and who was merged with whom."""
        for start in range(0, len(positions), AT_ONCE):
            rows = among(
                self.session,
                "SELECT dataschema, envelope, data FROM district_log WHERE position IN ({})",
                positions[start : start + AT_ONCE],
            )
            for dataschema, envelope, data in rows:
                kind = _touch(dataschema, bytes(data))
                if kind is not None:
                    for one in _stream.decode(envelope).concerns:
                        yield one, kind
        ends = f"SELECT successor, predecessor FROM lineage_{self.generation} WHERE kind = ?"
        for both in self.session.execute(ends, (SAME,)):
            for end in both:
                yield from ((UUID(bytes=bytes(end)), kind) for kind in TOUCHES)


def _touch(dataschema: str, data: bytes) -> Touch | None:
    if not dataschema.startswith(f"{r.Categorised.TYPE}."):
        return "death"
    if POOR in data:
        return "poor"
    return "group" if any(one in data for one in GROUPS) else None


def _leads(one: Found) -> Iterator[int]:
    """To what else has to be read: a registration merged into another, a case that helps somebody."""
    fact = one.fact
    if fact.TYPE == r.PeopleMerged.TYPE:
        yield fact.duplicate.int
    elif getattr(fact, "programme", None) in LEADING:
        yield fact.case.int
