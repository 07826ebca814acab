"""What a part of an expression is in SQL, and how two of them are put together without ever being inexact.

A number is a whole number of SQL: its value times 10 to the power `scale` (money: fen). With it goes the range it can
lie in, from which BIGINT or HUGEINT is chosen; what could leave HUGEINT is refused when the rule is compiled.
A quotient stays numerator and divisor, and its divisor is made positive at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlglot import exp

from services.policy.language.wrong import Wrong
from services.policy.sql.writing import (
    BIGINT,
    HUGEINT,
    Sql,
    alone,
    binary,
    call,
    case,
    cast,
    negative,
    type_of,
    whole,
)

Type = Literal["number", "boolean", "date", "choice", "list", "quotient"]
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Value:
    """`low`, `high`: the range of the whole number, of a number only. `divisor`: of a quotient only."""

    sql: Sql
    type: Type
    scale: int = 0
    low: int = 0
    high: int = 0
    divisor: Value | None = None

    @property
    def numerator(self) -> Value:
        return Value(self.sql, "number", self.scale, self.low, self.high)


def number(sql: Sql, scale: int, low: int, high: int, *, huge: bool = False) -> Value:
    """A number; `huge`: `sql` is a HUGEINT although the range may not need it. Raises Wrong beyond HUGEINT."""
    if low < -HUGEINT or high > HUGEINT:
        raise Wrong(
            "算式过大，超出可算范围", "the numbers of this formula may grow beyond 127 bits", rule="too-large"
        )
    if low == high:
        return Value(whole(low), "number", scale, low, high)
    if huge and type_of(low, high) == "BIGINT":
        sql = cast(sql, "BIGINT")
    return Value(sql, "number", scale, low, high)


def exact(value: Decimal, scale: int | None = None) -> Value:
    """A constant; its scale is that of its own digits unless told."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    digits = max(-exponent, 0) if scale is None else scale
    scaled = int(value.scaleb(digits))
    return number(whole(scaled), digits, scaled, scaled)


def is_huge(value: Value) -> bool:
    return type_of(value.low, value.high) == "HUGEINT"


def apply(kind: type[exp.Binary], left: Value, right: Value, scale: int, range_: Range) -> Value:
    """One operation on whole numbers, in HUGEINT where an operand or the result needs it."""
    low, high = range_
    huge = is_huge(left) or is_huge(right) or type_of(low, high) == "HUGEINT"
    first = cast(left.sql, "HUGEINT") if huge and not is_huge(left) else left.sql
    return number(binary(kind, first, right.sql), scale, low, high, huge=huge)


def scaled(value: Value, scale: int) -> Value:
    """The same number with more digits after the point."""
    if value.scale == scale:
        return value
    factor = 10 ** (scale - value.scale)
    by = number(whole(factor), 0, factor, factor)
    return apply(exp.Mul, value, by, scale, (value.low * factor, value.high * factor))


def aligned(values: Sequence[Value]) -> list[Value]:
    scale = max(value.scale for value in values)
    return [scaled(value, scale) for value in values]


def same_width(values: Sequence[Value]) -> list[Sql]:
    """The SQL of the values, all BIGINT or all HUGEINT."""
    if any(map(is_huge, values)):
        return [value.sql if is_huge(value) else cast(value.sql, "HUGEINT") for value in values]
    return [value.sql for value in values]


def plus(left: Value, right: Value) -> Value:
    a, b = aligned([left, right])
    return apply(exp.Add, a, b, a.scale, (a.low + b.low, a.high + b.high))


def minus(left: Value, right: Value) -> Value:
    a, b = aligned([left, right])
    return apply(exp.Sub, a, b, a.scale, (a.low - b.high, a.high - b.low))


def times(left: Value, right: Value) -> Value:
    if (left.low, left.high) == (1, 1) and left.scale == 0:
        return right
    if (right.low, right.high) == (1, 1) and right.scale == 0:
        return left
    return apply(exp.Mul, left, right, left.scale + right.scale, _corners(left, right))


def _corners(left: Value, right: Value) -> Range:
    products = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
    return min(products), max(products)


def minus_sign(value: Value) -> Value:
    return number(negative(value.sql), value.scale, -value.high, -value.low, huge=is_huge(value))


def absolute(value: Value) -> Value:
    if value.low >= 0:
        return value
    low = 0 if value.high >= 0 else -value.high
    return number(call("abs", value.sql), value.scale, low, max(-value.low, value.high), huge=is_huge(value))


def extreme(function: Literal["least", "greatest"], values: Sequence[Value]) -> Value:
    """The least or the greatest of several numbers."""
    choose: Callable[[list[int]], int] = min if function == "least" else max
    found = aligned(values)
    low, high = choose([value.low for value in found]), choose([value.high for value in found])
    huge = any(map(is_huge, found))
    return number(call(function, *same_width(found)), found[0].scale, low, high, huge=huge)


def chosen(condition: Sql, then: Value, otherwise: Value) -> Value:
    """`if`: two numbers, or two of the same other type."""
    if then.type != "number":
        return Value(case([(condition, then.sql)], otherwise.sql), then.type)
    found = aligned([then, otherwise])
    low, high = min(one.low for one in found), max(one.high for one in found)
    first, second = same_width(found)
    huge = any(map(is_huge, found))
    return number(case([(condition, first)], second), found[0].scale, low, high, huge=huge)


def over(numerator: Value, divisor: Value) -> Value:
    """A quotient. A divisor that may be negative hands its sign to the numerator; zero is refused before."""
    if divisor.low < 0:
        below = binary(exp.LT, divisor.sql, whole(0))
        numerator = chosen(below, minus_sign(numerator), numerator)
        divisor = absolute(divisor)
    return Value(numerator.sql, "quotient", numerator.scale, numerator.low, numerator.high, divisor)


def compared(kind: type[exp.Binary], left: Value, right: Value) -> Sql:
    """A comparison; with a quotient, by cross-multiplication."""
    if left.type in ("number", "quotient"):
        a = left.numerator if right.divisor is None else times(left.numerator, right.divisor)
        b = right.numerator if left.divisor is None else times(right.numerator, left.divisor)
        a, b = aligned([a, b])
        first, second = same_width([a, b])
        return binary(kind, first, second)
    return binary(kind, left.sql, right.sql)


__all__ = ["BIGINT", "Range", "Type", "Value", "alone"]
