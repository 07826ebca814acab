"""Who lets the departments be asked about them. 社会救助法 40; of supporters outside the household 41."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from events.base import Event
from events.ids import HouseholdId, PersonId
from events.service import Digest
from events.verification.terms import Capacity, Source


class ConsentGiven(Event):
    """The person lets the departments be asked about their means, source by source, until a day."""

    person: PersonId
    household: HouseholdId = Field(description="for whose application; a supporter is not of it")
    capacity: Capacity
    scope: tuple[Source, ...] = Field(min_length=1)
    since: date
    until: date = Field(description="the first day on which it no longer counts; the law sets none: local")
    form: Digest | None = Field(
        default=None, description="of the signed form; none where the application holds it"
    )
    officer: UUID | None = None
    cause: UUID | None = Field(default=None, description="the application that says it")


class ConsentWithdrawn(Event):
    """From here on nobody is asked and nothing is compared."""

    person: PersonId
    on: date
    officer: UUID
