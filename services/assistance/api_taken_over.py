"""The HTTP of cases that ran before: hand in a file, and see what became of every row."""

from __future__ import annotations

from functools import partial
from itertools import islice
from uuid import UUID

from fastapi import APIRouter, Request, UploadFile

from services.assistance import taken_over
from services.assistance.admission import CivilAffairs
from services.assistance.answers import Answer
from services.assistance.taken_over import Taken
from services.assistance.taken_over_file import Row, Wrong, read
from services.chassis.clock import civil_date
from services.chassis.edge import import_body
from services.chassis.refusal import Malformed
from services.chassis.runtime import Runtime
from services.chassis.work import Cause
from services.registry.importing import digest_of
from services.registry.roster import Limits, RosterRefused

AT_ONCE = 50
MOST_ROWS = 20_000


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
        return _answer(digest, sorted(told, key=lambda one: one.row))

    return routes


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
