"""Who qualifies and is in no running case (二(三) 应保尽保)."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance.terms import Month
from events.base import Event, Value
from events.ids import DutyId, GapId, HouseholdId, PersonId
from events.registry import Township
from events.sealed import Sealed

GapBasis = Literal["registered_poor", "back_in_poverty", "newly_poor", "child_without_guardian"]


GapReason = Literal[
    "covered", "applied", "declined", "gone", "no_longer_qualifies", "not_entitled", "family_declined", "data_wrong"
]  # fmt: skip


class GapFact(Event, shape=True):
    """What every fact about a gap says of it (二(三) 应保尽保)."""

    gap: GapId
    household: HouseholdId
    person: PersonId
    township: Township


class GapDetected(GapFact):
    """Somebody qualifies by the data and is in no running case, nor refused within twelve months."""

    month: Month
    bases: tuple[GapBasis, ...] = Field(min_length=1, description="by what the person qualifies")
    on: date


class GapClosed(GapFact):
    """Taken off the list, with the reason."""

    reason: GapReason
    on: date
    officer: UUID | None = Field(default=None, description="none where the data say so by themselves")
    remarks: Sealed | None = None


class Coverage(Value):
    """People of a township at the end of a month; everyone who qualifies is in one of the other four."""

    township: Township
    qualify: int = Field(ge=0)
    covered: int = Field(ge=0)
    applied: int = Field(ge=0, description="with an application in progress")
    explained: int = Field(ge=0, description="refused, or closed with a reason, within twelve months")
    gaps: int = Field(ge=0)


class GapListMade(Event):
    """The data were compared: who qualifies, who is covered, who is missed, by township."""

    duty: DutyId
    month: Month
    on: date
    townships: tuple[Coverage, ...]
