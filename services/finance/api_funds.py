"""The HTTP of the books: budgets, allocations, what goes back, and the monthly statement."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from events import finance as f
from services.chassis.commands import execute
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Caller
from services.chassis.views import ViewReader
from services.chassis.work import Work
from services.chassis.workbook import Sheet, download
from services.finance import book
from services.finance.book import BOOK, book_of
from services.finance.statement import FundLine, Statement, statement
from services.finance.web import CSV, XLSX, BudgetYear, FundCode, MonthQuery, Readers, Treasury

MOST = 10**14


class Budget(Command):
    amount_fen: int = Field(ge=0, le=MOST)


class Change(Budget):
    why: f.Change


class Money(Command):
    amount_fen: int = Field(gt=0, le=MOST)


class Allocation(Money):
    level: f.Level


class Counted(Command):
    half: str = Field(pattern=r"^20[0-9]{2}-H[12]$", description="2020-H1")
    counted_fen: int = Field(ge=0, le=MOST)


class BookAnswer(BaseModel):
    """A book as it stands, in fen."""

    model_config = ConfigDict(frozen=True)

    fund: str
    year: int
    budget_fen: int
    allocated_fen: int
    committed_fen: int
    paid_fen: int
    free_fen: int
    to_reconcile: tuple[str, ...]


def router(runtime: Runtime, reader: ViewReader) -> APIRouter:
    routes = APIRouter(tags=["funds"])
    prefix = "/funds/{fund}/{year}"

    def answer(work: Work, fund: str, year: int) -> BookAnswer:
        state = work.load(BOOK, book_of(fund, year))
        return BookAnswer(
            fund=fund, year=year, budget_fen=state.budget_fen, allocated_fen=state.allocated_fen,
            committed_fen=state.committed_fen, paid_fen=state.paid_fen, free_fen=state.free_fen,
            to_reconcile=state.owed,
        )  # fmt: skip

    def act(
        request: Request, caller: Caller, fund: str, year: int, do: Callable[[book.Book], f.BookFact]
    ) -> BookAnswer:
        """One movement in a book; the book as it is then."""

        def decide(work: Work) -> BookAnswer:
            stream = book_of(fund, year)
            work.record(stream, do(work.load(BOOK, stream)))
            return answer(work, fund, year)

        return execute(request, runtime, caller, BookAnswer, decide)

    @routes.post(prefix + "/budget", status_code=201)
    def set_budget(
        fund: FundCode, year: BudgetYear, body: Budget, request: Request, caller: Treasury
    ) -> BookAnswer:
        """Set the year's budget, once."""
        said = body.amount_fen, caller.person
        return act(request, caller, fund, year, lambda of: book.set_budget(of, fund, year, *said))

    @routes.post(prefix + "/budget/changes", status_code=201)
    def change_budget(
        fund: FundCode, year: BudgetYear, body: Change, request: Request, caller: Treasury
    ) -> BookAnswer:
        """Another budget for the year, never below what is allocated."""
        said = body.amount_fen, body.why, caller.person
        return act(request, caller, fund, year, lambda of: book.change_budget(of, fund, year, *said))

    @routes.post(prefix + "/allocations", status_code=201)
    def allocate(
        fund: FundCode, year: BudgetYear, body: Allocation, request: Request, caller: Treasury
    ) -> BookAnswer:
        """Money came into the fund; never more than the budget."""
        said = body.amount_fen, body.level, caller.person
        return act(request, caller, fund, year, lambda of: book.allocate(of, fund, year, *said))

    @routes.post(prefix + "/returns", status_code=201)
    def give_back(
        fund: FundCode, year: BudgetYear, body: Money, request: Request, caller: Treasury
    ) -> BookAnswer:
        """What is neither paid nor set aside goes back to the treasury."""
        said = body.amount_fen, caller.person
        return act(request, caller, fund, year, lambda of: book.give_back(of, fund, year, *said))

    @routes.post(prefix + "/carry-over", status_code=201)
    def carry_over(
        fund: FundCode, year: BudgetYear, body: Money, request: Request, caller: Treasury
    ) -> BookAnswer:
        """What is left goes into the next year's book; answers with that one."""

        def decide(work: Work) -> BookAnswer:
            held = work.load(BOOK, book_of(fund, year))
            for fact in book.carry_over(held, fund, year, body.amount_fen, caller.person):
                work.record(fact.book, fact)
            return answer(work, fund, year + 1)

        return execute(request, runtime, caller, BookAnswer, decide)

    @routes.post(prefix + "/reconciliations", status_code=201)
    def reconcile(
        fund: FundCode, year: BudgetYear, body: Counted, request: Request, caller: Treasury
    ) -> BookAnswer:
        """Hold the book of half a year against the money; a difference is recorded."""
        said = body.half, body.counted_fen, caller.person
        return act(request, caller, fund, year, lambda of: book.reconcile(of, fund, year, *said))

    @routes.get("/statement")
    def monthly(month: MonthQuery, caller: Readers) -> Statement:
        """Every fund at the end of the month, with what lies idle and since when."""
        return statement(reader, month)

    @routes.get("/statement.csv", response_class=Response, responses=CSV)
    def monthly_table(month: MonthQuery, caller: Readers) -> Response:
        """The same as a table."""
        return table(f"statement-{month}", HEADINGS.values(), _rows(statement(reader, month)))

    @routes.get("/statement.xlsx", response_class=Response, responses=XLSX)
    def monthly_workbook(month: MonthQuery, caller: Readers) -> Response:
        """The same as a workbook."""
        rows = _rows(statement(reader, month))
        return download(f"statement-{month}", Sheet(f"{month}资金月报", list(HEADINGS.values()), rows))

    return routes


def _rows(told: Statement) -> list[list[object]]:
    return [[getattr(line, name) for name in HEADINGS] for line in told.funds]


HEADINGS = {
    "fund": "资金代码", "title": "资金名称", "budget_fen": "预算（分）", "allocated_fen": "已拨付（分）",
    "committed_fen": "已安排未付（分）", "paid_fen": "已支付（分）", "returned_fen": "交回和结转（分）",
    "recovered_fen": "已追回（分）", "month_paid_fen": "本月支付（分）", "idle_fen": "闲置（分）",
    "idle_since": "闲置起始日",
}  # fmt: skip
assert HEADINGS.keys() == FundLine.model_fields.keys(), "every column of the statement has its heading"
