"""A definition compiled to two Python functions: one that decides, one that also tells every value on the way.

Steps run in the order of the definition; a table tries its rows by its hit policy:

- `first`: the first row whose tests all hold; there must be one;
- `unique`: of the rows with tests exactly one must hold;
- `collect`: all that hold; each output is the sum over them, and the row reads `A+B` ('' if none holds).

A row without tests is whatever is left: it counts where no other row does (with `first`: no row before it).
Only the outputs of rows that hold are worked out.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, NoReturn

from services.policy.definition import DECISION_DAY, Definition, ParsedFormula, ParsedRow, ParsedTable
from services.policy.language.arithmetic import ONE, ZERO
from services.policy.language.dates import WorkingDay
from services.policy.language.expressions import Expressions
from services.policy.language.folding import Folds
from services.policy.language.functions import functions
from services.policy.language.intake import DOUBTS, Intake, as_input, assign, doubt_if, wrong_input
from services.policy.language.names import depth, names_in, nodes
from services.policy.language.tree import Call, Name, Node, Operation, Over
from services.policy.language.variables import Constants, Inlined, Pair, Place, Single, call, load, located

DEEPEST: Final = 60
"""How deep formulas may be nested by inlining: Python's own compiler recurses."""
Admitted = tuple[int, ...] | None
Decided = tuple[str, dict[str, object], int, Admitted]
Told = tuple[str, dict[str, object], int, Admitted, tuple[Any, ...]]


class NoRow(Exception):
    """No row of a table holds, or more than one where one must: the checks of the paper did not do their work."""


@dataclass(frozen=True, slots=True)
class Named:
    """What one value of the trace is: its name, kind, and the clauses it may come from.

    `clauses`: of the rows of a table, by the row's id; else the one clause, under ''.
    """

    name: str
    kind: Literal["formula", "row", "output", "amount"]
    clauses: Mapping[str, str]
    paper: str


class Telling(NamedTuple):
    """`named` says what the values of `tell` are, in order."""

    tell: Callable[[Mapping[str, object], date], Told]
    named: tuple[Named, ...]


class Interpreted:
    """Its functions need the context `EXACT`. The one that tells is made when first asked for: who only checks
    examples, or counts a population, never asks."""

    def __init__(self, definition: Definition, works: WorkingDay | None = None) -> None:
        """Raises Wrong where a formula is not as the checks would have it."""
        self._definition, self._works = definition, works
        body = _Body(definition, Constants(functions(works)), inlined(definition))
        statements = [*body.statements(), _give(body.answer())]
        self.decide: Callable[[Mapping[str, object], date], Decided] = _made(body, statements)

    @cached_property
    def telling(self) -> Telling:
        body = _Body(self._definition, Constants(functions(self._works)), frozenset())
        statements = body.statements()
        statements.append(_give([*body.answer(), ast.Tuple(body.values, ast.Load())]))
        return Telling(_made(body, statements), tuple(body.named))


def _made(body: _Body, statements: list[ast.stmt]) -> Callable[[Mapping[str, object], date], Any]:
    space = body.constants.globals
    module = ast.Module([_function("decide", statements)], [])
    exec(compile(located(module), "<policy>", "exec"), space)
    return space["decide"]  # type: ignore[return-value]  # made by exec


