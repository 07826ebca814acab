"""The HTTP of 应保尽保: who qualifies and is not covered, the coverage of each month, and help that went on.

A township's clerk sees and closes the township's. A list tells ids, never names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from events.ids import GapId
from services.assistance import gap_lists
from services.assistance.answers import Answer
from services.assistance.commands import Step, Text
from services.assistance.gaps import BY_HAND, BY_ITSELF, GAP
from services.assistance.guards import in_own_township, seen_by
from services.assistance.listing import CSV, Row, behind, page, pages, rows_after, yes
from services.assistance.views_duties import CONTINUED_NAMES, COVERAGE_NAMES, GAP_NAMES
from services.chassis.auth import allow
from services.chassis.commands import execute, expect
from services.chassis.departments import Department
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.refusal import NotFound
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Caller, Township
from services.chassis.views import ViewReader
from services.chassis.work import Work

CivilAffairs = Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]
Readers = Annotated[
    Caller,
    allow(Department.CIVIL_AFFAIRS, Department.POVERTY_ALLEVIATION, Department.DISTRICT, Department.AUDIT),
]
Month = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
REASON_ZH = BY_HAND | BY_ITSELF
BASIS_ZH = {
    "registered_poor": "建档立卡贫困人口",
    "back_in_poverty": "返贫人口",
    "newly_poor": "新增贫困人口",
    "child_without_guardian": "事实无人抚养儿童",
}
GAPS = (
    "编号",
    "人员编号",
    "家庭编号",
    "乡镇街道代码",
    "列入月份",
    "依据类别",
    "列入日期",
    "是否销号",
    "销号日期",
    "销号原因",
)
COVERAGE = (
    "月份", "乡镇街道代码", "符合条件人数", "已保障", "申请中", "已说明原因", "未保障", "覆盖率", "缺口率",
)  # fmt: skip
CONTINUED = ("家庭编号", "案件编号", "脱贫日期", "脱贫后状态", "停止日期", "停止原因")

_RATED = (
    "month",
    "township",
    "qualify",
    "covered",
    "applied",
    "explained",
    "gaps",
    "coverage_rate",
    "gap_rate",
)


class CloseGap(Step):
    reason: str | None = Field(default=None, max_length=40, description=", ".join(BY_HAND))
    remarks: Text | None = None


class GapAnswer(Answer):
    gap: UUID
    version: int
    open: bool
    reason: str | None
    reason_zh: str | None


class GapLine(Answer):
    """One who qualifies by the data and is not covered."""

    gap: UUID
    person: UUID
    household: UUID
    township: str
    month: str = Field(description="of the list on which the person first stood")
    bases: tuple[str, ...]
    detected: date
    open: bool
    closed: date | None
    reason: str | None
    reason_zh: str | None
    by_hand: bool


class CoverageLine(Answer):
    """People of a township at the end of a month. Rates as texts with four decimals; of nobody there is none."""

    month: str
    township: str
    qualify: int
    covered: int
    applied: int
    explained: int
    gaps: int
    coverage_rate: str | None = Field(description="covered / qualify")
    gap_rate: str | None = Field(description="gaps / qualify; the target is 0")


class ContinuedLine(Answer):
    """A measure that went on when the family left poverty, and what became of it."""

    household: UUID
    case: UUID
    lifted: date
    kept: bool
    ended: date | None
    reason: str | None


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    return [_closing(runtime), _reading(reader)]


def _closing(runtime: Runtime) -> APIRouter:
    router = APIRouter(tags=["gaps"])

    @router.post("/gaps/{gap}/closing")
    def close(gap: UUID, body: CloseGap, request: Request, caller: CivilAffairs) -> GapAnswer:
        """Take somebody off the list, with the reason; who is covered or has applied goes by itself."""
        id = GapId.of(gap)

        def decide(work: Work) -> GapAnswer:
            found = work.load(GAP, id)
            if found.id is None:
                raise NotFound("清单中没有该项。", "There is no such gap.", field="gap")
            in_own_township(caller, found.township)
            expect(work, id, body.version)
            gap_lists.close_by_hand(work, id, body.reason, caller.person, body.remarks)
            reason = body.reason or ""
            return GapAnswer(
                gap=gap, version=work.version(id), open=False, reason=reason, reason_zh=BY_HAND[reason]
            )

        return execute(request, runtime, caller, GapAnswer, decide)

    return router


def _reading(reader: ViewReader) -> APIRouter:
    router = APIRouter(tags=["gaps"])

    @router.get("/gaps")
    def list_gaps(
        caller: Readers,
        open: bool | None = None,
        township: Township | None = None,
        month: Month | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[GapLine]:
        """In the order in which they were found."""
        wanted = _wanted(caller, open, township, month)
        rows = rows_after(reader, "gaps", GAP_NAMES, wanted, behind(cursor), limit + 1)
        return page(rows, limit, _gap)

    @router.get("/gaps.csv", response_class=Response, responses=CSV)
    def gaps_table(
        caller: Readers,
        open: bool | None = None,
        township: Township | None = None,
        month: Month | None = None,
    ) -> Response:
        wanted = _wanted(caller, open, township, month)

        def read(after: int, limit: int) -> list[Row]:
            return rows_after(reader, "gaps", GAP_NAMES, wanted, after, limit)

        return table("gaps", GAPS, map(_gap_cells, pages(read)))

    @router.get("/coverage")
    def coverage(
        caller: Readers, month: Month | None = None, township: Township | None = None
    ) -> tuple[CoverageLine, ...]:
        """By month and township, as each month's list found it."""
        return _coverage(reader, month, seen_by(caller, township))

    @router.get("/coverage.csv", response_class=Response, responses=CSV)
    def coverage_table(
        caller: Readers, month: Month | None = None, township: Township | None = None
    ) -> Response:
        lines = _coverage(reader, month, seen_by(caller, township))
        return table(
            "coverage",
            COVERAGE,
            ([getattr(one, name) for name in _RATED] for one in lines),
        )

    @router.get("/help-continued")
    def help_continued(caller: Readers) -> tuple[ContinuedLine, ...]:
        """Measures of families that left poverty after 2020: kept, or ended since and why."""
        return _continued(reader)

    @router.get("/help-continued.csv", response_class=Response, responses=CSV)
    def help_continued_table(caller: Readers) -> Response:
        return table(
            "help-continued",
            CONTINUED,
            (
                (one.household, one.case, one.lifted, "继续" if one.kept else "已停止", one.ended, one.reason)
                for one in _continued(reader)
            ),
        )

    return router


