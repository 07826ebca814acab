"""The HTTP of payments: batches with their files, payments that a person must look at, recoveries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from events.finance import Failure, How, Waiving
from events.ids import BatchId, RecoveryId
from services.chassis.commands import execute
from services.chassis.edge import import_body
from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.refusal import NotFound
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Caller
from services.chassis.views import ViewReader
from services.chassis.work import Cause, Work
from services.finance import bankfile, closing, gathering, recovering, returning
from services.finance.batch import BATCH, State
from services.finance.recovery import RECOVERY
from services.finance.web import CSV, Digest, Done, Office, Readers, Treasury, of_the_district

NEXT = {
    "no_account": "请登记并复核收款账户", "no_fund": "该项目没有对应资金，请联系财政局", "funds_short": "请先拨付资金",
    "death": "受益人已去世，请核实并办理退出", "holder_dead": "户名人已去世，请变更账户", "ended": "待遇已终止，请核对",
    "account_failed": "银行退回，请更正账户", "dropped": "批次已作废，将列入下一批次",
    "moved_away": "家庭已迁出本区，请核实并办理退出", "changed": "金额已调整，将按新金额列入下一批次",
    "erased": "户名人的信息已删除，请变更账户",
}  # fmt: skip
PAYMENT = ("payment", "case", "period", "household", "programme", "fund", "amount_fen", "illustrative", "state",
           "reason", "batch", "tries", "day")  # fmt: skip
BATCHES = (
    "batch",
    "month",
    "state",
    "revision",
    "payments",
    "total_fen",
    "withheld",
    "paid_fen",
    "digest",
    "day",
)
RECOVERIES = (
    "recovery",
    "case",
    "household",
    "fund",
    "why",
    "amount_fen",
    "collected_fen",
    "state",
    "parts",
    "day",
)
PaymentState = Annotated[
    Literal["ordered", "withheld", "paid", "failed", "unknown"] | None, Query(description="only these")
]


class Opening(Command):
    month: str = Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")


class Approval(Command):
    revision: int = Field(gt=0, le=10**6)


class Settlement(Command):
    result: Literal["paid", "failed"]
    reason: Failure | None = None


class Plan(Command):
    parts: int = Field(gt=0, le=120)
    first_due: date


class Collection(Command):
    amount_fen: int = Field(gt=0, le=10**12)
    how: How
    consent: Digest | None = None


class Waiver(Command):
    why: Waiving


class BatchAnswer(BaseModel):
    """A batch as it stands; `left`: whether some of it is still to be gathered, or to be taken out of it."""

    model_config = ConfigDict(frozen=True)

    batch: UUID
    month: str
    state: str
    left: bool
    payments: int
    total_fen: int
    withheld: int
    revision: int
    digest: str


class RecoveryAnswer(BaseModel):
    model_config = ConfigDict(frozen=True)

    recovery: UUID
    amount_fen: int
    collected_fen: int
    open_fen: int
    next_part_fen: int = Field(description="to be collected next, as planned")


class At(Cursor):
    place: str


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    return [_batches(runtime, reader), _payments(runtime, reader), _recoveries(runtime, reader)]


def _batches(runtime: Runtime, reader: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/batches", tags=["batches"])

    def answer(work: Work, identifier: BatchId) -> BatchAnswer:
        state = work.load(BATCH, identifier)
        if state.state is State.NONE:
            raise NotFound("没有该批次。", "There is no such batch.", field="batch")
        return BatchAnswer(
            batch=identifier, month=state.month, state=state.state, left=state.left,
            payments=state.payments, total_fen=state.total_fen, withheld=state.withheld,
            revision=state.revision, digest=state.digest,
        )  # fmt: skip

    def step(
        request: Request, caller: Caller, batch: UUID, do: Callable[[Work, BatchId], object]
    ) -> BatchAnswer:
        """One step of a batch that there is; the batch as it is then."""
        identifier = BatchId.of(batch)

        def decide(work: Work) -> BatchAnswer:
            answer(work, identifier)
            do(work, identifier)
            return answer(work, identifier)

        return execute(request, runtime, caller, BatchAnswer, decide)

    @routes.post("", status_code=201)
    def open_batch(body: Opening, request: Request, caller: Office) -> BatchAnswer:
        """Open a month's batch; the cut-off is now."""
        of_the_district(caller)

        def decide(work: Work) -> BatchAnswer:
            return answer(work, gathering.open_batch(work, body.month, caller.person))

        return execute(request, runtime, caller, BatchAnswer, decide)

    @routes.post("/{batch}/pieces")
    def gather(batch: UUID, request: Request, caller: Office) -> BatchAnswer:
        """Gather the next piece. Repeat while `left`; a batch that was cut off goes on where it was."""
        of_the_district(caller)
        return step(request, caller, batch, gathering.gather)

    @routes.post("/{batch}/closure")
    def close(batch: UUID, request: Request, caller: Office) -> BatchAnswer:
        """Nothing more comes in; it goes to the treasury for approval."""
        of_the_district(caller)
        return step(request, caller, batch, lambda work, of: closing.close_by(work, of, caller.person))

    @routes.post("/{batch}/approval")
    def approve(batch: UUID, body: Approval, request: Request, caller: Treasury) -> BatchAnswer:
        """The treasury approves the revision that it has looked at."""
        said = body.revision, caller.person
        return step(request, caller, batch, lambda work, of: closing.approve(work, of, *said))

    @routes.post("/{batch}/handover")
    def hand_over(batch: UUID, request: Request, caller: Treasury) -> BatchAnswer:
        """An officer takes the file to the bank; get it with `/file` afterwards. It is `closed` again, under another
        revision, where a payee had to be taken out."""
        return step(request, caller, batch, lambda work, of: closing.hand_over(work, of, caller.person))

    @routes.post("/{batch}/drop")
    def drop(batch: UUID, request: Request, caller: Office) -> BatchAnswer:
        """Give the batch up before the bank has it, a piece at a time: repeat while `left`. Its payments wait for the
        next."""
        of_the_district(caller)
        return step(request, caller, batch, lambda work, of: closing.drop(work, of, caller.person))

    @routes.get("/{batch}/file", response_class=Response, responses=CSV)
    def file(batch: UUID, request: Request, caller: Treasury) -> Response:
        """The file to the bank; always the same bytes. That the accounts were opened is recorded."""

        def decide(work: Work) -> tuple[str, bytes]:
            answer(work, BatchId.of(batch))
            content = b"".join(bankfile.written(work, BatchId.of(batch), "下载银行发放文件"))
            return bankfile.file_name(work, BatchId.of(batch)), content

        name, content = runtime.decide(decide, Cause(caller.to_actor(), request.state.request_id))
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="text/csv; charset=utf-8", headers=disposition)

    @routes.post("/{batch}/return", dependencies=[import_body()])
    def take_return(batch: UUID, file: UploadFile, request: Request, caller: Treasury) -> BatchAnswer:
        """The bank's return file: taken whole or refused with line and rule. Where it was cut off, the same file again
        goes on."""
        identifier = BatchId.of(batch)
        cause = Cause(caller.to_actor(), request.state.request_id)
        returning.take(lambda do: runtime.decide(do, cause), identifier, file.file, caller.person)
        return step(request, caller, batch, returning.finish)

    @routes.get("")
    def batches(caller: Readers, limit: Limit = 100, cursor: CursorText = None) -> Page[dict[str, Any]]:
        """Every batch, the latest first."""
        at = At.decode(cursor)
        where, values = (
            ("WHERE opened < ?", [int(at.place) if at.place.isdecimal() else 0]) if at else ("", [])
        )
        return _page(
            reader,
            BATCHES,
            "SELECT id, month, state, revision, payments, total_fen, withheld, paid_fen, digest, day, opened"
            f" FROM {{batches}} {where} ORDER BY opened DESC LIMIT ?",
            values,
            limit,
        )

    return routes


