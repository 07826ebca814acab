"""Facts of what is contested and made good: administrative review, reports, arrears, money that is to come back.

One set of types for all domains, as in `events.assistance`. A decision that was contested stays in the log as it was;
the one that takes its place names it (`replaces`). Sources: 行政复议法 (2023, in force from 2024-01-01; before it the
act of 2017), 社会救助法 73, 74 and 76, 最低生活保障审核确认办法 (2021) 38.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Acting, CaseFact, Month
from events.base import Value
from events.ids import PersonId
from events.letters import LetterNumber
from events.registry import Township
from events.sealed import Sealed

Authority = Literal["district_government", "department_above"]
Outcome = Literal["upheld", "changed", "revoked", "dismissed", "withdrawn", "founded", "unfounded"]
Judgment = Literal["upheld", "changed", "revoked", "remade", "dismissed", "withdrawn"]
CHANGES = frozenset({"changed", "revoked", "remade"})
"""Outcomes by which another decision takes the place of the contested one."""
Fen = Annotated[int, Field(ge=0, le=10**12, description="in fen")]


class ContestFact(CaseFact, shape=True):
    contest: UUID


class ContestedDecision(ContestFact):
    """Somebody asks for administrative review of a decision (行政复议), or reports something about a case (举报)."""

    kind: Literal["reconsideration", "report"]
    decision: UUID | None = Field(description="id of the contested event; None for a report")
    by: PersonId | None = Field(description="of the case; None for a report, which anybody may make")
    authority: Authority | None = Field(description="who reviews it; None for a report")
    letter: LetterNumber | None = Field(default=None, description="that told of the decision")
    served: date | None = Field(
        default=None, description="day of its service; None: the period has not begun"
    )
    until: date | None = Field(default=None, description="last day of the sixty for contesting it")
    decide_by: date = Field(description="last day to decide: sixty days, moved behind days off")
    provisional: bool = Field(
        description="that day may still move: its year's working days are not published"
    )
    on: date
    officer: UUID
    statement: Sealed | None = None
    excuse: Sealed | None = Field(default=None, description="why a late one was taken on (复议法 20 II)")


class ReviewExtended(ContestFact):
    """The authority takes longer, by thirty days at the most, and has told so in writing (复议法 62)."""

    decide_by: date
    provisional: bool
    on: date
    officer: UUID


class ReviewOverdue(ContestFact):
    """The last day to decide is over."""

    decide_by: date


class ReviewDecided(ContestFact):
    """What became of it: 维持, 变更, 撤销, 驳回, 撤回; of a report whether it was founded."""

    outcome: Outcome
    decision: UUID | None = Field(description="the contested one; None for a report")
    township: Township = Field(description="where the case is")
    authority: Authority | None
    paper: str | None = Field(
        default=None,
        pattern=r"^\S{2,40}$",
        description="number of the authority's own decision (复议决定书文号)",
    )
    amount_fen: int | None = Field(
        default=None, ge=0, le=10**12, description="where changed: the sum, as the authority fixed it"
    )
    remake_since: date | None = Field(
        default=None, description="where the office has to decide anew: from when on the new decision counts"
    )
    on: date
    officer: UUID = Field(description="who recorded it")
    reason: Sealed | None = None


class LawsuitFiled(ContestFact):
    """Somebody has sued over a decision (行政诉讼), and the court has sent the office the complaint."""

    decision: UUID = Field(description="id of the contested event")
    by: PersonId
    court: str = Field(min_length=2, max_length=60, description="its name")
    docket: str | None = Field(
        default=None, pattern=r"^\S{2,60}$", description="number of the case there (案号)"
    )
    letter: LetterNumber | None = Field(default=None, description="that told of the decision")
    served: date | None = Field(default=None, description="day of its service")
    until: date | None = Field(default=None, description="end of the six months for suing (行政诉讼法 46)")
    received: date = Field(description="when the complaint reached the office")
    answer_by: date = Field(
        description="fifteen days to answer with the evidence (67), moved behind days off"
    )
    provisional: bool = Field(description="that day may still move")
    on: date
    officer: UUID
    statement: Sealed | None = None


class CourtRuled(ContestFact):
    """The court's judgment, in force: 驳回诉讼请求, 变更, 撤销, 责令重作, 驳回起诉, 撤诉 (行政诉讼法 62, 69, 70, 77)."""

    outcome: Judgment
    decision: UUID = Field(description="the contested one")
    township: Township = Field(description="where the case is")
    court: str = Field(min_length=2, max_length=60)
    paper: str | None = Field(default=None, pattern=r"^\S{2,60}$", description="number of the judgment")
    amount_fen: int | None = Field(
        default=None, ge=0, le=10**12, description="where changed: the sum, as the court fixed it"
    )
    remake_since: date | None = Field(
        default=None, description="where the office has to decide anew: from when on the new decision counts"
    )
    remake_by: date | None = Field(default=None, description="until when, where the court has set a day")
    on: date
    officer: UUID = Field(description="who recorded it")
    reason: Sealed | None = None


