"""How facts of remedies change a case: the case's own fold, with these. Pure."""

from __future__ import annotations

from dataclasses import replace

from events import remedies as m
from services.assistance.model import CASE, Case, Inquiry, Stage
from services.assistance.remedies.state import Contest, Remaking, Remedies

__all__ = ["CASE"]


@CASE.on(m.ContestedDecision)
def _contested(case: Case, fact: m.ContestedDecision) -> Case:
    contest = Contest(
        fact.contest, fact.kind, fact.decision, fact.authority, fact.on, fact.served, fact.until, fact.decide_by,
        fact.provisional,
    )  # fmt: skip
    return _with(case, replace(case.remedies, contests=(*case.remedies.contests, contest)))


@CASE.on(m.LawsuitFiled)
def _sued(case: Case, fact: m.LawsuitFiled) -> Case:
    contest = Contest(
        fact.contest, "lawsuit", fact.decision, None, fact.on, fact.served, fact.until, fact.answer_by,
        fact.provisional, court=fact.court,
    )  # fmt: skip
    return _with(case, replace(case.remedies, contests=(*case.remedies.contests, contest)))


@CASE.on(m.ReviewExtended)
def _extended(case: Case, fact: m.ReviewExtended) -> Case:
    contests = tuple(
        replace(one, decide_by=fact.decide_by, provisional=fact.provisional, extended=True)
        if one.id == fact.contest
        else one
        for one in case.remedies.contests
    )
    return _with(case, replace(case.remedies, contests=contests))


@CASE.on(m.ReviewDecided)
def _decided(case: Case, fact: m.ReviewDecided) -> Case:
    return _over(case, fact)


@CASE.on(m.CourtRuled)
def _ruled(case: Case, fact: m.CourtRuled) -> Case:
    return _over(case, fact)


def _over(case: Case, fact: m.ReviewDecided | m.CourtRuled) -> Case:
    contests = tuple(one for one in case.remedies.contests if one.id != fact.contest)
    case = _with(case, replace(case.remedies, contests=contests, decided=fact))
    if fact.remake_since is None or fact.decision is None:
        return case
    case = _with(case, replace(case.remedies, remaking=Remaking(fact.decision, fact.remake_since)))
    if case.stage is Stage.DECLINED:  # found out and shown once more, from the survey on
        return replace(case, stage=Stage.ACCEPTED, inquiry=Inquiry(), steps=())
    return case


@CASE.on(m.ArrearsGranted)
def _arrears(case: Case, fact: m.ArrearsGranted) -> Case:
    remedies = case.remedies
    for one in fact.months:
        remedies = remedies.with_more(one.month, one.due_fen - one.had_fen)
    paid = {one.month for one in fact.months}
    remedies = replace(
        remedies, withheld=tuple(one for one in remedies.withheld if one not in paid), arrears=fact
    )
    return replace(case, remedies=remedies, next_month=fact.next_month or case.next_month)


@CASE.on(m.RecoveryOrdered)
def _ordered(case: Case, fact: m.RecoveryOrdered) -> Case:
    remedies = case.remedies
    shares = tuple((one.month, fen) for one, fen in m.shares(fact))
    for month, fen in shares:
        remedies = remedies.with_more(month, -fen)
    remedies = replace(remedies, shares=(*remedies.shares, (fact.order, shares)))
    if fact.why == "fraud":
        remedies = replace(remedies, frauds=(*remedies.frauds, (fact.order, fact.amount_fen)))
    return _with(case, replace(remedies, orders=(*remedies.orders, fact.order), ordered=fact))


@CASE.on(m.FineImposed)
def _fined(case: Case, fact: m.FineImposed) -> Case:
    found = case.remedies
    return _with(
        case,
        replace(found, orders=(*found.orders, fact.fine), fined=(*found.fined, (fact.fine, fact.orders))),
    )


@CASE.on(m.RecoveryWaived)
def _waived(case: Case, fact: m.RecoveryWaived) -> Case:
    """It stays taken from the months: nobody asks for it again. A revoked one never was: what came back is paid again."""
    if fact.why == "revoked":
        case = _with(case, case.remedies.without_order(fact.order))
        frauds = tuple(one for one in case.remedies.frauds if one[0] != fact.order)
        fined = tuple(one for one in case.remedies.fined if one[0] != fact.order)
        case = _with(case, replace(case.remedies, frauds=frauds, fined=fined))
    orders = tuple(one for one in case.remedies.orders if one != fact.order)
    return _with(case, replace(case.remedies, orders=orders, waived=(*case.remedies.waived, fact.order)))


def _with(case: Case, remedies: Remedies) -> Case:
    return replace(case, remedies=remedies)
