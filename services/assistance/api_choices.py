"""The HTTP of the district's choice whether a township decides by itself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from services.assistance import choosing
from services.assistance.admission import CivilAffairs, of_the_county
from services.assistance.answers import Answer
from services.assistance.guards import seen_by
from services.assistance.listing import behind, page, rows_after
from services.assistance.views_casework import CHOICE_NAMES
from services.chassis.auth import allow_any_department
from services.chassis.commands import execute
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller, Township
from services.chassis.views import ViewReader
from services.chassis.work import Work

Anyone = Annotated[Caller, allow_any_department()]
Code = Annotated[str, Query(pattern=r"^[a-z][a-z_-]*$", max_length=40)]


class Choose(Command):
    programme: Annotated[str, Field(pattern=r"^[a-z][a-z_-]*$", max_length=40)]
    township: Township
    by: Literal["district", "township"] = Field(description="who decides; `district` takes it back")
    since: date | None = Field(
        default=None, description="for applications from this day on; today if left out"
    )


class ChoiceAnswer(Answer):
    programme: str
    township: str
    by: Literal["district", "township"]
    procedure: str
    since: date
    chosen: date
    paper: str
    clause: str


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    router = APIRouter(tags=["choices"])

    @router.post("/procedure-choices", status_code=201)
    def choose(body: Choose, request: Request, caller: CivilAffairs) -> ChoiceAnswer:
        """Leave a programme's decisions to a township, or take them back, for applications from a day on."""
        of_the_county(caller)

        def decide(work: Work) -> ChoiceAnswer:
            fact = choosing.choose(work, body.programme, body.township, body.by, caller.person, body.since)
            return ChoiceAnswer(
                programme=fact.programme,
                township=fact.township,
                by=fact.by,
                procedure=fact.procedure,
                since=fact.since,
                chosen=fact.on,
                paper=fact.paper.number,
                clause=fact.paper.clause,
            )

        return execute(request, runtime, caller, ChoiceAnswer, decide)

    @router.get("/procedure-choices")
    def list_choices(
        caller: Anyone,
        programme: Code | None = None,
        township: Township | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[ChoiceAnswer]:
        """All choices in the order in which they were made; the last that has begun counts."""
        wanted = {"programme": programme, "township": seen_by(caller, township)}
        rows = rows_after(reader, "choices", CHOICE_NAMES, wanted, behind(cursor), limit + 1)
        return page(rows, limit, ChoiceAnswer.model_validate)

    return [router]
