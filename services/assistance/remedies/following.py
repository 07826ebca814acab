"""The decision that takes the place of a contested one, and what the office has to decide anew. Pure.

A change is carried out as the authority fixed it; where a decision is revoked, what counted before it counts again, and
where nothing did, the office decides anew (行政复议法 63, 64, 77). The first decision stays in the log.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from events import assistance as a
from events import casework as c
from events import remedies as m
from events.sealed import Sealed
from services.assistance import instalments
from services.assistance.days import first_of_next_month, months_after
from services.assistance.entitlement import end, must_be_heard
from services.assistance.model import REMEDY, Case, Stage
from services.assistance.published import Published
from services.assistance.remedies import settling
from services.assistance.remedies.difference import month_after
from services.assistance.remedies.state import Decided
from services.assistance.rules import Facts, about, about_those, grounds, must_be_at
from services.assistance.terms import terms_of
from services.chassis.refusal import Malformed, Refused

DEPARTS = "执行行政复议决定或者法院判决"
FRAUD = "fraud"


def remade_since(case: Case, first: Decided, outcome: str) -> date | None:
    """From when a decision counts that the office has to make anew; None where nothing has to be."""
    if outcome not in ("revoked", "remade"):
        return None
    if first.kind == "Declined" and case.stage is Stage.DECLINED:
        return first_of_next_month(first.on)
    monthly = first.kind == "SubsidyGranted" and first.period == "month"
    return first.since if monthly and case.stage is Stage.GRANTED else None


def instead(
    case: Case,
    by: Published,
    first: Decided,
    before_fen: int,
    fact: m.ReviewDecided | m.CourtRuled,
    *,
    officer: UUID,
    acting: a.Acting | None,
    today: date,
) -> Facts:
    """What is decided in its place at once; nothing where the decision stands, or is made anew later. `before_fen`: what
    counted before it."""
    if fact.outcome not in m.CHANGES:
        return ()
    match first.kind:
        case "Suspended":
            return _resumed(case, first, officer, acting, today)
        case "RecoveryOrdered" | "FineImposed" if first.order is not None:
            return settling.waive(case, first.order, "revoked", officer=officer, acting=acting, today=today)
        case "Exited" if case.once is not None:
            return (_adjusted(case, by, first, before_fen, today),)
        case "Declined" | "Exited" if fact.outcome == "changed" or first.kind == "Exited":
            amount = before_fen if fact.amount_fen is None else fact.amount_fen
            return _granted(case, by, first, amount, officer, acting, today)
        case "Adjusted" | "SubsidyGranted" if fact.outcome == "changed" or first.kind == "Adjusted":
            amount = before_fen if fact.amount_fen is None else fact.amount_fen
            return (_adjusted(case, by, first, amount, today),)
    return ()


def _resumed(
    case: Case, first: Decided, officer: UUID, acting: a.Acting | None, today: date
) -> tuple[a.CaseFact, ...]:
    """A suspension that still runs ends with the month to be granted next."""
    running = [one for one in case.suspensions if one.since == first.since]
    over = not running or (running[-1].until is not None and running[-1].until < (case.next_month or today))
    if over or case.stage is not Stage.GRANTED or case.next_month is None:
        return ()
    return (c.Resumed(**about(case), since=case.next_month, on=today, officer=officer, acting=acting),)


def _adjusted(case: Case, by: Published, first: Decided, amount_fen: int, today: date) -> a.Adjusted:
    """Also of what was granted once: the sum is another from the day of its grant on. Whom an adjustment left out is
    admitted again."""
    before = case.admitted_in(first.since - timedelta(days=1)) if first.kind == "Adjusted" else case.admitted
    return a.Adjusted(
        **about_those(case, before),
        amount_fen=amount_fen,
        since=first.since if case.once is None else case.amounts[0][0],
        reason=REMEDY,
        grounds=grounds(case, by, "adjust", today, (REMEDY,)),
        replaces=first.id,
    )


def _granted(
    case: Case,
    by: Published,
    first: Decided,
    amount_fen: int,
    officer: UUID,
    acting: a.Acting | None,
    today: date,
) -> Facts:
    """Of a refusal: as if it had been granted that day. Of an end: as if the case had gone on."""
    if amount_fen <= 0:
        raise Refused(
            "amount-missing", "须写明复议决定确定的金额。", "Say the sum that was fixed.", field="amount_fen"
        )
    must_be_at(case, Stage.DECLINED, Stage.EXITED)
    terms = terms_of(by.rule(today))
    monthly = terms.period == "month" and terms.fund is not None
    since = first.since if first.kind == "Exited" else first_of_next_month(first.on) if monthly else today
    months = by.proceeding(case.basis, today).review_months(False)
    advice = case.inquiry.recommendation
    granted = a.SubsidyGranted(
        **about_those(case, advice.admitted if first.kind == "Declined" and advice else case.admitted),
        amount_fen=amount_fen,
        period=terms.period,
        since=since,
        confirmed=today,
        officer=officer,
        acting=acting,
        departs=Sealed.of(DEPARTS, *case.members),
        review_on=months_after(today, months) if monthly else None,
        grounds=grounds(case, by, "grant", today, (REMEDY,)),
        replaces=first.id,
        next_month=_next_month(case, since) if monthly else None,
    )
    if monthly:
        return (granted,)
    return (granted, *instalments.plan(case, amount_fen, (), paid_once=terms.period == "once", today=today))


def _next_month(case: Case, since: date) -> date | None:
    """Not before the months that were granted in spite of the end."""
    behind = month_after(case)
    return behind if behind is not None and behind > since else None


def ended_for_fraud(
    case: Case, by: Published, first: Decided, *, since: date | None, heard: date | None, today: date
) -> Facts:
    """The office itself takes a decision back that was obtained by deceit (社会救助法 73): nothing is due from its day, or
    a later one, on; of what is granted once nothing at all, also when it is paid. From 2026-07-01 the family is heard
    first (48)."""
    once = case.once is not None
    must_be_at(case, Stage.GRANTED, *((Stage.EXITED,) if once else ()))
    if first.kind not in ("SubsidyGranted", "Adjusted"):
        raise Refused(
            "nothing-granted", "该决定没有给予救助。", "That decision granted nothing.", field="decision"
        )
    day = first.since if since is None else since
    if once and day != first.since:
        raise Malformed(
            "since",
            f"一次性救助自作出之日（{first.since.isoformat()}）起撤销。",
            f"What was granted once is taken back from its day ({first.since}).",
            field="since",
        )
    if not once and (day < first.since or day.day != 1 or day > first_of_next_month(today)):
        raise Malformed(
            "since",
            f"须为某月1日，且不早于原决定起算日（{first.since.isoformat()}）。",
            f"The first of a month, from {first.since} to the next.",
            field="since",
        )
    must_be_heard(by, True, heard, today)
    reasons = grounds(case, by, "end", today, (FRAUD,))
    *owed, exited = end(case, FRAUD, day, today, reasons)
    return (*owed, exited.model_copy(update={"replaces": first.id}))
