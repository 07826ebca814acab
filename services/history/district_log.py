"""The district log: every event of every service, kept as the bytes it came in, in a causal order.

It takes what a service's inbox would take, by the same rules (`services.chassis.inbox`), but of all sources
and all types, and it never parks: there is nothing to decide. An event gets its position only when all that
its source knew of, or had heard of, has one; so whoever reads by position never meets an effect before its
cause. A gap, a fork, a clock ahead or a source it was not told of stops that source with an alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
import structlog

from events.base import Entry, Envelope
from events.service import DayClosed
from services.chassis.clock import Clock
from services.chassis.database import Database, Session
from services.chassis.feeds import Drawing, Feed
from services.chassis.inbox import AHEAD, WAIT, Position, Stopped, Taken, judge, position_of
from services.chassis.metrics import Metrics
from services.history import index
from services.history.marks import VERSION, Marks, newer
from services.history.tables import engine_of

TAKEN_AT_ONCE = 5000
SMALL = 12  # bits of the number of events in a log that needs no statistics

_encode = msgspec.json.Encoder().encode
log = structlog.get_logger(__name__)


class _Day(msgspec.Struct):
    day: date


_day = msgspec.json.Decoder(_Day)


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far one source is kept. `closed`: the last day of which it records no more; `lag` in events."""

    source: str
    sequence: int
    recordedtime: datetime | None
    closed: str | None
    lag: int | None
    stopped: Stopped | None


