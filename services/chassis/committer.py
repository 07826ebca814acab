"""The one writer of a process: many waiting decisions, one transaction.

Whoever calls `decide` waits in a queue. One of those that wait leads: it decides for all and commits once
for all (group commit), while the next ones gather, and then hands the lead to the first of them. A decision
may run more than once: when another process has committed in between, everything is read and decided again.
So a decision must be a function of the work it is given and do nothing else.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import structlog
from eventsourcing.persistence import InterfaceError, OperationalError, PersistenceError

from events.base import Entry
from services.chassis.metrics import Metrics
from services.chassis.store import INFRASTRUCTURE, Change, LostRace
from services.chassis.work import Cause, Memory, Surroundings, Work

T = TypeVar("T")
log = structlog.get_logger(__name__)

MOST_AT_ONCE = 500
MOST_RACES = 200
MOST_FAILURES = 3
LONGEST_GATHERING_SECONDS = 0.005


class Observer(Protocol):
    """Told of every commit, to wake who follows. Must not fail and must not write."""

    def committed(self, entries: list[Entry]) -> None: ...


def _locked() -> threading.Lock:
    # Not an Event: it is made of several locks, and each decision makes one.
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Waiting:
    decide: Callable[[Work], Any]
    cause: Cause
    turn: threading.Lock = field(default_factory=_locked)  # opened once: it is over, or is to lead
    leads: bool = False
    over: bool = False
    result: Any = None
    failure: BaseException | None = None


class Committer:
    def __init__(self, around: Surroundings, metrics: Metrics) -> None:
        self.around = around
        self._metrics = metrics
        self.observers: list[Observer] = []
        self._queue: deque[_Waiting] = deque()
        self._door = threading.Lock()  # of the queue, and of who leads; held for moments only
        self._gathered = threading.Condition(self._door)
        self._led = False
        self._served = (0, 0)  # how many went in each of the last two transactions
        self._seconds = 0.0  # that the last one took
        self._lock = threading.Lock()  # held by whoever decides
        self._deciding: int | None = None  # the thread that holds it
        self._memory: Memory | None = None

    def decide(self, decide: Callable[[Work], T], cause: Cause) -> T:
        """The decision's result once what it recorded is durable; or its exception, and nothing recorded."""
        began = time.perf_counter()
        if self._deciding == threading.get_ident():
            raise RuntimeError("a decision asks for another decision, and would wait for itself")
        waiting = _Waiting(decide, cause)
        if not self._enter(waiting):
            # Not on the lock: whoever has just been served would be back at it before the others woke.
            try:
                waiting.turn.acquire()
            except BaseException:
                self._leave(waiting)
                raise
        if not waiting.over:
            self._lead(waiting)
        self._metrics.decided(time.perf_counter() - began)
        if waiting.failure is not None:
            raise waiting.failure
        result: T = waiting.result
        return result

    def forget(self) -> None:
        """Drop what is remembered of the store; after somebody else has written to it (restore)."""
        with self._lock:
            self._memory = None

    def _enter(self, waiting: _Waiting) -> bool:
        """Queue up; whether to lead at once, since nobody does."""
        with self._door:
            self._queue.append(waiting)
            if self._led:
                if len(self._queue) >= max(self._served):
                    self._gathered.notify()
                return False
            self._led = waiting.leads = True
            return True

    def _leave(self, waiting: _Waiting) -> None:
        """Interrupted while it waited (a signal): nobody must wait for its lead."""
        with self._door:
            if waiting in self._queue:
                self._queue.remove(waiting)
                if waiting.leads:
                    self._hand_over()

    def _lead(self, first: _Waiting) -> None:
        """Serve all that wait, `first` before the others; then let the next one lead."""
        try:
            with self._door:
                # Those just served are about to ask again: worth waiting for, but no longer than a commit.
                patience = min(self._seconds, LONGEST_GATHERING_SECONDS)
                self._gathered.wait_for(lambda: len(self._queue) >= max(self._served), patience)
            with self._lock:
                self._deciding = threading.get_ident()
                try:
                    self._serve()
                finally:
                    self._deciding = None
        finally:
            with self._door:
                if first in self._queue:  # interrupted before it was served
                    self._queue.remove(first)
                self._hand_over()

    def _hand_over(self) -> None:
        self._led = bool(self._queue)
        if self._led:
            self._queue[0].leads = True
            self._queue[0].turn.release()

    def _serve(self) -> None:
        with self._door:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_AT_ONCE))]
        began = time.perf_counter()
        try:
            self._commit(batch)
        except INFRASTRUCTURE:
            # A lost race, or the machine failed for one of them: each again by itself.
            for one in batch:
                self._commit_alone(one)
        except BaseException as error:  # noqa: BLE001
            # The process is being stopped: nothing was recorded; all are told, for nobody else would end
            # their waiting.
            for one in batch:
                one.failure = error
        finally:
            self._seconds, self._served = time.perf_counter() - began, (self._served[1], len(batch))
            for one in batch:
                one.over = True
                if not one.leads:  # who leads does not wait
                    one.turn.release()

    def _commit_alone(self, one: _Waiting) -> None:
        failures = 0
        for race in range(MOST_RACES):
            try:
                return self._commit([one])
            except (InterfaceError, OperationalError) as error:
                # A connection that the server has ended is met once; the pool gives another.
                failures += 1
                if failures == MOST_FAILURES:
                    one.failure = error
                    return None
            except LostRace:
                self._metrics.lost_race()
                log.debug("lost a race, deciding again", service=self.around.service.name, race=race)
            except BaseException as error:  # noqa: BLE001  # as above
                one.failure = error
                return
        one.failure = LostRace(f"lost {MOST_RACES} races in a row")

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
            memory.absorb(work, change.head)
        elif self.around.store.head().revision != memory.head.revision:
            # Nothing to commit, so nothing compared what was read with what is there now: a refusal, or a
            # "gap", could rest on what another process has changed since.
            raise LostRace
        self._memory = memory
        if work.entries:
            self._metrics.committed(entry.envelope.type for entry in work.entries)
            for observer in self.observers:
                try:
                    observer.committed(work.entries)
                except Exception:  # the commit held: nobody may be told otherwise
                    log.exception("observer failed", service=self.around.service.name)

    def _held(self, change: Change) -> bool:
        if not change.entries:
            return False  # no event to be recognised by: decide again, it changes nothing twice
        last = change.entries[-1].envelope  # not the head: another process may have gone on since
        return [entry.envelope.id for entry in self.around.store.entries(last.sequence - 1, 1)] == [last.id]
