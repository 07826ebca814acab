"""What this service keeps of the registry: who lives together and where, who has died, who has left.

Rows `name`, closed; `household` {members, township, gone} and `person` {household, died, merged_into, born}; `registered-poor`, of
whoever is registered poor (建档立卡) and not yet out of poverty: since when. Each step may be
repeated and holds whatever other facts of the same decision come before or after it: a split, for one, is
told by the new household and by the split itself.
"""

from __future__ import annotations

from typing import Any

from events import registry as r
from events.base import Recorded
from events.ids import HouseholdId, PersonId
from services.chassis.service import Shelf

Row = dict[str, Any]
NOBODY: Row = {"household": None, "died": None, "merged_into": None, "born": None}


def registered(shelf: Shelf, fact: Recorded[r.HouseholdRegistered]) -> None:
    data = fact.data
    shelf.put("household", data.household, {"members": [], "township": data.township, "gone": ""})
    for member in data.members:
        _settle(shelf, member.person, data.household)


def named(shelf: Shelf, fact: Recorded[r.PersonRegistered] | Recorded[r.PersonCorrected]) -> None:
    """The name closed, as the registry sealed it; opened only to print a letter. The birthday tells who is a minor."""
    if fact.data.name is not None:
        shelf.put("name", fact.data.person, fact.data.name.to_json())
    if fact.data.born is not None:
        row = shelf.get("person", fact.data.person) or NOBODY
        shelf.put("person", fact.data.person, {**row, "born": fact.data.born.isoformat()})


def erased(shelf: Shelf, fact: Recorded[r.Erased]) -> None:
    for person in (fact.data.person, *fact.data.merged):
        shelf.drop("name", person)
        row = shelf.get("person", person)
        if row is not None:
            shelf.put("person", person, {**row, "born": None})


def joined(shelf: Shelf, fact: Recorded[r.MemberJoined]) -> None:
    _settle(shelf, fact.data.person, fact.data.household)


def left(shelf: Shelf, fact: Recorded[r.MemberLeft]) -> None:
    person = shelf.get("person", fact.data.person)
    if person is not None and person["household"] == str(fact.data.household):
        _leave(shelf, fact.data.person)


def split(shelf: Shelf, fact: Recorded[r.HouseholdSplit]) -> None:
    for person in fact.data.members:
        _settle(shelf, person, fact.data.into)


def merged(shelf: Shelf, fact: Recorded[r.HouseholdsMerged]) -> None:
    for member in fact.data.members:
        _settle(shelf, member.person, fact.data.household)
    _close(shelf, fact.data.absorbed, "household_gone")


def moved(shelf: Shelf, fact: Recorded[r.HouseholdMoved]) -> None:
    _change(shelf, fact.data.household, township=fact.data.township)


def corrected(shelf: Shelf, fact: Recorded[r.HouseholdCorrected]) -> None:
    if fact.data.township is not None:
        _change(shelf, fact.data.household, township=fact.data.township)


def moved_away(shelf: Shelf, fact: Recorded[r.HouseholdMovedAway]) -> None:
    _close(shelf, fact.data.household, "moved_away")


def closed(shelf: Shelf, fact: Recorded[r.HouseholdClosed]) -> None:
    gone = "moved_away" if fact.data.reason == "moved_away" else "household_gone"
    _close(shelf, fact.data.household, gone)


def died(shelf: Shelf, fact: Recorded[r.Died]) -> None:
    _leave(shelf, fact.data.person, died=fact.data.on.isoformat())


def people_merged(shelf: Shelf, fact: Recorded[r.PeopleMerged]) -> None:
    """What is known of the duplicate goes to the person; its place at home unless the person has one already."""
    person = shelf.get("person", fact.data.person) or NOBODY
    duplicate = shelf.get("person", fact.data.duplicate) or NOBODY
    _leave(shelf, fact.data.duplicate, merged_into=str(fact.data.person))
    since = shelf.get("registered-poor", fact.data.duplicate)
    if since is not None:
        shelf.drop("registered-poor", fact.data.duplicate)
        shelf.put("registered-poor", fact.data.person, since)
    if person["household"] is None and person["died"] is None and duplicate["household"] is not None:
        _settle(shelf, fact.data.person, HouseholdId.of(duplicate["household"]))


def categorised(shelf: Shelf, fact: Recorded[r.Categorised]) -> None:
    """Out of poverty (脱贫) is the other side of registered poor: the registry ends the one with the other."""
    if fact.data.category is r.Category.REGISTERED_POOR:
        shelf.put("registered-poor", fact.data.person, fact.data.since.isoformat())
    elif fact.data.category is r.Category.LIFTED:
        shelf.drop("registered-poor", fact.data.person)


def category_ended(shelf: Shelf, fact: Recorded[r.CategoryEnded]) -> None:
    if fact.data.category is r.Category.REGISTERED_POOR:
        shelf.drop("registered-poor", fact.data.person)


def _settle(shelf: Shelf, person: PersonId, household: HouseholdId) -> None:
    row = shelf.get("person", person) or NOBODY
    if row["household"] not in (None, str(household)):
        _leave(shelf, person)
    shelf.put("person", person, {**row, "household": str(household)})
    home = shelf.get("household", household)
    if home is not None and str(person) not in home["members"]:
        shelf.put("household", household, {**home, "members": [*home["members"], str(person)]})


def _leave(shelf: Shelf, person: PersonId, **why: str) -> None:
    row = shelf.get("person", person) or NOBODY
    home = shelf.get("household", row["household"]) if row["household"] else None
    if home is not None:
        others = [member for member in home["members"] if member != str(person)]
        shelf.put("household", row["household"], {**home, "members": others})
    shelf.put("person", person, {**row, "household": None, **why})


def _change(shelf: Shelf, household: HouseholdId, **what: str) -> None:
    home = shelf.get("household", household)
    if home is not None:
        shelf.put("household", household, {**home, **what})


def _close(shelf: Shelf, household: HouseholdId, gone: str) -> None:
    home = shelf.get("household", household)
    if home is not None and not home["gone"]:
        shelf.put("household", household, {**home, "gone": gone})
