"""What the office sends about a disabled person beside the cases. Days left out mean today.

`version`: of the person's file that the sender saw; refused (409) if it has moved on.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events import disability as d
from services.chassis.requests import Command

Number = Annotated[
    str, Field(min_length=20, max_length=24, description="twenty digits: ID number, category, grade")
]
Code = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
Name = Annotated[str, Field(min_length=1, max_length=60)]


class Beside(Command):
    version: int | None = Field(default=None, ge=0, le=2**31 - 1)


class Issue(Beside):
    number: Number
    since: date | None = None
    until: date | None = Field(default=None, description="ten years on if left out")
    at_home: bool = False


class Change(Beside):
    number: Number
    reason: Literal["regraded", "renewed", "replaced"]
    since: date | None = None
    until: date | None = None


class Void(Beside):
    reason: Literal["recovered", "surrendered", "mistake"]
    since: date | None = None


class Consent(Beside):
    by: d.By
    on: date | None = None


class On(Beside):
    on: date | None = None


class Need(Beside):
    needed: bool = Field(description="care for a long time, by assessment")
    on: date | None = None


class Exclude(Beside):
    what: d.Exclusion
    since: date | None = None


class Admit(Beside):
    what: d.Exclusion
    until: date | None = Field(default=None, description="the last day on which it was so")


class Assess(Beside):
    kind: d.Kind | None = Field(description="none where the person is not disabled by the standard")
    grade: Annotated[int, Field(ge=0, le=4)]
    at_home: bool
    fee_fen: Annotated[int, Field(ge=0, le=10**9, description="taken, in fen: nothing may be")] = 0
    assessors: tuple[UUID, ...] = Field(min_length=1, max_length=10)
    on: date | None = None


class Wish(Beside):
    wish: Literal["institution", "home"]
    by: d.By
    on: date | None = None


class Place(Beside):
    institution: UUID
    since: date | None = None


class Leave(Beside):
    reason: Literal["wish", "other"] = "wish"
    since: date | None = None


class NameCarer(Beside):
    """Of the register, or known by name only."""

    bond: Literal["kin", "neighbour", "volunteer", "group"]
    carer: UUID | None = None
    carer_name: Name | None = None
    since: date | None = None


class Train(Beside):
    service: Literal["education", "skills", "job_offered", "employed", "self_employed"]
    on: date | None = None


class Rehabilitate(Beside):
    service: Literal["medical", "training", "orthosis", "guidance"]
    on: date | None = None


class Sweep(Command):
    """A village was swept; `households` is the list of those called on."""

    village: Code
    households: tuple[UUID, ...] = Field(max_length=2000)
    suspects: tuple[UUID, ...] = Field(default=(), max_length=500)
    staff: tuple[UUID, ...] = Field(min_length=1, max_length=20)
    on: date | None = None
