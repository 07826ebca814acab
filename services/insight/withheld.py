"""Small numbers by township are withheld: in a village of thirty families "one case ended" names the family.

A count of 1 or 2 becomes null, and with it every sum and share made of it. Where only one township of a
column is withheld the next smallest goes, too, or the district's total would give it away. What remains:
whoever watches the figures change can still guess; who must not even guess must not be let in.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

SMALL = 3
Values = dict[str, int | Decimal | None]
"""By measure; None for what is withheld."""

#: Measures that tell of others: where one of these is small, they go with it.
MADE_OF: dict[str, tuple[str, ...]] = {
    "spend_fen": ("payments",),
    "illustrative_fen": ("payments",),
    "commitment_fen": ("active",),
    "on_time_rate": ("on_time", "late"),
}
#: One of two, with what else stands in the line, gives the other.
PAIRS = (("on_time", "late"), ("covered", "coverage_gap"))


def withhold(lines: Sequence[Values], *, known_total: bool = False) -> None:
    """Take the small numbers out of each line; with a known total never only one of a column."""
    for values in lines:
        _withhold(values, [name for name, amount in values.items() if _is_small(name, amount)])
    if not known_total:
        return
    columns = {name for values in lines for name in values} - set(MADE_OF)
    for name in sorted(columns):
        gone = [values for values in lines if values[name] is None]
        left = [values for values in lines if values[name]]
        if len(gone) == 1 and left:
            _withhold(min(left, key=lambda values: values[name] or 0), [name])


def _is_small(name: str, amount: int | Decimal | None) -> bool:
    return name not in MADE_OF and amount is not None and 0 < amount < SMALL


def _withhold(values: Values, names: Sequence[str]) -> None:
    for name in names:
        values[name] = None
    for one, other in PAIRS:
        if one in values and None in (values[one], values[other]):
            values[one] = values[other] = None
    for name, parts in MADE_OF.items():
        if name in values and any(values[part] is None for part in parts if part in values):
            values[name] = None
