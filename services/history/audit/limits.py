"""The last day of a limit, by the calendars that were published and known when it was decided. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from services.policy.calendars import WorkingDays
from services.policy.paper import Limit


def end_of(days: WorkingDays, limit: Limit, since: date) -> tuple[date, bool]:
    """The first day is not counted. Also whether it may still move: a year's calendar was not published."""
    if limit.unit == "working_days":
        return days.after(since, limit.count)
    if limit.unit == "months":
        year, month = divmod(since.year * 12 + since.month - 1 + limit.count, 12)
        return date(year, month + 1, min(since.day, monthrange(year, month + 1)[1])), False
    return since + timedelta(days=limit.count), False
