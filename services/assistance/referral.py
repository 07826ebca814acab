"""A need handed over to the department that can meet it: sent, accepted or returned, closed with a result. Pure.

The department answers here, or by a fact of its own service (`ReferralAnswered`) that names the referral: both come
to the same decisions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypedDict, get_args
from uuid import UUID

from events import assistance as a
from events.ids import CaseId, HouseholdId, PersonId, ReferralId
from events.sealed import Sealed
from services.assistance.limits import end_of
from services.assistance.owed import Said, department_of
from services.chassis.departments import Department
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.policy.calendars import WorkingDays
from services.policy.paper import Referral as Asked


class State(StrEnum):
    NONE = "none"
    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CLOSED = "closed"


STATE_ZH = {
    State.NONE: "不存在",
    State.SENT: "已转介，待答复",
    State.ACCEPTED: "已接收",
    State.RETURNED: "已退回",
    State.CLOSED: "已办结",
}
REASON_ZH = {
    "not_ours": "不属本部门职责",
    "not_entitled": "不符合条件",
    "incomplete": "信息不全",
    "helped_already": "已获帮扶",
    "not_found": "找不到本人",
}
RESULT_ZH = {
    "helped": "已落实帮扶",
    "not_entitled": "经核查不符合条件",
    "family_declined": "家庭不需要",
    "passed_on": "已另行转介",
    "need_gone": "困难已消除",
    "withdrawn": "转出部门撤回",
}
RESULTS, REASONS = get_args(a.ReferralResult), get_args(a.ReturnReason)


@dataclass(frozen=True, slots=True)
class Referral:
    id: ReferralId | None = None
    state: State = State.NONE
    kind: str = ""
    household: HouseholdId | None = None
    people: tuple[PersonId, ...] = ()
    case: CaseId | None = None
    sender: str = ""
    to: str = ""
    sent: date = date.min
    reply_by: date | None = None
    overdue: bool = False


REFERRAL: Fold[Referral] = Fold(Referral())


@REFERRAL.on(a.ReferralSent)
def _sent(state: Referral, fact: a.ReferralSent) -> Referral:
    return Referral(
        id=fact.referral,
        state=State.SENT,
        kind=fact.kind,
        household=fact.household,
        people=fact.people,
        case=fact.case,
        sender=fact.sender,
        to=fact.to,
        sent=fact.on,
        reply_by=fact.reply_by,
    )


@REFERRAL.on(a.ReferralAccepted)
def _accepted(state: Referral, fact: a.ReferralAccepted) -> Referral:
    return replace(state, state=State.ACCEPTED)


@REFERRAL.on(a.ReferralReturned)
def _returned(state: Referral, fact: a.ReferralReturned) -> Referral:
    return replace(state, state=State.RETURNED)


@REFERRAL.on(a.ReferralClosed)
def _closed(state: Referral, fact: a.ReferralClosed) -> Referral:
    return replace(state, state=State.CLOSED)


@REFERRAL.on(a.ReferralOverdue)
def _overdue(state: Referral, fact: a.ReferralOverdue) -> Referral:
    return replace(state, overdue=True)


class About(TypedDict):
    referral: ReferralId
    kind: str
    household: HouseholdId
    people: tuple[PersonId, ...]
    case: CaseId | None


@dataclass(frozen=True, slots=True)
class By:
    """Who answers: the department, the member of staff, and the department's own event where it came by one."""

    department: str
    officer: UUID | None = None
    cause: UUID | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Whose, and found in which case."""

    household: HouseholdId
    people: tuple[PersonId, ...]
    case: CaseId | None = None
    text: str | None = None


def about(state: Referral) -> About:
    if state.id is None or state.household is None:
        raise NotFound("未找到该转介。", "There is no such referral.", field="referral")
    return About(
        referral=state.id, kind=state.kind, household=state.household, people=state.people, case=state.case
    )


def receiver(said: Said[Asked], named: Department | None) -> Department:
    """As the paper says; where it names no department the district must, and elsewhere it may not choose another."""
    by_paper = department_of(said.part.to)
    if by_paper is None and named is None:
        raise Refused(
            "receiver-required",
            f"{said.paper.identity.number}未规定由哪个部门办理，须由区里指定接收部门。",
            "The paper names no department for this need: name the one that the district has chosen.",
            field="to",
        )
    if by_paper is not None and named not in (None, by_paper):
        raise Refused(
            "receiver-by-paper",
            f"该事项按{said.paper.identity.number}转{by_paper.zh}。",
            f"By the paper this goes to {by_paper}.",
            field="to",
        )
    chosen = by_paper or named
    assert chosen is not None, "one of the two is named"
    return chosen


def send(
    id: ReferralId,
    said: Said[Asked],
    need: Need,
    *,
    sender: str,
    named: Department | None = None,
    days: WorkingDays,
    today: date,
    before: ReferralId | None = None,
    cause: UUID | None = None,
) -> a.ReferralSent:
    """By the paper's referral; the limit runs from today."""
    to = receiver(said, named)
    limit = said.part.reply_within
    reply_by, provisional = (None, False) if limit is None else end_of(days, limit, today)
    return a.ReferralSent(
        referral=id,
        kind=said.part.referral,
        household=need.household,
        people=need.people,
        case=need.case,
        sender=sender,
        to=to.value,
        named=department_of(said.part.to) is None,
        on=today,
        reply_by=reply_by,
        provisional=provisional,
        illustrative=limit is not None and limit.status == "illustrative",
        need=Sealed.of(need.text, *need.people) if need.text else None,
        paper=said.cited,
        before=before,
        cause=cause,
    )


