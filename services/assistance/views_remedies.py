"""Contests and reports, a row each, until when they are to be decided and what became of them. Nobody's name."""

from __future__ import annotations

from events import assistance as a
from events import remedies as m
from events.base import Recorded
from services.chassis.views import Tables, View

REMEDIES = View(
    "remedies",
    2,
    {
        "contests": (
            "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, case_id TEXT NOT NULL, programme TEXT NOT NULL,"
            " township TEXT NOT NULL, kind TEXT NOT NULL, authority TEXT, decision TEXT, letter TEXT, served TEXT,"
            " until TEXT, lodged TEXT NOT NULL, decide_by TEXT NOT NULL, provisional INTEGER NOT NULL,"
            " state TEXT NOT NULL, outcome TEXT, decided TEXT"
        ),
        "places": "case_id TEXT PRIMARY KEY, township TEXT NOT NULL",
    },
    [("contests", "opened"), ("contests", "state, opened"), ("contests", "township, opened")],
)
CONTEST_NAMES = (
    "id", "opened", "case_id", "programme", "township", "kind", "authority", "decision", "letter", "served", "until",
    "lodged", "decide_by", "provisional", "state", "outcome", "decided",
)  # fmt: skip


@REMEDIES.on(a.Applied, a.TakenOver)
def applied(tables: Tables, fact: Recorded[a.Applied | a.TakenOver]) -> None:
    tables.execute("INSERT INTO {places} VALUES (?, ?)", (str(fact.data.case), fact.data.township))


@REMEDIES.on(a.HouseholdChanged)
def household_changed(tables: Tables, fact: Recorded[a.HouseholdChanged]) -> None:
    if fact.data.township is not None:
        values = (fact.data.township, str(fact.data.case))
        tables.execute("UPDATE {places} SET township = ? WHERE case_id = ?", values)
        tables.execute("UPDATE {contests} SET township = ? WHERE case_id = ?", values)


@REMEDIES.on(m.ContestedDecision)
def contested(tables: Tables, fact: Recorded[m.ContestedDecision]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {contests} SELECT ?, ?, ?, ?, township, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', NULL, NULL"
        " FROM {places} WHERE case_id = ?",
        (
            str(told.contest), fact.envelope.sequence, str(told.case), told.programme, told.kind, told.authority,
            str(told.decision) if told.decision else None, told.letter,
            told.served.isoformat() if told.served else None, told.until.isoformat() if told.until else None,
            told.on.isoformat(), told.decide_by.isoformat(), int(told.provisional), str(told.case),
        ),
    )  # fmt: skip


@REMEDIES.on(m.LawsuitFiled)
def sued(tables: Tables, fact: Recorded[m.LawsuitFiled]) -> None:
    """The authority is the court; to be done by then is the office's answer."""
    told = fact.data
    tables.execute(
        "INSERT INTO {contests} SELECT ?, ?, ?, ?, township, 'lawsuit', ?, ?, ?, ?, ?, ?, ?, ?, 'open', NULL, NULL"
        " FROM {places} WHERE case_id = ?",
        (
            str(told.contest), fact.envelope.sequence, str(told.case), told.programme, told.court,
            str(told.decision), told.letter, told.served.isoformat() if told.served else None,
            told.until.isoformat() if told.until else None, told.received.isoformat(),
            told.answer_by.isoformat(), int(told.provisional), str(told.case),
        ),
    )  # fmt: skip


@REMEDIES.on(m.ReviewExtended)
def extended(tables: Tables, fact: Recorded[m.ReviewExtended]) -> None:
    told = fact.data
    tables.execute(
        "UPDATE {contests} SET decide_by = ?, provisional = ? WHERE id = ?",
        (told.decide_by.isoformat(), int(told.provisional), str(told.contest)),
    )


@REMEDIES.on(m.ReviewOverdue)
def overdue(tables: Tables, fact: Recorded[m.ReviewOverdue]) -> None:
    tables.execute("UPDATE {contests} SET state = 'overdue' WHERE id = ?", (str(fact.data.contest),))


@REMEDIES.on(m.ReviewDecided, m.CourtRuled)
def decided(tables: Tables, fact: Recorded[m.ReviewDecided | m.CourtRuled]) -> None:
    told = fact.data
    tables.execute(
        "UPDATE {contests} SET state = 'decided', outcome = ?, decided = ? WHERE id = ?",
        (told.outcome, told.on.isoformat(), str(told.contest)),
    )
