"""Whether a paper's examples go through every row of its tables, and stand on both sides of every threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from services.policy.checking.placing import Findings
from services.policy.checking.regions import compared
from services.policy.checking.surveys import rulebook_of, surveyed
from services.policy.definition import Definition, ParsedTable
from services.policy.examples import inputs_of, together
from services.policy.finding import Refused
from services.policy.language.intake import InputWrong
from services.policy.language.interpret import NoRow
from services.policy.language.kinds import Kind, known
from services.policy.language.tree import Choices, Compare, Node, Text, Within
from services.policy.paper import Paper
from services.policy.places import Path
from services.policy.rule import Outcome, Quotient

Side = tuple[Path, int, bool]
"""A comparison of a cell, by its number among them, and whether it holds."""


class Coverage:
    """`rows`: paths of rows gone through. `sides`: what some example has shown; `possible`: what one could."""

    def __init__(self) -> None:
        self.rows: set[Path] = set()
        self.sides: set[Side] = set()
        self.possible: dict[Side, str] = {}


def check_coverage(paper: Paper, others: Sequence[Paper], findings: Findings) -> None:
    """Examples that cannot be decided are passed over: running them tells that."""
    coverage = Coverage()
    for group in paper.examples:
        papers, _ = together(paper, group, others)
        try:
            rulebook = rulebook_of(papers)
        except Refused:
            continue
        for example in group.examples:
            try:
                rule = rulebook.rule(group.programme, example.on)
                inputs = inputs_of(rule.definition, group, example)
                outcome = rule.decide(inputs, trace=True)
                survey = surveyed(rulebook, rulebook.edition(group.programme, example.on))
            except (Refused, InputWrong, NoRow, ValueError, LookupError, ArithmeticError):
                continue
            # Papers that fit all together need not fit without some of them: of those no threshold is known.
            if not survey.wrong:
                _note(rule.definition, paper, {**inputs, **_values(outcome)}, survey.scope, coverage)
    for index, programme in enumerate(paper.programmes):
        for number, table in enumerate(programme.tables):
            for place, row in enumerate(table.rows):
                at: Path = ("programmes", index, "tables", number, "rows", place)
                if at not in coverage.rows:
                    zh, en = f"行 {row.id} 没有例子", f"no example for the row {row.id}"
                    findings.add("no-example", at, zh, en)
    for side, said in coverage.possible.items():
        if side not in coverage.sides:
            zh = f"门槛 {said} 的这一侧没有例子"
            findings.add("no-example", side[0], zh, f"no example where {said}", (side[1:],))


def _values(outcome: Outcome) -> dict[str, object]:
    return {step.name: step.value for step in outcome.trace or ()}


def _note(
    definition: Definition,
    paper: Paper,
    values: Mapping[str, object],
    scope: Mapping[str, Kind],
    coverage: Coverage,
) -> None:
    for step in definition.steps:
        if not isinstance(step, ParsedTable) or step.paper != paper:
            continue
        at = _table(paper, definition.programme, step)
        rows = str(values[step.table.name]).split("+")
        for place, row in enumerate(step.rows):
            here = (*at, "rows", place)
            if row.row.id in rows:
                coverage.rows.add(here)
            for column, test in row.when.items():
                for number, (operator, bound) in enumerate(comparisons(test)):
                    limit, value = known(scope, bound), exact(values[column])
                    if limit is None or value is None:
                        continue
                    path = (*here, "when", column)
                    coverage.sides.add((path, number, compared(operator, value, limit)))
                    for truth in sides(operator, limit, scope[column]):
                        shown = f"{column} {operator if truth else _NOT[operator]} {float(limit):g}"
                        coverage.possible[path, number, truth] = shown


_NOT = {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _table(paper: Paper, programme: str, step: ParsedTable) -> Path:
    return next(
        ("programmes", index, "tables", one.tables.index(step.table))
        for index, one in enumerate(paper.programmes)
        if one.programme == programme and step.table in one.tables
    )


def comparisons(test: Node) -> Iterator[tuple[str, Node]]:
    """The thresholds of a cell: its comparisons by size, each with the sign that holds inside."""
    match test:
        case Compare(operator="<" | "<=" | ">" | ">=") if not isinstance(test.right, Text):
            yield test.operator, test.right
        case Within() if not isinstance(test.range, Choices):
            yield ">=" if test.range.low_included else ">", test.range.low
            yield "<=" if test.range.high_included else "<", test.range.high


def sides(operator: str, limit: Fraction, kind: Kind) -> Iterator[bool]:
    """Which sides of a threshold the column's range reaches at all."""
    reach = (kind.low, kind.high)
    for truth in (True, False):
        sign = operator if truth else _NOT[operator]
        end = reach[0] if sign in ("<", "<=") else reach[1]
        if end is None or compared(sign, end, limit):
            yield truth


def exact(value: object) -> Fraction | None:
    if isinstance(value, Quotient):
        return Fraction(value.above) / Fraction(value.below)
    if isinstance(value, bool | int | Decimal):
        return Fraction(value)
    return Fraction(value.toordinal()) if isinstance(value, date) else None
