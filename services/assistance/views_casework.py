"""The draws that were held, the cases that owe a step because of one or of something else, and who decides where."""

from __future__ import annotations

from typing import Any

from events import assistance as a
from events import casework as c
from events.base import Recorded
from services.chassis.views import Tables, View

CASEWORK = View(
    "casework",
    1,
    {
        "draws": (
            "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, programme TEXT NOT NULL, step TEXT NOT NULL,"
            " month TEXT NOT NULL, township TEXT, share TEXT NOT NULL, cases INTEGER NOT NULL,"
            " drawn INTEGER NOT NULL, held TEXT NOT NULL, seed TEXT NOT NULL, digest TEXT NOT NULL,"
            " anchor TEXT NOT NULL, paper TEXT NOT NULL, clause TEXT NOT NULL"
        ),
        "demanded": (
            "case_id TEXT NOT NULL, step TEXT NOT NULL, opened BIGINT NOT NULL, programme TEXT NOT NULL,"
            " township TEXT NOT NULL, reason TEXT NOT NULL, draw TEXT, demanded TEXT NOT NULL, taken TEXT,"
            " PRIMARY KEY (case_id, step)"
        ),
        "suspended": (
            "case_id TEXT PRIMARY KEY, opened BIGINT NOT NULL, programme TEXT NOT NULL, township TEXT NOT NULL,"
            " reason TEXT NOT NULL, since TEXT NOT NULL, until TEXT, months INTEGER NOT NULL"
        ),
        "choices": (
            "opened BIGINT PRIMARY KEY, programme TEXT NOT NULL, township TEXT NOT NULL, by TEXT NOT NULL,"
            " procedure TEXT NOT NULL, since TEXT NOT NULL, chosen TEXT NOT NULL, paper TEXT NOT NULL,"
            " clause TEXT NOT NULL"
        ),
        "places": "case_id TEXT PRIMARY KEY, township TEXT NOT NULL",
    },
    [
        ("draws", "opened"),
        ("suspended", "opened"),
        ("demanded", "opened"),
        ("demanded", "township, opened"),
        ("demanded", "draw"),
    ],
)
DRAW_NAMES = (
    "id", "opened", "programme", "step", "month", "township", "share", "cases", "drawn", "held", "seed", "digest",
    "anchor", "paper", "clause",
)  # fmt: skip
SUSPENDED_NAMES = ("case_id", "opened", "programme", "township", "reason", "since", "until", "months")
CHOICE_NAMES = (
    "opened", "programme", "township", "by", "procedure", "since", "chosen", "paper", "clause",
)  # fmt: skip
DEMANDED_NAMES = (
    "case_id",
    "step",
    "opened",
    "programme",
    "township",
    "reason",
    "draw",
    "demanded",
    "taken",
)


@CASEWORK.on(a.Applied, a.TakenOver)
def applied(tables: Tables, fact: Recorded[a.Applied | a.TakenOver]) -> None:
    tables.execute("INSERT INTO {places} VALUES (?, ?)", (str(fact.data.case), fact.data.township))


@CASEWORK.on(a.HouseholdChanged)
def household_changed(tables: Tables, fact: Recorded[a.HouseholdChanged]) -> None:
    if fact.data.township is not None:
        values = (fact.data.township, str(fact.data.case))
        tables.execute("UPDATE {places} SET township = ? WHERE case_id = ?", values)
        tables.execute("UPDATE {demanded} SET township = ? WHERE case_id = ?", values)
        tables.execute("UPDATE {suspended} SET township = ? WHERE case_id = ?", values)


@CASEWORK.on(c.ProcedureChosen)
def chosen(tables: Tables, fact: Recorded[c.ProcedureChosen]) -> None:
    data = fact.data
    values = (
        fact.envelope.sequence, data.programme, data.township, data.by, data.procedure, data.since.isoformat(),
        data.on.isoformat(), data.paper.number, data.paper.clause,
    )  # fmt: skip
    tables.execute("INSERT INTO {choices} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


@CASEWORK.on(c.DrawHeld)
def drawn(tables: Tables, fact: Recorded[c.DrawHeld]) -> None:
    data = fact.data
    values: tuple[Any, ...] = (
        str(data.draw), fact.envelope.sequence, data.programme, data.step, data.month, data.township, data.share,
        data.cases, len(data.drawn), data.on.isoformat(), data.seed, data.digest, str(data.anchor),
        data.paper.number, data.paper.clause,
    )  # fmt: skip
    tables.execute(f"INSERT INTO {{draws}} VALUES ({', '.join('?' for _ in values)})", values)


@CASEWORK.on(c.StepDemanded)
def demanded(tables: Tables, fact: Recorded[c.StepDemanded]) -> None:
    data = fact.data
    tables.execute(
        "INSERT INTO {demanded} SELECT ?, ?, ?, ?, township, ?, ?, ?, NULL FROM {places} WHERE case_id = ?",
        (
            str(data.case), data.step, fact.envelope.sequence, data.programme, data.reason,
            str(data.draw) if data.draw else None, data.on.isoformat(), str(data.case),
        ),
    )  # fmt: skip


@CASEWORK.on(a.StepTaken)
def taken(tables: Tables, fact: Recorded[a.StepTaken]) -> None:
    tables.execute(
        "UPDATE {demanded} SET taken = ? WHERE case_id = ? AND step = ?",
        (fact.data.on.isoformat(), str(fact.data.case), fact.data.step),
    )


@CASEWORK.on(c.Suspended)
def suspended(tables: Tables, fact: Recorded[c.Suspended]) -> None:
    data = fact.data
    tables.execute("DELETE FROM {suspended} WHERE case_id = ?", (str(data.case),))
    tables.execute(
        "INSERT INTO {suspended} SELECT ?, ?, ?, township, ?, ?, ?, 0 FROM {places} WHERE case_id = ?",
        (
            str(data.case), fact.envelope.sequence, data.programme, data.reason, data.since.isoformat(),
            data.until.isoformat() if data.until else None, str(data.case),
        ),
    )  # fmt: skip


@CASEWORK.on(c.MonthWithheld)
def withheld(tables: Tables, fact: Recorded[c.MonthWithheld]) -> None:
    tables.execute("UPDATE {suspended} SET months = months + 1 WHERE case_id = ?", (str(fact.data.case),))


@CASEWORK.on(c.Resumed, a.Exited)
def no_longer(tables: Tables, fact: Recorded[c.Resumed | a.Exited]) -> None:
    tables.execute("DELETE FROM {suspended} WHERE case_id = ?", (str(fact.data.case),))


@CASEWORK.on(a.MonthGranted)
def granted_again(tables: Tables, fact: Recorded[a.MonthGranted]) -> None:
    """The suspension was over by itself."""
    values = (str(fact.data.case), f"{fact.data.month}-01")
    tables.execute("DELETE FROM {suspended} WHERE case_id = ? AND until < ?", values)
