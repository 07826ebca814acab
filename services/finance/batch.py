"""A batch of payments: gathered in pieces, closed, approved by a second person, handed over, answered. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from events import finance as f
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict

WAITING = "waiting"
"""The queue of what earlier batches could not pay."""


class State(StrEnum):
    NONE = "none"
    GATHERING = "gathering"
    CLOSED = "closed"
    APPROVED = "approved"
    HANDED_OVER = "handed_over"
    ANSWERING = "answering"
    ANSWERED = "answered"
    DROPPING = "dropping"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Batch:
    """`queues`: those still to be gone through, in order, and behind which entry; counts are of what stands in it.
    `checked`: the bank's answer, `answered` how many of its lines are taken."""

    state: State = State.NONE
    month: str = ""
    queues: tuple[tuple[str, str], ...] = ()
    reach: Mapping[str, int] = field(default_factory=dict)
    payments: int = 0
    total_fen: int = 0
    withheld: int = 0
    revision: int = 0
    digest: str = ""
    maker: UUID | None = None
    closer: UUID | None = None
    file: str = ""
    checked: f.ReturnChecked | None = None
    answered: int = 0

    @property
    def left(self) -> bool:
        """Whether there is more to gather, or to take out of a batch that is given up."""
        return bool(self.queues) if self.state is State.GATHERING else self.state is State.DROPPING


BATCH: Fold[Batch] = Fold(Batch())


@BATCH.on(f.BatchOpened)
def _opened(batch: Batch, fact: f.BatchOpened) -> Batch:
    queues = ((WAITING, ""), *((one.source, "") for one in fact.reach))
    reach = {one.source: one.sequence for one in fact.reach}
    return Batch(State.GATHERING, fact.month, queues, reach, maker=fact.officer)


@BATCH.on(f.PieceGathered)
def _gathered(batch: Batch, fact: f.PieceGathered) -> Batch:
    rest = batch.queues[1:]
    return replace(batch, queues=rest if fact.done else ((fact.queue, fact.upto), *rest))


@BATCH.on(f.PaymentOrdered)
def _ordered(batch: Batch, fact: f.PaymentOrdered) -> Batch:
    return replace(batch, payments=batch.payments + 1, total_fen=batch.total_fen + fact.amount_fen)


@BATCH.on(f.PaymentWithheld)
def _withheld(batch: Batch, fact: f.PaymentWithheld) -> Batch:
    more = replace(batch, withheld=batch.withheld + 1)
    if not fact.taken_out:
        return more
    return replace(more, payments=batch.payments - 1, total_fen=batch.total_fen - fact.amount_fen)


@BATCH.on(f.BatchClosed)
def _closed(batch: Batch, fact: f.BatchClosed) -> Batch:
    closer = fact.officer or batch.closer
    return replace(batch, state=State.CLOSED, revision=fact.revision, digest=fact.digest, closer=closer)


@BATCH.on(f.BatchApproved)
def _approved(batch: Batch, fact: f.BatchApproved) -> Batch:
    return replace(batch, state=State.APPROVED)


@BATCH.on(f.BatchHandedOver)
def _handed_over(batch: Batch, fact: f.BatchHandedOver) -> Batch:
    return replace(batch, state=State.HANDED_OVER, file=fact.file)


@BATCH.on(f.BatchGivenUp)
def _given_up(batch: Batch, fact: f.BatchGivenUp) -> Batch:
    return replace(batch, state=State.DROPPING)


@BATCH.on(f.BatchDropped)
def _dropped(batch: Batch, fact: f.BatchDropped) -> Batch:
    return replace(batch, state=State.DROPPED)


@BATCH.on(f.ReturnChecked)
def _checked(batch: Batch, fact: f.ReturnChecked) -> Batch:
    return replace(batch, state=State.ANSWERING, checked=fact)


@BATCH.on(f.PaymentPaid)
def _paid(batch: Batch, fact: f.PaymentPaid) -> Batch:
    return _one_answered(batch)


@BATCH.on(f.PaymentFailed)
def _failed(batch: Batch, fact: f.PaymentFailed) -> Batch:
    return _one_answered(batch)


@BATCH.on(f.PaymentUnknown)
def _unknown(batch: Batch, fact: f.PaymentUnknown) -> Batch:
    return _one_answered(batch)


def _one_answered(batch: Batch) -> Batch:
    # What a person found out afterwards is no line of the file.
    return replace(batch, answered=batch.answered + 1) if batch.state is State.ANSWERING else batch


@BATCH.on(f.ReturnTaken)
def _answered(batch: Batch, fact: f.ReturnTaken) -> Batch:
    return replace(batch, state=State.ANSWERED)


def payment_of(case: object, period: str) -> UUID:
    """The one payment of a case and period, however often it is tried."""
    return uuid5(NAMESPACE_URL, f"doudi:payment/{case}/{period}")


def must_be(batch: Batch, *states: State) -> None:
    if batch.state not in states:
        raise Conflict(
            "batch-state",
            f"批次目前为“{WORDS[batch.state]}”，不能办理此事项。",
            f"The batch is {batch.state}: this is not its next step.",
            field="batch",
        )


def approve(batch: Batch, revision: int, officer: UUID) -> None:
    """By somebody who neither opened nor closed it, and of the revision that stands."""
    must_be(batch, State.CLOSED)
    if revision != batch.revision:
        raise Conflict(
            "batch-revised",
            f"批次已重新汇总为第{batch.revision}版，请核对后再批准。",
            f"The batch now has revision {batch.revision}: look at that one.",
            field="revision",
        )
    if officer in (batch.maker, batch.closer):
        raise Conflict(
            "two-persons", "制单人不得自行批准。", "Who made the batch does not approve it.", field="officer"
        )


WORDS = {
    State.NONE: "不存在", State.GATHERING: "汇总中", State.CLOSED: "待批准", State.APPROVED: "待交银行",
    State.HANDED_OVER: "已交银行", State.ANSWERING: "回盘导入中", State.ANSWERED: "已回盘", State.DROPPING: "作废中",
    State.DROPPED: "已作废",
}  # fmt: skip
