"""What is listed beside the findings, over HTTP: look-ups, backdated entries, overrides, changes of roles. Names stay sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.chassis.paging import CursorText, Limit, Page
from services.chassis.spreadsheet import table
from services.chassis.workbook import Sheet, download
from services.history.api import After, of_the_district
from services.history.audit.access import Entitled, Since, Until
from services.history.audit.finding import Window
from services.history.audit.reconstruct import Auditor
from services.history.audit.reports import LATE_DAYS, TITLES, Report, Row
from services.history.audit.tables import REPORT_HEADINGS, report_cells
from services.history.downloads import CSV, XLSX

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """`late`: of backdated entries, so many days before they were recorded, or more."""

    window: Window
    late: int


Late = Annotated[int, Query(ge=1, le=36_500, description="of backdated entries: days, or more")]


async def _asked(since: Since = None, until: Until = None, late: Late = LATE_DAYS) -> Asked:
    return Asked(Window(since, until), late)


Filter = Annotated[Asked, Depends(_asked)]


def router(auditor: Auditor) -> APIRouter:
    routes = APIRouter(prefix="/reports/{kind}", tags=["audit"])

    def rows(kind: Report, asked: Asked, after: int, limit: int) -> list[Row]:
        with closing(auditor.report(kind, asked.window, asked.late, after)) as found:
            return list(islice(found, limit))

    def every(kind: Report, asked: Asked) -> Iterator[tuple[object, ...]]:
        """Piece by piece: no snapshot is held while somebody reads slowly."""
        after = 0
        while some := rows(kind, asked, after, AT_ONCE):
            yield from map(report_cells, some)
            after = some[-1].position

    @routes.get("")
    def report(
        kind: Report, asked: Filter, caller: Entitled, cursor: CursorText = None, limit: Limit = 100
    ) -> Page[Row]:
        """Lines of one of the lists, in the order of the log. Nothing there is wrong by itself."""
        of_the_district(caller)
        begin = After.decode(cursor)
        found = rows(kind, asked, begin.after if begin else 0, limit + 1)
        more = After(after=found[limit - 1].position).encode() if len(found) > limit else None
        return Page(items=tuple(found[:limit]), next=more)

    @routes.get("/lines.csv", response_class=Response, responses=CSV)
    def report_table(kind: Report, asked: Filter, caller: Entitled) -> Response:
        """The same as a table, all of it."""
        of_the_district(caller)
        return table(f"audit-{kind}", REPORT_HEADINGS, every(kind, asked))

    @routes.get("/lines.xlsx", response_class=Response, responses=XLSX)
    def report_workbook(kind: Report, asked: Filter, caller: Entitled) -> Response:
        """The same as a workbook."""
        of_the_district(caller)
        return download(f"audit-{kind}", Sheet(TITLES[kind].zh, REPORT_HEADINGS, every(kind, asked)))

    return routes
