"""The steps that a case's procedure demands, in the order in which its paper names them. Pure.

Steps with a fact of their own (`OWN`) are taken by the decisions of that name; every other one, from democratic
appraisal to submission, is a `StepTaken`. A step that the paper owes only under a condition (`when`), or for a part
of the cases (`share`), may be taken and holds nobody up, unless the case is among those (`Case.owes`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.assistance.model import Case, Stage
from services.assistance.published import Proceeding, Published
from services.chassis.refusal import Conflict, Refused
from services.policy.paper import Limit, Step

OWN = frozenset({
    "apply", "accept", "survey", "check", "opinion", "inquire_again", "objection", "notice_again", "decide",
    "tell_refusal", "pay", "pay_first", "review_again", "hear", "report_death", "review_after_death", "tell_change",
    "lapse",
})  # fmt: skip
"""Steps that some other fact tells of, or that follow from one."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A step to be taken next. `by`: as the paper says (township, district). `until`: its last day, where it has a
    limit; `provisional`: that may still move."""

    step: Step
    until: date | None = None
    provisional: bool = False


def owed_before(case: Case, proceeding: Proceeding, goal: str) -> Iterator[Step]:
    """The steps without which `goal` may not be taken, and that have not been taken."""
    names = [step.step for step in proceeding.procedure.steps]
    before = proceeding.procedure.steps[: names.index(goal)] if goal in names else ()
    for step in before:
        if step.step in OWN or case.taken(step.step) is not None:
            continue
        if (step.when is None and step.share is None) or step.step in case.owes:
            yield step


def must_have_been_taken(case: Case, proceeding: Proceeding, goal: str) -> None:
    missing = tuple(owed_before(case, proceeding, goal))
    if missing:
        zh = "；".join(
            f"{step.zh.rstrip('。')}（{proceeding.paper.identity.number} {step.clause}）" for step in missing
        )
        raise Conflict(
            "step-owed",
            f"尚有程序步骤未办理：{zh}。",
            f"Steps of the procedure are still owed: {', '.join(step.step for step in missing)}.",
            field="case",
        )


def may_take(case: Case, proceeding: Proceeding, name: str) -> Step:
    """The step, if the procedure has it and it has no fact of its own and is no notice."""
    step = proceeding.step(name)
    if step is None or name in OWN or step.stands is not None:
        raise Refused(
            "step-unknown",
            f"{proceeding.paper.identity.number}的程序没有可以单独登记的步骤“{name}”。",
            f"The procedure of {proceeding.paper.identity.number} has no step `{name}` that is taken by itself.",
            field="step",
        )
    return step


def notice_of(case: Case, proceeding: Proceeding, name: str | None) -> Step | None:
    """The notice to be posted: the one named, else the first that has not yet stood."""
    notices = [
        step for step in proceeding.procedure.steps if step.stands is not None and step.step not in OWN
    ]
    if name is not None and name not in [step.step for step in notices]:
        raise Refused("step-unknown", "程序没有这一公示。", "The procedure has no such notice.", field="step")
    for step in notices:
        if name == step.step or (name is None and case.taken(step.step) is None):
            return step
    if notices:
        raise Conflict("notice-over", "各次公示均已期满。", "Every notice has run its days.", field="case")
    return None


def next_steps(case: Case, by: Published, today: date) -> tuple[Owed, ...]:
    """What is owed now, with its last day, so that whoever opens the case sees what to do."""
    if case.stage not in (Stage.ACCEPTED, Stage.NOTICE_ENDED) or not case.running:
        return ()
    proceeding = by.proceeding(case.basis, today)
    return tuple(_due(case, by, step) for step in owed_before(case, proceeding, "decide"))


def _due(case: Case, by: Published, step: Step) -> Owed:
    limit = step.finish_within or step.start_within
    since = _since(case, limit) if limit is not None else None
    if limit is None or since is None:
        return Owed(step)
    until, provisional = by.end_of(limit, since)
    return Owed(step, until, provisional)


def _since(case: Case, limit: Limit) -> date | None:
    if limit.after == "accept":
        return case.accepted
    return case.taken(limit.after)
