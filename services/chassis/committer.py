"""The one writer of a process: many waiting decisions, one transaction.

Whoever calls `decide` waits in a queue; the first to get the lock decides for all that wait and commits
once for all (group commit), while the next ones gather. A decision may run more than once: when another
process has committed in between, everything is read and decided again. So a decision must be a function
of the work it is given and do nothing else.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import structlog
from eventsourcing.persistence import PersistenceError

from events.base import Entry
from services.chassis.metrics import Metrics
from services.chassis.store import INFRASTRUCTURE, Change, LostRace
from services.chassis.work import Cause, Memory, Surroundings, Work

T = TypeVar("T")
log = structlog.get_logger(__name__)

MOST_AT_ONCE = 500
MOST_RACES = 200


class Observer(Protocol):
    """Told of every commit, to wake who follows. Must not fail and must not write."""

    def committed(self, entries: list[Entry]) -> None: ...


@dataclass(slots=True)
class _Waiting:
    decide: Callable[[Work], Any]
    cause: Cause
    future: Future[Any] = field(default_factory=Future)
    result: Any = None
    failure: Exception | None = None


class Committer:
    def __init__(self, around: Surroundings, metrics: Metrics) -> None:
        self.around = around
        self._metrics = metrics
        self.observers: list[Observer] = []
        self._queue: deque[_Waiting] = deque()
        self._lock = threading.Lock()
        self._deciding: int | None = None  # the thread that holds the lock
        self._memory: Memory | None = None

    def decide(self, decide: Callable[[Work], T], cause: Cause) -> T:
        """The decision's result once what it recorded is durable; or its exception, and nothing recorded."""
        began = time.perf_counter()
        if self._deciding == threading.get_ident():
            raise RuntimeError("a decision asks for another decision, and would wait for itself")
        waiting = _Waiting(decide, cause)
        self._queue.append(waiting)
        while not waiting.future.done():
            with self._lock:
                if not waiting.future.done():
                    self._deciding = threading.get_ident()
                    try:
                        self._serve()
                    finally:
                        self._deciding = None
        self._metrics.decided(time.perf_counter() - began)
        result: T = waiting.future.result()
        return result

    def forget(self) -> None:
        """Drop what is remembered of the store; after somebody else has written to it (restore)."""
        with self._lock:
            self._memory = None

    def _serve(self) -> None:
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_AT_ONCE))]
        try:
            self._commit(batch)
        except LostRace:
            for one in batch:
                self._commit_alone(one)
        except BaseException as error:  # noqa: BLE001
            # Infrastructure, or the process is being stopped: nobody's decision is at fault and nothing was
            # recorded; all are told, for nobody else would end their waiting.
            for one in batch:
                one.future.set_exception(error)

    def _commit_alone(self, one: _Waiting) -> None:
        for race in range(MOST_RACES):
            try:
                return self._commit([one])
            except LostRace:
                self._metrics.lost_race()
                log.debug("lost a race, deciding again", service=self.around.service.name, race=race)
            except BaseException as error:  # noqa: BLE001  # as above
                one.future.set_exception(error)
                return
        one.future.set_exception(LostRace(f"lost {MOST_RACES} races in a row"))

    def _commit(self, batch: list[_Waiting]) -> None:
        memory = self._memory or Memory(self.around.store.head())
        # Taken back only by a commit that held: any way out of here by exception means reading anew.
        self._memory = None
        work = Work(self.around, memory)
        for one in batch:
            mark = work.mark()
            work.begin(one.cause)
            one.failure = None
            try:
                one.result = one.decide(work)
            except INFRASTRUCTURE:
                raise  # the store, not the decision: nothing of this batch can be trusted
            except Exception as failure:  # noqa: BLE001  # handed to the one who asked, whatever it is
                work.rollback(mark)
                one.failure = failure
        if not work.empty:
            change = work.change()
            try:
                self.around.store.commit(change)
            except PersistenceError:
                # The answer may be lost after the commit held; the head tells whether it did.
                if not self._held(change):
                    raise
            memory.absorb(work)
        elif self.around.store.head().revision != memory.head.revision:
            # Nothing to commit, so nothing compared what was read with what is there now: a refusal, or a
            # "gap", could rest on what another process has changed since.
            raise LostRace
        self._memory = memory
        if work.entries:
            self._metrics.committed(entry.envelope.type for entry in work.entries)
            for observer in self.observers:
                observer.committed(work.entries)
        for one in batch:
            if one.failure is None:
                one.future.set_result(one.result)
            else:
                one.future.set_exception(one.failure)

    def _held(self, change: Change) -> bool:
        if not change.entries:
            return False  # no event to be recognised by: decide again, it changes nothing twice
        last = change.entries[-1].envelope  # not the head: another process may have gone on since
        return [entry.envelope.id for entry in self.around.store.entries(last.sequence - 1, 1)] == [last.id]
