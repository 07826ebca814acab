"""Taking whatever steps a case's procedure owes, so that a test about something else need not name them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events.ids import CaseId
from services.assistance import steps
from services.assistance.procedure import next_steps
from services.assistance.published import published
from services.chassis.work import Work


def take_owed(work: Work, case: CaseId, staff: Sequence[UUID]) -> bool:
    """Every step before the next notice or the decision; whether a notice is owed next."""
    while True:
        found = steps.case_of(work, case)
        owed = next_steps(found, published(work, found.programme), work.today)
        if not owed or owed[0].step.stands is not None:
            return bool(owed)
        steps.take_step(work, case, owed[0].step.step, staff[: owed[0].step.people])