def _payments(runtime: Runtime, reader: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/payments", tags=["payments"])
    columns = "id, case_id, period, household, programme, fund, amount_fen, illustrative, state, reason, batch, tries, day"

    @routes.get("")
    def payments(
        caller: Readers,
        state: PaymentState = None,
        case: UUID | None = None,
        batch: UUID | None = None,
        limit: Limit = 100,
        cursor: CursorText = None,
    ) -> Page[dict[str, Any]]:
        """Payments; of those withheld, failed or unknown `next_step` says what is to be done."""
        of_the_district(caller)
        at = At.decode(cursor)
        asked = {"state": state, "case_id": case and str(case), "batch": batch and str(batch)}
        where = ["id > ?", *(f"{name} = ?" for name, value in asked.items() if value)]
        values = [at.place if at else "", *(value for value in asked.values() if value)]
        sql = f"SELECT {columns}, id FROM {{payments}} WHERE {' AND '.join(where)} ORDER BY id LIMIT ?"
        page = _page(reader, PAYMENT, sql, values, limit)
        told = tuple(row | {"next_step": _next_step(row)} for row in page.items)
        return Page(items=told, next=page.next)

    @routes.get("/open.csv", response_class=Response, responses=CSV)
    def open_table(caller: Readers) -> Response:
        """Everything that a person must look at, as a table."""
        of_the_district(caller)
        with reader.reading() as tables:
            found = tables.execute(
                f"SELECT {columns} FROM {{payments}} WHERE state IN ('withheld', 'failed', 'unknown')"
                " ORDER BY state, id LIMIT 100000"
            )
        rows = [dict(zip(PAYMENT, row, strict=True)) for row in found]
        return table(
            "payments-open", [*PAYMENT, "下一步"], [[*row.values(), _next_step(row)] for row in rows]
        )

    @routes.post("/{case}/{period}/settlement", status_code=201)
    def settle(case: UUID, period: str, body: Settlement, request: Request, caller: Treasury) -> Done:
        """A person found out what became of a payment of which the bank did not say it."""

        def decide(work: Work) -> Done:
            returning.settle(work, f"{case}|{period}", body.result, body.reason or "")
            return Done()

        return execute(request, runtime, caller, Done, decide)

    return routes


def _recoveries(runtime: Runtime, reader: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/recoveries", tags=["recoveries"])

    def answer(work: Work, identifier: RecoveryId) -> RecoveryAnswer:
        found = work.load(RECOVERY, identifier)
        return RecoveryAnswer(
            recovery=identifier, amount_fen=found.amount_fen, collected_fen=found.collected_fen,
            open_fen=found.open_fen, next_part_fen=found.next_part_fen,
        )  # fmt: skip

    @routes.get("")
    def recoveries(caller: Readers, limit: Limit = 100, cursor: CursorText = None) -> Page[dict[str, Any]]:
        """Every recovery, the latest first."""
        of_the_district(caller)
        at = At.decode(cursor)
        where, values = (
            ("WHERE opened < ?", [int(at.place) if at.place.isdecimal() else 0]) if at else ("", [])
        )
        return _page(
            reader,
            RECOVERIES,
            "SELECT id, case_id, household, fund, why, amount_fen, collected_fen, state, parts, day, opened"
            f" FROM {{recoveries}} {where} ORDER BY opened DESC LIMIT ?",
            values,
            limit,
        )

    @routes.post("/{recovery}/plan", status_code=201)
    def plan(recovery: UUID, body: Plan, request: Request, caller: Office) -> RecoveryAnswer:
        """It comes back in parts, one a month."""
        of_the_district(caller)
        identifier = RecoveryId.of(recovery)

        def decide(work: Work) -> RecoveryAnswer:
            recovering.plan(work, identifier, body.parts, body.first_due, caller.person)
            return answer(work, identifier)

        return execute(request, runtime, caller, RecoveryAnswer, decide)

    @routes.post("/{recovery}/collections", status_code=201)
    def collect(recovery: UUID, body: Collection, request: Request, caller: Treasury) -> RecoveryAnswer:
        """Some of it came back, into the fund's book of this year."""
        identifier = RecoveryId.of(recovery)

        def decide(work: Work) -> RecoveryAnswer:
            recovering.collect(work, identifier, body.amount_fen, body.how, body.consent, caller.person)
            return answer(work, identifier)

        return execute(request, runtime, caller, RecoveryAnswer, decide)

    @routes.post("/{recovery}/waiver")
    def waive(recovery: UUID, body: Waiver, request: Request, caller: Office) -> RecoveryAnswer:
        """What is still open of it need not come back. What a domain ordered is waived with its case."""
        of_the_district(caller)
        identifier = RecoveryId.of(recovery)

        def decide(work: Work) -> RecoveryAnswer:
            recovering.waive(work, identifier, body.why, caller.person)
            return answer(work, identifier)

        return execute(request, runtime, caller, RecoveryAnswer, decide)

    return routes


def _next_step(row: dict[str, Any]) -> str:
    if row["state"] == "unknown":
        return "请向银行核实"
    if row["state"] == "failed":
        return NEXT["account_failed"]
    return NEXT.get(row["reason"] or "", "") if row["state"] == "withheld" else ""


def _page(
    reader: ViewReader, names: tuple[str, ...], sql: str, values: list[Any], limit: int
) -> Page[dict[str, Any]]:
    """One more than asked for is read: only so is it known whether a page follows. The last column is the place."""
    with reader.reading() as tables:
        rows = tables.execute(sql, [*values, limit + 1])
    items = tuple(dict(zip(names, row[:-1], strict=True)) for row in rows[:limit])
    more = At(place=str(rows[limit - 1][-1])).encode() if len(rows) > limit else None
    return Page(items=items, next=more)
