"""Facts that only finance records: a fund's book from budget to payment, accounts, batches, returns, recoveries.

Clauses: 四(二) of 鹤民发〔2020〕43号 (F1); custody of a passbook: 最低生活保障审核确认办法 (2021) 26. Sums are whole fen. At all
times: paid ≤ allocated ≤ budget, in each book. An account and its holder are sealed; they are opened for the file
to the bank alone.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Month, Programme
from events.base import Event, Value
from events.ids import BatchId, BookId, CaseId, HouseholdId, PersonId, PriceId, RecoveryId, ReserveId
from events.registry import Township
from events.sealed import Sealed
from events.service import Digest

Fund = Annotated[
    str, Field(pattern=r"^[a-z][a-z-]*$", max_length=40, description="code of an earmarked fund")
]
Year = Annotated[int, Field(ge=2000, le=2100, description="budget year")]
Sum = Annotated[int, Field(gt=0, le=10**14, description="in fen")]
Period = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9-]{1,50}$",
        description="of a case, each paid once: 2020-09, once, part-2, arrears-…",
    ),
]
Withholding = Literal[
    "no_account", "no_fund", "funds_short", "death", "holder_dead", "ended", "account_failed", "dropped",
    "moved_away", "changed", "erased",
]  # fmt: skip
Asked = Literal["death", "ordered", "moved_away", "ended", "changed"]
"""Why money is asked back."""
Change = Literal["supplement", "cut", "transfer"]
Level = Literal["central", "province", "city", "district"]
Waiving = Literal["hardship", "no_estate", "error_of_office", "other"]
How = Literal["cash", "transfer", "deducted"]
Failure = Literal[
    "account_closed", "name_mismatch", "account_unknown", "account_frozen", "bank_error", "other"
]


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


class ReserveFact(Event, shape=True):
    """What finance says of a township's reserve (鹤民发〔2020〕43号 三(一)3), as living has told it."""

    reserve: ReserveId
    township: Township


class ReserveFunded(ReserveFact):
    """Money came into the reserve. It is set aside in the fund's book, or lacks there where the fund has not enough."""

    month: Month
    amount_fen: Sum
    set_aside: bool
    year: Year = Field(description="of the fund's book")
    cause: UUID = Field(description="id of the ReserveAdvanced or ReserveReplenished event")


class Share(Value):
    """The part that one year's book pays."""

    year: Year
    amount_fen: Sum


class ReserveDrawnOn(ReserveFact):
    """A township paid relief out of the reserve: by the books in which that money was set aside, the oldest first."""

    case: CaseId
    month: Month
    amount_fen: Sum
    shares: tuple[Share, ...] = Field(description="less than the sum where money lacks in the books")
    cause: UUID = Field(description="id of the ReserveSpent event")


class ReserveMadeGood(ReserveFact):
    """What lacked in the fund's book is set aside there; what was spent of it is paid."""

    amount_fen: Sum
    year: Year
    paid_fen: int = Field(ge=0, description="of it, spent before")
    officer: UUID


class ReserveCompared(ReserveFact):
    """A township reconciled a month: finance's own balance beside its book and its money."""

    month: Month
    ours_fen: int = Field(description="by finance's movements at the end of the month, in fen")
    told_fen: int = Field(ge=0, description="by the township's book, in fen")
    counted_fen: int = Field(ge=0, description="found, in fen")
    cause: UUID = Field(description="id of the ReserveReconciled event")


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


class AccountFact(Event, shape=True):
    """Whose money goes there: the household's, or one person's of it."""

    household: HouseholdId
    person: PersonId | None = Field(default=None, description="where it is this person's own")


class AccountNamed(AccountFact):
    """A clerk took down an account; it counts once a second person has confirmed it."""

    holder: PersonId = Field(description="in whose name it is")
    account: Sealed
    name: Sealed = Field(description="the holder's name as the bank has it")
    bank: str = Field(pattern=r"^[A-Z0-9]{2,20}$", description="code of the bank")
    mandate: Digest | None = Field(
        default=None, description="digest of the mandate, where the holder is not of the household"
    )
    why: Literal["first", "closed", "wrong", "lost", "holder_died", "wish"]
    since: date
    officer: UUID


class AccountConfirmed(AccountFact):
    """Another person than who took it down holds it right."""

    named: UUID = Field(description="id of the AccountNamed event")
    officer: UUID


class CustodyAgreed(AccountFact):
    """Somebody keeps passbook or card for the family, by a written agreement on file (2021 办法 26)."""

    keeper: Literal["village", "institution", "relative", "guardian"]
    agreement: Digest
    since: date
    officer: UUID


class CustodyEnded(AccountFact):
    """Passbook and card are back in the family's hands."""

    why: Literal["wish", "expired", "abuse", "death"]
    on: date
    officer: UUID


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


