"""Who is tekun, in which grade, where and how: a row a person, and the spans of time in which that was so.

`spans` hold every combination of township, grade and mode from a day (`since`) to before a day (`until`; NULL: still so),
so that each day of the past can be counted as it was. Grades are restricted: only counts of them leave the service, and
rows only to whom may see a case.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from events import assistance as a
from events import living as l
from events.base import Recorded
from services.chassis.views import Tables, View
from services.living.tekun import CODE

PEOPLE = (
    "person TEXT PRIMARY KEY, tekun_case TEXT NOT NULL, township TEXT NOT NULL, grade TEXT NOT NULL,"
    " mode TEXT NOT NULL, granted INTEGER NOT NULL, wish TEXT, institution TEXT, bed TEXT, carer TEXT,"
    " agreement_until TEXT, visit_by TEXT, visits_missed INTEGER NOT NULL, reported TEXT, reassess_by TEXT, since TEXT"
)
SPANS = (
    "person TEXT NOT NULL, township TEXT NOT NULL, grade TEXT NOT NULL, mode TEXT NOT NULL,"
    " since TEXT NOT NULL, until TEXT"
)
INSTITUTIONS = "id TEXT PRIMARY KEY, name TEXT NOT NULL, township TEXT NOT NULL, beds INTEGER NOT NULL"

TEKUN = View(
    "tekun",
    1,
    {"people": PEOPLE, "spans": SPANS, "institutions": INSTITUTIONS},
    [
        ("spans", "person, until"),
        ("spans", "since, until"),
        ("people", "granted, mode"),
        ("people", "tekun_case"),
    ],
)


def _set(tables: Tables, person: object, **columns: Any) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)
    tables.execute(f"UPDATE {{people}} SET {names} WHERE person = ?", (*columns.values(), str(person)))


def _turn(tables: Tables, person: object, on: date, **columns: str) -> None:
    """What is counted of a person changes on a day: the span before ends, another begins."""
    if columns:
        _set(tables, person, **columns)
    rows = tables.execute(
        "SELECT township, grade, mode, granted, since FROM {people} WHERE person = ?", (str(person),)
    )
    if not rows or not rows[0][3]:
        return
    day = max(on.isoformat(), rows[0][4])  # before the support begins nothing is counted
    _close(tables, person, day)
    tables.execute("INSERT INTO {spans} VALUES (?, ?, ?, ?, ?, NULL)", (str(person), *rows[0][:3], day))


def _close(tables: Tables, person: object, day: str) -> None:
    # A change told late, of a day before the open span began: that span never was.
    tables.execute(
        "DELETE FROM {spans} WHERE person = ? AND until IS NULL AND since >= ?", (str(person), day)
    )
    tables.execute("UPDATE {spans} SET until = ? WHERE person = ? AND until IS NULL", (day, str(person)))


@TEKUN.on(a.TakenOver)
def taken_over(tables: Tables, fact: Recorded[a.TakenOver]) -> None:
    told = fact.data
    if told.programme == CODE:
        _enter(tables, told)
        _set(tables, told.members[0], granted=1, since=told.since.isoformat())
        _turn(tables, told.members[0], told.since)


@TEKUN.on(a.Applied)
def applied(tables: Tables, fact: Recorded[a.Applied]) -> None:
    told = fact.data
    if told.programme != CODE:
        return
    _enter(tables, told)


def _enter(tables: Tables, told: a.Applied | a.TakenOver) -> None:
    for person in told.members:
        tables.execute("DELETE FROM {people} WHERE person = ?", (str(person),))
        tables.execute(
            "INSERT INTO {people} (person, tekun_case, township, grade, mode, granted, visits_missed)"
            " VALUES (?, ?, ?, '', 'scattered', 0, 0)",
            (str(person), str(told.case), told.township),
        )


@TEKUN.on(a.SubsidyGranted)
def granted(tables: Tables, fact: Recorded[a.SubsidyGranted]) -> None:
    told = fact.data
    if told.programme == CODE:
        _set(tables, told.members[0], granted=1, since=told.since.isoformat())
        _turn(tables, told.members[0], told.since)


@TEKUN.on(a.HouseholdChanged)
def moved(tables: Tables, fact: Recorded[a.HouseholdChanged]) -> None:
    told = fact.data
    if told.programme == CODE and told.township is not None:
        for person in told.members:
            _turn(tables, person, told.since, township=told.township)


@TEKUN.on(a.Exited)
def exited(tables: Tables, fact: Recorded[a.Exited]) -> None:
    told = fact.data
    if told.programme == CODE:
        for (person,) in tables.execute(
            "SELECT person FROM {people} WHERE tekun_case = ?", (str(told.case),)
        ):
            _close(tables, person, told.since.isoformat())
            _set(tables, person, granted=0, reported=None, reassess_by=None, visit_by=None)


@TEKUN.on(l.SelfCareAssessed, l.SelfCareReassessed)
def assessed(tables: Tables, fact: Recorded[l.SelfCareAssessed | l.SelfCareReassessed]) -> None:
    told = fact.data
    _turn(tables, told.person, told.on, grade=told.grade)
    if isinstance(told, l.SelfCareReassessed):
        _set(tables, told.person, reported=None, reassess_by=None)


@TEKUN.on(l.SelfCareChangeReported)
def reported(tables: Tables, fact: Recorded[l.SelfCareChangeReported]) -> None:
    told = fact.data
    _set(tables, told.person, reported=told.on.isoformat(), reassess_by=told.reassess_by.isoformat())


@TEKUN.on(l.PlacementWishRecorded)
def wished(tables: Tables, fact: Recorded[l.PlacementWishRecorded]) -> None:
    _set(tables, fact.data.person, wish=fact.data.wish)


@TEKUN.on(l.InstitutionRegistered)
def registered(tables: Tables, fact: Recorded[l.InstitutionRegistered]) -> None:
    told = fact.data
    tables.execute("DELETE FROM {institutions} WHERE id = ?", (str(told.institution),))
    tables.execute(
        "INSERT INTO {institutions} VALUES (?, ?, ?, ?)",
        (str(told.institution), told.title, told.township, told.beds),
    )


@TEKUN.on(l.PlacedInInstitution)
def placed(tables: Tables, fact: Recorded[l.PlacedInInstitution]) -> None:
    told = fact.data
    _set(tables, told.person, institution=str(told.institution), bed=told.bed)
    _turn(tables, told.person, told.since, mode="centralised")


@TEKUN.on(l.LeftInstitution)
def left(tables: Tables, fact: Recorded[l.LeftInstitution]) -> None:
    _set(tables, fact.data.person, institution=None, bed=None)
    _turn(tables, fact.data.person, fact.data.since, mode="scattered")


@TEKUN.on(l.CareAgreementSigned)
def signed(tables: Tables, fact: Recorded[l.CareAgreementSigned]) -> None:
    told = fact.data
    _set(
        tables,
        told.person,
        carer=str(told.carer) if told.carer else None,
        agreement_until=told.until.isoformat(),
        visit_by=told.visit_by.isoformat(),
        visits_missed=0,
    )


@TEKUN.on(l.CareAgreementEnded)
def agreement_ended(tables: Tables, fact: Recorded[l.CareAgreementEnded]) -> None:
    _set(tables, fact.data.person, carer=None, agreement_until=None, visit_by=None)


@TEKUN.on(l.CareVisitRecorded)
def visited(tables: Tables, fact: Recorded[l.CareVisitRecorded]) -> None:
    _set(tables, fact.data.person, visit_by=fact.data.visit_by.isoformat(), visits_missed=0)


@TEKUN.on(l.CareVisitMissed)
def missed(tables: Tables, fact: Recorded[l.CareVisitMissed]) -> None:
    _set(tables, fact.data.person, visit_by=fact.data.visit_by.isoformat())
    tables.execute(
        "UPDATE {people} SET visits_missed = visits_missed + 1 WHERE person = ?", (str(fact.data.person),)
    )
