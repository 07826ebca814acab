"""The HTTP of cases that ran before: hand in a file, and see what became of every row, also as a report file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Request, UploadFile
from starlette.responses import Response

from services.assistance import taken_over
from services.assistance.admission import CivilAffairs
from services.assistance.answers import Answer
from services.assistance.taken_over import Taken
from services.assistance.taken_over_file import Row, Wrong, read
from services.chassis.clock import civil_date
from services.chassis.edge import import_body
from services.chassis.refusal import Malformed
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Cause
from services.chassis.workbook import MEDIA_TYPE
from services.registry.importing import digest_of
from services.registry.roster import Limits, RosterRefused
from services.registry.roster_report import Outcome, RowOutcome, write_csv, write_workbook
from services.registry.roster_rows import Problem

AT_ONCE = 50
MOST_ROWS = 20_000
CSV = "text/csv; charset=utf-8"


class RowAnswer(Answer):
    """What became of a row: accepted, unchanged, or refused for what stands in a column."""

    row: int
    outcome: str
    case: UUID | None
    column: str
    rule: str
    zh: str
    en: str


class TakenOverAnswer(Answer):
    """`rows`: every row, in the order of the file."""

    file: str
    accepted: int
    unchanged: int
    refused: int
    rows: tuple[RowAnswer, ...]


def router(runtime: Runtime) -> APIRouter:
    routes = APIRouter(prefix="/taken-over", tags=["taken over"])

    @routes.post("", dependencies=[import_body()])
    def hand_in(file: UploadFile, request: Request, caller: CivilAffairs) -> TakenOverAnswer:
        """Running cases, .xlsx or .csv. The same file again changes nothing."""
        return _answer(*_taken(runtime, file, request, caller))

    @routes.post("/report.xlsx", dependencies=[import_body()], **_file(MEDIA_TYPE))
    def workbook(file: UploadFile, request: Request, caller: CivilAffairs) -> Response:
        """The same, answered with a workbook: what became of every row, with rules and reasons in both languages."""
        return _report(_taken(runtime, file, request, caller), write_workbook, MEDIA_TYPE, "xlsx")

    @routes.post("/report.csv", dependencies=[import_body()], **_file(CSV))
    def text(file: UploadFile, request: Request, caller: CivilAffairs) -> Response:
        """The same as text."""
        return _report(_taken(runtime, file, request, caller), write_csv, CSV, "csv")

    return routes


def _taken(runtime: Runtime, file: UploadFile, request: Request, caller: Caller) -> tuple[str, list[Taken]]:
    """Every row of the file taken over or refused, in its order, and the digest of the file."""
    settings = request.app.state.settings
    limits = Limits(file_bytes=settings.import_limit, rows=min(settings.roster_rows, MOST_ROWS))
    cause = Cause(caller.to_actor(), request.state.request_id)
    digest = digest_of(file.file)
    try:
        found = read(file.file, file.filename or "", limits, civil_date(runtime.around.clock.now()))
    except RosterRefused as refused:
        raise Malformed(refused.rule, refused.zh, refused.en, field="file") from None
    told = [Taken(one.row, "refused", None, *one[1:]) for one in found if isinstance(one, Wrong)]
    rows = iter([one for one in found if isinstance(one, Row)])
    while batch := list(islice(rows, AT_ONCE)):
        told += runtime.decide(
            partial(
                taken_over.take,
                rows=batch,
                digest=digest,
                officer=caller.person,
                cause=cause,
                may_act_in=caller.may_act_in,
            ),
            cause,
        )
    return digest, sorted(told, key=lambda one: one.row)


def _report(
    taken: tuple[str, list[Taken]],
    write: Callable[[Iterable[RowOutcome], BinaryIO], None],
    media: str,
    end: str,
) -> Response:
    digest, rows = taken
    out = BytesIO()
    write(map(_outcome, rows), out)
    name = f'attachment; filename="taken-over-{digest[:12]}.{end}"'
    return Response(out.getvalue(), media_type=media, headers={"Content-Disposition": name})


def _outcome(one: Taken) -> RowOutcome:
    problems = (Problem(one.column, one.rule, one.zh, one.en),) if one.rule else ()
    return RowOutcome("", one.row, Outcome(one.outcome), problems)


def _file(kind: str) -> dict[str, Any]:
    binary = {"type": "string", "format": "binary"}
    return {"response_class": Response, "responses": {200: {"content": {kind: {"schema": binary}}}}}


def _answer(digest: str, told: list[Taken]) -> TakenOverAnswer:
    rows = tuple(
        RowAnswer(
            row=one.row,
            outcome=one.outcome,
            case=one.case,
            column=one.column,
            rule=one.rule,
            zh=one.zh,
            en=one.en,
        )
        for one in told
    )
    count = {name: sum(one.outcome == name for one in rows) for name in ("accepted", "unchanged", "refused")}
    return TakenOverAnswer(file=digest, **count, rows=rows)
