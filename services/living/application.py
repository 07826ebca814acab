"""The decisions from application to confirmation, by the published papers. Pure.

apply → accept → survey → check → assess → notice (7 days) → confirm | decline
                   ↑──────────── objection ────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from events import assistance as a
from events.assistance import Means
from events.ids import CaseId, HouseholdId, PersonId
from events.sealed import Sealed
from services.chassis.refusal import Conflict, Malformed, Refused
from services.living.citing import Act
from services.living.days import first_of_next_month, months_after
from services.living.model import BEFORE_DECISION, PROGRAMME, Case, Stage
from services.living.published import Published
from services.living.rules import (
    Evidence,
    Facts,
    about,
    grounds,
    must_be_a_day_between,
    must_be_at,
    must_be_of_the_household,
    must_be_under_inquiry,
    must_have,
    reason_to_depart,
)
from services.living.ruling import Ruling, inputs_used, rule_on, worked

WITHDRAWAL_REASONS = ("request", "not_cooperating")
SURVEYORS = 2
NOTICE_DAYS = 7


def apply(
    case: CaseId,
    household: HouseholdId,
    members: tuple[PersonId, ...],
    township: str,
    applicant: PersonId,
    *,
    consent: bool,
    apart: bool = False,
    on: date,
    today: date,
) -> Facts:
    """A family applies through one of its members (2021 办法 4); the whole family is covered."""
    must_be_a_day_between(on, date.min, today)
    if applicant not in members:
        raise Refused(
            "applicant-not-a-member",
            "申请人须为该家庭在世的共同生活成员。",
            "The applicant must be a living member of the household.",
            field="applicant",
        )
    if not consent:
        raise Refused(
            "consent-needed",
            "须授权核对家庭经济状况后方可申请。",
            "The family must consent to the check of its means.",
            field="consent",
        )
    return (
        a.Applied(
            case=case,
            programme=PROGRAMME,
            household=household,
            members=members,
            applicant=applicant,
            township=township,
            consent=consent,
            apart=apart,
            on=on,
        ),
    )


def accept(case: Case, by: Published, *, on: date, today: date) -> Facts:
    """The application is complete: its limits run from here, by the procedure of the day it was made."""
    must_be_at(case, Stage.APPLIED)
    must_be_a_day_between(on, case.applied, today)
    proceeding = by.proceeding("", case.applied)
    survey, whole = proceeding.step("survey"), proceeding.procedure.whole
    first = survey and (survey.start_within or survey.finish_within)
    limits = [by.end_of(limit, on) if limit else None for limit in (first, whole)]
    survey_by, decide_by = (end and end[0] for end in limits)
    return (
        a.Accepted(
            **about(case),
            on=on,
            basis=proceeding.paper.identity.number,
            survey_by=survey_by,
            decide_by=decide_by,
            provisional=any(end is not None and end[1] for end in limits),
        ),
    )


def survey(
    case: Case, *, on: date, surveyors: Sequence[UUID], means: Means, remarks: str | None, today: date
) -> Facts:
    """Two surveyors or more visited the household (2021 办法 16). Not yet judged: whether they are relatives."""
    must_be_under_inquiry(case)
    must_be_a_day_between(on, case.accepted, today)
    if len(set(surveyors)) != len(surveyors) or len(surveyors) < SURVEYORS:
        raise Malformed(
            "too-few-surveyors",
            "调查人员不得少于两人，且不得重复。",
            "Two surveyors or more, each another person.",
            field="surveyors",
        )
    must_be_of_the_household(case, means)
    return (
        a.Surveyed(
            **about(case),
            on=on,
            surveyors=tuple(surveyors),
            means=means,
            remarks=Sealed.of(remarks, *case.members) if remarks else None,
        ),
    )


def check(case: Case, *, on: date, means: Means, consistent: bool, today: date) -> Facts:
    """The county's check of the family's means came back (17)."""
    must_be_under_inquiry(case)
    must_be_a_day_between(on, case.accepted, today)
    must_have(case.inquiry.survey, "survey-missing", "尚未入户调查。", "There is no survey yet.")
    must_be_of_the_household(case, means)
    return (a.Checked(**about(case), on=on, means=means, consistent=consistent),)


def assess(case: Case, by: Published, evidence: Evidence, *, poor: bool = False, today: date) -> Facts:
    """The rule is applied to what survey and check agree on; where they differ it is surveyed again.

    `poor`: the household is registered poor (建档立卡) and not yet out of poverty.
    """
    must_be_under_inquiry(case)
    means = case.inquired
    if means is None:
        raise Conflict("check-missing", "信息核对尚未完成。", "The check is still out.", field="case")
    if not case.inquiry.consistent:
        raise Conflict(
            "findings-differ",
            "核对结果与入户调查不一致，须复查。",
            "Check and survey differ: survey the family again (18).",
            field="case",
        )
    told = case.told(means, case.township, poor, first_of_next_month(today))
    ruling = rule_on(by.rule(today), told, trace=True)
    act: Act = "grant" if ruling.eligible else "decline"
    return (
        a.Assessed(
            **about(case),
            eligible=ruling.eligible,
            amount_fen=ruling.amount_fen,
            reason=ruling.reason,
            route=ruling.route,
            inputs=inputs_used(ruling, today, evidence.check, evidence.application),
            worked=worked(ruling),
            grounds=grounds(case, by, act, today, (ruling.row,), ruling=ruling),
            review=case.reviews if case.review_open else 0,
        ),
    )


def post_notice(case: Case, by: Published, *, today: date) -> Facts:
    """The first review opinion is posted in the village (19); the day of posting does not count."""
    must_be_at(case, Stage.ACCEPTED)
    must_have(case.inquiry.recommendation, "assessment-missing", "尚无初审意见。", "Nothing to post yet.")
    notice = by.proceeding(case.basis, today).step("notice")
    if notice is None or notice.stands is None:
        until = today + timedelta(days=NOTICE_DAYS)
    else:
        until, _ = by.end_of(notice.stands, today)
    return (a.NoticePosted(**about(case), on=today, until=until),)


def lodge_objection(case: Case, *, statement: str | None, today: date) -> Facts:
    """Somebody objects while the notice stands; a new survey follows (19)."""
    must_be_at(case, Stage.NOTICE)
    if today > case.notice_until:
        raise Conflict("notice-over", "公示期已满。", "The notice has run its days.", field="case")
    sealed = Sealed.of(statement, *case.members) if statement else None
    return (a.ObjectionLodged(**about(case), on=today, statement=sealed),)


def end_notice(case: Case, *, today: date) -> Facts:
    """The day after its last: nobody objected."""
    must_be_at(case, Stage.NOTICE)
    if today <= case.notice_until:
        raise Conflict("notice-running", "公示期未满。", "The notice still stands.", field="case")
    return (a.NoticeEnded(**about(case), on=today),)


def confirm(
    case: Case,
    by: Published,
    evidence: Evidence,
    *,
    officer: UUID,
    today: date,
    amount_fen: int | None = None,
    departs: str | None = None,
    papers: tuple[str, ...] = (),
) -> Facts:
    """The district confirms and fixes the sum, paid from the next month (21).

    What was assessed is decided by the rule of this day: a paper may have lapsed while the notice stood.
    """
    must_be_at(case, Stage.NOTICE_ENDED)
    ruling = _ruling(case, by, today)
    assert case.inquired is not None, "an assessment is made only of a check"
    amount = ruling.amount_fen if amount_fen is None else amount_fen
    if amount <= 0:
        raise Refused("amount-missing", "须确定救助金额。", "Say the sum to be paid.", field="amount_fen")
    months = by.proceeding(case.basis, today).review_months(case.inquired.unstable)
    return (
        a.SubsidyGranted(
            **about(case),
            amount_fen=amount,
            since=first_of_next_month(today),
            confirmed=today,
            officer=officer,
            departs=reason_to_depart(case, not ruling.eligible or amount != ruling.amount_fen, departs),
            review_on=months_after(today, months),
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
        ),
    )


def decline(
    case: Case,
    by: Published,
    evidence: Evidence,
    *,
    officer: UUID,
    today: date,
    departs: str | None = None,
    papers: tuple[str, ...] = (),
) -> Facts:
    """Not confirmed. A family that the check already rules out is told without a notice (18)."""
    must_be_at(case, Stage.ACCEPTED, Stage.NOTICE_ENDED)
    if case.inquiry.recommendation is None:
        raise Conflict("assessment-missing", "尚无初审意见。", "There is no assessment yet.", field="case")
    ruling = _ruling(case, by, today)
    if ruling.eligible:
        must_be_at(case, Stage.NOTICE_ENDED)
    return (
        a.Declined(
            **about(case),
            reason="departs_from_recommendation" if ruling.eligible else ruling.reason,
            on=today,
            officer=officer,
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
        ),
    )


def _ruling(case: Case, by: Published, today: date) -> Ruling:
    """What the rule of today makes of the facts that were assessed."""
    advice, means = case.inquiry.recommendation, case.inquired
    assert advice is not None, "a notice is posted only of an assessment"
    assert means is not None, "an assessment is made only of a check"
    told = case.told(means, case.township, advice.poor, first_of_next_month(today))
    return rule_on(by.rule(today), told)


def withdraw(case: Case, *, reason: str, today: date) -> Facts:
    """The family takes its application back, or will not cooperate (29)."""
    must_be_at(case, *sorted(BEFORE_DECISION))
    if reason not in WITHDRAWAL_REASONS:
        raise Malformed("reason", "撤回原因无效。", "Not a reason to withdraw.", field="reason")
    return (a.Withdrawn(**about(case), reason=reason, on=today),)
