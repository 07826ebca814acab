"""Days and months as the procedures count them.

Working days are Monday to Friday for now: public holidays, and weekends worked instead, are published events
that the calendar will bring. Until then a limit counted here is provisional.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

SATURDAY = 5


def working_days_after(day: date, count: int) -> date:
    """The last day of a limit of `count` working days; the first day is not counted."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def days_after(day: date, count: int) -> date:
    """The last day of a period of calendar days; the first day is not counted."""
    return day + timedelta(days=count)


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def first_of_next_month(day: date) -> date:
    return first_of_month(day.replace(day=28) + timedelta(days=4))


def first_of_month_before(day: date) -> date:
    return first_of_month(first_of_month(day) - timedelta(days=1))


def months_after(day: date, count: int) -> date:
    """The same day so many months on, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_of(first: date) -> str:
    """`2020-09`, as a month paid is named."""
    return f"{first:%Y-%m}"
