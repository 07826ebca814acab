"""The functions of days and months. Whole numbers come and go as `Decimal`, like every number of a formula.

Each is a few operations on year, month and day, so that SQL can do the same.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

WorkingDay = Callable[[date], bool]
"""Whether a day is worked: of a published calendar."""

MOST_WORKING_DAYS = 10_000


class NoCalendar(LookupError):
    """A formula counts working days, and no calendar was given."""


def age(born: date, day: date) -> Decimal:
    """Whole years completed; who is born on 29 February completes a year on 1 March. Negative before birth."""
    return Decimal(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def months_between(start: date, end: date) -> Decimal:
    """Whole months completed from `start` to `end`: the difference of the months, less one where the day of the month
    of `end` is the smaller. A month without such a day completes on the first of the next. Negative where `end` is
    earlier: the number is rounded down."""
    return Decimal((end.year - start.year) * 12 + end.month - start.month - (end.day < start.day))


def next_month(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def add_months(day: date, count: Decimal) -> date:
    """The same day of the month so many months later (earlier if negative), or the last of a month without it."""
    year, month = divmod(day.year * 12 + day.month - 1 + int(count), 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, count: Decimal) -> date:
    return day + timedelta(days=int(count))


def working_days_by(works: WorkingDay | None) -> Callable[[date, Decimal], date]:
    """`add_working_days` by a calendar: the last of so many working days, the first day not counted.

    With 0 it is the day itself if that is worked, else the next that is.
    """

    def add_working_days(day: date, count: Decimal) -> date:
        if works is None:
            raise NoCalendar("add_working_days needs a calendar of working days")
        left = int(count)
        if not 0 <= left <= MOST_WORKING_DAYS:
            raise ValueError(f"{left} working days: expected 0 to {MOST_WORKING_DAYS:,}")
        while left or not works(day):
            day += timedelta(days=1)
            left -= left > 0 and works(day)
        return day

    return add_working_days
