"""What is found out about a family, and the opinion that the rule makes of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from events import assistance as a
from events.assistance import Finding, Means
from events.sealed import Sealed
from services.assistance.citing import Act
from services.assistance.countable import must_be_countable, must_be_in_date
from services.assistance.days import first_of_next_month
from services.assistance.entitlement import whom
from services.assistance.inputs import Found
from services.assistance.model import Case, Stage
from services.assistance.procedure import may_take
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
)
from services.assistance.ruling import inputs_used, rule_on, worked
from services.chassis.refusal import Conflict, Malformed


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
