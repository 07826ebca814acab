"""The bank's answer to a batch, as it was read by `returnfile`: checked whole before any of it counts, then taken in pieces.

Refused with line and rule: another batch, the same file twice, a wrong total, a payment that was never made, one named
twice or left out, a sum that is not ours. Whatever cuts the taking off: the same file again goes on, another is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID

from events import finance as f
from events.ids import BatchId
from services.chassis.refusal import Conflict, Refused
from services.chassis.work import Work
from services.finance import book
from services.finance.batch import BATCH, State, must_be
from services.finance.book import BOOK, book_of
from services.finance.gathering import told
from services.finance.judging import Row
from services.finance.keeping import key_of
from services.finance.returnfile import RESULTS, Line, ReturnFile, bad
from services.finance.standing import PIECE, free, pieces, sums

Decide = Callable[[Callable[[Work], Any]], Any]
"""How a decision is run to its commit."""


def take(decide: Decide, identifier: BatchId, file: BinaryIO, officer: UUID) -> None:
    """Record what the bank did, of every payment in the batch: one decision to check, then one a piece. `finish` ends it."""
    answer = ReturnFile(file)
    if decide(lambda work: check(work, identifier, answer, officer)):
        for lines in pieces(answer.lines(), PIECE):
            decide(partial(take_piece, identifier=identifier, lines=lines))


def check(work: Work, identifier: BatchId, answer: ReturnFile, officer: UUID) -> bool:
    """The whole file is right, and from here on the one that answers the batch. Whether lines are still to be taken."""
    batch = work.load(BATCH, identifier)
    if batch.checked is not None:
        if batch.checked.file != answer.digest:
            raise _answered()
        return batch.state is State.ANSWERING
    must_be(batch, State.HANDED_OVER)
    if answer.control().batch != str(identifier):
        raise bad(2, "other-batch", "回盘文件属于另一批次。", "The file answers another batch.")
    counts = dict.fromkeys(RESULTS, 0)
    for lines in pieces(answer.lines(), PIECE):
        for line, row in _of_batch(work, identifier, lines):
            if row["amount"] != line.amount_fen:
                raise bad(
                    line.number,
                    "amount",
                    f"金额与发放文件不符（应为{row['amount']}分）。",
                    f"The sum is not the file's, {row['amount']} fen.",
                )
            counts[line.result] += 1
    left_out = batch.payments - sum(counts.values())
    if left_out:
        raise bad(
            3,
            "left-out",
            f"缺少{left_out}笔支付；不明的请注明unknown。",
            f"{left_out} payments are left out: say unknown of those.",
        )
    work.record(
        identifier,
        f.ReturnChecked(
            batch=identifier, file=answer.digest, executed=counts["paid"], failed=counts["failed"],
            unknown=counts["unknown"], paid_fen=answer.control().paid_fen, officer=officer,
        ),
    )  # fmt: skip
    return True


def _of_batch(work: Work, identifier: BatchId, lines: list[Line]) -> list[tuple[Line, Row]]:
    """Each line with the payment that it answers; refused where that is none of the batch's."""
    places = [f"{identifier}|{line.payment}" for line in lines]
    keys = work.facts_of("line", places)
    for line, place in zip(lines, places, strict=True):
        if place not in keys:
            raise bad(
                line.number, "never-paid", "本批次没有这笔支付。", "There is no such payment in the batch."
            )
    rows = work.facts_of("payment", list(keys.values()))
    return [(line, rows[keys[place]]) for line, place in zip(lines, places, strict=True)]


def take_piece(work: Work, identifier: BatchId, lines: list[Line]) -> None:
    """Some lines of the checked file; those that were taken before are passed over."""
    must_be(work.load(BATCH, identifier), State.ANSWERING)
    split: dict[str, list[Row]] = {result: [] for result in RESULTS}
    found = _of_batch(work, identifier, lines)
    work.foresee("payment", [key_of(row["case"], row["period"]) for _, row in found])
    for line, row in found:
        if row["state"] == "ordered":
            split[line.result].append(row)
            result(work, identifier, row, line.result, line.reason)
    move(work, identifier, split["paid"])
    free(work, identifier, split["failed"])


def finish(work: Work, identifier: BatchId) -> None:
    """Every line is taken."""
    batch = work.load(BATCH, identifier)
    if batch.state is State.ANSWERED:
        raise _answered()
    must_be(batch, State.ANSWERING)
    checked = batch.checked
    if checked is None or batch.answered != batch.payments:
        raise RuntimeError(f"{batch.answered} of {batch.payments} payments are answered by a checked file")
    work.record(identifier, f.ReturnTaken(**dict(checked)))


def _answered() -> Conflict:
    return Conflict(
        "return-twice", "该批次的回盘文件已导入。", "The batch has its answer already.", field="file"
    )


def settle(work: Work, key: str, outcome: str, reason: str) -> None:
    """A person found out what became of a payment of which the bank did not say it."""
    row = work.fact("payment", key)
    if row is None or row["state"] != "unknown":
        raise Conflict(
            "not-unknown",
            "该笔支付不是“不明”状态，无需核实。",
            "The payment's end is known, or it was never made.",
            field="payment",
        )
    if (outcome == "failed") != bool(reason):
        raise Refused("reason", "失败须注明原因。", "A failure has a reason.", field="reason")
    identifier = BatchId(row["batch"])
    must_be(work.load(BATCH, identifier), State.ANSWERED)
    result(work, identifier, row, outcome, reason)
    (move if outcome == "paid" else free)(work, identifier, [row])


def result(work: Work, identifier: BatchId, row: Row, outcome: str, reason: str) -> None:
    fields = told(identifier, row)
    if outcome == "paid":
        work.record(identifier, f.PaymentPaid(**fields, on=work.today))
    elif outcome == "failed":
        work.record(identifier, f.PaymentFailed(**fields, reason=reason))  # type: ignore[arg-type]  # one of REASONS: the file's reader and the route see to it
    else:
        work.record(identifier, f.PaymentUnknown(**fields))


def move(work: Work, identifier: BatchId, rows: list[Row]) -> None:
    """What was set aside is paid, in the books."""
    for (fund, year), amount in sums(rows):
        state = work.load(BOOK, book_of(fund, year))
        work.record(book_of(fund, year), book.pay(state, fund, year, identifier, amount))
