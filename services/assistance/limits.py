"""When a limit of a paper ends. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from services.assistance.days import months_after
from services.policy.calendars import WorkingDays
from services.policy.paper import Limit


def end_of(days: WorkingDays, limit: Limit, day: date) -> tuple[date, bool]:
    """The last day of a limit, its first day not counted; and whether it may still move."""
    if limit.unit == "working_days":
        return days.after(day, limit.count)
    if limit.unit == "months":
        return months_after(day, limit.count), False
    return day + timedelta(days=limit.count), False
