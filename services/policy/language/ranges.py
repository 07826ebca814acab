"""Ranges of numbers, with exact bounds, and how the operations carry them on. None is no bound."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

Bound = Fraction | None


@dataclass(frozen=True, slots=True)
class Range:
    """`low` and `high` are included."""

    low: Bound = None
    high: Bound = None

    def __add__(self, other: Range) -> Range:
        return Range(_plus(self.low, other.low), _plus(self.high, other.high))

    def __neg__(self) -> Range:
        return Range(_minus(self.high), _minus(self.low))

    def __sub__(self, other: Range) -> Range:
        return self + -other

    def __mul__(self, other: Range) -> Range:
        return _hull_of_products(self, other)

    def over(self, divisor: Range) -> Range:
        """The quotients; the divisor is above 0."""
        least = divisor.low if divisor.low is not None and divisor.low > 0 else None
        high = None if least is None else 1 / least
        low = Fraction(0) if divisor.high is None else 1 / divisor.high
        return self * Range(low, high)

    def hull(self, other: Range) -> Range:
        """The smallest range that holds both."""
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Range(low, high)

    def least_of(self, other: Range) -> Range:
        """What `min(a, b)` can be."""
        return -((-self).greatest_of(-other))

    def greatest_of(self, other: Range) -> Range:
        """What `max(a, b)` can be."""
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Range(_greater(self.low, other.low), high)

    def size(self) -> Range:
        """What `abs(a)` can be."""
        if self.low is not None and self.low >= 0:
            return self
        if self.high is not None and self.high <= 0:
            return -self
        both = None if self.low is None or self.high is None else max(-self.low, self.high)
        return Range(Fraction(0), both)

    def rounded(self, digits: int) -> Range:
        """What rounding to so many digits can give, in any direction."""
        step = Fraction(10**digits)
        low = None if self.low is None else floor(self.low * step) / step
        high = None if self.high is None else ceil(self.high * step) / step
        return Range(low, high)

    def within(self, other: Range) -> Range:
        """What lies in both. Where nothing does, this range is left as it is."""
        found = Range(_greater(self.low, other.low), _minus(_greater(_minus(self.high), _minus(other.high))))
        return self if found.empty else found

    @property
    def empty(self) -> bool:
        return self.low is not None and self.high is not None and self.low > self.high

    @property
    def single(self) -> Bound:
        """The one value there is, if there is only one."""
        return self.low if self.low == self.high else None

    def holds(self, value: Fraction) -> bool:
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)


ANY: Final = Range()
TRUE_OR_FALSE: Final = Range(Fraction(0), Fraction(1))


def only(value: Fraction) -> Range:
    return Range(value, value)


def _plus(one: Bound, other: Bound) -> Bound:
    return None if one is None or other is None else one + other


def _minus(one: Bound) -> Bound:
    return None if one is None else -one


def _greater(one: Bound, other: Bound) -> Bound:
    if one is None or other is None:
        return one if other is None else other
    return max(one, other)


def _hull_of_products(one: Range, other: Range) -> Range:
    zero = only(Fraction(0))
    if one == zero or other == zero:
        return zero
    lows: list[Bound] = []
    highs: list[Bound] = []
    for a, a_sign in ((one.low, -1), (one.high, 1)):
        for b, b_sign in ((other.low, -1), (other.high, 1)):
            low, high = _product(a, a_sign, b, b_sign)
            lows.append(low)
            highs.append(high)
    least = None if any(low is None for low in lows) else min(low for low in lows if low is not None)
    most = None if any(high is None for high in highs) else max(high for high in highs if high is not None)
    return Range(least, most)


def _product(a: Bound, a_sign: int, b: Bound, b_sign: int) -> tuple[Bound, Bound]:
    """The product of two ends, as (least, greatest); an end that is None is without bound on the side of its sign."""
    if a is not None and b is not None:
        return a * b, a * b
    if a == 0 or b == 0:
        return Fraction(0), Fraction(0)
    sign = (a_sign if a is None else (1 if a > 0 else -1)) * (b_sign if b is None else (1 if b > 0 else -1))
    # Without bound upwards says nothing of the least product, and the other way round: the other ends do.
    return (Fraction(10**40), None) if sign > 0 else (None, Fraction(-(10**40)))