class ReturnChecked(BatchFact):
    """The bank's return file was checked whole: it and no other answers the batch. Its lines are taken in pieces."""

    file: Digest
    executed: int = Field(ge=0, description="payments made")
    failed: int = Field(ge=0)
    unknown: int = Field(ge=0)
    paid_fen: int = Field(ge=0)
    officer: UUID


class ReturnTaken(BatchFact):
    """The bank's return file was taken in whole."""

    file: Digest
    executed: int = Field(ge=0, description="payments made")
    failed: int = Field(ge=0)
    unknown: int = Field(ge=0)
    paid_fen: int = Field(ge=0)
    officer: UUID


class PaymentPaid(PaymentFact):
    """The bank has paid it."""

    on: date


class PaymentFailed(PaymentFact):
    """The bank could not pay it: it waits until the account is corrected."""

    reason: Failure


class PaymentUnknown(PaymentFact):
    """The bank does not say; a person has to find out. Never paid again before that."""


class RecoveryFact(Event, shape=True):
    recovery: RecoveryId
    case: CaseId
    household: HouseholdId
    members: tuple[PersonId, ...]


class RecoveryOpened(RecoveryFact):
    """Money that was paid and not due is to come back."""

    amount_fen: Sum
    why: Asked
    payment: UUID | None = Field(default=None, description="the payment, where it is one")
    fund: Fund
    illustrative: bool = Field(default=False, description="whether the sum rests on an illustrative figure")
    fine: bool = Field(default=False, description="a fine: it goes to the treasury, into no fund")
    cause: UUID = Field(description="the event that made it necessary")


class RecoveryPlanned(RecoveryFact):
    """It comes back in so many parts a month."""

    parts: int = Field(gt=0, le=120)
    first_due: date
    officer: UUID


class RecoveryCollected(RecoveryFact):
    """Some of it came back. Deducted from what the family gets only with its written consent."""

    amount_fen: Sum
    how: How
    consent: Digest | None = Field(default=None, description="digest of the written consent to a deduction")
    on: date
    officer: UUID


class RecoveryEnded(RecoveryFact):
    """Nothing is to come back any more."""

    why: Literal["collected", "waived"]
    waived_fen: int = Field(default=0, ge=0)
    reason: Waiving | None = Field(
        default=None, description="why finance waived what it had asked back by itself"
    )
    officer: UUID | None = None


class RefundGranted(RecoveryFact):
    """What had come back of an order that a review revoked is paid again, with the next batch (行政复议法 64)."""

    programme: Programme
    amount_fen: Sum
    illustrative: bool
    cause: UUID = Field(description="id of the RecoveryWaived event")


Rise = Annotated[
    str,
    Field(
        pattern=r"^-?[0-9]{1,2}\.[0-9]{1,2}$",
        description="percent on the year, as published",
        examples=["3.5"],
    ),
]


class PriceFact(Event, shape=True):
    """One month of the price link (F2)."""

    link: PriceId = Field(description="the month's stream")
    month: Month


class PriceIndexRecorded(PriceFact):
    """The month's indices were released: of consumer prices, of food, of low-income residents' spending."""

    consumer: Rise
    food: Rise
    scpi: Rise
    released: date
    officer: UUID


class PriceLinkStarted(PriceFact):
    """By the rule in force in the month the link pays, when it did not the month before."""

    row: str = Field(pattern=r"^[A-Z_]+$", description="row of the paper that fired", examples=["FOOD"])
    rule: tuple[Digest, ...] = Field(description="the papers by which it was decided")


class PriceLinkStopped(PriceFact):
    """By the rule in force in the month the link pays no more."""

    row: str = Field(pattern=r"^[A-Z_]+$", examples=["NO_TRIGGER"])
    rule: tuple[Digest, ...]


class PriceAllowanceOwed(PriceFact):
    """The month is to be paid, by this day."""

    pay_by: date
    provisional: bool = Field(description="the working days until then are not all published")


class PriceAllowanceGranted(PriceFact):
    """One case's allowance for a month: its members who have none by another case. Paid with the next batch."""

    case: CaseId
    household: HouseholdId
    members: tuple[PersonId, ...] = Field(min_length=1)
    group: Literal["dibao", "tekun", "margin"]
    amount_fen: Sum
    illustrative: bool


class PricePieceGranted(PriceFact):
    """Some of the families were gone through, in one transaction; the next piece goes on behind them."""

    queue: str = Field(pattern=r"^[a-z]+$", description="the domain whose grants they are, or margin")
    upto: str = Field(pattern=r"^[0-9a-f-]{0,36}$", description="the last case, or of margin the last person")
    done: bool = Field(description="whether that was all of this queue")
    cases: int = Field(ge=0, description="allowances granted")


class PriceAllowancesComplete(PriceFact):
    """Everybody who is to have the month's allowance has it granted."""

    cases: int = Field(ge=0)
    total_fen: int = Field(ge=0)


class PriceAllowanceOverdue(PriceFact):
    """The day to pay by is over, and not everybody has it granted."""

    pay_by: date
