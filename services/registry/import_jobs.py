"""Imports that run while their caller does something else: one at a time, watched, with a report to download.

What lies on disk afterwards are counts, rows and rules, never people; the roster itself is kept in an
unlinked temporary file, which is gone with the process. An import cut off by a crash shows as interrupted:
sending the same file again goes on where it stopped.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Literal, TextIO
from uuid import UUID, uuid4

import structlog
from pydantic import BaseModel, ConfigDict

from services.chassis.runtime import Runtime
from services.chassis.work import Cause
from services.registry.importing import Imported, import_roster
from services.registry.roster import Limits
from services.registry.roster_report import Outcome, RowOutcome
from services.registry.roster_rows import Problem, RosterRefused

log = structlog.get_logger(__name__)
KEPT = timedelta(days=30)


class Reason(BaseModel):
    rule: str
    zh: str
    en: str


class Progress(BaseModel):
    """How far an import is, in rows; `refused` as a status: the file as a whole cannot be read."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    status: Literal["waiting", "running", "done", "refused", "interrupted", "failed"]
    rows: int = 0
    registered: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    skipped: int = 0
    reason: Reason | None = None


class Job(BaseModel):
    """What is kept of an import: its progress, who asked, and for which township."""

    by: UUID | None
    township: str | None
    process: str
    progress: Progress


class ImportJobs:
    def __init__(self, runtime: Runtime, folder: Path) -> None:
        self._runtime = runtime
        self._folder = folder
        # Not the seeded ids of a simulation: who imports by hand must not change what it plays.
        self._process = str(uuid4())
        self._one_at_a_time = threading.Lock()
        self._threads: list[threading.Thread] = []
        folder.mkdir(parents=True, exist_ok=True)

    def start(
        self, upload: BinaryIO, filename: str, cause: Cause, township: str | None, limits: Limits
    ) -> Progress:
        """Take a copy of the upload and begin."""
        self._forget_old()
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the thread that reads it
        shutil.copyfileobj(upload, file)
        id = cause.correlation
        job = Job(
            by=cause.actor.person,
            township=township,
            process=self._process,
            progress=Progress(id=id, status="waiting"),
        )
        self._write(job)
        thread = threading.Thread(
            target=self._run, args=(job, file, filename, cause, limits), name=f"import-{id}", daemon=True
        )
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()
        return job.progress

    def job(self, id: UUID) -> Job | None:
        try:
            job = Job.model_validate_json((self._folder / f"{id}.json").read_bytes())
        except FileNotFoundError:
            return None
        if job.progress.status in ("waiting", "running") and job.process != self._process:
            return job.model_copy(
                update={"progress": job.progress.model_copy(update={"status": "interrupted"})}
            )
        return job

    def outcomes(self, id: UUID) -> Iterator[RowOutcome]:
        """What became of every row, in the order in which it was decided."""
        with (self._folder / f"{id}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                sheet, row, outcome, problems = json.loads(line)
                yield RowOutcome(
                    sheet, row, Outcome(outcome), tuple(Problem(*problem) for problem in problems)
                )

    def wait(self) -> None:
        """Until every import that was started is over."""
        for thread in self._threads:
            thread.join()

    def _run(self, job: Job, file: BinaryIO, filename: str, cause: Cause, limits: Limits) -> None:
        with self._one_at_a_time, file:
            try:
                with (self._folder / f"{job.progress.id}.jsonl").open("w", encoding="utf-8") as lines:
                    result = import_roster(
                        self._runtime,
                        file,
                        filename,
                        cause,
                        limits=limits,
                        may_act_in=lambda township: job.township in (None, township),
                        told=lambda outcome: _write_to(lines, outcome),
                        progress=lambda so_far: self._note(job, "running", so_far),
                    )
                self._note(job, "done", result)
            except RosterRefused as refused:
                reason = Reason(rule=refused.rule, zh=refused.zh, en=refused.en)
                self._note(job, "refused", Imported(""), reason)
            except Exception as error:  # nobody waits for this thread: the job has to say that it failed
                log.error("import failed", exc_info=error)
                self._note(job, "failed", Imported(""))

    def _note(self, job: Job, status: str, counts: Imported, reason: Reason | None = None) -> None:
        counted = asdict(counts) | {"id": job.progress.id, "status": status, "reason": reason}
        counted.pop("digest")
        self._write(job.model_copy(update={"progress": Progress.model_validate(counted)}))

    def _write(self, job: Job) -> None:
        path = self._folder / f"{job.progress.id}.json"
        draft = path.with_suffix(".part")
        draft.write_text(job.model_dump_json(), encoding="utf-8")
        draft.replace(path)  # whoever asks meanwhile reads a whole one

    def _forget_old(self) -> None:
        oldest = (self._runtime.around.clock.now() - KEPT).timestamp()
        for path in self._folder.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


def _write_to(lines: TextIO, outcome: RowOutcome) -> None:
    lines.write(json.dumps([outcome.sheet, outcome.row, outcome.outcome, outcome.problems]) + "\n")
