"""What-if asked over HTTP: one at a time, in a thread of its own, watched as it goes. It reads, and records nothing.

The last few answers are kept, their tables as one workbook; they are gone with the process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from uuid import UUID, uuid4

import structlog

from services.chassis.refusal import Conflict, NotFound, Refused
from services.chassis.work import Keys
from services.history.district_log import DistrictLog

KEPT = 5
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """`papers`: digests of papers that were proposed or published; none: those in force."""

    since: date
    until: date
    papers: tuple[str, ...] = ()
    programme: str | None = None


@dataclass(slots=True)
class Job:
    """`done` of `of` steps; `found`: the answer in short, once it is there; `why`: why there is none."""

    id: UUID
    question: Question
    folder: TemporaryDirectory[str]
    state: Literal["running", "done", "refused", "failed"] = "running"
    done: int = 0
    of: int = 0
    why: str = ""
    found: dict[str, Any] = field(default_factory=dict)
    workbook: Path | None = None


class Jobs:
    def __init__(self, district_log: DistrictLog, keys: Keys) -> None:
        self._log, self._keys = district_log, keys
        self._jobs: OrderedDict[UUID, Job] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, question: Question) -> Job:
        """Begins; Conflict while another runs."""
        with self._lock:
            if any(one.state == "running" for one in self._jobs.values()):
                raise Conflict(
                    "whatif-running",
                    "已有推演正在进行，请稍后再试。",
                    "Another question is being worked out: ask again when it is done.",
                )
            job = Job(uuid4(), question, TemporaryDirectory())
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)[1].folder.cleanup()
        threading.Thread(target=self._run, args=(job,), name="whatif", daemon=True).start()
        return job

    def of(self, id: UUID) -> Job:
        """NotFound where it was never asked here, or is kept no more."""
        job = self._jobs.get(id)
        if job is None:
            raise NotFound("没有该推演。", "There is no such question.", field="id")
        return job

    def _run(self, job: Job) -> None:
        # DuckDB is a second of a start: it is loaded when it is used.
        from services.history.whatif.deciding import Differs, Unfoldable
        from services.history.whatif.papers import NoPaper
        from services.history.whatif.running import CannotAsk

        try:
            self._answer(job)
            job.state = "done"
        except (CannotAsk, Differs, NoPaper, Refused, Unfoldable, ValueError) as refusal:
            job.why, job.state = str(refusal), "refused"
        except Exception as failure:  # the caller is told; nobody waits for the thread
            log.exception("what-if failed")
            job.why, job.state = type(failure).__name__, "failed"

    def _answer(self, job: Job) -> None:
        from services.history.audit.reading import Log
        from services.history.whatif.papers import STORED, stored
        from services.history.whatif.running import whatif

        def progress(done: int, of: int) -> None:
            job.done, job.of = done, of

        question = job.question
        with self._log.database.reading() as session:
            generation = session.execute("SELECT generation FROM log_head")[0][0]
            papers = stored(Log(session, generation, self._keys).of_types(STORED), question.papers)
        asked = whatif(
            self._log, self._keys, papers, question.since, question.until, programme=question.programme,
            progress=progress,
        )  # fmt: skip
        with asked as answer:
            job.workbook = answer.write(Path(job.folder.name), "xlsx")[0]
            job.found = {
                "cost": answer.table("cost"), "moves": answer.table("moves"), "explained": answer.table("explained"),
                "families": answer.count("families"), "judged": answer.judged, "decided": answer.decided,
                "sampled": answer.sampled, "differences": len(answer.differences), "unexplained": answer.unexplained,
            }  # fmt: skip
