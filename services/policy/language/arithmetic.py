"""Exact arithmetic: numbers are `Decimal` (counts may be `int`), quotients stay two numbers until a named function rounds them.

Everything runs under `EXACT`, whose precision no formula reaches and which raises where a result would have to be
rounded: an amount is never off by a digit that nobody asked to drop.
"""

from __future__ import annotations

import operator
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from typing import Final

from services.policy.language.whitelist import ROUNDING

EXACT: Final = Context(
    prec=60, rounding=ROUND_HALF_UP, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow]
)
_ROUNDED: Final = Context(prec=60, traps=[InvalidOperation, Overflow])

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
DIGITS: Final = {digits: ONE.scaleb(-digits) for digits in range(16)}
"""Digits after the point → the last of them: 2 → 0.01."""
TENS: Final = {digits: Decimal(10**digits) for digits in range(16)}
"""Digits after the point → by what a number is multiplied to have none: 2 → 100."""

MODES: Final = {"round": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}
COMPARISONS: Final = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def rounding_of(function: str) -> tuple[str, int]:
    """`ceil_yuan` → the mode of `decimal` and the digits after the point that are left."""
    return MODES[function.partition("_")[0]], ROUNDING[function]


def rounded(value: Decimal | int, step: Decimal, mode: str) -> Decimal:
    """To a multiple of `step` (1, 0.01). ROUND_HALF_UP takes a tie away from zero, on either side of it."""
    # Zero added: what rounds to nothing from below would else be shown as -0.00.
    return Decimal(value).quantize(step, mode, _ROUNDED) + ZERO


def rounded_quotient(above: Decimal | int, below: Decimal | int, digits: int, mode: str) -> Decimal:
    """`above / below` to so many digits, by whole division: no digit of the quotient is lost before the rounding.

    Raises DivisionByZero or InvalidOperation where `below` is 0. Needs a context of enough precision (`EXACT`).
    """
    divisor = below if isinstance(below, Decimal) else Decimal(below)
    whole, rest = divmod(above * TENS[digits], divisor)
    if rest:
        negative = (rest < 0) is not (divisor < 0)
        away = 2 * abs(rest) >= abs(divisor) if mode == ROUND_HALF_UP else negative is (mode == ROUND_FLOOR)
        if away:
            whole += -ONE if negative else ONE
    return whole * DIGITS[digits] + ZERO


def whole_fen(yuan: Decimal | int) -> int:
    """An amount in fen. Raises Inexact where it is not a whole number of them."""
    if not yuan:
        return 0
    exact = yuan * 100
    fen = int(exact)
    if fen != exact:
        raise Inexact(f"{yuan} yuan is no whole number of fen")
    return fen


def over_positive(above: Decimal, below: Decimal) -> tuple[Decimal, Decimal]:
    """The same quotient with a divisor greater than 0. Raises ZeroDivisionError."""
    if below > 0:
        return above, below
    if below < 0:
        return -above, -below
    raise ZeroDivisionError("the divisor of a quotient is 0")


def compared(sign: str, above: Decimal, below: Decimal, other_above: Decimal, other_below: Decimal) -> bool:
    """Two quotients compared by cross-multiplication, whatever the signs of their divisors."""
    above, below = over_positive(above, below)
    other_above, other_below = over_positive(other_above, other_below)
    return bool(COMPARISONS[sign](above * other_below, other_above * below))
