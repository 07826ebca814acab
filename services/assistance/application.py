"""The decisions from application to confirmation, by the published papers. Pure.

apply → accept → survey → check → assess → notice → confirm | decline
                   ↑─────────── objection ───┘

Which of them a case goes through, and what lies between, stands in its procedure: see `procedure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from events import assistance as a
from events.assistance import Finding, Means
from events.ids import CaseId, HouseholdId, PersonId
from events.sealed import Sealed
from services.assistance import instalments as parts
from services.assistance.citing import Act
from services.assistance.countable import must_be_countable, must_be_in_date
from services.assistance.days import first_of_next_month, months_after
from services.assistance.entitlement import whom
from services.assistance.inputs import Found
from services.assistance.model import BEFORE_DECISION, Admitted, Case, Stage
from services.assistance.procedure import may_take, must_have_been_taken, notice_of
from services.assistance.programme import Local
from services.assistance.published import Published
from services.assistance.rules import (
    Evidence,
    Facts,
    about,
    about_those,
    grounds,
    must_be_a_day_between,
    must_be_at,
    must_be_of_the_household,
    must_be_plain,
    must_be_under_inquiry,
    must_have,
    reason_to_depart,
)
from services.assistance.ruling import Ruling, inputs_used, rule_on, worked
from services.assistance.terms import terms_of
from services.chassis.refusal import Conflict, Malformed, Refused

WITHDRAWAL_REASONS = ("request", "not_cooperating")
NOTICE_DAYS = 7


def apply(
    case: CaseId,
    programme: str,
    household: HouseholdId,
    members: tuple[PersonId, ...],
    township: str,
    applicant: PersonId,
    *,
    consent: bool,
    apart: bool = False,
    unit: Literal["household", "person"] = "household",
    findings: tuple[Finding, ...] = (),
    through: a.OnBehalf | None = None,
    on: date,
    today: date,
    cause: UUID | None = None,
) -> Facts:
    """A family applies through one of its members (2021 办法 4), or a person alone; `members` are covered. `cause`: the
    event on which the department opens the case by itself."""
    must_be_a_day_between(on, date.min, today)
    must_be_plain(findings)
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
            programme=programme,
            household=household,
            members=members,
            applicant=applicant,
            township=township,
            consent=consent,
            apart=apart,
            unit=unit,
            findings=findings,
            through=through,
            on=on,
            cause=cause,
        ),
    )


def ask_supplement(case: Case, *, missing: tuple[str, ...], today: date) -> Facts:
    """What is missing is told once, all of it (10)."""
    must_be_at(case, Stage.APPLIED)
    if case.missing:
        raise Conflict(
            "supplement-asked", "补正材料只能一次性告知。", "What is missing is told once only.", field="case"
        )
    return (a.SupplementAsked(**about(case), on=today, missing=missing),)


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
            procedure=proceeding.procedure.procedure,
            survey_by=survey_by,
            decide_by=decide_by,
            provisional=any(end is not None and end[1] for end in limits),
        ),
    )


def survey(
    case: Case,
    by: Published,
    *,
    on: date,
    surveyors: Sequence[UUID],
    means: Means | None,
    findings: tuple[Finding, ...] = (),
    remarks: str | None,
    today: date,
) -> Facts:
    """As many surveyors as the procedure wants visited (2021 办法 16: two). Whether they are relatives: see `independence`."""
    must_be_under_inquiry(case)
    must_be_a_day_between(on, case.accepted, today)
    step = by.proceeding(case.basis, today).step("survey")
    people = step.people if step is not None else 1
    if len(set(surveyors)) != len(surveyors) or len(surveyors) < people:
        raise Malformed(
            "too-few-surveyors",
            f"调查人员不得少于{people}人，且不得重复。",
            f"{people} surveyors or more, each another person.",
            field="surveyors",
        )
    must_be_of_the_household(case, means, findings)
    must_be_countable(means, on)
    return (
        a.Surveyed(
            **about(case),
            on=on,
            surveyors=tuple(surveyors),
            means=means,
            findings=findings,
            remarks=Sealed.of(remarks, *case.members) if remarks else None,
        ),
    )


def check(
    case: Case,
    *,
    on: date,
    means: Means | None,
    findings: tuple[Finding, ...] = (),
    consistent: bool,
    officer: UUID | None = None,
    today: date,
) -> Facts:
    """The county's check of the family's means came back (17)."""
    must_be_under_inquiry(case)
    must_be_a_day_between(on, case.accepted, today)
    must_have(case.inquiry.survey, "survey-missing", "尚未入户调查。", "There is no survey yet.")
    must_be_of_the_household(case, means, findings)
    must_be_countable(means, on)
    return (
        a.Checked(
            **about(case), on=on, means=means, findings=findings, consistent=consistent, officer=officer
        ),
    )


def assess(
    case: Case,
    by: Published,
    evidence: Evidence,
    *,
    local: Local | None = None,
    owes: frozenset[str] = frozenset(),
    renewed: bool = False,
    officer: UUID | None = None,
    today: date,
) -> Facts:
    """The rule is applied to what survey and check agree on; where they differ it is surveyed again.

    `local`: the inputs that the service knows by itself. `owes`: steps that only some cases owe, this one too. `renewed`: a
    step after the notice found more, and the opinion, once shown, is worked out with it.
    """
    known = tuple((local or {}).items())
    advice = case.inquiry.recommendation
    # What the service knows by itself may change while a notice stands: then, and only then, once more.
    moved = case.stage is Stage.NOTICE_ENDED and advice is not None and changed(advice.local, known)
    if renewed:
        must_be_at(case, Stage.ACCEPTED, Stage.NOTICE_ENDED)
    elif not moved:
        must_be_under_inquiry(case)
    found = _inquired(case, by, today, owes)
    if case.inquiry.check is not None and not case.inquiry.consistent:
        raise Conflict(
            "findings-differ",
            "核对结果与入户调查不一致，须复查。",
            "Check and survey differ: survey the family again (18).",
            field="case",
        )
    must_be_in_date(found, today)
    told = case.told(found, case.township, known, first_of_next_month(today))
    ruling = rule_on(by.rule(today), told, trace=True)
    act: Act = "grant" if ruling.eligible else "decline"
    return (
        a.Assessed(
            **about_those(case, whom(case, ruling)),
            eligible=ruling.eligible,
            amount_fen=ruling.amount_fen,
            reason=ruling.reason,
            route=ruling.route,
            inputs=inputs_used(ruling, today, evidence.check, evidence.application),
            worked=worked(ruling),
            grounds=grounds(case, by, act, today, (ruling.row,), ruling=ruling),
            review=case.reviews if case.review_open else 0,
            officer=officer,
        ),
    )


def _inquired(case: Case, by: Published, today: date, owes: frozenset[str]) -> Found:
    """What survey and check found; either may be left out where the procedure has none."""
    proceeding = by.proceeding(case.basis, today)
    if case.inquiry.survey is None and proceeding.step("survey") is None:
        return Found()
    must_have(case.inquiry.survey, "survey-missing", "尚未入户调查。", "There is no survey yet.")
    check = proceeding.step("check")
    owed = check is not None and (check.when is None or "check" in owes)
    if case.inquiry.check is None and owed:
        raise Conflict("check-missing", "信息核对尚未完成。", "The check is still out.", field="case")
    found = case.inquired
    assert found is not None, "there is a survey"
    return found


def changed(before: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...]) -> bool:
    """Whether the service now knows otherwise what it knew when the case was assessed."""
    known = dict(now)
    return any(known.get(name, value) != value for name, value in before)


def post_notice(case: Case, by: Published, *, step: str | None = None, today: date) -> Facts:
    """An opinion is posted (19), the procedure's next that is owed; the day of posting does not count."""
    must_be_at(case, Stage.ACCEPTED, Stage.NOTICE_ENDED)
    must_have(case.inquiry.recommendation, "assessment-missing", "尚无初审意见。", "Nothing to post yet.")
    proceeding = by.proceeding(case.basis, today)
    notice = notice_of(case, proceeding, step)
    must_have_been_taken(case, proceeding, notice.step if notice else "notice")
    if notice is None or notice.stands is None:
        until = today + timedelta(days=NOTICE_DAYS)
    else:
        until, _ = by.end_of(notice.stands, today)
    return (a.NoticePosted(**about(case), step=notice.step if notice else "notice", on=today, until=until),)


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
    return (a.NoticeEnded(**about(case), step=case.notice, on=today),)


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


