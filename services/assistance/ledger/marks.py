"""What counts in a ledger, a row a case and month, from this service's own log; sums in fen, nobody's name.

A mark lies in the month in which the thing was so (its day of acceptance, of decision, the month paid), not in the one
in which it became known: what is entered late changes a past month, and a report already submitted shows by how much.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from events import assistance as a
from events.base import Recorded
from services.assistance.days import month_of
from services.chassis.clock import civil_date
from services.chassis.views import Tables, View

DEDUCTED = "deducted:"
DEDUCTION = "扣减"
"""How the papers' formulas of deductions end; what they deduct is theirs to say."""

LEDGER = View(
    "ledger",
    2,
    {
        "cases": (
            "id TEXT PRIMARY KEY, programme TEXT NOT NULL, opened BIGINT NOT NULL, household TEXT NOT NULL,"
            " township TEXT NOT NULL, people INTEGER NOT NULL, applied TEXT NOT NULL, accepted TEXT, basis TEXT,"
            " survey_by TEXT, decide_by TEXT, provisional INTEGER NOT NULL, surveyed TEXT, decided TEXT,"
            " outcome TEXT, found TEXT, route TEXT, amount_fen BIGINT, illustrative INTEGER NOT NULL,"
            " taper_since TEXT, ended TEXT, reason TEXT"
        ),
        "marks": (
            "id TEXT NOT NULL, what TEXT NOT NULL, month TEXT NOT NULL, programme TEXT NOT NULL,"
            " township TEXT NOT NULL, people INTEGER NOT NULL, amount_fen BIGINT NOT NULL,"
            " illustrative INTEGER NOT NULL, PRIMARY KEY (id, what, month)"
        ),
        "bases": (
            "id TEXT NOT NULL, month TEXT NOT NULL, programme TEXT NOT NULL, township TEXT NOT NULL,"
            " paper TEXT NOT NULL, PRIMARY KEY (id, month, paper)"
        ),
        "reports": (
            "report TEXT NOT NULL, programme TEXT NOT NULL, month TEXT NOT NULL, number INTEGER NOT NULL,"
            " submitted TEXT NOT NULL, officer TEXT NOT NULL, as_of BIGINT NOT NULL, digest TEXT NOT NULL,"
            " PRIMARY KEY (report, number)"
        ),
    },
    [
        ("cases", "opened"),
        ("cases", "taper_since"),
        ("marks", "programme, month, township"),
        ("bases", "programme, month"),
    ],
)


def _mark(
    tables: Tables, case: object, what: str, day: date, amount_fen: int = 0, *, illustrative: bool = False
) -> None:
    """Once a case and month; with the township and members that the case has now."""
    tables.execute(
        "INSERT INTO {marks} (id, what, month, programme, township, people, amount_fen, illustrative)"
        " SELECT id, ?, ?, programme, township, people, ?, ? FROM {cases} WHERE id = ?"
        " ON CONFLICT (id, what, month) DO UPDATE SET township = excluded.township,"
        " people = excluded.people, amount_fen = excluded.amount_fen, illustrative = excluded.illustrative",
        (what, month_of(day), amount_fen, int(illustrative), str(case)),
    )


def _change(tables: Tables, case: object, **columns: Any) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)
    tables.execute(f"UPDATE {{cases}} SET {names} WHERE id = ?", (*columns.values(), str(case)))


def _known(tables: Tables, case: object, columns: str) -> tuple[Any, ...]:
    return tuple(tables.execute(f"SELECT {columns} FROM {{cases}} WHERE id = ?", (str(case),))[0])


@LEDGER.on(a.Applied)
def applied(tables: Tables, fact: Recorded[a.Applied]) -> None:
    data = fact.data
    tables.execute(
        "INSERT INTO {cases} (id, programme, opened, household, township, people, applied, provisional, illustrative)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)",
        (
            str(data.case),
            data.programme,
            fact.envelope.sequence,
            str(data.household),
            data.township,
            len(data.members),
            data.on.isoformat(),
        ),
    )
    _mark(tables, data.case, "applied", data.on)


