"""One fund's book for one year: budget, allocated, committed, paid. Pure. Clause 四(二) (F1).

At all times paid ≤ allocated ≤ budget, and nothing is set aside twice: every decision on one book stands in its one
stream, so of two at once the later is decided on what the earlier left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from events import finance as f
from events.ids import BatchId, BookId, RecoveryId, ReserveId
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, Refused
from services.finance.sources import TITLES

SURPLUS_PERCENT = 15
"""What may generally be left over of the medical relief fund (医疗救助基金管理办法 14)."""


book_of = BookId.of_year


@dataclass(frozen=True, slots=True)
class Book:
    """Sums in fen. `committed_fen`: set aside and not yet paid or released; `paid_fen` without what came back.
    `owed`: half years to be reconciled."""

    opened: bool = False
    budget_fen: int = 0
    allocated_fen: int = 0
    committed_fen: int = 0
    paid_fen: int = 0
    owed: tuple[str, ...] = ()

    @property
    def free_fen(self) -> int:
        """What may still be set aside for payments."""
        return self.allocated_fen - self.committed_fen - self.paid_fen


BOOK: Fold[Book] = Fold(Book())


@BOOK.on(f.BudgetSet)
def _set(book: Book, fact: f.BudgetSet) -> Book:
    return replace(book, opened=True, budget_fen=fact.amount_fen + book.budget_fen)


@BOOK.on(f.BudgetChanged)
def _changed(book: Book, fact: f.BudgetChanged) -> Book:
    return replace(book, budget_fen=fact.amount_fen)


@BOOK.on(f.FundsAllocated)
def _allocated(book: Book, fact: f.FundsAllocated) -> Book:
    return replace(book, allocated_fen=book.allocated_fen + fact.amount_fen)


@BOOK.on(f.FundsReturned)
def _returned(book: Book, fact: f.FundsReturned) -> Book:
    return replace(book, allocated_fen=book.allocated_fen - fact.amount_fen)


@BOOK.on(f.CarriedOver)
def _carried(book: Book, fact: f.CarriedOver) -> Book:
    more = fact.amount_fen
    return replace(book, budget_fen=book.budget_fen + more, allocated_fen=book.allocated_fen + more)


@BOOK.on(f.FundsCommitted)
def _committed(book: Book, fact: f.FundsCommitted) -> Book:
    return replace(book, committed_fen=book.committed_fen + fact.amount_fen)


@BOOK.on(f.FundsReleased)
def _released(book: Book, fact: f.FundsReleased) -> Book:
    return replace(book, committed_fen=book.committed_fen - fact.amount_fen)


@BOOK.on(f.FundsPaid)
def _paid(book: Book, fact: f.FundsPaid) -> Book:
    paid = fact.amount_fen
    return replace(book, committed_fen=book.committed_fen - paid, paid_fen=book.paid_fen + paid)


@BOOK.on(f.ReserveSetAside)
def _set_aside(book: Book, fact: f.ReserveSetAside) -> Book:
    return replace(book, committed_fen=book.committed_fen + fact.amount_fen)


@BOOK.on(f.ReservePaid)
def _reserve_paid(book: Book, fact: f.ReservePaid) -> Book:
    paid = fact.amount_fen
    return replace(book, committed_fen=book.committed_fen - paid, paid_fen=book.paid_fen + paid)


@BOOK.on(f.FundsRecovered)
def _recovered(book: Book, fact: f.FundsRecovered) -> Book:
    return replace(book, paid_fen=book.paid_fen - fact.amount_fen)


@BOOK.on(f.FundReconciliationDue)
def _to_reconcile(book: Book, fact: f.FundReconciliationDue) -> Book:
    return replace(book, owed=(*book.owed, fact.half))


@BOOK.on(f.FundReconciled)
def _reconciled(book: Book, fact: f.FundReconciled) -> Book:
    return replace(book, owed=tuple(half for half in book.owed if half != fact.half))


def reconcile(
    book: Book, fund: str, year: int, half: str, counted_fen: int, officer: UUID
) -> f.FundReconciled:
    """Half a year that is over, once."""
    if half not in book.owed:
        raise Conflict(
            "nothing-to-reconcile",
            "该半年无需核对、尚未结束或已经核对。",
            "That half year is not over, reconciled already, or not to be.",
            field="half",
        )
    booked = book.allocated_fen - book.paid_fen
    return f.FundReconciled(
        book=book_of(fund, year), fund=fund, year=year, half=half, booked_fen=booked, counted_fen=counted_fen,
        above_limit=booked * 100 > book.allocated_fen * SURPLUS_PERCENT, officer=officer,
    )  # fmt: skip


def set_budget(book: Book, fund: str, year: int, amount_fen: int, officer: UUID) -> f.BudgetSet:
    """Once a year; later changes say why."""
    _must_be_a_fund(fund)
    if book.opened:
        raise Conflict(
            "budget-set",
            "该年度预算已下达；如需变动请办理预算调整。",
            "The year's budget is set; change it instead.",
            field="amount_fen",
        )
    return f.BudgetSet(book=book_of(fund, year), fund=fund, year=year, amount_fen=amount_fen, officer=officer)


def change_budget(
    book: Book, fund: str, year: int, amount_fen: int, why: f.Change, officer: UUID
) -> f.BudgetChanged:
    must_be_open(book)
    if amount_fen < book.allocated_fen:
        raise Refused(
            "budget-below-allocated",
            f"预算不得低于已拨付的{book.allocated_fen}分。",
            f"Allocated are {book.allocated_fen} fen already; a budget is not less.",
            field="amount_fen",
        )
    return f.BudgetChanged(
        book=book_of(fund, year), fund=fund, year=year, amount_fen=amount_fen, why=why, officer=officer
    )


def allocate(
    book: Book, fund: str, year: int, amount_fen: int, level: f.Level, officer: UUID
) -> f.FundsAllocated:
    must_be_open(book)
    if book.allocated_fen + amount_fen > book.budget_fen:
        raise Refused(
            "allocated-above-budget",
            f"拨付不得超过预算：预算{book.budget_fen}分，已拨付{book.allocated_fen}分。",
            f"The budget is {book.budget_fen} fen and {book.allocated_fen} are allocated.",
            field="amount_fen",
        )
    return f.FundsAllocated(
        book=book_of(fund, year), fund=fund, year=year, amount_fen=amount_fen, level=level, officer=officer
    )


def give_back(book: Book, fund: str, year: int, amount_fen: int, officer: UUID) -> f.FundsReturned:
    """Back to the treasury: only what is neither paid nor set aside."""
    _must_be_free(book, amount_fen)
    return f.FundsReturned(
        book=book_of(fund, year), fund=fund, year=year, amount_fen=amount_fen, why="unspent", officer=officer
    )


def carry_over(
    book: Book, fund: str, year: int, amount_fen: int, officer: UUID
) -> tuple[f.FundsReturned, f.CarriedOver]:
    """Out of this year's book and into the next one's, which has no need of a budget yet."""
    _must_be_free(book, amount_fen)
    return (
        f.FundsReturned(
            book=book_of(fund, year), fund=fund, year=year, amount_fen=amount_fen, why="carried",
            officer=officer,
        ),
        f.CarriedOver(
            book=book_of(fund, year + 1), fund=fund, year=year + 1, amount_fen=amount_fen, officer=officer
        ),
    )  # fmt: skip


def commit(book: Book, fund: str, year: int, batch: BatchId, amount_fen: int) -> f.FundsCommitted:
    _must_be_free(book, amount_fen)
    return f.FundsCommitted(
        book=book_of(fund, year), fund=fund, year=year, batch=batch, amount_fen=amount_fen
    )


def release(book: Book, fund: str, year: int, batch: BatchId, amount_fen: int) -> f.FundsReleased:
    _must_be_committed(book, amount_fen)
    return f.FundsReleased(book=book_of(fund, year), fund=fund, year=year, batch=batch, amount_fen=amount_fen)


def pay(book: Book, fund: str, year: int, batch: BatchId, amount_fen: int) -> f.FundsPaid:
    _must_be_committed(book, amount_fen)
    return f.FundsPaid(book=book_of(fund, year), fund=fund, year=year, batch=batch, amount_fen=amount_fen)


def set_aside(book: Book, fund: str, year: int, reserve: ReserveId, amount_fen: int) -> f.ReserveSetAside:
    """For a township's reserve."""
    _must_be_free(book, amount_fen)
    return f.ReserveSetAside(
        book=book_of(fund, year), fund=fund, year=year, reserve=reserve, amount_fen=amount_fen
    )


