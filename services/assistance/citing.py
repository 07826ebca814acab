"""The papers that a decision names: its procedure, and those of which some part made the sum. Pure.

The district's own paper of 2020 ran five years and lapsed: a decision dated later that cites it is refused.
The procedure is the one in force on the day of the application and stays with the case; what a family is
entitled to follows the papers in force on the day of the decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from events.assistance import Paper
from services.assistance.published import Published
from services.assistance.ruling import Ruling
from services.chassis.refusal import Refused
from services.policy.definition import Definition, ParsedFormula, ParsedTable

Act = Literal["grant", "decline", "adjust", "end", "death"]
STEPS: dict[Act, tuple[str, ...]] = {
    "grant": ("decide",),
    "decline": ("tell_refusal", "decide"),
    "adjust": ("tell_change", "review_again", "decide"),
    "end": ("lapse", "tell_change", "review_again", "decide"),
    "death": ("review_after_death", "review_again", "decide"),
}
"""The steps of a procedure, the first that it has, whose clause a decision of the kind names."""


def papers_for(
    by: Published, basis: str, act: Act, day: date, ruling: Ruling | None = None
) -> tuple[Paper, ...]:
    """The case's own procedure first, then the one it has gone over to, then what made the sum."""
    clauses: dict[str, list[str]] = {}
    digests: dict[str, str | None] = {}
    own = by.own(basis)
    for proceeding in (own, by.taken_over(own, day)):
        if proceeding is not None:
            identity = proceeding.paper.identity
            clauses.setdefault(identity.number, []).append(proceeding.clause(*STEPS[act]))
            digests[identity.number] = by.digests.get(identity.id)
    for number, id, clause in _of_the_sum(ruling) if ruling is not None else ():
        clauses.setdefault(number, []).append(clause)
        digests[number] = by.digests.get(id)
    return tuple(
        Paper(number=number, clause="、".join(dict.fromkeys(said)), digest=digests[number])
        for number, said in clauses.items()
    )


def _of_the_sum(ruling: Ruling) -> Iterator[tuple[str, str, str]]:
    """Number, id and clause. Of the paper with the row and the one with the sum just these clauses: it may say much
    more; of the others every clause with a formula or a figure in use."""
    definition = ruling.rule.definition
    deciding = dict[str, list[str]]()
    for id, clause in _deciding(definition, ruling.row):
        deciding.setdefault(id, []).append(clause)
    for paper in definition.papers:
        id = paper.identity.id
        for clause in deciding.get(id) or dict.fromkeys(c for one, c in _used(definition) if one == id):
            yield paper.identity.number, id, clause


def _deciding(definition: Definition, row: str) -> Iterator[tuple[str, str]]:
    amount = definition.amount
    for step in definition.steps:
        if isinstance(step, ParsedTable) and step.table.name == amount.amount.table:
            fired = next((one.row for one in step.rows if one.row.id == row), None)
            yield step.paper.identity.id, fired.clause if fired else step.table.clause
    yield amount.paper.identity.id, amount.amount.clause


def _used(definition: Definition) -> Iterator[tuple[str, str]]:
    for constant in definition.constants.values():
        yield constant.paper.identity.id, constant.chosen.clause or constant.parameter.clause
    for step in definition.steps:
        said = step.formula if isinstance(step, ParsedFormula) else step.table
        yield step.paper.identity.id, said.clause


def must_be_citable(by: Published, numbers: Iterable[str], basis: str, day: date) -> None:
    """Refuse a paper that an officer names and that is unknown or not in force on the day of the decision."""
    in_force = by.numbers(day)
    for number in numbers:
        if number in in_force or number == basis:
            continue
        if number not in by.known:
            raise Refused("paper-unknown", "引用的文件未登记。", "This paper is not known.", field="papers")
        raise Refused(
            "paper-not-in-force",
            f"{number}在{day.isoformat()}不具效力，不得引用。",
            f"{number} is not in force on {day.isoformat()} and cannot be cited.",
            field="papers",
        )
