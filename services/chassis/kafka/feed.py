"""The Kafka feed: upstream entries from their topics, bounded in memory, repeated rather than left out.

Where to go on is the service's own position (sequence and id), kept with its facts. The offsets committed
to Kafka are a hint that saves reading from the start, and show the lag to Kafka's own tools. Used by one
thread.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError
from kafka.structs import OffsetAndMetadata

from events.base import Entry
from services.chassis.codec import from_message
from services.chassis.inbox import Stopped
from services.chassis.kafka.bulk import BulkConsumer
from services.chassis.kafka.topics import consumer, source_of_record, topic_of
from services.chassis.service import name_of

log = structlog.get_logger(__name__)

MOST_WAITING = 10_000
FEW_WAITING = 2_000
STUCK_SECONDS = 60.0
HINT_SECONDS = 5.0


def begin_where_hinted(consumer: KafkaConsumer | BulkConsumer, places: list[TopicPartition]) -> None:
    """Assign the partitions and start at the offsets committed as hints, else at the beginning."""
    consumer.assign(places)
    for place in places:
        hint = consumer.committed(place)
        if hint is None:
            consumer.seek_to_beginning(place)
        else:
            consumer.seek(place, hint)


class FeedStuck(RuntimeError):
    """Entries are there and none comes: exit, so that the supervisor starts the process anew."""


@dataclass(slots=True)
class _Lane:
    """One upstream: its partition and what was fetched and not yet taken."""

    source: str
    place: TopicPartition
    waiting: deque[tuple[int, Entry]] = field(default_factory=deque)
    taken: int | None = None  # offset behind the last entry taken
    paused: bool = False
    moved: float = field(default_factory=time.monotonic)
    malformed: str = ""


class KafkaFeed:
    def __init__(
        self, bootstrap: str, reader: str, sources: Sequence[str], partition: int = 0, *, bulk: bool = False
    ) -> None:
        """`reader` names the offsets' group: the source of the service that reads. `bulk`: it reads all."""
        group = f"doudi{reader.replace('/', '.')}"
        self._consumer: KafkaConsumer | BulkConsumer = (
            BulkConsumer(bootstrap, group) if bulk else consumer(bootstrap, group)
        )
        self._lanes = {
            source: _Lane(source, TopicPartition(topic_of(name_of(source)), partition)) for source in sources
        }
        self._by_place: dict[TopicPartition, list[_Lane]] = {}
        for lane in self._lanes.values():
            self._by_place.setdefault(lane.place, []).append(lane)
        begin_where_hinted(self._consumer, list(self._by_place))
        self._hinted = time.monotonic()
        self._checked = time.monotonic()

    def poll(self, milliseconds: int = 100) -> int:
        """Fetch what has come; how many entries. FeedStuck where nothing comes that should."""
        self._flow()
        fetched = 0
        for place, records in self._poll(milliseconds).items():
            for lane in self._by_place[place]:
                lane.moved = time.monotonic()
            for record in records:
                source = source_of_record(record)
                for lane in self._by_place[place]:
                    if lane.source == source and not lane.malformed:
                        fetched += self._accept(lane, record.offset, record.headers, record.value)
        self._watch()
        return fetched

    def _poll(self, milliseconds: int) -> dict[TopicPartition, list[Any]]:
        try:
            found: dict[TopicPartition, list[Any]] = self._consumer.poll(timeout_ms=milliseconds)
        except OffsetOutOfRangeError:
            # A hint from before the topic was made anew: the position decides, from the start.
            for lane in self._lanes.values():
                self.again(lane.source, 0)
            return {}
        return found

    def _accept(self, lane: _Lane, offset: int, headers: list[tuple[str, bytes]], value: bytes) -> int:
        try:
            lane.waiting.append((offset, from_message(headers, value)))
        except (KeyError, ValueError) as error:
            lane.malformed = f"offset {offset} is no event of a chassis: {type(error).__name__}"
            return 0
        return 1

    def read(self, source: str, after: int, limit: int) -> list[Entry]:
        lane = self._lanes[source]
        return [lane.waiting[i][1] for i in range(min(limit, len(lane.waiting)))]

    def taken(self, source: str, count: int) -> None:
        lane = self._lanes[source]
        for _ in range(count):
            lane.taken = lane.waiting.popleft()[0] + 1

    def again(self, source: str, after: int) -> None:
        """Read a source again from its position: a hint was wrong, or a gap is looked at twice."""
        lane = self._lanes[source]
        lane.waiting.clear()
        lane.taken = None
        lane.malformed = ""
        for other in self._by_place[lane.place]:
            other.waiting.clear()
        self._consumer.seek_to_beginning(lane.place)

    def behind(self, source: str, after: int) -> int:
        """Records between what was taken and the end; transaction markers count too."""
        lane = self._lanes[source]
        end: int = self._consumer.end_offsets([lane.place])[lane.place]
        if lane.taken is None or not lane.waiting:
            return max(0, end - (self._consumer.position(lane.place) or 0))
        return max(0, end - lane.taken)

    def trouble(self, source: str, after: int) -> Stopped | None:
        malformed = self._lanes[source].malformed
        return Stopped("malformed", malformed) if malformed else None

    def hint(self, now: bool = False) -> None:
        """Tell Kafka how far was taken; a failure costs reading more after the next start, nothing else."""
        if not now and time.monotonic() - self._hinted < HINT_SECONDS:
            return
        self._hinted = time.monotonic()
        offsets = {
            lane.place: OffsetAndMetadata(lane.taken, "", -1)
            for lane in self._lanes.values()
            if lane.taken is not None and len(self._by_place[lane.place]) == 1
        }
        if offsets:
            try:
                self._consumer.commit(offsets)
            except KafkaError as error:
                log.info("offset hint not stored", error=type(error).__name__)

    def close(self) -> None:
        self.hint(now=True)
        self._consumer.close(autocommit=False)

    def _flow(self) -> None:
        for place, lanes in self._by_place.items():
            fullest = max(len(lane.waiting) for lane in lanes)
            if fullest > MOST_WAITING and not lanes[0].paused:
                self._consumer.pause(place)
                lanes[0].paused = True
            elif fullest < FEW_WAITING and lanes[0].paused:
                self._consumer.resume(place)
                lanes[0].paused = False
                lanes[0].moved = time.monotonic()

    def _watch(self) -> None:
        now = time.monotonic()
        if now - self._checked < STUCK_SECONDS / 4:
            return
        self._checked = now
        ends = self._consumer.end_offsets(list(self._by_place))
        for place, lanes in self._by_place.items():
            position = self._consumer.position(place)
            if lanes[0].paused or (position is not None and position >= ends[place]):
                lanes[0].moved = now
            elif now - lanes[0].moved > STUCK_SECONDS:
                raise FeedStuck(f"{place.topic}: stands at {position} of {ends[place]}")
