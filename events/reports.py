"""What a department's own system may report at our gate: contracts towards us, recorded as facts of ours.

A report names people and households by the ids that our events gave them, never by ID number. Its type is
`reports.DeathReported`, its `dataschema` says the version: `reports.DeathReported.1`. Unknown fields are
refused: who sends them believes that we read them.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from events.base import Event
from events.ids import HouseholdId, PersonId


class DeathReported(Event):
    """The health department or civil affairs reports a death."""

    person: PersonId
    on: date = Field(description="day of death")


class MoveReported(Event):
    """A household has left the district."""

    household: HouseholdId
    since: date = Field(description="first day on which it no longer lives here")


class PovertyStatusReported(Event):
    """The poverty office reports who is registered as poor, or has left poverty (and keeps its help, 二)."""

    person: PersonId
    status: Literal["registered_poor", "lifted"]
    since: date
