"""HTTP of the calendars of working days: read, proposed by a package, published by a person."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from events.policy import DayOff
from services.chassis.auth import allow, allow_any_department
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.problems import not_allowed
from services.chassis.refusal import NotFound
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.views import ViewReader
from services.chassis.work import Work
from services.policy import calendars, steps, views

Reader = Annotated[Caller, allow_any_department()]
Writer = Annotated[Caller, allow(Department.CIVIL_AFFAIRS, Department.DISTRICT)]
Year = Annotated[int, Path(ge=2000, le=2200)]


class Off(Command):
    on: date
    occasion: str = Field(min_length=1, max_length=50, description="for which festival")


class Days(Command):
    """What of a year differs from Monday to Friday; at most the days of a year."""

    year: int = Field(ge=2000, le=2200)
    holidays: tuple[Off, ...] = Field(max_length=366, description="Monday to Friday, not worked")
    working_weekends: tuple[Off, ...] = Field(max_length=366, description="Saturdays and Sundays, worked")
    source: str = Field(min_length=1, max_length=200, description="the notice it comes from")


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True)

    year: int
    source: str
    holidays: tuple[Off, ...]
    working_weekends: tuple[Off, ...]


class Calendars(BaseModel):
    model_config = ConfigDict(frozen=True)

    items: tuple[Shown, ...]


class Published(BaseModel):
    model_config = ConfigDict(frozen=True)

    year: int
    holidays: int
    working_weekends: int


def calendar_routes(runtime: Runtime, papers: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/calendars", tags=["calendars"])

    @routes.get("")
    def list_calendars(caller: Reader) -> Calendars:
        """The published calendars, the last one of each year."""
        with papers.reading() as tables:
            found = views.calendars(tables)
        return Calendars(items=tuple(_shown(row) for row in found))

    @routes.get("/{year}/proposal")
    def proposal(year: Year, caller: Reader) -> Shown:
        """What `chinesecalendar` says of a year: to be compared with the notice before it is published."""
        try:
            found = calendars.propose(year)
        except calendars.UnknownYear as error:
            raise NotFound(
                "尚无该年度的放假安排。", "Nothing is known of this year's holidays.", field="year"
            ) from error
        return Shown(
            year=year,
            source="chinesecalendar",
            holidays=tuple(Off(on=on, occasion=what) for on, what in found.holidays),
            working_weekends=tuple(Off(on=on, occasion=what) for on, what in found.working_weekends),
        )

    @routes.post("")
    def publish(body: Days, request: Request, caller: Writer) -> Published:
        """Publish a year's calendar; deadlines counted from now on rest on it."""
        if caller.township is not None:
            raise not_allowed("日历由区级部门发布。", "Calendars are published for the whole district.")

        def decide(work: Work) -> Published:
            found = steps.publish_calendar(
                work,
                body.year,
                [DayOff(on=off.on, occasion=off.occasion) for off in body.holidays],
                [DayOff(on=off.on, occasion=off.occasion) for off in body.working_weekends],
                body.source,
                caller.person,
            )
            return Published(
                year=found.year,
                holidays=len(found.holidays),
                working_weekends=len(found.working_weekends),
            )

        return execute(request, runtime, caller, Published, decide)

    return routes


def _shown(row: views.CalendarRow) -> Shown:
    def off(days: tuple[tuple[str, str], ...]) -> tuple[Off, ...]:
        return tuple(Off(on=date.fromisoformat(on), occasion=occasion) for on, occasion in days)

    return Shown(
        year=row.year,
        source=row.source,
        holidays=off(row.holidays),
        working_weekends=off(row.working_weekends),
    )
