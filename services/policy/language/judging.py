"""`kind_of`: the kind of an expression in a scope of kinds. Raises Wrong, with the place and the rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from services.policy.language.calling import kind_of_call
from services.policy.language.kind import BOOLEAN, DATE, MOST_DIGITS, Kind, choice, number, quotient
from services.policy.language.narrowing import narrowed
from services.policy.language.ranges import Range, only
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
from services.policy.language.uniting import comparable, must_be, one_unit, united
from services.policy.language.units import NUMBER
from services.policy.language.wrong import Wrong

Scope = Mapping[str, Kind]


def kind_of(node: Node, scope: Scope) -> Kind:
    """`scope`: what each name gives; a field of a row under `m.wage` where a test has narrowed it."""
    match node:
        case Number():
            return number(None if node.value == 0 else NUMBER, 0, only(Fraction(node.value)))
        case Text():
            return choice(node.value)
        case Truth():
            return replace(BOOLEAN, range=only(Fraction(node.value)))
        case Day():
            return replace(DATE, range=only(Fraction(node.value.toordinal())))
        case Name():
            return _named(node, scope)
        case Field():
            return _field(node, scope)
        case Negative():
            value = must_be(kind_of(node.value, scope), "number", node.value)
            return replace(value, range=-value.range)
        case Operation():
            return _operation(node, scope)
        case Compare():
            comparable(kind_of(node.left, scope), kind_of(node.right, scope), node.operator, node)
            return BOOLEAN
        case Within():
            return _within(node, scope)
        case Not():
            must_be(kind_of(node.value, scope), "boolean", node.value)
            return BOOLEAN
        case Logic():
            return _logic(node, scope)
        case If():
            return _if(node, scope)
        case Call():
            return kind_of_call(node, [kind_of(argument, scope) for argument in node.arguments])
        case Over():
            return _over(node, scope)
    raise TypeError(f"not an expression: {node!r}")


def _named(node: Name, scope: Scope) -> Kind:
    found = scope.get(node.name)
    if found is None:
        raise Wrong(
            f"没有名为“{node.name}”的项", f"there is nothing named `{node.name}`", node.at, "unknown-name"
        )
    if found.type == "list" and not found.fields:
        raise Wrong(f"“{node.name}”没有字段", f"the list `{node.name}` has no fields", node.at, "kind")
    return found


def _field(node: Field, scope: Scope) -> Kind:
    if f"{node.row}." not in scope:
        raise Wrong(
            f"没有名为“{node.row}”的行", f"there is no row named `{node.row}`", node.at, "unknown-name"
        )
    found = scope.get(f"{node.row}.{node.name}")
    if found is None:
        raise Wrong(
            f"名单里没有字段“{node.name}”", f"the list has no field `{node.name}`", node.at, "unknown-name"
        )
    return found


def _operation(node: Operation, scope: Scope) -> Kind:
    left = must_be(kind_of(node.left, scope), "number", node.left)
    right = must_be(kind_of(node.right, scope), "number", node.right)
    if node.operator == "/":
        low = right.low
        if low is None or low <= 0:
            raise Wrong(
                "除数可能为零或负数",
                "the divisor may be zero or less: give it a range, or a test before it",
                node.right.at,
                "division-by-zero",
            )
        return quotient((left.unit or NUMBER) / (right.unit or NUMBER), left.range.over(right.range))
    if node.operator == "*":
        scale = left.scale + right.scale
        if scale > MOST_DIGITS:
            raise Wrong(
                "小数位过多，请先取整", "too many digits after the point: round first", node.at, "kind"
            )
        zero = left.unit is None or right.unit is None
        unit = (left.unit or right.unit) if zero else (left.unit or NUMBER) * (right.unit or NUMBER)
        return number(unit, scale, left.range * right.range)
    unit = one_unit(left, right, node)
    span = left.range + right.range if node.operator == "+" else left.range - right.range
    return number(unit, max(left.scale, right.scale), span)


def _within(node: Within, scope: Scope) -> Kind:
    value = kind_of(node.value, scope)
    if isinstance(node.range, Choices):
        for item in node.range.items:
            comparable(value, kind_of(item, scope), "=", item)
        return BOOLEAN
    low, high = kind_of(node.range.low, scope), kind_of(node.range.high, scope)
    for bound, at in ((low, node.range.low), (high, node.range.high)):
        comparable(value, bound, "<", at)
        if bound.type == "quotient":
            raise Wrong("区间两端不能是商", "the bounds of an interval are not quotients", at.at, "kind")
    if low.low is not None and high.high is not None and _empty(node.range, low.low, high.high):
        raise Wrong("区间是空的", "nothing lies in this interval", node.range.at, "kind")
    return BOOLEAN


def _empty(interval: Interval, low: Fraction, high: Fraction) -> bool:
    return low > high or (low == high and not (interval.low_included and interval.high_included))


def _logic(node: Logic, scope: Scope) -> Kind:
    """Each item is judged knowing the ones before it: `x > 0 and a / x < 1`."""
    for item in node.items:
        must_be(kind_of(item, scope), "boolean", item)
        scope = narrowed(scope, item, node.operator == "and", kind_of)
    return BOOLEAN


def _if(node: If, scope: Scope) -> Kind:
    must_be(kind_of(node.condition, scope), "boolean", node.condition)
    then = kind_of(node.then, narrowed(scope, node.condition, True, kind_of))
    other = kind_of(node.otherwise, narrowed(scope, node.condition, False, kind_of))
    return united(then, other, node)


def _over(node: Over, scope: Scope) -> Kind:
    if node.row in scope:
        raise Wrong(
            f"“{node.row}”已另有所指", f"`{node.row}` already means something", node.at, "duplicate-name"
        )
    rows = _named(Name(node.list, at=node.at), scope)
    must_be(rows, "list", node)
    fields = {f"{node.row}.{name}": kind for name, kind in rows.fields}
    inner: Scope = {**scope, f"{node.row}.": rows, **fields}
    if node.where is not None:
        must_be(kind_of(node.where, inner), "boolean", node.where)
        inner = narrowed(inner, node.where, True, kind_of)
    lengths = rows.range if node.where is None else Range(Fraction(0), rows.high)
    if node.value is None:
        return number(NUMBER, 0, lengths)
    value = kind_of(node.value, inner)
    if node.fold in ("any", "all"):
        return must_be(value, "boolean", node.value)
    must_be(value, "number", node.value)
    if node.fold == "sum":
        return replace(value, range=value.range * lengths)
    if lengths.low is None or lengths.low < 1:
        raise Wrong(
            f"{node.fold} 的名单可能是空的", f"the list of this {node.fold} may be empty", node.at, "kind"
        )
    return value
