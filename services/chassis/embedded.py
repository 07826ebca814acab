"""The embedded host: all services in one process, pumped by one scheduler in a fixed order.

On the simulated clock a day passes only when every feed is drained and everything due is recorded, so two
runs from one seed record the same log. On the system's clock one thread does the same, woken by commits.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Protocol

from events.base import Entry
from services.chassis.clock import SimulatedClock, civil_date, midnight
from services.chassis.feeds import Feed, StoreFeed
from services.chassis.loop import Loop
from services.chassis.runtime import Runtime, upstream_sources

IDLE_SECONDS = 1.0
OFFICE_OPENS = timedelta(hours=9)


class Follower(Protocol):
    """Reads what was recorded and writes something to be read: a view, the district log."""

    def advance(self) -> int:
        """Go on; how many entries went forward."""


class Collector(Follower, Protocol):
    """A follower that reads the logs of all services: the district log."""

    feeds: dict[str, Feed]

    def measure(self) -> None:
        """Bring its gauges up to date."""

    @property
    def sources(self) -> Sequence[str]: ...


class EmbeddedHost:
    def __init__(self, runtimes: Sequence[Runtime]) -> None:
        self.runtimes = list(runtimes)
        self.followers: list[Follower] = []
        self._collectors: list[Collector] = []
        self.senders: list[Callable[[], int]] = []  # what leaves the house, never in a replay
        self.failure: str | None = None
        self.ended = threading.Event()
        self._turn = threading.RLock()
        self._commits: Counter[str] = Counter()  # by source, that this process has seen
        self._spoke: set[str] = set()  # sources that have recorded since they closed a day
        self._exhausted: dict[str, int] = {}  # by source: the commits of its own and its upstreams', then
        self._loop = Loop("embedded", self.step, self._fail, IDLE_SECONDS)
        # Live, what is sent has a thread of its own: a slow mail server must not hold up the services.
        self._sending: Loop | None = None
        stores = {runtime.source: runtime.store for runtime in self.runtimes}
        self.feed = StoreFeed(stores)
        for runtime in self.runtimes:
            district = runtime.around.district
            runtime.start(dict.fromkeys(upstream_sources(runtime.service, district), self.feed))
            runtime.committer.observers += [self.feed, self]

    def committed(self, entries: list[Entry]) -> None:
        source = entries[0].envelope.source
        self._commits[source] += 1
        self._spoke.add(source)
        self._loop.wake()
        if self._sending is not None:
            self._sending.wake()

    def collect(self, collector: Collector) -> None:
        """Let a collector read every service's log; it advances with the followers."""
        collector.feeds = dict.fromkeys(collector.sources, self.feed)
        self.followers.append(collector)
        self._collectors.append(collector)

    def drain(self) -> int:
        """Pump every service, in order, until nothing moves."""
        with self._turn:
            return self._drain() + sum(runtime.pass_over() for runtime in self.runtimes)

    def _drain(self) -> int:
        """The same, but for what a service would only pass over: one transaction for much of it will do."""
        with self._turn:
            total = 0
            while moved := sum(self._pump(runtime) for runtime in self.runtimes) + self._send():
                total += moved
            return total

    def _pump(self, runtime: Runtime) -> int:
        """Not where nobody has committed anything since it found nothing: that would read for nothing."""
        commits = sum(self._commits[source] for source in (runtime.source, *runtime.feeds))
        if self._exhausted.get(runtime.source) == commits:
            return 0
        moved = runtime.pump(waiting=True)
        if not moved and not runtime.stopped:
            self._exhausted[runtime.source] = commits
        return moved

    def follow(self) -> int:
        with self._turn:
            total = 0
            while moved := sum(follower.advance() for follower in self.followers):
                total += moved
            return total

    def _send(self) -> int:
        return 0 if self._sending is not None else self._send_all()

    def _send_all(self) -> int:
        return sum(send() for send in self.senders)

    def settle(self, today: date) -> None:
        """Everything that has fallen due, and what follows from it, until nothing moves."""
        with self._turn:
            self._drain()
            while sum(runtime.settle_dues(today) for runtime in self.runtimes):
                self._drain()

    def close_days(self, today: date) -> None:
        with self._turn:
            self._close(self.runtimes, today)
            self.drain()

    def _close(self, runtimes: Sequence[Runtime], today: date) -> None:
        for runtime in runtimes:
            runtime.close_day(today)
            self._spoke.discard(runtime.source)

    # -- simulated -----------------------------------------------------------------------------------

    def live_through(self, clock: SimulatedClock, until: date, morning: Callable[[date], None]) -> None:
        """Day by day, without `until` itself: what is due, `morning`'s commands, then all that follows.

        Days on which a service records nothing it closes with the next one on which it does, or with the last:
        nobody asks in between, and whoever looks back finds the same days closed.
        """
        day = civil_date(clock.now())
        while day < until:
            self.settle(day)
            clock.advance_to(max(clock.now(), midnight(day) + OFFICE_OPENS))
            morning(day)
            self._drain()
            day += timedelta(days=1)
            clock.advance_to(midnight(day))
            self._close([one for one in self.runtimes if one.source in self._spoke], day)
        self.close_days(day)

    # -- on the system's clock -----------------------------------------------------------------------

    def start(self) -> None:
        """Go on by itself: woken by commits, and every second for what falls due."""
        if self.senders:
            self._sending = Loop("senders", self._send_all, self._fail, IDLE_SECONDS)
            self._sending.start()
        self._loop.start()

    def stop(self) -> None:
        for loop in (self._loop, self._sending):
            if loop is not None:
                loop.stop()
                loop.join()
        self.ended.set()

    def step(self) -> int:
        """Pump, decide on what is due, close days, follow; how many entries were followed."""
        self._exhausted.clear()  # another process may have committed, of whom nobody tells
        self.feed.doubt()
        today = civil_date(self.runtimes[0].around.clock.now())
        self.settle(today)
        self.close_days(today)
        followed = self.follow()
        for runtime in self.runtimes:
            runtime.measure()
        for collector in self._collectors:
            collector.measure()
        return followed

    def unready(self) -> list[str]:
        return [self.failure] if self.failure else []

    def _fail(self, loop: str, error: BaseException) -> None:
        self.failure = f"{loop}: {error}"
        self.ended.set()
