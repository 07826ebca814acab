"""Findings over HTTP, for the district's civil affairs and audit: asked, watched, read page by page or as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.requests import Command
from services.chassis.spreadsheet import table
from services.chassis.workbook import Sheet, download
from services.history.api import of_the_district
from services.history.audit import everything
from services.history.audit.access import Day, Entitled
from services.history.audit.classing import SAID
from services.history.audit.finding import TITLES, FindingLine, line
from services.history.audit.reconstruct import Auditor
from services.history.audit.verdict import OUTCOME_WORDS, Class, Sort
from services.history.downloads import CSV, XLSX
from services.history.jobs import Asked, Job, Jobs, told

Lines = tuple[FindingLine, ...]
HEADINGS = ("类别", "何时可知", "结论", "日期", "部门", "案件", "事件", "内容", "What", "文件", "条款")
Kind = Annotated[Class | None, Query(description="only of this class")]
Known = Annotated[Sort | None, Query(description="only those that could be known so")]


class Asking(Command):
    """Days on which it was recorded, or by which it was due; both included."""

    since: Day | None = None
    until: Day | None = None


class Count(Asked):
    """`found`: how many, by class and by who could know; none before it is done."""

    found: dict[Class, dict[Sort, int]] = Field(description="class → sort → how many")


class Behind(Cursor):
    """A page begins behind so many lines."""

    lines: int = Field(ge=0)


def router(auditor: Auditor) -> APIRouter:
    routes, jobs = APIRouter(prefix="/findings", tags=["audit"]), Jobs[Lines]("findings")

    @routes.post("", status_code=202)
    def ask(body: Asking, caller: Entitled) -> Count:
        """Look through decisions, months, payments and who was left waiting. Nothing is recorded; one at a time."""
        of_the_district(caller)

        def look(job: Job[Lines]) -> Lines:
            return tuple(map(line, everything.findings(auditor, body.since, body.until, job.progress)))

        return _counted(jobs.ask(look))

    @routes.get("/{id}")
    def answer(id: UUID, caller: Entitled) -> Count:
        """How far it is, or how many there are of which class."""
        of_the_district(caller)
        return _counted(jobs.of(id))

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
        of_the_district(caller)
        begin = Behind.decode(cursor)
        start = begin.lines if begin else 0
        found = _of(jobs.of(id).answer(), finding, sort)
        more = Behind(lines=start + limit).encode() if len(found) > start + limit else None
        return Page(items=tuple(found[start : start + limit]), next=more)

    @routes.get("/{id}/lines.csv", response_class=Response, responses=CSV)
    def lines_table(id: UUID, caller: Entitled, finding: Kind = None, sort: Known = None) -> Response:
        """The same as a table, all of them."""
        of_the_district(caller)
        return table("findings", HEADINGS, map(_cells, _of(jobs.of(id).answer(), finding, sort)))

    @routes.get("/{id}/lines.xlsx", response_class=Response, responses=XLSX)
    def lines_workbook(id: UUID, caller: Entitled, finding: Kind = None, sort: Known = None) -> Response:
        """The same as a workbook."""
        of_the_district(caller)
        found = _of(jobs.of(id).answer(), finding, sort)
        return download("findings", Sheet("审计发现", HEADINGS, map(_cells, found)))

    return routes


def _counted(job: Job[Lines]) -> Count:
    found: dict[Class, Counter[Sort]] = {}
    for one in job.found or ():
        assert one.finding is not None and one.sort is not None, "of a finding"
        found.setdefault(one.finding, Counter())[one.sort] += 1
    return Count.model_validate(told(job) | {"found": found})


def _of(found: Lines, kind: Class | None, sort: Sort | None) -> Sequence[FindingLine]:
    return [one for one in found if kind in (None, one.finding) and sort in (None, one.sort)]


def _cells(one: FindingLine) -> tuple[object, ...]:
    assert one.finding is not None and one.sort is not None, "of a finding"
    return (
        TITLES[one.finding], SAID[one.sort][0], OUTCOME_WORDS[one.outcome], one.day, one.service, one.case or "",
        one.event, one.zh, one.en, one.paper, one.clause,
    )  # fmt: skip