@LEDGER.on(a.TakenOver)
def taken_over(tables: Tables, fact: Recorded[a.TakenOver]) -> None:
    """Neither an application nor a grant of any month here; its months count like others."""
    data = fact.data
    tables.execute(
        "INSERT INTO {cases} (id, programme, opened, household, township, people, applied, decided, outcome, basis,"
        " amount_fen, provisional, illustrative) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'granted', ?, ?, 0, 0)",
        (
            str(data.case), data.programme, fact.envelope.sequence, str(data.household), data.township,
            len(data.covered), data.since.isoformat(), data.since.isoformat(), data.basis, data.amount_fen,
        ),
    )  # fmt: skip


@LEDGER.on(a.Accepted)
def accepted(tables: Tables, fact: Recorded[a.Accepted]) -> None:
    data = fact.data
    _change(
        tables,
        data.case,
        accepted=data.on.isoformat(),
        basis=data.basis,
        survey_by=data.survey_by.isoformat() if data.survey_by else None,
        decide_by=data.decide_by.isoformat() if data.decide_by else None,
        provisional=int(data.provisional),
    )
    _mark(tables, data.case, "accepted", data.on)
    if data.provisional:
        _mark(tables, data.case, "provisional", data.on)


@LEDGER.on(a.Surveyed)
def surveyed(tables: Tables, fact: Recorded[a.Surveyed]) -> None:
    """The first one: the limit is for beginning."""
    data = fact.data
    before, last = _known(tables, data.case, "surveyed, survey_by")
    if before is not None:
        return
    _change(tables, data.case, surveyed=data.on.isoformat())
    if last is not None:
        on_time = data.on.isoformat() <= last
        _mark(tables, data.case, "survey_on_time" if on_time else "survey_late", data.on)


@LEDGER.on(a.Assessed)
def assessed(tables: Tables, fact: Recorded[a.Assessed]) -> None:
    """Deductions of the last assessment of a month, each kind by the name that its paper gives it."""
    data, day = fact.data, civil_date(fact.envelope.time)
    _change(tables, data.case, found=data.route)
    tables.execute(
        "DELETE FROM {marks} WHERE id = ? AND month = ? AND what LIKE ?",
        (str(data.case), month_of(day), f"{DEDUCTED}%"),
    )
    for told in data.worked:
        if told.name.endswith(DEDUCTION) and re.fullmatch(r"\d+(\.\d+)?", told.value):
            fen = int(Decimal(told.value) * 100)
            if fen > 0:
                illustrative = data.grounds.illustrative
                _mark(tables, data.case, f"{DEDUCTED}{told.name}", day, fen, illustrative=illustrative)


@LEDGER.on(a.HouseholdChanged)
def household_changed(tables: Tables, fact: Recorded[a.HouseholdChanged]) -> None:
    data = fact.data
    _change(tables, data.case, people=len(data.covered))
    if data.township is not None:
        _change(tables, data.case, township=data.township)


@LEDGER.on(a.SubsidyGranted)
def granted(tables: Tables, fact: Recorded[a.SubsidyGranted]) -> None:
    data = fact.data
    illustrative = data.grounds.illustrative
    route: str | None = _known(tables, data.case, "found")[0]
    _change(
        tables,
        data.case,
        route=route,
        people=len(data.covered),
        amount_fen=data.amount_fen,
        illustrative=int(illustrative),
        ended=data.until.isoformat() if data.until else None,
    )
    _decided(tables, data.case, "granted", data.confirmed, data.amount_fen, illustrative)
    _based(tables, data.case, data.grounds, data.confirmed)
    if route == "single":
        _mark(tables, data.case, "granted_single", data.confirmed, data.amount_fen, illustrative=illustrative)


