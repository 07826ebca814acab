"""From a gathered batch to the bank: closed by its maker, approved by another, handed over by an officer; or dropped."""

from __future__ import annotations

from hashlib import sha256
from itertools import islice
from uuid import UUID

from events import finance as f
from events.ids import BatchId
from services.chassis.refusal import Conflict
from services.chassis.work import Work
from services.finance import bankfile
from services.finance import batch as batches
from services.finance.batch import BATCH, State, must_be
from services.finance.gathering import withhold
from services.finance.judging import Row, due_fen, judged
from services.finance.standing import PIECE, free, lines

BEFORE_THE_BANK = (State.GATHERING, State.CLOSED, State.APPROVED)


def close(work: Work, identifier: BatchId, officer: UUID | None) -> f.BatchClosed:
    """Nothing more comes in; what the file says is settled from here on."""
    batch = work.load(BATCH, identifier)
    if batch.queues:
        raise Conflict(
            "batch-not-gathered",
            "批次尚未汇总完毕，请继续汇总。",
            "The batch is not gathered to its end: go on gathering.",
            field="batch",
        )
    digest = sha256()
    for row in lines(work, identifier):
        digest.update(f"{row['id']} {row['account']} {row['amount']}\n".encode())
    fact = f.BatchClosed(
        batch=identifier, revision=batch.revision + 1, payments=batch.payments, total_fen=batch.total_fen,
        digest=digest.hexdigest(), officer=officer,
    )  # fmt: skip
    work.record(identifier, fact)
    return fact


def close_by(work: Work, identifier: BatchId, officer: UUID) -> f.BatchClosed:
    must_be(work.load(BATCH, identifier), State.GATHERING)
    return close(work, identifier, officer)


def approve(work: Work, identifier: BatchId, revision: int, officer: UUID) -> None:
    batches.approve(work.load(BATCH, identifier), revision, officer)
    work.record(identifier, f.BatchApproved(batch=identifier, revision=revision, officer=officer))


def hand_over(work: Work, identifier: BatchId, officer: UUID) -> None:
    """An officer takes the file to the bank. Whoever is known to be dead was taken out when it became known. Where a
    payee was erased and it is not known here yet, that payment is taken out now, and the batch approved anew."""
    batch = work.load(BATCH, identifier)
    must_be(batch, State.APPROVED)
    digest = sha256()
    try:
        for piece in bankfile.written(work, identifier, "交付银行发放文件"):
            digest.update(piece)
    except bankfile.PayeeErased:
        _out(work, identifier, bankfile.to_the_erased(work, identifier), "erased")
        return
    work.record(
        identifier,
        f.BatchHandedOver(
            batch=identifier, revision=batch.revision, file=digest.hexdigest(), officer=officer
        ),
    )


def drop(work: Work, identifier: BatchId, officer: UUID, size: int = PIECE) -> bool:
    """Given up before the bank had it: the payments wait for the next batch, the money is free again. The next piece of
    them; whether any is left. From the first on nothing else can be done with the batch."""
    batch = work.load(BATCH, identifier)
    must_be(batch, *BEFORE_THE_BANK, State.DROPPING)
    if batch.state is not State.DROPPING:
        work.record(identifier, f.BatchGivenUp(batch=identifier, officer=officer))
    _take_out(work, identifier, list(islice(lines(work, identifier), size)), "dropped")
    if work.load(BATCH, identifier).payments:
        return True
    work.record(identifier, f.BatchDropped(batch=identifier, officer=officer))
    return False


def take_out(work: Work, row: Row) -> None:
    """Something became known before the hand-over by which the payment must wait, or is lower: out of the batch."""
    identifier = BatchId(row["batch"])
    if work.load(BATCH, identifier).state not in (*BEFORE_THE_BANK, State.DROPPING):
        return
    reason, _ = judged(work, row)
    if reason is None and due_fen(work, row) < row["amount"]:
        reason = "changed"
    if reason is not None:
        _out(work, identifier, [row], reason)


def _out(work: Work, identifier: BatchId, rows: list[Row], reason: f.Withholding) -> None:
    """They wait for the next batch; this one is closed again where it was closed, and to be approved anew."""
    _take_out(work, identifier, rows, reason)
    if work.load(BATCH, identifier).state in (State.CLOSED, State.APPROVED):
        close(work, identifier, None)


def _take_out(work: Work, identifier: BatchId, rows: list[Row], reason: f.Withholding) -> None:
    for row in rows:
        work.record(identifier, withhold(identifier, row, reason, taken_out=True))
    free(work, identifier, rows)
