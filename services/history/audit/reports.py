"""What an auditor lists beside the findings: who looked at whom, what was entered late, who departed, whose role changed.

Nothing here is wrong by itself; each line is an event as any timeline tells it, with who did it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from events import assistance as a
from events import registry as r
from events import service as v
from events import staff as s
from services.chassis.clock import civil_date
from services.chassis.work import Keys
from services.history.audit.finding import Window
from services.history.audit.reading import Found, Log
from services.history.audit.verdict import Told
from services.history.lines import Sight, line
from services.history.timelines import Found as InTimeline
from services.history.words import Words

TITLES: dict[str, Words] = {
    "looks": Words("个人信息查阅", "Look-ups"),
    "backdated": Words("补录", "Backdated entries"),
    "overrides": Words("偏离与人工处置", "Overrides"),
    "roles": Words("岗位与职责变动", "Posts and roles"),
}
LATE_DAYS = 31
"""Entries that count from so many days or more before they were recorded are listed (illustrative)."""


class Report(StrEnum):
    LOOKS = "looks"
    """Personal text that was opened, searches by ID number, lists with names."""
    BACKDATED = "backdated"
    """Recorded long after the day from which it counts."""
    OVERRIDES = "overrides"
    """Decisions that depart from the recommendation, letters that will never be taken, gaps closed by hand."""
    ROLES = "roles"
    """Posts, who held them, what they might do, leave, and declarations of near relatives."""


TYPES: dict[Report, frozenset[str]] = {
    Report.LOOKS: frozenset(fact.TYPE for fact in (v.Unsealed, r.LookedUp, r.ListIssued)),
    Report.OVERRIDES: frozenset(
        fact.TYPE for fact in (a.SubsidyGranted, a.Declined, a.Reviewed, a.GapClosed, v.Discarded)
    ),
    Report.ROLES: frozenset(
        fact.TYPE
        for fact in (
            s.PostCreated, s.RolesChanged, s.PostClosed, s.PostAssigned, s.PostVacated, s.HandedOver, s.LeaveTaken,
            s.LeaveCorrected, s.LeaveCancelled, s.NearRelativeDeclared, s.NearRelativeCorrected,
            s.NearRelativeWithdrawn,
        )
    ),
}  # fmt: skip


class Row(Told):
    """`person`, `post`, `department`: who did it; `late`: days from `effective` to the day of recording."""

    position: int = Field(description="orders the district's log")
    event: UUID
    day: date = Field(description="on which it was recorded")
    effective: date
    late: int
    service: str
    type: str
    person: UUID | None
    post: str
    department: str
    zh: str
    en: str


def report(
    log: Log, keys: Keys, kind: Report, window: Window, late_days: int = LATE_DAYS, after: int = 0
) -> Iterator[Row]:
    """In the order of the log, behind a position. Names stay sealed; an erased person's stay so for ever."""
    sight = Sight(keys, restricted=True)
    if kind is Report.BACKDATED:
        found = log.backdated(late_days, *window.moments, after)
    else:
        found = (one for one in log.of_types(TYPES[kind], *window.moments, after) if _overrides(one))
    for one in found:
        e = one.recorded.envelope
        shown = line(InTimeline(one.line.position, "own", one.entry), sight)
        day = civil_date(e.recordedtime)
        yield Row(
            position=one.line.position, event=e.id, day=day, effective=e.effective, late=(day - e.effective).days,
            service=shown.service, type=e.type, person=e.actor.person, post=e.actor.post, department=e.actor.department, zh=shown.zh,
            en=shown.en,
        )  # fmt: skip


def _overrides(one: Found) -> bool:
    """Of what may depart, what does; everything of other kinds."""
    match one.fact:
        case a.SubsidyGranted() | a.Declined() | a.Reviewed():
            return one.fact.departs is not None
        case a.GapClosed():
            return one.fact.officer is not None
    return True
