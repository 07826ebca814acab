"""The HTTP of referrals: a need is sent, the department that gets it answers, everybody concerned sees the ledger.

Civil affairs sends, a township's clerk for the township's families. The receiving department answers by its own token
until it has a service of its own. A department reads what it sent and what was sent to it; the district and audit
read all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from events.ids import ReferralId
from services.assistance import referring
from services.assistance.answers import Answer
from services.assistance.commands import Code, Step, Text
from services.assistance.guards import in_own_township
from services.assistance.listing import CSV, Row, behind, page, pages, rows_after, yes
from services.assistance.referral import REASON_ZH, RESULT_ZH, STATE_ZH, By, Referral, State
from services.assistance.views_referrals import NAMES
from services.chassis.auth import allow, allow_any_department
from services.chassis.commands import execute, expect
from services.chassis.departments import Department
from services.chassis.paging import CursorText, Limit, Page
from services.chassis.problems import not_allowed
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Caller
from services.chassis.views import ViewReader
from services.chassis.work import Work

CivilAffairs = Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]
Anyone = Annotated[Caller, allow_any_department()]
SEE_ALL = frozenset({Department.CIVIL_AFFAIRS, Department.DISTRICT, Department.AUDIT})
NOTE = "答复期限为示例，文件未作规定 · the limit is an example, the paper names none"
HEADINGS = (
    "转介编号", "事项", "家庭编号", "人数", "转出部门", "接收部门", "是否由区指定", "转出日期", "答复期限",
    "期限是否示例", "期限是否暂定", "状态", "是否逾期未答复", "答复日期", "退回原因", "办结日期", "结果", "依据",
)  # fmt: skip
BY_DEPARTMENT = ("接收部门", "转介件数", "待答复", "其中逾期", "已接收未办结", "已退回", "已办结", "曾逾期")

_COUNTED = ("department_zh", "all", "waiting", "late", "accepted", "returned", "closed", "was_late")


class Send(Command):
    kind: Code = Field(description="as the paper names it: medical, education, housing, drinking_water ...")
    household: UUID
    people: tuple[UUID, ...] = Field(min_length=1, max_length=100, description="whose need it is")
    case: UUID | None = Field(default=None, description="in which it was found")
    to: Department | None = Field(default=None, description="only where the paper names no department")
    need: Text | None = None
    before: UUID | None = Field(default=None, description="a referral that came back and is sent anew")


class Return(Step):
    reason: str | None = Field(default=None, max_length=40, description=", ".join(REASON_ZH))
    remarks: Text | None = None


class Close(Step):
    result: str | None = Field(default=None, max_length=40, description=", ".join(RESULT_ZH))
    remarks: Text | None = None


class ReferralAnswer(Answer):
    referral: UUID
    version: int
    kind: str
    state: State
    state_zh: str
    household: UUID
    people: tuple[UUID, ...]
    sender: str
    to: str
    to_zh: str
    sent: date
    reply_by: date | None
    overdue: bool


class ReferralLine(Answer):
    """A referral in the ledger."""

    referral: UUID
    version: int
    kind: str
    household: UUID
    people: int
    sender: str
    to: str
    to_zh: str
    named: bool = Field(description="by the district: the paper names no department")
    state: State
    state_zh: str
    sent: date
    reply_by: date | None
    illustrative: bool
    provisional: bool
    note: str | None = Field(default=None, description="said wherever an illustrative limit is shown")
    overdue: bool = Field(description="was not answered by its last day")
    answered: date | None
    closed: date | None
    reason: str | None
    result: str | None
    paper: str
    clause: str


class DepartmentLine(Answer):
    """Referrals to one department. `late`: not answered and overdue now; `was_late`: ever."""

    department: str
    department_zh: str
    all: int
    waiting: int
    late: int
    accepted: int
    returned: int
    closed: int
    was_late: int


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    return [_steps(runtime), _reading(reader)]


def _answer(work: Work, id: ReferralId) -> ReferralAnswer:
    found = referring.referral_in(work, id)
    assert found.household is not None, "a referral names its household"
    return ReferralAnswer(
        referral=UUID(int=id.int),
        version=work.version(id),
        kind=found.kind,
        state=found.state,
        state_zh=STATE_ZH[found.state],
        household=UUID(int=found.household.int),
        people=tuple(UUID(int=one.int) for one in found.people),
        sender=found.sender,
        to=found.to,
        to_zh=Department(found.to).zh,
        sent=found.sent,
        reply_by=found.reply_by,
        overdue=found.overdue,
    )


def _may_act_on(work: Work, caller: Caller, found: Referral) -> None:
    if caller.department.value not in (found.sender, found.to):
        raise not_allowed("该转介与本部门无关。", "The referral is of other departments.")
    home = work.fact("household", found.household)
    if home is not None:
        in_own_township(caller, home["township"])


def _steps(runtime: Runtime) -> APIRouter:
    router = APIRouter(prefix="/referrals", tags=["referrals"])

    def act(
        request: Request,
        caller: Caller,
        referral: UUID,
        version: int | None,
        do: Callable[[Work, ReferralId, By], None],
    ) -> ReferralAnswer:
        id = ReferralId.of(referral)

        def decide(work: Work) -> ReferralAnswer:
            _may_act_on(work, caller, referring.referral_in(work, id))
            expect(work, id, version)
            do(work, id, By(caller.department.value, caller.person))
            return _answer(work, id)

        return execute(request, runtime, caller, ReferralAnswer, decide)

    @router.post("", status_code=201)
    def send(body: Send, request: Request, caller: CivilAffairs) -> ReferralAnswer:
        """Hand a need over; the paper says to whom and by when it is to be answered."""

        def decide(work: Work) -> ReferralAnswer:
            home = work.fact("household", body.household)
            if home is not None:
                in_own_township(caller, home["township"])
            id = referring.send(
                work,
                body.kind,
                referring.need_of(body.household, body.people, body.case, body.need),
                sender=caller.department,
                to=body.to,
                before=None if body.before is None else ReferralId.of(body.before),
            )
            return _answer(work, id)

        return execute(request, runtime, caller, ReferralAnswer, decide)

    @router.post("/{referral}/acceptance")
    def accept(referral: UUID, body: Step, request: Request, caller: Anyone) -> ReferralAnswer:
        """The department takes it on."""
        return act(request, caller, referral, body.version, referring.accept)

    @router.post("/{referral}/return")
    def send_back(referral: UUID, body: Return, request: Request, caller: Anyone) -> ReferralAnswer:
        """The department does not take it on, with the reason."""

        def do(work: Work, id: ReferralId, by: By) -> None:
            referring.send_back(work, id, by, body.reason, body.remarks)

        return act(request, caller, referral, body.version, do)

    @router.post("/{referral}/result")
    def close(referral: UUID, body: Close, request: Request, caller: Anyone) -> ReferralAnswer:
        """What came of it; of one that came back, or is withdrawn unanswered, the sender says so."""

        def do(work: Work, id: ReferralId, by: By) -> None:
            referring.close(work, id, by, body.result, body.remarks)

        return act(request, caller, referral, body.version, do)

    return router


def _reading(reader: ViewReader) -> APIRouter:
    router = APIRouter(tags=["referrals"])

    def read(caller: Caller, wanted: Mapping[str, Any], after: int, limit: int) -> list[Row]:
        own = None if caller.department in SEE_ALL else ("sender", "receiver", caller.department.value)
        return rows_after(reader, "referrals", NAMES, wanted, after, limit, own)

    @router.get("/referrals")
    def list_referrals(
        caller: Anyone,
        to: Department | None = None,
        state: State | None = None,
        overdue: bool | None = None,
        household: UUID | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[ReferralLine]:
        """In the order in which they were sent: those of one's own department, or all."""
        rows = read(caller, _wanted(to, state, overdue, household), behind(cursor), limit + 1)
        return page(rows, limit, _line)

    @router.get("/referrals.csv", response_class=Response, responses=CSV)
    def export(
        caller: Anyone,
        to: Department | None = None,
        state: State | None = None,
        overdue: bool | None = None,
    ) -> Response:
        """The same list as a table; nothing personal."""
        wanted = _wanted(to, state, overdue, None)
        return table(
            "referrals",
            HEADINGS,
            map(_cells, pages(lambda after, limit: read(caller, wanted, after, limit))),
        )

    @router.get("/referral-ledger")
    def ledger(caller: Anyone) -> tuple[DepartmentLine, ...]:
        """How many each department got, and how they stand."""
        return _by_department(reader, caller)

    @router.get("/referral-ledger.csv", response_class=Response, responses=CSV)
    def ledger_table(caller: Anyone) -> Response:
        lines = _by_department(reader, caller)
        return table(
            "referral-ledger",
            BY_DEPARTMENT,
            ([getattr(one, name) for name in _COUNTED] for one in lines),
        )

    return router


