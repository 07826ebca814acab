"""What-if over HTTP, for the district's civil affairs and audit: asked, watched, fetched. No names are in it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse

from services.chassis.auth import allow
from services.chassis.departments import Department
from services.chassis.problems import not_allowed
from services.chassis.refusal import Conflict
from services.chassis.requests import Command
from services.chassis.tokens import Caller
from services.chassis.workbook import MEDIA_TYPE
from services.history.whatif.jobs import Job, Jobs, Question

Entitled = Annotated[Caller, allow(Department.CIVIL_AFFAIRS, Department.AUDIT)]
Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="YYYY-MM")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Asking(Command):
    """`papers`: digests of the papers by which to decide, as proposed or published; without: those in force."""

    since: Month
    until: Month
    papers: tuple[Digest, ...] = Field(default=(), max_length=20)
    programme: str | None = Field(default=None, pattern=r"^[a-z][a-z-]*$", max_length=40)


class WhatIf(BaseModel):
    """How far it is, in months of pieces of the district; `found` once it is `done`, `why` where there is no answer.

    `found`: `cost` and `moves` in fen, `explained`, how many `families` gain or lose, and how the log itself was met:
    decisions `judged`, `differences`, `unexplained`.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    state: Literal["running", "done", "refused", "failed"]
    done: int
    of: int
    why: str
    found: dict[str, Any]


def router(jobs: Jobs) -> APIRouter:
    routes = APIRouter(prefix="/whatif", tags=["what if"])

    @routes.post("", status_code=202)
    def ask(body: Asking, caller: Entitled) -> WhatIf:
        """Decide the months again under other papers. Nothing is recorded; one question is worked out at a time."""
        _of_the_district(caller)
        months = date.fromisoformat(f"{body.since}-01"), date.fromisoformat(f"{body.until}-01")
        return _told(jobs.ask(Question(*months, body.papers, body.programme)))

    @routes.get("/{id}")
    def answer(id: UUID, caller: Entitled) -> WhatIf:
        """How far it is, or what came of it."""
        _of_the_district(caller)
        return _told(jobs.of(id))

    @routes.get(
        "/{id}/tables.xlsx",
        response_class=FileResponse,
        responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}},
    )
    def tables(id: UUID, caller: Entitled) -> FileResponse:
        """Every table, also of families (by id) and of months, as one workbook."""
        _of_the_district(caller)
        found = jobs.of(id).workbook
        if found is None:
            raise Conflict("whatif-not-done", "推演尚无结果。", "There is no answer yet.", field="id")
        return FileResponse(found, media_type=MEDIA_TYPE, filename="whatif.xlsx")

    return routes


def _told(job: Job) -> WhatIf:
    return WhatIf(id=job.id, state=job.state, done=job.done, of=job.of, why=job.why, found=job.found)


def _of_the_district(caller: Caller) -> None:
    if caller.township is not None:
        raise not_allowed("仅限区级部门。", "For the district's departments only.")