class _Body:
    """The body of one function. `inlined`: formulas that are worked out where they are read, and never told."""

    def __init__(self, definition: Definition, constants: Constants, inlined: frozenset[str]) -> None:
        self.definition = definition
        self.constants = constants
        self.inlined = inlined
        self.scope: dict[str, Place] = {DECISION_DAY: Single("day")}
        self.asked = {
            **definition.inputs,
            **{name: as_input(one) for name, one in definition.history.items()},
        }
        self.folds = Folds(constants, {DECISION_DAY, *definition.constants, *self.asked})
        self.expressions = Expressions(self.scope, self.constants, self.folds)
        self.named: list[Named] = []
        self.values: list[ast.expr] = []
        self.rows: dict[str, str] = {}
        self.outputs: dict[str, str] = {}
        self.admitted: dict[str, str] = {}
        self._count = 0

    def statements(self) -> list[ast.stmt]:
        body = [self._inputs()]
        for name, constant in self.definition.constants.items():
            positive = isinstance(constant.value, Decimal) and constant.value > 0
            self.scope[name] = Single(self.constants.variable(constant.value), positive)
        for step in self.definition.steps:
            body += self._formula(step) if isinstance(step, ParsedFormula) else self._table(step)
        amount = self.definition.amount
        body.append(assign("amount", self.expressions.value(amount.tree)))
        self._tell(
            load("amount"), Named("amount", "amount", {"": amount.amount.clause}, amount.paper.identity.id)
        )
        # What the formulas ask of the lists is known only now; it is worked out behind the inputs.
        body[1:1] = self.folds.statements()
        return body

    def answer(self) -> list[ast.expr]:
        """Row, outputs, fen, and the places of those admitted."""
        outputs = ast.Dict(
            [ast.Constant(name) for name in self.outputs], [load(v) for v in self.outputs.values()]
        )
        table = self.definition.amount.amount.table
        return [
            load(self.rows[table]), outputs, call("whole_fen", load("amount")),
            load(self.admitted[table]) if table in self.admitted else ast.Constant(None),
        ]  # fmt: skip

    def _variable(self) -> str:
        self._count += 1
        return f"v{self._count - 1}"

    def _tell(self, value: ast.expr, named: Named) -> None:
        self.values.append(value)
        self.named.append(named)

    def _inputs(self) -> ast.stmt:
        """All inputs taken, or one exception that says which of them is wrong."""
        asked, intake = self.asked, Intake(self.constants)

        def refuse(inputs: Mapping[str, object]) -> NoReturn:
            raise wrong_input(inputs, asked) from None

        self.constants.globals |= {"refuse": refuse, "Doubt": ValueError, "DOUBTS": DOUBTS, "NoRow": NoRow}
        count = ast.Compare(call("len", load("inputs")), [ast.NotEq()], [ast.Constant(len(asked))])
        taking = [doubt_if(count), intake.begin()]
        for name, one in asked.items():
            place = intake.place(one, self._variable())
            self.scope[name] = place
            taking += intake.statements(one, place)
        taking.append(intake.end())
        refusal = ast.ExceptHandler(load("DOUBTS"), None, [ast.Expr(call("refuse", load("inputs")))])
        return ast.Try(taking, [refusal], [], [])

    def _formula(self, parsed: ParsedFormula) -> Iterator[ast.stmt]:
        formula, tree = parsed.formula, parsed.tree
        if formula.name in self.inlined:
            self.scope[formula.name] = Inlined(tree)
            return
        named = Named(formula.name, "formula", {"": formula.clause}, parsed.paper.identity.id)
        if not self.expressions.is_quotient(tree):
            variable = self._variable()
            yield assign(variable, self.expressions.value(tree))
            self.scope[formula.name] = Single(
                variable, self.expressions.is_positive(tree), self.expressions.is_whole(tree)
            )
            self._tell(load(variable), named)
            return
        quotient, pair = self.expressions.quotient(tree), Pair(self._variable(), self._variable())
        both = [quotient.above, quotient.below or self.constants.of(ONE)]
        value = ast.Tuple(both, ast.Load()) if quotient.positive else call("over_positive", *both)
        names = [ast.Name(pair.above, ast.Store()), ast.Name(pair.below, ast.Store())]
        yield ast.Assign([ast.Tuple(list[ast.expr](names), ast.Store())], value)
        self.scope[formula.name] = pair
        self._tell(ast.Tuple([load(pair.above), load(pair.below)], ast.Load()), named)

    def _table(self, parsed: ParsedTable) -> Iterator[ast.stmt]:
        table, paper = parsed.table, parsed.paper.identity.id
        row = self.rows[table.name] = self._variable()
        outputs = {output.name: self._variable() for output in table.outputs}
        if any(one.admits is not None for one in parsed.rows):
            self.admitted[table.name] = self._variable()
        match table.hit:
            case "first":
                yield from self._first(parsed, row, outputs)
            case "unique":
                yield from self._unique(parsed, row, outputs)
            case "collect":
                yield from self._collect(parsed, row, outputs)
        clauses = {one.row.id: one.row.clause for one in parsed.rows} | {"": table.clause}
        self._tell(load(row), Named(table.name, "row", clauses, paper))
        for name, variable in outputs.items():
            self.scope[name] = Single(variable)
            self.outputs[name] = variable
            self._tell(load(variable), Named(name, "output", {"": table.clause}, paper))

    def _first(self, parsed: ParsedTable, row: str, outputs: Mapping[str, str]) -> list[ast.stmt]:
        lines: list[ast.stmt] = [self._no_row(parsed)]
        for one in reversed(parsed.rows):
            taken = self._taken(parsed, one, row, outputs)
            lines = [ast.If(self._test(one), taken, lines)] if one.when else taken
        return lines

    def _unique(self, parsed: ParsedTable, row: str, outputs: Mapping[str, str]) -> Iterator[ast.stmt]:
        yield assign(row, ast.Constant(None))
        for one in parsed.rows:
            if one.when:
                taken = self._taken(parsed, one, row, outputs)
                more_than_one = ast.If(_is_set(row), [self._no_row(parsed)], [])
                yield ast.If(self._test(one), [more_than_one, *taken], [])
        rest = [one for one in parsed.rows if not one.when]
        left = self._taken(parsed, rest[0], row, outputs) if rest else [self._no_row(parsed)]
        yield ast.If(ast.UnaryOp(ast.Not(), _is_set(row)), left, [])

    def _collect(self, parsed: ParsedTable, row: str, outputs: Mapping[str, str]) -> Iterator[ast.stmt]:
        yield assign(row, ast.Constant(""))
        for variable in outputs.values():
            yield assign(variable, self.constants.of(ZERO))
        # Those without tests come last: by then it is known whether any other holds.
        for one in sorted(parsed.rows, key=lambda one: not one.when):
            named = ast.IfExp(
                load(row),
                ast.BinOp(load(row), ast.Add(), ast.Constant(f"+{one.row.id}")),
                ast.Constant(one.row.id),
            )
            taken = [assign(row, named)]
            for name, variable in outputs.items():
                more = self.expressions.value(one.then[name])
                taken.append(assign(variable, ast.BinOp(load(variable), ast.Add(), more)))
            test = self._test(one) if one.when else ast.UnaryOp(ast.Not(), load(row))
            yield ast.If(test, taken, [])

    def _test(self, row: ParsedRow) -> ast.expr:
        tests = [self.expressions.value(test) for test in row.when.values()]
        return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)

    def _taken(
        self, parsed: ParsedTable, one: ParsedRow, row: str, outputs: Mapping[str, str]
    ) -> list[ast.stmt]:
        """What follows where a row is the one."""
        lines = [assign(row, ast.Constant(one.row.id))]
        lines += [assign(of, self.expressions.value(one.then[name])) for name, of in outputs.items()]
        if parsed.table.name in self.admitted:
            some = ast.Constant(None) if one.admits is None else self.expressions.value(one.admits)
            lines.append(assign(self.admitted[parsed.table.name], some))
        return lines

    def _no_row(self, parsed: ParsedTable) -> ast.stmt:
        return ast.Raise(call("NoRow", ast.Constant(parsed.table.name)))


