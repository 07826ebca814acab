"""The HTTP of living: every step of a dibao case as a route, the cases as list, file and table.

Civil affairs works on cases; a township's clerk only on those of the township, and confirming, declining
and concluding a review are the county's (2021 办法 2). Other departments read, without what the family has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from events.ids import CaseId, HouseholdId, PersonId
from services.chassis.auth import allow, allow_any_department
from services.chassis.codec import read
from services.chassis.commands import execute, expect
from services.chassis.departments import Department
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.problems import not_allowed
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller, Township
from services.chassis.unsealing import unseal
from services.chassis.views import ViewReader
from services.chassis.work import Cause, Work
from services.living import commands as c
from services.living import steps
from services.living.answers import (
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
from services.living.lists import Filter, Place, rows_after, table
from services.living.model import CASE, Stage
from services.living.rules import about

CivilAffairs = Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]
Readers = Annotated[
    Caller, allow(Department.CIVIL_AFFAIRS, Department.FINANCE, Department.DISTRICT, Department.AUDIT)
]
Anyone = Annotated[Caller, allow_any_department()]
ENTITLED = frozenset({Department.CIVIL_AFFAIRS, Department.AUDIT})
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "One line a case."}
}


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    return [_township_steps(runtime), _county_steps(runtime), _reading(runtime, readers["cases"])]


def _in_own_township(caller: Caller, township: str) -> None:
    if not caller.may_act_in(township):
        raise not_allowed("只能办理本乡镇（街道）的案件。", "Only cases of your own township.")


def _of_the_county(caller: Caller) -> None:
    if caller.township is not None:
        raise not_allowed(
            "审核确认由区民政局办理。", "Decided by the county's civil affairs, not a township."
        )


def _step(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    case: UUID,
    version: int | None,
    do: Callable[[Work, CaseId], object],
) -> CaseAnswer:
    identifier = CaseId.of(case)

    def decide(work: Work) -> CaseAnswer:
        _in_own_township(caller, steps.case_of(work, identifier).township)
        expect(work, identifier, version)
        do(work, identifier)
        return answer_now(work, identifier)

    return execute(request, runtime, caller, CaseAnswer, decide)


def _township_steps(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/cases", tags=["steps"])

    @router.post("", status_code=201)
    def apply(body: c.Apply, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """A family applies; all living members of the household are covered."""

        def decide(work: Work) -> CaseAnswer:
            home = work.fact("household", body.household)
            if home is not None:
                _in_own_township(caller, home["township"])
            case = steps.apply(
                work,
                HouseholdId.of(body.household),
                PersonId.of(body.applicant),
                consent=body.consent,
                apart=body.apart,
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

        def do(work: Work, of: CaseId) -> object:
            return steps.survey(work, of, body.surveyors, body.means, on=body.on, remarks=body.remarks)

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/check")
    def check(case: UUID, body: c.Check, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """The check of means came back."""

        def do(work: Work, of: CaseId) -> object:
            return steps.check(work, of, body.means, consistent=body.consistent, on=body.on)

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/assessment")
    def assess(case: UUID, body: c.Step, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Apply the rule to what was found: the recommendation."""
        return _step(request, runtime, caller, case, body.version, steps.assess)

    @router.post("/{case}/notice")
    def post_notice(case: UUID, body: c.Step, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Post the recommendation for the days of the procedure (seven); the notice ends by itself."""
        return _step(request, runtime, caller, case, body.version, steps.post_notice)

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
        """Confirm and fix the sum, paid from the next month."""
        _of_the_county(caller)

        def do(work: Work, of: CaseId) -> object:
            return steps.confirm(
                work,
                of,
                caller.person,
                amount_fen=body.amount_fen,
                departs=body.departs,
                papers=body.papers,
            )

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/refusal")
    def decline(case: UUID, body: c.Decide, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """Do not confirm."""
        _of_the_county(caller)

        def do(work: Work, of: CaseId) -> object:
            return steps.decline(work, of, caller.person, departs=body.departs, papers=body.papers)

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/conclusion")
    def conclude_review(case: UUID, body: c.Conclude, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """End the open review: unchanged, adjusted or ended, as assessed."""
        _of_the_county(caller)

        def do(work: Work, of: CaseId) -> object:
            return steps.conclude_review(
                work, of, caller.person, outcome=body.outcome, departs=body.departs, heard=body.heard
            )

        return _step(request, runtime, caller, case, body.version, do)

    @router.post("/{case}/exit")
    def request_exit(case: UUID, body: c.Step, request: Request, caller: CivilAffairs) -> CaseAnswer:
        """The family asks for the allowance to end, from the next month on."""
        _of_the_county(caller)
        return _step(request, runtime, caller, case, body.version, steps.request_exit)

    @router.post("/{case}/texts")
    def open_texts(case: UUID, body: c.Unseal, request: Request, caller: CivilAffairs) -> OpenedTexts:
        """Read remarks, objections and reasons in clear; the look-up is recorded."""
        identifier = CaseId.of(case)

        def decide(work: Work) -> OpenedTexts:
            _in_own_township(caller, steps.case_of(work, identifier).township)
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
        state: Stage | None = None,
        township: Township | None = None,
        review_open: bool | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[CaseLine]:
        """Cases in the order of application; a township's clerk sees the township's."""
        place = Place.decode(cursor)
        wanted = Filter(state, _seen_by(caller, township), review_open)
        rows = rows_after(reader, wanted, place.opened if place else 0, limit + 1)
        more = len(rows) > limit
        return Page(
            items=tuple(case_line(row) for row in rows[:limit]),
            next=Place(opened=rows[limit - 1]["opened"]).encode() if more else None,
        )

    @router.get("/cases.csv", response_class=Response, responses=CSV)
    def export(
        caller: Readers,
        state: Stage | None = None,
        township: Township | None = None,
        review_open: bool | None = None,
    ) -> Response:
        """The same list as a table: ids, states, sums with their mark; nothing personal."""
        wanted = Filter(state, _seen_by(caller, township), review_open)
        return StreamingResponse(
            table(reader, wanted),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="dibao-cases.csv"'},
        )

    @router.get("/cases/{case}")
    def show(case: UUID, caller: Anyone) -> CaseFile:
        """The case and every fact of it; what the family has only for civil affairs and audit."""

        # From the log itself: what a process remembers may be behind what another has recorded.
        facts = [read(entry, runtime.around.keys) for entry in runtime.store.stream(case)]
        state = CASE.of(fact.data for fact in facts)
        about(state)
        _in_own_township(caller, state.township)
        entitled = caller.department in ENTITLED
        return CaseFile(
            current=answer(state, facts[-1].envelope.streamversion),
            facts=tuple(fact_line(fact, entitled) for fact in facts),
        )

    return router


def _seen_by(caller: Caller, township: str | None) -> str | None:
    if caller.township is None:
        return township
    if township is not None:
        _in_own_township(caller, township)
    return caller.township
