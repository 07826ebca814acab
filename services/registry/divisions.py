"""The district's townships and villages, by national code and by the names clerks write.

Village names repeat and nearly repeat between townships (新街社区 and 新街村, 团结社区 and 团结村), so a
village is only ever looked up within its township.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Level = Literal["district", "township", "village"]
_LEVELS: dict[str, Level] = {"district": "district", "township": "township", "village": "village"}
_OFFICES = (
    "街道办事处",
    "办事处",
    "人民政府",
    "社区居民委员会",
    "居民委员会",
    "居委会",
    "村民委员会",
    "村委会",
    "民委员会",
)


@dataclass(frozen=True, slots=True)
class Division:
    """One unit; `code` has 12 digits, of which the first 6 name the district."""

    code: str
    level: Level
    name: str
    parent: str


class Divisions:
    """A district with all its townships and villages."""

    def __init__(self, units: Iterable[Division]) -> None:
        self._by_code: dict[str, Division] = {unit.code: unit for unit in units}
        districts = [unit for unit in self._by_code.values() if unit.level == "district"]
        if len(districts) != 1:
            raise ValueError("a table of divisions names exactly one district")
        self.district: Division = districts[0]
        self.townships: tuple[Division, ...] = self._children(self.district.code, "township")
        self._villages = {town.code: self._children(town.code, "village") for town in self.townships}
        self._township_names = _names(self.townships)
        self._village_names = {town: _names(villages) for town, villages in self._villages.items()}

    @property
    def district_code(self) -> str:
        """Six digits, as in identity numbers and event sources."""
        return self.district.code[:6]

    def by_code(self, code: str) -> Division | None:
        return self._by_code.get(code)

    def villages(self, township: str) -> tuple[Division, ...]:
        """The villages of a township given by its code."""
        return self._villages.get(township, ())

    def township_named(self, text: str) -> Division | None:
        """A township by full name, name without 街道/镇/乡, name of its office, or code."""
        return _find(self._township_names, text, self.district.name)

    def village_named(self, text: str, township: str) -> Division | None:
        """A village of the township with this code, by name (with or without 社区/村) or code."""
        return _find(self._village_names.get(township, {}), text, self.district.name)

    def _children(self, parent: str, level: Level) -> tuple[Division, ...]:
        return tuple(unit for unit in self._by_code.values() if unit.parent == parent and unit.level == level)


@cache
def hecheng() -> Divisions:
    """鹤城区, from the table that is part of this package (state of 2023-06-30)."""
    table = files(__package__).joinpath("divisions.csv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines())
    return Divisions(
        Division(row["code12"], _LEVELS[row["level"]], row["name"], row["parent12"]) for row in rows
    )


def _short(name: str) -> str:
    for suffix in ("社区", "街道", "村", "镇", "乡"):
        if len(name) > len(suffix) + 1 and name.endswith(suffix):
            return name.removesuffix(suffix)
    return name


def _names(units: tuple[Division, ...]) -> Mapping[str, Division]:
    """Full names and codes, and those short names that could mean only one of the units."""
    names = {unit.name: unit for unit in units} | {unit.code: unit for unit in units}
    shorts = [_short(unit.name) for unit in units]
    for unit, short in zip(units, shorts, strict=True):
        if shorts.count(short) == 1:
            names.setdefault(short, unit)
    return names


def _find(names: Mapping[str, Division], text: str, district: str) -> Division | None:
    word = "".join(text.split()).removeprefix("湖南省").removeprefix("怀化市").removeprefix(district)
    if word in names:
        return names[word]
    for office in _OFFICES:
        if word.endswith(office):
            stem = word.removesuffix(office)
            return names.get(stem) or names.get(stem + "村") or names.get(stem + "社区")
    return None
