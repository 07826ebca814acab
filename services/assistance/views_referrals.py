"""The ledger of referrals: a row each, as it stands. Nothing of what the need is, nobody's name."""

from __future__ import annotations

from typing import Any

from events import assistance as a
from events.base import Recorded
from services.chassis.views import Tables, View

COLUMNS = (
    "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL,"
    " household TEXT NOT NULL, people INTEGER NOT NULL, case_id TEXT, sender TEXT NOT NULL, receiver TEXT NOT NULL,"
    " named INTEGER NOT NULL, state TEXT NOT NULL, sent TEXT NOT NULL, reply_by TEXT, provisional INTEGER NOT NULL,"
    " illustrative INTEGER NOT NULL, overdue INTEGER NOT NULL, answered TEXT, closed TEXT, reason TEXT, result TEXT,"
    " paper TEXT NOT NULL, clause TEXT NOT NULL"
)
NAMES = (
    "id", "opened", "version", "kind", "household", "people", "case_id", "sender", "receiver", "named", "state",
    "sent", "reply_by", "provisional", "illustrative", "overdue", "answered", "closed", "reason", "result", "paper",
    "clause",
)  # fmt: skip

REFERRALS = View(
    "referrals",
    1,
    {"referrals": COLUMNS},
    [("referrals", "opened"), ("referrals", "receiver, state"), ("referrals", "household")],
)


def _change(tables: Tables, fact: Recorded[Any], **columns: Any) -> None:
    columns |= {"version": fact.envelope.streamversion}
    names = ", ".join(f"{name} = ?" for name in columns)
    tables.execute(
        f"UPDATE {{referrals}} SET {names} WHERE id = ?", (*columns.values(), str(fact.data.referral))
    )


@REFERRALS.on(a.ReferralSent)
def sent(tables: Tables, fact: Recorded[a.ReferralSent]) -> None:
    data = fact.data
    columns = {
        "id": str(data.referral),
        "opened": fact.envelope.sequence,
        "version": fact.envelope.streamversion,
        "kind": data.kind,
        "household": str(data.household),
        "people": len(data.people),
        "case_id": str(data.case) if data.case else None,
        "sender": data.sender,
        "receiver": data.to,
        "named": int(data.named),
        "state": "sent",
        "sent": data.on.isoformat(),
        "reply_by": data.reply_by.isoformat() if data.reply_by else None,
        "provisional": int(data.provisional),
        "illustrative": int(data.illustrative),
        "overdue": 0,
        "paper": data.paper.number,
        "clause": data.paper.clause,
    }
    marks = ", ".join("?" for _ in columns)
    tables.execute(
        f"INSERT INTO {{referrals}} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values())
    )


@REFERRALS.on(a.ReferralAccepted)
def accepted(tables: Tables, fact: Recorded[a.ReferralAccepted]) -> None:
    _change(tables, fact, state="accepted", answered=fact.data.on.isoformat())


@REFERRALS.on(a.ReferralReturned)
def returned(tables: Tables, fact: Recorded[a.ReferralReturned]) -> None:
    on = fact.data.on.isoformat()
    _change(tables, fact, state="returned", answered=on, reason=fact.data.reason)


@REFERRALS.on(a.ReferralClosed)
def closed(tables: Tables, fact: Recorded[a.ReferralClosed]) -> None:
    _change(tables, fact, state="closed", closed=fact.data.on.isoformat(), result=fact.data.result)


@REFERRALS.on(a.ReferralOverdue)
def overdue(tables: Tables, fact: Recorded[a.ReferralOverdue]) -> None:
    _change(tables, fact, overdue=1)


@REFERRALS.on(a.ReferralAnswerNotUsed)
def not_used(tables: Tables, fact: Recorded[a.ReferralAnswerNotUsed]) -> None:
    _change(tables, fact)