class DistrictLog:
    """`sources` are all that write in the district, history too. Several processes may take at once.

    Also a follower of the embedded host (`advance`), once `feeds` by source are set.
    """

    def __init__(
        self,
        database: Database,
        sources: Iterable[str],
        clock: Clock,
        metrics: Metrics | None = None,
    ) -> None:
        self.database = database
        self.engine = engine_of(database)
        self.sources = tuple(sources)
        self.feeds: dict[str, Feed] = {}
        self.stopped: dict[str, Stopped] = {}
        self.ends: Callable[[str], int] | None = None
        """The last sequence of a source, where the host can tell; for the lag."""
        self._clock = clock
        self._metrics = metrics
        self._drawing = Drawing(self, TAKEN_AT_ONCE)
        with database.founding() as session:
            self.engine.create_log(session)
            if not session.execute("SELECT 1 FROM log_head"):
                session.execute("INSERT INTO log_head VALUES (1, 0, 1, ?)", (VERSION,))
                self.engine.create_index(session, 1)
            version = session.execute("SELECT version FROM log_head")[0][0]
        if version != VERSION:
            self.rebuild()

    # -- taking --------------------------------------------------------------------------------------

    def take(self, source: str, entries: Sequence[Entry]) -> Taken:
        """Keep entries of one source, in order, as far as possible; the rest is for a later call."""
        with self.database.transaction() as session:
            # Taken first and held to the commit: a rival waits here, then reads the positions that this
            # transaction leaves, and finds its overlapping batch to be duplicates.
            first, generation = session.execute(
                "UPDATE log_head SET position = position RETURNING position, generation"
            )[0]
            positions = _positions(session)
            fresh, taken = self._accept(positions, source, entries)
            if fresh:
                self._write(session, first, generation, fresh)
        self.stop(source, taken.stopped)
        return taken

    def take_all(self, batches: Mapping[str, Sequence[Entry]]) -> dict[str, Taken]:
        return {source: self.take(source, entries) for source, entries in batches.items()}

    def _accept(
        self, positions: Mapping[str, Position], source: str, entries: Sequence[Entry]
    ) -> tuple[list[Entry], Taken]:
        last: Envelope | None = None
        latest = self._clock.now() + AHEAD
        fresh: list[Entry] = []
        stopped: Stopped | None = None
        for count, entry in enumerate(entries):
            e = entry.envelope
            if e.source != source:
                raise ValueError(f"an entry of {e.source} in the feed of {source}")
            if last is None or e.previous != last.id or e.sequence <= last.sequence:
                # All but the plain successor of the entry before; what `judge` needs is dear to make.
                verdict = judge(position_of(fresh[-1]) if fresh else positions.get(source), entry)
                if verdict == "duplicate":
                    continue
                if verdict != "next":
                    stopped = Stopped(verdict, f"{source} {e.sequence} does not follow what was taken before")
                    return fresh, Taken(count, stopped)
            if e.recordedtime > latest:
                stopped = Stopped("clock-ahead", f"{source} records {e.recordedtime.isoformat()}")
            elif newer(entry):
                stopped = Stopped("newer-version", f"{e.dataschema} is newer than this program: upgrade it")
            else:
                stopped = self._must_wait(positions, e)
            if stopped is not None:
                return fresh, Taken(count, stopped)
            fresh.append(entry)
            last = e
        return fresh, Taken(len(entries))

    def _must_wait(self, positions: Mapping[str, Position], e: Envelope) -> Stopped | None:
        for vector in (e.known, e.heard):
            for source, sequence in vector.items():
                position = positions.get(source)
                if (position is None or position["sequence"] < sequence) and source != e.source:
                    if source not in self.sources:
                        return Stopped("unknown-source", f"{e.source} knows {source}, which is not read here")
                    return WAIT
        return None

    def _write(self, session: Session, first: int, generation: int, fresh: Sequence[Entry]) -> None:
        rows = []
        marks = Marks()
        for position, entry in enumerate(fresh, first + 1):
            e = entry.envelope
            marks.add(position, entry)
            rows.append(
                (
                    position,
                    e.source,
                    e.sequence,
                    e.id.bytes,
                    e.dataschema,
                    e.subject,
                    e.effective.isoformat(),
                    e.recordedtime.isoformat(),
                    _encode(e),
                    entry.data,
                )
            )
        self.engine.insert(session, "district_log", rows)
        index.write(self.engine, session, generation, marks)
        last = fresh[-1].envelope
        session.execute(
            "INSERT INTO sources VALUES (?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET"
            " sequence = excluded.sequence, id = excluded.id, recordedtime = excluded.recordedtime,"
            " closed = CASE WHEN excluded.closed > sources.closed THEN excluded.closed"
            " ELSE sources.closed END",
            (last.source, last.sequence, last.id.bytes, last.recordedtime.isoformat(), _closed(fresh)),
        )
        last_position = first + len(fresh)
        session.execute("UPDATE log_head SET position = ?", (last_position,))
        if last_position.bit_length() > max(first.bit_length(), SMALL):  # twice as long as the last time
            self.engine.analyze(session, generation, "district_log")

    def stop(self, source: str, stopped: Stopped | None) -> None:
        if stopped is None or not stopped.alarming:
            if self.stopped.pop(source, None) and self._metrics:
                self._metrics.feed_runs(source)
            return
        if self.stopped.get(source) != stopped:
            log.error("feed stopped", service="history", upstream=source, why=stopped.slug)
        self.stopped[source] = stopped
        if self._metrics:
            self._metrics.feed_stopped(source, stopped.slug)

    def measure(self) -> None:
        """Bring the lag of every source up to date."""
        for source, feed in self.feeds.items():
            if self._metrics:
                self._metrics.lag(source, feed.behind(source, self.position(source)))

    # -- following -----------------------------------------------------------------------------------

    def position(self, source: str) -> int:
        """The sequence of the last event kept of a source; 0 before the first."""
        with self.database.reading() as session:
            found = session.execute("SELECT sequence FROM sources WHERE source = ?", (source,))
        return found[0][0] if found else 0

    def pump(self, feeds: Mapping[str, Feed]) -> int:
        """Take what the feeds have until nothing moves; how many entries went forward."""
        total = 0
        while moved := self._drawing.draw(feeds):
            total += moved
        return total

    def advance(self) -> int:
        return self.pump(self.feeds)

    def unready(self) -> list[str]:
        """Why not everything is kept, a sentence each; empty when it is."""
        return [f"{source}: {why.slug} {why.detail}" for source, why in sorted(self.stopped.items())]

    def rebuild(self, progress: Callable[[int], None] = lambda position: None) -> int:
        """Build the index again from the log beside the live one, then swap; how many events it read."""
        return index.rebuild(self.database, self.engine, progress)

    # -- reading -------------------------------------------------------------------------------------

    def source_states(self) -> list[SourceState]:
        with self.database.reading() as session:
            found = {row[0]: row[1:] for row in session.execute(
                "SELECT source, sequence, recordedtime, closed FROM sources"
            )}  # fmt: skip
        states = []
        for source in sorted({*self.sources, *found}):
            sequence, recorded, closed = found.get(source, (0, None, ""))
            lag = None if self.ends is None else max(self.ends(source) - sequence, 0)
            at = None if recorded is None else datetime.fromisoformat(recorded)
            states.append(SourceState(source, sequence, at, closed or None, lag, self.stopped.get(source)))
        return states

    def final_through(self) -> str | None:
        """The last day of which every source records no more; answers about later ones are provisional."""
        days = [state.closed for state in self.source_states()]
        return min((day for day in days if day), default=None) if all(days) else None

    def entries(self, after: int = 0, limit: int = 1000) -> list[tuple[int, Entry]]:
        """The log behind a position, in order, each entry with its position."""
        with self.database.reading() as session:
            return index.entries(session, after, limit)


def _positions(session: Session) -> dict[str, Position]:
    found = session.execute("SELECT source, sequence, id, recordedtime FROM sources")
    return {
        source: {"sequence": sequence, "id": str(UUID(bytes=bytes(last))), "recordedtime": recorded}
        for source, sequence, last, recorded in found
    }


def _closed(entries: Sequence[Entry]) -> str:
    """The last day that the entries close; empty if none."""
    last = ""
    for entry in entries:
        if entry.envelope.type == DayClosed.TYPE:
            try:
                last = max(last, _day.decode(entry.data).day.isoformat())
            except msgspec.MsgspecError:  # another's bytes are kept whatever they say
                log.error("a day closed that cannot be read", source=entry.envelope.source)
    return last
