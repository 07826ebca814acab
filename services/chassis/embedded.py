"""The embedded host: all services in one process, pumped by one scheduler in a fixed order.

On the simulated clock a day passes only when every feed is drained and everything due is recorded, so two
runs from one seed record the same log. On the system's clock one thread does the same, woken by commits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Protocol

import structlog

from events.base import Entry
from services.chassis.clock import SimulatedClock, civil_date, midnight
from services.chassis.feeds import StoreFeed
from services.chassis.runtime import Runtime, upstream_sources
from services.chassis.store import INFRASTRUCTURE

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
OFFICE_OPENS = timedelta(hours=9)


class Follower(Protocol):
    """Reads what was recorded and writes something to be read: a view, the district log."""

    def advance(self) -> int:
        """Go on; how many entries went forward."""


class EmbeddedHost:
    def __init__(self, runtimes: Sequence[Runtime]) -> None:
        self.runtimes = list(runtimes)
        self.followers: list[Follower] = []
        self.after_dues: list[Callable[[], int]] = []  # senders: what leaves the house, never in a replay
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._turn = threading.RLock()
        self._thread: threading.Thread | None = None
        stores = {runtime.source: runtime.store for runtime in self.runtimes}
        feed = StoreFeed(stores)
        for runtime in self.runtimes:
            district = runtime.around.district
            runtime.start({source: feed for source in upstream_sources(runtime.service, district)})
            runtime.committer.observers.append(self)

    def committed(self, entries: list[Entry], decisions: int, seconds: float) -> None:
        self._wake.set()

    def drain(self) -> int:
        """Pump every service, in order, until nothing moves."""
        with self._turn:
            total = 0
            while moved := sum(runtime.pump() for runtime in self.runtimes) + self._send():
                total += moved
            return total

    def follow(self) -> int:
        with self._turn:
            total = 0
            while moved := sum(follower.advance() for follower in self.followers):
                total += moved
            return total

    def _send(self) -> int:
        return sum(send() for send in self.after_dues)

    def settle(self, today: date) -> None:
        """Everything that has fallen due, and what follows from it, until nothing moves."""
        with self._turn:
            self.drain()
            while sum(runtime.settle_dues(today) for runtime in self.runtimes):
                self.drain()

    def close_days(self, today: date) -> None:
        with self._turn:
            for runtime in self.runtimes:
                runtime.close_day(today)
            self.drain()

    # -- simulated -----------------------------------------------------------------------------------

    def live_through(self, clock: SimulatedClock, until: date, morning: Callable[[date], None]) -> None:
        """Day by day up to and without `until`: what is due, then `morning`'s commands, then all that follows."""
        day = civil_date(clock.now())
        while day < until:
            self.settle(day)
            clock.advance_to(midnight(day) + OFFICE_OPENS)
            morning(day)
            self.drain()
            day += timedelta(days=1)
            clock.advance_to(midnight(day))
            self.close_days(day)

    # -- on the system's clock -----------------------------------------------------------------------

    def run(self) -> None:
        """Until `stop`: pump, decide on what is due, close days, follow; woken by commits and every second."""
        clock = self.runtimes[0].around.clock
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self.drain()
                self.follow()
                today = civil_date(clock.now())
                self.settle(today)
                self.close_days(today)
                self.follow()
            except INFRASTRUCTURE:
                log.exception("the machine failed; trying again")
                self._stop.wait(IDLE_SECONDS)
            self._wake.wait(IDLE_SECONDS)

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="embedded-host", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
