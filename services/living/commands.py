"""What the office sends: the bodies of the requests that move a case on.

`version`: the case's version that the sender saw; refused (409) if it has moved on. Days left out mean today.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Means
from services.chassis.requests import Command

Text = Annotated[str, Field(min_length=1, max_length=2000)]
PaperNumber = Annotated[str, Field(min_length=1, max_length=100)]


class Apply(Command):
    household: UUID
    applicant: UUID = Field(description="the member who applies for the family")
    consent: bool = Field(description="to the check of the family's means; nothing begins without it")
    apart: bool = Field(
        default=False, description="members who qualify ask for themselves, apart from the family (单人户)"
    )
    on: date | None = None


class Step(Command):
    version: int | None = Field(default=None, ge=0, le=2**31 - 1)


class Accept(Step):
    on: date | None = None


class Found(Step):
    """What a survey or a check found: of every living member of the household, each once."""

    on: date | None = None
    means: Means


class Survey(Found):
    surveyors: tuple[UUID, ...] = Field(min_length=2, max_length=10, description="two or more, each another")
    remarks: Text | None = None


class Check(Found):
    consistent: bool = Field(description="whether the check agrees with the survey")


class Object(Step):
    statement: Text | None = None


class Decide(Step):
    departs: Text | None = Field(default=None, description="why, where it departs from the recommendation")
    papers: tuple[PaperNumber, ...] = Field(
        default=(), max_length=10, description="cite only these, besides the procedure; each must be in force"
    )


class Confirm(Decide):
    amount_fen: Annotated[int, Field(gt=0, le=10**12)] | None = Field(
        default=None, description="the recommended sum if left out"
    )


class Withdraw(Step):
    reason: Literal["request", "not_cooperating"] = "request"


class OpenReview(Step):
    reason: Literal["report", "income_changed", "property_changed", "household_changed", "other"]


class Conclude(Step):
    outcome: Literal["unchanged", "adjusted", "ended"] | None = Field(
        default=None, description="as assessed if left out"
    )
    departs: Text | None = None
    heard: date | None = Field(default=None, description="when the family's views were heard")


class Unseal(Command):
    purpose: Annotated[str, Field(min_length=1, max_length=200)]
