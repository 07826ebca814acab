"""A running case is suspended and resumed: its months in between are not granted. Pure.

No statute here names a procedure for 暂停; it is the office's own measure while something is cleared up, so it is whole
months, begins with a month that is not yet granted, and is undone by resuming. A reduction or an end is another thing:
a review.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from events import assistance as a
from events import casework as c
from events.sealed import Sealed
from services.assistance.days import first_of_month, first_of_next_month
from services.assistance.entitlement import may_reduce
from services.assistance.model import Case, Stage, Suspension
from services.assistance.published import Published
from services.assistance.rules import Facts, about, must_be_at
from services.chassis.refusal import Conflict, Malformed, Refused

Reason = Literal["not_cooperating", "cannot_be_reached", "means_in_doubt", "other"]


def running(case: Case, today: date) -> Suspension | None:
    """The suspension that covers a month to be granted next, or a later one."""
    last = case.suspensions[-1] if case.suspensions else None
    ended = last is None or (last.until is not None and last.until < (case.next_month or today))
    return None if ended else last


def suspend(
    case: Case,
    by: Published,
    *,
    reason: Reason,
    since: date | None,
    until: date | None,
    heard: bool,
    officer: UUID,
    acting: a.Acting | None = None,
    remarks: str | None = None,
    today: date,
) -> Facts:
    """From a month that is not granted yet (the next, if left out), to the end of another. From 2026-07-01 the family is
    heard first, as before any reduction (社会救助法 48), unless it cannot be reached."""
    must_be_at(case, Stage.GRANTED)
    if case.next_month is None:
        raise Conflict(
            "not-monthly", "一次性救助没有按月发放，无从暂停。", "Nothing is paid monthly here.", field="case"
        )
    if running(case, today) is not None:
        raise Conflict(
            "suspended", "该案件已暂停，请先恢复。", "It is suspended: resume it first.", field="case"
        )
    first = max(case.next_month, first_of_next_month(today)) if since is None else since
    if first != first_of_month(first) or first < case.next_month:
        raise Malformed(
            "not-a-month-to-come",
            f"暂停须自某月1日起，且不早于尚未核发的月份（{case.next_month.isoformat()}）。",
            f"It begins on the first of a month that is not granted yet: {case.next_month} or later.",
            field="since",
        )
    if until is not None and (until < first or until != _last_of_month(until)):
        raise Malformed(
            "until", "暂停止期须为起始月或者以后某月的最后一日。", "It ends with a month, not before it begins.",
            field="until",
        )  # fmt: skip
    if reason != "cannot_be_reached" and not may_reduce(by, today, heard):
        raise Refused(
            "family-not-heard",
            "暂停前须听取救助对象意见（社会救助法第四十八条）；听取后填写“heard”。",
            "Hear the family before its allowance is suspended, and say so.",
            field="heard",
        )
    return (
        c.Suspended(
            **about(case),
            reason=reason,
            since=first,
            until=until,
            on=today,
            officer=officer,
            acting=acting,
            remarks=Sealed.of(remarks, *case.members) if remarks else None,
        ),
    )


def resume(case: Case, *, officer: UUID, acting: a.Acting | None = None, today: date) -> Facts:
    """From the next month that is to be granted; months withheld stay so: what was owed for them is a remedy."""
    must_be_at(case, Stage.GRANTED)
    if running(case, today) is None or case.next_month is None:
        raise Conflict("not-suspended", "该案件没有暂停。", "It is not suspended.", field="case")
    return (c.Resumed(**about(case), since=case.next_month, on=today, officer=officer, acting=acting),)


def _last_of_month(day: date) -> date:
    return first_of_next_month(day) - timedelta(days=1)
