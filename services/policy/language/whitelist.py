"""The functions a formula may call: their names and how many arguments each takes. There are no others."""

from __future__ import annotations

from typing import Final

ROUNDING: Final = {
    "round_fen": 2,
    "ceil_fen": 2,
    "floor_fen": 2,
    "round_yuan": 0,
    "ceil_yuan": 0,
    "floor_yuan": 0,
    "round_whole": 0,
    "ceil_whole": 0,
    "floor_whole": 0,
}
"""The rounding functions, with the digits after the point that they leave. `round_…` is half up, away from zero."""

MOST = 12
"""The greatest number of arguments of `min` and `max`."""

FUNCTIONS: Final[dict[str, tuple[int, int]]] = {
    **dict.fromkeys(ROUNDING, (1, 1)),
    "min": (2, MOST),
    "max": (2, MOST),
    "abs": (1, 1),
    "monthly": (1, 1),
    "yearly": (1, 1),
    "age": (2, 2),
    "months_between": (2, 2),
    "next_month": (1, 1),
    "add_months": (2, 2),
    "add_days": (2, 2),
    "add_working_days": (2, 2),
}
"""Name → the least and the greatest number of arguments."""

FOLDS: Final = ("count", "sum", "any", "all", "min", "max")
