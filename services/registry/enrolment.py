"""Who is a beneficiary: clause 一 of 鹤民发〔2020〕43号, as one plain function over categories and dates.

The paper speaks of those registered as poor (建档立卡) who are on dibao or tekun, while it is in force. Who
has left poverty stays registered: leaving poverty alone ends nothing (二).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from events import registry as facts
from events.base import Event
from events.ids import HouseholdId, PersonId
from events.registry import Category
from services.registry.model import Person

CLAUSE = "一"
IN_FORCE = date(2020, 7, 27), date(2025, 7, 26)
_POOR = (Category.REGISTERED_POOR, Category.LIFTED)
_AIDED = (Category.DIBAO, Category.TEKUN)


def in_force(day: date) -> bool:
    return IN_FORCE[0] <= day <= IN_FORCE[1]


def met_since(categories: Mapping[Category, date]) -> date | None:
    """From when on the definition is met, not before the paper; None where it is not."""
    poor = [categories[one] for one in _POOR if one in categories]
    aided = [categories[one] for one in _AIDED if one in categories]
    return max(min(poor), min(aided), IN_FORCE[0]) if poor and aided else None


def follow(
    id: PersonId, person: Person, household: HouseholdId | None, township: str, changed: date, today: date
) -> Event | None:
    """What follows for enrolment from a change of categories or household that counts from `changed` on.

    Nobody is newly enrolled under a paper that is not in force; who is enrolled stays so as long as the
    definition is met.
    """
    now = tuple(sorted(person.categories))
    met = met_since(person.categories)
    if person.announced is None:
        if met is None or household is None or not person.living or not in_force(today):
            return None
        since = max(met, person.exited or met)
        return facts.Enrolled(
            person=id, household=household, categories=now, township=township, since=since, clause=CLAUSE
        )
    home = household or person.enrolled_in
    assert home is not None, "who is enrolled was enrolled in a household"
    if met is None:
        return facts.Exited(
            person=id, household=home, reason="definition_no_longer_met", since=changed, clause=CLAUSE
        )
    if now != person.announced:
        return facts.Recategorised(person=id, household=home, categories=now, since=changed)
    return None


def leave(id: PersonId, person: Person, reason: str, since: date) -> Event | None:
    """The exit on death, on moving away, or of a duplicate; None for who is not enrolled."""
    if person.announced is None or person.enrolled_in is None:
        return None
    return facts.Exited(person=id, household=person.enrolled_in, reason=reason, since=since, clause=CLAUSE)
