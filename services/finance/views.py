"""What is read of finance: every movement in a book, every payment, every batch, every recovery. Nobody's name."""

from __future__ import annotations

from typing import Any

from events import finance as f
from events.base import Recorded
from services.chassis.views import Tables, View

PAYMENTS = View(
    "payments",
    1,
    {
        "payments": "id TEXT PRIMARY KEY, case_id TEXT NOT NULL, period TEXT NOT NULL, household TEXT NOT NULL,"
        " programme TEXT NOT NULL, fund TEXT, amount_fen BIGINT NOT NULL, illustrative INTEGER NOT NULL,"
        " state TEXT NOT NULL, reason TEXT, batch TEXT NOT NULL, tries INTEGER NOT NULL, day TEXT NOT NULL",
        "batches": "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, month TEXT NOT NULL, state TEXT NOT NULL,"
        " revision INTEGER NOT NULL, payments BIGINT NOT NULL, total_fen BIGINT NOT NULL,"
        " withheld BIGINT NOT NULL, paid_fen BIGINT NOT NULL, digest TEXT, day TEXT NOT NULL",
        "recoveries": "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, case_id TEXT NOT NULL,"
        " household TEXT NOT NULL, fund TEXT NOT NULL, why TEXT NOT NULL, amount_fen BIGINT NOT NULL,"
        " collected_fen BIGINT NOT NULL, state TEXT NOT NULL, parts INTEGER NOT NULL, day TEXT NOT NULL",
    },
    [("payments", "case_id"), ("payments", "state, id"), ("payments", "batch")],
)
BOOKS = View(
    "books",
    2,
    {
        "moves": "sequence BIGINT PRIMARY KEY, fund TEXT NOT NULL, year INTEGER NOT NULL, day TEXT NOT NULL,"
        " kind TEXT NOT NULL, budget_fen BIGINT NOT NULL, allocated_fen BIGINT NOT NULL,"
        " committed_fen BIGINT NOT NULL, paid_fen BIGINT NOT NULL, returned_fen BIGINT NOT NULL,"
        " recovered_fen BIGINT NOT NULL",
    },
    [("moves", "fund, year, day")],
)
SUMS = ("budget_fen", "allocated_fen", "committed_fen", "paid_fen", "returned_fen", "recovered_fen")


def _move(tables: Tables, fact: Recorded[Any], kind: str, **sums: int) -> None:
    told: f.BookFact = fact.data
    e = fact.envelope
    tables.execute(
        f"INSERT INTO {{moves}} (sequence, fund, year, day, kind, {', '.join(SUMS)})"
        f" VALUES ({', '.join('?' * (5 + len(SUMS)))})",
        (
            e.sequence,
            told.fund,
            told.year,
            e.effective.isoformat(),
            kind,
            *(sums.get(one, 0) for one in SUMS),
        ),
    )


@BOOKS.on(f.BudgetSet)
def budget_set(tables: Tables, fact: Recorded[f.BudgetSet]) -> None:
    _move(tables, fact, "budget", budget_fen=fact.data.amount_fen)


@BOOKS.on(f.BudgetChanged)
def budget_changed(tables: Tables, fact: Recorded[f.BudgetChanged]) -> None:
    rows = tables.execute(
        "SELECT SUM(budget_fen) FROM {moves} WHERE fund = ? AND year = ?", (fact.data.fund, fact.data.year)
    )
    _move(tables, fact, "budget", budget_fen=fact.data.amount_fen - int(rows[0][0] or 0))


@BOOKS.on(f.FundsAllocated)
def allocated(tables: Tables, fact: Recorded[f.FundsAllocated]) -> None:
    _move(tables, fact, "allocated", allocated_fen=fact.data.amount_fen)


@BOOKS.on(f.FundsReturned)
def returned(tables: Tables, fact: Recorded[f.FundsReturned]) -> None:
    amount = fact.data.amount_fen
    _move(tables, fact, fact.data.why, allocated_fen=-amount, returned_fen=amount)


@BOOKS.on(f.CarriedOver)
def carried(tables: Tables, fact: Recorded[f.CarriedOver]) -> None:
    amount = fact.data.amount_fen
    _move(tables, fact, "carried_over", budget_fen=amount, allocated_fen=amount)


@BOOKS.on(f.FundsCommitted)
def committed(tables: Tables, fact: Recorded[f.FundsCommitted]) -> None:
    _move(tables, fact, "committed", committed_fen=fact.data.amount_fen)


@BOOKS.on(f.FundsReleased)
def released(tables: Tables, fact: Recorded[f.FundsReleased]) -> None:
    _move(tables, fact, "released", committed_fen=-fact.data.amount_fen)


@BOOKS.on(f.FundsPaid)
def paid(tables: Tables, fact: Recorded[f.FundsPaid]) -> None:
    amount = fact.data.amount_fen
    _move(tables, fact, "paid", committed_fen=-amount, paid_fen=amount)


@BOOKS.on(f.ReserveSetAside)
def reserve_set_aside(tables: Tables, fact: Recorded[f.ReserveSetAside]) -> None:
    _move(tables, fact, "committed", committed_fen=fact.data.amount_fen)


@BOOKS.on(f.ReservePaid)
def reserve_paid(tables: Tables, fact: Recorded[f.ReservePaid]) -> None:
    amount = fact.data.amount_fen
    _move(tables, fact, "paid", committed_fen=-amount, paid_fen=amount)


@BOOKS.on(f.FundsRecovered)
def recovered(tables: Tables, fact: Recorded[f.FundsRecovered]) -> None:
    amount = fact.data.amount_fen
    _move(tables, fact, "recovered", paid_fen=-amount, recovered_fen=amount)


