"""What disability keeps of other services: whom dibao and tekun cover, who is enrolled, and the index of ID numbers.

Of living: `aid` (person → the granted cases that cover them: programme and since when), `aid-case` (case → whom it covers),
`institution` (its name). Of the registry: `enrolled` (person → since), and what `services.registry.keeping` folds.
"""

from __future__ import annotations

from typing import Any

from events import assistance as a
from events import living as l
from events import registry as r
from events.base import Recorded
from events.ids import PersonId
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.disability.model import FILE, File
from services.registry.keeping import keep_numbers, person_of

LIVING = "living"


def keep_upstreams(service: Service) -> None:
    service.keep(a.SubsidyGranted, a.TakenOver, a.Adjusted, of=LIVING)(_covers)
    service.keep(a.HouseholdChanged, of=LIVING)(_changed)
    service.keep(a.Exited, of=LIVING)(_ended)
    service.keep(l.InstitutionRegistered, of=LIVING)(_institution)
    keep_numbers(service)
    service.keep(r.Enrolled)(_enrolled)
    service.keep(r.Exited)(_left)


# -- known -----------------------------------------------------------------------------------------------


def whose(work: Work, person: PersonId) -> PersonId:
    """The registration under which the person's file is kept: an older one, if that was merged into theirs."""
    if work.version(person) == 0:
        for other in person_of(work, person)["also"]:
            if work.version(PersonId.of(other)) > 0:
                return PersonId.of(other)
    return person


def file_of(work: Work, person: PersonId) -> File:
    return work.load(FILE, whose(work, person))


def aided_by(work: Work, person: PersonId, programme: str) -> bool:
    """Whether a granted case of living covers the person, from some month on."""
    registrations = (person, *person_of(work, person)["also"])
    cases: list[dict[str, list[str]]] = [work.fact("aid", one) or {} for one in registrations]
    return any(row[0] == programme for found in cases for row in found.values())


def aid_of(fact: a.CaseFact) -> bool:
    return fact.programme in a.BASIC_LIVING


# -- kept ------------------------------------------------------------------------------------------------


def _covers(shelf: Shelf, fact: Recorded[a.SubsidyGranted | a.TakenOver | a.Adjusted]) -> None:
    told = fact.data
    if not aid_of(told):
        return
    before: list[str] = shelf.get("aid-case", told.case) or []
    members = [str(one) for one in told.covered]
    for person in set(before) - set(members):
        _drop(shelf, person, told)
    for person in members:
        known = shelf.get("aid", person) or {}
        row = known.get(str(told.case)) or [told.programme, told.since.isoformat()]
        shelf.put("aid", person, {**known, str(told.case): row})
    shelf.put("aid-case", told.case, members)


def _changed(shelf: Shelf, fact: Recorded[a.HouseholdChanged]) -> None:
    """Who left is covered no longer; who joined only once the sum was worked out with them, unless they are somebody
    who was covered."""
    told = fact.data
    before: list[str] | None = shelf.get("aid-case", told.case)
    if before is None:
        return
    for gone in told.left:
        _drop(shelf, gone, told)
    same = [str(one) for one in told.joined if one in told.covered] if told.reason == "duplicate" else []
    for person in same:
        row = [told.programme, told.since.isoformat()]
        shelf.put("aid", person, {**(shelf.get("aid", person) or {}), str(told.case): row})
    left = {str(one) for one in told.left}
    shelf.put("aid-case", told.case, [*(one for one in before if one not in left), *same])


def _ended(shelf: Shelf, fact: Recorded[a.Exited]) -> None:
    for person in shelf.get("aid-case", fact.data.case) or ():
        _drop(shelf, person, fact.data)
    shelf.drop("aid-case", fact.data.case)


def _drop(shelf: Shelf, person: PersonId | str, told: a.CaseFact) -> None:
    known: dict[str, Any] = shelf.get("aid", person) or {}
    others = {case: row for case, row in known.items() if case != str(told.case)}
    if others:
        shelf.put("aid", person, others)
    else:
        shelf.drop("aid", person)


def _institution(shelf: Shelf, fact: Recorded[l.InstitutionRegistered]) -> None:
    shelf.put("institution", fact.data.institution, fact.data.title)


def _enrolled(shelf: Shelf, fact: Recorded[r.Enrolled]) -> None:
    shelf.put("enrolled", fact.data.person, fact.data.since.isoformat())


def _left(shelf: Shelf, fact: Recorded[r.Exited]) -> None:
    shelf.drop("enrolled", fact.data.person)
