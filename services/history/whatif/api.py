"""What-if over HTTP, for the district's civil affairs and audit: asked, watched, fetched; names are told apart from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Cause, Keys
from services.chassis.workbook import MEDIA_TYPE, Sheet, download
from services.history.api import Purpose, of_the_district
from services.history.audit.access import Entitled
from services.history.audit.reading import log_in
from services.history.district_log import DistrictLog
from services.history.downloads import XLSX
from services.history.jobs import Asked, Job, Jobs, told
from services.history.names import names_of, opened
from services.history.whatif.asking import Found, Question, answered

Row = dict[str, Any]
Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="YYYY-MM")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Asking(Command):
    """`papers`: digests of the papers by which to decide, as proposed or published; without: those in force."""

    since: Month
    until: Month
    papers: tuple[Digest, ...] = Field(default=(), max_length=20)
    programme: str | None = Field(default=None, pattern=r"^[a-z][a-z-]*$", max_length=40)


class WhatIf(Asked):
    """How far it is, in months of pieces of the district; `found` once it is `done`.

    `found`: `totals`, `cost` and `moves` in fen, `explained`, how many `families` gain or lose, and how the log itself was met:
    decisions `judged`, `differences`, `unexplained`.
    """

    found: dict[str, Any]


class Family(BaseModel):
    """Who gains or loses, by id, in fen; `name`: of the applicant, where a purpose was said."""

    model_config = ConfigDict(frozen=True)

    household: UUID
    applicant: UUID
    case: UUID
    programme: str
    township: str
    outcome: Literal["gains", "loses"]
    before_fen: int
    after_fen: int
    static_fen: int
    difference_fen: int
    first_month: date
    last_month: date
    people_before: int
    people_after: int
    name: str | None = None


class Behind(Cursor):
    """A page begins behind so many families."""

    families: int = Field(ge=0)


def router(log: DistrictLog, keys: Keys, jobs: Jobs[Found]) -> APIRouter:
    """Every answer is for whoever asked, and for nobody else; so are the names (`names_router`)."""
    routes = APIRouter(prefix="/whatif", tags=["what if"])

    @routes.post("", status_code=202)
    def ask(body: Asking, caller: Entitled) -> WhatIf:
        """Decide the months again under other papers. Nothing is recorded; one question is worked out at a time."""
        of_the_district(caller)
        months = date.fromisoformat(f"{body.since}-01"), date.fromisoformat(f"{body.until}-01")
        question = Question(*months, body.papers, body.programme)
        return _told(jobs.ask(lambda job: answered(log, keys, question, job), caller.person))

    @routes.get("/{id}")
    def answer(id: UUID, caller: Entitled) -> WhatIf:
        """How far it is, or what came of it."""
        of_the_district(caller)
        return _told(jobs.of(id, caller.person))

    @routes.get("/{id}/tables.xlsx", response_class=FileResponse, responses=XLSX)
    def tables(id: UUID, caller: Entitled) -> FileResponse:
        """Every table, also of families (by id) and of months, as one workbook."""
        of_the_district(caller)
        return FileResponse(
            jobs.of(id, caller.person).answer().workbook, media_type=MEDIA_TYPE, filename="whatif.xlsx"
        )

    return routes


def names_router(runtime: Runtime, log: DistrictLog, jobs: Jobs[Found]) -> APIRouter:
    """`runtime` is history's own, which records whose names were opened."""
    routes = APIRouter(prefix="/whatif", tags=["what if"])

    def named(request: Request, caller: Caller, purpose: str, families: Sequence[Row]) -> list[Row]:
        """A look is committed before anything is shown."""
        with log.database.reading() as session:
            pieces = list(names_of(log_in(session, runtime.around.keys), map(_applicant, families)))
        cause = Cause(caller.to_actor(), request.state.request_id)
        texts = runtime.decide(lambda work: opened(work, purpose, pieces), cause)
        return [one | {"name": texts.get(_applicant(one))} for one in families]

    @routes.get("/{id}/families")
    def families(
        id: UUID, request: Request, caller: Entitled, cursor: CursorText = None, limit: Limit = 100,
        purpose: Purpose = None,
    ) -> Page[Family]:  # fmt: skip
        """Who gains and who loses, those who gain most first; with a purpose the names of who applied."""
        of_the_district(caller)
        begin, found = Behind.decode(cursor), jobs.of(id, caller.person).answer().families
        start = begin.families if begin else 0
        rows = found[start : start + limit]
        more = Behind(families=start + limit).encode() if len(found) > start + limit else None
        rows = rows if purpose is None else named(request, caller, purpose, rows)
        return Page(items=tuple(map(Family.model_validate, rows)), next=more)

    @routes.get("/{id}/families.xlsx", response_class=Response, responses=XLSX)
    def families_workbook(id: UUID, request: Request, caller: Entitled, purpose: Purpose = None) -> Response:
        """The same as a workbook, all of them."""
        of_the_district(caller)
        rows = jobs.of(id, caller.person).answer().families
        rows = rows if purpose is None else named(request, caller, purpose, rows)
        columns = [name for name in Family.model_fields if name != "name" or purpose is not None]
        return download(
            "whatif-families",
            Sheet("families", columns, ([one.get(name) for name in columns] for one in rows)),
        )

    return routes


def _applicant(family: Row) -> UUID:
    return UUID(family["applicant"])


def _told(job: Job[Found]) -> WhatIf:
    return WhatIf.model_validate(told(job) | {"found": job.found.short if job.found is not None else {}})