@PAYMENTS.on(f.PaymentOrdered, f.PaymentWithheld)
def ordered(tables: Tables, fact: Recorded[f.PaymentOrdered | f.PaymentWithheld]) -> None:
    told = fact.data
    is_ordered = isinstance(told, f.PaymentOrdered)
    tables.execute(
        "INSERT INTO {payments} (id, case_id, period, household, programme, fund, amount_fen, illustrative, state,"
        " reason, batch, tries, day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " state = excluded.state, reason = excluded.reason, fund = excluded.fund, batch = excluded.batch,"
        " day = excluded.day, tries = {payments}.tries + excluded.tries",
        (
            str(told.payment), str(told.case), told.period, str(told.household), told.programme,
            told.fund if isinstance(told, f.PaymentOrdered) else None, told.amount_fen, int(told.illustrative),
            "ordered" if is_ordered else "withheld",
            told.reason if isinstance(told, f.PaymentWithheld) else None, str(told.batch), int(is_ordered),
            fact.envelope.effective.isoformat(),
        ),
    )  # fmt: skip


@PAYMENTS.on(f.PaymentPaid, f.PaymentFailed, f.PaymentUnknown)
def answered(tables: Tables, fact: Recorded[f.PaymentPaid | f.PaymentFailed | f.PaymentUnknown]) -> None:
    told = fact.data
    states: dict[type, str] = {f.PaymentPaid: "paid", f.PaymentFailed: "failed", f.PaymentUnknown: "unknown"}
    tables.execute(
        "UPDATE {payments} SET state = ?, reason = ?, day = ? WHERE id = ?",
        (
            states[type(told)],
            getattr(told, "reason", None),
            fact.envelope.effective.isoformat(),
            str(told.payment),
        ),
    )


@PAYMENTS.on(f.BatchOpened)
def batch_opened(tables: Tables, fact: Recorded[f.BatchOpened]) -> None:
    tables.execute(
        "INSERT INTO {batches} (id, opened, month, state, revision, payments, total_fen, withheld, paid_fen, day)"
        " VALUES (?, ?, ?, 'gathering', 0, 0, 0, 0, 0, ?)",
        (str(fact.data.batch), fact.envelope.sequence, fact.data.month, fact.envelope.effective.isoformat()),
    )


@PAYMENTS.on(f.PieceGathered)
def piece(tables: Tables, fact: Recorded[f.PieceGathered]) -> None:
    told = fact.data
    tables.execute(
        "UPDATE {batches} SET payments = payments + ?, total_fen = total_fen + ?, withheld = withheld + ?"
        " WHERE id = ?",
        (told.ordered, told.amount_fen, told.withheld, str(told.batch)),
    )


@PAYMENTS.on(f.BatchClosed)
def batch_closed(tables: Tables, fact: Recorded[f.BatchClosed]) -> None:
    told = fact.data
    tables.execute(
        "UPDATE {batches} SET state = 'closed', revision = ?, payments = ?, total_fen = ?, digest = ? WHERE id = ?",
        (told.revision, told.payments, told.total_fen, told.digest, str(told.batch)),
    )


@PAYMENTS.on(f.BatchApproved, f.BatchHandedOver, f.BatchGivenUp, f.BatchDropped)
def batch_went_on(tables: Tables, fact: Recorded[Any]) -> None:
    states: dict[type, str] = {
        f.BatchApproved: "approved", f.BatchHandedOver: "handed_over", f.BatchGivenUp: "dropping",
        f.BatchDropped: "dropped",
    }  # fmt: skip
    tables.execute(
        "UPDATE {batches} SET state = ? WHERE id = ?", (states[type(fact.data)], str(fact.data.batch))
    )


@PAYMENTS.on(f.ReturnTaken)
def batch_answered(tables: Tables, fact: Recorded[f.ReturnTaken]) -> None:
    tables.execute(
        "UPDATE {batches} SET state = 'answered', paid_fen = ? WHERE id = ?",
        (fact.data.paid_fen, str(fact.data.batch)),
    )


@PAYMENTS.on(f.RecoveryOpened)
def recovery_opened(tables: Tables, fact: Recorded[f.RecoveryOpened]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {recoveries} (id, opened, case_id, household, fund, why, amount_fen, collected_fen, state,"
        " parts, day) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 'open', 0, ?)",
        (
            str(told.recovery), fact.envelope.sequence, str(told.case), str(told.household), told.fund,
            "fine" if told.fine else told.why, told.amount_fen, fact.envelope.effective.isoformat(),
        ),
    )  # fmt: skip


@PAYMENTS.on(f.RecoveryPlanned)
def recovery_planned(tables: Tables, fact: Recorded[f.RecoveryPlanned]) -> None:
    told = fact.data
    tables.execute("UPDATE {recoveries} SET parts = ? WHERE id = ?", (told.parts, str(told.recovery)))


@PAYMENTS.on(f.RecoveryCollected)
def recovery_collected(tables: Tables, fact: Recorded[f.RecoveryCollected]) -> None:
    told = fact.data
    tables.execute(
        "UPDATE {recoveries} SET collected_fen = collected_fen + ? WHERE id = ?",
        (told.amount_fen, str(told.recovery)),
    )


@PAYMENTS.on(f.RecoveryEnded)
def recovery_ended(tables: Tables, fact: Recorded[f.RecoveryEnded]) -> None:
    told = fact.data
    tables.execute("UPDATE {recoveries} SET state = ? WHERE id = ?", (told.why, str(told.recovery)))
