"""Remedies as the office takes them: each step runs inside one decision and records what follows.

    runtime.decide(lambda work: taking.contest(work, case, decision, by=person, ...))

All refuse with the errors of `services.chassis.refusal`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from events import remedies as m
from events.ids import CaseId, PersonId
from services.assistance import draws, independence, reactions, steps, suspension
from services.assistance.entitlement import open_review
from services.assistance.model import BEFORE_DECISION, Case, Stage
from services.assistance.published import Published
from services.assistance.remedies import contesting, fining, following, settling
from services.assistance.remedies import court as court_
from services.assistance.remedies.contesting import Told
from services.assistance.remedies.decisions import decision_of, decisions_of, letter_of
from services.assistance.remedies.making_good import owed_since
from services.assistance.remedies.state import Decided, sum_before
from services.assistance.rules import Facts
from services.chassis.refusal import Conflict
from services.chassis.work import Work
from services.policy import keeping


@dataclass(frozen=True, slots=True)
class Said:
    """What the authority decided, as its paper says."""

    outcome: m.Outcome
    on: date
    paper: str | None = None
    amount_fen: int | None = None
    reason: str | None = None


def contest(
    work: Work,
    case: CaseId,
    decision: UUID,
    *,
    by: PersonId,
    authority: m.Authority,
    officer: UUID,
    on: date | None = None,
    statement: str | None = None,
    excuse: str | None = None,
) -> UUID:
    """Administrative review of a decision is asked for; gives the id of the contest."""
    found, first = steps.case_of(work, case), decision_of(work, case, decision)
    _must_stand(work, case, first)
    id = work.around.ids.random()
    letter, served = letter_of(work, case, decision) or (None, None)
    facts = contesting.contest(
        found,
        id,
        first,
        Told(letter, served),
        keeping.working_days(work),
        by=by,
        authority=authority,
        on=on or work.today,
        today=work.today,
        officer=officer,
        statement=statement,
        excuse=excuse,
    )
    steps.record(work, case, facts)
    return id


def report(
    work: Work, case: CaseId, *, officer: UUID, on: date | None = None, statement: str | None = None
) -> UUID:
    """Somebody reports something about a case: a granted one is reviewed, one under way is looked at by the county."""
    found = steps.case_of(work, case)
    id = work.around.ids.random()
    facts = contesting.report(
        found,
        id,
        keeping.working_days(work),
        on=on or work.today,
        today=work.today,
        officer=officer,
        statement=statement,
    )
    found = steps.record(work, case, facts)
    if found.stage is Stage.GRANTED and not found.review_open and not found.instalments:
        steps.record(work, case, open_review(found, reason="report", cause=work.last))
    elif found.stage in BEFORE_DECISION and found.basis:
        draws.demand_where_owed(work, case, "complaint", officer)
    return id


def extend(work: Work, case: CaseId, id: UUID, officer: UUID) -> Case:
    days = keeping.working_days(work)
    facts = contesting.extend(steps.case_of(work, case), id, days, today=work.today, officer=officer)
    return steps.record(work, case, facts)


def overdue(work: Work, case: CaseId) -> None:
    steps.record(work, case, contesting.overdue(steps.case_of(work, case), work.today))


def decide(work: Work, case: CaseId, id: UUID, said: Said, officer: UUID) -> Case:
    """What became of a contest, and at once what follows: another decision, its arrears, or an inquiry anew."""
    found, by = steps.case_and_papers(work, case)
    open_ = contesting.open_contest(found, id)
    first = None if open_.decision is None else decision_of(work, case, open_.decision)
    facts = contesting.decide(
        found,
        id,
        said.outcome,
        first,
        paper=said.paper,
        amount_fen=said.amount_fen,
        on=said.on,
        today=work.today,
        officer=officer,
        remake_since=None if first is None else following.remade_since(found, first, said.outcome),
        reason=said.reason,
    )
    return _carried_out(work, found, by, first, facts, officer)


def sue(
    work: Work,
    case: CaseId,
    decision: UUID,
    *,
    by: PersonId,
    court: str,
    docket: str | None,
    received: date | None,
    officer: UUID,
    statement: str | None = None,
) -> UUID:
    """The court has sent the complaint; gives the id of the contest."""
    found, first = steps.case_of(work, case), decision_of(work, case, decision)
    _must_stand(work, case, first)
    id = work.around.ids.random()
    told = Told(*(letter_of(work, case, decision) or (None, None)))
    days, on = keeping.working_days(work), received or work.today
    facts = court_.sued(
        found, id, first, told, days, by=by, court=court, docket=docket, received=on, today=work.today,
        officer=officer, statement=statement,
    )  # fmt: skip
    steps.record(work, case, facts)
    return id


def rule(work: Work, case: CaseId, id: UUID, said: court_.Said, officer: UUID) -> Case:
    """The judgment is in force, and what follows from it is done at once."""
    found, by = steps.case_and_papers(work, case)
    first = court_.contested(found, id, decisions_of(work, case))
    since = following.remade_since(found, first, said.outcome)
    facts = court_.ruled(found, id, first, said, remake_since=since, today=work.today, officer=officer)
    return _carried_out(work, found, by, first, facts, officer)


def _carried_out(
    work: Work, found: Case, by: Published, first: Decided | None, facts: Facts, officer: UUID
) -> Case:
    (fact,) = facts
    assert isinstance(fact, m.ReviewDecided | m.CourtRuled), "that is what was decided"
    case = fact.case
    if first is None or fact.outcome not in m.CHANGES:
        return steps.record(work, case, facts)
    over = found.stage in (Stage.DECLINED, Stage.EXITED) and found.once is None
    if over:
        _must_be_free(work, found)
    steps.record(work, case, facts)
    _carry_out(work, case, by, first, fact, officer, over)
    return steps.case_of(work, case)


def _carry_out(
    work: Work,
    case: CaseId,
    by: Published,
    first: Decided,
    fact: m.ReviewDecided | m.CourtRuled,
    officer: UUID,
    over: bool,
) -> None:
    """Another decision, its arrears, and a review of what is left to be decided. `over`: the case had ended."""
    cause, found = work.last, steps.case_of(work, case)
    acting = independence.of_decider(work, found, by, officer)
    before = sum_before(decisions_of(work, case), first)
    more = following.instead(found, by, first, before, fact, officer=officer, acting=acting, today=work.today)
    steps.record(work, case, more)
    steps.grant_instalments(work, case)
    if over:
        reactions.catch_up(work, case, cause)
    found = steps.case_of(work, case)
    steps.record(work, case, owed_since(work, found, first, officer=officer, acting=acting))
    if fact.outcome in ("revoked", "remade") and first.kind in ("SubsidyGranted", "Adjusted", "Exited"):
        _review_anew(work, case, cause)


def lift(work: Work, case: CaseId, officer: UUID) -> Case:
    """A suspension was not justified: it is lifted where it still runs, and its months are paid."""
    found, by = steps.case_and_papers(work, case)
    acting = independence.of_decider(work, found, by, officer)
    if found.stage is Stage.GRANTED and suspension.running(found, work.today) is not None:
        facts = suspension.resume(found, officer=officer, acting=acting, today=work.today)
        found = steps.record(work, case, facts)
    owed = settling.arrears(
        found,
        work.around.ids.random(),
        "suspension_lifted",
        officer=officer,
        acting=acting,
        today=work.today,
    )
    if not owed:
        raise Conflict(
            "nothing-withheld",
            "没有因暂停未发放的月份，或者已经补发。",
            "No month was withheld, or all were paid already.",
            field="case",
        )
    return steps.record(work, case, owed)


def order_back(
    work: Work,
    case: CaseId,
    officer: UUID,
    *,
    months: Collection[str] = (),
    amount_fen: int | None = None,
    parts: int = 1,
    first_due: date | None = None,
) -> m.RecoveryOrdered:
    """What was granted and is not due is to come back."""
    found, by = steps.case_and_papers(work, case)
    fact = settling.order_back(
        found,
        work.around.ids.random(),
        months=months,
        amount_fen=amount_fen,
        parts=parts,
        first_due=first_due or work.today,
        officer=officer,
        acting=independence.of_decider(work, found, by, officer),
        today=work.today,
    )
    steps.record(work, case, (fact,))
    return fact


def fine(
    work: Work,
    case: CaseId,
    officer: UUID,
    *,
    person: PersonId,
    paper: str,
    amount_fen: int,
    heard: date,
    parts: int = 1,
    first_due: date | None = None,
) -> m.FineImposed:
    """On who obtained help by deceit, once what was obtained was ordered back."""
    found, by = steps.case_and_papers(work, case)
    fact = fining.impose(
        found,
        work.around.ids.random(),
        person=person,
        paper=paper,
        amount_fen=amount_fen,
        heard=heard,
        parts=parts,
        first_due=first_due or work.today,
        officer=officer,
        acting=independence.of_decider(work, found, by, officer),
        today=work.today,
    )
    steps.record(work, case, (fact,))
    return fact


def waive(
    work: Work,
    case: CaseId,
    order: UUID,
    why: Literal["hardship", "no_estate", "error_of_office", "other"],
    officer: UUID,
    remarks: str | None = None,
) -> Case:
    found, by = steps.case_and_papers(work, case)
    acting = independence.of_decider(work, found, by, officer)
    facts = settling.waive(
        found, order, why, officer=officer, acting=acting, remarks=remarks, today=work.today
    )
    return steps.record(work, case, facts)


def end_for_fraud(
    work: Work, case: CaseId, decision: UUID, officer: UUID, *, since: date | None, heard: date | None
) -> Case:
    """The office takes a decision back that was obtained by deceit."""
    found, by = steps.case_and_papers(work, case)
    first = decision_of(work, case, decision)
    _must_stand(work, case, first)
    independence.of_decider(work, found, by, officer)
    facts = following.ended_for_fraud(found, by, first, since=since, heard=heard, today=work.today)
    return steps.record(work, case, facts)


def _must_stand(work: Work, case: CaseId, first: Decided) -> None:
    if any(one.replaces == first.id for one in decisions_of(work, case)):
        raise Conflict(
            "decision-replaced",
            "该决定已被后来的决定取代，请对后来的决定提出。",
            "Another decision has taken its place: contest that one.",
            field="decision",
        )


def _must_be_free(work: Work, case: Case) -> None:
    """A case that is over may only go on where nobody of it is in another one of the programme by now."""
    held = [steps.running(work, "case-of-person", one) for one in case.members]
    if case.unit == "household":
        held.append(steps.running(work, "case-of-household", case.household))
    others = {of for cases in held for of, code in cases.items() if code == case.programme}
    if others - {str(case.id)}:
        raise Conflict(
            "case-exists",
            "该家庭或成员已有同一救助项目的另一案件，请先结束该案件。",
            "The family is in another case of the programme by now: end that one first.",
            field="case",
        )


def _review_anew(work: Work, case: CaseId, cause: UUID | None) -> None:
    """What is left to be decided is decided in a review, on facts found anew."""
    found = steps.case_of(work, case)
    if found.stage is Stage.GRANTED and not found.review_open and not found.instalments:
        steps.record(work, case, open_review(found, reason="remedy", cause=cause))
