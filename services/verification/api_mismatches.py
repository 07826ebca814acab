"""The HTTP of comparison: the schedule, comparisons, mismatches from finding to resolution, figures, what is owed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from events.ids import MismatchId
from services.assistance.listing import CSV, behind, page, rows_after, yes
from services.chassis.commands import execute
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Caller
from services.chassis.unsealing import unseal
from services.chassis.views import ViewReader
from services.chassis.work import Cause, Work
from services.verification import comparing, figures, mismatch
from services.verification.mismatch import Result
from services.verification.sources import SOURCES, deliverers
from services.verification.web import (
    Deliverers,
    Done,
    Office,
    Purpose,
    Readers,
    Statement,
    must_deliver,
    of_the_district,
)

COMPARISONS = ("id", "opened", "period", "number", "state", "people", "unconsented", "found", "day")
MISMATCHES = (
    "id", "opened", "person", "household", "source", "as_of", "state", "heard", "result", "correct_by", "overdue",
    "day",
)  # fmt: skip
CORRECTIONS = ("id", "person", "source", "as_of", "correct_by", "overdue")
MismatchPath = Annotated[UUID, Path(alias="mismatch")]
State = Annotated[Literal["found", "disputed", "resolved"] | None, Query(description="only these")]


class Schedule(Command):
    every_months: Literal[3, 6]


class Disputing(Command):
    statement: Statement


class Hearing(Command):
    on: date
    statement: Statement | None = None


class Resolving(Command):
    result: Result


class Correcting(Command):
    corrected: bool


class Looking(Command):
    purpose: Purpose


class ComparisonAnswer(BaseModel):
    model_config = ConfigDict(frozen=True)

    comparison: UUID
    period: str


class RecordShown(BaseModel):
    records: tuple[dict[str, Any], ...] | None


def routers(runtime: Runtime, reader: ViewReader, sharing: ViewReader) -> list[APIRouter]:
    return [_comparisons(runtime, reader), _mismatches(runtime, reader), _figures(reader, sharing)]


def _comparisons(runtime: Runtime, reader: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/comparisons", tags=["comparison"])

    @routes.post("/schedule")
    def schedule(body: Schedule, request: Request, caller: Office) -> Done:
        """Compare every quarter or every half-year, from the next on."""
        of_the_district(caller)

        def decide(work: Work) -> Done:
            comparing.schedule(work, body.every_months, caller.person)
            return Done()

        return execute(request, runtime, caller, Done, decide)

    @routes.post("", status_code=201)
    def begin(request: Request, caller: Office) -> ComparisonAnswer:
        """Compare now, beside the schedule. It goes on by itself."""
        of_the_district(caller)

        def decide(work: Work) -> ComparisonAnswer:
            plan = work.fact("schedule", "now") or {"every_months": 3}
            period, _ = comparing.period_of(work.today, plan["every_months"])
            return ComparisonAnswer(comparison=comparing.begin(work, period, caller.person), period=period)

        return execute(request, runtime, caller, ComparisonAnswer, decide)

    @routes.get("")
    def comparisons(caller: Readers, limit: Limit = 100, cursor: CursorText = None) -> Page[dict[str, Any]]:
        """Every comparison, how far it is and what it found."""
        rows = rows_after(reader, "comparisons", COMPARISONS, {}, behind(cursor), limit + 1)
        return page(rows, limit, dict)

    return routes


def _mismatches(runtime: Runtime, reader: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/mismatches", tags=["comparison"])

    def step(
        request: Request, caller: Caller, identifier: UUID, do: Callable[[Work, MismatchId], None]
    ) -> Done:
        of_the_district(caller)

        def decide(work: Work) -> Done:
            do(work, MismatchId.of(identifier))
            return Done()

        return execute(request, runtime, caller, Done, decide)

    @routes.post("/{mismatch}/dispute", status_code=201)
    def dispute(identifier: MismatchPath, body: Disputing, request: Request, caller: Office) -> Done:
        """The person says that the data are wrong, or not about them."""
        return step(
            request,
            caller,
            identifier,
            lambda work, of: mismatch.dispute(work, of, body.statement, caller.person),
        )

    @routes.post("/{mismatch}/hearing", status_code=201)
    def hear(identifier: MismatchPath, body: Hearing, request: Request, caller: Office) -> Done:
        """The person was heard."""
        said = body.statement, body.on, caller.person
        return step(request, caller, identifier, lambda work, of: mismatch.hear(work, of, *said))

    @routes.post("/{mismatch}/resolution")
    def resolve(identifier: MismatchPath, body: Resolving, request: Request, caller: Office) -> Done:
        """What became of it; 422 while the person is not heard. Wrong data are sent back for correction."""
        said = body.result, caller.person
        return step(request, caller, identifier, lambda work, of: mismatch.resolve(work, of, *said))

    @routes.post("/{mismatch}/correction")
    def correct(identifier: MismatchPath, body: Correcting, request: Request, caller: Deliverers) -> Done:
        """The department's answer to the request for correction."""

        def decide(work: Work) -> Done:
            of = MismatchId.of(identifier)
            must_deliver(caller, mismatch.mismatch_in(work, of, open_still=False).source)
            mismatch.answer_correction(work, of, body.corrected, caller.person)
            return Done()

        return execute(request, runtime, caller, Done, decide)

    @routes.post("/{mismatch}/record")
    def record(identifier: MismatchPath, body: Looking, request: Request, caller: Office) -> RecordShown:
        """What the department has on record; that it was looked at is recorded."""
        of_the_district(caller)

        def decide(work: Work) -> RecordShown:
            found = mismatch.mismatch_in(work, MismatchId.of(identifier), open_still=False)
            [text] = unseal(work, body.purpose, found.record)
            return RecordShown(records=None if text is None else tuple(json.loads(text)))

        return runtime.decide(decide, Cause(caller.to_actor(), request.state.request_id))

    @routes.get("/corrections")
    def corrections(caller: Deliverers) -> list[dict[str, Any]]:
        """What a department is to check and correct, the earliest first: by number, with source and day of the data."""
        of_the_district(caller)
        own = [source for source in SOURCES if caller.department in deliverers(source)]
        with reader.reading() as tables:
            rows = tables.execute(
                f"SELECT {', '.join(CORRECTIONS)} FROM {{mismatches}} WHERE correct_by IS NOT NULL"
                f" AND source IN ({', '.join('?' * len(own))}) ORDER BY correct_by, id LIMIT {figures.MOST}",
                own,
            )
        return [dict(zip(CORRECTIONS, row, strict=True)) for row in rows]

    @routes.get("")
    def mismatches(
        caller: Readers, state: State = None, limit: Limit = 100, cursor: CursorText = None
    ) -> Page[dict[str, Any]]:
        """Every mismatch and where it stands; of what is on record only the source."""
        of_the_district(caller)
        rows = rows_after(reader, "mismatches", MISMATCHES, {"state": state}, behind(cursor), limit + 1)
        return page(rows, limit, dict)

    return routes


def _figures(reader: ViewReader, sharing: ViewReader) -> APIRouter:
    routes = APIRouter(tags=["figures"])

    @routes.get("/statistics")
    def statistics(caller: Readers) -> list[dict[str, Any]]:
        """Source by source: files and how late, hit rates, mismatches and what became of them."""
        of_the_district(caller)
        return figures.by_source(sharing, reader)

    @routes.get("/owed")
    def owed(caller: Readers, overdue: bool = False) -> list[dict[str, Any]]:
        """What is owed by a day, by departments and by the district; or only what is overdue."""
        of_the_district(caller)
        return [row for row in figures.owed(sharing, reader) if row["overdue"] or not overdue]

    @routes.get("/owed.csv", response_class=Response, responses=CSV)
    def owed_table(caller: Readers) -> Response:
        """The same as a table."""
        of_the_district(caller)
        lines = (
            (
                figures.KINDS[row["kind"]],
                row["id"],
                row["about"],
                row["department"],
                row["due"],
                yes(row["overdue"]),
            )
            for row in figures.owed(sharing, reader)
        )
        return table("verification-owed", ["事项", "编号", "对象", "责任部门", "期限", "是否逾期"], lines)

    return routes
