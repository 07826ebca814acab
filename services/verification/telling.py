"""Telling each other of changes (及时互通变化): a change of somebody helped goes to every department that shares data (V3)."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from events import assistance as a
from events import registry as r
from events import verification as v
from events.base import Recorded
from events.ids import HouseholdId, PersonId
from services.chassis.work import Work
from services.verification.keeping import COMPARED
from services.verification.sharing import departments

Change = Literal["died", "moved_away", "granted", "ended"]


def died(work: Work, fact: Recorded[r.Died]) -> None:
    _tell(work, "died", fact.data.household, (fact.data.person,), fact.envelope.id)


def moved_away(work: Work, fact: Recorded[r.HouseholdMovedAway]) -> None:
    _tell(work, "moved_away", fact.data.household, fact.data.members, fact.envelope.id)


def case_changed(work: Work, fact: Recorded[a.SubsidyGranted | a.Exited]) -> None:
    change: Change = "granted" if isinstance(fact.data, a.SubsidyGranted) else "ended"
    _tell(work, change, fact.data.household, fact.data.members, fact.envelope.id, known=True)


def _tell(
    work: Work,
    change: Change,
    household: HouseholdId | None,
    people: tuple[PersonId, ...],
    cause: UUID,
    known: bool = False,
) -> None:
    """Of who is helped or asked about; of others nobody is told anything."""
    concerned = tuple(one for one in people if known or _concerned(work, one))
    told = departments(work)
    if not concerned or not told:
        return
    said: dict[str, Any] = {"change": change, "household": household, "people": concerned}
    work.record(concerned[0], v.ChangeNotified(**said, departments=told, cause=cause, on=work.today))


def _concerned(work: Work, person: PersonId) -> bool:
    rows = [work.fact(f"recipient-{name}", person) for name in COMPARED]
    return any(rows) or work.fact("checks-of", person) is not None
