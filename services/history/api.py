"""History over HTTP: timelines, single events with their causes, and how far each source is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.requests import Request

from events.ids import BookId
from events.sealed import Sealed
from services.chassis.auth import allow_any_department
from services.chassis.departments import Department
from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.problems import not_allowed
from services.chassis.refusal import NotFound
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.unsealing import unseal
from services.chassis.work import Cause, Work
from services.history.asof.answers import AsOf
from services.history.asof.api import AsOfDays, Code, Days, FundName, Year
from services.history.lines import Line, Sight, line, sealed_in, shown_data, shown_envelope
from services.history.subjects import Subject, subject_of
from services.history.timelines import Found, Timelines

ENTITLED = frozenset({Department.CIVIL_AFFAIRS, Department.AUDIT})

Purpose = Annotated[
    str | None,
    Query(
        max_length=200,
        description="for what names and numbers are looked at; recorded with who looked. Without it they"
        " stay sealed. For civil affairs and audit.",
    ),
]
Anybody = Annotated[Caller, allow_any_department()]


class After(Cursor):
    """A timeline's page begins behind this position."""

    after: int


class Timeline(Page[Line]):
    """`final_through`: of later days some service may still record something; `lagging`: the services that may
    still record something of the day known, where one was asked for."""

    final_through: date | None
    lagging: tuple[str, ...] = ()


class EventShown(BaseModel):
    """An event with what it says, as far as this reader may see it, and the events that it follows from."""

    model_config = ConfigDict(frozen=True)

    event: Line
    envelope: dict[str, JsonValue]
    data: JsonValue
    causes: tuple[Line, ...] = Field(description="the nearest first")


class SourceShown(BaseModel):
    model_config = ConfigDict(frozen=True)

    source: str
    sequence: int = Field(description="of the last event kept")
    recordedtime: datetime | None
    closed_through: date | None = Field(description="the last day of which it records no more")
    lag: int | None = Field(description="events not kept yet, where that can be told")
    stopped: str | None = Field(description="why it is not read further: gap, fork, clock-ahead ...")


class Sources(BaseModel):
    model_config = ConfigDict(frozen=True)

    sources: tuple[SourceShown, ...]
    final_through: date | None = Field(description="answers about later days are provisional")


@dataclass(frozen=True, slots=True)
class Asked:
    """What every timeline is asked with: who asks, of which days, which page, and whether names are looked at."""

    request: Request
    caller: Caller
    days: Days
    cursor: str | None
    limit: int
    purpose: str | None


async def _asked(
    request: Request,
    caller: Anybody,
    days: AsOfDays,
    cursor: CursorText = None,
    limit: Limit = 50,
    purpose: Purpose = None,
) -> Asked:
    return Asked(request, caller, days, cursor, limit, purpose)


Asking = Annotated[Asked, Depends(_asked)]


