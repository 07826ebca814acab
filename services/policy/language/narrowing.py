"""What a test tells of the names in it: in `if x > 0 then a / x else 0` the divisor is above 0.

Only plain tests narrow: a name or a field against a number or a day; `and`, `or`, `not` of such.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Final

from services.policy.language.kind import Kind
from services.policy.language.ranges import Range
from services.policy.language.tree import Compare, Field, Interval, Logic, Name, Node, Not, Within

Scope = Mapping[str, Kind]
KindOf = Callable[[Node, Scope], Kind]

_OPPOSITE: Final = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED: Final = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def key_of(node: Node) -> str | None:
    """What a name or a field of a row is called in a scope."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Field):
        return f"{node.row}.{node.name}"
    return None


def narrowed(scope: Scope, test: Node, truth: bool, kind_of: KindOf) -> Scope:
    """The scope where `test` is known to be `truth`. The test has been found to be of good kinds."""
    match test:
        case Not():
            return narrowed(scope, test.value, not truth, kind_of)
        case Logic() if (test.operator == "and") is truth:
            for item in test.items:
                scope = narrowed(scope, item, truth, kind_of)
        case Compare():
            operator = test.operator if truth else _OPPOSITE[test.operator]
            scope = _bounded(scope, test.left, operator, test.right, kind_of)
            scope = _bounded(scope, test.right, _MIRRORED[operator], test.left, kind_of)
        case Within(range=Interval() as interval) if truth:
            above, below = ">=" if interval.low_included else ">", "<=" if interval.high_included else "<"
            scope = _bounded(scope, test.value, above, interval.low, kind_of)
            scope = _bounded(scope, test.value, below, interval.high, kind_of)
    return scope


def _bounded(scope: Scope, subject: Node, operator: str, other: Node, kind_of: KindOf) -> Scope:
    key = key_of(subject)
    if key is None or key not in scope or scope[key].type not in ("number", "date"):
        return scope
    known, step = scope[key], scope[key].step
    bound = kind_of(other, scope).range
    assert step is not None
    found = known.range
    if operator in ("=", ">=", ">") and bound.low is not None:
        found = found.within(Range(_first(bound.low, step, operator == ">")))
    if operator in ("=", "<=", "<") and bound.high is not None:
        found = found.within(Range(None, -_first(-bound.high, step, operator == "<")))
    if operator == "!=" and bound.single is not None:
        found = _without(found, bound.single, step)
    return {**scope, key: replace(known, range=found)}


def _first(bound: Fraction, step: Fraction, beyond: bool) -> Fraction:
    """The first multiple of `step` at the bound or, if `beyond`, above it."""
    return (floor(bound / step) + 1 if beyond else ceil(bound / step)) * step


def _without(known: Range, value: Fraction, step: Fraction) -> Range:
    if known.low == value and known.high != value:
        return Range(value + step, known.high)
    if known.high == value and known.low != value:
        return Range(known.low, value - step)
    return known
