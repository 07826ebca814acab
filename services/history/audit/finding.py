"""A finding: something that was not as it had to be; and the days of which is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.chassis.clock import midnight
from services.chassis.service import name_of
from services.history.audit.reading import Found
from services.history.audit.story import day_of
from services.history.audit.verdict import Check, Class, Sort


@dataclass(frozen=True, slots=True)
class Finding:
    """`event`: the act that it is about (a decision, a payment), or what called for the one that is missing. `sort`:
    see `verdict.Sort`. `day`: of the act, or by which it was due."""

    kind: Class
    sort: Sort
    event: UUID
    case: UUID | None
    service: str
    day: date
    check: Check


def finding(act: Found, check: Check, day: date | None = None) -> Finding:
    assert check.finding is not None, "that makes it one"
    return Finding(
        check.finding,
        check.sort or "had",
        act.id,
        getattr(act.fact, "case", None),
        name_of(act.line.source),
        day or day_of(act),
        check,
    )


@dataclass(frozen=True, slots=True)
class Window:
    """Civil days, both included; None: without end."""

    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def holds(self, act: Found) -> bool:
        return self.covers(day_of(act))

    @property
    def moments(self) -> tuple[str | None, str | None]:
        """As the log writes times down: from, and before which."""
        first = None if self.since is None else midnight(self.since).isoformat()
        end = (
            None if self.until is None else midnight(date.fromordinal(self.until.toordinal() + 1)).isoformat()
        )
        return first, end
