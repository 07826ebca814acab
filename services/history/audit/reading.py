"""The log as an audit reads it: single events, a case's own, and what a decider knew when it decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any, Literal
from uuid import UUID

import structlog
from pydantic import ValidationError

from events import assistance as a
from events import disability as d
from events import registry as r
from events.base import CATALOGUE, Entry, Event, Recorded, UnknownType
from events.verification import FeedReceived
from services.chassis.clock import civil_date
from services.chassis.codec import Opener, Withheld, read
from services.chassis.database import Row, Session
from services.chassis.vault import VaultError
from services.history.asof.knowledge import Begun, Known, Line, decider_at
from services.history.asof.looking import Look
from services.history.index import decode
from services.history.marks import SAME
from services.history.sql import AT_ONCE, among

COLUMNS = "position, source, sequence, id, dataschema, envelope, data"
SCANNED = 50_000
"""Lines that are looked through at once."""
NEVER = "9999"
ENDLESS = 2**62
Touch = Literal["death", "poor", "group"]
RELIEF = frozenset({"relief-emergency", "relief-expenditure"})
"""Temporary relief of both kinds."""
CATEGORIES = frozenset({r.Categorised.TYPE, r.CategoryEnded.TYPE})
FILE = frozenset(fact.TYPE for fact in CATALOGUE.values() if issubclass(fact, d.DisabledFact))
"""What a disabled person's file is told by."""
OTHERS = FILE | {
    a.Applied.TYPE, a.TakenOver.TYPE, a.SubsidyGranted.TYPE, a.Adjusted.TYPE, a.HouseholdChanged.TYPE, a.Exited.TYPE,
    r.PeopleMerged.TYPE, r.Died.TYPE, r.Enrolled.TYPE, r.Exited.TYPE,
}  # fmt: skip
"""By what else than its own case a service knows an input."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A line of the log, read."""

    line: Line
    entry: Entry
    recorded: Recorded[Any]

    @property
    def id(self) -> UUID:
        return self.recorded.envelope.id

    @property
    def fact(self) -> Any:
        return self.recorded.data


def log_in(session: Session, opener: Opener | None) -> Log:
    """The log as it is found now, in one snapshot."""
    [(generation,)] = session.execute("SELECT generation FROM log_head")
    return Log(session, generation, opener)


