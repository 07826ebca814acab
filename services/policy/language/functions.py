"""What a compiled formula can reach, by name: Python's own few and the functions of the language. Nothing else.

SQL mirrors these (`services.policy.sql`): the meaning of each is in `arithmetic` and `dates`.
"""

from __future__ import annotations

from typing import Final

from services.policy.language.arithmetic import compared, over_positive, rounded, rounded_quotient, whole_fen
from services.policy.language.dates import (
    WorkingDay,
    add_days,
    add_months,
    age,
    months_between,
    next_month,
    working_days_by,
)

OWN: Final[dict[str, object]] = {
    "abs": abs,
    "all": all,
    "any": any,
    "enumerate": enumerate,
    "int": int,
    "len": len,
    "map": map,
    "max": max,
    "min": min,
    "sum": sum,
    "tuple": tuple,
    "type": type,
    "compared": compared,
    "over_positive": over_positive,
    "rounded": rounded,
    "rounded_quotient": rounded_quotient,
    "whole_fen": whole_fen,
}
OF_DAYS: Final[dict[str, object]] = {
    "age": age,
    "months_between": months_between,
    "next_month": next_month,
    "add_months": add_months,
    "add_days": add_days,
}


def functions(works: WorkingDay | None = None) -> dict[str, object]:
    """`works`: a calendar of working days; without one, `add_working_days` raises NoCalendar."""
    return {**OWN, **OF_DAYS, "add_working_days": working_days_by(works)}
