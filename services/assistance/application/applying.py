"""A family applies, hands in what is missing, is accepted, or takes its application back. Pure."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from events import assistance as a
from events.assistance import Finding
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance.model import BEFORE_DECISION, Case, Stage
from services.assistance.published import Published
from services.assistance.rules import Facts, about, must_be_a_day_between, must_be_at, must_be_plain
from services.chassis.refusal import Conflict, Malformed, Refused

WITHDRAWAL_REASONS = ("request", "not_cooperating")


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


def withdraw(case: Case, *, reason: str, today: date) -> Facts:
    """The family takes its application back, or will not cooperate (29)."""
    must_be_at(case, *sorted(BEFORE_DECISION))
    if reason not in WITHDRAWAL_REASONS:
        raise Malformed("reason", "撤回原因无效。", "Not a reason to withdraw.", field="reason")
    return (a.Withdrawn(**about(case), reason=reason, on=today),)
