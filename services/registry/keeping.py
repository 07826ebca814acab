"""What a service that listens to the registry keeps of it, and what it can then ask in a decision.

    SERVICE = Service("living", listens=(..., "registry"))
    keep_people(SERVICE)                              # who lives with whom and where, who has died, who is who
    keep_births(SERVICE)                              # and of the rest what the service needs, no more
    keep_categories(SERVICE, Category.MARGIN)

    person_of(work, person)["household"]              # where somebody lives; None: in no household here
    household_of(work, household)                     # None where the registry knows of none
    survivor(work, person)                            # the registration that stands for somebody today
    alive(work, members, "2025-03-01")                # whether any of them lived on that day

| rows       | key         | value                                                  | kept by           |
|------------|-------------|--------------------------------------------------------|-------------------|
| household  | household   | members, township, village, gone, since, changes       | `keep_people`     |
| person     | person      | household, died, merged_into, also                     | `keep_people`     |
| erased     | person      | true                                                   | `keep_people`     |
| born       | person      | the birthday                                           | `keep_births`     |
| name       | person      | the name as the registry sealed it                     | `keep_names`      |
| id-number  | blind index | the person whose ID number it is                       | `keep_numbers`    |
| id-of      | person      | the blind indexes of their ID numbers, duplicates' too | `keep_numbers`    |
| categories | person      | code of a population they belong to → since when       | `keep_categories` |

`gone`: why the household is no more, "" while it is here; `since` when. One that has moved away keeps its members as it
went. `changes`: how often it has become others who live there. `also`: registrations merged into the person's. The rows
follow from the registry's log alone. Each step may be repeated and holds whatever other facts of the same decision come
before or after it: a split, for one, is told by the new household and by the split itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from events import registry as r
from events.base import Recorded
from events.ids import HouseholdId, PersonId
from services.chassis.service import Service, Shelf

HOUSEHOLD, PERSON, ERASED = "household", "person", "erased"
BORN, NAME, NUMBER, NUMBERS, CATEGORIES = "born", "name", "id-number", "id-of", "categories"
Row = dict[str, Any]
NOBODY: Row = {"household": None, "died": None, "merged_into": None, "also": []}


class Reading(Protocol):
    """A decision in progress: `services.chassis.work.Work`."""

    def fact(self, kind: str, key: object) -> Any | None: ...


# -- asking ------------------------------------------------------------------------------------------------


def person_of(work: Reading, person: object) -> Row:
    return work.fact(PERSON, person) or NOBODY


def household_of(work: Reading, household: object) -> Row | None:
    found: Row | None = work.fact(HOUSEHOLD, household)
    return found


def survivor(work: Reading, person: object) -> str:
    """The registration that stands for whoever this is or was."""
    while (other := person_of(work, person)["merged_into"]) is not None:
        person = other
    return str(person)


def lives_in(work: Reading, person: object, household: object) -> bool:
    return bool(person_of(work, person)["household"] == str(household))


def lives_nowhere(work: Reading, person: object) -> bool:
    """Whether somebody lives, and left a household without having joined another."""
    row = work.fact(PERSON, person)
    return row is not None and (row["household"], row["died"], row["merged_into"]) == (None, None, None)


def alive(work: Reading, people: Iterable[object], on: str = "9999") -> bool:
    """Whether any of them lives, or lived on a day."""
    for one in people:
        died = person_of(work, survivor(work, one))["died"] or person_of(work, one)["died"]
        if died is None or died >= on:
            return True
    return False


def categories_of(work: Reading, person: object) -> dict[str, str]:
    """Code of each population that somebody belongs to → since when."""
    return work.fact(CATEGORIES, person) or {}


def belongs_since(work: Reading, person: object, category: r.Category) -> str | None:
    """Since when somebody belongs to a population; None: they do not."""
    return categories_of(work, person).get(category.value)


# -- keeping -----------------------------------------------------------------------------------------------


def keep_people(service: Service) -> None:
    """Once; the readers above need it."""
    service.keep(r.PersonRegistered)(_person)
    service.keep(r.HouseholdRegistered)(_registered)
    service.keep(r.MemberJoined)(_joined)
    service.keep(r.MemberLeft)(_left)
    service.keep(r.HouseholdSplit)(_split)
    service.keep(r.HouseholdsMerged)(_merged)
    service.keep(r.HouseholdMoved, r.HouseholdCorrected)(_moved)
    service.keep(r.HouseholdMovedAway)(_moved_away)
    service.keep(r.HouseholdClosed)(_closed)
    service.keep(r.Died)(_died)
    service.keep(r.PeopleMerged)(_people_merged)
    service.keep(r.Erased)(_erased)


def keep_births(service: Service) -> None:
    def born(shelf: Shelf, fact: Recorded[r.PersonRegistered | r.PersonCorrected]) -> None:
        if fact.data.born is not None:
            shelf.put(BORN, fact.data.person, fact.data.born.isoformat())

    service.keep(r.PersonRegistered, r.PersonCorrected)(born)
    _drop_of_the_erased(service, BORN)


def keep_names(service: Service) -> None:
    """Closed: opened only where a letter is printed."""

    def named(shelf: Shelf, fact: Recorded[r.PersonRegistered | r.PersonCorrected]) -> None:
        if fact.data.name is not None:
            shelf.put(NAME, fact.data.person, fact.data.name.to_json())

    service.keep(r.PersonRegistered, r.PersonCorrected)(named)
    _drop_of_the_erased(service, NAME)


def keep_numbers(service: Service) -> None:
    """The side table that leads from an ID number to a person; the erased are in it no more."""
    service.keep(r.PersonRegistered, r.PersonCorrected)(_numbered)
    service.keep(r.PeopleMerged)(_numbers_merged)
    service.keep(r.Erased)(_not_numbered)


def keep_categories(service: Service, *wanted: r.Category) -> None:
    """Of these populations; asked for by several rooms of a service, all theirs."""

    def categorised(shelf: Shelf, fact: Recorded[r.Categorised]) -> None:
        if fact.data.category in wanted:
            row = shelf.get(CATEGORIES, fact.data.person) or {}
            since = fact.data.since.isoformat()
            shelf.put(CATEGORIES, fact.data.person, {**row, fact.data.category.value: since})

    def ended(shelf: Shelf, fact: Recorded[r.CategoryEnded]) -> None:
        row = shelf.get(CATEGORIES, fact.data.person) or {}
        if row.pop(fact.data.category.value, None) is not None:
            shelf.put(CATEGORIES, fact.data.person, row) if row else shelf.drop(CATEGORIES, fact.data.person)

    def merged(shelf: Shelf, fact: Recorded[r.PeopleMerged]) -> None:
        """To whatever the duplicate belongs, the person does, since the earlier of two days."""
        theirs = shelf.get(CATEGORIES, fact.data.duplicate)
        if theirs is not None:
            shelf.drop(CATEGORIES, fact.data.duplicate)
            own = shelf.get(CATEGORIES, fact.data.person) or {}
            both = {code: min(own.get(code, since), since) for code, since in theirs.items()}
            shelf.put(CATEGORIES, fact.data.person, {**own, **both})

    service.keep(r.Categorised)(categorised)
    service.keep(r.CategoryEnded)(ended)
    service.keep(r.PeopleMerged)(merged)


def _drop_of_the_erased(service: Service, kind: str) -> None:
    def erased(shelf: Shelf, fact: Recorded[r.Erased]) -> None:
        for person in (fact.data.person, *fact.data.merged):
            shelf.drop(kind, person)

    service.keep(r.Erased)(erased)


# -- households --------------------------------------------------------------------------------------------


def _registered(shelf: Shelf, fact: Recorded[r.HouseholdRegistered]) -> None:
    told = fact.data
    place = {"township": told.township, "village": told.village}
    shelf.put(HOUSEHOLD, told.household, {"members": [], **place, "gone": "", "since": None, "changes": 1})
    for member in told.members:
        _settle(shelf, member.person, told.household)


def _joined(shelf: Shelf, fact: Recorded[r.MemberJoined]) -> None:
    _settle(shelf, fact.data.person, fact.data.household)
    _others_live_in(shelf, fact.data.household)


def _left(shelf: Shelf, fact: Recorded[r.MemberLeft]) -> None:
    person = shelf.get(PERSON, fact.data.person)
    if person is not None and person["household"] == str(fact.data.household):
        _leave(shelf, fact.data.person)
    _others_live_in(shelf, fact.data.household)


def _split(shelf: Shelf, fact: Recorded[r.HouseholdSplit]) -> None:
    for person in fact.data.members:
        _settle(shelf, person, fact.data.into)
    _others_live_in(shelf, fact.data.household)


def _merged(shelf: Shelf, fact: Recorded[r.HouseholdsMerged]) -> None:
    for member in fact.data.members:
        _settle(shelf, member.person, fact.data.household)
    _others_live_in(shelf, fact.data.household)
    _close(shelf, fact.data.absorbed, "household_gone", fact.data.since.isoformat())


def _moved(shelf: Shelf, fact: Recorded[r.HouseholdMoved | r.HouseholdCorrected]) -> None:
    told = {"township": fact.data.township, "village": fact.data.village}
    _change(shelf, fact.data.household, **{name: code for name, code in told.items() if code is not None})


def _moved_away(shelf: Shelf, fact: Recorded[r.HouseholdMovedAway]) -> None:
    _close(shelf, fact.data.household, "moved_away", fact.data.since.isoformat())


def _closed(shelf: Shelf, fact: Recorded[r.HouseholdClosed]) -> None:
    gone = "moved_away" if fact.data.reason == "moved_away" else "household_gone"
    _close(shelf, fact.data.household, gone, fact.data.since.isoformat())


def _change(shelf: Shelf, household: HouseholdId, **what: object) -> None:
    home = shelf.get(HOUSEHOLD, household)
    if home is not None:
        shelf.put(HOUSEHOLD, household, {**home, **what})


def _others_live_in(shelf: Shelf, household: HouseholdId) -> None:
    home = shelf.get(HOUSEHOLD, household)
    if home is not None:
        shelf.put(HOUSEHOLD, household, {**home, "changes": home["changes"] + 1})


def _close(shelf: Shelf, household: HouseholdId, gone: str, since: str) -> None:
    home = shelf.get(HOUSEHOLD, household)
    if home is not None and not home["gone"]:
        shelf.put(HOUSEHOLD, household, {**home, "gone": gone, "since": since})
    _others_live_in(shelf, household)


# -- people ------------------------------------------------------------------------------------------------


def _person(shelf: Shelf, fact: Recorded[r.PersonRegistered]) -> None:
    if shelf.get(PERSON, fact.data.person) is None:
        shelf.put(PERSON, fact.data.person, NOBODY)


def _died(shelf: Shelf, fact: Recorded[r.Died]) -> None:
    _leave(shelf, fact.data.person, died=fact.data.on.isoformat())


def _people_merged(shelf: Shelf, fact: Recorded[r.PeopleMerged]) -> None:
    """What is known of the duplicate goes to the person; its place at home unless the person has one already."""
    person = shelf.get(PERSON, fact.data.person) or NOBODY
    duplicate = shelf.get(PERSON, fact.data.duplicate) or NOBODY
    _leave(shelf, fact.data.duplicate, merged_into=str(fact.data.person))
    also = [*person["also"], str(fact.data.duplicate), *duplicate["also"]]
    shelf.put(PERSON, fact.data.person, {**person, "also": list(dict.fromkeys(also))})
    if person["household"] is None and person["died"] is None and duplicate["household"] is not None:
        _settle(shelf, fact.data.person, HouseholdId.of(duplicate["household"]))


def _erased(shelf: Shelf, fact: Recorded[r.Erased]) -> None:
    for person in (fact.data.person, *fact.data.merged):
        shelf.put(ERASED, person, True)


def _settle(shelf: Shelf, person: PersonId, household: HouseholdId) -> None:
    row = shelf.get(PERSON, person) or NOBODY
    if row["household"] not in (None, str(household)):
        _leave(shelf, person)
    shelf.put(PERSON, person, {**row, "household": str(household)})
    home = shelf.get(HOUSEHOLD, household)
    if home is not None and str(person) not in home["members"]:
        shelf.put(HOUSEHOLD, household, {**home, "members": [*home["members"], str(person)]})


def _leave(shelf: Shelf, person: PersonId, **why: str) -> None:
    row = shelf.get(PERSON, person) or NOBODY
    home = shelf.get(HOUSEHOLD, row["household"]) if row["household"] else None
    if home is not None:
        others = [member for member in home["members"] if member != str(person)]
        shelf.put(HOUSEHOLD, row["household"], {**home, "members": others})
    shelf.put(PERSON, person, {**row, "household": None, **why})


# -- ID numbers --------------------------------------------------------------------------------------------


def _numbered(shelf: Shelf, fact: Recorded[r.PersonRegistered | r.PersonCorrected]) -> None:
    told = fact.data
    index = None if told.id_index is None else shelf.open(told.id_index)
    if index is None:
        return  # nothing new, or erased since: the number is free, and nothing of it may stay
    others: list[str] = []
    if isinstance(told, r.PersonCorrected):
        # The number registered by mistake is free again; those of duplicates stay.
        mistaken, *others = shelf.get(NUMBERS, told.person) or [index]
        shelf.drop(NUMBER, mistaken)
    shelf.put(NUMBER, index, str(told.person))
    shelf.put(NUMBERS, told.person, [index, *others])


def _numbers_merged(shelf: Shelf, fact: Recorded[r.PeopleMerged]) -> None:
    person, duplicate = fact.data.person, fact.data.duplicate
    indexes = shelf.get(NUMBERS, duplicate) or []
    for index in indexes:
        shelf.put(NUMBER, index, str(person))
    if indexes:
        shelf.put(NUMBERS, person, [*(shelf.get(NUMBERS, person) or []), *indexes])
    shelf.drop(NUMBERS, duplicate)


def _not_numbered(shelf: Shelf, fact: Recorded[r.Erased]) -> None:
    for person in (fact.data.person, *fact.data.merged):
        for index in shelf.get(NUMBERS, person) or ():
            shelf.drop(NUMBER, index)
        shelf.drop(NUMBERS, person)
