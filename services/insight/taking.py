"""Taking what the services recorded into the figures: in order, each event once, from whichever host.

Both hosts call `take` with entries of one source. The embedded one keeps nothing and reads the stores anew
at its start; the Kafka one writes what `changed` gives into its table and acknowledges only then. After a
crash shards may have come further than others: what is read again is folded only where it is missing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import structlog
from pydantic import ValidationError

from events.base import Entry, UnknownType, current
from services.chassis.clock import Clock, civil_date
from services.chassis.codec import read
from services.chassis.feeds import Drawing, Feed
from services.chassis.inbox import Position as LastTaken
from services.chassis.inbox import Stopped, Taken, judge
from services.chassis.metrics import Metrics
from services.insight.figures import STEPS
from services.insight.shard import BESIDE, SHARDS, Position, Shard, decode, encode, shard_of

log = structlog.get_logger(__name__)


class Figures:
    """The live figures of one district. One thread takes, any may read.

    Also a collector of the embedded host: `feeds`, `sources`, `advance`, `measure`.
    """

    def __init__(
        self, district: str, services: Iterable[str], clock: Clock, metrics: Metrics | None = None
    ) -> None:
        self.district = district
        self.sources = tuple(f"/{district}/{name}" for name in services)
        self.feeds: dict[str, Feed] = {}
        self.metrics = metrics or Metrics("insight")
        self.stopped: dict[str, Stopped] = {}
        self.lags: dict[str, int] = {}
        """By source: events that are recorded and not counted yet."""
        self.version = 0
        """Rises with whatever is taken: a reader need not ask for the same again."""
        self.lock = threading.RLock()
        self._clock = clock
        self._drawing = Drawing(self)
        self.clear()

    @property
    def today(self) -> date:
        return civil_date(self._clock.now())

    # -- state ---------------------------------------------------------------------------------------

    def clear(self) -> None:
        """As before the first event."""
        with self.lock:
            self.shards = [Shard() for _ in range(SHARDS + 1)]
            self.positions: dict[str, Position] = {}
            self._changed: set[int] = set()
            self._stamp = 0
            self._stamps: dict[int, int] = {}
            for source in [*self.stopped]:
                self._runs(source)
            self.version += 1

    def load(self, records: Mapping[int, bytes]) -> dict[str, int]:
        """Go on from what `changed` gave before; the offsets to read from, by source.

        A shard may have come further than the positions: it passes over what it has. Where one is older than
        it must be (its record was lost, or put back), everything is read again, which mends it.
        """
        with self.lock:
            self.clear()
            found = {number: decode(record) for number, record in records.items()}
            for number, record in found.items():
                self.shards[number] = Shard.of(record)
                self._stamps[number] = record.stamp
            beside = found.get(BESIDE)
            if beside is None:
                return {}
            self._stamp = max(self._stamps.values())
            late = [n for n, stamp in beside.stamps.items() if self._stamps.get(n, 0) < stamp]
            if late:
                log.warning("shards are older than they were", service="insight", shards=late)
                return {}
            self.positions = beside.positions
            return beside.offsets

    def changed(self, offsets: Mapping[str, int]) -> list[tuple[int, bytes]]:
        """The records to write, in this order, since the last call; the last tells where all stand.

        `offsets` are where to read on, by source.
        """
        with self.lock:
            if not self._changed:
                return []
            self._stamp += 1
            records = []
            for number in sorted(self._changed | {BESIDE}):
                self._stamps[number] = self._stamp
                record = self.shards[number].record(self._stamp, self.positions)
                if number == BESIDE:
                    record.positions, record.offsets = self.positions, dict(offsets)
                    record.stamps = self._stamps
                records.append((number, encode(record)))
            self._changed = set()
            return records

    # -- taking --------------------------------------------------------------------------------------

    def position(self, source: str) -> int:
        known = self.positions.get(source)
        return 0 if known is None else known.sequence

    def take_all(self, batches: Mapping[str, Sequence[Entry]]) -> dict[str, Taken]:
        return {source: self.take(source, entries) for source, entries in batches.items()}

    def take(self, source: str, entries: Sequence[Entry]) -> Taken:
        """Count entries of one source, in order, as far as they follow one another."""
        taken = Taken(len(entries))
        with self.lock:
            for count, entry in enumerate(entries):
                stopped = self._take(source, entry)
                if stopped is not None:
                    taken = Taken(count, stopped)
                    break
            if taken.entries:
                self.version += 1
        if taken.stopped is not None:
            self.stop(source, taken.stopped)
        elif source in self.stopped:
            self._runs(source)
        return taken

    def _take(self, source: str, entry: Entry) -> Stopped | None:
        e = entry.envelope
        if e.source != source:
            raise ValueError(f"an entry of {e.source} in the feed of {source}")
        known = self.positions.get(source)
        if known is None or e.previous != known.id or e.sequence <= known.sequence:
            verdict = judge(_last(known), entry)
            # What was taken before goes on to the shards: after a crash one may have missed it.
            if verdict not in ("next", "duplicate"):
                return Stopped(verdict, f"{source} {e.sequence} does not follow what was taken before")
        stopped = self._count(entry)
        if stopped is None and e.sequence > self.position(source):
            self.positions[source] = Position(
                e.sequence, e.id, e.recordedtime.isoformat(), e.time.isoformat()
            )
            self._changed.add(BESIDE)
        return stopped

    def _count(self, entry: Entry) -> Stopped | None:
        e = entry.envelope
        steps = STEPS.get(e.type)
        if steps is None or e.audience is not None:
            return None
        try:
            current(e.dataschema)
            fact = read(entry).data
        except UnknownType:
            return Stopped("newer-version", f"{e.dataschema} is newer than this program: upgrade it")
        except ValidationError:  # its message would quote the data
            return Stopped("malformed", f"{e.source} {e.sequence} is no {e.dataschema}")
        touched: set[int] = set()
        beside = e.type.startswith("service.")
        for about, step in steps:
            for key in about(e, fact):
                number = BESIDE if beside else shard_of(key)
                shard = self.shards[number]
                if shard.applied.get(e.source, 0) < e.sequence:
                    step(shard, key, e, fact)
                    touched.add(number)
        for number in touched:  # only now: one fact may reach a shard by several of its ids
            self.shards[number].applied[e.source] = e.sequence
        self._changed |= touched
        return None

    def stop(self, source: str, stopped: Stopped) -> None:
        """A source goes no further: the figures are unready until it does."""
        if self.stopped.get(source) != stopped:
            log.error("feed stopped", service="insight", upstream=source, why=stopped.slug)
        self.stopped[source] = stopped
        self.metrics.feed_stopped(source, stopped.slug)

    def _runs(self, source: str) -> None:
        del self.stopped[source]
        self.metrics.feed_runs(source)

    def unready(self) -> list[str]:
        return [f"{source}: {why.slug} {why.detail}" for source, why in sorted(self.stopped.items())]

    # -- in the embedded host ------------------------------------------------------------------------

    def advance(self) -> int:
        """Take all that the feeds have; how many entries went forward."""
        return self._drawing.draw(self.feeds)

    def measure(self) -> None:
        for source, feed in self.feeds.items():
            self.lagging(source, feed.behind(source, self.position(source)))

    def lagging(self, source: str, events: int) -> None:
        self.lags[source] = events
        self.metrics.lag(source, events)


def _last(known: Position | None) -> LastTaken | None:
    if known is None:
        return None
    return {"sequence": known.sequence, "id": str(known.id), "recordedtime": known.recordedtime}
