"""The HTTP of living beside that of its cases: paying first, papers owed, the relief ledger, checks, reserves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from events.ids import CaseId
from services.assistance.admission import CivilAffairs, Readers
from services.assistance.answers import NOTE, CaseAnswer, answer_now
from services.assistance.api import CSV
from services.assistance.commands import Step
from services.assistance.guards import in_own_township, seen_by
from services.assistance.steps import case_of
from services.chassis.auth import allow
from services.chassis.commands import execute, expect
from services.chassis.departments import Department
from services.chassis.problems import not_allowed
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller, Township
from services.chassis.views import ViewReader
from services.chassis.work import Work
from services.living import books, relief, reserve
from services.living.books import Row, Table
from services.living.reserve import RESERVE, Reserve, reserve_of

Funders = Annotated[Caller, allow(Department.CIVIL_AFFAIRS, Department.FINANCE)]
Town = Annotated[str, Path(pattern=r"^\d{12}$", description="division code of twelve digits")]
Month = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
Fen = Annotated[int, Field(gt=0, le=10**12, description="in fen")]


class Money(Command):
    amount_fen: Fen


class Reconcile(Command):
    month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
    counted_fen: Annotated[int, Field(ge=0, le=10**12, description="what was found, in fen")]


class ReserveAnswer(BaseModel):
    """A township's reserve after a step."""

    model_config = ConfigDict(frozen=True)

    township: str
    balance_fen: int
    spent_fen: int = Field(description="spent and not yet paid back, in fen")
    to_reconcile: tuple[str, ...] = Field(description="months that are over and not reconciled")


class Lines(BaseModel):
    """Rows of a list; `note` is said wherever sums are shown of which any is illustrative."""

    model_config = ConfigDict(frozen=True)

    items: tuple[dict[str, Any], ...]
    note: str | None = None


class Book(Lines):
    """A reserve's movements in order. They add up to the balance."""

    township: str
    balance_fen: int
    spent_fen: int
    months: tuple[dict[str, Any], ...]


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    # Before the routes of cases: none of these hides behind /cases/{case}.
    return [_paying(runtime), _reading(readers["relief"]), _reserves(runtime, readers["reserves"])]


