"""Where a rule changes its mind: for every comparison the distance of its two sides, as SQL over the steps.

A generator of cases looks for inputs at which such a distance changes its sign.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sqlglot import exp

from services.policy.definition import Definition, ParsedFormula
from services.policy.language.names import children, names_in
from services.policy.language.tree import Call, Compare, Interval, Node, Over, Within
from services.policy.sql.expressions import Scope, value_of
from services.policy.sql.statement import Building, built
from services.policy.sql.value import Value, minus, times
from services.policy.sql.writing import Sql, binary, call, column, each

POSITION = "aim/position"
"""The column with the place, from 1, of the record that a distance inside a fold looks at."""


@dataclass(frozen=True, slots=True)
class Distance:
    """`reads`: the inputs it rests on, over all steps before. `list`: of a comparison inside a fold."""

    sql: Sql
    reads: frozenset[str]
    list: str | None = None


def distances(definition: Definition) -> tuple[Building, list[Distance]]:
    """Of every comparison of numbers or dates, every bound of an interval, and every pair of `min` and `max`."""
    building = built(definition)
    reads = _inputs_behind(definition)
    found: list[Distance] = []
    for tree in _trees(definition):
        behind = frozenset().union(*(reads.get(name, frozenset()) for name in names_in(tree)))
        for left, right, fold in _compared(tree, None):
            scope = building.scope if fold is None else building.scope.of_record(fold.row, fold.list)
            sql = _distance(left, right, scope)
            if sql is None or not behind:
                continue
            if fold is not None:
                of_all = each(column(fold.list), fold.row, sql)
                sql = call("list_extract", of_all, column(POSITION))
            found.append(Distance(sql, behind, None if fold is None else fold.list))
    return building, found


def _inputs_behind(definition: Definition) -> dict[str, frozenset[str]]:
    reads = {name: frozenset([name]) for name in (*definition.inputs, *definition.history)}
    for step in definition.steps:
        trees = [step.tree] if isinstance(step, ParsedFormula) else []
        made = (
            [step.formula.name]
            if isinstance(step, ParsedFormula)
            else [one.name for one in step.table.outputs]
        )
        if not isinstance(step, ParsedFormula):
            trees = [tree for row in step.rows for tree in (*row.when.values(), *row.then.values())]
        names = {name for tree in trees for name in names_in(tree)}
        behind = frozenset().union(*(reads.get(name, frozenset()) for name in names))
        reads |= dict.fromkeys(made, behind)
    return reads


def _trees(definition: Definition) -> Iterator[Node]:
    for step in definition.steps:
        if isinstance(step, ParsedFormula):
            yield step.tree
        else:
            for row in step.rows:
                yield from row.when.values()
                yield from row.then.values()
    yield definition.amount.tree


def _compared(node: Node, fold: Over | None) -> Iterator[tuple[Node, Node, Over | None]]:
    match node:
        case Over():
            fold = node
        case Compare():
            yield node.left, node.right, fold
        case Within(range=Interval() as range_):
            yield node.value, range_.low, fold
            yield node.value, range_.high, fold
        case Call(function="min" | "max"):
            for left, right in pairwise(node.arguments):
                yield left, right, fold
    for child in children(node):
        yield from _compared(child, fold)


def _distance(left: Node, right: Node, scope: Scope) -> Sql | None:
    """Left less right, times both divisors; None where there is no more or less."""
    a, b = value_of(left, scope), value_of(right, scope)
    if a.type == "date":
        return binary(exp.Sub, a.sql, b.sql)
    if a.type not in ("number", "quotient"):
        return None
    return minus(_times_divisor(a, b), _times_divisor(b, a)).sql


def _times_divisor(one: Value, other: Value) -> Value:
    return one.numerator if other.divisor is None else times(one.numerator, other.divisor)
