"""The HTTP of sharing: agreements from request to end, files, what of them was refused, figures, what is owed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from events import verification as v
from events.ids import AgreementId
from services.assistance.listing import CSV, behind, page, rows_after
from services.chassis.commands import execute
from services.chassis.edge import import_body
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.refusal import NotFound
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Caller
from services.chassis.views import ViewReader
from services.chassis.work import Cause, Work
from services.verification import sending, sharing, taking
from services.verification.limits import EVERY_MONTHS
from services.verification.web import (
    Deliverers,
    Office,
    Opened,
    Readers,
    SourceQuery,
    must_deliver,
    of_the_district,
)

AGREEMENTS = (
    "id", "opened", "source", "department", "fields", "state", "due", "overdue", "until", "late_replies", "late_files",
    "files", "beyond", "as_of",
)  # fmt: skip
FILES = (
    "feed", "opened", "agreement", "source", "state", "as_of", "day", "lag", "rows", "matched", "strangers", "refused",
    "late", "beyond", "field", "rule",
)  # fmt: skip
RULES = {
    "missing": "缺少必填项", "row-form": "该行与表头不符或无法读取", "row-repeated": "重复行", "person-twice": "同一人出现两次",
    "not-of-the-district": "非本区登记对象", "day": "日期无效", "day-in-future": "日期晚于数据日期", "sum": "金额无效",
    "count": "数值无效", "code": "代码无效", "id-number-length": "身份证号长度不符",
    "id-number-characters": "身份证号含无效字符", "id-number-date": "身份证号出生日期无效",
    "id-number-check-digit": "身份证号校验码不符",
}  # fmt: skip


class Asking(Command):
    """`floor_fen`: sums up to this contradict nothing (illustrative)."""

    source: v.Source
    fields: tuple[Annotated[str, Field(max_length=40)], ...] = Field(min_length=1, max_length=20)
    conditional: bool
    every_months: int = Field(default=EVERY_MONTHS, ge=1, le=12)
    floor_fen: int = Field(default=0, ge=0, le=10**12)
    until: date


class Refusing(Command):
    reason: Literal["not_shareable", "incomplete", "no_such_data", "purpose_not_met"]


class Ending(Command):
    reason: Literal["suspended", "not_needed"]


class AgreementAnswer(BaseModel):
    model_config = ConfigDict(frozen=True)

    agreement: UUID
    source: v.Source
    department: str
    state: str
    due: date
    until: date


class FileAnswer(BaseModel):
    """What became of a file, the same for every repeat of it."""

    model_config = ConfigDict(frozen=True)

    feed: UUID
    as_of: date
    rows: int
    matched: int
    strangers: int
    refused: int
    beyond: tuple[str, ...]
    beyond_other: int
    late: bool
    current: bool


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    return [_agreements(runtime, reader), _files(runtime, reader)]


def _agreements(runtime: Runtime, reader: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/agreements", tags=["sharing"])
    opened = Opened(runtime)

    def answer(work: Work, identifier: AgreementId) -> AgreementAnswer:
        found = sharing.agreement(work, identifier)
        return AgreementAnswer(
            agreement=identifier, source=found.source, department=found.department, state=found.state, due=found.due,
            until=found.until,
        )  # fmt: skip

    def step(
        request: Request, caller: Caller, agreement: UUID, do: Callable[[Work, AgreementId], None]
    ) -> AgreementAnswer:
        identifier = AgreementId.of(agreement)

        def decide(work: Work) -> AgreementAnswer:
            must_deliver(caller, sharing.agreement(work, identifier).source)
            do(work, identifier)
            return answer(work, identifier)

        return execute(request, runtime, caller, AgreementAnswer, decide)

    @routes.post("", status_code=201)
    def ask(body: Asking, request: Request, caller: Office) -> AgreementAnswer:
        """Ask a department for its data, with the fields that the check of means needs."""
        of_the_district(caller)

        def decide(work: Work) -> AgreementAnswer:
            said = {
                name: getattr(body, name) for name in ("conditional", "every_months", "floor_fen", "until")
            }
            return answer(work, sharing.request(work, body.source, body.fields, caller.person, **said))

        return execute(request, runtime, caller, AgreementAnswer, decide)

    @routes.post("/{agreement}/grant")
    def grant(agreement: UUID, request: Request, caller: Deliverers) -> AgreementAnswer:
        """The department agrees; it delivers within twenty working days."""
        return step(request, caller, agreement, lambda work, of: sharing.grant(work, of, caller.person))

    @routes.post("/{agreement}/refusal")
    def refuse(agreement: UUID, body: Refusing, request: Request, caller: Deliverers) -> AgreementAnswer:
        """The department does not agree, and says why."""
        return step(
            request, caller, agreement, lambda work, of: sharing.refuse(work, of, body.reason, caller.person)
        )

    @routes.post("/{agreement}/end")
    def end(agreement: UUID, body: Ending, request: Request, caller: Deliverers) -> AgreementAnswer:
        """Nothing more is taken; what was delivered is disposed of."""
        return step(request, caller, agreement, lambda work, of: sharing.end(work, of, body.reason))

    @routes.post("/{agreement}/files", status_code=201, dependencies=[import_body()])
    def deliver(
        agreement: UUID,
        file: UploadFile,
        as_of: Annotated[date, Form()],
        request: Request,
        caller: Deliverers,
    ) -> FileAnswer:
        """A file, .csv or .jsonl, of a day's state. Good rows are taken, the others are in the report."""
        identifier = AgreementId.of(agreement)
        source = runtime.decide(lambda work: sharing.agreement(work, identifier).source)
        must_deliver(caller, source)
        cause = Cause(caller.to_actor(), request.state.request_id)
        row = taking.take(runtime, opened(request), identifier, as_of, file.file, file.filename or "", cause)
        return FileAnswer.model_validate({name: row[name] for name in FileAnswer.model_fields})

    @routes.get("/{agreement}/key")
    def key(agreement: UUID, caller: Deliverers) -> dict[str, str]:
        """The public key (JWK) for which the pieces of a file through the gate are closed."""
        identifier = AgreementId.of(agreement)
        found = runtime.decide(lambda work: sharing.agreement(work, identifier, sharing.State.GRANTED))
        must_deliver(caller, found.source)
        return sending.public_key(runtime, identifier)

    @routes.get("")
    def agreements(
        caller: Readers, source: SourceQuery = None, limit: Limit = 100, cursor: CursorText = None
    ) -> Page[dict[str, Any]]:
        """Every agreement with what is due of it, and how late its department was."""
        rows = rows_after(reader, "agreements", AGREEMENTS, {"source": source}, behind(cursor), limit + 1)
        return page(rows, limit, dict)

    return routes


def _files(runtime: Runtime, reader: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/files", tags=["sharing"])
    opened = Opened(runtime)

    @routes.get("")
    def files(
        caller: Readers, source: SourceQuery = None, limit: Limit = 100, cursor: CursorText = None
    ) -> Page[dict[str, Any]]:
        """Every file, also those refused whole, with field and rule."""
        rows = rows_after(reader, "files", FILES, {"source": source}, behind(cursor), limit + 1)
        return page(rows, limit, dict)

    @routes.get("/{feed}/refusals.csv", response_class=Response, responses=CSV)
    def refusals(feed: UUID, request: Request, caller: Deliverers) -> Response:
        """The rows of a file that were not taken, by line, with field and rule; nothing of what stood in them."""
        with reader.reading() as tables:
            known = tables.execute("SELECT source FROM {files} WHERE feed = ?", (str(feed),))
        if not known:
            raise NotFound("没有该文件。", "There is no such file.", field="feed")
        must_deliver(caller, known[0][0])
        lines = (
            (line, field, rule, RULES.get(rule, rule)) for line, field, rule in opened(request).refusals(feed)
        )
        return table("refused-rows", ["行号", "数据项", "规则", "说明"], lines)

    return routes
