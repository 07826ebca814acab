"""A service that runs: its store, its one writer, its inbox, its dates. Hosts drive it; it has no thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from services.chassis.logs import describe
from services.chassis.looking import Looking
from services.chassis.metrics import Metrics
from services.chassis.reconstruct import forget_answers, keep_chassis_facts
from services.chassis.restore import RESTORING
from services.chassis.service import Service, source_of
from services.chassis.store import INFRASTRUCTURE, Store
from services.chassis.work import Cause, Keys, Surroundings, Work

T = TypeVar("T")
log = structlog.get_logger(__name__)

DUE_AT_ONCE = 200
ANSWERS_AT_ONCE = 1000


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
        idempotency_days: int = 7,
    ) -> None:
        self.service = service
        self.store = store
        self.around = Surroundings(service, district, store, clock, ids, keys)
        self.metrics = metrics or Metrics(service.name)
        self.committer = Committer(self.around, self.metrics)
        self.feeds: dict[str, Feed] = {}
        self._wanted: dict[str, bool] = {}  # by schema
        self.stopped: dict[str, Stopped] = {}
        self.failing: dict[str, str] = {}
        """Dates that have come and whose decision failed, each with the kind of failure."""
        self._drawing = Drawing(self, wants=self._wants)
        self.idempotency_days = idempotency_days

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

    def looking(self) -> Looking:
        """What is kept beside the log, for reading only."""
        return Looking(self.store, self.around.clock)

    def start(self, feeds: dict[str, Feed]) -> None:
        """`feeds` by source. Records what the service listens to, where that has changed."""
        if self.store.kept(*RESTORING):
            raise RuntimeError(f"a restore was cut off: run `doudi restore {self.service.name}` again")
        self.feeds = feeds
        self._wanted.clear()

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

    def pump(self, waiting: bool = False) -> int:
        """Take what the feeds have, and the letters to be retried; how many entries went forward.

        With `waiting`, not what is only passed over: see `Drawing.draw`.
        """
        moved = self.decide(inbox.drain_retries) if self._retries() else 0
        return moved + self._drawing.draw(self.feeds, waiting)

    def pass_over(self) -> int:
        """Take what was left waiting."""
        return self._drawing.draw(self.feeds)

    def _wants(self, entry: Entry) -> bool:
        schema = entry.envelope.dataschema
        if schema not in self._wanted:
            self._wanted[schema] = inbox.wants(self.service, schema)
        return self._wanted[schema]

    def take(self, source: str, entries: Sequence[Entry]) -> Taken:
        return self.take_all({source: entries})[source]

    def take_all(self, batches: Mapping[str, Sequence[Entry]]) -> dict[str, Taken]:
        """Entries by source, in one transaction; a source that stops holds up no other."""
        taken = self.decide(
            lambda work: {source: inbox.take(work, entries) for source, entries in batches.items()}
        )
        for source, one in taken.items():
            self._note(source, one.stopped)
        return taken

    def _note(self, source: str, stopped: Stopped | None) -> None:
        if stopped is not None and stopped.alarming:
            if self.stopped.get(source) != stopped:
                log.error("feed stopped", service=self.service.name, upstream=source, why=stopped.slug)
            self.stop(source, stopped)
        elif self.stopped.pop(source, None):
            self.metrics.feed_runs(source)

    def stop(self, source: str, stopped: Stopped) -> None:
        """A source goes no further; the service is unready until it does."""
        self.stopped[source] = stopped
        self.metrics.feed_stopped(source, stopped.slug)

    def measure(self) -> None:
        """Bring the gauges up to date: lag of each source, letters that wait."""
        for source, feed in self.feeds.items():
            self.metrics.lag(source, feed.behind(source, self.position(source)))
        self.metrics.letters_waiting(self.store.kept("blocked", "letters") or 0)

    def position(self, source: str) -> int:
        found = self.store.kept("position", source)
        return found["sequence"] if found else 0

    def _retries(self) -> bool:
        return bool(self.store.kept_range("retry", "", "", 1))

    # -- dates ---------------------------------------------------------------------------------------

    def settle_dues(self, today: date) -> int:
        """Decide on everything that has fallen due, by (date, kind, subject); how many decisions.

        One that fails leaves its date standing, for the next call, and does not hold up the others.
        """
        settled = 0
        first, last = "", today.isoformat() + "~"
        self.failing.clear()
        while rows := self.store.kept_range("due", first, last, DUE_AT_ONCE):
            first = rows[-1][0] + "\x01"  # behind it; PostgreSQL knows no zero byte
            settled += self.decide(partial(self._settle, rows=rows))
        return settled

    def _settle(self, work: Work, rows: list[tuple[str, dict[str, Any]]]) -> int:
        settled = 0
        for key, row in rows:
            if work.fact("due", key) is None:
                continue  # decided on by another process, or by what was decided just before
            mark = work.mark()
            work.begin(self.cause())
            try:
                self.service.dues[row["kind"]](work, parse_subject(row["subject"]))
                if work.fact("due", key) is not None:
                    raise StillDue(f"{row['kind']} is still due after its decision")
                settled += 1
            except INFRASTRUCTURE:
                raise  # the machine, not the decision
            except Exception as failure:  # noqa: BLE001  # whatever it is, the other dates must be kept
                work.rollback(mark)
                self.failing[f"{row['kind']} of {row['subject']}"] = type(failure).__name__
                log.error("due failed", service=self.service.name, kind=row["kind"], error=describe(failure))
        return settled

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
            self._forget_answers(work, yesterday)
            return True

        return self.decide(close)

    def _forget_answers(self, work: Work, closed: date) -> None:
        first = ""
        while rows := work.facts("idempotency", first, limit=ANSWERS_AT_ONCE):
            forget_answers(work, [key for key, _ in rows], closed)
            first = rows[-1][0] + "\x01"

    # -- the log -------------------------------------------------------------------------------------

    def log(self, after: int = 0, size: int = 1000) -> Iterator[Entry]:
        """The service's own log, in order, read in pieces."""
        return log_of(self.store, after, size)

    def unready(self) -> list[str]:
        """Why the service is not ready, a sentence each; empty when it is."""
        stopped = [f"{source}: {why.slug} {why.detail}" for source, why in sorted(self.stopped.items())]
        return stopped + [f"{what} failed: {why}" for what, why in sorted(self.failing.items())]


def log_of(store: Store, after: int = 0, size: int = 1000) -> Iterator[Entry]:
    while entries := store.entries(after, size):
        yield from entries
        after = entries[-1].envelope.sequence


def upstream_sources(service: Service, district: str) -> list[str]:
    return [source_of(district, name) for name in service.listens]
