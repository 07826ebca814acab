"""What the office sends about a tekun person beside the case. Days left out mean today.

`version`: of the person's file that the sender saw; refused (409) if it has moved on.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.assistance.commands import Findings, Text
from services.chassis.requests import Command
from services.chassis.tokens import Township

Name = Annotated[str, Field(min_length=1, max_length=60)]


class Beside(Command):
    version: int | None = Field(default=None, ge=0, le=2**31 - 1)


class Report(Beside):
    """Self-care has changed."""

    by: Literal["person", "carer", "village", "institution", "township"]
    on: date | None = None


class Reassess(Beside):
    """The six items, each true or false; the grade is worked out."""

    findings: Findings
    staff: tuple[UUID, ...] = Field(min_length=1, max_length=10)
    on: date | None = None
    heard: date | None = Field(default=None, description="when the person was heard, before a lower sum")


class Wish(Beside):
    wish: Literal["scattered", "centralised"]
    on: date | None = None


class Place(Beside):
    institution: UUID
    bed: Annotated[str, Field(min_length=1, max_length=20)]
    consent_by: Literal["person", "guardian"] | None = Field(
        description="who consented; nobody is placed without"
    )


class Leave(Beside):
    reason: Literal["wish", "other"] = "wish"


class Sign(Beside):
    """With a carer of the register, or one known by name only."""

    carer: UUID | None = None
    carer_name: Name | None = None
    since: date | None = None
    until: date
    hours: Annotated[int, Field(ge=1, le=744, description="of care a month")]


class Visit(Beside):
    on: date | None = None
    well: bool = Field(description="nothing was amiss")
    remarks: Text | None = None


class ObjectTo(Beside):
    statement: Text | None = None


class Institution(Command):
    name: Name
    township: Township
    beds: Annotated[int, Field(ge=0, le=10_000)]
