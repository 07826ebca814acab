"""Long questions asked over HTTP: one of a kind at a time, in a thread of its own, watched as it goes, called off at will.
They read, and record nothing.

The last few answers are kept, each with a folder for its files; they are gone with the process. An answer is for whoever
asked alone: for everybody else it is not there.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, Literal, TypeVar
from uuid import UUID, uuid4

import structlog
from pydantic import BaseModel, ConfigDict

from services.chassis.refusal import Conflict, NotFound

KEPT = 5
T = TypeVar("T")
State = Literal["running", "done", "refused", "failed", "cancelled"]
log = structlog.get_logger(__name__)


class CannotAnswer(Exception):
    """The question is one that nothing can be said to; the message says why."""


class CalledOff(Exception):
    """Whoever asked does not want to know any more."""


@dataclass(slots=True)
class Job(Generic[T]):
    """`done` of `of` steps; `found`: the answer, also while it is being written; `why`: why there is none; `asker`: whose it
    is."""

    id: UUID
    holds: TemporaryDirectory[str]
    asker: UUID
    state: State = "running"
    done: int = 0
    of: int = 0
    why: str = ""
    found: T | None = None
    called_off: bool = False

    @property
    def folder(self) -> Path:
        return Path(self.holds.name)

    def progress(self, done: int, of: int) -> None:
        """CalledOff where nobody wants to know any more: whoever works reports often, and lets it pass."""
        if self.called_off:
            raise CalledOff
        self.done, self.of = done, of

    def answer(self) -> T:
        """Conflict while there is none."""
        if self.found is None or self.state != "done":
            raise Conflict("no-answer-yet", "尚无结果。", "There is no answer yet.", field="id")
        return self.found

    def forget(self) -> None:
        self.holds.cleanup()
        self.found = None


class Asked(BaseModel):
    """How far a question is, in steps; `why` where there is no answer."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    state: State
    done: int
    of: int
    why: str


def told(job: Job[T]) -> dict[str, object]:
    """What `Asked` says of it."""
    return {"id": job.id, "state": job.state, "done": job.done, "of": job.of, "why": job.why}


class Jobs(Generic[T]):
    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: OrderedDict[UUID, Job[T]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, work: Callable[[Job[T]], T], asker: UUID) -> Job[T]:
        """Begins; Conflict while another runs, whoever asked. `asker`: whose alone it is."""
        with self._lock:
            if any(one.state == "running" for one in self._jobs.values()):
                raise Conflict(
                    "question-running",
                    "已有同类查询正在进行，请稍后再试。",
                    "Another question is being worked out: ask again when it is done.",
                )
            job: Job[T] = Job(uuid4(), TemporaryDirectory(), asker)
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)[1].forget()
        threading.Thread(target=self._run, args=(job, work), name=self._name, daemon=True).start()
        return job

    def of(self, id: UUID, asker: UUID) -> Job[T]:
        """NotFound where it was never asked here, by somebody else, or is kept no more."""
        job = self._jobs.get(id)
        if job is None or job.asker != asker:
            raise NotFound(
                f"没有该查询：结果只供查询人读取，服务重启后或者之后又有{KEPT}次查询后不再保留，请重新查询。",
                "There is no such question here. Answers are for whoever asked; they are gone once the service was restarted,"
                f" or {KEPT} others were asked since: ask again.",
                field="id",
            )
        return job

    def all_of(self, asker: UUID) -> list[Job[T]]:
        """Of somebody, the last first."""
        return [job for job in reversed(self._jobs.values()) if job.asker == asker]

    def call_off(self, id: UUID, asker: UUID) -> Job[T]:
        """One that runs ends at its next step; of one that has ended, the answer is dropped. NotFound as `of`."""
        job = self.of(id, asker)
        with self._lock:
            if job.state == "running":
                job.called_off = True
            else:
                self._jobs.pop(id, None)
                job.forget()
        return job

    def _run(self, job: Job[T], work: Callable[[Job[T]], T]) -> None:
        try:
            job.found = work(job)
            job.state = "done"
            return
        except CalledOff:
            ended: State = "cancelled"
        except CannotAnswer as refusal:
            job.why, ended = str(refusal), "refused"
        except Exception as failure:  # the caller is told; nobody waits for the thread
            log.exception("a question failed", question=self._name)
            job.why, ended = type(failure).__name__, "failed"
        job.forget()
        job.state = ended
