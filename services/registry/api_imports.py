"""Routes of the import: hand in a roster, watch it, download what became of every row."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import StreamingResponse

from services.chassis.edge import import_body
from services.chassis.refusal import Conflict, NotFound
from services.chassis.runtime import Runtime
from services.chassis.settings import Settings
from services.chassis.tokens import Caller
from services.chassis.work import Cause
from services.chassis.workbook import MEDIA_TYPE
from services.registry.import_jobs import ImportJobs, Job, Progress
from services.registry.roster import Limits
from services.registry.roster_report import write_csv, write_workbook
from services.registry.web import Registrar

_CSV = "text/csv"


def router(runtime: Runtime) -> APIRouter:
    routes = APIRouter(prefix="/imports", tags=["imports"])
    opened: dict[Path, ImportJobs] = {}

    def jobs(request: Request) -> ImportJobs:
        # Where data lies is a setting of the host, known once it serves.
        folder = _settings(request).data / "imports"
        return opened.setdefault(folder, opened.get(folder) or ImportJobs(runtime, folder))

    def mine(request: Request, id: UUID, caller: Caller) -> Job:
        job = jobs(request).job(id)
        # A township's clerk sees what was handed in for that township; of others not even that they are.
        if job is None or (caller.township is not None and caller.township != job.township):
            raise NotFound("没有该导入。", "There is no such import.", field="id")
        return job

    @routes.post("", status_code=202, dependencies=[import_body()])
    def hand_in(request: Request, file: UploadFile, caller: Registrar) -> Progress:
        """Hand in a roster, .xlsx or .csv with the headings that clerks use; it is read in the background."""
        settings = _settings(request)
        limits = Limits(file_bytes=settings.import_limit, rows=settings.roster_rows)
        cause = Cause(caller.to_actor(), uuid4())
        return jobs(request).start(file.file, file.filename or "", cause, caller.township, limits)

    @routes.get("/{id}")
    def progress(request: Request, id: UUID, caller: Registrar) -> Progress:
        """How far the import is."""
        return mine(request, id, caller).progress

    @routes.get("/{id}/report.xlsx", **_file(MEDIA_TYPE))
    def workbook(request: Request, id: UUID, caller: Registrar) -> StreamingResponse:
        """What became of every row, with rules and reasons in Chinese and English."""
        return report(request, id, caller, write_workbook, MEDIA_TYPE, "xlsx")

    @routes.get("/{id}/report.csv", **_file(_CSV))
    def text(request: Request, id: UUID, caller: Registrar) -> StreamingResponse:
        """The same as text."""
        return report(request, id, caller, write_csv, _CSV, "csv")

    def report(
        request: Request,
        id: UUID,
        caller: Caller,
        write: Callable[[Any, BinaryIO], None],
        kind: str,
        end: str,
    ) -> StreamingResponse:
        job = mine(request, id, caller)
        if job.progress.status != "done":
            raise Conflict(
                "import-not-done",
                "导入尚未完成，暂无报告。",
                "The import is not done: no report yet.",
                field="id",
            )
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it was sent
        write(jobs(request).outcomes(id), file)
        file.seek(0)
        name = f'attachment; filename="import-{id}.{end}"'
        return StreamingResponse(_chunks(file), media_type=kind, headers={"Content-Disposition": name})

    return routes


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _file(kind: str) -> dict[str, Any]:
    binary = {"type": "string", "format": "binary"}
    return {"response_class": StreamingResponse, "responses": {200: {"content": {kind: {"schema": binary}}}}}


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(1 << 16):
            yield chunk
