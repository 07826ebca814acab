"""The HTTP of what happens to a running case between reviews: suspended and resumed, work offered and answered."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from events.ids import CaseId, PersonId
from services.assistance import independence, steps, suitable_work, suspension
from services.assistance.admission import CivilAffairs, Readers, may_change
from services.assistance.answers import Answer, CaseAnswer
from services.assistance.commands import Step, Text
from services.assistance.guards import seen_by
from services.assistance.listing import CSV, Row, behind, page, pages, rows_after
from services.assistance.on_case import step as step_on_case
from services.assistance.programme import PROGRAMMES
from services.assistance.views_casework import SUSPENDED_NAMES
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Township
from services.chassis.views import ViewReader
from services.chassis.work import Work

Code = Annotated[str, Query(pattern=r"^[a-z][a-z_-]*$", max_length=40)]
REASON_ZH = {
    "not_cooperating": "不配合核查",
    "cannot_be_reached": "无法联系",
    "means_in_doubt": "家庭经济状况存疑",
    "other": "其他原因",
}
HEADINGS = ("案件编号", "救助项目", "乡镇街道代码", "原因", "暂停起", "暂停止", "已暂停月数")


class Suspend(Step):
    reason: suspension.Reason
    since: date | None = Field(default=None, description="first of a month; the next month if left out")
    until: date | None = Field(default=None, description="last day of a month; until resumed if left out")
    heard: bool = Field(default=False, description="whether the family's views were heard")
    remarks: Text | None = None


class Offer(Step):
    person: UUID = Field(description="a member who can work and has no work")


class AnswerOffer(Step):
    offer: UUID = Field(description="as `WorkOffered` in the case's facts names it")
    answer: suitable_work.Answer
    remarks: Text | None = Field(default=None, description="the good reason, where there is one")


class SuspendedLine(Answer):
    """A case that is suspended; `months`: withheld by now."""

    case: UUID
    programme: str
    township: str
    reason: str
    reason_zh: str
    since: date
    until: date | None
    months: int


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    return [_steps(runtime), _reading(reader)]


def _steps(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/cases", tags=["decisions"])

    @router.post("/{case}/suspension")
    def suspend(case: UUID, body: Suspend, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Grant nothing for whole months, while something is cleared up; undone by resuming."""

        def do(work: Work, of: CaseId) -> object:
            may_change(work, caller, of)
            found, by = steps.case_and_papers(work, of)
            facts = suspension.suspend(
                found,
                by,
                reason=body.reason,
                since=body.since,
                until=body.until,
                heard=body.heard,
                officer=caller.person,
                acting=independence.of_decider(work, found, by, caller.person),
                remarks=body.remarks,
                today=work.today,
            )
            return steps.record(work, of, facts)

        return step_on_case(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/resumption")
    def resume(case: UUID, body: Step, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Grant again, from the next month that is to be granted."""

        def do(work: Work, of: CaseId) -> object:
            may_change(work, caller, of)
            found, by = steps.case_and_papers(work, of)
            acting = independence.of_decider(work, found, by, caller.person)
            facts = suspension.resume(found, officer=caller.person, acting=acting, today=work.today)
            return steps.record(work, of, facts)

        return step_on_case(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/work-offers")
    def offer(case: UUID, body: Offer, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Suitable work is offered to a member who can work and has none; one offer at a time."""

        def do(work: Work, of: CaseId) -> object:
            facts = suitable_work.offer(
                steps.case_of(work, of),
                id=work.around.ids.random(),
                person=PersonId.of(body.person),
                officer=caller.person,
                today=work.today,
            )
            return steps.record(work, of, facts)

        return step_on_case(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/work-answers")
    def answer(case: UUID, body: AnswerOffer, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """What became of an offer; the third refusal running without good reason opens a review."""

        def do(work: Work, of: CaseId) -> object:
            facts = suitable_work.answered(
                steps.case_of(work, of),
                offer=body.offer,
                answer=body.answer,
                officer=caller.person,
                remarks=body.remarks,
                today=work.today,
            )
            return steps.record(work, of, facts)

        return step_on_case(request, runtime, caller, case, body.version, do)

    return router


def _reading(reader: ViewReader) -> APIRouter:
    router = APIRouter(tags=["cases"])

    @router.get("/suspensions")
    def list_suspended(
        caller: Readers,
        programme: Code | None = None,
        township: Township | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[SuspendedLine]:
        """Cases that are suspended now, in the order in which they were."""
        wanted = {"programme": programme, "township": seen_by(caller, township)}
        rows = rows_after(reader, "suspended", SUSPENDED_NAMES, wanted, behind(cursor), limit + 1)
        return page(rows, limit, _line)

    @router.get("/suspensions.csv", response_class=Response, responses=CSV)
    def suspended_table(
        caller: Readers, programme: Code | None = None, township: Township | None = None
    ) -> Response:
        wanted = {"programme": programme, "township": seen_by(caller, township)}

        def read(after: int, limit: int) -> list[Row]:
            return rows_after(reader, "suspended", SUSPENDED_NAMES, wanted, after, limit)

        return table("suspensions", HEADINGS, map(_cells, pages(read)))

    return router


def _line(row: Row) -> SuspendedLine:
    return SuspendedLine.model_validate(
        {**row, "case": row["case_id"], "reason_zh": REASON_ZH[row["reason"]]}
    )


def _cells(row: Row) -> tuple[Any, ...]:
    return (
        row["case_id"], PROGRAMMES[row["programme"]].title[0], row["township"], REASON_ZH[row["reason"]],
        row["since"], row["until"] or "", row["months"],
    )  # fmt: skip
