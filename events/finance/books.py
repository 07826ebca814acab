"""A fund's book in a budget year: paid ≤ allocated ≤ budget, at all times."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.base import Event
from events.finance.terms import Fund, Sum, Year
from events.ids import BatchId, BookId, RecoveryId, ReserveId

Change = Literal["supplement", "cut", "transfer"]


Level = Literal["central", "province", "city", "district"]


class BookFact(Event, shape=True):
    """What every fact in a fund's book says."""

    book: BookId
    fund: Fund
    year: Year


class BudgetSet(BookFact):
    """What may be allocated to the fund in the year at the most."""

    amount_fen: int = Field(ge=0, le=10**14, description="in fen")
    officer: UUID


class BudgetChanged(BookFact):
    """The budget of a running year is another; never less than what is allocated."""

    amount_fen: int = Field(ge=0, le=10**14, description="the whole new budget, in fen")
    why: Change
    officer: UUID


class FundsAllocated(BookFact):
    """Money came into the fund's account."""

    amount_fen: Sum
    level: Level
    officer: UUID


class FundsReturned(BookFact):
    """Money that is neither paid nor committed left the fund, back to the treasury or into the next year."""

    amount_fen: Sum
    why: Literal["unspent", "carried"]
    officer: UUID


class CarriedOver(BookFact):
    """What the year before left unspent; budget and allocation are more by it."""

    amount_fen: Sum
    officer: UUID


class FundsCommitted(BookFact):
    """Set aside for the payments of a batch."""

    batch: BatchId
    amount_fen: Sum


class FundsReleased(BookFact):
    """What was set aside is free again: not handed over, or the bank could not pay it."""

    batch: BatchId
    amount_fen: Sum


class FundsPaid(BookFact):
    """Out of what was set aside the bank has paid."""

    batch: BatchId
    amount_fen: Sum


class FundsRecovered(BookFact):
    """Money wrongly paid came back into the fund."""

    recovery: RecoveryId
    amount_fen: Sum


class ReserveSetAside(BookFact):
    """Out of the fund and into a township's reserve: not paid to anybody yet."""

    reserve: ReserveId
    amount_fen: Sum


class ReservePaid(BookFact):
    """Out of what is set aside in its reserve a township has paid relief."""

    reserve: ReserveId
    amount_fen: Sum


Half = Annotated[str, Field(pattern=r"^[0-9]{4}-H[12]$", description="half a year", examples=["2020-H1"])]


class FundReconciliationDue(BookFact):
    """Half a year is over: book and money of the fund are held against each other (医疗救助基金管理办法 13)."""

    half: Half


class FundReconciled(BookFact):
    """What the book says was held against the money; a difference is recorded, not refused."""

    half: Half
    booked_fen: int = Field(ge=0, description="allocated and not paid, in fen")
    counted_fen: int = Field(ge=0, description="found, in fen")
    above_limit: bool = Field(description="the surplus is more than 15 % of what was allocated (14)")
    officer: UUID
