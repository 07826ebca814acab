"""The HTTP of draws: the county draws of a month's cases, everybody who may can repeat it, and sees what is owed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.assistance import draws
from services.assistance.admission import CivilAffairs, of_the_county
from services.assistance.answers import Answer, CaseAnswer
from services.assistance.commands import Step
from services.assistance.guards import seen_by
from services.assistance.listing import CSV, Row, behind, page, pages, rows_after
from services.assistance.on_case import step as step_on_case
from services.assistance.programme import PROGRAMMES
from services.assistance.views_casework import DEMANDED_NAMES, DRAW_NAMES
from services.chassis.auth import allow
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.refusal import NotFound
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Caller, Township
from services.chassis.views import ViewReader
from services.chassis.work import Work

Readers = Annotated[Caller, allow(Department.CIVIL_AFFAIRS, Department.DISTRICT, Department.AUDIT)]
Code = Annotated[str, Query(pattern=r"^[a-z][a-z_-]*$", max_length=40)]
REASON_ZH = {"drawn": "随机抽中", "kin": "近亲属备案", "complaint": "投诉举报", "doubt": "有疑问"}
HEADINGS = ("案件编号", "救助项目", "乡镇街道代码", "步骤", "原因", "要求日期", "办理日期")


class Draw(Command):
    programme: Annotated[str, Field(pattern=r"^[a-z][a-z_-]*$", max_length=40)]
    month: Annotated[
        str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="of acceptance, YYYY-MM")
    ]
    township: Township | None = Field(default=None, description="the whole district, where left out")


class Demand(Step):
    reason: draws.Why


class DrawAnswer(Answer):
    """A draw, with all that repeats it: see `casework.DrawHeld`."""

    draw: UUID
    programme: str
    step: str
    month: str
    township: str | None
    share: str
    cases: int = Field(description="how many were on the list")
    drawn: int
    held: date
    seed: str
    digest: str
    anchor: UUID
    paper: str
    clause: str


class DemandedLine(Answer):
    """A step that this case owes and others do not; `taken`: when it was taken last."""

    case: UUID
    programme: str
    township: str
    step: str
    reason: str
    reason_zh: str
    draw: UUID | None
    demanded: date
    taken: date | None


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    return [_steps(runtime), _reading(reader)]


def _steps(runtime: Runtime) -> APIRouter:
    router = APIRouter(tags=["draws"])

    @router.post("/draws", status_code=201)
    def hold(body: Draw, request: Request, caller: CivilAffairs) -> DrawAnswer:
        """Draw the share that the paper asks for of the cases accepted in a month that is over; once."""
        of_the_county(caller)

        def decide(work: Work) -> DrawAnswer:
            held = draws.hold(work, body.programme, body.month, caller.person, body.township)
            told = held.model_dump(include=set(DrawAnswer.model_fields) - {"drawn", "paper"})
            return DrawAnswer(
                **told,
                drawn=len(held.drawn),
                held=held.on,
                paper=held.paper.number,
                clause=held.paper.clause,
            )

        return execute(request, runtime, caller, DrawAnswer, decide)

    @router.post("/cases/{case}/demands")
    def demand(case: UUID, body: Demand, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """A complaint or a doubt: the county looks at this case before it decides."""
        return step_on_case(
            request,
            runtime,
            caller,
            case,
            body.version,
            lambda work, of: draws.demand(work, of, body.reason, caller.person),
        )

    return router


def _reading(reader: ViewReader) -> APIRouter:
    router = APIRouter(tags=["draws"])

    @router.get("/draws")
    def list_draws(
        caller: Readers, programme: Code | None = None, cursor: CursorText = None, limit: Limit = 50
    ) -> Page[DrawAnswer]:
        """In the order in which they were held."""
        wanted = {"programme": programme}
        rows = rows_after(reader, "draws", DRAW_NAMES, wanted, behind(cursor), limit + 1)
        return page(rows, limit, _draw)

    @router.get("/draws/{draw}")
    def show(draw: UUID, caller: Readers) -> DrawAnswer:
        rows = rows_after(reader, "draws", DRAW_NAMES, {"id": str(draw)}, 0, 1)
        if not rows:
            raise NotFound("没有该次抽取。", "There is no such draw.", field="draw")
        return _draw(rows[0])

    @router.get("/demanded-steps")
    def list_demanded(
        caller: Readers,
        programme: Code | None = None,
        township: Township | None = None,
        draw: UUID | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[DemandedLine]:
        """Cases that owe a step which others do not, in the order in which they came to; a clerk the township's."""
        wanted = _wanted(caller, programme, township, draw)
        rows = rows_after(reader, "demanded", DEMANDED_NAMES, wanted, behind(cursor), limit + 1)
        return page(rows, limit, _line)

    @router.get("/demanded-steps.csv", response_class=Response, responses=CSV)
    def demanded_table(
        caller: Readers,
        programme: Code | None = None,
        township: Township | None = None,
        draw: UUID | None = None,
    ) -> Response:
        wanted = _wanted(caller, programme, township, draw)

        def read(after: int, limit: int) -> list[Row]:
            return rows_after(reader, "demanded", DEMANDED_NAMES, wanted, after, limit)

        return table("demanded-steps", HEADINGS, map(_cells, pages(read)))

    return router


def _wanted(
    caller: Caller, programme: str | None, township: str | None, draw: UUID | None
) -> dict[str, str | None]:
    place = seen_by(caller, township)
    return {"programme": programme, "township": place, "draw": str(draw) if draw else None}


def _draw(row: Row) -> DrawAnswer:
    return DrawAnswer.model_validate({**row, "draw": row["id"]})


def _line(row: Row) -> DemandedLine:
    return DemandedLine.model_validate({**row, "case": row["case_id"], "reason_zh": REASON_ZH[row["reason"]]})


def _cells(row: Row) -> tuple[Any, ...]:
    return (
        row["case_id"], PROGRAMMES[row["programme"]].title[0], row["township"], row["step"],
        REASON_ZH[row["reason"]], row["demanded"], row["taken"] or "",
    )  # fmt: skip