@LEDGER.on(a.Declined)
def declined(tables: Tables, fact: Recorded[a.Declined]) -> None:
    _change(tables, fact.data.case, reason=fact.data.reason)
    _decided(tables, fact.data.case, "declined", fact.data.on)
    _based(tables, fact.data.case, fact.data.grounds, fact.data.on)


def _based(tables: Tables, case: object, grounds: a.Grounds, day: date) -> None:
    """On which papers it was decided (43号 附): each once a case and month."""
    for paper in grounds.papers:
        tables.execute(
            "INSERT INTO {bases} (id, month, programme, township, paper)"
            " SELECT id, ?, programme, township, ? FROM {cases} WHERE id = ?"
            " ON CONFLICT (id, month, paper) DO NOTHING",
            (month_of(day), paper.number, str(case)),
        )


def _decided(
    tables: Tables, case: object, outcome: str, day: date, fen: int = 0, illustrative: bool = False
) -> None:
    _change(tables, case, decided=day.isoformat(), outcome=outcome)
    _mark(tables, case, outcome, day, fen, illustrative=illustrative)
    (last,) = _known(tables, case, "decide_by")
    if last is not None:
        _mark(tables, case, "on_time" if day.isoformat() <= last else "late", day)


@LEDGER.on(a.Withdrawn)
def withdrawn(tables: Tables, fact: Recorded[a.Withdrawn]) -> None:
    data = fact.data
    _change(tables, data.case, ended=data.on.isoformat(), outcome="withdrawn", reason=data.reason)
    _mark(tables, data.case, "withdrawn", data.on)


@LEDGER.on(a.Adjusted)
def adjusted(tables: Tables, fact: Recorded[a.Adjusted]) -> None:
    data = fact.data
    _change(
        tables,
        data.case,
        people=len(data.covered),
        amount_fen=data.amount_fen,
        illustrative=int(data.grounds.illustrative),
    )
    if data.reason == "taper":
        _change(tables, data.case, taper_since=data.since.isoformat(), route="taper")
        _mark(
            tables,
            data.case,
            "taper_began",
            data.since,
            data.amount_fen,
            illustrative=data.grounds.illustrative,
        )


@LEDGER.on(a.MonthGranted)
def month_granted(tables: Tables, fact: Recorded[a.MonthGranted]) -> None:
    """By another way than phasing out, from its first day on: the phasing out is over."""
    data = fact.data
    month = date.fromisoformat(f"{data.month}-01")
    for what in ("paid", *(f"paid_{route}" for route in ("single", "taper") if route == data.route)):
        _mark(tables, data.case, what, month, data.amount_fen, illustrative=data.illustrative)
    (since,) = _known(tables, data.case, "taper_since")
    if since is not None and since <= month.isoformat() and data.route != "taper":
        _change(tables, data.case, taper_since=None)
        _mark(tables, data.case, "taper_ended", month)
    if since is None or since <= month.isoformat():
        _change(tables, data.case, route=data.route)


@LEDGER.on(a.Exited)
def exited(tables: Tables, fact: Recorded[a.Exited]) -> None:
    data = fact.data
    (since,) = _known(tables, data.case, "taper_since")
    _change(tables, data.case, ended=data.since.isoformat(), reason=data.reason, taper_since=None)
    _mark(tables, data.case, "exited", data.since)
    if since is not None:
        _mark(tables, data.case, "taper_ended", data.since)


@LEDGER.on(a.ReportSubmitted)
def report_submitted(tables: Tables, fact: Recorded[a.ReportSubmitted]) -> None:
    data = fact.data
    tables.execute(
        "INSERT INTO {reports} (report, programme, month, number, submitted, officer, as_of, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            str(data.report),
            data.programme,
            data.month,
            data.number,
            data.on.isoformat(),
            str(data.officer),
            data.as_of,
            data.digest,
        ),
    )
