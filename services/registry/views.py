"""What the registry can be asked in lists: people and households as they are, and as they were on a day.

Dates are those on which facts count, so a list as of a day shows what is now known of that day. Names lie
here as they lie in the log, sealed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from events import registry as facts
from events.base import Recorded
from events.ids import HouseholdId, PersonId
from events.sealed import Sealed
from services.chassis.views import Tables, View

REGISTER = View(
    "register",
    1,
    {
        "people": "id TEXT PRIMARY KEY, born TEXT NOT NULL, sex TEXT NOT NULL, name TEXT NOT NULL, died TEXT,"
        " merged TEXT, erased INTEGER NOT NULL",
        "households": "id TEXT PRIMARY KEY, number TEXT, head TEXT, township TEXT NOT NULL,"
        " village TEXT NOT NULL, members INTEGER NOT NULL, closed TEXT",
        "members": "household TEXT NOT NULL, person TEXT NOT NULL, relation TEXT NOT NULL,"
        " since TEXT NOT NULL, until TEXT",
        "places": "household TEXT NOT NULL, township TEXT NOT NULL, village TEXT NOT NULL,"
        " since TEXT NOT NULL, until TEXT",
        "enrolments": "person TEXT NOT NULL, since TEXT NOT NULL, until TEXT",
        "categories": "person TEXT NOT NULL, category TEXT NOT NULL, since TEXT NOT NULL, until TEXT",
    },
    [
        ("households", "township, village, id"),
        ("members", "household, person"),
        ("members", "person"),
        ("places", "household"),
        ("enrolments", "person"),
        ("categories", "person"),
    ],
)


@REGISTER.on(facts.PersonRegistered)
def _(tables: Tables, fact: Recorded[facts.PersonRegistered]) -> None:
    one = fact.data
    tables.execute(
        "INSERT INTO {people} VALUES (?, ?, ?, ?, NULL, NULL, 0)",
        (str(one.person), _day(one.born), one.sex, _sealed(one)),
    )


@REGISTER.on(facts.PersonCorrected)
def _(tables: Tables, fact: Recorded[facts.PersonCorrected]) -> None:
    one = fact.data
    if one.name is not None:
        tables.execute("UPDATE {people} SET name = ? WHERE id = ?", (_sealed(one), str(one.person)))
    if one.born is not None:
        tables.execute(
            "UPDATE {people} SET born = ?, sex = ? WHERE id = ?", (_day(one.born), one.sex, str(one.person))
        )


@REGISTER.on(facts.PeopleMerged)
def _(tables: Tables, fact: Recorded[facts.PeopleMerged]) -> None:
    tables.execute(
        "UPDATE {people} SET merged = ? WHERE id = ?", (str(fact.data.person), str(fact.data.duplicate))
    )


@REGISTER.on(facts.Died)
def _(tables: Tables, fact: Recorded[facts.Died]) -> None:
    tables.execute("UPDATE {people} SET died = ? WHERE id = ?", (_day(fact.data.on), str(fact.data.person)))


@REGISTER.on(facts.Erased)
def _(tables: Tables, fact: Recorded[facts.Erased]) -> None:
    for person in (fact.data.person, *fact.data.merged):
        tables.execute("UPDATE {people} SET erased = 1, name = '' WHERE id = ?", (str(person),))


@REGISTER.on(facts.HouseholdRegistered)
def _(tables: Tables, fact: Recorded[facts.HouseholdRegistered]) -> None:
    one = fact.data
    tables.execute(
        "INSERT INTO {households} VALUES (?, ?, ?, ?, ?, ?, NULL)",
        (str(one.household), one.number, str(one.head), one.township, one.village, len(one.members)),
    )
    tables.execute(
        "INSERT INTO {places} VALUES (?, ?, ?, ?, NULL)",
        (str(one.household), one.township, one.village, _day(one.since)),
    )
    for member in one.members:
        _enters(tables, one.household, member, one.since)


@REGISTER.on(facts.HouseholdCorrected)
def _(tables: Tables, fact: Recorded[facts.HouseholdCorrected]) -> None:
    one = fact.data
    _relate(tables, one.household, one.relations)
    for column, value in (("township", one.township), ("village", one.village)):
        if value is not None:
            for table, more in (("households", "id = ?"), ("places", "household = ? AND until IS NULL")):
                tables.execute(
                    f"UPDATE {{{table}}} SET {column} = ? WHERE {more}", (value, str(one.household))
                )


@REGISTER.on(facts.MemberJoined)
def _(tables: Tables, fact: Recorded[facts.MemberJoined]) -> None:
    one = fact.data
    _enters(tables, one.household, facts.Member(person=one.person, relation=one.relation), one.since)
    _count(tables, one.household)


@REGISTER.on(facts.MemberLeft)
def _(tables: Tables, fact: Recorded[facts.MemberLeft]) -> None:
    _leave(tables, fact.data.household, [fact.data.person], fact.data.since)


@REGISTER.on(facts.HeadChanged)
def _(tables: Tables, fact: Recorded[facts.HeadChanged]) -> None:
    one = fact.data
    tables.execute("UPDATE {households} SET head = ? WHERE id = ?", (str(one.head), str(one.household)))
    _relate(tables, one.household, one.relations)


@REGISTER.on(facts.HouseholdSplit)
def _(tables: Tables, fact: Recorded[facts.HouseholdSplit]) -> None:
    _leave(tables, fact.data.household, fact.data.members, fact.data.since)


@REGISTER.on(facts.HouseholdsMerged)
def _(tables: Tables, fact: Recorded[facts.HouseholdsMerged]) -> None:
    one = fact.data
    _leave(tables, one.absorbed, [member.person for member in one.members], one.since)
    for member in one.members:
        _enters(tables, one.household, member, one.since)
    _count(tables, one.household)


@REGISTER.on(facts.HouseholdMoved)
def _(tables: Tables, fact: Recorded[facts.HouseholdMoved]) -> None:
    one = fact.data
    home = str(one.household)
    tables.execute(
        "UPDATE {households} SET township = ?, village = ? WHERE id = ?", (one.township, one.village, home)
    )
    tables.execute(
        "UPDATE {places} SET until = ? WHERE household = ? AND until IS NULL", (_day(one.since), home)
    )
    tables.execute(
        "INSERT INTO {places} VALUES (?, ?, ?, ?, NULL)", (home, one.township, one.village, _day(one.since))
    )


@REGISTER.on(facts.HouseholdMovedAway)
def _(tables: Tables, fact: Recorded[facts.HouseholdMovedAway]) -> None:
    _leave(tables, fact.data.household, fact.data.members, fact.data.since)


@REGISTER.on(facts.HouseholdClosed)
def _(tables: Tables, fact: Recorded[facts.HouseholdClosed]) -> None:
    tables.execute(
        "UPDATE {households} SET closed = ?, head = NULL WHERE id = ?",
        (fact.data.reason, str(fact.data.household)),
    )


@REGISTER.on(facts.Categorised)
def _(tables: Tables, fact: Recorded[facts.Categorised]) -> None:
    one = fact.data
    # A category told again with another day replaces the day: the earlier one was wrong.
    tables.execute(
        "DELETE FROM {categories} WHERE person = ? AND category = ? AND until IS NULL",
        (str(one.person), one.category),
    )
    tables.execute(
        "INSERT INTO {categories} VALUES (?, ?, ?, NULL)", (str(one.person), one.category, _day(one.since))
    )


@REGISTER.on(facts.CategoryEnded)
def _(tables: Tables, fact: Recorded[facts.CategoryEnded]) -> None:
    one = fact.data
    tables.execute(
        "UPDATE {categories} SET until = ? WHERE person = ? AND category = ? AND until IS NULL",
        (_day(one.until), str(one.person), one.category),
    )


@REGISTER.on(facts.Enrolled)
def _(tables: Tables, fact: Recorded[facts.Enrolled]) -> None:
    tables.execute(
        "INSERT INTO {enrolments} VALUES (?, ?, NULL)", (str(fact.data.person), _day(fact.data.since))
    )


@REGISTER.on(facts.Exited)
def _(tables: Tables, fact: Recorded[facts.Exited]) -> None:
    tables.execute(
        "UPDATE {enrolments} SET until = ? WHERE person = ? AND until IS NULL",
        (_day(fact.data.since), str(fact.data.person)),
    )


def _enters(tables: Tables, household: HouseholdId, member: facts.Member, since: date) -> None:
    tables.execute(
        "INSERT INTO {members} VALUES (?, ?, ?, ?, NULL)",
        (str(household), str(member.person), member.relation, _day(since)),
    )


def _leave(tables: Tables, household: HouseholdId, people: Iterable[PersonId], since: date) -> None:
    for person in people:
        tables.execute(
            "UPDATE {members} SET until = ? WHERE household = ? AND person = ? AND until IS NULL",
            (_day(since), str(household), str(person)),
        )
    _count(tables, household)


def _relate(tables: Tables, household: HouseholdId, relations: Iterable[facts.Member]) -> None:
    for member in relations:
        tables.execute(
            "UPDATE {members} SET relation = ? WHERE household = ? AND person = ? AND until IS NULL",
            (member.relation, str(household), str(member.person)),
        )


def _count(tables: Tables, household: HouseholdId) -> None:
    tables.execute(
        "UPDATE {households} SET members ="
        " (SELECT count(*) FROM {members} WHERE household = ? AND until IS NULL) WHERE id = ?",
        (str(household), str(household)),
    )


def _day(day: date) -> str:
    return day.isoformat()


def _sealed(fact: facts.PersonRegistered | facts.PersonCorrected) -> str:
    """`{"name": box}`, to be read back by `name_in`."""
    return fact.model_dump_json(include={"name"})


def name_in(text: str) -> Sealed | None:
    """The sealed name in a row of people; None once erased."""
    return Sealed.from_json(json.loads(text)["name"]) if text else None


VIEWS = (REGISTER,)
