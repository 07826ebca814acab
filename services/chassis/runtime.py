"""A service that runs: its store, its one writer, its inbox, its dates. Hosts drive it; it has no thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import structlog

from events.base import Actor, Entry
from events.ids import parse_subject
from events.service import DayClosed, Listening
from services.chassis import inbox
from services.chassis.clock import Clock, Ids
from services.chassis.committer import Committer
from services.chassis.feeds import Drawing, Feed
from services.chassis.inbox import Stopped, Taken
from services.chassis.metrics import Metrics
from services.chassis.reconstruct import keep_chassis_facts
from services.chassis.restore import RESTORING
from services.chassis.service import Service, source_of
from services.chassis.store import Store
from services.chassis.work import Cause, Keys, Surroundings, Work

T = TypeVar("T")
log = structlog.get_logger(__name__)

DUE_AT_ONCE = 200


class StillDue(RuntimeError):
    """A date came and its decision left the date standing: it would come again for ever."""


class Runtime:
    def __init__(
        self,
        service: Service,
        store: Store,
        *,
        district: str,
        clock: Clock,
        ids: Ids,
        keys: Keys,
        metrics: Metrics | None = None,
    ) -> None:
        self.service = service
        self.store = store
        self.around = Surroundings(service, district, store, clock, ids, keys)
        self.metrics = metrics or Metrics(service.name)
        self.committer = Committer(self.around, self.metrics)
        self.feeds: dict[str, Feed] = {}
        self.stopped: dict[str, Stopped] = {}
        self._drawing = Drawing(self)

    @property
    def source(self) -> str:
        return self.around.source

    @property
    def own(self) -> Any:
        return self.service.own(self.around.district)

    def cause(self, actor: Actor | None = None, correlation: UUID | None = None) -> Cause:
        actor = actor or Actor("system", self.service.name)
        return Cause(actor, correlation or self.around.ids.event(self.around.clock.now()))

    def decide(self, decide: Callable[[Work], T], cause: Cause | None = None) -> T:
        """Run one decision to its commit. Its refusal is raised here and leaves no trace."""
        return self.committer.decide(decide, cause or self.cause())

    def start(self, feeds: dict[str, Feed]) -> None:
        """`feeds` by source. Records what the service listens to, where that has changed."""
        if self.store.kept(*RESTORING):
            raise RuntimeError(f"a restore was cut off: run `doudi restore {self.service.name}` again")
        self.feeds = feeds

        def listen(work: Work) -> None:
            wanted = self.service.subscription(self.around.district)
            known = work.fact("listening", "sources")
            if known == {source: list(types) for source, types in wanted.items()}:
                return
            if work.fact("blocked", "letters") and set(wanted) - set(known or {}):
                raise RuntimeError(
                    "a source is added only while no letter waits: settle `doudi letters` first"
                )
            fact = Listening(sources=wanted)
            work.record(self.own, fact)
            keep_chassis_facts(work, fact)

        self.decide(listen)

    # -- upstream ------------------------------------------------------------------------------------

    def pump(self) -> int:
        """Take what the feeds have, and the letters to be retried; how many entries went forward."""
        moved = self.decide(inbox.drain_retries) if self._retries() else 0
        return moved + sum(self._drawing.draw(source, feed) for source, feed in self.feeds.items())

    def take(self, source: str, entries: list[Entry]) -> Taken:
        taken = self.decide(lambda work: inbox.take(work, entries))
        stopped = taken.stopped
        if stopped is not None and stopped.alarming:
            if self.stopped.get(source) != stopped:
                log.error("feed stopped", service=self.service.name, upstream=source, why=stopped.slug)
            self._stop(source, stopped)
        elif self.stopped.pop(source, None):
            self.metrics.feed_runs(source)
        return taken

    def _stop(self, source: str, stopped: Stopped) -> None:
        self.stopped[source] = stopped
        self.metrics.feed_stopped(source, stopped.slug)

    def measure(self) -> None:
        """Bring the gauges up to date: lag of each source, letters that wait."""
        for source, feed in self.feeds.items():
            self.metrics.lag(source, feed.behind(source, self.position(source)))
        self.metrics.letters_waiting(self.store.kept("blocked", "letters") or 0)

    def note_malformed(self, source: str, detail: str) -> None:
        """The feed met something on the topic that is no entry of a chassis: it goes no further."""
        if detail:
            self._stop(source, Stopped("malformed", detail))

    def position(self, source: str) -> int:
        found = self.store.kept("position", source)
        return found["sequence"] if found else 0

    def positions(self) -> dict[str, int]:
        return {source: self.position(source) for source in self.feeds}

    def _retries(self) -> bool:
        return bool(self.store.kept_range("retry", "", "", 1))

    # -- dates ---------------------------------------------------------------------------------------

    def settle_dues(self, today: date) -> int:
        """Decide on everything that has fallen due, by (date, kind, subject); how many decisions."""
        settled = 0
        last = today.isoformat() + "~"
        while rows := self.store.kept_range("due", "", last, DUE_AT_ONCE):
            for key, row in rows:
                self.decide(partial(self._settle, key=key, row=row))
                settled += 1
        return settled

    def _settle(self, work: Work, key: str, row: dict[str, Any]) -> None:
        if work.fact("due", key) is None:
            return  # decided on by another process, or by what was decided just before
        self.service.dues[row["kind"]](work, parse_subject(row["subject"]))
        if work.fact("due", key) is not None:
            raise StillDue(f"{self.service.name}: {row['kind']} is still due after its decision")

    def close_day(self, today: date) -> bool:
        """Record that all days before `today` are closed, once; whether it did."""
        yesterday = today - timedelta(days=1)

        def close(work: Work) -> bool:
            closed = work.fact("day", "closed")
            if closed is not None and closed >= yesterday.isoformat():
                return False
            fact = DayClosed(day=yesterday)
            work.record(self.own, fact, effective=yesterday)
            keep_chassis_facts(work, fact)
            return True

        return self.decide(close)

    # -- the log -------------------------------------------------------------------------------------

    def log(self, after: int = 0, size: int = 1000) -> Iterator[Entry]:
        """The service's own log, in order, read in pieces."""
        return log_of(self.store, after, size)

    def kept_rows(self) -> dict[tuple[str, str], Any]:
        """Every row kept beside the log, also of kinds that no keep writes any more; for checks."""
        return {
            (kind, key): value
            for kind in self.store.kept_kinds()
            for key, value in self.store.kept_range(kind, "", "", 100_000_000)
        }

    def unready(self) -> list[str]:
        """Why the service is not ready, a sentence each; empty when it is."""
        return [f"{source}: {why.slug} {why.detail}" for source, why in sorted(self.stopped.items())]


def log_of(store: Store, after: int = 0, size: int = 1000) -> Iterator[Entry]:
    while entries := store.entries(after, size):
        yield from entries
        after = entries[-1].envelope.sequence


def upstream_sources(service: Service, district: str) -> list[str]:
    return [source_of(district, name) for name in service.listens]
