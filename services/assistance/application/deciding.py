"""The district confirms or declines. Pure."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from events import assistance as a
from services.assistance import instalments as parts
from services.assistance.countable import must_be_in_date
from services.assistance.days import first_of_next_month, months_after
from services.assistance.model import Admitted, Case, Stage
from services.assistance.procedure import must_have_been_taken
from services.assistance.published import Published
from services.assistance.rules import (
    Evidence,
    Facts,
    about,
    about_those,
    grounds,
    must_be_at,
    must_have,
    reason_to_depart,
)
from services.assistance.ruling import Ruling, rule_on
from services.assistance.terms import terms_of
from services.chassis.refusal import Conflict, Malformed, Refused


def confirm(
    case: Case,
    by: Published,
    evidence: Evidence,
    *,
    officer: UUID,
    acting: a.Acting | None = None,
    today: date,
    amount_fen: int | None = None,
    admitted: Admitted = (),
    departs: str | None = None,
    papers: tuple[str, ...] = (),
    instalments: tuple[a.Instalment, ...] | None = (),
    since: date | None = None,
) -> Facts:
    """The district confirms and fixes the sum, paid from the next month (21) or from the one that begins with `since`;
    or once, in `instalments` (all of it today if left empty; None: it was paid already). `admitted`: for whom, where that
    departs from the rule.

    What was assessed is decided by the rule of this day: a paper may have lapsed while the notice stood.
    """
    must_be_ready_to_decide(case, by, today)
    ruling = ruling_to_decide(case, by, today)
    assert case.inquired is not None, "an assessment is made only of what was found"
    terms = terms_of(ruling.rule)
    amount = ruling.amount_fen if amount_fen is None else amount_fen
    if amount <= 0 and terms.fund is not None:
        raise Refused("amount-missing", "须确定救助金额。", "Say the sum to be paid.", field="amount_fen")
    months = by.proceeding(case.basis, today).review_months(case.inquired.unstable)
    until = parts.last_day(ruling, today)
    paid_once = terms.period == "once" and terms.fund is not None
    plan = parts.plan(case, amount, instalments, paid_once=paid_once, today=today)
    some = _admitted(case, ruling, admitted)
    same_people = case.covering(some) == case.covering(ruling.admitted)
    other = not ruling.eligible or amount != ruling.amount_fen or not same_people
    return (
        a.SubsidyGranted(
            **about_those(case, some),
            amount_fen=amount,
            period=terms.period,
            since=_since(case, terms.period, today, since),
            until=until,
            confirmed=today,
            officer=officer,
            acting=acting,
            departs=reason_to_depart(case, other, departs),
            review_on=None if until or paid_once else months_after(today, months),
            grounds=grounds(
                case,
                by,
                "grant",
                today,
                (ruling.row,),
                ruling=ruling,
                assessment=evidence.assessment,
                cited=papers,
            ),
            replaces=remade(case),
        ),
        *plan,
    )


def _admitted(case: Case, ruling: Ruling, named: Admitted) -> Admitted:
    """By the rule, unless the officer says otherwise; who asked apart from the family is named where no rule names them."""
    if not named:
        if case.apart and not ruling.eligible:
            raise Refused(
                "admitted-missing",
                "参照单人户申请，政策文件没有列出可以纳入的人，须写明纳入何人。",
                "Members asked apart from the family and the rule admits none of them: say whom you admit.",
                field="admitted",
            )
        return ruling.admitted
    if len(set(named)) != len(named) or not set(named) <= set(case.members):
        raise Malformed(
            "admitted-strangers",
            "纳入的人须为该家庭成员，各写一次。",
            "Whoever is admitted is a member of the family, each named once.",
            field="admitted",
        )
    return () if set(named) == set(case.members) else named


def _since(case: Case, period: str, today: date, given: date | None) -> date:
    """The next month or the day given, or, of a decision made anew after a review, the month from which the first would
    have counted."""
    remaking = case.remedies.remaking
    if period != "month":
        return today
    return given or (first_of_next_month(today) if remaking is None else remaking.since)


def remade(case: Case) -> UUID | None:
    """The revoked decision whose place this one takes."""
    return None if case.remedies.remaking is None else case.remedies.remaking.decision


def decline(
    case: Case,
    by: Published,
    evidence: Evidence,
    *,
    officer: UUID,
    acting: a.Acting | None = None,
    today: date,
    departs: str | None = None,
    papers: tuple[str, ...] = (),
) -> Facts:
    """Not confirmed. A family that the check already rules out is told without a notice (18)."""
    must_be_at(case, Stage.ACCEPTED, Stage.NOTICE_ENDED)
    if case.inquiry.recommendation is None:
        raise Conflict("assessment-missing", "尚无初审意见。", "There is no assessment yet.", field="case")
    ruling = ruling_to_decide(case, by, today)
    if ruling.eligible:
        must_be_ready_to_decide(case, by, today)
    return (
        a.Declined(
            **about(case),
            reason="departs_from_recommendation" if ruling.eligible else ruling.reason,
            on=today,
            officer=officer,
            acting=acting,
            departs=reason_to_depart(case, ruling.eligible, departs),
            grounds=grounds(
                case,
                by,
                "decline",
                today,
                (ruling.row,),
                ruling=ruling,
                assessment=evidence.assessment,
                cited=papers,
            ),
            replaces=remade(case),
        ),
    )


def must_be_ready_to_decide(case: Case, by: Published, today: date) -> None:
    """Assessed, and every step before the decision taken; a notice, where the procedure has one, has ended."""
    proceeding = by.proceeding(case.basis, today)
    if proceeding.step("notice") is not None:
        must_be_at(case, Stage.NOTICE_ENDED)
    else:
        must_be_at(case, Stage.ACCEPTED)
        must_have(
            case.inquiry.recommendation, "assessment-missing", "尚无初审意见。", "There is no assessment yet."
        )
    must_have_been_taken(case, proceeding, "decide")


def ruling_to_decide(case: Case, by: Published, today: date) -> Ruling:
    """What the rule of today makes of the facts that were assessed; Conflict where none were."""
    advice, found = case.inquiry.recommendation, case.inquired
    if advice is None or found is None:
        raise Conflict("assessment-missing", "尚无初审意见。", "There is no assessment yet.", field="case")
    must_be_in_date(found, today)
    # The month to come also for what is paid once: a case's history is what lies before the month decided on,
    # and what was granted earlier in this month is a part of it.
    told = case.told(found, case.township, advice.local, first_of_next_month(today))
    return rule_on(by.rule(today), told)
