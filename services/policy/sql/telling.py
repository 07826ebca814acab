"""A rule in SQL that also tells every value on the way, as a recommendation writes it down: the interpreter's trace, as JSON.

    [{"name":"低保标准","value":"417","clause":"第六条","paper":"dibao-2012"},…]

The day of decision is a column here, so that one statement serves all days of an edition of the rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from services.policy.definition import DECISION_DAY, Constant, Definition, ParsedFormula, ParsedTable
from services.policy.language.intake import as_input
from services.policy.language.tree import Call, Name, Node, Operation
from services.policy.rule import Rule
from services.policy.sql import digits
from services.policy.sql.digits import Digits, Writing
from services.policy.sql.expressions import value_of
from services.policy.sql.statement import Building, called
from services.policy.sql.tables import hit_column, row_column, row_said
from services.policy.sql.value import Value
from services.policy.sql.writing import Sql, binary, call, case, cast, column, text, whole

WORKED = "worked"


def digits_column(remembered: str) -> str:
    """Holds with how many digits a case's remembered sum is written: 0 is written otherwise than 0.00."""
    return f"{remembered}/digits"


@dataclass(frozen=True, slots=True)
class Told:
    """`outputs`: names of the columns, beside `id`, `row`, `amount_fen` and `worked`."""

    statement: exp.Select
    outputs: tuple[str, ...]

    def sql(self) -> str:
        return self.statement.sql("duckdb", copy=False)


def tell(rule: Rule, source: str, *, worked: bool = True, besides: Sequence[str] = ()) -> Told:
    """Over a table with `id`, `decision_day`, the columns of the inputs, and, if `worked` is asked for, a
    `digits_column` of each remembered sum. `besides`: more of its columns, given as they are. Raises Wrong for what SQL
    cannot do, or cannot write.
    """
    definition = rule.definition
    building = _Building(definition) if worked else Building(definition)
    building.names[DECISION_DAY] = Value(column(DECISION_DAY), "date")
    for step in definition.steps:
        if isinstance(step, ParsedFormula):
            building.formula(step)
        else:
            building.table(step)
    found = [column("id"), *building.answer(), *map(column, besides)]
    read = [DECISION_DAY, *besides]
    if isinstance(building, _Building):
        found.append(called(WORKED, building.worked(rule)))
        read += building.moving
    outputs = tuple(one.name for one in building.outputs)
    return Told(building.over_steps(source, found, read), outputs)


