"""What a department's own system may report at our gate: contracts towards us, recorded as facts of ours."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from events.base import Event
from events.ids import HouseholdId, PersonId


class DeathReported(Event):
    """The health department or the police reports a death."""

    person: PersonId
    on: date


class MoveReported(Event):
    """A household has left the district."""

    household: HouseholdId
    since: date


class PovertyStatusReported(Event):
    """The poverty office reports who is registered as poor, or has left poverty."""

    person: PersonId
    status: str = Field(pattern="^(registered_poor|lifted)$")
    since: date
