"""What kind of thing an expression gives: its unit, its digits, its range.

Numbers carry a unit, a scale (digits after the point) and a range. A quotient has no digits of its own: it may be
compared, tested by `in`, rounded by a named function, or named by a formula, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from services.policy.definition import DECISION_DAY
from services.policy.language.ranges import ANY, TRUE_OR_FALSE, Range, only
from services.policy.language.units import NUMBER, Unit, unit_of
from services.policy.paper import Input, RecordField, Remembered

Type = Literal["number", "quotient", "boolean", "date", "choice", "list"]
MOST_DIGITS = 18
"""Digits after the point that a product may reach."""

WORDS: Final = {
    "number": "数",
    "quotient": "商",
    "boolean": "是非",
    "date": "日期",
    "choice": "选项",
    "list": "名单",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """`unit`: of a number or quotient; None is a literal 0, which goes with any. `range`: of numbers and
    quotients; of a date as days since 0001-01-01 (`date.toordinal`); of a list its length.
    `of`: the members of a choice. `fields`: of the records of a list.
    """

    type: Type
    unit: Unit | None = NUMBER
    scale: int = 0
    range: Range = ANY
    of: tuple[str, ...] = ()
    fields: tuple[tuple[str, Kind], ...] = ()

    @property
    def low(self) -> Fraction | None:
        return self.range.low

    @property
    def high(self) -> Fraction | None:
        return self.range.high

    @property
    def step(self) -> Fraction | None:
        """The distance of two neighbouring values; a quotient has none."""
        return None if self.type == "quotient" else Fraction(1, 10**self.scale)

    def field(self, name: str) -> Kind | None:
        return dict(self.fields).get(name)

    def words(self) -> tuple[str, str]:
        """What it is called, in Chinese and English."""
        unit = f" ({self.unit or 0})" if self.type in ("number", "quotient") else ""
        return f"{WORDS[self.type]}{unit}", f"{self.type}{unit}"


BOOLEAN: Final = Kind("boolean", range=TRUE_OR_FALSE)
DATE: Final = Kind("date")


def number(unit: Unit | None, scale: int, within: Range = ANY) -> Kind:
    return Kind("number", unit, scale, within)


def quotient(unit: Unit | None, within: Range = ANY) -> Kind:
    return Kind("quotient", unit, 0, within)


def choice(*members: str) -> Kind:
    return Kind("choice", of=members)


def digits_of(value: Decimal) -> int:
    """Digits after the point as written: `1065.50` has two."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def kind_of_value(value: Decimal | bool | date, unit: str) -> Kind:
    """Of a parameter as it stands on a day: one value."""
    if isinstance(value, bool):
        return replace(BOOLEAN, range=only(Fraction(value)))
    if isinstance(value, date):
        return replace(DATE, range=only(Fraction(value.toordinal())))
    return number(unit_of(unit), digits_of(value), only(Fraction(value)))


def kind_of_input(given: Input | RecordField) -> Kind:
    """Of an input, or a field of the records of one. Raises ValueError where its range is not one."""
    if isinstance(given, Input) and given.type == "list":
        fields = tuple((field.name, kind_of_input(field)) for field in given.fields)
        lengths = Range(Fraction(0)).within(_range(given.range))
        return Kind("list", range=lengths, fields=fields)
    match given.type:
        case "boolean":
            return BOOLEAN
        case "choice":
            return choice(*given.of)
        case "date":
            return replace(DATE, range=_days(given.range))
        case "money":
            return number(unit_of(given.unit or "yuan"), 2, _range(given.range))
        case "count":
            return number(unit_of(given.unit or "number"), 0, Range(Fraction(0)).within(_range(given.range)))
    return number(unit_of(given.unit or "number"), given.decimals, _range(given.range))


def kind_of_remembered(remembered: Remembered) -> Kind:
    """Of a fold over earlier months: money has two digits, anything else is whole; counts are not below 0."""
    unit = unit_of(remembered.unit)
    counted = remembered.fold in ("count", "run_length", "months_since")
    high = None if remembered.window is None or remembered.fold == "months_since" else remembered.window
    if high is not None and remembered.with_this_month:
        high += 1
    if counted:
        return number(unit, 0, Range(Fraction(0), None if high is None else Fraction(high)))
    return number(unit, 2 if unit.yuan else 0)


def decision_day() -> dict[str, Kind]:
    """The scope of an expression that reads nothing."""
    return {DECISION_DAY: DATE}


def _range(bounds: tuple[str, str] | None) -> Range:
    return ANY if bounds is None else Range(Fraction(bounds[0]), Fraction(bounds[1]))


def _days(bounds: tuple[str, str] | None) -> Range:
    if bounds is None:
        return ANY
    return Range(*(Fraction(date.fromisoformat(day).toordinal()) for day in bounds))
