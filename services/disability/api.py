"""The HTTP of disabled persons beside their cases: cards, consent, assessment, care, training; the sweep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from events.ids import HouseholdId, InstitutionId, PersonId
from services.assistance.duty import DUTY, id_of
from services.assistance.guards import in_own_township
from services.chassis.auth import allow
from services.chassis.commands import execute, expect
from services.chassis.departments import Department
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Work
from services.disability import care, filing, sweeps, training
from services.disability import commands as c
from services.disability.known import file_of, whose
from services.disability.noting import must_live, township_of

Federation = Annotated[Caller, allow(Department.DISABLED_FEDERATION)]
Carers = Annotated[Caller, allow(Department.DISABLED_FEDERATION, Department.CIVIL_AFFAIRS)]


class FileAnswer(BaseModel):
    """A disabled person's file after a step: nothing of what is restricted."""

    model_config = ConfigDict(frozen=True)

    person: UUID
    version: int
    card_until: date | None = Field(description="last day of the card; missing: no valid card")
    consent: bool | None = Field(description="missing: nobody has asked")
    suspected: date | None
    wish: str | None
    institution: UUID | None
    cared_for: bool


class SweepAnswer(BaseModel):
    """The year's sweep after a village was swept."""

    model_config = ConfigDict(frozen=True)

    duty: UUID
    year: str
    until: date | None
    met: bool


def file_now(work: Work, person: PersonId) -> FileAnswer:
    found = file_of(work, person)
    return FileAnswer(
        person=UUID(int=person.int),
        version=work.version(whose(work, person)),
        card_until=found.card.until if found.card else None,
        consent=found.consent,
        suspected=found.suspected,
        wish=found.wish or None,
        institution=UUID(int=found.institution.int) if found.institution else None,
        cared_for=found.cared_for,
    )


def routers(runtime: Runtime) -> list[APIRouter]:
    return [_cards(runtime), _care(runtime), _sweeps(runtime)]


def _take(
    runtime: Runtime,
    request: Request,
    caller: Caller,
    person: UUID,
    version: int | None,
    do: Callable[[Work, PersonId], object],
) -> FileAnswer:
    id = PersonId.of(person)

    def decide(work: Work) -> FileAnswer:
        must_live(work, id)
        home = township_of(work, id)
        if home is not None:
            in_own_township(caller, home)
        expect(work, whose(work, id), version)
        do(work, id)
        return file_now(work, id)

    return execute(request, runtime, caller, FileAnswer, decide)


