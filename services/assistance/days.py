"""Months as assistance counts them. Working days are counted by the published calendars: `services.policy.calendars`."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def first_of_next_month(day: date) -> date:
    return first_of_month(day.replace(day=28) + timedelta(days=4))


def months_after(day: date, count: int) -> date:
    """The same day so many months on, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_of(first: date) -> str:
    """`2020-09`, as a month paid is named."""
    return f"{first:%Y-%m}"
