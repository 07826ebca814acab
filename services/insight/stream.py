"""The Faust application: one worker that reads the services' topics into the figures, and its table.

The table holds the shards, with how far they are: what it says is where reading begins, and the offsets
acknowledged to Kafka are a hint for its own tools. Faust by itself would commit past a message whose handler
failed, read what a transaction has not committed, and forget what came while it was rebalancing. So batches
are taken without acknowledgement, messages acknowledged by hand when the shards are in the table, and any
doubt ends the application: the host begins another one from the table.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, cast

import faust
import structlog
from aiokafka import AIOKafkaConsumer
from faust.streams import Stream
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP, EventT, Message, StreamT, TransportT

from events.base import Entry
from services.chassis.codec import from_message
from services.chassis.inbox import Stopped
from services.chassis.kafka.topics import FETCH_BYTES, topic_of
from services.chassis.service import name_of
from services.insight.shard import FORMAT
from services.insight.taking import Figures

log = structlog.get_logger(__name__)

TABLE = "shards"
TAKEN_AT_ONCE = 500
WAITS_SECONDS = 0.1
WRITE_SECONDS = 5.0
MOST_HELD = 20_000
"""Messages counted and not yet in the table, at the most: what a crash makes it read again."""


class Gap(Exception):
    """An event of the source in `args` does not follow the last one: something was left out on the way."""


def application_id(district: str) -> str:
    """The group, and the beginning of the table's topic. Another FORMAT counts everything anew."""
    return f"doudi-insight-{district}-v{FORMAT}"


def changelog_of(district: str) -> str:
    return f"{application_id(district)}-{TABLE}-changelog"


