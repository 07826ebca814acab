"""What is owed, period by period, and the monthly comparison: who is missed, and how many by township."""

from __future__ import annotations

from typing import Any

from events import assistance as a
from events.base import Recorded
from services.chassis.views import Tables, View

DUTIES = View(
    "duties",
    1,
    {
        "duties": (
            "id TEXT NOT NULL, period TEXT NOT NULL, opened BIGINT NOT NULL, code TEXT NOT NULL, household TEXT,"
            " people INTEGER NOT NULL, owed_by TEXT NOT NULL, department TEXT NOT NULL, since TEXT NOT NULL, until TEXT,"
            " count INTEGER NOT NULL, delivered INTEGER NOT NULL, state TEXT NOT NULL, late INTEGER NOT NULL,"
            " soft INTEGER NOT NULL, illustrative INTEGER NOT NULL, met TEXT, result TEXT, paper TEXT NOT NULL,"
            " clause TEXT NOT NULL, PRIMARY KEY (id, period)"
        )
    },
    [("duties", "opened"), ("duties", "department, state"), ("duties", "household")],
)
DUTY_NAMES = (
    "id", "period", "opened", "code", "household", "people", "owed_by", "department", "since", "until", "count",
    "delivered", "state", "late", "soft", "illustrative", "met", "result", "paper", "clause",
)  # fmt: skip

GAPS = View(
    "gaps",
    1,
    {
        "gaps": (
            "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, household TEXT NOT NULL, person TEXT NOT NULL,"
            " township TEXT NOT NULL, month TEXT NOT NULL, bases TEXT NOT NULL, detected TEXT NOT NULL,"
            " open INTEGER NOT NULL, reason TEXT, closed TEXT, by_hand INTEGER NOT NULL"
        ),
        "coverage": (
            "month TEXT NOT NULL, township TEXT NOT NULL, qualify INTEGER NOT NULL, covered INTEGER NOT NULL,"
            " applied INTEGER NOT NULL, explained INTEGER NOT NULL, gaps INTEGER NOT NULL, made TEXT NOT NULL,"
            " PRIMARY KEY (month, township)"
        ),
        "continued": (
            "household TEXT NOT NULL, case_id TEXT NOT NULL, lifted TEXT NOT NULL, ended TEXT, reason TEXT,"
            " PRIMARY KEY (household, case_id)"
        ),
    },
    [("gaps", "opened"), ("gaps", "open, township"), ("continued", "case_id")],
)
GAP_NAMES = (
    "id", "opened", "household", "person", "township", "month", "bases", "detected", "open", "reason", "closed",
    "by_hand",
)  # fmt: skip
COVERAGE_NAMES = ("month", "township", "qualify", "covered", "applied", "explained", "gaps", "made")
CONTINUED_NAMES = ("household", "case_id", "lifted", "ended", "reason")


def _insert(tables: Tables, table: str, columns: dict[str, Any]) -> None:
    marks = ", ".join("?" for _ in columns)
    tables.execute(
        f"INSERT INTO {{{table}}} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values())
    )


def _change(tables: Tables, data: a.DutyFact, **columns: Any) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)
    tables.execute(
        f"UPDATE {{duties}} SET {names} WHERE id = ? AND period = ?",
        (*columns.values(), str(data.duty), data.period),
    )


@DUTIES.on(a.DutyArose)
def arose(tables: Tables, fact: Recorded[a.DutyArose]) -> None:
    data = fact.data
    columns = {
        "id": str(data.duty),
        "period": data.period,
        "opened": fact.envelope.sequence,
        "code": data.code,
        "household": str(data.household) if data.household else None,
        "people": len(data.people),
        "owed_by": data.by,
        "department": data.department,
        "since": data.since.isoformat(),
        "until": data.until.isoformat() if data.until else None,
        "count": data.count,
        "delivered": 0,
        "state": "owed",
        "late": 0,
        "soft": int(data.soft),
        "illustrative": int(data.illustrative),
        "paper": data.paper.number,
        "clause": data.paper.clause,
    }
    # A duty that had lapsed may arise again within its period: the row then begins anew.
    tables.execute("DELETE FROM {duties} WHERE id = ? AND period = ?", (str(data.duty), data.period))
    _insert(tables, "duties", columns)


@DUTIES.on(a.ServiceDelivered)
def delivered(tables: Tables, fact: Recorded[a.ServiceDelivered]) -> None:
    _change(tables, fact.data, delivered=fact.data.number, result=fact.data.result)


@DUTIES.on(a.DutyMet)
def met(tables: Tables, fact: Recorded[a.DutyMet]) -> None:
    _change(tables, fact.data, state="met", met=fact.data.on.isoformat(), late=int(fact.data.late))


@DUTIES.on(a.DutyOverdue)
def overdue(tables: Tables, fact: Recorded[a.DutyOverdue]) -> None:
    _change(tables, fact.data, state="overdue")


@GAPS.on(a.GapDetected)
def detected(tables: Tables, fact: Recorded[a.GapDetected]) -> None:
    data = fact.data
    columns = {
        "id": str(data.gap),
        "opened": fact.envelope.sequence,
        "household": str(data.household),
        "person": str(data.person),
        "township": data.township,
        "month": data.month,
        "bases": ",".join(data.bases),
        "detected": data.on.isoformat(),
        "open": 1,
        "by_hand": 0,
    }
    _insert(tables, "gaps", columns)


@GAPS.on(a.GapClosed)
def closed(tables: Tables, fact: Recorded[a.GapClosed]) -> None:
    data = fact.data
    tables.execute(
        "UPDATE {gaps} SET open = 0, reason = ?, closed = ?, by_hand = ? WHERE id = ?",
        (data.reason, data.on.isoformat(), int(data.officer is not None), str(data.gap)),
    )


@GAPS.on(a.GapListMade)
def list_made(tables: Tables, fact: Recorded[a.GapListMade]) -> None:
    tables.execute("DELETE FROM {coverage} WHERE month = ?", (fact.data.month,))
    for one in fact.data.townships:
        row = {"month": fact.data.month, **one.model_dump(), "made": fact.data.on.isoformat()}
        _insert(tables, "coverage", row)


@GAPS.on(a.HelpContinued)
def continued(tables: Tables, fact: Recorded[a.HelpContinued]) -> None:
    for case in fact.data.cases:
        row = {
            "household": str(fact.data.household),
            "case_id": str(case),
            "lifted": fact.data.lifted.isoformat(),
        }
        key = (row["household"], row["case_id"])
        if not tables.execute("SELECT 1 FROM {continued} WHERE household = ? AND case_id = ?", key):
            _insert(tables, "continued", row)


@GAPS.on(a.Exited)
def help_ended(tables: Tables, fact: Recorded[a.Exited]) -> None:
    tables.execute(
        "UPDATE {continued} SET ended = ?, reason = ? WHERE case_id = ?",
        (fact.data.since.isoformat(), fact.data.reason, str(fact.data.case)),
    )