def accept(state: Referral, by: By, *, today: date) -> a.ReferralAccepted:
    _must_be_addressed(state, by)
    _must_be(state, State.SENT)
    return a.ReferralAccepted(**about(state), on=today, officer=by.officer, cause=by.cause)


def send_back(
    state: Referral, by: By, *, reason: str | None, remarks: str | None = None, today: date
) -> a.ReferralReturned:
    """The department does not take it on; also one that it had taken on."""
    _must_be_addressed(state, by)
    _must_be(state, State.SENT, State.ACCEPTED)
    return a.ReferralReturned(
        **about(state),
        reason=_one_of(reason, REASONS, "reason", "退回须写明原因。", "Say why it is returned."),
        on=today,
        officer=by.officer,
        remarks=_sealed(state, remarks),
        cause=by.cause,
    )


def close(
    state: Referral, by: By, *, result: str | None, remarks: str | None = None, today: date
) -> a.ReferralClosed:
    """By the department that took it on; by the sender where it came back, or is taken back unanswered."""
    about(state)
    told = _one_of(result, RESULTS, "result", "办结须写明结果。", "It is closed only with a result.")
    taken_back = told == "withdrawn" and state.state is State.SENT
    if by.department != state.sender or not (taken_back or state.state is State.RETURNED):
        _must_be_addressed(state, by)
        _must_be(state, State.ACCEPTED)
    return a.ReferralClosed(
        **about(state),
        result=told,
        by=by.department,
        on=today,
        officer=by.officer,
        remarks=_sealed(state, remarks),
        cause=by.cause,
    )


def miss(state: Referral, *, today: date) -> a.ReferralOverdue:
    """The last day has passed unanswered."""
    assert state.reply_by is not None, "only a referral with a last day falls due"
    return a.ReferralOverdue(**about(state), to=state.to, reply_by=state.reply_by, on=today)


def follow(state: Referral, fact: a.ReferralAnswered, by: By, *, today: date) -> a.ReferralFact:
    """The answer that another service recorded; one that comes too late or does not fit is kept and not used."""
    try:
        if fact.answer == "accepted":
            return accept(state, by, today=today)
        if fact.answer == "returned":
            return send_back(state, by, reason=fact.reason, today=today)
        return close(state, by, result=fact.result, today=today)
    except Refused as refused:
        assert by.cause is not None, "it came by an event"
        return a.ReferralAnswerNotUsed(**about(state), answer=fact.answer, why=refused.slug, cause=by.cause)


def _must_be(state: Referral, *states: State) -> None:
    if state.state not in states:
        raise Conflict(
            "wrong-step",
            f"该转介当前“{STATE_ZH[state.state]}”，不能办理此步骤。",
            f"The referral is `{state.state}`; this step is not open.",
            field="referral",
        )


def _must_be_addressed(state: Referral, by: By) -> None:
    about(state)
    if by.department != state.to:
        raise Refused(
            "not-addressed",
            "该转介不是发给本部门的。",
            "The referral is addressed to another department.",
            field="referral",
        )


def _one_of(told: str | None, known: tuple[Any, ...], field: str, zh: str, en: str) -> Any:
    """One of the codes that events know."""
    found = next((one for one in known if one == told), None)
    if found is None:
        raise Malformed(f"{field}-required", zh, en, field=field)
    return found


def _sealed(state: Referral, text: str | None) -> Sealed | None:
    return Sealed.of(text, *state.people) if text else None
