"""The HTTP of remedies: contests and reports, what became of them, arrears, and money that is to come back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from events import remedies as m
from events.ids import CaseId, PersonId
from services.assistance import api_courts, steps
from services.assistance.admission import CivilAffairs, Readers, in_own_township, may_change, seen_by
from services.assistance.answers import Amount, CaseAnswer
from services.assistance.commands import Step
from services.assistance.listing import CSV, Row, behind, page, pages, rows_after
from services.assistance.on_case import act
from services.assistance.on_case import step as step_on_case
from services.assistance.programme import PROGRAMMES
from services.assistance.remedies import answers as say
from services.assistance.remedies import taking
from services.assistance.remedies.decisions import decisions_of, letter_of
from services.assistance.remedies.difference import balance
from services.assistance.remedies.state import Decided
from services.assistance.views_remedies import CONTEST_NAMES
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Township
from services.chassis.views import ViewReader
from services.chassis.work import Work

Code = Annotated[str, Query(pattern=r"^[a-z][a-z_-]*$", max_length=40)]
State = Annotated[Literal["open", "overdue", "decided"] | None, Query()]
HEADINGS = (
    "案件编号", "救助项目", "乡镇街道代码", "类别", "文书号", "送达日期", "申请期限", "提出日期", "办理期限", "状态",
    "结果", "决定日期",
)  # fmt: skip


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    return [
        _contests(runtime),
        api_courts.router(runtime),
        _money(runtime),
        _history(runtime),
        _reading(reader),
    ]


def _contests(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/cases", tags=["remedies"])

    @router.post("/{case}/contests", status_code=201)
    def contest(
        case: UUID, body: say.ContestBody, request: Request, caller: CivilAffairs
    ) -> say.ContestAnswer:
        """Administrative review of a decision is asked for (行政复议法 20: within sixty days of its service)."""

        def do(work: Work, of: CaseId) -> say.ContestAnswer:
            id = taking.contest(
                work,
                of,
                body.decision,
                by=PersonId.of(body.by),
                authority=body.authority,
                officer=caller.person,
                on=body.on,
                statement=body.statement,
                excuse=body.excuse,
            )
            return say.open_contest(work, of, id)

        return act(request, runtime, caller, case, body.version, say.ContestAnswer, do)

    @router.post("/{case}/reports", status_code=201)
    def report(case: UUID, body: say.ReportBody, request: Request, caller: CivilAffairs) -> say.ContestAnswer:
        """Somebody reports something: a granted case is reviewed, one under way is visited by the county."""

        def do(work: Work, of: CaseId) -> say.ContestAnswer:
            id = taking.report(work, of, officer=caller.person, on=body.on, statement=body.statement)
            return say.open_contest(work, of, id)

        return act(request, runtime, caller, case, body.version, say.ContestAnswer, do)

    @router.post("/{case}/contests/{contest}/extension")
    def extend(
        case: UUID, contest: UUID, body: Step, request: Request, caller: CivilAffairs
    ) -> say.ContestAnswer:
        """The authority has told in writing that it takes thirty days longer (行政复议法 62)."""

        def do(work: Work, of: CaseId) -> say.ContestAnswer:
            may_change(work, caller, of)
            taking.extend(work, of, contest, caller.person)
            return say.open_contest(work, of, contest)

        return act(request, runtime, caller, case, body.version, say.ContestAnswer, do)

    @router.post("/{case}/contests/{contest}/decision")
    def decide(
        case: UUID, contest: UUID, body: say.DecideBody, request: Request, caller: CivilAffairs
    ) -> CaseAnswer:
        """What became of it; another decision, its arrears or an inquiry anew follow at once."""

        def do(work: Work, of: CaseId) -> object:
            may_change(work, caller, of)
            said = taking.Said(body.outcome, body.on or work.today, body.paper, body.amount_fen, body.reason)
            return taking.decide(work, of, contest, said, caller.person)

        return step_on_case(request, runtime, caller, case, body.version, do)

    return router


def _money(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/cases", tags=["remedies"])

    @router.post("/{case}/lifting")
    def lift(case: UUID, body: Step, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """A suspension was not justified: it ends, and its months are paid as arrears."""

        def do(work: Work, of: CaseId) -> object:
            may_change(work, caller, of)
            return taking.lift(work, of, caller.person)

        return step_on_case(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/fraud")
    def end_for_fraud(case: UUID, body: say.FraudBody, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """A decision obtained by deceit is taken back (社会救助法 73): nothing is due from its day on."""

        def do(work: Work, of: CaseId) -> object:
            may_change(work, caller, of)
            return taking.end_for_fraud(
                work, of, body.decision, caller.person, since=body.since, heard=body.heard
            )

        return step_on_case(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/recoveries", status_code=201)
    def order_back(
        case: UUID, body: say.OrderBody, request: Request, caller: CivilAffairs
    ) -> say.OrderAnswer:
        """What was had above what is due is to come back, at once or in parts."""

        def do(work: Work, of: CaseId) -> say.OrderAnswer:
            may_change(work, caller, of)
            fact = taking.order_back(
                work,
                of,
                caller.person,
                months=body.months,
                amount_fen=body.amount_fen,
                parts=body.parts,
                first_due=body.first_due,
            )
            return say.OrderAnswer(id=fact.order, amount_fen=fact.amount_fen, months=_months(fact.months))

        return act(request, runtime, caller, case, body.version, say.OrderAnswer, do)

    @router.post("/{case}/recoveries/{order}/waiver")
    def waive(
        case: UUID, order: UUID, body: say.WaiveBody, request: Request, caller: CivilAffairs
    ) -> CaseAnswer:
        """What is still open of it need not come back."""

        def do(work: Work, of: CaseId) -> object:
            may_change(work, caller, of)
            return taking.waive(work, of, order, body.why, caller.person, body.remarks)

        return step_on_case(request, runtime, caller, case, body.version, do)

    return router


def _history(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/cases", tags=["remedies"])

    @router.get("/{case}/decisions")
    def decisions(case: UUID, caller: Readers) -> list[say.DecisionLine]:
        """Every decision, the oldest first; one that was changed stays, and says which took its place."""

        def decide(work: Work) -> list[say.DecisionLine]:
            identifier = CaseId.of(case)
            found = steps.case_of(work, identifier)
            in_own_township(caller, found.township)
            all_ = decisions_of(work, identifier)
            instead = {one.replaces: one.id for one in all_ if one.replaces is not None}
            return [
                _decision(one, instead.get(one.id), letter_of(work, identifier, one.id), found.illustrative)
                for one in all_
            ]

        return runtime.decide(decide)

    @router.get("/{case}/months")
    def months(case: UUID, caller: Readers) -> list[say.MonthLine]:
        """Every month of the case as it is due by its decisions, and as it was had, in fen."""

        def decide(work: Work) -> list[say.MonthLine]:
            found = steps.case_of(work, CaseId.of(case))
            in_own_township(caller, found.township)
            return list(_months(balance(found)))

        return runtime.decide(decide)

    return router


def _reading(reader: ViewReader) -> APIRouter:
    router = APIRouter(tags=["remedies"])

    @router.get("/contests")
    def contests(
        caller: Readers,
        state: State = None,
        programme: Code | None = None,
        township: Township | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[say.ContestLine]:
        """Contests and reports with their deadlines, in the order in which they came."""
        wanted = {"state": state, "programme": programme, "township": seen_by(caller, township)}
        rows = rows_after(reader, "contests", CONTEST_NAMES, wanted, behind(cursor), limit + 1)
        return page(rows, limit, _line)

    @router.get("/contests.csv", response_class=Response, responses=CSV)
    def contests_table(caller: Readers, state: State = None, township: Township | None = None) -> Response:
        wanted = {"state": state, "township": seen_by(caller, township)}

        def read(after: int, limit: int) -> list[Row]:
            return rows_after(reader, "contests", CONTEST_NAMES, wanted, after, limit)

        return table("contests", HEADINGS, map(_cells, pages(read)))

    return router


def _months(found: Iterable[m.MonthDifference]) -> tuple[say.MonthLine, ...]:
    return tuple(say.MonthLine(month=one.month, due_fen=one.due_fen, had_fen=one.had_fen) for one in found)


def _decision(one: Decided, instead: UUID | None, letter: Any, illustrative: bool) -> say.DecisionLine:
    issued, served = letter or (None, None)
    amount = None if one.amount_fen is None else Amount.of(one.amount_fen, one.since, illustrative)
    return say.DecisionLine(
        id=one.id,
        kind=one.kind,
        kind_zh=say.DECISION_ZH[one.kind],
        on=one.on,
        since=one.since,
        amount=amount,
        reason=one.reason,
        replaces=one.replaces,
        replaced_by=instead,
        letter=issued.number if issued else None,
        served=served.on if served else None,
    )


def _line(row: Row) -> say.ContestLine:
    return say.ContestLine.model_validate(
        {
            **row,
            "contest": row["id"],
            "case": row["case_id"],
            "kind_zh": say.KIND_ZH[row["kind"]],
            "state_zh": say.STATE_ZH[row["state"]],
            "outcome_zh": row["outcome"] and say.OUTCOME_ZH[row["outcome"]],
        }
    )


def _cells(row: Row) -> tuple[Any, ...]:
    return (
        row["case_id"], PROGRAMMES[row["programme"]].title[0], row["township"], say.KIND_ZH[row["kind"]],
        row["letter"] or "", row["served"] or "", row["until"] or "", row["lodged"], row["decide_by"],
        say.STATE_ZH[row["state"]], say.OUTCOME_ZH.get(row["outcome"] or "", ""), row["decided"] or "",
    )  # fmt: skip
