"""The Kafka host: one or more services in a process, each with its relay, inbox, dates and views.

Several processes may run the same service: positions are compared and swapped, and the relay that comes
second fences the first, which then stands by.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from kafka.errors import KafkaError

from events.base import Entry
from services.chassis.clock import civil_date
from services.chassis.embedded import Collector, Follower
from services.chassis.gate import Gate
from services.chassis.kafka.feed import KafkaFeed
from services.chassis.kafka.gate import GateFeed
from services.chassis.kafka.relay import Relay
from services.chassis.kafka.topics import create_topics, gate_topic, topic_of
from services.chassis.loop import Loop
from services.chassis.runtime import Runtime, upstream_sources
from services.chassis.service import name_of
from services.chassis.store import INFRASTRUCTURE

log = structlog.get_logger(__name__)

DATES_SECONDS = 1.0
MEASURE_SECONDS = 2.0


class KafkaHost:
    def __init__(
        self, runtimes: Sequence[Runtime], bootstrap: str, *, partition: int = 0, partitions: int = 1
    ) -> None:
        self.runtimes = list(runtimes)
        self.followers: list[Follower] = []
        self.senders: list[Callable[[], int]] = []
        self._collectors: list[Collector] = []
        self._gates: list[tuple[Runtime, Gate, Any]] = []
        self.failure: str | None = None
        self.ended = threading.Event()
        self._bootstrap = bootstrap
        self._partition = partition
        self._partitions = partitions
        self._loops: list[Loop] = []
        self._closing: list[Callable[[], None]] = []

    def collect(self, collector: Collector) -> None:
        """Let a collector read every service's topic, in a loop of its own."""
        self._collectors.append(collector)

    def open_gate(self, runtime: Runtime, gate: Gate, beside: Any = None) -> None:
        """Let departments' own systems report to a service through their topics. `beside`: where it puts what is no fact."""
        self._gates.append((runtime, gate, beside))

    def start(self) -> None:
        names = {runtime.service.name for runtime in self.runtimes}
        names |= {name for runtime in self.runtimes for name in runtime.service.listens}
        names |= {name_of(source) for collector in self._collectors for source in collector.sources}
        create_topics(self._bootstrap, sorted(map(topic_of, names)), self._partitions)
        for runtime in self.runtimes:
            self._run_service(runtime)
        for collector in self._collectors:
            self._run_collector(collector)
        for gate in self._gates:
            self._run_gate(*gate)
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
        publishing = self._loop(f"{name} relay", lambda: _publish(runtime, relay), 0.2)
        runtime.committer.observers.append(_Waker(publishing))
        self._closing.append(relay.close)
        sources = upstream_sources(runtime.service, runtime.around.district)
        if sources:
            feed = KafkaFeed(self._bootstrap, runtime.source, sources, self._partition)
            runtime.start(dict.fromkeys(sources, feed))
            self._loop(f"{name} inbox", _Reader(feed, runtime.pump, runtime.measure).step, 0.0)
            self._closing.append(feed.close)
        else:
            runtime.start({})
        self._loop(f"{name} dates", lambda: _dates(runtime), DATES_SECONDS)

    def _run_collector(self, collector: Collector) -> None:
        district = self.runtimes[0].around.district
        reader = f"/{district}/district-log"
        feed = KafkaFeed(self._bootstrap, reader, collector.sources, self._partition, bulk=True)
        collector.feeds = dict.fromkeys(collector.sources, feed)
        self._loop("district log", _Reader(feed, collector.advance, collector.measure).step, 0.0)
        self._closing.append(feed.close)

    def _run_gate(self, runtime: Runtime, gate: Gate, beside: Any) -> None:
        departments = sorted(gate.departments)
        create_topics(self._bootstrap, map(gate_topic, departments), self._partitions)
        feed = GateFeed(self._bootstrap, runtime, gate, departments, self._partition, beside)
        self._loop(f"{runtime.service.name} gate", feed.step, 0.0)
        self._closing.append(feed.close)

    def _loop(self, name: str, step: Callable[[], int], idle: float) -> Loop:
        loop = Loop(name, step, self._fail, idle, (*INFRASTRUCTURE, KafkaError))
        self._loops.append(loop)
        return loop

    def _fail(self, loop: str, error: BaseException) -> None:
        self.failure = f"{loop}: {error}"
        self.ended.set()


class _Waker:
    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def committed(self, entries: list[Entry]) -> None:
        self._loop.wake()


class _Reader:
    """Fetch, take, measure: in one thread, as the consumer demands."""

    def __init__(self, feed: KafkaFeed, take: Callable[[], int], measure: Callable[[], None]) -> None:
        self._feed = feed
        self._take = take
        self._measure = measure
        self._measured = 0.0

    def step(self) -> int:
        self._feed.poll()
        moved = self._take()
        self._feed.hint()
        if time.monotonic() - self._measured > MEASURE_SECONDS:
            self._measured = time.monotonic()
            self._measure()
        return moved


def _publish(runtime: Runtime, relay: Relay) -> int:
    sent = relay.publish()
    published = relay.published
    if published is not None:
        runtime.metrics.relay_lag(max(0, runtime.store.head().sequence - published))
    return sent


def _dates(runtime: Runtime) -> int:
    today = civil_date(runtime.around.clock.now())
    settled = runtime.settle_dues(today)
    return settled + runtime.close_day(today)