def pay_from_reserve(book: Book, fund: str, year: int, reserve: ReserveId, amount_fen: int) -> f.ReservePaid:
    _must_be_committed(book, amount_fen)
    return f.ReservePaid(
        book=book_of(fund, year), fund=fund, year=year, reserve=reserve, amount_fen=amount_fen
    )


def recover(fund: str, year: int, recovery: RecoveryId, amount_fen: int) -> f.FundsRecovered:
    return f.FundsRecovered(
        book=book_of(fund, year), fund=fund, year=year, recovery=recovery, amount_fen=amount_fen
    )


def must_be_open(book: Book) -> None:
    if not book.opened and not book.allocated_fen:
        raise Conflict(
            "no-budget",
            "该资金本年度尚无预算，请先下达预算。",
            "The fund has no budget for the year: set it first.",
            field="fund",
        )


def _must_be_a_fund(fund: str) -> None:
    if fund not in TITLES:
        raise Refused("unknown-fund", "没有该项资金。", "There is no such fund.", field="fund")


def _must_be_free(book: Book, amount_fen: int) -> None:
    if amount_fen > book.free_fen:
        raise Conflict(
            "fund-short",
            f"资金可用余额为{book.free_fen}分，不足{amount_fen}分。",
            f"The fund has {book.free_fen} fen free; {amount_fen} are asked for.",
            field="amount_fen",
        )


def _must_be_committed(book: Book, amount_fen: int) -> None:
    if amount_fen > book.committed_fen:
        raise RuntimeError(
            f"{amount_fen} fen of {book.committed_fen} set aside: the book and its payments differ"
        )