def _paying(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/cases", tags=["decisions"])

    @router.post("/{case}/payment-first")
    def pay_first(case: UUID, body: Step, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Relieve an emergency at once, within the small limit, from the township's reserve; papers follow."""
        identifier = CaseId.of(case)

        def decide(work: Work) -> CaseAnswer:
            in_own_township(caller, case_of(work, identifier).township)
            expect(work, identifier, body.version)
            relief.pay_first(work, identifier, caller.person)
            return answer_now(work, identifier)

        return execute(request, runtime, caller, CaseAnswer, decide)

    return router


def _reserves(runtime: Runtime, reader: ViewReader) -> APIRouter:
    router = APIRouter(prefix="/reserves/{township}", tags=["reserves"])

    def answer(work: Work, township: str) -> ReserveAnswer:
        state: Reserve = work.load(RESERVE, reserve_of(township))
        return ReserveAnswer(
            township=township,
            balance_fen=state.balance_fen,
            spent_fen=state.spent_fen,
            to_reconcile=state.owed,
        )

    @router.post("/advances", status_code=201)
    def advance(township: Town, body: Money, request: Request, caller: Funders) -> ReserveAnswer:
        """The district puts money into the reserve."""
        _of_the_district(caller)

        def decide(work: Work) -> ReserveAnswer:
            work.record(reserve_of(township), reserve.advance(township, body.amount_fen, work.today))
            return answer(work, township)

        return execute(request, runtime, caller, ReserveAnswer, decide)

    @router.post("/replenishments", status_code=201)
    def replenish(township: Town, body: Money, request: Request, caller: Funders) -> ReserveAnswer:
        """What the township has spent is paid back."""
        _of_the_district(caller)

        def decide(work: Work) -> ReserveAnswer:
            state = work.load(RESERVE, reserve_of(township))
            work.record(reserve_of(township), reserve.replenish(state, body.amount_fen, work.today))
            return answer(work, township)

        return execute(request, runtime, caller, ReserveAnswer, decide)

    @router.post("/reconciliations", status_code=201)
    def reconcile(township: Town, body: Reconcile, request: Request, caller: CivilAffairs) -> ReserveAnswer:
        """Hold the book of a month that is over against the money; a difference is recorded."""
        in_own_township(caller, township)

        def decide(work: Work) -> ReserveAnswer:
            state = work.load(RESERVE, reserve_of(township))
            fact = reserve.reconcile(state, body.month, body.counted_fen, caller.person, work.today)
            work.record(reserve_of(township), fact)
            return answer(work, township)

        return execute(request, runtime, caller, ReserveAnswer, decide)

    @router.get("/book")
    def book(township: Town, caller: Readers) -> Book:
        """Every movement with the balance after it, and the months reconciled or to be."""
        in_own_township(caller, township)
        balance, spent = books.balance(reader, township)
        months = tuple(books.months(reader, township))
        rows = tuple(books.book(reader, township))
        return Book(items=rows, township=township, balance_fen=balance, spent_fen=spent, months=months)

    @router.get("/book.csv", response_class=Response, responses=CSV)
    def book_table(township: Town, caller: Readers) -> Response:
        """The same as a table."""
        in_own_township(caller, township)
        return _table(books.BOOK, books.book(reader, township))

    return router


def _reading(reader: ViewReader) -> APIRouter:
    router = APIRouter(prefix="/relief", tags=["relief"])

    @router.get("/ledger")
    def ledger(caller: Readers, township: Township | None = None, month: Month | None = None) -> Lines:
        """Relief granted by month, kind, priority group and township."""
        return _lines(books.ledger(reader, seen_by(caller, township), month))

    @router.get("/ledger.csv", response_class=Response, responses=CSV)
    def ledger_table(
        caller: Readers, township: Township | None = None, month: Month | None = None
    ) -> Response:
        """The same as a table."""
        return _table(books.LEDGER, books.ledger(reader, seen_by(caller, township), month))

    @router.get("/papers")
    def papers(caller: Readers, township: Township | None = None, overdue: bool | None = None) -> Lines:
        """Relief paid first whose papers are not complete; `overdue`: only those whose last day is over."""
        return _lines(books.papers_owed(reader, seen_by(caller, township), overdue))

    @router.get("/papers.csv", response_class=Response, responses=CSV)
    def papers_table(
        caller: Readers, township: Township | None = None, overdue: bool | None = None
    ) -> Response:
        """The same as a table."""
        return _table(books.PAPERS, books.papers_owed(reader, seen_by(caller, township), overdue))

    @router.get("/checks")
    def checks(caller: Readers, township: Township | None = None) -> Lines:
        """Looks at dibao or relief that a decision asked for and that nobody has taken up."""
        return _lines(books.checks(reader, seen_by(caller, township)))

    @router.get("/checks.csv", response_class=Response, responses=CSV)
    def checks_table(caller: Readers, township: Township | None = None) -> Response:
        """The same as a table."""
        return _table(books.CHECKS, books.checks(reader, seen_by(caller, township)))

    return router


def _lines(rows: list[Row]) -> Lines:
    flags = ("illustrative", "overdue", "provisional")
    told = tuple({name: bool(cell) if name in flags else cell for name, cell in row.items()} for row in rows)
    return Lines(items=told, note=NOTE if any(row.get("illustrative") for row in told) else None)


def _table(table: Table, rows: list[Row]) -> Response:
    return StreamingResponse(
        table.csv(rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{table.name}.csv"'},
    )


def _of_the_district(caller: Caller) -> None:
    if caller.township is not None:
        raise not_allowed(
            "备用金由区民政局、财政局拨付。", "A reserve is paid in by the district, not a township."
        )
