"""A fund's book for a year, as of a day: from its own movements, each from the day on which it counts. Clause 四(二) (F1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from events import finance as f
from services.history.asof.placing import Placed
from services.history.asof.shape import Shape


@dataclass(frozen=True, slots=True)
class FundState:
    """In fen. `committed_fen`: set aside for batches and reserves, not paid; `paid_fen`: less what came back, which is
    `recovered_fen`; `idle_fen`: allocated, and neither committed nor paid."""

    id: UUID
    fund: str = ""
    year: int = 0
    budget_fen: int = 0
    allocated_fen: int = 0
    committed_fen: int = 0
    paid_fen: int = 0
    returned_fen: int = 0
    recovered_fen: int = 0
    idle_fen: int = 0


FUND: Shape[FundState] = Shape()


@FUND.on(f.BudgetSet)
def _set(book: FundState, fact: f.BudgetSet, placed: Placed) -> FundState:
    """More than it may be there already: what the year before carried over."""
    return _move(book, fact, budget=fact.amount_fen)


@FUND.on(f.BudgetChanged)
def _changed(book: FundState, fact: f.BudgetChanged, placed: Placed) -> FundState:
    return _move(book, fact, budget=fact.amount_fen - book.budget_fen)


@FUND.on(f.FundsAllocated)
def _allocated(book: FundState, fact: f.FundsAllocated, placed: Placed) -> FundState:
    return _move(book, fact, allocated=fact.amount_fen)


@FUND.on(f.FundsReturned)
def _returned(book: FundState, fact: f.FundsReturned, placed: Placed) -> FundState:
    return _move(book, fact, allocated=-fact.amount_fen, returned=fact.amount_fen)


@FUND.on(f.CarriedOver)
def _carried(book: FundState, fact: f.CarriedOver, placed: Placed) -> FundState:
    return _move(book, fact, budget=fact.amount_fen, allocated=fact.amount_fen)


@FUND.on(f.FundsCommitted, f.ReserveSetAside)
def _committed(book: FundState, fact: f.FundsCommitted | f.ReserveSetAside, placed: Placed) -> FundState:
    return _move(book, fact, committed=fact.amount_fen)


@FUND.on(f.FundsReleased)
def _released(book: FundState, fact: f.FundsReleased, placed: Placed) -> FundState:
    return _move(book, fact, committed=-fact.amount_fen)


@FUND.on(f.FundsPaid, f.ReservePaid)
def _paid(book: FundState, fact: f.FundsPaid | f.ReservePaid, placed: Placed) -> FundState:
    return _move(book, fact, committed=-fact.amount_fen, paid=fact.amount_fen)


@FUND.on(f.FundsRecovered)
def _recovered(book: FundState, fact: f.FundsRecovered, placed: Placed) -> FundState:
    return _move(book, fact, paid=-fact.amount_fen, recovered=fact.amount_fen)


def _move(
    book: FundState, fact: f.BookFact, *, budget: int = 0, allocated: int = 0, committed: int = 0, paid: int = 0,
    returned: int = 0, recovered: int = 0,
) -> FundState:  # fmt: skip
    return replace(
        book,
        fund=fact.fund,
        year=fact.year,
        budget_fen=book.budget_fen + budget,
        allocated_fen=book.allocated_fen + allocated,
        committed_fen=book.committed_fen + committed,
        paid_fen=book.paid_fen + paid,
        returned_fen=book.returned_fen + returned,
        recovered_fen=book.recovered_fen + recovered,
        idle_fen=book.idle_fen + allocated - committed - paid,
    )
