"""The Kafka host: one or more services in a process, each with its relay, inbox, dates and views.

Several processes may run the same service: positions are compared and swapped, and the relay that comes
second fences the first, which then stands by.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from events.base import Entry
from services.chassis.clock import civil_date
from services.chassis.embedded import Follower
from services.chassis.feeds import Feed
from services.chassis.kafka.feed import KafkaFeed
from services.chassis.kafka.relay import Relay
from services.chassis.kafka.topics import create_topics, topic_of
from services.chassis.loop import Loop
from services.chassis.runtime import Runtime, upstream_sources
from services.chassis.service import name_of

log = structlog.get_logger(__name__)

DATES_SECONDS = 1.0


class Collector(Protocol):
    """Takes the entries of every source: the district log."""

    sources: Sequence[str]

    def pump(self, feed: Feed) -> int: ...


class KafkaHost:
    def __init__(
        self, runtimes: Sequence[Runtime], bootstrap: str, *, partition: int = 0, partitions: int = 1
    ) -> None:
        self.runtimes = list(runtimes)
        self.followers: list[Follower] = []
        self.senders: list[Callable[[], int]] = []
        self.collectors: list[Collector] = []
        self.failure: str | None = None
        self.ended = threading.Event()
        self.relays: dict[str, Relay] = {}
        self._bootstrap = bootstrap
        self._partition = partition
        self._partitions = partitions
        self._loops: list[Loop] = []
        self._closing: list[Callable[[], None]] = []

    def start(self) -> None:
        names = {runtime.service.name for runtime in self.runtimes}
        names |= {name for runtime in self.runtimes for name in runtime.service.listens}
        names |= {name_of(source) for collector in self.collectors for source in collector.sources}
        create_topics(self._bootstrap, sorted(map(topic_of, names)), self._partitions)
        for runtime in self.runtimes:
            self._run_service(runtime)
        for collector in self.collectors:
            self._run_collector(collector)
        following = self._loop("views", lambda: sum(f.advance() for f in self.followers), 0.5)
        for runtime in self.runtimes:
            runtime.committer.observers.append(_Waker(following))
        if self.senders:
            self._loop("senders", lambda: sum(send() for send in self.senders), 1.0)
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        for loop in self._loops:
            loop.stop()
        for loop in self._loops:
            loop.join()
        for close in self._closing:
            close()
        self.ended.set()

    def unready(self) -> list[str]:
        return [self.failure] if self.failure else []

    def _run_service(self, runtime: Runtime) -> None:
        name = runtime.service.name
        relay = Relay(runtime.store, runtime.source, self._bootstrap, self._partition)
        self.relays[name] = relay
        publishing = self._loop(f"{name} relay", relay.publish, 0.2)
        runtime.committer.observers.append(_Waker(publishing))
        self._closing.append(relay.close)
        sources = upstream_sources(runtime.service, runtime.around.district)
        if sources:
            feed = KafkaFeed(self._bootstrap, runtime.source, sources, self._partition)
            runtime.start({source: feed for source in sources})
            self._loop(f"{name} inbox", lambda: _take(runtime, feed), 0.0)
            self._closing.append(feed.close)
        else:
            runtime.start({})
        self._loop(f"{name} dates", lambda: _dates(runtime), DATES_SECONDS)

    def _run_collector(self, collector: Collector) -> None:
        district = self.runtimes[0].around.district
        feed = KafkaFeed(self._bootstrap, f"/{district}/district-log", collector.sources, self._partition)

        def collect() -> int:
            feed.poll()
            moved = collector.pump(feed)
            feed.hint()
            return moved

        self._loop("district log", collect, 0.0)
        self._closing.append(feed.close)

    def _loop(self, name: str, step: Callable[[], int], idle: float) -> Loop:
        loop = Loop(name, step, self._fail, idle)
        self._loops.append(loop)
        return loop

    def _fail(self, loop: str, error: BaseException) -> None:
        self.failure = f"{loop}: {error}"
        self.ended.set()


class _Waker:
    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def committed(self, entries: list[Entry], decisions: int, seconds: float) -> None:
        self._loop.wake()


def _take(runtime: Runtime, feed: KafkaFeed) -> int:
    feed.poll()
    moved = runtime.pump()
    for source in runtime.feeds:
        runtime.note_malformed(source, feed.malformed(source))
    feed.hint()
    return moved


def _dates(runtime: Runtime) -> int:
    today = civil_date(runtime.around.clock.now())
    settled = runtime.settle_dues(today)
    return settled + runtime.close_day(today)
