"""Letters of a case over HTTP: issue, list with their remedies' last days, serve, print as PDF."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from events.ids import CaseId
from events.letters import LetterIssued, LetterKind, LetterNumber, LetterServed, Service
from services.assistance import correspondence
from services.assistance.admission import CivilAffairs, in_own_township
from services.assistance.letters.numbering import letter_by_number, letters_of
from services.assistance.letters.pdf import to_pdf
from services.assistance.letters.serving import remedies_from
from services.assistance.steps import case_of
from services.chassis.commands import execute
from services.chassis.evidence import Evidence, Reference
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Cause, Work
from services.policy import keeping

PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}


class Issue(Command):
    kind: LetterKind


class Serve(Command):
    number: LetterNumber
    how: Service
    on: date = Field(description="the day it was handed over, posted, left or put up")
    receipt: Reference | None = Field(
        default=None, description="handed in before; all ways but a public notice need one"
    )


class LetterLine(BaseModel):
    """A letter, how it was served, and the last days on which it can be contested."""

    model_config = ConfigDict(frozen=True)

    number: str
    kind: LetterKind
    on: date
    office: str
    digest: str
    served: date | None = None
    how: Service | None = None
    reconsideration_until: date | None = Field(default=None, description="行政复议")
    lawsuit_until: date | None = Field(default=None, description="行政诉讼")
    provisional: bool = Field(
        default=False, description="the working days of a last day are not published yet"
    )


def router(runtime: Runtime) -> APIRouter:
    routes = APIRouter(prefix="/cases/{case}/letters", tags=["letters"])

    def decided(
        request: Request, caller: Caller, case: UUID, do: Callable[[Work, CaseId], LetterLine]
    ) -> LetterLine:
        identifier = CaseId.of(case)

        def decide(work: Work) -> LetterLine:
            in_own_township(caller, case_of(work, identifier).township)
            return do(work, identifier)

        return execute(request, runtime, caller, LetterLine, decide)

    @routes.post("", status_code=201)
    def issue(case: UUID, body: Issue, request: Request, caller: CivilAffairs) -> LetterLine:
        """Word the letter from the case as it stands and give it the next number of its series."""
        return decided(
            request,
            caller,
            case,
            lambda work, of: _line(work, correspondence.issue(work, of, body.kind), None),
        )

    @routes.get("")
    def list_letters(case: UUID, caller: CivilAffairs) -> list[LetterLine]:
        """The case's letters, oldest first."""

        def decide(work: Work) -> list[LetterLine]:
            in_own_township(caller, case_of(work, CaseId.of(case)).township)
            return [_line(work, *letter) for letter in letters_of(work, CaseId.of(case))]

        return runtime.decide(decide)

    @routes.post("/service")
    def serve(case: UUID, body: Serve, request: Request, caller: CivilAffairs) -> LetterLine:
        """It reached its addressee; the remedy periods run from the day after."""
        evidence = Evidence.of(runtime, request.app.state.settings)

        def do(work: Work, of: CaseId) -> LetterLine:
            members = case_of(work, of).members
            given = () if body.receipt is None else evidence.named(work, [body.receipt], members)
            served = correspondence.serve_letter(
                work,
                of,
                body.number,
                body.how,
                body.on,
                receipt=given[0] if given else None,
                by=caller.person,
            )
            return _line(work, letter_by_number(work, body.number)[0], served)

        return decided(request, caller, case, do)

    @routes.get("/pdf", response_class=Response, responses=PDF)
    def print_letter(
        case: UUID,
        number: Annotated[LetterNumber, Query()],
        purpose: Annotated[str, Query(min_length=1, max_length=200, description="recorded")],
        request: Request,
        caller: CivilAffairs,
    ) -> Response:
        """The letter as it was issued, with its names; who printed it and why is recorded."""
        identifier = CaseId.of(case)

        def decide(work: Work) -> bytes:
            in_own_township(caller, case_of(work, identifier).township)
            correspondence.must_be_of(work, identifier, number)
            return to_pdf(*correspondence.reprint(work, number, purpose))

        made = runtime.decide(decide, Cause(caller.to_actor(), request.state.request_id))
        name = f"attachment; filename*=UTF-8''{quote(number)}.pdf"
        return Response(made, media_type="application/pdf", headers={"Content-Disposition": name})

    return routes


def _line(work: Work, issued: LetterIssued, served: LetterServed | None) -> LetterLine:
    remedies = None
    if served is not None and issued.remedies:
        remedies = remedies_from(served.on, keeping.working_days(work))
    return LetterLine(
        number=issued.number,
        kind=issued.kind,
        on=issued.on,
        office=issued.office,
        digest=issued.digest,
        served=served.on if served else None,
        how=served.how if served else None,
        reconsideration_until=remedies.reconsideration if remedies else None,
        lawsuit_until=remedies.lawsuit if remedies else None,
        provisional=remedies.provisional if remedies else False,
    )
