"""Contests: who may contest what until when, and what may be decided on them. Pure.

行政复议法 (2023): sixty days from the day on which the decision became known, that is from its service (20); the county's
government reviews what its departments and townships decide (24), before 2024 the department above could as well (act of
2017, 12); decided within sixty days, thirty more at the most (62); not to the applicant's disadvantage (63); the same
decision once (30). A report is closed within sixty days (信访工作条例 34, of those that come in as petitions).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from events import remedies as m
from events.ids import PersonId
from events.letters import LetterIssued, LetterServed
from events.sealed import Sealed
from services.assistance.letters.serving import remedies_from
from services.assistance.model import Case
from services.assistance.remedies.state import Contest, Decided
from services.assistance.rules import Facts, about
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.policy.calendars import WorkingDays

DECIDE_DAYS = 60
EXTEND_DAYS = 30
NEW_LAW = date(2024, 1, 1)
REVIEW_OUTCOMES = frozenset({"upheld", "changed", "revoked", "dismissed", "withdrawn"})
REPORT_OUTCOMES = frozenset({"founded", "unfounded", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Told:
    """How a decision was told, as far as it was; `None`: no letter of it was issued, or it was not served."""

    letter: LetterIssued | None
    served: LetterServed | None


def contest(
    case: Case,
    id: UUID,
    first: Decided,
    told: Told,
    days: WorkingDays,
    *,
    by: PersonId,
    authority: m.Authority,
    on: date,
    today: date,
    officer: UUID,
    statement: str | None = None,
    excuse: str | None = None,
) -> Facts:
    """`excuse`: why the authority took a late one on (20 II); without it a late one is refused."""
    whose = about(case)
    must_be_contestable(case, first, by)
    must_be_a_day(on, first.on, today)
    if authority == "department_above" and on >= NEW_LAW:
        raise Refused(
            "not-the-authority",
            "自2024年1月1日起，对区级部门、乡镇的决定由区人民政府复议（行政复议法第二十四条）。",
            "From 2024 on the district's government reviews it (administrative review law, 24).",
            field="authority",
        )
    served = None if told.served is None else told.served.on
    until = None if served is None else remedies_from(served, days).reconsideration
    if served is not None and until is not None and on > until and not excuse:
        raise Refused(
            "contest-late",
            f"决定书于{served.isoformat()}送达，申请期限六十日至{until.isoformat()}届满（行政复议法第二十条）。",
            f"The letter was served on {served}; the sixty days ended on {until}.",
            field="on",
        )
    last, provisional = days.after(on + timedelta(days=DECIDE_DAYS), 0)
    return (
        m.ContestedDecision(
            **whose,
            contest=id,
            kind="reconsideration",
            decision=first.id,
            by=by,
            authority=authority,
            letter=None if told.letter is None else told.letter.number,
            served=served,
            until=until,
            decide_by=last,
            provisional=provisional,
            on=on,
            officer=officer,
            statement=sealed(case, statement),
            excuse=sealed(case, excuse) if until is not None and on > until else None,
        ),
    )


def must_be_contestable(case: Case, first: Decided, by: PersonId) -> None:
    """By somebody of the case, and in one place at a time (行政复议法 29)."""
    if by not in (*case.members, *first.members, case.applicant):
        raise Refused(
            "not-of-the-case",
            "申请人不是本案的当事人，不能就本案决定申请行政复议或者提起诉讼；反映问题请按举报登记。",
            "Whoever contests a decision is of the case; of others a report is taken down.",
            field="by",
        )
    if case.remedies.of(first.id) is not None:
        raise Conflict(
            "contested-already",
            "该决定已在复议或者诉讼中。",
            "This decision is being reviewed, or is before the court.",
            field="decision",
        )


def report(
    case: Case,
    id: UUID,
    days: WorkingDays,
    *,
    on: date,
    today: date,
    officer: UUID,
    statement: str | None = None,
) -> Facts:
    """Anybody says that something is wrong in a case."""
    whose = about(case)
    must_be_a_day(on, case.applied, today)
    last, provisional = days.after(on + timedelta(days=DECIDE_DAYS), 0)
    return (
        m.ContestedDecision(
            **whose,
            contest=id,
            kind="report",
            decision=None,
            by=None,
            authority=None,
            decide_by=last,
            provisional=provisional,
            on=on,
            officer=officer,
            statement=sealed(case, statement),
        ),
    )


def extend(case: Case, id: UUID, days: WorkingDays, *, today: date, officer: UUID) -> Facts:
    """By thirty days, once, while the sixty run (62)."""
    found = open_contest(case, id)
    if found.kind != "reconsideration" or found.extended or today > found.decide_by:
        raise Conflict(
            "not-to-extend",
            "期限已延长过、已届满，或者不是行政复议。",
            "It was extended already, is over, or is no review.",
            field="contest",
        )
    last, provisional = days.after(found.on + timedelta(days=DECIDE_DAYS + EXTEND_DAYS), 0)
    return (
        m.ReviewExtended(
            **about(case), contest=id, decide_by=last, provisional=provisional, on=today, officer=officer
        ),
    )


def overdue(case: Case, today: date) -> Facts:
    """Of every contest whose last day is over; told once, by the reminder."""
    return tuple(
        m.ReviewOverdue(**about(case), contest=one.id, decide_by=one.decide_by)
        for one in case.remedies.contests
        if one.decide_by < today and one.kind != "lawsuit"
    )


def decide(
    case: Case,
    id: UUID,
    outcome: m.Outcome,
    first: Decided | None,
    *,
    paper: str | None,
    amount_fen: int | None,
    on: date,
    today: date,
    officer: UUID,
    remake_since: date | None,
    reason: str | None = None,
) -> Facts:
    """`first`: the contested decision; None of a report."""
    found = open_contest(case, id)
    must_be_a_day(on, found.on, today)
    if found.kind == "lawsuit":
        raise Conflict(
            "before-the-court",
            "该事项为行政诉讼，请登记法院判决。",
            "This is before the court: record its judgment.",
            field="contest",
        )
    allowed = REPORT_OUTCOMES if found.kind == "report" else REVIEW_OUTCOMES
    if outcome not in allowed:
        raise Malformed(
            "outcome", "该结果不适用于此类事项。", "Not an outcome of such a matter.", field="outcome"
        )
    if found.kind == "reconsideration" and outcome != "withdrawn" and not paper:
        raise Malformed(
            "review-paper",
            "须填写复议决定书文号。",
            "Say the number of the authority's decision.",
            field="paper",
        )
    must_fit(outcome, amount_fen, first)
    return (
        m.ReviewDecided(
            **about(case),
            contest=id,
            outcome=outcome,
            decision=found.decision,
            township=case.township,
            authority=found.authority,
            paper=paper,
            amount_fen=amount_fen,
            remake_since=remake_since,
            on=on,
            officer=officer,
            reason=sealed(case, reason),
        ),
    )


def must_fit(outcome: m.Outcome | m.Judgment, amount_fen: int | None, first: Decided | None) -> None:
    """A change names a sum, and one that is better for the applicant than the decision was; nothing else names one."""
    if (outcome == "changed") != (amount_fen is not None):
        raise Malformed(
            "review-sum",
            "变更决定须填写变更后的金额，其他结果不填。",
            "A change names the sum; nothing else does.",
            field="amount_fen",
        )
    if outcome != "changed" or first is None or amount_fen is None:
        return
    if first.kind in ("Suspended", "RecoveryOrdered", "FineImposed"):
        raise Malformed(
            "outcome",
            "对暂停、追回、罚款只登记维持或者撤销。",
            "A suspension, an order to pay back or a fine is upheld or revoked.",
            field="outcome",
        )
    if amount_fen <= (first.amount_fen or 0):
        raise Refused(
            "worse-for-applicant",
            "变更决定不得对申请人更为不利，金额须高于原决定（行政复议法第六十三条、行政诉讼法第七十七条）。",
            "A change is not to the applicant's disadvantage: the sum is above that of the decision.",
            field="amount_fen",
        )


def open_contest(case: Case, id: UUID) -> Contest:
    about(case)
    found = case.remedies.contest(id)
    if found is None:
        raise NotFound("没有待决的该事项。", "Nothing of that id waits for a decision.", field="contest")
    return found


def must_be_a_day(on: date, first: date, today: date, field: str = "on") -> None:
    if not first <= on <= today:
        raise Malformed(
            "day",
            f"日期须在{first.isoformat()}至今天之间。",
            f"The day lies between {first} and today.",
            field=field,
        )


def sealed(case: Case, text: str | None) -> Sealed | None:
    return Sealed.of(text, *case.members) if text else None
