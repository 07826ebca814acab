"""What is read of relief and reserves: relief case by case, checks asked for, and each township's book.

Nothing of means, nobody's name. `relief.grp` is the priority group that the decision went by; a check is open until
the household applies for the programme that it asks about.
"""

from __future__ import annotations

from typing import Any

from events import assistance as a
from events import living as l
from events.base import Recorded
from services.assistance.views import CASES, went_on
from services.chassis.views import Tables, View
from services.living.known import GROUP
from services.living.known import RELIEF as KINDS
from services.living.links import EITHER_RELIEF
from services.living.relief import PAPERS

CASES.on(l.PaidFirst, l.PapersOverdue)(went_on)

RELIEF = View(
    "relief",
    1,
    {
        "relief": "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, programme TEXT NOT NULL, household TEXT NOT NULL,"
        " township TEXT NOT NULL, grp TEXT, amount_fen BIGINT, month TEXT, illustrative INTEGER NOT NULL,"
        " paid_first TEXT, papers_by TEXT, provisional INTEGER, overdue INTEGER NOT NULL, papers_on TEXT",
        "checks": "id TEXT PRIMARY KEY, asked BIGINT NOT NULL, from_case TEXT NOT NULL, programme TEXT NOT NULL,"
        " household TEXT NOT NULL, referral TEXT NOT NULL, towards TEXT NOT NULL, reason TEXT NOT NULL,"
        " asked_on TEXT NOT NULL, answer_by TEXT, paper TEXT NOT NULL, clause TEXT NOT NULL, taken_up TEXT",
        "towns": "id TEXT PRIMARY KEY, township TEXT NOT NULL",
    },
    [("relief", "month"), ("relief", "papers_by"), ("checks", "household")],
)
RESERVES = View(
    "reserves",
    1,
    {
        "reserves": "township TEXT PRIMARY KEY, balance_fen BIGINT NOT NULL, spent_fen BIGINT NOT NULL",
        "book": "sequence BIGINT PRIMARY KEY, township TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL,"
        " amount_fen BIGINT NOT NULL, balance_fen BIGINT NOT NULL, case_id TEXT",
        "months": "id TEXT PRIMARY KEY, township TEXT NOT NULL, month TEXT NOT NULL, booked_fen BIGINT,"
        " counted_fen BIGINT, reconciled TEXT",
    },
    [("book", "township, sequence"), ("months", "township, month")],
)


@RELIEF.on(a.Applied)
def applied(tables: Tables, fact: Recorded[a.Applied]) -> None:
    data, on = fact.data, fact.data.on.isoformat()
    asked = (data.programme, EITHER_RELIEF) if data.programme in KINDS else (data.programme, data.programme)
    tables.execute(
        "UPDATE {checks} SET taken_up = ? WHERE household = ? AND towards IN (?, ?) AND taken_up IS NULL",
        (on, str(data.household), *asked),
    )
    tables.execute("INSERT INTO {towns} (id, township) VALUES (?, ?)", (str(data.case), data.township))
    if data.programme in KINDS:
        tables.execute(
            "INSERT INTO {relief} (id, opened, programme, household, township, illustrative, overdue)"
            " VALUES (?, ?, ?, ?, ?, 0, 0)",
            (str(data.case), fact.envelope.sequence, data.programme, str(data.household), data.township),
        )


@RELIEF.on(a.TakenOver)
def taken_over(tables: Tables, fact: Recorded[a.TakenOver]) -> None:
    told = fact.data
    tables.execute("INSERT INTO {towns} (id, township) VALUES (?, ?)", (str(told.case), told.township))


@RELIEF.on(a.Assessed)
def assessed(tables: Tables, fact: Recorded[a.Assessed]) -> None:
    group = next((one.value for one in fact.data.inputs if one.name == GROUP), None)
    _change(tables, fact.data, grp=group)


@RELIEF.on(a.HouseholdChanged)
def changed(tables: Tables, fact: Recorded[a.HouseholdChanged]) -> None:
    if fact.data.township is not None:
        town, case = fact.data.township, str(fact.data.case)
        tables.execute("UPDATE {towns} SET township = ? WHERE id = ?", (town, case))
        # What was granted stays in the ledger of the township that it was granted in.
        tables.execute("UPDATE {relief} SET township = ? WHERE id = ? AND month IS NULL", (town, case))


