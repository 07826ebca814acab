"""The HTTP of checks: begun where the family consented, answered source by source, looked at for a purpose."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from events import verification as v
from events.ids import CheckId, PersonId
from services.assistance.listing import behind, page, rows_after
from services.chassis.codec import read
from services.chassis.commands import execute
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.unsealing import unseal
from services.chassis.views import ViewReader
from services.chassis.work import Cause, Work
from services.verification import answering, checking
from services.verification.web import Deliverers, Office, Purpose, Readers, must_deliver, of_the_district

CHECKS = (
    "id", "opened", "case_id", "household", "state", "due", "overdue", "late", "reports", "stale", "unused", "day",
)  # fmt: skip
REPORTS = ("id", "opened", "check_id", "case_id", "source", "as_of", "age_days", "stale", "unused", "day")
CaseQuery = Annotated[UUID | None, Query(description="only of this case")]


class Starting(Command):
    pass


class RecordOf(Command):
    """One record of one person, by the fields of the source: texts as in a file."""

    person: UUID
    record: dict[str, str] = Field(max_length=10)


class Answering(Command):
    source: v.Source
    as_of: date
    records: tuple[RecordOf, ...] = Field(max_length=1000)


class Looking(Command):
    purpose: Purpose


class CheckAnswer(BaseModel):
    model_config = ConfigDict(frozen=True)

    check: UUID
    state: str
    due: date
    open: tuple[v.Source, ...]


class ReportAnswer(CheckAnswer):
    unused: v.Unused | None


class FindingShown(BaseModel):
    source: v.Source
    as_of: date
    age_days: int
    stale: bool
    unused: v.Unused | None
    person: UUID
    records: tuple[dict[str, Any], ...] | None = Field(description="none where the person was erased")


class Findings(BaseModel):
    items: tuple[FindingShown, ...]


def router(runtime: Runtime, reader: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/checks", tags=["checks"])

    def answer(work: Work, identifier: CheckId) -> dict[str, Any]:
        found = checking.check_in(work, identifier)
        return {"check": identifier, "state": found.state, "due": found.due, "open": found.open}

    @routes.post("/{check}/start")
    def start(check: UUID, body: Starting, request: Request, caller: Office) -> CheckAnswer:
        """Ask every department that delivers. 409 while a member's consent is missing or over."""
        of_the_district(caller)
        identifier = CheckId.of(check)

        def decide(work: Work) -> CheckAnswer:
            checking.start(work, identifier)
            return CheckAnswer(**answer(work, identifier))

        return execute(request, runtime, caller, CheckAnswer, decide)

    @routes.post("/{check}/reports", status_code=201)
    def report(check: UUID, body: Answering, request: Request, caller: Deliverers) -> ReportAnswer:
        """A department answers the request. Too late, it is recorded as not used, and the family is looked at again."""
        must_deliver(caller, body.source)
        identifier = CheckId.of(check)

        def decide(work: Work) -> ReportAnswer:
            records = answering.read_records(
                body.source, body.as_of, [(PersonId.of(one.person), one.record) for one in body.records]
            )
            unused = checking.report(work, identifier, body.source, body.as_of, records)
            return ReportAnswer(**answer(work, identifier), unused=unused)

        return execute(request, runtime, caller, ReportAnswer, decide)

    @routes.post("/{check}/findings")
    def findings(check: UUID, body: Looking, request: Request, caller: Office) -> Findings:
        """What the departments have on record of the people asked about; that it was looked at is recorded."""
        of_the_district(caller)
        identifier = CheckId.of(check)

        def decide(work: Work) -> Findings:
            checking.check_in(work, identifier)
            told = [fact.data for fact in _reports(runtime, work, identifier)]
            pairs = [(one, finding) for one in told for finding in one.findings]
            texts = unseal(work, body.purpose, *(finding.record for _, finding in pairs))
            return Findings(
                items=tuple(
                    FindingShown(
                        source=one.source, as_of=one.as_of, age_days=one.age_days, stale=one.stale,
                        unused=one.unused, person=finding.person,
                        records=None if text is None else tuple(json.loads(text)),
                    )
                    for (one, finding), text in zip(pairs, texts, strict=True)
                )
            )  # fmt: skip

        return runtime.decide(decide, Cause(caller.to_actor(), request.state.request_id))

    @routes.get("")
    def checks(
        caller: Readers, case: CaseQuery = None, limit: Limit = 100, cursor: CursorText = None
    ) -> Page[dict[str, Any]]:
        """Every check with what is due of it."""
        of_the_district(caller)
        wanted = {"case_id": case and str(case)}
        return page(rows_after(reader, "checks", CHECKS, wanted, behind(cursor), limit + 1), limit, dict)

    @routes.get("/reports")
    def reports(
        caller: Readers, case: CaseQuery = None, limit: Limit = 100, cursor: CursorText = None
    ) -> Page[dict[str, Any]]:
        """Every answer of a source, with the day of its data and their age; not what it says."""
        of_the_district(caller)
        wanted = {"case_id": case and str(case)}
        return page(rows_after(reader, "reports", REPORTS, wanted, behind(cursor), limit + 1), limit, dict)

    return routes


def _reports(runtime: Runtime, work: Work, identifier: CheckId) -> list[Any]:
    stored = runtime.store.stream(UUID(int=identifier.int))
    told = (read(entry, work.around.keys) for entry in stored)
    return [fact for fact in told if isinstance(fact.data, v.CheckReported)]
