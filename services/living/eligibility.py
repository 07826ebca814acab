"""Who is entitled to dibao and to how much: one plain function, until the policy engine takes its place.

A family is entitled if its income a head is below the standard and its property within the rule; it gets the
difference (差额): standard times members, less its income. Amounts are whole fen; nothing is divided, so
nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.living.standards import Standard, area_of, standard_on

LANGUAGE = "plain-1"


@dataclass(frozen=True, slots=True)
class Means:
    """What a family has, in fen a month; `unstable` where a member can work or income comes and goes."""

    income_fen: int
    deductions_fen: int
    property_within_rule: bool
    unstable: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """The recommendation: `reason` is the code of the row that fired; `amount_fen` is 0 where none is due."""

    eligible: bool
    amount_fen: int
    reason: str
    standard: Standard
    counted_income_fen: int


def assess(members: int, means: Means, day: date, township: str) -> Result:
    """Apply the rule to a family of so many members, by the standard of `day` where it lives."""
    standard = standard_on(day, area_of(township))
    counted = max(0, means.income_fen - means.deductions_fen)
    amount = standard.fen * members - counted
    if not means.property_within_rule:
        return Result(False, 0, "property_over_rule", standard, counted)
    if amount <= 0:
        return Result(False, 0, "income_not_below_standard", standard, counted)
    return Result(True, amount, "income_below_standard", standard, counted)
