"""The HTTP of ledgers and monthly reports.

Civil affairs and audit only: where a township has one case, its figure is that family's. A township's clerk sees the
township; reports are of the whole district and submitted by its office.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from events.assistance import ReportSubmitted
from services.assistance.ledger import answers as out
from services.assistance.ledger import tables as t
from services.assistance.ledger.cases import lines_after, phase_outs
from services.assistance.ledger.figures import Figure, bases, figures, months_between
from services.assistance.ledger.report import Submitting, differences, figure_of, record
from services.assistance.listing import behind, page
from services.assistance.programme import programme_of
from services.assistance.published import published
from services.chassis import spreadsheet, workbook
from services.chassis.auth import allow
from services.chassis.codec import read
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.problems import not_allowed
from services.chassis.refusal import NotFound
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller, Township
from services.chassis.views import ViewReader

CivilAffairs = Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]
Readers = Annotated[Caller, allow(Department.CIVIL_AFFAIRS, Department.AUDIT)]
Programme = Annotated[str, Query(pattern=r"^[a-z][a-z_-]*$", max_length=40)]
Month = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="YYYY-MM")]
Within = Annotated[int, Query(ge=0, le=3660, description="days from today")]
ROWS_AT_ONCE = 500


def _file(kind: str) -> dict[str, Any]:
    content = {kind: {"schema": {"type": "string", "format": "binary"}}}
    return {"response_class": Response, "responses": {200: {"content": content, "description": "The table."}}}


CSV, XLSX = _file("text/csv; charset=utf-8"), _file(workbook.MEDIA_TYPE)


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    return [_ledger(runtime, reader), _cases(runtime, reader), _reports(runtime, reader)]


def _ledger(runtime: Runtime, reader: ViewReader) -> APIRouter:
    router = APIRouter(prefix="/ledger", tags=["ledger"])

    def found(
        caller: Caller, programme: str, first: str, last: str | None, township: str | None
    ) -> tuple[Figure, ...]:
        programme_of(programme, runtime.service.name)
        months = months_between(first, last or first)
        with reader.reading() as tables:
            return figures(tables, programme, months, runtime.looking().today, _seen_by(caller, township))

    @router.get("")
    def ledger(
        caller: Readers,
        programme: Programme,
        first: Month,
        last: Month | None = None,
        township: Township | None = None,
    ) -> out.LedgerAnswer:
        """What was counted, by township and month; `last` left out: of one month."""
        lines = out.ledger_lines(found(caller, programme, first, last, township))
        return out.LedgerAnswer(programme=programme, first=first, last=last or first, lines=lines)

    @router.get(".csv", **CSV)
    def ledger_csv(
        caller: Readers,
        programme: Programme,
        first: Month,
        last: Month | None = None,
        township: Township | None = None,
    ) -> StreamingResponse:
        """The same as text, with Chinese headings."""
        lines = t.figure_lines(found(caller, programme, first, last, township))
        return spreadsheet.table(f"ledger-{programme}-{first}", t.FIGURES, lines)

    @router.get(".xlsx", **XLSX)
    def ledger_xlsx(
        caller: Readers,
        programme: Programme,
        first: Month,
        last: Month | None = None,
        township: Township | None = None,
    ) -> StreamingResponse:
        """The same as a workbook."""
        lines = t.figure_lines(found(caller, programme, first, last, township))
        return workbook.download(f"ledger-{programme}-{first}", workbook.Sheet("台账统计", t.FIGURES, lines))

    @router.get("/bases")
    def by_basis(
        caller: Readers,
        programme: Programme,
        first: Month,
        last: Month | None = None,
        township: Township | None = None,
    ) -> list[out.BasisLine]:
        """On which papers the cases of a month were decided (43号 附: in force for five years, then another basis)."""
        programme_of(programme, runtime.service.name)
        months = months_between(first, last or first)
        with reader.reading() as tables:
            found = bases(tables, programme, months, _seen_by(caller, township))
        return [
            out.BasisLine(month=one.month, township=one.township, paper=one.paper, cases=one.cases)
            for one in found
        ]

    @router.get("/phase-outs")
    def phasing_out(
        caller: Readers,
        programme: Programme,
        within: Within | None = None,
        township: Township | None = None,
    ) -> out.PhaseOuts:
        """Who is being phased out; `within`: only those whose last day comes within so many days."""
        programme_of(programme, runtime.service.name)
        looking = runtime.looking()
        by = published(looking, programme)
        with reader.reading() as tables:
            items = phase_outs(tables, by, looking.today, within, _seen_by(caller, township))
        return out.PhaseOuts(
            today=looking.today,
            within_days=within,
            items=tuple(out.PhaseOutAnswer.of(one) for one in items),
        )

    return router


def _cases(runtime: Runtime, reader: ViewReader) -> APIRouter:
    router = APIRouter(prefix="/ledger/cases", tags=["ledger"])

    def rows(caller: Caller, programme: str, township: str | None) -> Iterator[dict[str, Any]]:
        seen, after = _seen_by(caller, township), 0
        programme_of(programme, runtime.service.name)

        def read_on() -> Iterator[dict[str, Any]]:
            nonlocal after
            while True:
                with reader.reading() as tables:
                    found = lines_after(tables, programme, after, ROWS_AT_ONCE, seen)
                yield from found
                if len(found) < ROWS_AT_ONCE:
                    return
                after = found[-1]["opened"]

        return read_on()

    @router.get("")
    def list_cases(
        caller: Readers,
        programme: Programme,
        township: Township | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[out.CaseRow]:
        """The ledger of cases in the order of application: limits, when decided and how; nobody's name."""
        programme_of(programme, runtime.service.name)
        seen = _seen_by(caller, township)
        with reader.reading() as tables:
            found = lines_after(tables, programme, behind(cursor), limit + 1, seen)
        return page(found, limit, out.CaseRow.model_validate)

    @router.get(".csv", **CSV)
    def cases_csv(
        caller: Readers, programme: Programme, township: Township | None = None
    ) -> StreamingResponse:
        """The whole ledger as text, with Chinese headings."""
        return spreadsheet.table(
            f"cases-{programme}", t.CASES, t.case_lines(rows(caller, programme, township))
        )

    @router.get(".xlsx", **XLSX)
    def cases_xlsx(
        caller: Readers, programme: Programme, township: Township | None = None
    ) -> StreamingResponse:
        """The same as a workbook."""
        lines = t.case_lines(rows(caller, programme, township))
        return workbook.download(f"cases-{programme}", workbook.Sheet("个案台账", t.CASES, lines))

    return router