def inlined(definition: Definition) -> frozenset[str]:
    """Formulas read at one place only and not in a fold, so that a branch not taken costs nothing."""
    reads: Counter[str] = Counter()
    kept: set[str] = set()
    deep: dict[str, int] = {}
    trees = [tree for step in definition.steps for tree in trees_of(step)]
    for tree in (*trees, definition.amount.tree):
        for node in nodes(tree):
            if isinstance(node, Name):
                reads[node.name] += 1
            elif isinstance(node, Over):
                kept |= names_in(node)
    for step in definition.steps:
        if not isinstance(step, ParsedFormula):
            continue
        name, tree = step.formula.name, step.tree
        depths = [deep.get(node.name, 0) for node in nodes(tree) if isinstance(node, Name)]
        level = depth(tree) + max(depths, default=0)
        # A bare name may stand for a quotient, which is never inlined.
        if reads[name] == 1 and name not in kept and level < DEEPEST and not _is_quotient_or_name(tree):
            deep[name] = level
    return frozenset(deep)


def _is_quotient_or_name(tree: Node) -> bool:
    match tree:
        case Name() | Operation(operator="/") | Call(function="monthly"):
            return True
    return False


def trees_of(step: ParsedFormula | ParsedTable) -> Iterator[Node]:
    if isinstance(step, ParsedFormula):
        yield step.tree
        return
    for row in step.rows:
        yield from (*row.when.values(), *row.then.values())
        if row.admits is not None:
            yield row.admits


def _is_set(variable: str) -> ast.expr:
    return ast.Compare(load(variable), [ast.IsNot()], [ast.Constant(None)])


def _give(values: list[ast.expr]) -> ast.stmt:
    return ast.Return(ast.Tuple(values, ast.Load()))


def _function(name: str, body: list[ast.stmt]) -> ast.stmt:
    arguments = ast.arguments([], [ast.arg("inputs"), ast.arg("day")], None, [], [], None, [])
    return ast.FunctionDef(name, arguments, body, [])
