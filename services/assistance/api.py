"""The HTTP of a domain's cases: every step as a route, the cases as list, file and table.

Civil affairs works on cases; a township's clerk only on those of the township, and confirming, declining
and concluding a review are the county's (2021 办法 2). Other departments read, without what the family has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from events.evidence import EvidenceAttached
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import api_letters, steps
from services.assistance import commands as c
from services.assistance.admission import (
    CivilAffairs,
    Readers,
    in_own_township,
    may_change,
    may_decide,
    seen_by,
    whose_evidence,
)
from services.assistance.answers import (
    CaseAnswer,
    CaseFile,
    CaseLine,
    OpenedText,
    OpenedTexts,
    answer,
    answer_now,
    case_line,
    fact_line,
    sealed_fields,
)
from services.assistance.choosing import papers_of
from services.assistance.countable import must_be_receipted
from services.assistance.ledger import api as ledger
from services.assistance.listing import behind, page
from services.assistance.lists import Filter, rows_after, table
from services.assistance.model import CASE, Stage
from services.assistance.on_case import step as _step
from services.assistance.procedure import next_steps
from services.assistance.rules import about
from services.assistance.suitable_work import must_not_be_typed
from services.chassis import evidence_api
from services.chassis.auth import allow_any_department
from services.chassis.codec import read
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.evidence import Evidence, Reference
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller, Township
from services.chassis.unsealing import unseal
from services.chassis.views import ViewReader
from services.chassis.work import Cause, Work

Anyone = Annotated[Caller, allow_any_department()]
ENTITLED = frozenset({Department.CIVIL_AFFAIRS, Department.AUDIT})
Programme = Annotated[str, Query(pattern=r"^[a-z][a-z_-]*$", max_length=40)]
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "One line a case."}
}


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    return [
        _township_steps(runtime),
        _county_steps(runtime),
        _reading(runtime, readers["cases"]),
        api_letters.router(runtime),
        evidence_api.router(runtime, whose_evidence),
        *ledger.routers(runtime, readers["ledger"]),
    ]


def _attached(
    request: Request, runtime: Runtime, caller: Caller, step: str, given: Sequence[Reference], on: date | None
) -> Callable[[Work, CaseId], None]:
    """Records what was handed in for a step; before the step itself, so that a refused step names nothing."""

    def record(work: Work, case: CaseId) -> None:
        if given:
            evidence = Evidence.of(runtime, request.app.state.settings)
            attachments = evidence.named(work, given, steps.case_of(work, case).members)
            work.record(
                case,
                EvidenceAttached(
                    case=case, step=step, attachments=attachments, by=caller.person, on=on or work.today
                ),
            )

    return record


def _township_steps(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/cases", tags=["steps"])

    @router.post("", status_code=201)
    def apply(body: c.Apply, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """A family applies; all living members of the household are covered."""

        def decide(work: Work) -> CaseAnswer:
            home = work.fact("household", body.household)
            if home is not None:
                in_own_township(caller, home["township"])
            case = steps.apply(
                work,
                body.programme,
                HouseholdId.of(body.household),
                PersonId.of(body.applicant),
                consent=body.consent,
                apart=body.apart,
                findings=body.findings,
                through=body.through,
                on=body.on,
            )
            return answer_now(work, case)

        return execute(request, runtime, caller, CaseAnswer, decide)

    @router.post("/{case}/acceptance")
    def accept(case: UUID, body: c.Accept, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """The papers are complete; limits run from here."""
        return _step(
            request, runtime, caller, case, body.version, lambda work, of: steps.accept(work, of, on=body.on)
        )

    @router.post("/{case}/survey")
    def survey(case: UUID, body: c.Survey, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Two surveyors or more visited the household, for the application or an open review."""
        must_not_be_typed(body.means)
        must_be_receipted(body.means)
        attach = _attached(request, runtime, caller, "survey", body.evidence, body.on)

        def do(work: Work, of: CaseId) -> object:
            attach(work, of)
            return steps.survey(
                work,
                of,
                body.surveyors,
                body.means,
                findings=body.findings,
                on=body.on,
                remarks=body.remarks,
            )

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/check")
    def check(case: UUID, body: c.Check, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """The check of means came back."""
        must_not_be_typed(body.means)
        must_be_receipted(body.means)
        attach = _attached(request, runtime, caller, "check", body.evidence, body.on)

        def do(work: Work, of: CaseId) -> object:
            attach(work, of)
            return steps.check(
                work,
                of,
                body.means,
                findings=body.findings,
                consistent=body.consistent,
                officer=caller.person,
                on=body.on,
            )

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/assessment")
    def assess(case: UUID, body: c.Step, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Apply the rule to what was found: the recommendation."""
        return _step(
            request,
            runtime,
            caller,
            case,
            body.version,
            lambda work, of: steps.assess(work, of, caller.person),
        )

    @router.post("/{case}/notice")
    def post_notice(case: UUID, body: c.Post, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Post the recommendation for the days of the procedure (seven); the notice ends by itself."""
        return _step(
            request,
            runtime,
            caller,
            case,
            body.version,
            lambda work, of: steps.post_notice(work, of, body.step),
        )

    @router.post("/{case}/supplement")
    def ask_supplement(case: UUID, body: c.Supplement, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Say, once, what is missing before the application can be accepted."""
        return _step(
            request,
            runtime,
            caller,
            case,
            body.version,
            lambda work, of: steps.ask_supplement(work, of, body.missing),
        )

    @router.post("/{case}/steps")
    def take_step(case: UUID, body: c.Take, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """A step of the procedure that has no route of its own: appraisal, visit, submission, publication ..."""
        attach = _attached(request, runtime, caller, body.step, body.evidence, body.on)

        def do(work: Work, of: CaseId) -> object:
            attach(work, of)
            return steps.take_step(
                work,
                of,
                body.step,
                body.staff,
                findings=body.findings,
                remarks=body.remarks,
                on=body.on,
            )

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/objection")
    def lodge_objection(case: UUID, body: c.Object, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Somebody objects within the notice: a new survey follows."""

        def do(work: Work, of: CaseId) -> object:
            return steps.lodge_objection(work, of, body.statement)

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/withdrawal")
    def withdraw(case: UUID, body: c.Withdraw, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """The application is taken back, or the family will not cooperate."""
        return _step(
            request,
            runtime,
            caller,
            case,
            body.version,
            lambda work, of: steps.withdraw(work, of, body.reason),
        )

    @router.post("/{case}/reviews")
    def open_review(case: UUID, body: c.OpenReview, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Look at a granted case again, before its date."""

        def do(work: Work, of: CaseId) -> object:
            return steps.open_review(work, of, body.reason)

        return _step(request, runtime, caller, case, body.version, do)

    return router


def _county_steps(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/cases", tags=["decisions"])

    @router.post("/{case}/confirmation")
    def confirm(case: UUID, body: c.Confirm, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Confirm and fix the sum, paid from the next month; or once, in instalments."""

        def do(work: Work, of: CaseId) -> object:
            may_decide(work, caller, of, body.amount_fen)
            return steps.confirm(
                work,
                of,
                caller.person,
                amount_fen=body.amount_fen,
                admitted=tuple(map(PersonId.of, body.admitted)),
                departs=body.departs,
                papers=body.papers,
                parts=body.instalments,
            )

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/refusal")
    def decline(case: UUID, body: c.Decide, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Do not confirm."""

        def do(work: Work, of: CaseId) -> object:
            may_decide(work, caller, of)
            return steps.decline(work, of, caller.person, departs=body.departs, papers=body.papers)

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/conclusion")
    def conclude_review(case: UUID, body: c.Conclude, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """End the open review: unchanged, adjusted or ended, as assessed."""

        def do(work: Work, of: CaseId) -> object:
            may_change(work, caller, of)
            return steps.conclude_review(
                work, of, caller.person, outcome=body.outcome, departs=body.departs, heard=body.heard
            )

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/exit")
    def request_exit(case: UUID, body: c.Step, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """The family asks for the allowance to end, from the next month on."""

        def do(work: Work, of: CaseId) -> object:
            may_change(work, caller, of)
            return steps.request_exit(work, of, caller.person)

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/texts")
    def open_texts(case: UUID, body: c.Unseal, request: Request, caller: CivilAffairs) -> OpenedTexts:
        """Read remarks, objections and reasons in clear; the look-up is recorded."""
        identifier = CaseId.of(case)

        def decide(work: Work) -> OpenedTexts:
            in_own_township(caller, steps.case_of(work, identifier).township)
            found: list[tuple[int, str, Any]] = []
            for entry in runtime.store.stream(case):
                fact = read(entry, work.around.keys)
                found += [
                    (entry.envelope.streamversion, name, getattr(fact.data, name))
                    for name in sealed_fields(fact)
                ]
            texts = unseal(work, body.purpose, *(sealed for _, _, sealed in found)) if found else []
            return OpenedTexts(
                texts=tuple(
                    OpenedText(version=version, field=name, text=text)
                    for (version, name, _), text in zip(found, texts, strict=True)
                )
            )

        # Not under an Idempotency-Key: the answer would be kept, in clear.
        return runtime.decide(decide, Cause(caller.to_actor(), request.state.request_id))

    return router


def _reading(runtime: Runtime, reader: ViewReader) -> APIRouter:
    router = APIRouter(tags=["cases"])

    @router.get("/cases")
    def list_cases(
        caller: Readers,
        programme: Programme | None = None,
        state: Stage | None = None,
        township: Township | None = None,
        review_open: bool | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[CaseLine]:
        """Cases in the order of application; a township's clerk sees the township's."""
        wanted = Filter(programme, state, seen_by(caller, township), review_open)
        return page(rows_after(reader, wanted, behind(cursor), limit + 1), limit, case_line)

    @router.get("/cases.csv", response_class=Response, responses=CSV)
    def export(
        caller: Readers,
        programme: Programme | None = None,
        state: Stage | None = None,
        township: Township | None = None,
        review_open: bool | None = None,
    ) -> Response:
        """The same list as a table: ids, states, sums with their mark; nothing personal."""
        wanted = Filter(programme, state, seen_by(caller, township), review_open)
        return StreamingResponse(
            table(reader, wanted),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="cases.csv"'},
        )

    @router.get("/cases/{case}")
    def show(case: UUID, caller: Anyone) -> CaseFile:
        """The case and every fact of it; what the family has only for civil affairs and audit."""

        # From the log itself: what a process remembers may be behind what another has recorded.
        facts = [read(entry, runtime.around.keys) for entry in runtime.store.stream(case)]
        state = CASE.of(fact.data for fact in facts)
        about(state)
        in_own_township(caller, state.township)
        entitled = caller.department in ENTITLED
        looking = runtime.looking()
        owed = next_steps(state, papers_of(looking, state), looking.today)
        return CaseFile(
            current=answer(state, facts[-1].envelope.streamversion, owed),
            facts=tuple(fact_line(fact, entitled) for fact in facts),
        )

    return router