def _reports(runtime: Runtime, reader: ViewReader) -> APIRouter:
    router = APIRouter(prefix="/reports", tags=["reports"])

    @router.post("", status_code=201)
    def submit(body: out.Submit, request: Request, caller: CivilAffairs) -> out.ReportAnswer:
        """Freeze a month that is over as it is known now; once, and again only as a correction."""
        _of_the_district(caller)
        programme_of(body.programme, runtime.service.name)
        while reader.advance():
            pass  # what was recorded up to here is counted
        # Place and figures from one snapshot: else the report would say it knew more than it counted.
        with reader.reading() as tables:
            [(as_of,)] = tables.execute("SELECT sequence FROM views WHERE name = ?", (reader.view.name,))
            counted = figures(tables, body.programme, (body.month,), runtime.looking().today)
        told = Submitting(body.programme, body.month, counted, int(as_of), caller.person, body.correction)
        return execute(
            request,
            runtime,
            caller,
            out.ReportAnswer,
            lambda work: out.ReportAnswer.of(record(work, told)),
        )

    @router.get("/{report}")
    def show(report: UUID, caller: Readers) -> out.ReportFile:
        """What was submitted, and in what it differs from what is known now."""
        _of_the_district(caller)
        found = [read(entry, runtime.around.keys).data for entry in runtime.store.stream(report)]
        submitted = [fact for fact in found if isinstance(fact, ReportSubmitted)]
        if not submitted:
            raise NotFound("没有该报表。", "There is no such report.", field="report")
        last = submitted[-1]
        with reader.reading() as tables:
            now = figures(tables, last.programme, (last.month,), runtime.looking().today)
        then = tuple(Figure(last.month, **one.model_dump()) for one in last.figures)
        return out.ReportFile(
            submissions=tuple(out.ReportAnswer.of(fact) for fact in submitted),
            lines=out.ledger_lines(then),
            differences=tuple(
                out.DifferenceAnswer.of(one)
                for one in differences(last.figures, tuple(figure_of(one) for one in now))
            ),
        )

    @router.get("")
    def list_reports(caller: Readers, programme: Programme) -> out.Reports:
        """Every submission, the months in order."""
        _of_the_district(caller)
        programme_of(programme, runtime.service.name)
        with reader.reading() as tables:
            found = tables.execute(
                "SELECT report, programme, month, number, submitted, officer, as_of, digest FROM {reports}"
                " WHERE programme = ? ORDER BY month, number",
                (programme,),
            )
        names = ("report", "programme", "month", "number", "on", "officer", "as_of", "digest")
        return out.Reports(
            items=tuple(out.ReportAnswer.model_validate(dict(zip(names, row, strict=True))) for row in found)
        )

    return router


def _of_the_district(caller: Caller) -> None:
    if caller.township is not None:
        raise not_allowed("月报由区民政局办理。", "Reports are the district's, not a township's.")


def _seen_by(caller: Caller, township: str | None) -> str | None:
    if caller.township is None:
        return township
    if township is not None and not caller.may_act_in(township):
        raise not_allowed("只能查看本乡镇（街道）的台账。", "Only the ledger of your own township.")
    return caller.township