def _wanted(
    to: Department | None, state: State | None, overdue: bool | None, household: UUID | None
) -> dict[str, Any]:
    return {
        "receiver": to.value if to else None,
        "state": state.value if state else None,
        "overdue": None if overdue is None else int(overdue),
        "household": None if household is None else str(household),
    }


def _by_department(reader: ViewReader, caller: Caller) -> tuple[DepartmentLine, ...]:
    sql = (
        "SELECT receiver, COUNT(*), SUM(CASE WHEN state = 'sent' THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN state = 'sent' AND overdue = 1 THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN state = 'accepted' THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN state = 'returned' THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN state = 'closed' THEN 1 ELSE 0 END), SUM(overdue)"
        " FROM {referrals} WHERE ? = '' OR receiver = ? OR sender = ? GROUP BY receiver ORDER BY receiver"
    )
    own = "" if caller.department in SEE_ALL else caller.department.value
    names = ("all", "waiting", "late", "accepted", "returned", "closed", "was_late")
    with reader.reading() as tables:
        return tuple(
            DepartmentLine(
                department=row[0],
                department_zh=Department(row[0]).zh,
                **{name: int(count) for name, count in zip(names, row[1:], strict=True)},
            )
            for row in tables.execute(sql, (own, own, own))
        )


def _line(row: Row) -> ReferralLine:
    shown = {name: row[name] for name in ReferralLine.model_fields if name in row}
    return ReferralLine.model_validate(
        shown
        | {
            "referral": row["id"],
            "to": row["receiver"],
            "to_zh": Department(row["receiver"]).zh,
            "state_zh": STATE_ZH[State(row["state"])],
            "note": NOTE if row["illustrative"] else None,
        }
    )


def _cells(row: Row) -> tuple[Any, ...]:
    return (
        row["id"], row["kind"], row["household"], row["people"], Department(row["sender"]).zh,
        Department(row["receiver"]).zh, yes(row["named"]), row["sent"], row["reply_by"], yes(row["illustrative"]),
        yes(row["provisional"]), STATE_ZH[State(row["state"])], yes(row["overdue"]), row["answered"],
        REASON_ZH.get(row["reason"], ""), row["closed"], RESULT_ZH.get(row["result"], ""),
        f"{row['paper']} {row['clause']}",
    )  # fmt: skip
