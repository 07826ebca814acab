"""Working days: from the calendars that were published; beyond them Monday to Friday, and provisional.

Each autumn the State Council says which days of the next year are off and which weekends are worked. Until a
year's calendar is published a deadline that runs into it may still move, and is told as provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import constants

DAY = timedelta(days=1)
SATURDAY = 5
MOST_DAYS = 3660


class UnknownYear(LookupError):
    """The package knows nothing of this year."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One year: days off from Monday to Friday, and worked Saturdays and Sundays, each with its occasion."""

    year: int
    holidays: tuple[tuple[date, str], ...]
    working_weekends: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """`years`: those with a published calendar. `moved`: the days that differ from Monday to Friday."""

    years: frozenset[int]
    moved: frozenset[date]

    @classmethod
    def of(cls, published: Mapping[int, Iterable[date]]) -> WorkingDays:
        """From the moved days of each published year."""
        return cls(frozenset(published), frozenset(day for days in published.values() for day in days))

    def is_working(self, day: date) -> bool:
        return (day.weekday() < SATURDAY) is not (day in self.moved)

    def is_provisional(self, day: date) -> bool:
        """Whether nothing was published yet about the year of this day."""
        return day.year not in self.years

    def after(self, day: date, count: int) -> tuple[date, bool]:
        """The `count`-th working day after `day`, which is not counted itself; and whether it may still move.

        With 0 it is the day itself if that is worked, else the next that is: so ends a limit in calendar days.
        ValueError for fewer than 0 or more than ten years of days.
        """
        if not 0 <= count <= MOST_DAYS:
            raise ValueError(f"a limit of {count} working days")
        last, worked = day, 0
        while worked < count or (count == 0 and not self.is_working(last)):
            last += DAY
            worked += self.is_working(last)
        return last, any(self.is_provisional(one) for one in _days(day if count == 0 else day + DAY, last))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def propose(year: int) -> Calendar:
    """What the package `chinesecalendar` says of a year, to be looked through and published by a person.

    UnknownYear where it says nothing: it follows the State Council's notices, a year at a time.
    """
    holidays = sorted((day, name) for day, name in constants.holidays.items() if day.year == year)
    if not holidays:
        raise UnknownYear(f"chinesecalendar knows no {year}")
    worked = sorted((day, name) for day, name in constants.workdays.items() if day.year == year)
    return Calendar(
        year,
        tuple((day, _chinese(name)) for day, name in holidays if day.weekday() < SATURDAY),
        tuple((day, _chinese(name)) for day, name in worked if day.weekday() >= SATURDAY),
    )


def _chinese(name: str) -> str:
    return str(chinese_calendar.Holiday(name).chinese)
