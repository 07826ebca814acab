"""Gathering a batch, piece by piece: each piece one transaction, gone on with after whatever cut it off.

A queue holds a domain's grants in the order of its log; a batch goes through those behind the last one and up to its
cut-off. First comes what earlier batches could not pay. Who looks twice finds the claim `payment`.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from events import finance as f
from events.ids import BatchId, CaseId, HouseholdId, PersonId
from services.chassis.refusal import Conflict, Refused
from services.chassis.work import Work
from services.finance import book
from services.finance.batch import BATCH, WAITING, Batch, State, must_be, payment_of
from services.finance.book import BOOK, book_of
from services.finance.judging import Foreseen, Row, due_fen, judged
from services.finance.keeping import OWN, key_of
from services.finance.sources import FUNDS, PAID

PIECE = 500


def open_batch(work: Work, month: str, officer: UUID) -> BatchId:
    """Open a month's batch; the cut-off is now. One is gathered at a time; refused for a month still to come."""
    running = work.fact("running", "batch")
    if running is not None:
        raise Conflict(
            "batch-running",
            "已有批次正在汇总，请先完成或作废。",
            "A batch is being gathered: close or drop it first.",
            field="month",
        )
    if month > f"{work.today:%Y-%m}":
        raise Refused(
            "month-to-come", "不能为以后的月份发放。", "The month has not begun yet.", field="month"
        )
    batch = work.new(BatchId)
    reach = tuple(
        f.Reach(source=name, sequence=sequence)
        for name, sequence in (*((name, _taken(work, name)) for name in PAID), (OWN, work.sequence))
    )
    work.record(
        batch, f.BatchOpened(batch=batch, month=month, cutoff=work.today, reach=reach, officer=officer)
    )
    return batch


def _taken(work: Work, name: str) -> int:
    """How far into a domain's log this service has read."""
    position = work.fact("position", f"/{work.around.district}/{name}")
    return int(position["sequence"]) if position else 0


def gather(work: Work, identifier: BatchId, size: int = PIECE) -> bool:
    """Go through the next piece; whether any is left."""
    batch = work.load(BATCH, identifier)
    must_be(batch, State.GATHERING)
    if not batch.queues:
        return False
    queue, behind = batch.queues[0]
    found = _next(work, batch, queue, behind, size + 1)
    piece = found[:size]
    year = int(batch.month[:4])
    free: dict[str, int] = {}
    ordered: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    rows = [row for _, row in piece if row]
    work.foresee("payment", [key_of(row["case"], row["period"]) for row in rows])
    work.foresee("periods", [row["case"] for row in rows])
    seen = Foreseen(work, rows)
    for _, row in piece:
        if not row or (queue != WAITING and work.fact("payment", key_of(row["case"], row["period"]))):
            continue  # the claim: a case and period that has a payment is never ordered from a queue again
        reason, account = judged(seen, row)
        row = {**row, "amount": due_fen(seen, row) or row["amount"]}
        fund = FUNDS.get(row["programme"], "")
        if reason is None:
            left = free.setdefault(fund, work.load(BOOK, book_of(fund, year)).free_fen)
            if row["amount"] > left:
                reason = "funds_short"
            else:
                free[fund] = left - row["amount"]
                ordered[fund] += row["amount"]
        if reason is None and account is not None:
            work.record(identifier, _order(identifier, row, fund, year, account))
            counts["ordered"] += 1
        elif reason is not None and _news(work, queue, row, reason):
            work.record(identifier, withhold(identifier, row, reason))
            counts["withheld"] += 1
    for fund, amount in sorted(ordered.items()):
        state = work.load(BOOK, book_of(fund, year))
        work.record(book_of(fund, year), book.commit(state, fund, year, identifier, amount))
    work.record(
        identifier,
        f.PieceGathered(
            batch=identifier, queue=queue, upto=piece[-1][0] if piece else behind, done=len(found) <= size,
            ordered=counts["ordered"], withheld=counts["withheld"], amount_fen=sum(ordered.values()),
        ),
    )  # fmt: skip
    return bool(work.load(BATCH, identifier).queues)


def _news(work: Work, queue: str, row: Row, reason: str) -> bool:
    """What waits on for the same reason as before is not told again."""
    return queue != WAITING or work.fact("waiting", key_of(row["case"], row["period"])) != reason


def _next(work: Work, batch: Batch, queue: str, behind: str, size: int) -> list[tuple[str, Row]]:
    """Entries of a queue in order, as place and row; of what waits an empty row where it waits no more."""
    if queue == WAITING:
        keys = [key for key, _ in work.facts("waiting", behind + "~" if behind else "", limit=size)]
        work.foresee("payment", keys)
        return [(key, work.fact("payment", key) or {}) for key in keys]
    behind = behind or work.fact("gone", queue) or ""
    last = f"{batch.reach[queue] + 1:012d}"
    return work.facts(f"queue-{queue}", behind + "~" if behind else "", last, limit=size)


def told(identifier: BatchId, row: Row) -> dict[str, Any]:
    """What every fact about a payment says, from its row."""
    return {
        "batch": identifier, "payment": payment_of(row["case"], row["period"]), "case": CaseId(row["case"]),
        "period": row["period"], "household": HouseholdId(row["household"]),
        "members": tuple(PersonId(one) for one in row["members"]), "amount_fen": row["amount"],
    }  # fmt: skip


def _order(batch: BatchId, row: Row, fund: str, year: int, account: UUID) -> f.PaymentOrdered:
    return f.PaymentOrdered(
        **told(batch, row), programme=row["programme"], fund=fund, year=year,
        starts=date.fromisoformat(row["starts"]), named=account, illustrative=row["illustrative"],
    )  # fmt: skip


def withhold(batch: BatchId, row: Row, reason: f.Withholding, taken_out: bool = False) -> f.PaymentWithheld:
    return f.PaymentWithheld(
        **told(batch, row), programme=row["programme"], starts=date.fromisoformat(row["starts"]),
        reason=reason, illustrative=row["illustrative"], taken_out=taken_out,
    )  # fmt: skip