def router(runtime: Runtime, timelines: Timelines, asof: AsOf) -> APIRouter:
    """The routes; `runtime` is history's own, which records whose texts were opened."""
    routes = APIRouter(tags=["history"])

    def sight_of(request: Request, caller: Caller, purpose: str | None, found: tuple[Found, ...]) -> Sight:
        """What the caller sees of these lines. A look-up is committed before anything is shown."""
        entitled = caller.department in ENTITLED
        sight = Sight(runtime.around.keys, restricted=entitled)
        if purpose is None:
            return sight
        if not entitled:
            raise not_allowed(
                "仅民政和审计部门可查看个人信息。", "Only civil affairs and audit may look at personal data."
            )
        sealed = sealed_in(sight.fact(one.entry) for one in found)
        sight.opened(_unsealed(runtime, request, caller, purpose, sealed))
        return sight

    def timeline(kind: str, subject: Subject, asked: Asked) -> Timeline:
        begin, days, caller = After.decode(asked.cursor), asked.days, asked.caller
        after = begin.after if begin else 0
        lagging: tuple[str, ...] = ()
        if days == Days():
            page = timelines.page(subject, kind, after, asked.limit)
            if page is None:
                raise NotFound
            lines, following, lived = page.lines, page.after, page.townships
        else:
            found = asof.timeline(
                subject, kind, effective=days.effective, known=days.known, by=days.by, after=after,
                limit=asked.limit,
            )  # fmt: skip
            lines, following, lagging = found.lines, found.after, found.lagging
            lived = timelines.townships_about(kind, subject) if caller.township is not None else frozenset()
        of_their_township(caller, lived)
        sight = sight_of(asked.request, caller, asked.purpose, lines)
        return Timeline(
            items=tuple(line(one, sight) for one in lines),
            next=None if following is None else After(after=following).encode(),
            final_through=_day(timelines.log.final_through()),
            lagging=lagging,
        )

    @routes.get("/people/{id}/timeline")
    def person_timeline(id: UUID, asked: Asking) -> Timeline:
        """All that concerned a person, also under a duplicate's id and through the households lived in."""
        return timeline("person", id, asked)

    @routes.get("/households/{id}/timeline")
    def household_timeline(id: UUID, asked: Asking) -> Timeline:
        """All that concerned a household, also the one it split from and those merged into it."""
        return timeline("household", id, asked)

    @routes.get("/cases/{id}/timeline")
    def case_timeline(id: UUID, asked: Asking) -> Timeline:
        """A case from application to exit."""
        return timeline("case", id, asked)

    @routes.get("/funds/{fund}/{year}/timeline")
    def fund_timeline(fund: FundName, year: Year, asked: Asking) -> Timeline:
        """All movements in a fund's book for a year."""
        return timeline("fund-book", BookId.of_year(fund, year), asked)

    @routes.get("/townships/{code}/timeline")
    def township_timeline(code: Code, asked: Asking) -> Timeline:
        """All that concerned the households of a township, while they lived there."""
        return timeline("township", subject_of(code), asked)

    @routes.get("/events/{id}")
    def event(id: UUID, request: Request, caller: Anybody, purpose: Purpose = None) -> EventShown:
        """One event, and the chain of events that it follows from; for a township's clerk those of the township."""
        chain = timelines.event(id)
        if not chain:
            raise NotFound
        of_their_township(caller, timelines.townships_of(chain[0].entry))
        if caller.township is not None:  # a cause may be another family's, elsewhere
            chain = [one for one in chain if caller.township in timelines.townships_of(one.entry)]
        sight = sight_of(request, caller, purpose, tuple(chain))
        lines = [line(found, sight) for found in chain]
        return EventShown(
            event=lines[0],
            envelope=shown_envelope(chain[0].entry),
            data=shown_data(chain[0].entry, sight),
            causes=tuple(lines[1:]),
        )

    @routes.get("/sources")
    def sources(caller: Anybody) -> Sources:
        """How far each service's log is kept here, and up to which day answers are final."""
        shown = tuple(
            SourceShown(
                source=state.source,
                sequence=state.sequence,
                recordedtime=state.recordedtime,
                closed_through=_day(state.closed),
                lag=state.lag,
                stopped=None if state.stopped is None else state.stopped.slug,
            )
            for state in timelines.log.source_states()
        )
        return Sources(sources=shown, final_through=_day(timelines.log.final_through()))

    return routes


def of_their_township(caller: Caller, townships: frozenset[str]) -> None:
    """A township's clerk reads of the families that live there, or that someone of them lived in."""
    if caller.township is not None and not any(map(caller.may_act_in, townships)):
        raise not_allowed("只能查看本乡镇（街道）的家庭。", "Only families of your own township.")


def of_the_district(caller: Caller) -> None:
    """What speaks of all families is for no township."""
    if caller.township is not None:
        raise not_allowed("仅限区级部门。", "For the district's departments only.")


def _unsealed(
    runtime: Runtime, request: Request, caller: Caller, purpose: str, sealed: list[Sealed]
) -> dict[str, str | None]:
    def look(work: Work) -> dict[str, str | None]:
        texts = unseal(work, purpose, *sealed)
        return dict(zip((one.box for one in sealed), texts, strict=True))

    return runtime.decide(look, Cause(caller.to_actor(), request.state.request_id))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
