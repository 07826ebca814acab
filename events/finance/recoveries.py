"""Money that was paid and not due, asked back; and what is paid again of it."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Programme
from events.base import Event
from events.finance.terms import Fund, Sum
from events.ids import CaseId, HouseholdId, PersonId, RecoveryId
from events.service import Digest

Asked = Literal["death", "ordered", "moved_away", "ended", "changed"]
"""Why money is asked back."""


Waiving = Literal["hardship", "no_estate", "error_of_office", "other"]


How = Literal["cash", "transfer", "deducted"]


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
