"""The HTTP of lawsuits over decisions, of their judgments, and of fines for deceit."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request

from events.ids import CaseId, PersonId
from services.assistance.admission import CivilAffairs, may_change, of_the_county
from services.assistance.answers import CaseAnswer
from services.assistance.on_case import act
from services.assistance.on_case import step as step_on_case
from services.assistance.remedies import answers as say
from services.assistance.remedies import court, taking
from services.chassis.commands import execute, expect
from services.chassis.runtime import Runtime
from services.chassis.work import Work


def router(runtime: Runtime) -> APIRouter:
    routes = APIRouter(prefix="/cases", tags=["remedies"])

    @routes.post("/{case}/lawsuits", status_code=201)
    def sue(case: UUID, body: say.LawsuitBody, request: Request, caller: CivilAffairs) -> say.ContestAnswer:
        """A court has sent a complaint: fifteen days to answer it (行政诉讼法 67)."""

        def do(work: Work, of: CaseId) -> say.ContestAnswer:
            may_change(work, caller, of)
            id = taking.sue(
                work,
                of,
                body.decision,
                by=PersonId.of(body.by),
                court=body.court,
                docket=body.docket,
                received=body.received,
                officer=caller.person,
                statement=body.statement,
            )
            return say.open_contest(work, of, id)

        return act(request, runtime, caller, case, body.version, say.ContestAnswer, do)

    @routes.post("/{case}/contests/{contest}/judgment")
    def rule(
        case: UUID, contest: UUID, body: say.RulingBody, request: Request, caller: CivilAffairs
    ) -> CaseAnswer:
        """The judgment is in force; another decision, its arrears or an inquiry anew follow at once."""

        def do(work: Work, of: CaseId) -> object:
            may_change(work, caller, of)
            said = court.Said(
                body.outcome, body.on or work.today, body.paper, body.amount_fen, body.remake_by, body.reason
            )
            return taking.rule(work, of, contest, said, caller.person)

        return step_on_case(request, runtime, caller, case, body.version, do)

    @routes.post("/{case}/fines", status_code=201)
    def fine(case: UUID, body: say.FineBody, request: Request, caller: CivilAffairs) -> say.FineAnswer:
        """A fine on who obtained help by deceit, once that was ordered back. Only the county fines (社会救助法 73)."""
        of_the_county(caller)
        of = CaseId.of(case)

        def decide(work: Work) -> say.FineAnswer:
            expect(work, of, body.version)
            fact = taking.fine(
                work,
                of,
                caller.person,
                person=PersonId.of(body.person),
                paper=body.paper,
                amount_fen=body.amount_fen,
                heard=body.heard,
                parts=body.parts,
                first_due=body.first_due,
            )
            return say.FineAnswer(
                fine=fact.fine,
                amount_fen=fact.amount_fen,
                obtained_fen=fact.obtained_fen,
                clause=fact.clause,
            )

        return execute(request, runtime, caller, say.FineAnswer, decide)

    return routes
