"""A service owed: so often a period to whom, delivered, met, overdue or lapsed."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance.terms import Code, DepartmentCode, Paper
from events.base import Event
from events.ids import CaseId, DutyId, HouseholdId, PersonId
from events.sealed import Sealed


class DutyFact(Event, shape=True):
    """What every fact about a service owed says of it."""

    duty: DutyId
    code: Code = Field(description="as the paper names it: gap_list, help_continues, care_visit ...")
    period: str = Field(description="2020-09, 2020-Q3, 2020-autumn, 2020, or once", max_length=20)
    household: HouseholdId | None = None
    people: tuple[PersonId, ...] = Field(
        default=(), description="to whom; nobody, where it is the district's"
    )


class DutyArose(DutyFact):
    """A service is owed for a period."""

    by: str = Field(description="as the paper names who owes it")
    department: DepartmentCode
    since: date
    until: date | None = Field(description="last day; none where it is owed once, without a day")
    count: int = Field(gt=0, description="how often")
    soft: bool = Field(description="flagged when late, never blocking anything (力争, 原则上, 鼓励)")
    illustrative: bool = Field(description="the paper names no period; this one is an example")
    paper: Paper
    cause: UUID | None = None


class ServiceDelivered(DutyFact):
    """Given once, and counted against what is owed."""

    on: date
    number: int = Field(gt=0, description="the how-manieth of its period")
    result: Code | None = None
    staff: tuple[UUID, ...] = Field(default=(), description="who gave it")
    remarks: Sealed | None = None


class DutyMet(DutyFact):
    """As often as owed."""

    on: date
    late: bool


class DutyOverdue(DutyFact):
    """The period is over and less was given than is owed."""

    department: DepartmentCode
    on: date
    delivered: int = Field(ge=0)
    count: int = Field(gt=0)
    soft: bool


class DutyLapsed(DutyFact):
    """Nothing further is owed: no paper asks for it, or nobody is left to whom."""

    reason: Literal["no_paper", "nobody_left"]
    on: date


class HelpContinued(Event):
    """A family left poverty while it was helped: leaving poverty by itself ends no help (一)."""

    household: HouseholdId
    people: tuple[PersonId, ...]
    lifted: date
    cases: tuple[CaseId, ...] = Field(min_length=1, description="that go on")
    duty: DutyId = Field(description="under which it is looked at every year")
    cause: UUID = Field(description="the registry's event")
