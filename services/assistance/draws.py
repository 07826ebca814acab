"""The month's draw of the cases that the county looks at again, and what else makes a case owe that.

2012 办法 26 and 民发〔2021〕43号 16: at least the share that the paper names, and every case that is kept apart, complained
of or doubted. Drawn from the running cases accepted in a month that is over, granted ones among them: whoever was quick
is drawn like the others, and the step is then taken after the decision.

Rows `accepted-in` (programme|month → cases) and `draws-held` (programme|month → townships, "" for the whole district).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from events import assistance as a
from events import casework as c
from events.base import Recorded
from events.ids import CaseId, DrawId
from services.assistance import drawing, steps
from services.assistance.days import first_of_next_month, month_of
from services.assistance.independence import looks_again
from services.assistance.model import CASE, Case
from services.assistance.programme import programme_of
from services.assistance.published import Proceeding, Published
from services.assistance.rules import about
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, Malformed, Refused
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.policy.assembly import value_of
from services.policy.paper import Step

ACCEPTED, HELD = "accepted-in", "draws-held"
Why = Literal["complaint", "doubt"]


def keep_draws(service: Service) -> None:
    service.stream(DrawId, Fold(None))
    service.keep(a.Accepted, of=service.name)(_accepted)
    service.keep(c.DrawHeld, of=service.name)(_held)


def _accepted(shelf: Shelf, fact: Recorded[a.Accepted]) -> None:
    key = _key(fact.data.programme, month_of(fact.data.on))
    shelf.put(ACCEPTED, key, [*(shelf.get(ACCEPTED, key) or ()), str(fact.data.case)])


def _held(shelf: Shelf, fact: Recorded[c.DrawHeld]) -> None:
    key = _key(fact.data.programme, fact.data.month)
    shelf.put(HELD, key, [*(shelf.get(HELD, key) or ()), fact.data.township or ""])


def _key(programme: str, month: str) -> str:
    return f"{programme}|{month}"


def hold(work: Work, programme: str, month: str, officer: UUID, township: str | None = None) -> c.DrawHeld:
    """Draw once of a month that is over; the drawn cases owe the step from now on."""
    programme_of(programme, work.around.service.name)
    if first_of_next_month(date.fromisoformat(f"{month}-01")) > work.today:
        raise Malformed(
            "month-not-over", "该月尚未结束，次月起方可抽取。", "Draw once the month is over.", field="month"
        )
    _must_be_new(work, programme, month, township)
    listed = _listed(work, programme, month, township)
    if not listed or work.last is None:
        raise Refused(
            "nothing-to-draw",
            "该月没有按程序须抽查的在办或者已确认案件，无需抽取。",
            "No running case accepted in that month has a procedure that looks at a share of them.",
            field="month",
        )
    first, by = next(iter(listed.values()))
    proceeding, step = _sharing(by, first, work.today)
    share = _share(proceeding, step, work.today)
    digest = drawing.digest(listed)
    seed = drawing.seed(programme, step.step, month, township, digest, work.last)
    chosen = drawing.drawn(listed, share, seed)
    identity = proceeding.paper.identity
    held = c.DrawHeld(
        draw=_id(work, programme, month, township),
        programme=programme,
        step=step.step,
        month=month,
        township=township,
        share=format(share.normalize(), "f"),
        paper=a.Paper(number=identity.number, clause=step.clause, digest=by.digests.get(identity.id)),
        cases=len(listed),
        digest=digest,
        anchor=work.last,
        seed=seed,
        drawn=tuple(CaseId.of(one) for one in chosen),
        on=work.today,
        officer=officer,
    )
    work.record(held.draw, held, effective=work.today)
    for one in held.drawn:
        case, of = listed[one]
        owed = _sharing(of, case, work.today)[1]
        if owed.step not in case.owes:
            demanded = c.StepDemanded(
                **about(case), step=owed.step, reason="drawn", on=work.today, draw=held.draw, officer=officer
            )
            steps.record(work, one, (demanded,))
    return held


def demand(work: Work, id: CaseId, why: Why, officer: UUID) -> Case:
    """A complaint, a report or a doubt: the county looks at this case, drawn or not."""
    case, by = steps.case_and_papers(work, id)
    if not case.running or not case.basis:
        raise Conflict(
            "wrong-step",
            "案件尚未受理或者已办结，不能要求入户抽查。",
            "The case is not accepted yet, or is over.",
            field="case",
        )
    owed = [
        one.step
        for one in by.proceeding(case.basis, work.today).procedure.steps
        if looks_again(one) and one.step not in case.owes
    ]
    if not owed:
        raise Conflict(
            "nothing-to-demand",
            "该案件已须抽查，或者其程序没有此步骤。",
            "It owes that already, or its procedure has no such step.",
            field="case",
        )
    facts = [
        c.StepDemanded(**about(case), step=one, reason=why, on=work.today, officer=officer) for one in owed
    ]
    return steps.record(work, id, facts)


def demand_where_owed(work: Work, id: CaseId, why: Why, officer: UUID) -> None:
    """The same, where the procedure has such a step and the case does not owe it already."""
    case, by = steps.case_and_papers(work, id)
    demanded = by.proceeding(case.basis, work.today).procedure.steps
    if case.running and any(looks_again(one) and one.step not in case.owes for one in demanded):
        demand(work, id, why, officer)


def _must_be_new(work: Work, programme: str, month: str, township: str | None) -> None:
    held: list[str] = work.fact(HELD, _key(programme, month)) or []
    if held and (township is None or "" in held or township in held):
        raise Conflict(
            "draw-held",
            "该月（该乡镇）已抽取，不得重复抽取；抽取结果见抽取记录。",
            "Of that month and township it was drawn already; look at the draw.",
            field="month",
        )


def _listed(
    work: Work, programme: str, month: str, township: str | None
) -> dict[CaseId, tuple[Case, Published]]:
    found = dict[CaseId, tuple[Case, Published]]()
    for text in work.fact(ACCEPTED, _key(programme, month)) or ():
        id = CaseId.of(text)
        case = work.load(CASE, id)
        if not case.running or (township is not None and case.township != township):
            continue
        _, by = steps.case_and_papers(work, id)
        if any(step.share is not None for step in by.proceeding(case.basis, work.today).procedure.steps):
            found[id] = case, by
    return found


def _sharing(by: Published, case: Case, today: date) -> tuple[Proceeding, Step]:
    proceeding = by.proceeding(case.basis, today)
    return proceeding, next(step for step in proceeding.procedure.steps if step.share is not None)


def _share(proceeding: Proceeding, step: Step, on: date) -> Decimal:
    """As the paper's parameter says on a day, or said last."""
    parameter = next(one for one in proceeding.paper.parameters if one.name == step.share)
    chosen = [value for value in parameter.values if value.first <= on][-1]
    return Decimal(str(value_of(parameter, chosen)))


def _id(work: Work, programme: str, month: str, township: str | None) -> DrawId:
    name = f"doudi:draw/{work.around.source}|{programme}|{month}|{township or ''}"
    return DrawId.of(uuid5(NAMESPACE_URL, name))