@RELIEF.on(a.SubsidyGranted)
def granted(tables: Tables, fact: Recorded[a.SubsidyGranted]) -> None:
    data = fact.data
    _change(
        tables,
        data,
        amount_fen=data.amount_fen,
        month=f"{data.confirmed:%Y-%m}",
        illustrative=int(data.grounds.illustrative),
    )


@RELIEF.on(l.PaidFirst)
def paid_first(tables: Tables, fact: Recorded[l.PaidFirst]) -> None:
    data = fact.data
    _change(
        tables,
        data,
        paid_first=data.on.isoformat(),
        papers_by=data.papers_by.isoformat(),
        provisional=int(data.provisional),
    )


@RELIEF.on(l.PapersOverdue)
def papers_overdue(tables: Tables, fact: Recorded[l.PapersOverdue]) -> None:
    _change(tables, fact.data, overdue=1)


@RELIEF.on(a.StepTaken)
def step_taken(tables: Tables, fact: Recorded[a.StepTaken]) -> None:
    if fact.data.step == PAPERS:
        _change(tables, fact.data, papers_on=fact.data.on.isoformat())


@RELIEF.on(a.CheckSuggested)
def check_suggested(tables: Tables, fact: Recorded[a.CheckSuggested]) -> None:
    data = fact.data
    columns = {
        "id": str(fact.envelope.id), "asked": fact.envelope.sequence, "from_case": str(data.case),
        "programme": data.programme, "household": str(data.household), "referral": data.referral,
        "towards": data.towards, "reason": data.reason, "asked_on": data.on.isoformat(),
        "answer_by": data.answer_by.isoformat() if data.answer_by else None, "paper": data.paper,
        "clause": data.clause,
    }  # fmt: skip
    marks = ", ".join("?" for _ in columns)
    tables.execute(f"INSERT INTO {{checks}} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))


@RESERVES.on(l.ReserveAdvanced)
def advanced(tables: Tables, fact: Recorded[l.ReserveAdvanced]) -> None:
    tables.execute(
        "INSERT INTO {reserves} (township, balance_fen, spent_fen) VALUES (?, 0, 0) ON CONFLICT DO NOTHING",
        (fact.data.township,),
    )
    _moved(tables, fact, "advanced", fact.data.amount_fen, 0)


@RESERVES.on(l.ReserveReplenished)
def replenished(tables: Tables, fact: Recorded[l.ReserveReplenished]) -> None:
    _moved(tables, fact, "replenished", fact.data.amount_fen, -fact.data.amount_fen)


@RESERVES.on(l.ReserveSpent)
def spent(tables: Tables, fact: Recorded[l.ReserveSpent]) -> None:
    amount = fact.data.amount_fen
    _moved(tables, fact, "spent", -amount, amount, str(fact.data.case))


@RESERVES.on(l.ReconciliationDue)
def reconciliation_due(tables: Tables, fact: Recorded[l.ReconciliationDue]) -> None:
    data = fact.data
    tables.execute(
        "INSERT INTO {months} (id, township, month) VALUES (?, ?, ?)",
        (f"{data.township}|{data.month}", data.township, data.month),
    )


@RESERVES.on(l.ReserveReconciled)
def reconciled(tables: Tables, fact: Recorded[l.ReserveReconciled]) -> None:
    data = fact.data
    tables.execute(
        "UPDATE {months} SET booked_fen = ?, counted_fen = ?, reconciled = ? WHERE id = ?",
        (data.booked_fen, data.counted_fen, data.on.isoformat(), f"{data.township}|{data.month}"),
    )


def _moved(
    tables: Tables, fact: Recorded[Any], kind: str, amount: int, spent: int, case: str | None = None
) -> None:
    data: l.ReserveFact = fact.data
    tables.execute(
        "UPDATE {reserves} SET balance_fen = balance_fen + ?, spent_fen = spent_fen + ? WHERE township = ?",
        (amount, spent, data.township),
    )
    ((balance,),) = tables.execute("SELECT balance_fen FROM {reserves} WHERE township = ?", (data.township,))
    tables.execute(
        "INSERT INTO {book} (sequence, township, day, kind, amount_fen, balance_fen, case_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (fact.envelope.sequence, data.township, data.on.isoformat(), kind, amount, balance, case),
    )


def _change(tables: Tables, fact: a.CaseFact, **columns: Any) -> None:
    """Write columns of a case of relief; nothing where the case is of another programme."""
    names = ", ".join(f"{name} = ?" for name in columns)
    tables.execute(f"UPDATE {{relief}} SET {names} WHERE id = ?", (*columns.values(), str(fact.case)))
