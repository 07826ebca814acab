"""What a domain takes from verification: departments' answers about its cases, and reviews that they ask for.

An answer stands beside the case as a fact to be looked at, with the day of its data; what follows from it is decided in the
check or the review of the case, in which the family is heard (社会救助法 48). Nothing here lowers or ends anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from events import verification as v
from events.base import Recorded
from events.ids import CaseId
from services.assistance import steps
from services.assistance.entitlement import open_review
from services.assistance.model import CASE, Stage
from services.assistance.steps import running
from services.chassis.service import Service, Shelf
from services.chassis.work import Work

VERIFICATION = "verification"
REPORTS = "check-report"
"""Row: case → source → the newest answer that may be used, by its event, and the day of its data."""


def take_checks(service: Service) -> None:
    service.keep(v.CheckReported)(reported)
    service.on(v.ReviewAsked)(review_asked)


def reported(shelf: Shelf, fact: Recorded[v.CheckReported]) -> None:
    told = fact.data
    if told.unused is not None:
        return
    known: dict[str, Any] = shelf.get(REPORTS, told.case) or {}
    row = {
        "as_of": told.as_of.isoformat(), "on": told.on.isoformat(), "stale": told.stale, "event": str(fact.envelope.id),
    }  # fmt: skip
    shelf.put(REPORTS, told.case, {**known, told.source: row})


def review_asked(work: Work, fact: Recorded[v.ReviewAsked]) -> None:
    """Granted cases are looked at again; of an application the office sees the answer before it decides."""
    told = fact.data
    for identifier in dict.fromkeys(_cases(work, told)):
        case = work.load(CASE, identifier)
        if case.stage is Stage.GRANTED and case.next_month is not None and not case.review_open:
            facts = open_review(case, reason=told.reason, cause=fact.envelope.id)
            steps.record(work, identifier, facts)


def _cases(work: Work, told: v.ReviewAsked) -> Iterator[CaseId]:
    """That case, where it is one of ours; else all that the people are in."""
    if told.case is not None:
        yield told.case
        return
    for person in told.people:
        yield from map(CaseId, running(work, "case-of-person", person))
