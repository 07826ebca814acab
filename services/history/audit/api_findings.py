"""Findings over HTTP, for the district's civil affairs and audit: asked, watched, called off, read page by page or whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.requests import Command
from services.chassis.spreadsheet import table
from services.chassis.workbook import download
from services.history.api import of_the_district
from services.history.audit import everything
from services.history.audit.access import Day, Entitled
from services.history.audit.finding import FindingLine, Window, line
from services.history.audit.reconstruct import Auditor
from services.history.audit.spool import Spool
from services.history.audit.tables import HEADINGS, cells, sheet
from services.history.audit.verdict import Class, Sort
from services.history.downloads import CSV, JSON_LINES, XLSX
from services.history.jobs import Asked, Job, Jobs, told

Kind = Annotated[Class | None, Query(description="only of this class")]
Known = Annotated[Sort | None, Query(description="only those that could be known so")]


class Asking(Command):
    """Days on which it was recorded, or by which it was due; both included."""

    since: Day | None = None
    until: Day | None = None


class Count(Asked):
    """`found`: how many until now, by class and by who could know."""

    found: dict[Class, dict[Sort, int]] = Field(description="class → sort → how many")


class Behind(Cursor):
    """A page begins behind so many bytes of what was written down."""

    place: int = Field(ge=0, le=2**62)


def router(auditor: Auditor) -> APIRouter:
    """Every answer is for whoever asked, and for nobody else."""
    routes, jobs = APIRouter(prefix="/findings", tags=["audit"]), Jobs[Spool]("findings")

    def lines_of(
        id: UUID, caller: Entitled, finding: Class | None, sort: Sort | None, place: int = 0
    ) -> Iterator[tuple[int, FindingLine]]:
        of_the_district(caller)
        every = jobs.of(id, caller.person).answer().read(place)
        return (
            (behind, one) for behind, one in every
            if finding in (None, one.finding) and sort in (None, one.sort)
        )  # fmt: skip

    @routes.post("", status_code=202)
    def ask(body: Asking, caller: Entitled) -> Count:
        """Look through decisions, months, payments and who was left waiting. Nothing is recorded; one at a time."""
        of_the_district(caller)
        window = Window(body.since, body.until)

        def look(job: Job[Spool]) -> Spool:
            job.found = spool = Spool()
            for one in everything.findings(auditor, window, job.progress):
                spool.add(line(one))
            spool.finish()
            return spool

        return _counted(jobs.ask(look, caller.person))

    @routes.get("")
    def mine(caller: Entitled) -> tuple[Count, ...]:
        """What the caller has asked and is kept, the last first."""
        of_the_district(caller)
        return tuple(map(_counted, jobs.all_of(caller.person)))

    @routes.get("/{id}")
    def answer(id: UUID, caller: Entitled) -> Count:
        """How far it is, and how many there are of which class."""
        of_the_district(caller)
        return _counted(jobs.of(id, caller.person))

    @routes.delete("/{id}")
    def call_off(id: UUID, caller: Entitled) -> Count:
        """End the search at its next step; or, where it has ended, drop what was found."""
        of_the_district(caller)
        return _counted(jobs.call_off(id, caller.person))

    @routes.get("/{id}/lines")
    def lines(
        id: UUID,
        caller: Entitled,
        finding: Kind = None,
        sort: Known = None,
        cursor: CursorText = None,
        limit: Limit = 100,
    ) -> Page[FindingLine]:
        """The findings, one by one."""
        begin = Behind.decode(cursor)
        items: list[FindingLine] = []
        place = 0
        for behind, one in lines_of(id, caller, finding, sort, begin.place if begin else 0):
            if len(items) == limit:
                return Page(items=tuple(items), next=Behind(place=place).encode())
            items.append(one)
            place = behind
        return Page(items=tuple(items))

    @routes.get("/{id}/lines.jsonl", response_class=StreamingResponse, responses=JSON_LINES)
    def lines_of_json(
        id: UUID, caller: Entitled, finding: Kind = None, sort: Known = None
    ) -> StreamingResponse:
        """All of them, a line of JSON each."""
        found = lines_of(id, caller, finding, sort)
        name = {"Content-Disposition": 'attachment; filename="findings.jsonl"'}
        texts = (f"{one.model_dump_json()}\n" for _, one in found)
        return StreamingResponse(texts, media_type="application/x-ndjson", headers=name)

    @routes.get("/{id}/lines.csv", response_class=Response, responses=CSV)
    def lines_table(id: UUID, caller: Entitled, finding: Kind = None, sort: Known = None) -> Response:
        """The same as a table."""
        found = lines_of(id, caller, finding, sort)
        return table("findings", HEADINGS, (cells(one) for _, one in found))

    @routes.get("/{id}/lines.xlsx", response_class=Response, responses=XLSX)
    def lines_workbook(id: UUID, caller: Entitled, finding: Kind = None, sort: Known = None) -> Response:
        """The same as a workbook."""
        found = lines_of(id, caller, finding, sort)
        return download("findings", sheet(one for _, one in found))

    return routes


def _counted(job: Job[Spool]) -> Count:
    return Count.model_validate(told(job) | {"found": {} if job.found is None else job.found.counts()})
