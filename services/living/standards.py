"""The dibao standards by date and kind of township: yuan a head and month, kept as whole fen.

No standard of this district was found. These are derived from the province's average (Hunan, end of 2024:
urban 703, rural 515 yuan; 19.56 % and 23.44 % above early 2020) and stand in until the district publishes
its own: every figure is illustrative, and so is every amount that rests on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Area = Literal["urban", "rural"]


@dataclass(frozen=True, slots=True)
class Standard:
    """What a person of a dibao family is to live on, from a day on."""

    area: Area
    since: date
    fen: int
    source: str
    illustrative: bool = True


STANDARDS = (
    Standard("urban", date(2020, 1, 1), 588_00, "derived from the Hunan average of end 2024"),
    Standard("rural", date(2020, 1, 1), 417_00, "derived from the Hunan average of end 2024"),
    Standard("urban", date(2024, 12, 1), 703_00, "Hunan average, end of 2024"),
    Standard("rural", date(2024, 12, 1), 515_00, "Hunan average, end of 2024"),
)


def area_of(township: str) -> Area:
    """Urban in a subdistrict (街道), which digits 7 to 9 of its code say (001 to 099); else rural.

    Provisional: the kind of hukou, or where the family lives and farms, may say otherwise.
    """
    return "urban" if 1 <= int(township[6:9]) <= 99 else "rural"


def standard_on(day: date, area: Area) -> Standard:
    """The standard that counts on a day; before the first one, the first."""
    rows = [row for row in STANDARDS if row.area == area]
    return max((row for row in rows if row.since <= day), key=lambda row: row.since, default=rows[0])
