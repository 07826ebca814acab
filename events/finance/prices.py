"""The price link, month by month (F2)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Month
from events.base import Event
from events.finance.terms import Sum
from events.ids import CaseId, HouseholdId, PersonId, PriceId
from events.service import Digest

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
