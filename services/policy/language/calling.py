"""The kinds that the functions of the language take and give."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce

from services.policy.language.kind import DATE, Kind, number, quotient
from services.policy.language.ranges import ANY, only
from services.policy.language.tree import Call
from services.policy.language.uniting import must_be, one_unit
from services.policy.language.units import NUMBER, Unit
from services.policy.language.whitelist import ROUNDING
from services.policy.language.wrong import Wrong

MONTH, YEAR, DAY = Unit(month=1), Unit(year=1), Unit(day=1)
MONTHS_OF_A_YEAR = Fraction(12)


def kind_of_call(call: Call, given: Sequence[Kind]) -> Kind:
    """`given`: the kinds of the arguments, whose number `parse` has seen to. Raises Wrong."""
    if call.function in ROUNDING:
        return _rounded(call, given[0])
    match call.function:
        case "min" | "max":
            return _least_or_greatest(call, given)
        case "abs":
            value = must_be(given[0], "number", call.arguments[0])
            return number(value.unit, value.scale, value.range.size())
        case "monthly":
            value = _per(call, given[0], YEAR)
            return quotient(_unit(value) * YEAR / MONTH, value.range * only(1 / MONTHS_OF_A_YEAR))
        case "yearly":
            value = _per(call, given[0], MONTH)
            return number(_unit(value) * MONTH / YEAR, value.scale, value.range * only(MONTHS_OF_A_YEAR))
        case "age" | "months_between":
            for kind, argument in zip(given, call.arguments, strict=True):
                must_be(kind, "date", argument)
            return number(YEAR if call.function == "age" else MONTH, 0, ANY)
        case "next_month":
            must_be(given[0], "date", call.arguments[0])
            return DATE
        case "add_months":
            return _moved(call, given, MONTH)
        case "add_days" | "add_working_days":
            return _moved(call, given, DAY)
    raise TypeError(f"not a function of the language: {call.function}")


def _unit(kind: Kind) -> Unit:
    return kind.unit or NUMBER


def _rounded(call: Call, value: Kind) -> Kind:
    if value.type != "quotient":
        must_be(value, "number", call.arguments[0])
    whole = call.function.endswith("_whole")
    money = value.unit is not None and value.unit.yuan == 1
    if value.unit is not None and money is whole:
        zh, en = ("金额用 …_fen 或 …_yuan 取整", "money is rounded by ..._fen or ..._yuan")
        if not whole:
            zh, en = (f"{call.function} 只用于金额", f"{call.function} rounds money only")
        raise Wrong(zh, en, call.at, "unit")
    digits = ROUNDING[call.function]
    return number(value.unit, digits, value.range.rounded(digits))


def _least_or_greatest(call: Call, given: Sequence[Kind]) -> Kind:
    for kind, argument in zip(given, call.arguments, strict=True):
        must_be(kind, "number", argument)
    return reduce(lambda one, other: _of_two(call, one, other), given)


def _of_two(call: Call, one: Kind, other: Kind) -> Kind:
    within = one.range.least_of(other.range) if call.function == "min" else one.range.greatest_of(other.range)
    return number(one_unit(one, other, call), max(one.scale, other.scale), within)


def _per(call: Call, value: Kind, period: Unit) -> Kind:
    """A number whose unit is so much a `period`."""
    must_be(value, "number", call.arguments[0])
    unit = _unit(value)
    if (unit.year, unit.month) != (-period.year, -period.month):
        raise Wrong(
            f"{call.function} 须用于按{'年' if period.year else '月'}计的数",
            f"{call.function} takes a number per {period}, found {unit}",
            call.at,
            "unit",
        )
    return value


def _moved(call: Call, given: Sequence[Kind], unit: Unit) -> Kind:
    must_be(given[0], "date", call.arguments[0])
    count = must_be(given[1], "number", call.arguments[1])
    if count.scale or count.unit not in (None, NUMBER, unit):
        raise Wrong(
            f"{call.function} 须加整数个 {unit}",
            f"{call.function} adds whole numbers of {unit}",
            call.at,
            "unit",
        )
    return DATE