class _Building(Building):
    """Beside every number its digits; and what the trace says of every step."""

    def __init__(self, definition: Definition) -> None:
        super().__init__(definition)
        self.moving = [
            digits_column(name) for name, one in definition.history.items() if as_input(one).type == "money"
        ]
        self._digits: dict[str, Digits] = {}
        for name, one in definition.inputs.items():
            if one.type in digits.OF_TYPE or one.type == "number":
                self._digits[name] = digits.of_input(one)
        for name in definition.history:
            moving = digits_column(name) in self.moving
            self._digits[name] = column(digits_column(name)) if moving else 0
        for name, constant in definition.constants.items():
            if self.names[name].type == "number":
                self._digits[name] = _of_constant(constant)
        self._below: dict[str, Digits] = {}
        self._writing = Writing(self.scope, self._digits)
        self._steps: list[Sql] = []

    def formula(self, step: ParsedFormula) -> None:
        name = step.formula.name
        super().formula(step)
        value = self.names[name]
        if value.divisor is not None:
            above, below = self._of_quotient(step.tree)
            self._digits[name], self._below[name] = above, below
            written = call(
                "concat",
                digits.shown(value.numerator, above),
                text(" / "),
                digits.shown(value.divisor, below),
            )
        elif value.type == "number":
            self._digits[name] = self._kept(name, self._writing.of(step.tree), self.level[name])
            written = digits.shown(value, self._digits[name])
        else:
            written = _as_text(value)
        self._tell(name, written, text(step.formula.clause), step.paper.identity.id)

    def table(self, step: ParsedTable) -> None:
        super().table(step)
        table, paper = step.table, step.paper.identity.id
        row = row_said(step)
        clauses = [(binary(exp.EQ, row.copy(), text(one.row.id)), text(one.row.clause)) for one in step.rows]
        self._tell(table.name, row, case(clauses, text(table.clause)), paper)
        for output in table.outputs:
            value = self.names[output.name]
            if value.type == "number":
                of = self._of_output(step, [one.then[output.name] for one in step.rows])
                self._digits[output.name] = self._kept(output.name, of, self.level[output.name])
                written = digits.shown(value, self._digits[output.name])
            else:
                written = _as_text(value)
            self._tell(output.name, written, text(table.clause), paper)

    def worked(self, rule: Rule) -> Sql:
        """Once all steps are compiled."""
        amount = self.definition.amount
        written = digits.shown(value_of(amount.tree, self.scope), self._writing.of(amount.tree))
        self._tell("amount", written, text(amount.amount.clause), amount.paper.identity.id)
        return call("concat", text(f"[{_parameters(rule)}"), *self._joined(), text("]"))

    def _kept(self, name: str, of: Digits, level: int) -> Digits:
        """In a column of its own, unless it is the same for all."""
        if isinstance(of, int):
            return of
        self._column(digits_column(name), of, level)
        return column(digits_column(name))

    def _of_quotient(self, tree: Node) -> tuple[Digits, Digits]:
        match tree:
            case Operation():
                return self._writing.of(tree.left), self._writing.of(tree.right)
            case Call():
                return self._writing.of(tree.arguments[0]), 0
            case Name():
                return self._digits[tree.name], self._below[tree.name]
        raise AssertionError(tree)

    def _of_output(self, step: ParsedTable, trees: list[Node]) -> Digits:
        each = [self._writing.of(tree) for tree in trees]
        if step.table.hit == "collect":
            hits = [
                digits.chosen(column(hit_column(step.table.name, one.row.id)), of, 0)
                for one, of in zip(step.rows, each, strict=True)
            ]
            return digits.most(hits)
        place = column(row_column(step.table.name))
        *others, last = each
        found = last
        for at, of in reversed(list(enumerate(others, 1))):
            found = digits.chosen(binary(exp.EQ, place.copy(), whole(at)), of, found)
        return found

    def _tell(self, name: str, value: Sql, clause: Sql, paper: str) -> None:
        self._steps.append(
            call(
                "concat", text(f',{{"name":{_json(name)},"value":"'), value, text('","clause":"'), clause,
                text(f'","paper":{_json(paper)}}}'),
            )
        )  # fmt: skip

    def _joined(self) -> Iterator[Sql]:
        """All parts in one list; the first comma only behind a parameter."""
        parts = [part for step in self._steps for part in _parts(step)]
        if not self.definition.constants:
            parts[0] = text(parts[0].name.removeprefix(","))
        yield from _merged(parts)


def _parts(sql: Sql) -> Iterator[Sql]:
    if isinstance(sql, exp.Anonymous) and sql.name == "concat":
        for one in sql.expressions:
            yield from _parts(one)
    else:
        yield sql


def _merged(parts: list[Sql]) -> Iterator[Sql]:
    """Texts that stand side by side as one."""
    waiting = ""
    for one in parts:
        if isinstance(one, exp.Literal) and one.is_string:
            waiting += one.name
            continue
        if waiting:
            yield text(waiting)
            waiting = ""
        yield one
    if waiting:
        yield text(waiting)


def _of_constant(constant: Constant) -> int:
    exponent = constant.value.as_tuple().exponent  # type: ignore[union-attr]  # asked of numbers only
    assert isinstance(exponent, int)
    return max(-exponent, 0)


def _as_text(value: Value) -> Sql:
    if value.type == "boolean":
        return case([(value.sql.copy(), text("true"))], text("false"))
    return cast(value.sql.copy(), "VARCHAR")


def _parameters(rule: Rule) -> str:
    return ",".join(
        f'{{"name":{_json(step.name)},"value":{_json(_plain(step.value))},"clause":{_json(step.clause)},'
        f'"paper":{_json(step.paper)}}}'
        for step in rule.parameters
    )


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if not isinstance(value, str) and hasattr(value, "as_tuple") else str(value)


def _json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


__all__ = ["WORKED", "Told", "digits_column", "tell"]
