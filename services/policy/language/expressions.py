"""From an expression of the policy language to an expression of Python's own syntax tree.

Nothing of a paper's text becomes Python text: names are mapped to variables `v0, v1, …` before they come here, texts
and numbers become constants. A quotient is two expressions, compared by cross-multiplication.

`and`, `or`, `if … then … else` evaluate what they need and no more. The kinds of a formula have been checked
before (`services.policy.language.kinds`); what slips through raises Wrong here, or an exception at the decision.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.policy.language.arithmetic import DIGITS, ONE, ZERO, rounding_of
from services.policy.language.folding import Folds, field_variable
from services.policy.language.tree import (
    Call,
    Choices,
    Compare,
    Day,
    Field,
    If,
    Interval,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Operation,
    Over,
    Text,
    Truth,
    Within,
)
from services.policy.language.variables import (
    Column,
    Constants,
    Inlined,
    Pair,
    Place,
    Rows,
    Single,
    call,
    load,
)
from services.policy.language.whitelist import ROUNDING
from services.policy.language.wrong import Wrong

TWELVE: Final = Decimal(12)

ARITHMETIC: Final[dict[str, ast.operator]] = {"+": ast.Add(), "-": ast.Sub(), "*": ast.Mult()}
COMPARISONS: Final[dict[str, ast.cmpop]] = {
    "=": ast.Eq(),
    "!=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
}


@dataclass(frozen=True, slots=True)
class Quotient:
    """`below` None: a plain number. `positive`: the divisor is known to be greater than 0."""

    above: ast.expr
    below: ast.expr | None = None
    positive: bool = True


class Expressions:
    """Compiles trees over the names of `scope`. `folds`: takes the folds that can be worked out together, if there."""

    def __init__(self, scope: Mapping[str, Place], constants: Constants, folds: Folds | None = None) -> None:
        self.scope = scope
        self.constants = constants
        self.folds = folds
        self._row: tuple[str, Mapping[str, Column]] | None = None
        self._together = False

    def is_quotient(self, node: Node) -> bool:
        match node:
            case Operation(operator="/") | Call(function="monthly"):
                return True
            case Name():
                return isinstance(self.scope.get(node.name), Pair)
        return False

    def is_positive(self, node: Node) -> bool:
        """Whether a number is greater than 0 whatever the inputs, as far as can be seen at once."""
        match node:
            case Number():
                return node.value > 0
            case Name():
                place = self.scope.get(node.name)
                if isinstance(place, Inlined):
                    return self.is_positive(place.tree)
                return isinstance(place, Single) and place.positive
            case Field():
                return self._field(node).positive
            case If():
                return self.is_positive(node.then) and self.is_positive(node.otherwise)
            case Operation(operator="+" | "*"):
                return self.is_positive(node.left) and self.is_positive(node.right)
            case Over(fold="count", where=None):
                rows = self.scope.get(node.list)
                return isinstance(rows, Rows) and rows.filled
            case Call(function="max"):
                return any(map(self.is_positive, node.arguments))
            case Call(function="min"):
                return all(map(self.is_positive, node.arguments))
        return False

    def is_whole(self, node: Node) -> bool:
        """Whether a number is an `int`: counts are, and what is made of them; so literals beside them are, too."""
        match node:
            case Number() | Over(fold="count"):
                return True
            case Name():
                place = self.scope.get(node.name)
                if isinstance(place, Inlined):
                    return self.is_whole(place.tree)
                return isinstance(place, Single) and place.whole
            case Field():
                return self._field(node).whole
            case Operation(operator="+" | "-" | "*"):
                return self.is_whole(node.left) and self.is_whole(node.right)
            case Call(function="min" | "max" | "abs"):
                return all(map(self.is_whole, node.arguments))
        return False

    def quotient(self, node: Node) -> Quotient:
        """Any number as a quotient."""
        if not self.is_quotient(node):
            return Quotient(self.value(node))
        match node:
            case Operation():
                return Quotient(self.value(node.left), self.value(node.right), self.is_positive(node.right))
            case Call():
                return Quotient(self.value(node.arguments[0]), self.constants.of(TWELVE))
            case Name():
                place = self.scope[node.name]
                assert isinstance(place, Pair)
                return Quotient(load(place.above), load(place.below))
        raise AssertionError(node)

    def value(self, node: Node) -> ast.expr:
        """Anything but a quotient. Raises Wrong."""
        if self.is_quotient(node):
            raise Wrong("商须先取整或比较", "a quotient must be compared or rounded", node.at, "quotient")
        match node:
            case Number() | Text() | Truth() | Day():
                return self.constants.of(node.value)
            case Name():
                return self._name(node)
            case Field():
                field = self._field(node)
                if self._together:
                    return load(field_variable(field))
                return ast.Subscript(load("row"), ast.Constant(field.index), ast.Load())
            case Negative():
                return ast.UnaryOp(ast.USub(), self.value(node.value))
            case Not():
                return ast.UnaryOp(ast.Not(), self.value(node.value))
            case Operation():
                left, right = self._both(node.left, node.right)
                return ast.BinOp(left, ARITHMETIC[node.operator], right)
            case Compare():
                return self._compare(node.operator, node.left, node.right)
            case Within(range=Interval() as interval):
                return self._in_interval(node.value, interval)
            case Within(range=Choices() as choices):
                return self._in_choices(node.value, choices)
            case Logic():
                sign = ast.And() if node.operator == "and" else ast.Or()
                return ast.BoolOp(sign, [self.value(item) for item in node.items])
            case If():
                return ast.IfExp(
                    self.value(node.condition), self.value(node.then), self.value(node.otherwise)
                )
            case Call():
                return self._call(node)
            case Over():
                return self._over(node)
        raise AssertionError(node)

    def _both(self, *parts: Node) -> list[ast.expr]:
        """Values that meet each other: a literal is an `int` beside an `int`, and a `Decimal` beside a `Decimal`."""
        if not all(map(self.is_whole, parts)):
            return [self.value(part) for part in parts]
        return [
            ast.Constant(int(part.value)) if isinstance(part, Number) else self.value(part) for part in parts
        ]

    def _name(self, node: Name) -> ast.expr:
        place = self.scope.get(node.name)
        if isinstance(place, Inlined):
            return self.value(place.tree)
        if not isinstance(place, Single):
            raise Wrong(
                f"此处不能用“{node.name}”", f"`{node.name}` cannot be used here", node.at, "unknown-name"
            )
        return load(place.variable)

    def _field(self, node: Field) -> Column:
        if self._row is None or self._row[0] != node.row or node.name not in self._row[1]:
            said = f"{node.row}.{node.name}"
            raise Wrong(f"没有“{said}”", f"there is no `{said}` here", node.at, "unknown-name")
        return self._row[1][node.name]

    def _below(self, quotient: Quotient) -> ast.expr:
        return self.constants.of(ONE) if quotient.below is None else quotient.below

    def _compare(self, sign: str, left: Node, right: Node) -> ast.expr:
        if not (self.is_quotient(left) or self.is_quotient(right)):
            if isinstance(right, Truth) and sign == "=":
                return self.value(left) if right.value else ast.UnaryOp(ast.Not(), self.value(left))
            first, second = self._both(left, right)
            return ast.Compare(first, [COMPARISONS[sign]], [second])
        one, other = self.quotient(left), self.quotient(right)
        if one.positive and other.positive:
            first = one.below if one.below and right == Number(ONE) else _times(other.above, one.below)
            return ast.Compare(_times(one.above, other.below), [COMPARISONS[sign]], [first])
        return call(
            "compared", ast.Constant(sign), one.above, self._below(one), other.above, self._below(other)
        )

    def _in_interval(self, value: Node, interval: Interval) -> ast.expr:
        low, high = "<=" if interval.low_included else "<", "<=" if interval.high_included else "<"
        if any(map(self.is_quotient, (value, interval.low, interval.high))):
            return ast.BoolOp(
                ast.And(),
                [self._compare(low, interval.low, value), self._compare(high, value, interval.high)],
            )
        bottom, between, top = self._both(interval.low, value, interval.high)
        return ast.Compare(bottom, [COMPARISONS[low], COMPARISONS[high]], [between, top])

    def _in_choices(self, value: Node, choices: Choices) -> ast.expr:
        if self.is_quotient(value) or any(map(self.is_quotient, choices.items)):
            return ast.BoolOp(ast.Or(), [self._compare("=", value, item) for item in choices.items])
        first, *items = self._both(value, *choices.items)
        return ast.Compare(first, [ast.In()], [ast.Tuple(items, ast.Load())])

    def _call(self, node: Call) -> ast.expr:
        if node.function in ROUNDING:
            mode, digits = rounding_of(node.function)
            argument = self.quotient(node.arguments[0])
            if argument.below is None:
                return call("rounded", argument.above, self.constants.of(DIGITS[digits]), ast.Constant(mode))
            return call(
                "rounded_quotient", argument.above, argument.below, ast.Constant(digits), ast.Constant(mode)
            )
        arguments = self._both(*node.arguments)
        if node.function in ("min", "max") and len(arguments) == 2 and all(map(_is_at_hand, arguments)):
            # Of two that are equal the first, as Python's own: they may be written with other digits.
            first, second = arguments
            sign = ast.Lt() if node.function == "min" else ast.Gt()
            return ast.IfExp(ast.Compare(second, [sign], [first]), second, first)
        if node.function == "yearly":
            return ast.BinOp(arguments[0], ast.Mult(), self.constants.of(TWELVE))
        return call(node.function, *arguments)

    def _over(self, node: Over) -> ast.expr:
        rows = self.scope.get(node.list)
        if not isinstance(rows, Rows):
            raise Wrong(f"“{node.list}”不是列表", f"`{node.list}` is not a list", node.at, "wrong-kind")
        if node.fold == "count" and node.where is None:
            return call("len", load(rows.variable))
        self._row = (node.row, rows.columns)
        try:
            if self.folds is not None:
                self._together = True
                if (taken := self.folds.take(node, rows, self.scope, self.value)) is not None:
                    return taken
                self._together = False
            value = ast.Constant(None) if node.value is None else self.value(node.value)
            where = [] if node.where is None else [self.value(node.where)]
        finally:
            self._row, self._together = None, False
        if node.fold == "which":
            both = ast.Tuple([ast.Name("place", ast.Store()), ast.Name("row", ast.Store())], ast.Store())
            numbered = call("enumerate", load(rows.variable), ast.Constant(1))
            return call("tuple", ast.ListComp(load("place"), [ast.comprehension(both, numbered, where, 0)]))
        each = ast.comprehension(ast.Name("row", ast.Store()), load(rows.variable), where, 0)
        found = ast.ListComp(value, [each])
        if node.fold == "sum":
            return call("sum", found, self.constants.of(ZERO))
        return call("len" if node.fold == "count" else node.fold, found)


def _is_at_hand(value: ast.expr) -> bool:
    """Whether it costs nothing to read it twice."""
    return isinstance(value, ast.Name | ast.Constant)


def _times(value: ast.expr, by: ast.expr | None) -> ast.expr:
    return value if by is None else ast.BinOp(value, ast.Mult(), by)