class _CommittedOnly(AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust reads uncommitted unless it writes transactions itself; the relay's aborted batches would show.
        consumer._isolation_level = "read_committed"
        return consumer


class _FromTheTable(Consumer):
    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _CommittedOnly(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """Called when partitions are assigned and the table is recovered."""
        if asyncio.current_task() is getattr(self, "_fetching", None):
            # Faust's fetcher calls it, too, when it let go of what it fetched while partitions were given out
            # anew: the table is not read back yet, and to seek now is to seek behind the back of who reads it.
            return
        await super().perform_seek()
        application: Any = self.app
        self._sought: dict[TP, int] = application.figure_stream.begin(self.assignment())
        self._unseen = set(self._sought)
        self.pause_partitions(application.figure_stream.others(self.assignment()))

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        """Faust fetches while it recovers, and what it has in hand then overrides where it seeks. So we seek
        here, between two fetches, and let go of what was fetched before."""
        self._fetching = asyncio.current_task()
        sought, self._sought = getattr(self, "_sought", {}), {}
        for place, offset in sought.items():
            await self.seek(place, offset)
            # It takes acknowledgements only from here on: behind a hole it would gather them for ever.
            self._committed_offset[place] = offset or None
        application: Any = self.app
        async with aclosing(super().getmany(timeout)) as fetched:  # type: ignore[type-var]  # a generator, declared as an iterator
            async for place, message in fetched:
                if self._sought:
                    return
                if place in getattr(self, "_unseen", ()):
                    self._unseen.discard(place)
                    application.figure_stream.begins(place, message.offset)
                yield place, message


class _Transport(Transport):
    Consumer = _FromTheTable


class _Application(faust.App):
    figure_stream: FigureStream

    def _new_transport(self) -> TransportT:
        return _Transport(self.conf.broker_consumer, self)


class FigureStream:
    """Lives once: built, started, stopped, thrown away. Everything runs in one event loop."""

    def __init__(
        self,
        figures: Figures,
        bootstrap: str,
        *,
        partition: int,
        partitions: int,
        from_the_start: bool = False,
        session_seconds: float = 30.0,
    ) -> None:
        """`partitions`: how many the services' topics have; `from_the_start`: whatever the table says."""
        self.figures = figures
        self.failure: Exception | None = None
        self.ready = False
        self.progress = time.monotonic()
        """When something was taken or read back last, or nothing was left to."""
        self._partition = partition
        self._from_the_start = from_the_start
        self._topics = {topic_of(name_of(source)): source for source in figures.sources}
        self._offsets: dict[str, int] = {}
        self._held: list[EventT[bytes]] = []
        self._awaited: dict[TP, int | None] = {}
        """By place: the first offset that is read after the beginning; None while that is not known."""
        self._writing = asyncio.Lock()
        self._written = time.monotonic()
        self._left: int | None = None
        self.app = _Application(
            application_id(figures.district),
            broker=[f"kafka://{server.strip()}" for server in bootstrap.split(",")],
            store="memory://",
            autodiscover=False,
            web_enabled=False,
            topic_partitions=partitions,
            # Topics are made by us (`host.py`): Faust would make a service's topic with a retention of days.
            topic_allow_declare=False,
            topic_disable_leader=True,
            consumer_auto_offset_reset="earliest",
            consumer_max_fetch_size=FETCH_BYTES,
            producer_max_request_size=FETCH_BYTES,
            broker_session_timeout=session_seconds,
            broker_heartbeat_interval=session_seconds / 6,
            # What is held is acknowledged when it is written; waiting for that would hold up a rebalance.
            stream_wait_empty=False,
        )
        self.app.figure_stream = self
        self.table = self.app.Table(TABLE, key_type=str, value_type=bytes, partitions=partitions)
        topic = self.app.topic(*self._topics, value_type=bytes, value_serializer="raw", key_serializer="raw")
        self.app.agent(topic, name="figures", concurrency=1)(self._read)
        self.app.on_partitions_revoked.connect(self._revoked)

    # -- where to begin ------------------------------------------------------------------------------

    def begin(self, assigned: set[TP]) -> dict[TP, int]:
        """Go on from the table: the offset to read from, by place of ours."""
        places = [place for place in assigned if self._is_ours(place)]
        self._held.clear()
        self._offsets.clear()
        self._awaited = dict.fromkeys(places)
        if places:
            kept = self.figures.load({int(key): record for key, record in self.table.data.items()})
            if not self._from_the_start:
                self._offsets.update(kept)
        self._from_the_start = False
        self.ready = bool(places)
        self.progress = time.monotonic()
        return {place: self._offsets.get(self._topics[place.topic], 0) for place in places}

    def begins(self, place: TP, offset: int) -> None:
        """Reading began: whatever of the place lies before this in the queue is from before."""
        if place in self._awaited:
            self._awaited[place] = offset

    def others(self, assigned: set[TP]) -> set[TP]:
        """Places of other districts: not fetched."""
        return {place for place in assigned if place.topic in self._topics and not self._is_ours(place)}

    def _is_ours(self, place: TP) -> bool:
        return place.topic in self._topics and place.partition == self._partition

    async def _revoked(self, *_: Any, **__: Any) -> None:
        self.ready = False

    # -- reading -------------------------------------------------------------------------------------

    async def _read(self, stream: StreamT[Any]) -> None:
        self._stream = cast(Stream[Any], stream)
        async for batch in self._stream.noack_take(TAKEN_AT_ONCE, within=WAITS_SECONDS):
            try:
                async with self._writing:
                    self._take(batch)
                if self._is_time():
                    await self.write()
            except Exception as error:  # noqa: BLE001  # Faust would log it and read on behind it
                self.failure = error
                await asyncio.Event().wait()  # nothing more is taken: the host ends this application

    def _take(self, batch: Sequence[Any]) -> None:
        by_source: dict[str, list[tuple[EventT[bytes], Entry]]] = {}
        for event in batch:
            message = event.message
            source = self._topics[message.topic]
            # What was fetched before a rebalance comes again behind it; what follows a stop, when it is mended.
            if not self.ready or source in self.figures.stopped:
                continue
            if message.tp in self._awaited:
                if self._awaited[message.tp] != message.offset:
                    continue
                del self._awaited[message.tp]
            if dict(message.headers).get("ce_source") != source.encode():
                self._held.append(event)  # another district that shares the partition
                continue
            try:
                entry = from_message(list(message.headers), message.value)
            except (KeyError, ValueError) as error:
                why = f"offset {message.offset} is no event of a chassis: {type(error).__name__}"
                self.figures.stop(source, Stopped("malformed", why))
                continue
            by_source.setdefault(source, []).append((event, entry))
        for source, found in by_source.items():
            taken = self.figures.take(source, [entry for _, entry in found])
            for event, _ in found[: taken.entries]:
                self._held.append(event)
                self._offsets[source] = event.message.offset + 1
            if taken.entries:
                self.progress = time.monotonic()
            if taken.stopped is not None and taken.stopped.slug == "gap":
                raise Gap(source)

    def _left_to_recover(self) -> int | None:
        """Records of the table to read back; 0 while standing by; None while partitions are given out."""
        app = self.app
        if app.in_recovery:
            return int(cast(Any, app.tables).recovery.active_remaining_total())
        return 0 if app.rebalancing_count and not app.rebalancing else None

    # -- writing -------------------------------------------------------------------------------------

    def _is_time(self) -> bool:
        return len(self._held) >= MOST_HELD or time.monotonic() - self._written > WRITE_SECONDS

    async def write(self, *, now: bool = True) -> None:
        """Put what has changed into the table, wait for Kafka to have it, and only then acknowledge."""
        if not now and not self._is_time():
            return
        async with self._writing:
            self._written = time.monotonic()
            if not self.ready:
                return
            held, self._held = self._held, []
            for number, record in self.figures.changed(self._offsets):
                key = str(number)
                self.table.data[key] = record
                await self.table.send_changelog(self._partition, key, record)
            for event in held:
                await self._stream.ack(event)

    def measure(self) -> None:
        """Bring the lags up to date, and see whether anything moves."""
        if not self.ready:
            left = self._left_to_recover()
            if left != self._left or left == 0:
                self._left, self.progress = left, time.monotonic()
            return
        behind = 0
        for topic, source in self._topics.items():
            end = self.app.consumer.highwater(TP(topic, self._partition)) or 0
            # A transaction ends with a marker that is no event: one behind is none behind.
            lag = max(0, end - self._offsets.get(source, 0))
            lag = 0 if lag == 1 else lag
            self.figures.lagging(source, lag)
            behind += lag if source not in self.figures.stopped else 0
        if not behind:
            self.progress = time.monotonic()
