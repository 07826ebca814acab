"""As-of over HTTP: the state of a person, household, case, township or fund on two days. Names stay sealed.

The timelines of the same days are those of `services.history.api`, with the same three parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from events.ids import BookId
from services.chassis.auth import allow_any_department
from services.chassis.problems import not_allowed
from services.chassis.tokens import Caller
from services.history.asof.answers import Answer, AsOf
from services.history.asof.case import CaseState
from services.history.asof.fund import FundState
from services.history.asof.states import HouseholdState, PersonState, TownshipState
from services.history.timelines import Timelines

S = TypeVar("S")
Anybody = Annotated[Caller, allow_any_department()]
Effective = Annotated[
    date | None, Query(description="the day on which it counted; unless said, the day known")
]
KnownOn = Annotated[
    date | None, Query(description="by the end of which civil day it was recorded; unless said, today")
]
By = Annotated[
    str | None,
    Query(max_length=64, description="known to this service when it last recorded anything by then"),
]


@dataclass(frozen=True, slots=True)
class Days:
    """Of which days a reader asks, and to whom they were known."""

    effective: date | None = None
    known: date | None = None
    by: str | None = None


async def _days(effective: Effective = None, known: KnownOn = None, by: By = None) -> Days:
    return Days(effective, known, by)


AsOfDays = Annotated[Days, Depends(_days)]
FundName = Annotated[
    str, Path(pattern=r"^[a-z][a-z-]*$", max_length=40, description="code of a fund, as `basic-living`")
]
Year = Annotated[int, Path(ge=2000, le=2100, description="of the fund's book")]
Code = Annotated[str, Path(pattern=r"^[0-9]{12}$", description="division code of a township, 12 digits")]


class StateShown(BaseModel, Generic[S]):
    """`state` is null where nothing of it was known, or counted, on these days."""

    model_config = ConfigDict(frozen=True)

    kind: str
    id: str
    effective: date
    known: date
    by: str | None
    state: S | None
    provisional: bool = Field(description="whether a service may still record something of the day known")
    lagging: tuple[str, ...] = Field(description="the services that may")
    positions: dict[str, int] = Field(description="the last sequence that it rests on, by service")
    events: int = Field(description="how many were read for it")
    unreadable: tuple[UUID, ...] = Field(description="events that could not be read and do not count")


def router(asof: AsOf, timelines: Timelines) -> APIRouter:
    routes = APIRouter(tags=["as-of"])

    def shown(caller: Caller, kind: str, id: UUID | str, days: Days) -> StateShown[Any]:
        if caller.township is not None and not any(
            map(caller.may_act_in, timelines.townships_about(kind, id))
        ):
            raise not_allowed("只能查看本乡镇（街道）的家庭。", "Only families of your own township.")
        return as_shown(asof.state(id, kind, effective=days.effective, known=days.known, by=days.by))

    @routes.get("/people/{id}/state")
    def person_state(id: UUID, caller: Anybody, days: AsOfDays) -> StateShown[PersonState]:
        """Identity on record, home, categories, whether alive, cases; a duplicate's id finds the survivor."""
        return shown(caller, "person", id, days)

    @routes.get("/households/{id}/state")
    def household_state(id: UUID, caller: Anybody, days: AsOfDays) -> StateShown[HouseholdState]:
        """Who lived in it, where, and its cases."""
        return shown(caller, "household", id, days)

    @routes.get("/cases/{id}/state")
    def case_state(id: UUID, caller: Anybody, days: AsOfDays) -> StateShown[CaseState]:
        """How far it had come, whom it covered, how much from when to when, which months were granted."""
        return shown(caller, "case", id, days)

    @routes.get("/funds/{fund}/{year}/state")
    def fund_state(fund: FundName, year: Year, caller: Anybody, days: AsOfDays) -> StateShown[FundState]:
        """A fund's book for the year: budget, allocated, committed, paid, recovered, idle; in fen."""
        return shown(caller, "fund-book", BookId.of_year(fund, year), days)

    @routes.get("/townships/{code}/state")
    def township_state(code: Code, caller: Anybody, days: AsOfDays) -> StateShown[TownshipState]:
        """Households, people, running cases and the sums of each month. Reads every family there."""
        return shown(caller, "township", code, days)

    return routes


def as_shown(answer: Answer) -> StateShown[Any]:
    asked = answer.question
    return StateShown(
        kind=answer.kind,
        id=answer.id,
        effective=asked.effective,
        known=asked.known,
        by=asked.by,
        state=answer.state,
        provisional=bool(answer.lagging),
        lagging=answer.lagging,
        positions=answer.positions,
        events=answer.events,
        unreadable=answer.unreadable,
    )
