"""The HTTP of tekun beside the cases: self-care, care at home, places, intended ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from events.ids import InstitutionId, PersonId
from services.assistance import steps
from services.assistance.admission import CivilAffairs, in_own_township, of_the_county
from services.chassis.commands import execute, expect
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Work
from services.living import caring, ending
from services.living import tekun_commands as c
from services.living.support import INSTITUTION, SUPPORT


class SupportAnswer(BaseModel):
    """A tekun person after a step, with the version to send with the next."""

    model_config = ConfigDict(frozen=True)

    person: UUID
    case: UUID
    version: int
    grade: str = Field(description="self, semi, full; worked out of the six items")
    mode: str
    wish: str | None
    institution: UUID | None
    bed: str | None
    reassess_by: date | None = Field(
        description="a change of self-care was reported: assess again by this day"
    )
    carer_until: date | None = Field(description="last day of the agreement; missing: without a carer")
    visit_by: date | None
    end_shown_until: date | None = Field(description="the intended end is shown until this day")
    end_decide_by: date | None = Field(description="after an objection: last day to decide")


class InstitutionAnswer(BaseModel):
    model_config = ConfigDict(frozen=True)

    institution: UUID
    name: str
    township: str
    beds: int
    taken: int


def support_now(work: Work, person: PersonId) -> SupportAnswer:
    whose, found = caring.supported(work, person), work.load(SUPPORT, person)
    carer, end = found.agreement, found.ending
    return SupportAnswer(
        person=UUID(int=person.int),
        case=UUID(int=whose["case"].int),
        version=work.version(person),
        grade=found.grade,
        mode=found.mode,
        wish=found.wish,
        institution=UUID(int=found.institution.int) if found.institution else None,
        bed=found.bed or None,
        reassess_by=found.reassess_by,
        carer_until=carer.until if carer else None,
        visit_by=carer.visit_by if carer else None,
        end_shown_until=end.until if end else None,
        end_decide_by=end.decide_by if end else None,
    )


def steps_router(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/tekun/{person}", tags=["tekun"])

    def take(
        request: Request,
        caller: Caller,
        person: UUID,
        version: int | None,
        do: Callable[[Work, PersonId], object],
    ) -> SupportAnswer:
        identifier = PersonId.of(person)

        def decide(work: Work) -> SupportAnswer:
            whose = caring.supported(work, identifier)
            in_own_township(caller, steps.case_of(work, whose["case"]).township)
            expect(work, identifier, version)
            do(work, identifier)
            return support_now(work, identifier)

        return execute(request, runtime, caller, SupportAnswer, decide)

    @router.post("/self-care-report")
    def report(person: UUID, body: c.Report, request: Request, caller: CivilAffairs) -> SupportAnswer:
        """Self-care has changed: assessed again within ten working days (23)."""
        return take(
            request, caller, person, body.version, lambda work, of: caring.report(work, of, body.by, body.on)
        )

    @router.post("/self-care")
    def reassess(person: UUID, body: c.Reassess, request: Request, caller: CivilAffairs) -> SupportAnswer:
        """The six items once more; the county's (20)."""
        of_the_county(caller)
        return take(
            request,
            caller,
            person,
            body.version,
            lambda work, of: caring.reassess(work, of, body.staff, body.findings, body.on, body.heard),
        )

    @router.post("/wish")
    def wish(person: UUID, body: c.Wish, request: Request, caller: CivilAffairs) -> SupportAnswer:
        """At home or in an institution, as the person wishes."""
        return take(
            request, caller, person, body.version, lambda work, of: caring.wish(work, of, body.wish, body.on)
        )

    @router.post("/placement")
    def place(person: UUID, body: c.Place, request: Request, caller: CivilAffairs) -> SupportAnswer:
        """A bed in an institution; the sum follows from the next month on."""

        def do(work: Work, of: PersonId) -> None:
            institution = InstitutionId.of(body.institution)
            caring.place(work, of, institution, bed=body.bed, consent_by=body.consent_by)

        return take(request, caller, person, body.version, do)

    @router.post("/departure")
    def leave(person: UUID, body: c.Leave, request: Request, caller: CivilAffairs) -> SupportAnswer:
        """The person lives in the institution no longer."""
        return take(
            request, caller, person, body.version, lambda work, of: caring.leave(work, of, body.reason)
        )

    @router.post("/care-agreement")
    def sign(person: UUID, body: c.Sign, request: Request, caller: CivilAffairs) -> SupportAnswer:
        """A carer for somebody who lives at home; what care is paid with follows from the grade."""

        def do(work: Work, of: PersonId) -> None:
            carer = PersonId.of(body.carer) if body.carer else None
            caring.sign(
                work, of, carer=carer, carer_name=body.carer_name, since=body.since, until=body.until,
                hours=body.hours,
            )  # fmt: skip

        return take(request, caller, person, body.version, do)

    @router.post("/care-agreement/end")
    def end_agreement(person: UUID, body: c.Beside, request: Request, caller: CivilAffairs) -> SupportAnswer:
        """The agreement ends before its day."""
        return take(request, caller, person, body.version, caring.end_agreement)

    @router.post("/visits")
    def visit(person: UUID, body: c.Visit, request: Request, caller: CivilAffairs) -> SupportAnswer:
        """The carer was there."""

        def do(work: Work, of: PersonId) -> None:
            caring.visit(work, of, well=body.well, on=body.on, remarks=body.remarks)

        return take(request, caller, person, body.version, do)

    @router.post("/end-notice")
    def post_end(person: UUID, body: c.Beside, request: Request, caller: CivilAffairs) -> SupportAnswer:
        """Show the end that the open review intends, for seven days (26)."""
        return take(request, caller, person, body.version, ending.post)

    @router.post("/end-objection")
    def object_to(person: UUID, body: c.ObjectTo, request: Request, caller: CivilAffairs) -> SupportAnswer:
        """Somebody objects: inquired into, decided within 15 working days, and shown again (26)."""
        return take(
            request, caller, person, body.version, lambda work, of: ending.object_to(work, of, body.statement)
        )

    return router


def institutions_router(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/institutions", tags=["tekun"])

    def told(
        request: Request, caller: Caller, identifier: InstitutionId | None, body: c.Institution
    ) -> InstitutionAnswer:
        of_the_county(caller)

        def decide(work: Work) -> InstitutionAnswer:
            institution = identifier or work.new(InstitutionId)
            if identifier is not None:
                caring.must_be_registered(work, identifier)
            caring.register_institution(
                work, institution, name=body.name, township=body.township, beds=body.beds
            )
            found = work.load(INSTITUTION, institution)
            taken = work.fact("beds", institution) or {}
            return InstitutionAnswer(
                institution=UUID(int=institution.int),
                name=found.name,
                township=found.township,
                beds=found.beds,
                taken=len(taken),
            )

        return execute(request, runtime, caller, InstitutionAnswer, decide)

    @router.post("", status_code=201)
    def register(body: c.Institution, request: Request, caller: CivilAffairs) -> InstitutionAnswer:
        """An institution that takes tekun persons, with its beds."""
        return told(request, caller, None, body)

    @router.post("/{institution}")
    def tell_anew(
        institution: UUID, body: c.Institution, request: Request, caller: CivilAffairs
    ) -> InstitutionAnswer:
        """Another name, place or number of beds; not fewer than are lived in."""
        return told(request, caller, InstitutionId.of(institution), body)

    return router
