"""The list of beneficiary households for a department as of a day (名单, 三(四)), and its receipt.

Of that day it says what is known today. The receipt is an event, `ListIssued`: to whom, as of when, how many
households, and the digest of the list without names, by which anyone can show which list it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from events.registry import ListIssued
from events.sealed import Sealed
from services.chassis.unsealing import unseal
from services.chassis.views import Tables, ViewReader
from services.chassis.work import Work
from services.registry.views import name_in

_ON = "{0}.since <= ? AND ({0}.until IS NULL OR {0}.until > ?)"


@dataclass(frozen=True, slots=True)
class Beneficiary:
    person: str
    relation: str
    categories: tuple[str, ...]
    name: Sealed | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A household of the list, with its beneficiaries only."""

    household: str
    township: str
    village: str
    beneficiaries: tuple[Beneficiary, ...]


def caught_up(view: ViewReader) -> None:
    """Let a view read what is recorded by now, so that whoever wrote finds it."""
    while view.advance():
        pass


def households_on(view: ViewReader, day: date, township: str | None = None) -> list[Listed]:
    """Households with somebody enrolled on that day, by id, where they lived then."""
    caught_up(view)
    on = day.isoformat()
    dated = " AND ".join(_ON.format(table) for table in ("m", "e", "pl"))
    values: list[object] = [on] * 6
    if township is not None:
        dated += " AND pl.township = ?"
        values.append(township)
    with view.reading() as tables:
        rows = tables.execute(
            "SELECT m.household, pl.township, pl.village, m.person, m.relation, p.name"
            " FROM {members} m JOIN {enrolments} e ON e.person = m.person"
            " JOIN {places} pl ON pl.household = m.household JOIN {people} p ON p.id = m.person"
            f" WHERE {dated} ORDER BY m.household, m.person",
            values,
        )
        held = _categories(tables, on)
    return [
        Listed(
            household,
            place,
            village,
            tuple(
                Beneficiary(person, relation, held.get(person, ()), name_in(name))
                for _, _, _, person, relation, name in members
            ),
        )
        for (household, place, village), members in groupby(rows, key=lambda row: row[:3])
    ]


def _categories(tables: Tables, on: str) -> dict[str, tuple[str, ...]]:
    rows = tables.execute(
        "SELECT c.person, c.category FROM {categories} c WHERE "
        + _ON.format("c")
        + " ORDER BY c.person, c.category",
        (on, on),
    )
    return {person: tuple(row[1] for row in group) for person, group in groupby(rows, key=lambda row: row[0])}


def digest_of(listed: Sequence[Listed]) -> str:
    """SHA-256 over one line of JSON a household, without names."""
    digest = hashlib.sha256()
    for one in listed:
        people = [[b.person, b.relation, list(b.categories)] for b in one.beneficiaries]
        line = json.dumps([one.household, one.township, one.village, people], separators=(",", ":"))
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """`names`: of all beneficiaries in the order of the list; empty where none were asked for."""

    event: UUID
    digest: str
    names: tuple[str | None, ...]


def issue(work: Work, department: str, day: date, listed: Sequence[Listed], purpose: str | None) -> Receipt:
    """Record that the list was given; with a purpose its names are opened, and that is recorded too."""
    digest = digest_of(listed)
    fact = ListIssued(department=department, as_of=day, households=len(listed), digest=digest)
    recorded = work.record(work.service.own(work.around.district), fact)
    names: list[str | None] = []
    if purpose is not None:
        names = unseal(work, purpose, *(b.name for one in listed for b in one.beneficiaries))
    return Receipt(recorded.envelope.id, digest, tuple(names))
