"""A township's reserve, as living has told finance of it (三(一)3)."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from events.assistance import Month
from events.base import Event, Value
from events.finance.terms import Sum, Year
from events.ids import CaseId, ReserveId
from events.registry import Township


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
