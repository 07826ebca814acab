"""Which standard counts where a family lives."""

from __future__ import annotations

from typing import Literal

Area = Literal["urban", "rural"]


def area_of(township: str) -> Area:
    """Urban in a subdistrict (街道), which digits 7 to 9 of its code say (001 to 099); else rural.

    Provisional: the kind of hukou, or where the family lives and farms, may say otherwise.
    """
    return "urban" if 1 <= int(township[6:9]) <= 99 else "rural"
