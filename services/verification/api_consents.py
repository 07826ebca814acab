"""The HTTP of consents: given at the window, withdrawn, and until when they count."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from events import verification as v
from events.ids import HouseholdId, PersonId
from events.service import Digest
from services.chassis.commands import execute
from services.chassis.problems import not_allowed
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Work
from services.registry.keeping import household_of, person_of
from services.verification import checking, consent
from services.verification.sources import EVERY
from services.verification.web import Done, Office


class Giving(Command):
    """`scope`: every source, if left out; `until`: a year on, which is local."""

    person: UUID
    household: UUID
    capacity: v.Capacity
    scope: tuple[v.Source, ...] = Field(default=EVERY, min_length=1, max_length=len(EVERY))
    since: date
    until: date | None = None
    form: Digest | None = None


class Withdrawing(Command):
    person: UUID


class ScopeShown(BaseModel):
    source: v.Source
    since: date
    until: date
    counts: bool = Field(description="today")


class ConsentShown(BaseModel):
    model_config = ConfigDict(frozen=True)

    person: UUID
    scope: tuple[ScopeShown, ...]


def router(runtime: Runtime) -> APIRouter:
    routes = APIRouter(prefix="/consents", tags=["consents"])

    @routes.post("", status_code=201)
    def give(body: Giving, request: Request, caller: Office) -> Done:
        """A member of the household, or a supporter outside it, consents to the check."""
        household = HouseholdId.of(body.household)

        def decide(work: Work) -> Done:
            _in_own_township(work, caller, household)
            consent.give(
                work, PersonId.of(body.person), household, body.capacity, scope=body.scope, since=body.since,
                until=body.until, form=body.form, officer=caller.person,
            )  # fmt: skip
            checking.begin_where_possible(work, PersonId.of(body.person))
            return Done()

        return execute(request, runtime, caller, Done, decide)

    @routes.post("/withdrawal")
    def withdraw(body: Withdrawing, request: Request, caller: Office) -> Done:
        """Nobody is asked about the person any more; checks under way are closed."""
        person = PersonId.of(body.person)

        def decide(work: Work) -> Done:
            _in_own_township(work, caller, person_of(work, person)["household"])
            consent.withdraw(work, person, caller.person)
            checking.consent_over(work, person)
            return Done()

        return execute(request, runtime, caller, Done, decide)

    @routes.get("")
    def shown(person: Annotated[UUID, Query()], caller: Office) -> ConsentShown:
        """What the person has consented to."""

        def decide(work: Work) -> ConsentShown:
            _in_own_township(work, caller, person_of(work, person)["household"])
            row = work.fact("consent", person) or {}
            scope = tuple(
                ScopeShown(
                    source=source, since=row[source][0], until=row[source][1],
                    counts=consent.counts(row, source, work.today),
                )
                for source in EVERY
                if source in row
            )  # fmt: skip
            return ConsentShown(person=person, scope=scope)

        return runtime.decide(decide)

    return routes


def _in_own_township(work: Work, caller: Caller, household: object | None) -> None:
    """A township's clerk acts for its own families; for who lives in none, the district does."""
    home = household_of(work, household) or {"township": None}
    if caller.township is not None and home["township"] != caller.township:
        raise not_allowed("该家庭不在本乡镇。", "The household is not of this township.")
