"""What is sent and what is answered about remedies, and the words for it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Month
from events.ids import CaseId
from events.remedies import Authority, Judgment, Outcome
from services.assistance.answers import Amount, Answer
from services.assistance.commands import Step, Text
from services.assistance.steps import case_of
from services.chassis.work import Work

KIND_ZH = {"reconsideration": "行政复议", "report": "举报", "lawsuit": "行政诉讼"}
STATE_ZH = {"open": "未决", "overdue": "逾期未决", "decided": "已决"}
OUTCOME_ZH = {
    "upheld": "维持", "changed": "变更", "revoked": "撤销", "dismissed": "驳回", "withdrawn": "撤回",
    "founded": "属实", "unfounded": "不属实", "remade": "撤销并责令重新作出",
}  # fmt: skip
DECISION_ZH = {
    "SubsidyGranted": "予以确认", "Declined": "不予确认", "Adjusted": "调整金额", "Exited": "终止", "Suspended": "暂停",
    "RecoveryOrdered": "责令退回", "FineImposed": "罚款",
}  # fmt: skip
Paper = Annotated[str, Field(pattern=r"^\S{2,40}$")]


class ContestBody(Step):
    """A member of the case asks for review of one of its decisions."""

    decision: UUID = Field(description="as `/cases/{case}/decisions` names it")
    by: UUID = Field(description="who asks: a member of the case, or the applicant")
    authority: Authority = "district_government"
    on: date | None = Field(default=None, description="the day on which it was asked for; today if left out")
    statement: Text | None = None
    excuse: Text | None = Field(default=None, description="why the authority took on a late one")


class ReportBody(Step):
    """Somebody reports something about the case."""

    on: date | None = None
    statement: Text | None = None


class DecideBody(Step):
    """What became of a contest or a report."""

    outcome: Outcome
    paper: Paper | None = Field(default=None, description="number of the authority's decision")
    amount_fen: Annotated[int, Field(gt=0, le=10**12)] | None = Field(
        default=None, description="where changed: the sum as the authority fixed it, in fen"
    )
    on: date | None = None
    reason: Text | None = None


class LawsuitBody(Step):
    """A court has sent the complaint of somebody of the case over one of its decisions."""

    decision: UUID = Field(description="as `/cases/{case}/decisions` names it")
    by: UUID = Field(description="the plaintiff: a member of the case, or the applicant")
    court: str = Field(min_length=2, max_length=60)
    docket: Paper | None = Field(default=None, description="number of the case at the court (案号)")
    received: date | None = Field(
        default=None, description="when the complaint reached the office; today if left out"
    )
    statement: Text | None = None


class RulingBody(Step):
    """The judgment, once it is in force."""

    outcome: Judgment
    paper: Paper | None = Field(default=None, description="number of the judgment")
    amount_fen: Annotated[int, Field(gt=0, le=10**12)] | None = Field(
        default=None, description="where changed: the sum as the court fixed it, in fen"
    )
    remake_by: date | None = Field(default=None, description="where remade: until when, if the court says so")
    on: date | None = None
    reason: Text | None = None


class FineBody(Step):
    """A fine for what was obtained by deceit and ordered back."""

    person: UUID
    paper: Paper = Field(description="number of the office's decision (处罚决定书文号)")
    amount_fen: int = Field(gt=0, le=10**13, description="in fen")
    heard: date = Field(description="when the person was told of it and heard")
    parts: int = Field(default=1, ge=1, le=120, description="one a month")
    first_due: date | None = None


class OrderBody(Step):
    """What was had above what is due comes back; how much is worked out, or less is asked for."""

    months: tuple[Month, ...] = Field(default=(), max_length=600, description="all, if left out")
    amount_fen: Annotated[int, Field(le=10**12)] | None = Field(
        default=None, description="less than all of it, in fen"
    )
    parts: int = Field(default=1, ge=1, le=120, description="one a month")
    first_due: date | None = None


class WaiveBody(Step):
    why: Literal["hardship", "no_estate", "error_of_office", "other"]
    remarks: Text | None = None


class FraudBody(Step):
    """A decision is taken back that was obtained by deceit."""

    decision: UUID
    since: date | None = Field(default=None, description="first of a month; from its own day, if left out")
    heard: date | None = Field(default=None, description="when the family's views were heard")


class ContestAnswer(Answer):
    contest: UUID
    served: date | None = Field(description="null: the period of sixty days has not begun")
    until: date | None
    decide_by: date
    provisional: bool


def open_contest(work: Work, case: CaseId, contest: UUID) -> ContestAnswer:
    found = case_of(work, case).remedies.contest(contest)
    assert found is not None, "it was just told"
    return ContestAnswer(
        contest=contest,
        served=found.served,
        until=found.until,
        decide_by=found.decide_by,
        provisional=found.provisional,
    )


class FineAnswer(Answer):
    """A fine, in fen, beside what was obtained."""

    fine: UUID
    amount_fen: int
    obtained_fen: int
    clause: str


class MonthLine(Answer):
    month: str
    due_fen: int
    had_fen: int


class OrderAnswer(Answer):
    """An order, or arrears: in fen, with the months that it is made of."""

    id: UUID
    amount_fen: int
    months: tuple[MonthLine, ...]


class DecisionLine(Answer):
    """A decision of the case. The one that another took the place of stays, and names it in `replaced_by`."""

    id: UUID
    kind: str
    kind_zh: str
    on: date
    since: date
    amount: Amount | None
    reason: str
    replaces: UUID | None
    replaced_by: UUID | None
    letter: str | None
    served: date | None


class ContestLine(Answer):
    """A contest in the list. Of a lawsuit `authority` is the court, and `decide_by` until when the office answers."""

    contest: UUID
    case: UUID
    programme: str
    township: str
    kind: str
    kind_zh: str
    authority: str | None
    decision: UUID | None
    letter: str | None
    served: date | None
    until: date | None
    lodged: date
    decide_by: date
    provisional: bool
    state: str
    state_zh: str
    outcome: str | None
    outcome_zh: str | None
    decided: date | None