def take_step(
    case: Case,
    by: Published,
    step: str,
    *,
    staff: Sequence[UUID],
    findings: tuple[Finding, ...] = (),
    remarks: str | None = None,
    on: date,
    today: date,
) -> Facts:
    """A step of the procedure that has no fact of its own; what it found is for those who may know."""
    must_be_at(case, Stage.ACCEPTED, Stage.NOTICE, Stage.NOTICE_ENDED, Stage.GRANTED)
    must_be_a_day_between(on, case.accepted, today)
    must_be_plain(findings)
    taken = may_take(case, by.proceeding(case.basis, today), step)
    if len(set(staff)) != len(staff) or len(staff) < taken.people:
        raise Malformed(
            "too-few-people",
            f"此步骤须{taken.people}人以上办理，且不得重复。",
            f"This step takes {taken.people} people or more, each another.",
            field="staff",
        )
    number = case.reviews if case.review_open else 0
    facts: list[a.CaseFact] = [
        a.StepTaken(**about(case), step=step, on=on, staff=tuple(staff), number=number)
    ]
    if findings or remarks:
        sealed = Sealed.of(remarks, *case.members) if remarks else None
        facts.append(a.StepFound(**about(case), step=step, on=on, findings=findings, remarks=sealed))
    return tuple(facts)


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


def withdraw(case: Case, *, reason: str, today: date) -> Facts:
    """The family takes its application back, or will not cooperate (29)."""
    must_be_at(case, *sorted(BEFORE_DECISION))
    if reason not in WITHDRAWAL_REASONS:
        raise Malformed("reason", "撤回原因无效。", "Not a reason to withdraw.", field="reason")
    return (a.Withdrawn(**about(case), reason=reason, on=today),)
