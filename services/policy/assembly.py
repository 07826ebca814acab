"""The parts of several papers put together: which paper's word counts for each name, and in what order things go.

A part is known by its name alone: an amending paper may make a formula of what was an input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from services.policy.definition import Constant, ParsedAmount, ParsedFormula, ParsedRow, ParsedTable
from services.policy.finding import Finding
from services.policy.language.names import names_in
from services.policy.language.parse import Wrong, parse, parse_cell
from services.policy.language.tree import Node
from services.policy.paper import (
    Amount,
    Contradiction,
    Input,
    NamedFormula,
    Paper,
    Parameter,
    Procedure,
    Remembered,
    Table,
    Value,
)

Part = Parameter | Input | Remembered | NamedFormula | Table
Step = ParsedFormula | ParsedTable


Said = tuple[Part, Paper]
"""A part with the paper that says it."""


class Amending:
    """Which papers amend which, directly or through others."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._amends = {paper.identity.id: paper.identity.amends for paper in papers}

    def above(self, paper: str) -> set[str]:
        """All that a paper amends."""
        found: set[str] = set()
        waiting = list(self._amends.get(paper, ()))
        while waiting:
            if (one := waiting.pop()) not in found:
                found.add(one)
                waiting += self._amends.get(one, ())
        return found

    def counting(self, papers: Sequence[Paper]) -> Paper | None:
        """Of papers that say the same thing, the one that amends all the others; None where there is no such one."""
        for one in papers:
            others = {other.identity.id for other in papers} - {one.identity.id}
            # Two that amend each other settle nothing.
            if others <= self.above(one.identity.id) and not any(
                one.identity.id in self.above(other) for other in others
            ):
                return one
        return None


def parts_of(paper: Paper, programme: str) -> Iterator[Part]:
    """Everything with a name that a paper says for a programme; parameters are for every programme."""
    yield from paper.parameters
    for one in paper.programmes:
        if one.programme == programme:
            yield from one.inputs
            yield from one.history
            yield from one.formulas
            yield from one.tables


def settled(
    papers: Sequence[Paper], programme: str, amending: Amending, findings: list[Finding]
) -> dict[str, Said]:
    """Name → the part that counts. A name that two papers define without one amending the other is a `conflict`."""
    said: dict[str, list[Said]] = {}
    for paper in papers:
        for part in parts_of(paper, programme):
            known = said.setdefault(part.name, [])
            if known and known[-1][1] is paper:
                findings.append(twice(part.name, paper))
            else:
                known.append((part, paper))
    found: dict[str, Said] = {}
    for name, ones in said.items():
        counting = amending.counting([paper for _, paper in ones])
        if counting is None:
            findings.append(conflict(name, [paper for _, paper in ones]))
        else:
            found[name] = next(one for one in ones if one[1] is counting)
    return found


def amount_of(
    papers: Sequence[Paper], programme: str, amending: Amending, findings: list[Finding]
) -> tuple[Amount, Paper] | None:
    said = [
        (one.amount, paper)
        for paper in papers
        for one in paper.programmes
        if one.programme == programme and one.amount is not None
    ]
    if not said:
        findings.append(
            Finding("no-amount", f"{programme} 没有金额", f"no paper in force says what {programme} pays")
        )
        return None
    counting = amending.counting([paper for _, paper in said])
    if counting is None:
        findings.append(conflict("amount", [paper for _, paper in said]))
        return None
    return next(one for one in said if one[1] is counting)


def procedure_of(
    papers: Sequence[Paper], name: str, amending: Amending, findings: list[Finding]
) -> tuple[Procedure, Paper] | None:
    said = [(one, paper) for paper in papers for one in paper.procedures if one.procedure == name]
    if not said:
        findings.append(
            Finding("no-procedure", f"没有程序“{name}”", f"no paper in force has a procedure `{name}`")
        )
        return None
    counting = amending.counting([paper for _, paper in said])
    if counting is None:
        findings.append(conflict(name, [paper for _, paper in said]))
        return None
    return next(one for one in said if one[1] is counting)


def contradictions_of(
    papers: Sequence[Paper], programme: str, amending: Amending, findings: list[Finding]
) -> tuple[tuple[Contradiction, Paper], ...]:
    """What contradicts help of a programme; of one source what the paper says that counts for it."""
    said: dict[str, list[tuple[Contradiction, Paper]]] = {}
    for paper in papers:
        for one in paper.programmes:
            for part in one.contradicted_by if one.programme == programme else ():
                said.setdefault(part.source, []).append((part, paper))
    found: list[tuple[Contradiction, Paper]] = []
    for source, ones in said.items():
        saying = list({paper.identity.id: paper for _, paper in ones}.values())
        counting = amending.counting(saying)
        if counting is None:
            findings.append(conflict(source, saying))
        found += [(part, paper) for part, paper in ones if paper is counting]
    return tuple(found)


def constant_on(parameter: Parameter, paper: Paper, day: date) -> Constant | None:
    """As the parameter stands on the day; None before its first value. Raises Wrong where a value is not readable."""
    begun = [value for value in parameter.values if value.first <= day]
    if not begun:
        return None
    chosen = max(begun, key=lambda value: value.first)
    return Constant(parameter, chosen, value_of(parameter, chosen), paper)


