"""What the shipped papers say, part by part, and which duty of the plan a part serves.

A part is named `paper/of/kind/name`: `of` is its programme or procedure, `-` for what stands by itself. Several
duties share one clause of the plan (三(一)1 holds five), so a duty says which parts are its own by patterns; where a
clause is one duty's alone, whatever the plan says under it is that duty's without being named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from services.policy.clauses.table import Clause
from services.policy.paper import Paper, Programme
from services.policy.reading import read_paper

PLAN = "hecheng-2020-43"
FOLDER = Path(__file__).parents[1] / "papers"


@dataclass(frozen=True, slots=True)
class Told:
    """A part of a paper, with the clause of that paper under which it stands."""

    name: str
    clause: str

    @property
    def paper(self) -> str:
        return self.name.partition("/")[0]


def parts(folder: Path = FOLDER) -> tuple[Told, ...]:
    """Of all papers in a folder, by their names."""
    papers = sorted(path for path in folder.iterdir() if (path / "paper.yaml").exists())
    return tuple(told for path in papers for told in _parts(read_paper(path).paper))


def _parts(paper: Paper) -> Iterator[Told]:
    def named(of: str, kind: str, name: str, clause: str) -> Told:
        return Told(f"{paper.identity.id}/{of}/{kind}/{name}", clause)

    for parameter in paper.parameters:
        yield named("-", "parameter", parameter.name, parameter.clause)
    for programme in paper.programmes:
        for kind, name, clause in _of_programme(programme):
            yield named(programme.programme, kind, name, clause)
    for procedure in paper.procedures:
        for step in procedure.steps:
            yield named(procedure.procedure, "step", step.step, step.clause)
    for duty in paper.duties:
        yield named("-", "duty", duty.duty, duty.clause)
    for referral in paper.referrals:
        yield named("-", "referral", referral.referral, referral.clause)


def _of_programme(programme: Programme) -> Iterator[tuple[str, str, str]]:
    for told in programme.inputs:
        yield "input", told.name, told.clause
    for remembered in programme.history:
        yield "history", remembered.name, remembered.clause
    for formula in programme.formulas:
        yield "formula", formula.name, formula.clause
    for table in programme.tables:
        for row in table.rows:
            yield "row", f"{table.name}.{row.id}", row.clause
    for contradiction in programme.contradicted_by:
        yield "contradicted-by", contradiction.source, contradiction.clause


def serving(clauses: Sequence[Clause], told: Sequence[Told]) -> dict[str, tuple[Told, ...]]:
    """The parts of each duty, by its id; ValueError where a pattern matches nothing or the plan has a part of none."""
    alone = {ref for ref, count in Counter(clause.ref for clause in clauses).items() if count == 1}
    found: dict[str, tuple[Told, ...]] = {}
    for clause in clauses:
        for pattern in clause.parts:
            if not any(fnmatchcase(part.name, pattern) for part in told):
                raise ValueError(f"{clause.id}: no paper has {pattern}")
        found[clause.id] = tuple(part for part in told if _serves(part, clause, alone))
    taken = {part for of_one in found.values() for part in of_one}
    left = [part.name for part in told if part.paper == PLAN and part not in taken]
    if left:
        raise ValueError(f"the plan says what no duty has: {', '.join(left)}")
    return found


def _serves(part: Told, clause: Clause, alone: set[str]) -> bool:
    if part.paper == PLAN and part.clause == clause.ref and clause.ref in alone:
        return True
    return any(fnmatchcase(part.name, pattern) for pattern in clause.parts)
