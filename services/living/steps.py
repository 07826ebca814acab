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

from events.assistance import CaseFact, Means, MonthGranted
from events.ids import CaseId, HouseholdId, PersonId
from services.chassis.refusal import Conflict, Refused
from services.chassis.work import Work
from services.living import application, entitlement, months
from services.living.entitlement import Outcome
from services.living.model import CASE, Case, Stage
from services.living.published import published
from services.living.rules import Evidence, about


def case_of(work: Work, case: CaseId) -> Case:
    """The case; NotFound where there is none."""
    found = work.load(CASE, case)
    about(found)
    return found


def record(work: Work, case: CaseId, facts: Sequence[CaseFact]) -> Case:
    for fact in facts:
        work.record(case, fact, effective=_effective(fact))
    return work.load(CASE, case)


def _effective(fact: CaseFact) -> date | None:
    if isinstance(fact, MonthGranted):
        return date.fromisoformat(f"{fact.month}-01")
    day: Any = getattr(fact, "since", None) or getattr(fact, "on", None)
    return day if isinstance(day, date) else None


def apply(
    work: Work,
    household: HouseholdId,
    applicant: PersonId,
    *,
    consent: bool,
    apart: bool = False,
    on: date | None = None,
) -> CaseId:
    """A household known to live here applies; it and each of its members may have one running case."""
    home = work.fact("household", household)
    if home is None:
        raise Refused("household-unknown", "未登记该家庭。", "No such household is known.", field="household")
    if home["gone"]:
        raise Conflict(
            "household-closed",
            "该家庭已注销或迁出。",
            "The household is closed or has left.",
            field="household",
        )
    person = work.fact("person", applicant)
    if person is not None and person["died"] is not None:
        raise Refused("applicant-dead", "申请人已死亡。", "The applicant has died.", field="applicant")
    if person is not None and person["merged_into"] is not None:
        raise Refused(
            "applicant-merged",
            "该人员登记已并入另一登记。",
            "This registration was merged into another.",
            field="applicant",
        )
    if work.fact("case-of-household", household) is not None:
        raise Conflict(
            "case-exists", "该家庭已有低保案件。", "The household has a dibao case.", field="household"
        )
    members = tuple(PersonId.of(member) for member in home["members"])
    if any(work.fact("case-of-person", member) is not None for member in members):
        raise Conflict(
            "person-has-case", "有家庭成员已在另一低保案件中。", "A member is in another dibao case.",
            field="household",
        )  # fmt: skip
    case = CaseId.of(work.around.ids.random())
    facts = application.apply(
        case,
        household,
        members,
        home["township"],
        applicant,
        consent=consent,
        apart=apart,
        on=on or work.today,
        today=work.today,
    )
    record(work, case, facts)
    return case


def accept(work: Work, case: CaseId, *, on: date | None = None) -> Case:
    facts = application.accept(case_of(work, case), published(work), on=on or work.today, today=work.today)
    return record(work, case, facts)


def survey(
    work: Work,
    case: CaseId,
    surveyors: Sequence[UUID],
    means: Means,
    *,
    on: date | None = None,
    remarks: str | None = None,
) -> Case:
    facts = application.survey(
        case_of(work, case),
        on=on or work.today,
        surveyors=surveyors,
        means=means,
        remarks=remarks,
        today=work.today,
    )
    return record(work, case, facts)


def check(work: Work, case: CaseId, means: Means, *, consistent: bool = True, on: date | None = None) -> Case:
    facts = application.check(
        case_of(work, case), on=on or work.today, means=means, consistent=consistent, today=work.today
    )
    return record(work, case, facts)


def assess(work: Work, case: CaseId) -> Case:
    found = case_of(work, case)
    facts = application.assess(
        found, published(work), _evidence(work, case), poor=_is_poor(work, found), today=work.today
    )
    return record(work, case, facts)


def post_notice(work: Work, case: CaseId) -> Case:
    return record(work, case, application.post_notice(case_of(work, case), published(work), today=work.today))


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
    departs: str | None = None,
    papers: Sequence[str] = (),
) -> Case:
    facts = application.confirm(
        case_of(work, case),
        published(work),
        _evidence(work, case),
        officer=officer,
        today=work.today,
        amount_fen=amount_fen,
        departs=departs,
        papers=tuple(papers),
    )
    return record(work, case, facts)


def decline(
    work: Work, case: CaseId, officer: UUID, *, departs: str | None = None, papers: Sequence[str] = ()
) -> Case:
    facts = application.decline(
        case_of(work, case),
        published(work),
        _evidence(work, case),
        officer=officer,
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
    by = published(work, found.next_month)
    return record(work, case, months.grant_month(found, by, today=work.today))


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
    facts = entitlement.conclude_review(
        case_of(work, case),
        published(work),
        _evidence(work, case),
        officer=officer,
        today=work.today,
        outcome=outcome,
        departs=departs,
        heard=heard,
    )
    return record(work, case, facts)


def request_exit(work: Work, case: CaseId) -> Case:
    return record(
        work, case, entitlement.request_exit(case_of(work, case), published(work), today=work.today)
    )


def _is_poor(work: Work, case: Case) -> bool:
    """Whether a member is registered poor and not yet out of poverty: the poor are registered by household."""
    return any(work.fact("registered-poor", member) is not None for member in case.members)


def _evidence(work: Work, case: CaseId) -> Evidence:
    row: dict[str, str] = work.fact("evidence", case) or {}
    return Evidence(**{name: UUID(event) for name, event in row.items()})
