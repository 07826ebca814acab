"""Rounding of a number or a quotient by whole-number division, which in DuckDB cuts off towards zero."""

from __future__ import annotations

from fractions import Fraction

from sqlglot import exp

from services.policy.language.whitelist import ROUNDING
from services.policy.sql.value import Value, apply, chosen, minus_sign, number, plus, scaled, times
from services.policy.sql.writing import binary, whole


def rounded(function: str, value: Value) -> Value:
    """`round_…` half up, that is away from zero; `ceil_…` towards more, `floor_…` towards less."""
    digits = ROUNDING[function]
    if value.divisor is None and value.scale <= digits:
        return scaled(value, digits)
    divisor = value.divisor or _one(1)
    missing = digits + divisor.scale - value.scale
    top = times(_plain(value.numerator), _one(10 ** max(missing, 0)))
    bottom = times(_plain(divisor), _one(10 ** max(-missing, 0)))
    return _divided(function.partition("_")[0], top, bottom, digits)


def _one(factor: int) -> Value:
    return number(whole(factor), 0, factor, factor)


def _plain(value: Value) -> Value:
    return Value(value.sql, "number", 0, value.low, value.high)


def _divided(way: str, top: Value, bottom: Value, digits: int) -> Value:
    """`bottom` is above zero wherever this is worked out."""
    if (bottom.low, bottom.high) == (1, 1):
        return Value(top.sql, "number", digits, top.low, top.high)
    if way == "round":
        if bottom.low == bottom.high and bottom.low % 2 == 0:
            moved = _moved(top, _one(bottom.low // 2), _one(-bottom.low // 2))
        else:
            top, moved = times(top, _one(2)), _moved(times(top, _one(2)), bottom, minus_sign(bottom))
            bottom = times(bottom, _one(2))
    elif way == "ceil":
        moved = _moved(top, plus(bottom, _one(-1)), _one(0))
    else:
        moved = _moved(top, _one(0), minus_sign(plus(bottom, _one(-1))))
    divisors = (max(bottom.low, 1), max(bottom.high, 1))
    corners = [Fraction(a, b) for a in (moved.low, moved.high) for b in divisors]
    return apply(exp.IntDiv, moved, bottom, digits, (int(min(corners)) - 1, int(max(corners)) + 1))


def _moved(top: Value, if_positive: Value, if_negative: Value) -> Value:
    """Pushed away from zero, or towards it, so that cutting off gives the rounding asked for."""
    if top.low >= 0:
        return plus(top, if_positive)
    if top.high <= 0:
        return plus(top, if_negative)
    below = binary(exp.LT, top.sql, whole(0))
    return plus(top, chosen(below, if_negative, if_positive))
