"""Where the values of a compiled formula live: the variables that names become, and the constants beside them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from services.policy.language.tree import Node


@dataclass(frozen=True, slots=True)
class Single:
    """A name whose value is one variable. `positive`: known to be greater than 0. `whole`: an `int`."""

    variable: str
    positive: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A name whose value is a quotient, its divisor made positive."""

    above: str
    below: str


@dataclass(frozen=True, slots=True)
class Inlined:
    """A name read at one place only, where its formula is worked out: never, if that place is not reached.

    Not a quotient, and not read inside a fold.
    """

    tree: Node


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the rows of a list: its index in each row."""

    index: int
    positive: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of tuples. `filled`: it has one at least."""

    variable: str
    columns: Mapping[str, Column]
    filled: bool = False


Place = Single | Pair | Inlined | Rows


class Constants:
    """The values that compiled code reaches by name: its only globals."""

    def __init__(self, functions: Mapping[str, object]) -> None:
        self.globals: dict[str, object] = {"__builtins__": {}, **functions}
        self._known: dict[str, str] = {}

    def of(self, value: object) -> ast.expr:
        if isinstance(value, bool | str | int):
            return ast.Constant(value)
        key = repr(value)
        if key not in self._known:
            self._known[key] = self.variable(value)
        return load(self._known[key])

    def named(self, value: object) -> ast.expr:
        """Any value, each time under a name of its own."""
        return load(self.variable(value))

    def variable(self, value: object) -> str:
        name = f"k{len(self.globals)}"
        self.globals[name] = value
        return name


def load(variable: str) -> ast.expr:
    return ast.Name(variable, ast.Load())


def call(function: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(load(function), list(arguments), [])


def located(module: ast.Module) -> ast.Module:
    """`ast.fix_missing_locations` for code that stands nowhere: all of it on one line, in a third of the time."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        for value in node.__dict__.values():
            if isinstance(value, ast.AST):
                if value._fields:
                    waiting.append(value)
            elif isinstance(value, list):
                waiting += [one for one in value if isinstance(one, ast.AST)]
        if isinstance(node, ast.expr | ast.stmt | ast.excepthandler | ast.arg | ast.keyword):
            node.lineno = node.end_lineno = 1
            node.col_offset = node.end_col_offset = 0
    return module
