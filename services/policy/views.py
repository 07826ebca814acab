"""The papers and calendars as tables: what was proposed, published or taken back, with the texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from events.base import Recorded
from events.policy import (
    CalendarPublished,
    DayOff,
    PaperLapseNear,
    PaperProposed,
    PaperPublished,
    PaperWithdrawn,
)
from services.chassis.views import Tables, View

PaperState = Literal["proposed", "published", "withdrawn"]

PAPERS = View(
    "papers",
    2,
    {
        "papers": (
            "place BIGINT PRIMARY KEY, digest TEXT NOT NULL, code TEXT NOT NULL, number TEXT NOT NULL,"
            " title TEXT NOT NULL, state TEXT NOT NULL, in_force_from TEXT NOT NULL, in_force_to TEXT,"
            " author TEXT NOT NULL, approver TEXT, effective TEXT, lapse_told TEXT"
        ),
        "texts": "digest TEXT PRIMARY KEY, text TEXT NOT NULL",
        "calendars": "year INTEGER PRIMARY KEY, source TEXT NOT NULL, days TEXT NOT NULL",
    },
    indexes=(("papers", "code, place"), ("papers", "digest, place")),
)

_COLUMNS = (
    "place, digest, code, number, title, state, in_force_from, in_force_to, author, approver, effective,"
    " lapse_told"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One proposal and what became of it; `place`: where it stands in the log."""

    place: int
    digest: str
    code: str
    number: str
    title: str
    state: PaperState
    in_force_from: str
    in_force_to: str | None
    author: str
    approver: str | None
    effective: str | None
    lapse_told: str | None


class CalendarRow(msgspec.Struct, frozen=True):
    year: int
    source: str
    holidays: tuple[tuple[str, str], ...]
    working_weekends: tuple[tuple[str, str], ...]


@PAPERS.on(PaperProposed)
def _proposed(tables: Tables, fact: Recorded[PaperProposed]) -> None:
    told = fact.data
    tables.execute(
        f"INSERT INTO {{papers}} ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 'proposed', ?, ?, ?, NULL, NULL, NULL)",
        (
            fact.envelope.sequence,
            told.digest,
            told.code,
            told.number,
            told.title,
            told.in_force_from.isoformat(),
            None if told.in_force_to is None else told.in_force_to.isoformat(),
            str(told.author),
        ),
    )
    # Proposed, taken back and proposed again it is the same text.
    tables.execute(
        "INSERT INTO {texts} (digest, text) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
        (told.digest, told.text),
    )


@PAPERS.on(PaperPublished)
def _published(tables: Tables, fact: Recorded[PaperPublished]) -> None:
    told = fact.data
    tables.execute(
        "UPDATE {papers} SET state = 'published', approver = ?, effective = ?"
        " WHERE digest = ? AND state = 'proposed'",
        (str(told.approver), told.effective.isoformat(), told.digest),
    )


@PAPERS.on(PaperWithdrawn)
def _withdrawn(tables: Tables, fact: Recorded[PaperWithdrawn]) -> None:
    tables.execute(
        "UPDATE {papers} SET state = 'withdrawn' WHERE digest = ? AND state = 'proposed'", (fact.data.digest,)
    )


@PAPERS.on(PaperLapseNear)
def _lapse_near(tables: Tables, fact: Recorded[PaperLapseNear]) -> None:
    tables.execute(
        "UPDATE {papers} SET lapse_told = ? WHERE digest = ? AND state = 'published'",
        (fact.data.on.isoformat(), fact.data.digest),
    )


@PAPERS.on(CalendarPublished)
def _calendar(tables: Tables, fact: Recorded[CalendarPublished]) -> None:
    told = fact.data
    days = msgspec.json.encode([_pairs(told.holidays), _pairs(told.working_weekends)]).decode()
    tables.execute(
        "INSERT INTO {calendars} (year, source, days) VALUES (?, ?, ?)"
        " ON CONFLICT (year) DO UPDATE SET source = excluded.source, days = excluded.days",
        (told.year, told.source, days),
    )


def _pairs(days: tuple[DayOff, ...]) -> list[tuple[str, str]]:
    return [(off.on.isoformat(), off.occasion) for off in days]


def listed(
    tables: Tables,
    *,
    code: str | None = None,
    state: PaperState | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[Row]:
    """Proposals in the order in which they were made, behind the place `after`."""
    terms: dict[str, object] = {"place > ?": after}
    if code is not None:
        terms["code = ?"] = code
    if state is not None:
        terms["state = ?"] = state
    found = tables.execute(
        f"SELECT {_COLUMNS} FROM {{papers}} WHERE {' AND '.join(terms)} ORDER BY place LIMIT ?",
        (*terms.values(), limit),
    )
    return [Row(*row) for row in found]


def text(tables: Tables, digest: str) -> str | None:
    """The canonical text with this digest, of whatever was ever proposed."""
    found = tables.execute("SELECT text FROM {texts} WHERE digest = ?", (digest,))
    return found[0][0] if found else None


def calendars(tables: Tables) -> list[CalendarRow]:
    """The published calendars, a year each."""
    found = tables.execute("SELECT year, source, days FROM {calendars} ORDER BY year")
    return [_calendar_row(*row) for row in found]


def _calendar_row(year: int, source: str, days: str) -> CalendarRow:
    holidays, weekends = msgspec.json.decode(days, type=tuple[_Days, _Days])
    return CalendarRow(year, source, holidays, weekends)


_Days = tuple[tuple[str, str], ...]
