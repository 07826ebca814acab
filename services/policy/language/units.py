"""Units of measure: whole powers of yuan, month, year and day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_NAMES: Final = ("yuan", "month", "year", "day")


@dataclass(frozen=True, slots=True)
class Unit:
    """`yuan/month` is yuan=1, month=-1; a plain number has no powers."""

    yuan: int = 0
    month: int = 0
    year: int = 0
    day: int = 0

    def __mul__(self, other: Unit) -> Unit:
        return Unit(
            self.yuan + other.yuan, self.month + other.month, self.year + other.year, self.day + other.day
        )

    def __truediv__(self, other: Unit) -> Unit:
        return Unit(
            self.yuan - other.yuan, self.month - other.month, self.year - other.year, self.day - other.day
        )

    def __str__(self) -> str:
        powers = dict(zip(_NAMES, (self.yuan, self.month, self.year, self.day), strict=True))
        above = [_power(name, power) for name, power in powers.items() if power > 0]
        below = [_power(name, -power) for name, power in powers.items() if power < 0]
        text = "*".join(above) or ("1" if below else "number")
        return "/".join([text, *below])


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


NUMBER: Final = Unit()


def unit_of(text: str) -> Unit:
    """`yuan/month` → Unit(yuan=1, month=-1); `number` → Unit(). Raises ValueError."""
    unit, sign = Unit(), 1
    for part in text.split("/"):
        if part not in (*_NAMES, "number"):
            raise ValueError(f"no such unit: {text}")
        if part != "number":
            one = Unit(**{part: 1})
            unit = unit * one if sign == 1 else unit / one
        sign = -1
    return unit
