"""What a department's own system may report at our gate: contracts towards us, recorded as facts of ours.

A report names people and households by the ids that our events gave them, never by ID number. Its type is
`reports.DeathReported`, its `dataschema` says the version: `reports.DeathReported.1`. Unknown fields are
refused: who sends them believes that we read them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from events.base import Event, Value
from events.ids import CheckId, HouseholdId, PersonId
from events.verification import FieldName, Source


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


Told = Annotated[
    str, Field(pattern=r"^[a-z0-9.-]{1,20}$", description="a code, a day or a sum in yuan", examples=["car"])
]


class RecordTold(Value):
    """A record that a department has of one person, by the fields that it is asked for."""

    person: PersonId
    record: dict[FieldName, Told]


class CheckAnswered(Event):
    """A department answers a check of means; about whom it names nobody it has nothing on record."""

    check: CheckId
    source: Source
    as_of: date = Field(description="the day whose state the data are")
    records: tuple[RecordTold, ...] = Field(max_length=1000)
