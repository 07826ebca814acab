"""Folds over one list worked out together: one loop over its rows instead of one a fold.

    sum(m.wage for m in members where m.works), count(m in members where m.ill), …

Only folds that can be worked out before everything else, and whether or not anything asks for them: they read fields,
parameters and single inputs, and nothing in them divides, rounds or looks at a calendar, so none can fail.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from services.policy.language.arithmetic import ZERO
from services.policy.language.names import names_in, nodes
from services.policy.language.tree import Call, Name, Node, Operation, Over
from services.policy.language.variables import Column, Constants, Place, Rows, Single, load

TOTAL: Final = ("min", "max", "abs")
"""The functions that give a value whatever they are given."""

Value = Callable[[Node], ast.expr]


class Folds:
    """`known`: the names whose values are there before the first formula."""

    def __init__(self, constants: Constants, known: Collection[str]) -> None:
        self._constants = constants
        self._known = known
        self._variables: dict[Over, str] = {}
        self._begun: list[ast.stmt] = []
        self._loops: dict[str, tuple[Rows, list[ast.stmt]]] = {}

    def take(self, node: Over, rows: Rows, scope: Mapping[str, Place], value: Value) -> ast.expr | None:
        """The variable that will hold the fold; None if it has to be worked out where it stands.

        `value`: compiles what is inside, its fields being the variables of `field_variable`.
        """
        if node not in self._variables:
            if not self._can_be_taken(node, scope):
                return None
            variable = self._variables[node] = f"a{len(self._variables)}"
            first: dict[str, ast.expr] = {
                "sum": self._constants.of(ZERO),
                "count": ast.Constant(0),
                "any": ast.Constant(False),
                "all": ast.Constant(True),
            }
            self._begun.append(_assign(variable, first[node.fold]))
            step = self._step(node, variable, value)
            if node.where is not None:
                step = ast.If(value(node.where), [step], [])
            self._loops.setdefault(node.list, (rows, []))[1].append(step)
        return load(self._variables[node])

    def statements(self) -> Iterator[ast.stmt]:
        """To stand behind the inputs and before everything that reads a fold."""
        yield from self._begun
        for rows, steps in self._loops.values():
            fields = [ast.Name(field_variable(one), ast.Store()) for one in rows.columns.values()]
            yield ast.For(ast.Tuple(list[ast.expr](fields), ast.Store()), load(rows.variable), steps, [])

    def _step(self, node: Over, variable: str, value: Value) -> ast.stmt:
        match node.fold, node.value:
            case "any", Node() as test:
                return ast.If(value(test), [_assign(variable, ast.Constant(True))], [])
            case "all", Node() as test:
                return ast.If(
                    ast.UnaryOp(ast.Not(), value(test)), [_assign(variable, ast.Constant(False))], []
                )
            case _, more:
                added = ast.Constant(1) if more is None else value(more)
                return _assign(variable, ast.BinOp(load(variable), ast.Add(), added))

    def _can_be_taken(self, node: Over, scope: Mapping[str, Place]) -> bool:
        if node.fold not in ("count", "sum", "any", "all"):
            return False
        for one in nodes(node):
            match one:
                case Operation(operator="/"):
                    return False
                case Call() if one.function not in TOTAL:
                    return False
                case Name() if one.name != node.row and not isinstance(scope.get(one.name), Single):
                    return False
        return names_in(node) - {node.list} <= set(self._known)


def field_variable(column: Column) -> str:
    return f"f{column.index}"


def _assign(variable: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(variable, ast.Store())], value)
