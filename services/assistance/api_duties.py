"""The HTTP of duties: what is owed by whom until when, what is late, and each delivery as it is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from events.ids import DutyId
from services.assistance import owing
from services.assistance.admission import Readers
from services.assistance.answers import Answer
from services.assistance.commands import Code, Step, Text
from services.assistance.guards import in_own_township
from services.assistance.listing import CSV, Row, behind, page, pages, rows_after, yes
from services.assistance.views_duties import DUTY_NAMES
from services.chassis.auth import allow
from services.chassis.commands import execute, expect
from services.chassis.departments import Department
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Caller
from services.chassis.views import ViewReader
from services.chassis.work import Work

CivilAffairs = Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]
DutyCode = Annotated[str, Query(pattern=r"^[a-z][a-z_]*$", max_length=60)]
State = Literal["owed", "met", "overdue"]
STATE_ZH = {"owed": "待履行", "met": "已完成", "overdue": "逾期"}
NOTE = "周期为示例，文件未作规定 · the period is an example, the paper names none"
HEADINGS = (
    "职责编号", "职责", "期间", "家庭编号", "责任单位", "部门", "起始日", "截止日", "应履行次数", "已履行次数",
    "状态", "是否逾期完成", "是否力争类", "周期是否示例", "完成日期", "依据",
)  # fmt: skip


class Deliver(Step):
    period: str | None = Field(default=None, max_length=20, description="the running one if left out")
    on: date | None = None
    result: Code | None = None
    staff: tuple[UUID, ...] = Field(default=(), max_length=20, description="the caller if left out")
    remarks: Text | None = None


class DutyAnswer(Answer):
    """A period of a duty after a delivery."""

    duty: UUID
    version: int
    code: str
    period: str
    until: date | None
    count: int
    delivered: int
    met: bool
    overdue: bool


class DutyLine(Answer):
    """What is owed for one period."""

    duty: UUID
    code: str
    period: str
    household: UUID | None
    owed_by: str
    department: str
    department_zh: str
    since: date
    until: date | None
    count: int
    delivered: int
    state: State
    state_zh: str
    late: bool = Field(description="met, but after its last day")
    soft: bool = Field(description="力争, 原则上, 鼓励: flagged, never blocking")
    illustrative: bool
    note: str | None = Field(default=None, description="said wherever an illustrative period is shown")
    met: date | None
    result: str | None
    paper: str
    clause: str


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    router = APIRouter(tags=["duties"])

    @router.post("/duties/{duty}/deliveries")
    def deliver(duty: UUID, body: Deliver, request: Request, caller: CivilAffairs) -> DutyAnswer:
        """Given once; counted against the period."""
        id = DutyId.of(duty)

        def decide(work: Work) -> DutyAnswer:
            before = owing.duty_in(work, id)
            home = None if before.household is None else work.fact("household", before.household)
            if home is not None:
                in_own_township(caller, home["township"])
            expect(work, id, body.version)
            period = before.period(body.period).name
            after = owing.deliver(
                work,
                id,
                period,
                on=body.on,
                result=body.result,
                staff=body.staff or (caller.person,),
                remarks=body.remarks,
            )
            owed = after.period(period)
            return DutyAnswer(
                duty=duty,
                version=work.version(id),
                code=after.code,
                period=owed.name,
                until=owed.until,
                count=owed.count,
                delivered=owed.delivered,
                met=owed.met,
                overdue=owed.overdue,
            )

        return execute(request, runtime, caller, DutyAnswer, decide)

    @router.get("/duties")
    def list_duties(
        caller: Readers,
        code: DutyCode | None = None,
        state: State | None = None,
        department: Department | None = None,
        household: UUID | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[DutyLine]:
        """In the order in which they arose; `state=overdue` is the list of what is late."""
        wanted = _wanted(code, state, department, household)
        rows = rows_after(reader, "duties", DUTY_NAMES, wanted, behind(cursor), limit + 1)
        return page(rows, limit, _line)

    @router.get("/duties.csv", response_class=Response, responses=CSV)
    def export(
        caller: Readers,
        code: DutyCode | None = None,
        state: State | None = None,
        department: Department | None = None,
    ) -> Response:
        """The same list as a table."""
        wanted = _wanted(code, state, department, None)

        def read(after: int, limit: int) -> list[Row]:
            return rows_after(reader, "duties", DUTY_NAMES, wanted, after, limit)

        return table("duties", HEADINGS, map(_cells, pages(read)))

    return [router]


def _wanted(
    code: str | None, state: str | None, department: Department | None, household: UUID | None
) -> Mapping[str, Any]:
    return {
        "code": code,
        "state": state,
        "department": department.value if department else None,
        "household": None if household is None else str(household),
    }


def _line(row: Row) -> DutyLine:
    shown = {name: row[name] for name in DutyLine.model_fields if name in row}
    return DutyLine.model_validate(
        shown
        | {
            "duty": row["id"],
            "department_zh": Department(row["department"]).zh,
            "state_zh": STATE_ZH[row["state"]],
            "note": NOTE if row["illustrative"] else None,
        }
    )


def _cells(row: Row) -> tuple[Any, ...]:
    return (
        row["id"], row["code"], row["period"], row["household"], row["owed_by"], Department(row["department"]).zh,
        row["since"], row["until"], row["count"], row["delivered"], STATE_ZH[row["state"]], yes(row["late"]),
        yes(row["soft"]), yes(row["illustrative"]), row["met"], f"{row['paper']} {row['clause']}",
    )  # fmt: skip
