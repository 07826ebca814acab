"""What the office sends: the bodies of the requests that move a case on.

`version`: the case's version that the sender saw; refused (409) if it has moved on. Days left out mean today.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Finding, Instalment, Means, OnBehalf
from services.chassis.evidence import Reference
from services.chassis.requests import Command

Text = Annotated[str, Field(min_length=1, max_length=2000)]
PaperNumber = Annotated[str, Field(min_length=1, max_length=100)]


Findings = Annotated[tuple[Finding, ...], Field(max_length=60)]
Given = Annotated[
    tuple[Reference, ...],
    Field(max_length=20, description="files handed in before, as `/evidence` answered them"),
]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=40)]


class Apply(Command):
    programme: Annotated[
        str, Field(pattern=r"^[a-z][a-z_-]*$", max_length=40, description="dibao, relief-emergency ...")
    ]
    household: UUID
    applicant: UUID = Field(description="the member who applies, for the family or for themselves")
    findings: Findings = Field(default=(), description="what the paper asks of the application, by its names")
    consent: bool = Field(description="to the check of the family's means; nothing begins without it")
    apart: bool = Field(
        default=False, description="members who qualify ask for themselves, apart from the family (单人户)"
    )
    through: OnBehalf | None = Field(
        default=None, description="who applies for the applicant: always for a minor"
    )
    on: date | None = None


class Step(Command):
    version: int | None = Field(default=None, ge=0, le=2**31 - 1)


class Accept(Step):
    on: date | None = None


class Found(Step):
    """What a survey or a check found: the means, of every living member of the household each once, and whatever
    else the paper asks for, by its names."""

    on: date | None = None
    means: Means | None = None
    findings: Findings = ()
    evidence: Given = ()


class Survey(Found):
    surveyors: tuple[UUID, ...] = Field(min_length=1, max_length=10, description="each another person")
    remarks: Text | None = None


class Check(Found):
    consistent: bool = Field(description="whether the check agrees with the survey")


class Take(Step):
    """A step of the procedure that has no route of its own."""

    step: Code
    staff: tuple[UUID, ...] = Field(
        min_length=1, max_length=100, description="who took it, each another person"
    )
    findings: Findings = ()
    evidence: Given = ()
    remarks: Text | None = None
    on: date | None = None


class Supplement(Step):
    missing: tuple[Code, ...] = Field(min_length=1, max_length=20, description="codes of what is missing")


class Post(Step):
    step: Code | None = Field(default=None, description="which notice; the next that is owed if left out")


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
    admitted: tuple[UUID, ...] = Field(
        default=(),
        max_length=100,
        description="members for whom it is, where that departs from the recommendation",
    )
    instalments: tuple[Instalment, ...] = Field(
        default=(), max_length=24, description="of what is granted once; all of it today if left out"
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