@dataclass(slots=True)
class Log:
    """In one snapshot. `opener`: opens what is restricted to audit; `unreadable`: events that could not be read."""

    session: Session
    generation: int
    opener: Opener | None
    unreadable: set[UUID] = field(default_factory=set)
    begun: Begun = field(default_factory=dict)  # as in `Deciders`
    _schemas: list[str] | None = None
    _feeds: dict[UUID, Found] | None = None

    def event(self, id: UUID) -> Found | None:
        rows = self.session.execute(f"SELECT {COLUMNS} FROM district_log WHERE id = ?", (id.bytes,))
        return self._found(rows[0]) if rows else None

    def own(self, stream: UUID) -> list[Found]:
        """What is recorded in a stream, in the order of its log."""
        positions = self.session.execute(
            f"SELECT position FROM timeline_{self.generation} WHERE entity = ? AND own = 1 ORDER BY position",
            (stream.bytes,),
        )
        return self.at([position for (position,) in positions])

    def concerning(self, stream: UUID, type_: str) -> list[Found]:
        """What is recorded in a stream of that id, by any service, and is of one type."""
        return [one for one in self.own(stream) if one.recorded.envelope.type == type_]

    def about(self, entities: Sequence[UUID], types: frozenset[str], *, own: bool = False) -> list[Found]:
        """What concerns any of them (`own`: is recorded in a stream of theirs) and is of these types, in causal order."""
        schemas = self.schemas(types)
        if not schemas:
            return []
        marks = ", ".join("?" * len(schemas))
        rows = among(
            self.session,
            f"SELECT {', '.join(f'l.{name}' for name in COLUMNS.split(', '))} FROM district_log l"
            f" JOIN timeline_{self.generation} t ON t.position = l.position"
            f" WHERE l.dataschema IN ({marks}){' AND t.own = 1' if own else ''} AND t.entity IN ({{}})",
            [one.bytes for one in dict.fromkeys(entities)],
            schemas,
        )
        once = {row[0]: row for row in rows}
        return [found for row in sorted(once.values()) if (found := self._found(row)) is not None]

    def others(self, entity: UUID) -> list[Found]:
        """What of `OTHERS` concerns a person or a household, or is recorded in a case; in causal order."""
        return self.about([entity], OTHERS)

    def schemas(self, types: frozenset[str]) -> list[str]:
        """Names under which events of these types are stored, of any version."""
        if self._schemas is None:
            rows = self.session.execute("SELECT DISTINCT dataschema FROM district_log")
            self._schemas = [schema for (schema,) in rows]
        return [schema for schema in self._schemas if schema.rpartition(".")[0] in types]

    def feed(self, id: UUID) -> Found | None:
        """The taking of a department's file; of these there are few."""
        if self._feeds is None:
            taken = self.at(self.positions_of(frozenset({FeedReceived.TYPE})))
            self._feeds = {one.fact.feed: one for one in taken}
        return self._feeds.get(id)

    def began(self, source: str) -> date:
        """The civil day of the first thing that a source recorded; the last of all days where there is none."""
        rows = self.session.execute(
            "SELECT recordedtime FROM district_log WHERE source = ? ORDER BY sequence LIMIT 1", (source,)
        )
        return civil_date(datetime.fromisoformat(rows[0][0])) if rows else date.max

    def closed(self, source: str) -> date | None:
        """The last day of which a source records no more."""
        rows = self.session.execute("SELECT closed FROM sources WHERE source = ?", (source,))
        return date.fromisoformat(rows[0][0]) if rows and rows[0][0] else None

    def cannot_read(self, stream: UUID) -> bool:
        """Whether something of a stream was met that cannot be read: nothing is missing there just because it is not seen."""
        rows = among(
            self.session,
            f"SELECT l.id FROM district_log l JOIN timeline_{self.generation} t ON t.position = l.position"
            " WHERE t.entity = ? AND t.own = 1 AND l.id IN ({})",
            [one.bytes for one in self.unreadable],
            [stream.bytes],
        )
        return bool(rows)

    def of_source(self, source: str, types: frozenset[str]) -> list[Found]:
        """All of one source that are of these types; its whole log is looked through."""
        rows = self.session.execute(
            "SELECT position, dataschema FROM district_log WHERE source = ? ORDER BY sequence", (source,)
        )
        wanted = [position for position, schema in rows if schema.rpartition(".")[0] in types]
        return self.at(wanted)

    def of_types(
        self, types: frozenset[str], since: str | None = None, until: str | None = None, after: int = 0
    ) -> Iterator[Found]:
        """All of these types in causal order, a few at a time; recorded from `since` on and before `until`; behind a
        position."""
        yield from self.of_positions(self.positions_of(types, since, until, after))

    def of_positions(self, wanted: list[int]) -> Iterator[Found]:
        """What lies there, a few at a time."""
        for start in range(0, len(wanted), AT_ONCE):
            yield from self._block(wanted[start : start + AT_ONCE])

    def _block(self, positions: list[int]) -> list[Found]:
        """Some decisions that are judged one after another."""
        return self.at(positions)

    def at(self, positions: list[int]) -> list[Found]:
        """What lies at these positions and can be read."""
        rows = among(
            self.session,
            f"SELECT {COLUMNS} FROM district_log WHERE position IN ({{}}) ORDER BY position",
            positions,
        )
        return [found for row in rows if (found := self._found(row)) is not None]

    def positions_of(
        self, types: frozenset[str], since: str | None = None, until: str | None = None, after: int = 0
    ) -> list[int]:
        """Where events of these types lie, of any version; the whole log is looked through, by the database."""
        schemas = self.schemas(types)
        if not schemas:
            return []
        marks = ", ".join("?" * len(schemas))
        rows = self.session.execute(
            f"SELECT position FROM district_log WHERE dataschema IN ({marks}) AND recordedtime >= ?"
            " AND recordedtime < ? AND position > ? ORDER BY position",
            (*schemas, since or "", until or NEVER, after),
        )
        return [position for (position,) in rows]

    def behind(
        self, position: int, types: frozenset[str], since: str | None = None, until: str | None = None
    ) -> list[int]:
        """Where events of these types lie behind a position; only what lies there is looked through."""
        marks = ", ".join("?" * len(types))
        rows = self.session.execute(
            f"SELECT position FROM district_log WHERE position > ? AND rtrim(dataschema, '0123456789') IN ({marks})"
            " AND recordedtime >= ? AND recordedtime < ? ORDER BY position",
            (position, *(f"{one}." for one in sorted(types)), since or "", until or NEVER),
        )
        return [found for (found,) in rows]

    def upto(self, source: str, sequence: int) -> tuple[int, UUID | None, int, int]:
        """How many events there are of a source up to one, which that is, where it lies, and where the next one does; the
        last two are 0 and the end of all numbers where there is none."""
        [(count,)] = self.session.execute(
            "SELECT count(*) FROM district_log WHERE source = ? AND sequence <= ?", (source, sequence)
        )
        last = self.session.execute(
            "SELECT id, position FROM district_log WHERE source = ? AND sequence = ?", (source, sequence)
        )
        after = self.session.execute(
            "SELECT position FROM district_log WHERE source = ? AND sequence > ? ORDER BY sequence LIMIT 1",
            (source, sequence),
        )
        id, position = (UUID(bytes=bytes(last[0][0])), last[0][1]) if last else (None, 0)
        return count, id, position, after[0][0] if after else ENDLESS

    def backdated(
        self, days: int, since: str | None = None, until: str | None = None, after: int = 0
    ) -> Iterator[Found]:
        """What counts from so many days before the civil day of its recording, or from earlier; any type."""
        [(head,)] = self.session.execute("SELECT position FROM log_head")
        for start in range(after, head, SCANNED):
            rows = self.session.execute(
                "SELECT position, effective, recordedtime FROM district_log WHERE position > ? AND position <= ?"
                " AND recordedtime >= ? AND recordedtime < ? ORDER BY position",
                (start, start + SCANNED, since or "", until or NEVER),
            )
            yield from self.at(
                [
                    position
                    for position, effective, recorded in rows
                    if civil_date(datetime.fromisoformat(recorded)) - date.fromisoformat(effective)
                    >= timedelta(days)
                ]
            )

    def registrations(self, people: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
        """By every id of theirs: all ids that are one person, as is known now; the survivor's first."""
        look = Look(self.session, self.generation, self.everything(), date.max)
        return {id: ids for ids in look.groups(people).values() for id in ids}

    def streams_of(self, types: frozenset[str]) -> list[UUID]:
        """Streams in which events of these types lie, in the order of their first."""
        schemas = self.schemas(types)
        if not schemas:
            return []
        marks = ", ".join("?" * len(schemas))
        rows = self.session.execute(
            f"SELECT subject FROM district_log WHERE dataschema IN ({marks}) GROUP BY subject ORDER BY min(position)",
            schemas,
        )
        return [UUID(subject.rpartition("/")[2]) for (subject,) in rows]

    def streams_at(self, positions: Sequence[int]) -> dict[UUID, list[int]]:
        """By stream those of these positions that lie in it; both in order."""
        rows = among(
            self.session, "SELECT subject, position FROM district_log WHERE position IN ({})", positions
        )
        found: dict[str, list[int]] = {}
        for subject, position in sorted(rows, key=itemgetter(1)):
            found.setdefault(subject, []).append(position)
        return {UUID(subject.rpartition("/")[2]): some for subject, some in found.items()}

    def positions(self, ids: Sequence[UUID]) -> list[int]:
        """Where events lie, by their ids."""
        rows = among(
            self.session, "SELECT position FROM district_log WHERE id IN ({})", [one.bytes for one in ids]
        )
        return [position for (position,) in rows]

    def touched(self, person: UUID, how: Touch) -> bool:
        """Whether a death, being registered as poor, or belonging to a group of relief or the margin may be recorded of
        somebody; else nobody need look."""
        return True

    def categories(self, person: UUID) -> list[Found] | None:
        """All that says to which populations somebody belongs, where nothing of it was corrected and nobody was merged;
        None: not known here, fold the person."""
        merged = self.session.execute(
            f"SELECT 1 FROM lineage_{self.generation} WHERE kind = ? AND (successor = ? OR predecessor = ?)",
            (SAME, person.bytes, person.bytes),
        )
        told = [] if merged else self.about([person], CATEGORIES)
        corrected = among(
            self.session,
            f"SELECT corrected FROM corrections_{self.generation} WHERE corrected IN ({{}})",
            [one.id.bytes for one in told],
        )
        amended = bool(merged or corrected) or any(one.recorded.envelope.corrects for one in told)
        return None if amended else told

    def decider(self, found: Found) -> Known:
        """What the service knew when it recorded this: as its own envelope names it, itself included."""
        return decider_at(self.session, self.generation, found.line.source, found.line.sequence)

    def district_before(self, found: Found, of: str | None = None) -> Known:
        """What any service had recorded before this was; `of`: this one alone."""
        moment = found.recorded.envelope.recordedtime.isoformat()
        ends = self.session.execute("SELECT source, sequence FROM sources")
        ends = [row for row in ends if of in (None, row[0])]
        return Known({source: self._last_before(source, end, moment) for source, end in ends})

    def everything(self) -> Known:
        return Known(dict(self.session.execute("SELECT source, sequence FROM sources")))

    def known(self, found: Sequence[Found], known: Known) -> list[Found]:
        positions = known.among(self.session, self.generation, [one.line for one in found])
        return [one for one in found if one.line.position in positions]

    def taken(self, found: Sequence[Found], known: Known) -> list[Found]:
        """As `known`, of what several services recorded."""
        return self.known(found, known)

    def _last_before(self, source: str, end: int, moment: str) -> int:
        """Times rise with the sequence in a source, so it is halved and not walked."""
        low, high = 0, end
        while low < high:
            middle = (low + high + 1) // 2
            rows = self.session.execute(
                "SELECT recordedtime FROM district_log WHERE source = ? AND sequence = ?", (source, middle)
            )
            if rows and rows[0][0] < moment:
                low = middle
            else:
                high = middle - 1
        return low

    def _found(self, row: Row) -> Found | None:
        position, source, sequence, id, dataschema, envelope, data = row
        entry = decode(envelope, data)
        recorded = self._read(entry)
        if recorded is None:
            return None
        return Found(Line(position, source, sequence, bytes(id), dataschema), entry, recorded)

    def _read(self, entry: Entry) -> Recorded[Event] | None:
        try:
            return read(entry, self.opener)
        except (ValidationError, UnknownType, Withheld, VaultError) as failure:
            self.unreadable.add(entry.envelope.id)
            log.warning("an event cannot be read", id=str(entry.envelope.id), why=type(failure).__name__)
            return None