def _wanted(
    caller: Caller, is_open: bool | None, township: str | None, month: str | None
) -> Mapping[str, Any]:
    return {
        "open": None if is_open is None else int(is_open),
        "township": seen_by(caller, township),
        "month": month,
    }


def _gap(row: Row) -> GapLine:
    return GapLine.model_validate(
        {name: row[name] for name in GapLine.model_fields if name in row}
        | {
            "gap": row["id"],
            "bases": row["bases"].split(","),
            "reason_zh": REASON_ZH.get(row["reason"]),
        }
    )


def _gap_cells(row: Row) -> tuple[Any, ...]:
    bases = "、".join(BASIS_ZH[one] for one in row["bases"].split(","))
    return (
        row["id"], row["person"], row["household"], row["township"], row["month"], bases, row["detected"],
        yes(not row["open"]), row["closed"], REASON_ZH.get(row["reason"], ""),
    )  # fmt: skip


def _coverage(reader: ViewReader, month: str | None, township: str | None) -> tuple[CoverageLine, ...]:
    asked = {"month": month, "township": township}
    wanted = {name: value for name, value in asked.items() if value is not None}
    where = "".join(f" AND {name} = ?" for name in wanted)
    sql = f"SELECT {', '.join(COVERAGE_NAMES)} FROM {{coverage}} WHERE 1 = 1{where} ORDER BY month, township"
    with reader.reading() as tables:
        found = tables.execute(sql, tuple(wanted.values()))
    return tuple(_rates(dict(zip(COVERAGE_NAMES, row, strict=True))) for row in found)


def _rates(row: Row) -> CoverageLine:
    shown = {name: row[name] for name in CoverageLine.model_fields if name in row}
    rates = {
        "coverage_rate": _rate(row["covered"], row["qualify"]),
        "gap_rate": _rate(row["gaps"], row["qualify"]),
    }
    return CoverageLine.model_validate(shown | rates)


def _rate(part: int, whole: int) -> str | None:
    return None if whole == 0 else str((Decimal(part) / whole).quantize(Decimal("0.0001")))


def _continued(reader: ViewReader) -> tuple[ContinuedLine, ...]:
    sql = f"SELECT {', '.join(CONTINUED_NAMES)} FROM {{continued}} ORDER BY lifted, household, case_id"
    with reader.reading() as tables:
        found = tables.execute(sql)
    return tuple(
        ContinuedLine(
            household=UUID(household),
            case=UUID(case),
            lifted=date.fromisoformat(lifted),
            kept=ended is None,
            ended=None if ended is None else date.fromisoformat(ended),
            reason=reason,
        )
        for household, case, lifted, ended, reason in found
    )
