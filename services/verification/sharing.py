"""What a department agreed to deliver: asked for, granted or refused, delivered, late, over (V2). Pure, then as taken.

The limits are the law's: reply within 1 working day, 10 where sharing is conditional; deliver within 20 of the reply
(政务数据共享条例 21, 22). After the first file the next is due by the agreed months.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from events import verification as v
from events.base import Recorded
from events.ids import AgreementId
from services.assistance.days import months_after
from services.chassis.departments import Department
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, NotFound, Refused
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.policy.keeping import working_days
from services.verification.limits import DELIVER, REPLY, REPLY_CONDITIONAL
from services.verification.sources import EVERY, ID_NUMBER, SOURCES

REPLY_DUE, FEED_DUE, OVER = "share-reply", "feed", "share-over"


class State(StrEnum):
    NONE = "none"
    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Agreement:
    """`due`: last day for what comes next, the reply or a file; `as_of`: of the newest file."""

    state: State = State.NONE
    source: v.Source = "vehicles"
    department: str = ""
    fields: tuple[str, ...] = ()
    every_months: int = 3
    floor_fen: int = 0
    until: date = date.max
    due: date = date.max
    as_of: date | None = None


AGREEMENT: Fold[Agreement] = Fold(Agreement())


@AGREEMENT.on(v.ShareRequested)
def _requested(was: Agreement, fact: v.ShareRequested) -> Agreement:
    return Agreement(
        State.REQUESTED, fact.source, fact.department, fact.fields, fact.every_months, fact.floor_fen, fact.until,
        fact.reply_by,
    )  # fmt: skip


@AGREEMENT.on(v.ShareGranted)
def _granted(was: Agreement, fact: v.ShareGranted) -> Agreement:
    return replace(was, state=State.GRANTED, due=fact.deliver_by)


@AGREEMENT.on(v.ShareRefused)
def _refused(was: Agreement, fact: v.ShareRefused) -> Agreement:
    return replace(was, state=State.REFUSED)


@AGREEMENT.on(v.ShareEnded)
def _ended(was: Agreement, fact: v.ShareEnded) -> Agreement:
    return replace(was, state=State.ENDED)


@AGREEMENT.on(v.FeedReceived)
def _received(was: Agreement, fact: v.FeedReceived) -> Agreement:
    return replace(was, due=fact.next_by, as_of=fact.as_of if fact.current else was.as_of)


# -- as taken ----------------------------------------------------------------------------------------------


def agreement(work: Work, identifier: AgreementId, *states: State) -> Agreement:
    """NotFound where there is none; Conflict where it is in another state."""
    found = work.load(AGREEMENT, identifier)
    if found.state is State.NONE:
        raise NotFound("没有该共享协议。", "There is no such agreement.", field="agreement")
    if states and found.state not in states:
        raise Conflict(
            "agreement-state", f"共享协议目前为“{WORDS[found.state]}”。", f"The agreement is {found.state}.",
            field="agreement",
        )  # fmt: skip
    return found


def in_force(work: Work) -> dict[v.Source, AgreementId]:
    """The agreement of each source that delivers now."""
    return {source: AgreementId(found) for source in EVERY if (found := work.fact("share", source))}


def request(
    work: Work,
    source: v.Source,
    fields: Sequence[str],
    officer: UUID,
    *,
    conditional: bool,
    every_months: int,
    floor_fen: int,
    until: date,
) -> AgreementId:
    """Ask a department. Refused where fields are asked for that the purpose does not need."""
    declared = SOURCES[source]
    beyond = sorted({*fields} - {ID_NUMBER, *declared.columns})
    if beyond or ID_NUMBER not in fields or len(set(fields)) != len(fields):
        raise Refused(
            "fields-beyond-need",
            f"只能申请核对所需的数据项：{ID_NUMBER}、{'、'.join(declared.columns)}。",
            f"Only what the purpose needs, the ID number among it: {ID_NUMBER}, {', '.join(declared.columns)}.",
            field="fields",
        )
    if until <= work.today:
        raise Refused("until", "期限须在今天以后。", "The agreement has to end after today.", field="until")
    identifier = work.new(AgreementId)
    limit = REPLY_CONDITIONAL if conditional else REPLY
    reply_by, provisional = working_days(work).after(work.today, limit)
    work.record(
        identifier,
        v.ShareRequested(
            agreement=identifier, source=source, department=declared.department.value, purpose="means_check",
            fields=tuple(fields), conditional=conditional, every_months=every_months, floor_fen=floor_fen,
            until=until, reply_by=reply_by, provisional=provisional, officer=officer,
        ),
    )  # fmt: skip
    return identifier


def grant(work: Work, identifier: AgreementId, officer: UUID) -> None:
    """One agreement a source at a time."""
    found = agreement(work, identifier, State.REQUESTED)
    if work.fact("share", found.source) is not None:
        raise Conflict(
            "source-shared", "该数据源已有共享协议，请先终止。", "Another agreement of the source runs: end it first.",
            field="agreement",
        )  # fmt: skip
    deliver_by, provisional = working_days(work).after(work.today, DELIVER)
    work.record(
        identifier,
        v.ShareGranted(
            agreement=identifier, source=found.source, on=work.today, late=work.today > found.due,
            deliver_by=deliver_by, provisional=provisional, officer=officer,
        ),
    )  # fmt: skip


def refuse(work: Work, identifier: AgreementId, reason: Any, officer: UUID) -> None:
    found = agreement(work, identifier, State.REQUESTED)
    late = work.today > found.due
    said = {"on": work.today, "late": late, "reason": reason, "officer": officer}
    work.record(identifier, v.ShareRefused(agreement=identifier, source=found.source, **said))


def end(work: Work, identifier: AgreementId, reason: Any) -> None:
    found = agreement(work, identifier, State.GRANTED)
    work.record(
        identifier, v.ShareEnded(agreement=identifier, source=found.source, on=work.today, reason=reason)
    )


def next_by(found: Agreement, as_of: date, today: date) -> date:
    """Last day for the next file: so many months after this one, however old its data are."""
    return months_after(max(as_of, today), found.every_months)


def departments(work: Work) -> tuple[str, ...]:
    """Every department that delivers now."""
    found = {agreement(work, one).department for one in in_force(work).values()}
    return tuple(sorted(found | ({Department.CIVIL_AFFAIRS.value} if found else set())))


# -- kept, and due ------------------------------------------------------------------------------------------


def keep_sharing(service: Service) -> None:
    service.stream(AgreementId, AGREEMENT)
    service.keep(v.ShareRequested)(_reply_due)
    service.keep(v.ShareGranted)(_delivery_due)
    service.keep(v.FeedReceived)(_next_due)
    service.keep(v.ShareReplyOverdue)(lambda shelf, fact: shelf.forget(REPLY_DUE, fact.data.agreement))
    service.keep(v.FeedOverdue)(lambda shelf, fact: shelf.forget(FEED_DUE, fact.data.agreement))
    service.keep(v.ShareRefused, v.ShareEnded)(_over)
    service.due(REPLY_DUE)(no_reply)
    service.due(FEED_DUE)(no_feed)
    service.due(OVER)(lambda work, identifier: end(work, identifier, "period_over"))


def _reply_due(shelf: Shelf, fact: Recorded[v.ShareRequested]) -> None:
    shelf.remind(fact.data.reply_by + timedelta(days=1), REPLY_DUE, fact.data.agreement)
    shelf.put("share-until", fact.data.agreement, fact.data.until.isoformat())


def _delivery_due(shelf: Shelf, fact: Recorded[v.ShareGranted]) -> None:
    told = fact.data
    shelf.forget(REPLY_DUE, told.agreement)
    shelf.remind(told.deliver_by + timedelta(days=1), FEED_DUE, told.agreement)
    until = date.fromisoformat(str(shelf.get("share-until", told.agreement)))
    shelf.remind(until + timedelta(days=1), OVER, told.agreement)


def _next_due(shelf: Shelf, fact: Recorded[v.FeedReceived]) -> None:
    shelf.remind(fact.data.next_by + timedelta(days=1), FEED_DUE, fact.data.agreement)


def _over(shelf: Shelf, fact: Recorded[v.ShareRefused | v.ShareEnded]) -> None:
    for kind in (REPLY_DUE, FEED_DUE, OVER):
        shelf.forget(kind, fact.data.agreement)
    shelf.drop("share-until", fact.data.agreement)


def no_reply(work: Work, identifier: AgreementId) -> None:
    found = work.load(AGREEMENT, identifier)
    said = {"reply_by": found.due, "on": work.today}
    work.record(identifier, v.ShareReplyOverdue(agreement=identifier, source=found.source, **said))


def no_feed(work: Work, identifier: AgreementId) -> None:
    found = work.load(AGREEMENT, identifier)
    said = {"deliver_by": found.due, "on": work.today}
    work.record(identifier, v.FeedOverdue(agreement=identifier, source=found.source, **said))


WORDS = {
    State.NONE: "不存在", State.REQUESTED: "待答复", State.GRANTED: "共享中", State.REFUSED: "不予共享",
    State.ENDED: "已终止",
}  # fmt: skip
