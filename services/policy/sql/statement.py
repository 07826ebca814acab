"""A rule as one DuckDB SELECT: inputs in, the row, the outputs and the amount out.

Formulas and tables follow one another as common table expressions, each reading the columns before it, so that nothing
is worked out twice. Amounts are whole fen; other numbers are whole numbers with the digits that `Compiled` tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlglot import exp

from services.policy.definition import DECISION_DAY, Constant, Definition, ParsedFormula, ParsedTable
from services.policy.language.names import names_in
from services.policy.language.tree import Node
from services.policy.language.wrong import Wrong
from services.policy.sql.expressions import Scope, value_of
from services.policy.sql.inputs import givens, quoted, read
from services.policy.sql.tables import admitted_column, admitting, choosing, giving, row_said
from services.policy.sql.value import Value, exact, scaled
from services.policy.sql.writing import Sql, column, day, truth

OWN = ("id", "row", "amount_fen", "admitted")
"""The columns of the answer that every rule has."""

MONEY = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """A column of the answer. `scale`: a number is the whole number in the column with so many digits cut off."""

    name: str
    type: str
    scale: int = 0

    def said(self, value: object) -> object:
        """What the interpreter gives for the same: a `Decimal` where it is a number."""
        return (
            Decimal(value).scaleb(-self.scale) if isinstance(value, int) and self.type == "number" else value
        )


@dataclass(frozen=True, slots=True)
class Compiled:
    """`outputs`: of every table; `formulas`: of each formula, if asked for (a quotient as its two parts)."""

    statement: exp.Select
    outputs: tuple[Answer, ...]
    formulas: tuple[Answer, ...]

    def sql(self, *, pretty: bool = False) -> str:
        return self.statement.sql("duckdb", pretty=pretty)


def compile_rule(definition: Definition, source: str, *, formulas: bool = False) -> Compiled:
    """The SELECT over the table `source`, which has `id` and the columns of `inputs.column_type`.

    Gives `id`, `row`, every output, `amount_fen`, `admitted` (a truth for each member; NULL: all are), and every formula if
    asked. Raises Wrong for what SQL cannot do
    exactly (numbers beyond 127 bits), cannot know (working days) or cannot name (names that differ only in case).
    """
    return built(definition).compiled(source, formulas=formulas)


def built(definition: Definition) -> Building:
    """All steps compiled, the question still open. Raises Wrong."""
    _can_be_named(definition)
    building = Building(definition)
    for step in definition.steps:
        if isinstance(step, ParsedFormula):
            building.formula(step)
        else:
            building.table(step)
    return building


def _can_be_named(definition: Definition) -> None:
    names = [*givens(definition), *_made_by(definition.steps)]
    seen = {name: name for name in OWN}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other != name or name in OWN:
            raise Wrong(
                f"SQL 中“{name}”与“{other}”不能区分",
                f"SQL cannot tell `{name}` from `{other}`",
                rule="no-sql",
            )


def _made_by(steps: Iterable[ParsedFormula | ParsedTable]) -> list[str]:
    made: list[str] = []
    for step in steps:
        if isinstance(step, ParsedFormula):
            made.append(step.formula.name)
        else:
            made += [output.name for output in step.table.outputs]
    return made


def constant(value: Decimal | bool | date) -> Value:
    if isinstance(value, bool):
        return Value(truth(value), "boolean")
    if isinstance(value, date):
        return Value(day(value), "date")
    return exact(value)


def _of(constant_: Constant) -> Value:
    return constant(constant_.value)


class Building:
    """What has been compiled so far: the value of every name and the columns of every level."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        wanted = givens(definition)
        self.names: dict[str, Value] = {name: read(one, column(name)) for name, one in wanted.items()}
        self.names |= {name: _of(one) for name, one in definition.constants.items()}
        self.names[DECISION_DAY] = constant(definition.on)
        self.level: dict[str, int] = {}
        self.levels: list[list[tuple[str, Sql]]] = []
        lists = {name: one for name, one in definition.inputs.items() if one.type == "list"}
        self.scope = Scope(self.names, lists)
        self.formulas: list[Answer] = []
        self.outputs: list[Answer] = []

    def formula(self, step: ParsedFormula) -> None:
        name = step.formula.name
        value = value_of(step.tree, self.scope)
        level = self._behind([step.tree])
        if value.divisor is not None:
            above = self._named(f"{name}/numerator", value.numerator, level)
            below = self._named(f"{name}/divisor", value.divisor, level)
            self.names[name] = Value(above.sql, "quotient", above.scale, above.low, above.high, below)
            parts = ((f"{name}/numerator", above), (f"{name}/divisor", below))
            self.formulas += [Answer(part, "number", one.scale) for part, one in parts]
        else:
            self.names[name] = self._named(name, value, level)
            self.formulas.append(Answer(name, value.type, value.scale))
        self.level[name] = level

    def table(self, step: ParsedTable) -> None:
        cells = [cell for one in step.rows for cell in one.when.values()]
        thens = [tree for one in step.rows for tree in one.then.values()]
        some = [one.admits for one in step.rows if one.admits is not None]
        level = self._behind([*cells, *thens, *some])
        for name, sql in choosing(step, self.scope):
            self._column(name, sql, level)
        for name, value in giving(step, self.scope):
            self.names[name] = self._named(name, value, level + 1)
            self.level[name] = level + 1
            self.outputs.append(Answer(name, value.type, value.scale))
        if some:
            self._column(admitted_column(step.table.name), admitting(step, self.scope), level + 1)

    def _behind(self, trees: Sequence[Node]) -> int:
        """The first level that can read all that the trees name."""
        read_ = {name for tree in trees for name in names_in(tree)}
        return 1 + max((self.level.get(name, -1) for name in read_), default=-1)

    def _named(self, name: str, value: Value, level: int) -> Value:
        self._column(name, value.sql, level)
        return Value(column(name), value.type, value.scale, value.low, value.high)

    def _column(self, name: str, sql: Sql, level: int) -> None:
        while len(self.levels) <= level:
            self.levels.append([])
        self.levels[level].append((name, sql))

    def compiled(self, source: str, *, formulas: bool) -> Compiled:
        found = self.answer()
        if formulas:
            found += [column(one.name) for one in self.formulas]
        statement = self.over_steps(source, [column("id"), *found])
        return Compiled(statement, tuple(self.outputs), tuple(self.formulas) if formulas else ())

    def answer(self) -> list[Sql]:
        """The row that gives the reason, every output, the amount in fen."""
        amount = value_of(self.definition.amount.tree, self.scope)
        if amount.type != "number" or amount.scale > MONEY:
            raise Wrong(
                "金额须取整到分", "the amount must be rounded to fen", self.definition.amount.tree.at, "kind"
            )
        of_the_reason = self.definition.amount.amount.table
        table = next(
            one
            for one in self.definition.steps
            if isinstance(one, ParsedTable) and one.table.name == of_the_reason
        )
        found = [called("row", row_said(table)), *(column(one.name) for one in self.outputs)]
        found.append(called("amount_fen", scaled(amount, MONEY).sql))
        some = any(one.admits is not None for one in table.rows)
        return [
            *found,
            called("admitted", column(admitted_column(of_the_reason)) if some else exp.Null()),
        ]

    def over_steps(self, source: str, found: Sequence[Sql], besides: Sequence[str] = ()) -> exp.Select:
        """What is asked of the last step, all steps before it; `besides`: more columns of the source to carry along."""
        given = [column(name) for name in ("id", *givens(self.definition), *besides)]
        statement = exp.select(*found, copy=False).from_(_level(len(self._all_levels())), copy=False)
        first = exp.select(*given, copy=False).from_(exp.to_table(quoted(source)), copy=False)
        statement = statement.with_(_level(0), first, copy=False)
        for place, columns in enumerate(self._all_levels()):
            more = exp.select(exp.Star(), *(called(name, sql) for name, sql in columns)).from_(_level(place))
            statement = statement.with_(_level(place + 1), more, copy=False)
        return statement

    def _all_levels(self) -> list[list[tuple[str, Sql]]]:
        """Before the steps, in one of its own, what they ask of the lists."""
        packs = list(self.scope.packs.columns())
        return [packs, *self.levels] if packs else self.levels


def places(admitted: Sequence[bool] | None) -> tuple[int, ...] | None:
    """What the interpreter gives for the column `admitted`."""
    return None if admitted is None else tuple(at for at, one in enumerate(admitted, 1) if one)


def _level(place: int) -> str:
    return f"step_{place}"


def called(name: str, sql: Sql) -> Sql:
    return exp.alias_(sql, exp.to_identifier(name, quoted=True))
