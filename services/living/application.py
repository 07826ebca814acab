"""The decisions from application to confirmation, by the procedure of 2021. Pure.

apply → accept → survey → check → assess → notice (7 days) → confirm | decline
                   ↑──────────── objection ────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from events import assistance as a
from events.ids import CaseId, HouseholdId, PersonId
from events.sealed import Sealed
from services.chassis.refusal import Conflict, Malformed, Refused
from services.living.days import days_after, first_of_next_month, months_after
from services.living.eligibility import Means
from services.living.eligibility import assess as apply_rule
from services.living.model import BEFORE_DECISION, PROGRAMME, Case, Stage
from services.living.procedures import (
    BY_NUMBER,
    REVIEW_MONTHS,
    REVIEW_MONTHS_UNSTABLE,
    SURVEYORS,
    procedure_on,
)
from services.living.rules import (
    Evidence,
    Facts,
    about,
    grounds,
    must_be_a_day_between,
    must_be_at,
    must_be_under_inquiry,
    must_have,
    reason_to_depart,
)

WITHDRAWAL_REASONS = ("request", "not_cooperating")


def apply(
    case: CaseId,
    household: HouseholdId,
    members: tuple[PersonId, ...],
    township: str,
    applicant: PersonId,
    *,
    consent: bool,
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
            on=on,
        ),
    )


def accept(case: Case, *, on: date, today: date) -> Facts:
    """The papers are complete; the limits run from here (10)."""
    must_be_at(case, Stage.APPLIED)
    must_be_a_day_between(on, case.applied, today)
    procedure = procedure_on(case.applied)
    return (
        a.Accepted(
            **about(case),
            on=on,
            basis=procedure.number,
            survey_by=procedure.survey_by(on),
            decide_by=procedure.decide_by(on),
        ),
    )


def survey(
    case: Case, *, on: date, surveyors: Sequence[UUID], means: Means, remarks: str | None, today: date
) -> Facts:
    """Two surveyors or more visited the household (16). Not yet judged: whether they are relatives."""
    must_be_under_inquiry(case)
    must_be_a_day_between(on, case.accepted, today)
    if len(set(surveyors)) != len(surveyors) or len(surveyors) < SURVEYORS:
        raise Malformed(
            "too-few-surveyors",
            "调查人员不得少于两人，且不得重复。",
            "Two surveyors or more, each another person.",
            field="surveyors",
        )
    return (
        a.Surveyed(
            **about(case),
            on=on,
            surveyors=tuple(surveyors),
            monthly_income=means.income_fen,
            deductions=means.deductions_fen,
            property_within_rule=means.property_within_rule,
            unstable=means.unstable,
            remarks=Sealed.of(remarks, *case.members) if remarks else None,
        ),
    )


def check(case: Case, *, on: date, means: Means, consistent: bool, today: date) -> Facts:
    """The county's check of the family's means came back (17)."""
    must_be_under_inquiry(case)
    must_be_a_day_between(on, case.accepted, today)
    must_have(case.inquiry.survey, "survey-missing", "尚未入户调查。", "There is no survey yet.")
    return (
        a.Checked(
            **about(case),
            on=on,
            monthly_income=means.income_fen,
            deductions=means.deductions_fen,
            property_within_rule=means.property_within_rule,
            consistent=consistent,
        ),
    )


def assess(case: Case, evidence: Evidence, *, today: date) -> Facts:
    """The rule is applied to what survey and check agree on; where they differ it is surveyed again."""
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
    result = apply_rule(len(case.members), means, today, case.township)
    values = {
        "members": (len(case.members), None),
        "monthly_income_fen": (means.income_fen, evidence.check),
        "deductions_fen": (means.deductions_fen, evidence.check),
        "counted_income_fen": (result.counted_income_fen, None),
        "property_within_rule": (str(means.property_within_rule).lower(), evidence.check),
        "area": (result.standard.area, None),
        "standard_fen": (result.standard.fen, None),
        "standard_since": (result.standard.since.isoformat(), None),
        "standard_source": (result.standard.source, None),
    }
    return (
        a.Assessed(
            **about(case),
            eligible=result.eligible,
            amount_fen=result.amount_fen,
            reason=result.reason,
            inputs=tuple(
                a.Input(name=name, value=str(value), event=event) for name, (value, event) in values.items()
            ),
            grounds=grounds(
                case,
                "grant" if result.eligible else "decline",
                today,
                (result.reason,),
                illustrative=result.standard.illustrative,
            ),
            review=case.reviews if case.review_open else 0,
        ),
    )


def post_notice(case: Case, *, today: date) -> Facts:
    """The first review opinion is posted in the village (19); the day of posting does not count."""
    must_be_at(case, Stage.ACCEPTED)
    must_have(case.inquiry.recommendation, "assessment-missing", "尚无初审意见。", "Nothing to post yet.")
    until = days_after(today, BY_NUMBER[case.basis].notice_days)
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
    evidence: Evidence,
    *,
    officer: UUID,
    today: date,
    amount_fen: int | None = None,
    departs: str | None = None,
    papers: tuple[str, ...] = (),
) -> Facts:
    """The district confirms and fixes the sum, paid from the next month (21)."""
    must_be_at(case, Stage.NOTICE_ENDED)
    advice = case.inquiry.recommendation
    means = case.inquired
    assert advice is not None, "a notice is posted only of an assessment"
    assert means is not None, "an assessment is made only of a check"
    amount = advice.amount_fen if amount_fen is None else amount_fen
    if amount <= 0:
        raise Refused("amount-missing", "须确定救助金额。", "Say the sum to be paid.", field="amount_fen")
    months = REVIEW_MONTHS_UNSTABLE if means.unstable else REVIEW_MONTHS
    return (
        a.SubsidyGranted(
            **about(case),
            amount_fen=amount,
            since=first_of_next_month(today),
            confirmed=today,
            officer=officer,
            departs=reason_to_depart(case, not advice.eligible or amount != advice.amount_fen, departs),
            review_on=months_after(today, months),
            grounds=grounds(
                case,
                "grant",
                today,
                advice.grounds.rows,
                illustrative=advice.grounds.illustrative,
                assessment=evidence.assessment,
                cited=papers,
            ),
        ),
    )


def decline(
    case: Case,
    evidence: Evidence,
    *,
    officer: UUID,
    today: date,
    departs: str | None = None,
    papers: tuple[str, ...] = (),
) -> Facts:
    """Not confirmed. A family that the check already rules out is told without a notice (18)."""
    must_be_at(case, Stage.ACCEPTED, Stage.NOTICE_ENDED)
    advice = case.inquiry.recommendation
    if advice is None:
        raise Conflict("assessment-missing", "尚无初审意见。", "There is no assessment yet.", field="case")
    if advice.eligible:
        must_be_at(case, Stage.NOTICE_ENDED)
    return (
        a.Declined(
            **about(case),
            reason="departs_from_recommendation" if advice.eligible else advice.reason,
            on=today,
            officer=officer,
            departs=reason_to_depart(case, advice.eligible, departs),
            grounds=grounds(
                case,
                "decline",
                today,
                advice.grounds.rows,
                illustrative=advice.grounds.illustrative,
                assessment=evidence.assessment,
                cited=papers,
            ),
        ),
    )


def withdraw(case: Case, *, reason: str, today: date) -> Facts:
    """The family takes its application back, or will not cooperate (29)."""
    must_be_at(case, *sorted(BEFORE_DECISION))
    if reason not in WITHDRAWAL_REASONS:
        raise Malformed("reason", "撤回原因无效。", "Not a reason to withdraw.", field="reason")
    return (a.Withdrawn(**about(case), reason=reason, on=today),)
