"""What is read beside the cases: the people with a file, and the sweep village by village.

Which disability somebody has and how grave is restricted: here only whether it is severe, which no answer shows.
`township` is where the person lived when it was last told.
"""

from __future__ import annotations

from typing import Any

from events import disability as d
from events.base import Recorded
from services.chassis.views import Tables, View
from services.disability.model import SEVERE

DISABLED = View(
    "disabled",
    1,
    {
        "people": (
            "person TEXT PRIMARY KEY, township TEXT, card INTEGER NOT NULL, until TEXT, severe INTEGER NOT NULL,"
            " consent INTEGER NOT NULL, wish TEXT, institution TEXT, cared_for INTEGER NOT NULL, suspected TEXT"
        ),
        "sweeps": (
            "opened BIGINT PRIMARY KEY, year INTEGER NOT NULL, township TEXT NOT NULL, village TEXT NOT NULL,"
            " households INTEGER NOT NULL, swept TEXT NOT NULL"
        ),
        "suspects": (
            "opened BIGINT PRIMARY KEY, person TEXT NOT NULL, year INTEGER NOT NULL, village TEXT NOT NULL,"
            " assessed TEXT, card TEXT"
        ),
    },
    [("people", "township"), ("sweeps", "year"), ("suspects", "person"), ("suspects", "year")],
)


def _set(tables: Tables, fact: d.DisabledFact, **columns: Any) -> None:
    """Of the person, who is known from here on."""
    tables.execute(
        "INSERT INTO {people} (person, card, severe, consent, cared_for) VALUES (?, 0, 0, 0, 0)"
        " ON CONFLICT DO NOTHING",
        (str(fact.person),),
    )
    if getattr(fact, "township", None) is not None:
        columns["township"] = getattr(fact, "township", None)
    names = ", ".join(f"{name} = ?" for name in columns)
    tables.execute(f"UPDATE {{people}} SET {names} WHERE person = ?", (*columns.values(), str(fact.person)))


@DISABLED.on(d.CardIssued, d.CardChanged)
def card(tables: Tables, fact: Recorded[d.CardIssued | d.CardChanged]) -> None:
    told = fact.data
    _set(tables, told, card=1, until=told.until.isoformat(), suspected=None)
    tables.execute(
        "UPDATE {suspects} SET card = ? WHERE person = ? AND card IS NULL",
        (told.since.isoformat(), str(told.person)),
    )


@DISABLED.on(d.CardVoided, d.CardExpired)
def no_card(tables: Tables, fact: Recorded[d.CardVoided | d.CardExpired]) -> None:
    _set(tables, fact.data, card=0, severe=0, until=None)


@DISABLED.on(d.GradeCertified)
def graded(tables: Tables, fact: Recorded[d.GradeCertified]) -> None:
    _set(tables, fact.data, severe=int(fact.data.grade in SEVERE))


@DISABLED.on(d.SubsidyConsentGiven, d.SubsidyConsentWithdrawn)
def consent(tables: Tables, fact: Recorded[d.SubsidyConsentGiven | d.SubsidyConsentWithdrawn]) -> None:
    _set(tables, fact.data, consent=int(isinstance(fact.data, d.SubsidyConsentGiven)))


@DISABLED.on(d.CareWishRecorded)
def wished(tables: Tables, fact: Recorded[d.CareWishRecorded]) -> None:
    _set(tables, fact.data, wish=fact.data.wish)


@DISABLED.on(d.PlacedInCare)
def placed(tables: Tables, fact: Recorded[d.PlacedInCare]) -> None:
    _set(tables, fact.data, institution=str(fact.data.institution))


@DISABLED.on(d.LeftCare)
def left(tables: Tables, fact: Recorded[d.LeftCare]) -> None:
    _set(tables, fact.data, institution=None)


@DISABLED.on(d.CarerNamed, d.CarerGone)
def carer(tables: Tables, fact: Recorded[d.CarerNamed | d.CarerGone]) -> None:
    _set(tables, fact.data, cared_for=int(isinstance(fact.data, d.CarerNamed)))


@DISABLED.on(d.SweepHeld)
def swept(tables: Tables, fact: Recorded[d.SweepHeld]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {sweeps} VALUES (?, ?, ?, ?, ?, ?)",
        (
            fact.envelope.sequence, told.year, told.township, told.village, len(told.households),
            told.on.isoformat(),
        ),
    )  # fmt: skip


@DISABLED.on(d.SuspectFound)
def suspected(tables: Tables, fact: Recorded[d.SuspectFound]) -> None:
    told = fact.data
    _set(tables, told, suspected=told.on.isoformat())
    tables.execute(
        "INSERT INTO {suspects} (opened, person, year, village) VALUES (?, ?, ?, ?)",
        (fact.envelope.sequence, str(told.person), told.on.year, told.village),
    )


@DISABLED.on(d.HomeAssessed)
def assessed(tables: Tables, fact: Recorded[d.HomeAssessed]) -> None:
    told = fact.data
    _set(tables, told, suspected=None)
    tables.execute(
        "UPDATE {suspects} SET assessed = ? WHERE person = ? AND assessed IS NULL",
        (told.on.isoformat(), str(told.person)),
    )