def value_of(parameter: Parameter, value: Value) -> Decimal | bool | date:
    """The value as its unit says. Raises Wrong."""
    text = value.value
    try:
        if parameter.unit == "boolean":
            return {"true": True, "false": False}[text]
        if parameter.unit == "date":
            return date.fromisoformat(text)
        number = Decimal(text)
    except (KeyError, ValueError, InvalidOperation):
        number = Decimal("NaN")
    # `format` spells a number out: what it does not give back was written with an exponent, a sign or a space.
    if not number.is_finite() or format(number, "f") != text:
        unit = parameter.unit
        raise Wrong(
            f"{parameter.name} 的值“{text}”不是 {unit}", f"`{text}` is no value in {unit} of {parameter.name}"
        )
    return number


class Parsing:
    """Formulas and tables as trees; what cannot be parsed becomes a finding."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings

    def formula(self, part: NamedFormula, paper: Paper) -> ParsedFormula | None:
        tree = self._tree(part.formula, part.name, paper)
        return None if tree is None else ParsedFormula(part, tree, paper)

    def table(self, part: Table, paper: Paper) -> ParsedTable | None:
        rows = []
        for row in part.rows:
            where = f"{part.name}/{row.id}"
            self._same(row.when.keys() - set(part.columns), where, paper)
            self._same({output.name for output in part.outputs} ^ row.then.keys(), where, paper)
            # In the order of the table, not of the row's text: the canonical text keeps no order of keys.
            when = {
                column: self._tree(row.when[column], where, paper, column)
                for column in part.columns
                if column in row.when
            }
            then = {
                one.name: self._tree(row.then[one.name], where, paper)
                for one in part.outputs
                if one.name in row.then
            }
            rows.append(ParsedRow(row, _whole(when), _whole(then)))
        return ParsedTable(part, tuple(rows), paper)

    def amount(self, amount: Amount, paper: Paper) -> ParsedAmount | None:
        tree = self._tree(amount.formula, "amount", paper)
        return None if tree is None else ParsedAmount(amount, tree, paper)

    def _tree(self, text: str, where: str, paper: Paper, column: str | None = None) -> Node | None:
        try:
            return parse(text) if column is None else parse_cell(column, text)
        except Wrong as wrong:
            self.findings.append(of_wrong(wrong, where, paper))
            return None

    def _same(self, odd: set[str], where: str, paper: Paper) -> None:
        for name in sorted(odd):
            said = f"{paper.identity.id}, {where}: "
            self.findings.append(
                Finding(
                    "columns",
                    f"{said}列“{name}”不符",
                    f"{said}`{name}` is no column of this table, or is missing",
                )
            )


def _whole(trees: Mapping[str, Node | None]) -> dict[str, Node]:
    return {name: tree for name, tree in trees.items() if tree is not None}


def read_by(step: Step | ParsedAmount) -> set[str]:
    """The names that a formula, a table or the amount reads."""
    if not isinstance(step, ParsedTable):
        return names_in(step.tree)
    trees = [tree for row in step.rows for tree in (*row.when.values(), *row.then.values())]
    trees += [row.admits for row in step.rows if row.admits is not None]
    return {name for tree in trees for name in names_in(tree)} | set(step.table.columns)


def given_by(step: Step) -> tuple[str, ...]:
    """The names that a formula or a table defines."""
    if isinstance(step, ParsedFormula):
        return (step.formula.name,)
    return tuple(output.name for output in step.table.outputs)


def in_order(steps: Sequence[Step], findings: list[Finding]) -> tuple[Step, ...]:
    """Each behind all that it reads, else as they stand. A circle is a finding."""
    source = {name: step for step in steps for name in given_by(step)}
    done: dict[int, Step] = {}
    # A stack of its own instead of recursion: a chain of formulas may be longer than Python's.
    for first in steps:
        waiting: list[tuple[Step, list[str]]] = [(first, sorted(read_by(first)))]
        while waiting:
            step, left = waiting[-1]
            if id(step) in done:
                waiting.pop()
            elif not left:
                done[id(step)] = step
                waiting.pop()
            elif (needed := source.get(left.pop())) is not None and id(needed) not in done:
                if any(needed is one for one, _ in waiting):
                    circle = " → ".join(given_by(one)[0] for one, _ in waiting)
                    findings.append(
                        Finding(
                            "cycle", f"循环引用：{circle}", f"these read each other in a circle: {circle}"
                        )
                    )
                    return ()
                waiting.append((needed, sorted(read_by(needed))))
    return tuple(done.values())


def of_wrong(wrong: Wrong, where: str, paper: Paper) -> Finding:
    said = f"{paper.identity.id}, {where}: "
    return Finding(
        wrong.rule, f"{said}{wrong.zh}（第 {wrong.at} 字）", f"{said}{wrong.en} (character {wrong.at})"
    )


def twice(name: str, paper: Paper) -> Finding:
    said = paper.identity.id
    return Finding("twice", f"{said}：“{name}”定义了两次", f"{said}: `{name}` is defined twice")


def conflict(name: str, papers: Iterable[Paper]) -> Finding:
    ids = ", ".join(sorted(paper.identity.id for paper in papers))
    return Finding(
        "conflict",
        f"{ids} 都定义了“{name}”，而无一修改其他",
        f"{ids} all define `{name}`, and none of them amends the others",
    )
