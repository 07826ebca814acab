"""The steps of a case as the office takes them: each runs inside one decision and records what follows.

    runtime.decide(lambda work: steps.accept(work, case))

All refuse with the errors of `services.chassis.refusal`, and answer the case as it is afterwards. Days left
out mean today.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from events.assistance import (
    Acting,
    Adjusted,
    Applied,
    CaseFact,
    Finding,
    HouseholdChanged,
    Instalment,
    Means,
    MonthGranted,
    OnBehalf,
    SubsidyGranted,
)
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import (
    application,
    entitlement,
    independence,
    instalments,
    links,
    months,
    on_behalf,
    suitable_work,
)
from services.assistance.choosing import papers_of
from services.assistance.entitlement import Outcome
from services.assistance.model import CASE, Admitted, Case, Stage
from services.assistance.programme import programme_of
from services.assistance.published import Published, published
from services.assistance.remedies.decisions import decision_of
from services.assistance.remedies.making_good import by_month, owed_since
from services.assistance.rules import Evidence, about
from services.assistance.terms import terms_of
from services.chassis.refusal import Conflict
from services.chassis.work import Work


def case_of(work: Work, case: CaseId) -> Case:
    """The case; NotFound where there is none."""
    found = work.load(CASE, case)
    about(found)
    return found


def record(work: Work, case: CaseId, facts: Sequence[CaseFact]) -> Case:
    """With what its domain adds to them."""
    more: Sequence[CaseFact] = ()
    if facts:
        more = programme_of(facts[0].programme).follows(work, work.load(CASE, case), facts)
    for fact in (*facts, *more):
        recorded = work.record(case, fact, effective=_effective(fact))
        links.follow(work, recorded)
        programme_of(fact.programme).beside(work, recorded)
    if any(isinstance(fact, Applied | HouseholdChanged) for fact in facts):
        register_apart(work, case)
    return work.load(CASE, case)


def register_apart(work: Work, case: CaseId, cause: UUID | None = None) -> Case:
    """Where a member is a near relative of an official; nothing where that is known, or nobody is."""
    return record(work, case, independence.registered_apart(work, work.load(CASE, case), cause))


def _effective(fact: CaseFact) -> date | None:
    if isinstance(fact, MonthGranted):
        return date.fromisoformat(f"{fact.month}-01")
    day: Any = getattr(fact, "since", None) or getattr(fact, "on", None)
    return day if isinstance(day, date) else None


def apply(
    work: Work,
    programme: str,
    household: HouseholdId,
    applicant: PersonId,
    *,
    consent: bool,
    apart: bool = False,
    findings: tuple[Finding, ...] = (),
    through: OnBehalf | None = None,
    on: date | None = None,
) -> CaseId:
    """A household known to live here applies, or a person of it where the programme is for persons; household and
    person may have one running case of a programme each."""
    declared = programme_of(programme, work.around.service.name)
    by = published(work, programme)
    unit = terms_of(by.rule(work.today)).unit
    declared.admits(by, work.today, "apply", findings)
    home = on_behalf.home_of_applicant(work, household, applicant)
    on_behalf.must_be_represented(work, applicant, through, on or work.today)
    zh, en = declared.title
    if unit == "household" and programme in running(work, "case-of-household", household).values():
        raise Conflict(
            "case-exists", f"该家庭已有{zh}案件。", f"The household has a case of {en}.", field="household"
        )
    members = declared.covers(work, tuple(PersonId.of(member) for member in home["members"]))
    if unit == "person":
        members = tuple(member for member in members if member == applicant)
    if any(programme in running(work, "case-of-person", member).values() for member in members):
        raise Conflict(
            "person-has-case",
            f"有家庭成员已在另一{zh}案件中。",
            f"A member is in another case of {en}.",
            field="household",
        )
    case = CaseId.of(work.around.ids.random())
    facts = application.apply(
        case,
        programme,
        household,
        members,
        home["township"],
        applicant,
        consent=consent,
        apart=apart,
        unit=unit,
        findings=findings,
        through=through,
        on=on or work.today,
        today=work.today,
    )
    record(work, case, facts)
    return case


def accept(work: Work, case: CaseId, *, on: date | None = None) -> Case:
    found, by = case_and_papers(work, case)
    return record(work, case, application.accept(found, by, on=on or work.today, today=work.today))


def ask_supplement(work: Work, case: CaseId, missing: Sequence[str]) -> Case:
    facts = application.ask_supplement(case_of(work, case), missing=tuple(missing), today=work.today)
    return record(work, case, facts)


def survey(
    work: Work,
    case: CaseId,
    surveyors: Sequence[UUID],
    means: Means | None = None,
    *,
    findings: tuple[Finding, ...] = (),
    on: date | None = None,
    remarks: str | None = None,
) -> Case:
    found, by = case_and_papers(work, case)
    programme_of(found.programme).admits(by, work.today, "survey", findings)
    independence.of_surveyors(work, found, surveyors, on or work.today)
    means = suitable_work.told(found, means)
    facts = application.survey(
        found,
        by,
        on=on or work.today,
        surveyors=surveyors,
        means=means,
        findings=findings,
        remarks=remarks,
        today=work.today,
    )
    return record(work, case, facts)


def check(
    work: Work,
    case: CaseId,
    means: Means | None = None,
    *,
    findings: tuple[Finding, ...] = (),
    consistent: bool = True,
    officer: UUID | None = None,
    on: date | None = None,
) -> Case:
    found, by = case_and_papers(work, case)
    programme_of(found.programme).admits(by, work.today, "check", findings)
    if officer is not None:
        independence.must_be_independent(work, officer, found.members, on or work.today, "officer")
    means = suitable_work.told(found, means)
    facts = application.check(
        found,
        on=on or work.today,
        means=means,
        findings=findings,
        consistent=consistent,
        officer=officer,
        today=work.today,
    )
    return record(work, case, facts)


def take_step(
    work: Work,
    case: CaseId,
    step: str,
    staff: Sequence[UUID],
    *,
    findings: tuple[Finding, ...] = (),
    remarks: str | None = None,
    on: date | None = None,
) -> Case:
    """A step of the procedure that has no name of its own here."""
    found, by = case_and_papers(work, case)
    programme_of(found.programme).admits(by, work.today, step, findings)
    independence.of_staff(work, found, by, step, staff, on or work.today)
    facts = application.take_step(
        found,
        by,
        step,
        staff=staff,
        findings=findings,
        remarks=remarks,
        on=on or work.today,
        today=work.today,
    )
    return record(work, case, facts)


def assess(work: Work, case: CaseId, officer: UUID | None = None) -> Case:
    """`officer`: whose opinion it is; the service itself where it assesses by the rule alone."""
    found, by = case_and_papers(work, case)
    if officer is not None:
        independence.must_be_independent(work, officer, found.members, work.today, "officer")
    declared = programme_of(found.programme)
    local = declared.local(work, found)
    facts = application.assess(
        found,
        by,
        evidence_of(work, case),
        local=local,
        owes=declared.owes(found, local),
        officer=officer,
        today=work.today,
    )
    return record(work, case, facts)


def post_notice(work: Work, case: CaseId, step: str | None = None) -> Case:
    found, by = case_and_papers(work, case)
    return record(work, case, application.post_notice(found, by, step=step, today=work.today))


def lodge_objection(work: Work, case: CaseId, statement: str | None = None) -> Case:
    facts = application.lodge_objection(case_of(work, case), statement=statement, today=work.today)
    return record(work, case, facts)


def end_notice(work: Work, case: CaseId) -> Case:
    return record(work, case, application.end_notice(case_of(work, case), today=work.today))


def confirm(
    work: Work,
    case: CaseId,
    officer: UUID,
    *,
    amount_fen: int | None = None,
    admitted: Admitted = (),
    departs: str | None = None,
    papers: Sequence[str] = (),
    parts: Sequence[Instalment] = (),
) -> Case:
    """`parts`: in which what is granted once is paid; all of it today if left out."""
    found, by = case_and_papers(work, case)
    acting = independence.of_decider(work, found, by, officer)
    facts = application.confirm(
        found,
        by,
        evidence_of(work, case),
        officer=officer,
        acting=acting,
        today=work.today,
        amount_fen=amount_fen,
        admitted=admitted,
        departs=departs,
        papers=tuple(papers),
        instalments=tuple(parts),
    )
    record(work, case, facts)
    _make_good(work, case, found, officer, acting)
    return grant_instalments(work, case)


def decline(
    work: Work, case: CaseId, officer: UUID, *, departs: str | None = None, papers: Sequence[str] = ()
) -> Case:
    found, by = case_and_papers(work, case)
    facts = application.decline(
        found,
        by,
        evidence_of(work, case),
        officer=officer,
        acting=independence.of_decider(work, found, by, officer),
        today=work.today,
        departs=departs,
        papers=tuple(papers),
    )
    return record(work, case, facts)


def withdraw(work: Work, case: CaseId, reason: str = "request") -> Case:
    facts = application.withdraw(case_of(work, case), reason=reason, today=work.today)
    return record(work, case, facts)


def grant_month(work: Work, case: CaseId) -> Case:
    """The next month of a granted case, if it has begun; never the same month twice."""
    found = case_of(work, case)
    if found.stage is not Stage.GRANTED or found.next_month is None or found.next_month > work.today:
        return found
    by = published(work, found.programme, found.next_month)
    return record(work, case, months.grant_month(found, by, today=work.today))


def grant_instalments(work: Work, case: CaseId) -> Case:
    """Whatever is due today of what was granted once; no part twice."""
    return record(work, case, instalments.grant_due(*case_and_papers(work, case), today=work.today))


def lapse(work: Work, case: CaseId) -> Case:
    """The end of a status whose last day is over."""
    return record(work, case, instalments.lapse(*case_and_papers(work, case), today=work.today))


def open_review(work: Work, case: CaseId, reason: str) -> Case:
    return record(work, case, entitlement.open_review(case_of(work, case), reason=reason))


def conclude_review(
    work: Work,
    case: CaseId,
    officer: UUID,
    *,
    outcome: Outcome | None = None,
    departs: str | None = None,
    heard: date | None = None,
) -> Case:
    found, by = case_and_papers(work, case)
    acting = independence.of_decider(work, found, by, officer)
    facts = entitlement.conclude_review(
        found,
        by,
        evidence_of(work, case),
        officer=officer,
        acting=acting,
        today=work.today,
        outcome=outcome,
        departs=departs,
        heard=heard,
    )
    record(work, case, facts)
    return _make_good(work, case, found, officer, acting)


def _make_good(work: Work, case: CaseId, before: Case, officer: UUID, acting: Acting | None) -> Case:
    """Arrears, where a decision was made anew that a review had revoked."""
    found, remaking = case_of(work, case), before.remedies.remaking
    if remaking is None:
        return found
    first, instead = decision_of(work, case, remaking.decision), found.decided
    given = isinstance(instead, SubsidyGranted | Adjusted) and instead.replaces == remaking.decision
    if given and instead is not None and found.amounts[-1][0] == remaking.since:
        found = record(work, case, by_month(work, found, remaking.since))
    return record(work, case, owed_since(work, found, first, officer=officer, acting=acting))


def request_exit(work: Work, case: CaseId, officer: UUID | None = None) -> Case:
    """`officer`: who ends it, to be judged like every decider."""
    found, by = case_and_papers(work, case)
    if officer is not None:
        independence.of_decider(work, found, by, officer)
    return record(work, case, entitlement.request_exit(found, by, today=work.today))


def running(work: Work, kind: str, key: object) -> dict[str, str]:
    """Running cases and their programmes: of a household (`case-of-household`) or a person (`case-of-person`)."""
    found: dict[str, str] = work.fact(kind, key) or {}
    return found


def case_and_papers(work: Work, case: CaseId) -> tuple[Case, Published]:
    found = case_of(work, case)
    return found, papers_of(work, found)


def evidence_of(work: Work, case: CaseId) -> Evidence:
    row: dict[str, str] = work.fact("evidence", case) or {}
    return Evidence(**{name: UUID(event) for name, event in row.items()})
