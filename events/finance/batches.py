"""A month's payments: gathered, approved by a second person, handed to the bank, and what the bank answered."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Month, Programme
from events.base import Event, Value
from events.finance.terms import Fund, Period, Sum, Year
from events.ids import BatchId, CaseId, HouseholdId, PersonId
from events.service import Digest

Withholding = Literal[
    "no_account", "no_fund", "funds_short", "death", "holder_dead", "ended", "account_failed", "dropped",
    "moved_away", "changed", "erased",
]  # fmt: skip


Failure = Literal[
    "account_closed", "name_mismatch", "account_unknown", "account_frozen", "bank_error", "other"
]


class Reach(Value):
    """How far a domain's grants are taken in."""

    source: str = Field(pattern=r"^[a-z]+$", description="name of the service")
    sequence: int = Field(ge=0)


class BatchFact(Event, shape=True):
    batch: BatchId


class BatchOpened(BatchFact):
    """A month's payments are gathered: grants recorded up to the cut-off, and what waits from before."""

    month: Month
    cutoff: date
    reach: tuple[Reach, ...] = Field(description="grants up to here, by source")
    officer: UUID


class PieceGathered(BatchFact):
    """Some of the grants were gone through, in one transaction; the batch goes on behind them."""

    queue: str = Field(pattern=r"^[a-z]+$", description="waiting, or the domain's name")
    upto: str = Field(pattern=r"^[a-z0-9|-]{0,100}$", description="the last of them")
    done: bool = Field(description="whether that was all of this queue")
    ordered: int = Field(ge=0)
    withheld: int = Field(ge=0)
    amount_fen: int = Field(ge=0)


class PaymentFact(BatchFact, shape=True):
    """One case's sum for one period. `payment` is the same however often it is tried."""

    payment: UUID
    case: CaseId
    period: Period
    household: HouseholdId
    members: tuple[PersonId, ...]
    amount_fen: Sum


class PaymentOrdered(PaymentFact):
    """It goes into the file to the bank."""

    programme: Programme
    fund: Fund
    year: Year
    starts: date = Field(description="first day of what is paid for")
    named: UUID = Field(description="id of the AccountNamed event")
    illustrative: bool


class PaymentWithheld(PaymentFact):
    """It does not go into this file, or was taken out of it; it waits, and is looked at again in the next."""

    programme: Programme
    starts: date
    reason: Withholding
    illustrative: bool
    taken_out: bool = Field(default=False, description="whether it stood in the batch before")


class BatchClosed(BatchFact):
    """The batch is complete. The file to the bank follows from this alone. Closed again where a death became known."""

    revision: int = Field(gt=0)
    payments: int = Field(ge=0)
    total_fen: int = Field(ge=0)
    digest: Digest = Field(description="of payments, accounts and sums in the order of the file")
    officer: UUID | None = Field(default=None, description="none where a death closed it again")


class BatchApproved(BatchFact):
    """A second person, of the treasury, approves one revision."""

    revision: int = Field(gt=0)
    officer: UUID


class BatchHandedOver(BatchFact):
    """An officer took the file to the bank; nothing sends it by itself."""

    revision: int = Field(gt=0)
    file: Digest = Field(description="of the file's bytes")
    officer: UUID


class BatchGivenUp(BatchFact):
    """It does not go to the bank: from here on its payments are taken out in pieces, until `BatchDropped`."""

    officer: UUID


class BatchDropped(BatchFact):
    """Given up before it was handed over; its payments wait for the next."""

    officer: UUID


class ReturnFact(BatchFact, shape=True):
    """What the bank's return file comes to."""

    file: Digest
    executed: int = Field(ge=0, description="payments made")
    failed: int = Field(ge=0)
    unknown: int = Field(ge=0)
    paid_fen: int = Field(ge=0)
    officer: UUID


class ReturnChecked(ReturnFact):
    """The bank's return file was checked whole: it and no other answers the batch. Its lines are taken in pieces."""


class ReturnTaken(ReturnFact):
    """The bank's return file was taken in whole."""


class PaymentPaid(PaymentFact):
    """The bank has paid it."""

    on: date


class PaymentFailed(PaymentFact):
    """The bank could not pay it: it waits until the account is corrected."""

    reason: Failure


class PaymentUnknown(PaymentFact):
    """The bank does not say; a person has to find out. Never paid again before that."""