def _cards(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/disabled/{person}", tags=["cards"])

    @router.post("/card", status_code=201)
    def issue(person: UUID, body: c.Issue, request: Request, caller: Federation) -> FileAnswer:
        """A first card, or one after the last is void."""

        def do(work: Work, of: PersonId) -> None:
            filing.issue(work, of, body.number, since=body.since, until=body.until, at_home=body.at_home)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/card/change")
    def change(person: UUID, body: c.Change, request: Request, caller: Federation) -> FileAnswer:
        """Another card in place of the one before; both subsidies follow."""

        def do(work: Work, of: PersonId) -> None:
            filing.change(work, of, body.number, body.reason, since=body.since, until=body.until)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/card/void")
    def void(person: UUID, body: c.Void, request: Request, caller: Federation) -> FileAnswer:
        """Void before its last day; both subsidies end with the month."""

        def do(work: Work, of: PersonId) -> None:
            filing.void(work, of, body.reason, body.since)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/consent")
    def consent(person: UUID, body: c.Consent, request: Request, caller: Carers) -> FileAnswer:
        """Both subsidies begin, change and end without an application (免申即享)."""

        def do(work: Work, of: PersonId) -> None:
            filing.consent(work, of, body.by, body.on)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/consent/withdrawal")
    def withdraw(person: UUID, body: c.On, request: Request, caller: Carers) -> FileAnswer:
        def do(work: Work, of: PersonId) -> None:
            filing.withdraw(work, of, body.on)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/care-need")
    def find_need(person: UUID, body: c.Need, request: Request, caller: Federation) -> FileAnswer:
        """Whether care is needed for a long time, by assessment."""

        def do(work: Work, of: PersonId) -> None:
            filing.find_need(work, of, body.needed, body.on)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/exclusions")
    def exclude(person: UUID, body: c.Exclude, request: Request, caller: Carers) -> FileAnswer:
        """Something because of which a subsidy is not paid from the next month on."""

        def do(work: Work, of: PersonId) -> None:
            filing.exclude(work, of, body.what, body.since)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/exclusions/end")
    def admit(person: UUID, body: c.Admit, request: Request, caller: Carers) -> FileAnswer:
        def do(work: Work, of: PersonId) -> None:
            filing.end_exclusion(work, of, body.what, body.until)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/assessment")
    def assess(person: UUID, body: c.Assess, request: Request, caller: Federation) -> FileAnswer:
        """Assessed for a card, at home or not; free of charge."""

        def do(work: Work, of: PersonId) -> None:
            sweeps.assess(
                work, of, body.kind, body.grade, body.assessors, at_home=body.at_home, fee_fen=body.fee_fen,
                on=body.on,
            )  # fmt: skip

        return _take(runtime, request, caller, person, body.version, do)

    return router


def _care(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/disabled/{person}", tags=["care"])

    @router.post("/wish")
    def wish(person: UUID, body: c.Wish, request: Request, caller: Carers) -> FileAnswer:
        """Where a severely disabled beneficiary wishes to be cared for."""

        def do(work: Work, of: PersonId) -> None:
            care.wish(work, of, body.wish, body.by, body.on)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/placement")
    def place(person: UUID, body: c.Place, request: Request, caller: Carers) -> FileAnswer:
        """Into an institution, by the will on file."""

        def do(work: Work, of: PersonId) -> None:
            care.place(work, of, InstitutionId.of(body.institution), body.since)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/departure")
    def leave(person: UUID, body: c.Leave, request: Request, caller: Carers) -> FileAnswer:
        def do(work: Work, of: PersonId) -> None:
            care.leave(work, of, body.reason, body.since)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/carer")
    def name_carer(person: UUID, body: c.NameCarer, request: Request, caller: Carers) -> FileAnswer:
        """Who cares for somebody at home."""

        def do(work: Work, of: PersonId) -> None:
            carer = PersonId.of(body.carer) if body.carer else None
            care.name_carer(work, of, body.bond, carer=carer, carer_name=body.carer_name, since=body.since)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/carer/end")
    def carer_gone(person: UUID, body: c.On, request: Request, caller: Carers) -> FileAnswer:
        def do(work: Work, of: PersonId) -> None:
            care.carer_gone(work, of, body.on)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/training")
    def train(person: UUID, body: c.Train, request: Request, caller: Federation) -> FileAnswer:
        """Training or work, counted against the year."""

        def do(work: Work, of: PersonId) -> None:
            training.train(work, of, body.service, body.on)

        return _take(runtime, request, caller, person, body.version, do)

    @router.post("/employment-referral")
    def refer(person: UUID, body: c.Beside, request: Request, caller: Federation) -> FileAnswer:
        """A need of work goes to human resources."""
        return _take(runtime, request, caller, person, body.version, training.refer)

    @router.post("/rehabilitation")
    def rehabilitate(person: UUID, body: c.Rehabilitate, request: Request, caller: Federation) -> FileAnswer:
        def do(work: Work, of: PersonId) -> None:
            training.rehabilitate(work, of, body.service, body.on)

        return _take(runtime, request, caller, person, body.version, do)

    return router


def _sweeps(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/sweeps", tags=["sweep"])

    @router.post("", status_code=201)
    def hold(body: c.Sweep, request: Request, caller: Federation) -> SweepAnswer:
        """A village was swept: the families called on, and who may be disabled."""
        in_own_township(caller, f"{body.village[:9]}000")

        def decide(work: Work) -> SweepAnswer:
            households = tuple(HouseholdId.of(one) for one in body.households)
            suspects = tuple(PersonId.of(one) for one in body.suspects)
            sweeps.hold(work, body.village, households, suspects, body.staff, body.on)
            id = id_of(work.around.source, sweeps.SWEEP)
            period = work.load(DUTY, id).period(str((body.on or work.today).year))
            return SweepAnswer(duty=UUID(int=id.int), year=period.name, until=period.until, met=period.met)

        return execute(request, runtime, caller, SweepAnswer, decide)

    return router
