"""Long questions asked over HTTP: one of a kind at a time, in a thread of its own, watched as it goes. They read, and record
nothing.

The last few answers are kept, each with a folder for its files; they are gone with the process.
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
State = Literal["running", "done", "refused", "failed"]
log = structlog.get_logger(__name__)


class CannotAnswer(Exception):
    """The question is one that nothing can be said to; the message says why."""


@dataclass(slots=True)
class Job(Generic[T]):
    """`done` of `of` steps; `found`: the answer, once it is there; `why`: why there is none."""

    id: UUID
    holds: TemporaryDirectory[str]
    state: State = "running"
    done: int = 0
    of: int = 0
    why: str = ""
    found: T | None = None

    @property
    def folder(self) -> Path:
        return Path(self.holds.name)

    def progress(self, done: int, of: int) -> None:
        self.done, self.of = done, of

    def answer(self) -> T:
        """Conflict while there is none."""
        if self.found is None:
            raise Conflict("no-answer-yet", "尚无结果。", "There is no answer yet.", field="id")
        return self.found


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

    def ask(self, work: Callable[[Job[T]], T]) -> Job[T]:
        """Begins; Conflict while another runs."""
        with self._lock:
            if any(one.state == "running" for one in self._jobs.values()):
                raise Conflict(
                    "question-running",
                    "已有同类查询正在进行，请稍后再试。",
                    "Another question is being worked out: ask again when it is done.",
                )
            job: Job[T] = Job(uuid4(), TemporaryDirectory())
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)[1].holds.cleanup()
        threading.Thread(target=self._run, args=(job, work), name=self._name, daemon=True).start()
        return job

    def of(self, id: UUID) -> Job[T]:
        """NotFound where it was never asked here, or is kept no more."""
        job = self._jobs.get(id)
        if job is None:
            raise NotFound("没有该查询。", "There is no such question.", field="id")
        return job

    def _run(self, job: Job[T], work: Callable[[Job[T]], T]) -> None:
        try:
            job.found = work(job)
            job.state = "done"
        except CannotAnswer as refusal:
            job.why, job.state = str(refusal), "refused"
        except Exception as failure:  # the caller is told; nobody waits for the thread
            log.exception("a question failed", question=self._name)
            job.why, job.state = type(failure).__name__, "failed"
