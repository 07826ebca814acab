"""What is decided of a case: granted or declined, month by month, looked at again, and ended."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance.cases import CaseFact
from events.assistance.terms import Acting, Grounds, Month, Programme
from events.base import Value
from events.sealed import Sealed


class SubsidyGranted(CaseFact):
    """The programme grants a sum a month from a date on."""

    amount_fen: int = Field(ge=0, description="in fen, for each period; 0 for a status that brings no money")
    period: Literal["month", "term", "year", "once"] = "month"
    since: date = Field(description="first day of the first month paid; the day of decision, where paid once")
    until: date | None = Field(default=None, description="last day, where the decision itself ends it")
    confirmed: date
    officer: UUID = Field(description="the member of staff who confirmed")
    acting: Acting | None = None
    departs: Sealed | None = Field(
        default=None, description="reason, where the decision departs from the recommendation"
    )
    review_on: date | None = Field(default=None, description="when the case is looked at again")
    grounds: Grounds
    replaces: UUID | None = Field(
        default=None, description="the decision whose place it takes, which stays as it was"
    )
    next_month: date | None = Field(
        default=None,
        description="first of the month granted next, where some from `since` on were granted before",
    )


class Declined(CaseFact):
    """Not granted; told in writing with the reason."""

    reason: str
    on: date
    officer: UUID
    acting: Acting | None = None
    departs: Sealed | None = None
    grounds: Grounds
    replaces: UUID | None = Field(
        default=None, description="the decision whose place it takes, which stays as it was"
    )


class MonthGranted(CaseFact):
    """The sum for one month is due to be paid; one a case and month."""

    month: Month
    amount_fen: int = Field(gt=0, description="in fen")
    illustrative: bool = Field(description="whether the sum rests on an illustrative figure")
    route: str = Field(
        default="household", description="code: household, single, taper; officer, where one fixed the sum"
    )


class ReviewOpened(CaseFact):
    """The case is looked at again: on its date, or because something became known."""

    reason: str
    cause: UUID | None = Field(default=None, description="the event that made it necessary")
    number: int = Field(gt=0)


class Reviewed(CaseFact):
    """The review ended; nothing, or the change recorded with it, follows."""

    outcome: str = Field(description="code: unchanged, adjusted, ended")
    number: int = Field(gt=0)
    officer: UUID | None = Field(default=None, description="the member of staff who decided")
    acting: Acting | None = None
    departs: Sealed | None = Field(
        default=None, description="reason, where the outcome departs from the recommendation"
    )
    heard: date | None = Field(default=None, description="when the family's views were heard (社会救助法 48)")
    review_on: date | None = Field(default=None, description="when the case is looked at next")


class Adjusted(CaseFact):
    """Another sum, or other members, from a date on."""

    amount_fen: int = Field(gt=0, description="a month, in fen")
    since: date
    reason: str
    grounds: Grounds
    replaces: UUID | None = Field(
        default=None, description="the decision whose place it takes, which stays as it was"
    )


class Exited(CaseFact):
    """The case ends: nothing is paid from `since` on."""

    reason: str = Field(
        description="code: death, moved_away, no_longer_eligible, taper_ended, request, household_gone,"
        " completed, lapsed, fraud"
    )
    since: date
    cause: UUID | None = Field(default=None, description="the event that ended it")
    grounds: Grounds
    replaces: UUID | None = Field(
        default=None, description="the decision whose place it takes, which stays as it was"
    )


class Instalment(Value):
    """A part of what is granted once, and the day from which it is paid."""

    due: date
    amount_fen: int = Field(gt=0, description="in fen")


class InstalmentsPlanned(CaseFact):
    """What is granted once is paid in these parts, in order; together they are the sum (一次审批、分阶段救助)."""

    instalments: tuple[Instalment, ...] = Field(min_length=1, max_length=24)


class InstalmentGranted(CaseFact):
    """A part of what was granted once is due to be paid; each number once a case."""

    number: int = Field(gt=0)
    of: int = Field(gt=0, description="how many parts there are")
    amount_fen: int = Field(gt=0, description="in fen")
    due: date
    next_due: date | None = Field(default=None, description="of the part that follows; none for the last")
    illustrative: bool = Field(description="whether the sum rests on an illustrative figure")


class CheckSuggested(CaseFact):
    """What became of this case asks for a look at another kind of help for the same people."""

    referral: str = Field(pattern=r"^[a-z][a-z_]*$", description="the paper's code of the referral")
    towards: Programme = Field(description="the programme to be looked at; temporary_relief for both kinds")
    reason: str = Field(description="code: the row that fired")
    on: date
    answer_by: date | None = Field(default=None, description="last day to answer, where the paper sets one")
    paper: str = Field(description="the number of the paper that asks for it")
    clause: str