class FineImposed(CaseFact):
    """A fine on who obtained help by deceit: up to twice what was obtained (社会救助法 73), before 2026-07-01 once to
    three times (社会救助暂行办法 68). It is the treasury's, not the fund's."""

    fine: UUID
    person: PersonId = Field(description="of the case, on whom it is imposed")
    paper: str = Field(pattern=r"^\S{2,60}$", description="number of the office's own decision")
    orders: tuple[UUID, ...] = Field(min_length=1, description="recoveries of what was obtained by deceit")
    obtained_fen: int = Field(gt=0, le=10**12, description="what they ask for, in fen")
    amount_fen: int = Field(gt=0, le=10**13, description="in fen")
    clause: str
    heard: date = Field(description="told of it beforehand, and heard (行政处罚法 44, 45)")
    parts: int = Field(ge=1, le=120, description="in how many parts, one a month (66); 1: at once")
    first_due: date
    illustrative: bool = Field(description="whether what was obtained rests on an illustrative figure")
    on: date
    officer: UUID
    acting: Acting | None = None


class MonthDifference(Value):
    """A month as it is due by the decision that counts now, and what was had of it."""

    month: Month
    due_fen: Fen
    had_fen: Fen = Field(description="granted, with what was granted later or ordered back before")


class ArrearsGranted(CaseFact):
    """What is owed for months gone by, paid at once."""

    arrears: UUID
    months: tuple[MonthDifference, ...] = Field(min_length=1, max_length=600)
    amount_fen: int = Field(gt=0, le=10**12, description="all together, in fen")
    why: Literal["changed_decision", "suspension_lifted"]
    replaced: UUID | None = Field(default=None, description="the decision that was changed, where one was")
    next_month: date | None = Field(
        default=None, description="first of the month granted next, where they are all the months until then"
    )
    illustrative: bool = Field(description="whether a sum rests on an illustrative figure")
    on: date
    officer: UUID
    acting: Acting | None = None


class RecoveryOrdered(CaseFact):
    """What was granted and is not due is to come back (责令退回)."""

    order: UUID
    months: tuple[MonthDifference, ...] = Field(min_length=1, max_length=600)
    amount_fen: int = Field(gt=0, le=10**12, description="to come back, in fen: the difference, or less")
    why: Literal["death", "exit", "changed_decision", "fraud"]
    parts: int = Field(ge=1, le=120, description="in how many parts, one a month; 1: at once")
    first_due: date
    clause: str | None = Field(default=None, description="of the law under which it is ordered, where one is")
    illustrative: bool = Field(description="whether a sum rests on an illustrative figure")
    on: date
    officer: UUID
    acting: Acting | None = None


class RecoveryWaived(CaseFact):
    """What is still open of an ordered recovery need not come back; `revoked`: in a review of the order."""

    order: UUID
    why: Literal["hardship", "no_estate", "error_of_office", "revoked", "other"]
    on: date
    officer: UUID
    acting: Acting | None = None
    remarks: Sealed | None = None


def shares(told: RecoveryOrdered) -> list[tuple[MonthDifference, int]]:
    """What of each month comes back, in fen: the oldest months first, until the sum is reached."""
    found, left = [], told.amount_fen
    for one in told.months:
        fen = min(left, one.had_fen - one.due_fen)
        found.append((one, fen))
        left -= fen
    return found
