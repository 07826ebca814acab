"""Money that is to come back: opened by a death that was known late or by an order, collected in parts, waived. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from events import finance as f
from events.ids import CaseId, HouseholdId, PersonId, RecoveryId
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, NotFound, Refused


def recovery_of(what: object) -> RecoveryId:
    """The one recovery of a payment or an order."""
    return RecoveryId.of(uuid5(NAMESPACE_URL, f"doudi:recovery/{what}"))


@dataclass(frozen=True, slots=True)
class Recovery:
    """`parts`: in how many parts it was agreed to come back; 0 for at once."""

    case: CaseId | None = None
    household: HouseholdId | None = None
    members: tuple[PersonId, ...] = ()
    fund: str = ""
    why: str = ""
    amount_fen: int = 0
    collected_fen: int = 0
    parts: int = 0
    first_due: date | None = None
    ended: bool = False
    illustrative: bool = False
    refunded_fen: int = 0
    fine: bool = False

    @property
    def open_fen(self) -> int:
        return 0 if self.ended else self.amount_fen - self.collected_fen

    @property
    def next_part_fen(self) -> int:
        """What is to be collected next: equal parts in whole fen, rounded up, so that the last is what is left."""
        return min(self.open_fen, -(-self.amount_fen // max(self.parts, 1)))


RECOVERY: Fold[Recovery] = Fold(Recovery())


@RECOVERY.on(f.RecoveryOpened)
def _opened(_: Recovery, fact: f.RecoveryOpened) -> Recovery:
    return Recovery(
        fact.case,
        fact.household,
        fact.members,
        fact.fund,
        fact.why,
        fact.amount_fen,
        illustrative=fact.illustrative,
        fine=fact.fine,
    )


@RECOVERY.on(f.RecoveryPlanned)
def _planned(recovery: Recovery, fact: f.RecoveryPlanned) -> Recovery:
    return replace(recovery, parts=fact.parts, first_due=fact.first_due)


@RECOVERY.on(f.RecoveryCollected)
def _collected(recovery: Recovery, fact: f.RecoveryCollected) -> Recovery:
    return replace(recovery, collected_fen=recovery.collected_fen + fact.amount_fen)


@RECOVERY.on(f.RecoveryEnded)
def _ended(recovery: Recovery, fact: f.RecoveryEnded) -> Recovery:
    return replace(recovery, ended=True)


@RECOVERY.on(f.RefundGranted)
def _refunded(recovery: Recovery, fact: f.RefundGranted) -> Recovery:
    return replace(recovery, refunded_fen=recovery.refunded_fen + fact.amount_fen)


def plan(
    recovery: Recovery, identifier: RecoveryId, parts: int, first_due: date, officer: UUID, today: date
) -> f.RecoveryPlanned:
    must_be_open(recovery)
    if first_due < today:
        raise Refused(
            "due-past", "首期日期不得早于今天。", "The first part is due today or later.", field="first_due"
        )
    return f.RecoveryPlanned(**_of(recovery, identifier), parts=parts, first_due=first_due, officer=officer)


def collect(
    recovery: Recovery,
    identifier: RecoveryId,
    amount_fen: int,
    how: f.How,
    consent: str | None,
    officer: UUID,
    today: date,
) -> tuple[f.RecoveryCollected | f.RecoveryEnded, ...]:
    """Never more than is open; the last part ends it."""
    must_be_open(recovery)
    if amount_fen > recovery.open_fen:
        raise Refused(
            "collected-too-much",
            f"追回金额不得超过尚欠的{recovery.open_fen}分。",
            f"{recovery.open_fen} fen are open.",
            field="amount_fen",
        )
    if how == "deducted" and recovery.fine:
        raise Refused(
            "fine-not-deducted",
            "罚款不得从救助待遇中抵扣，须缴入国库。",
            "A fine is never deducted from an allowance: it is paid to the treasury.",
            field="how",
        )
    if (how == "deducted") != (consent is not None):
        raise Refused(
            "consent",
            "从待遇中抵扣须有本人书面同意；其他方式不需要。",
            "A deduction needs the written consent; nothing else does.",
            field="consent",
        )
    one = f.RecoveryCollected(
        **_of(recovery, identifier), amount_fen=amount_fen, how=how, consent=consent, on=today,
        officer=officer,
    )  # fmt: skip
    if amount_fen < recovery.open_fen:
        return (one,)
    return one, f.RecoveryEnded(**_of(recovery, identifier), why="collected", officer=officer)


def waive(recovery: Recovery, identifier: RecoveryId, reason: f.Waiving, officer: UUID) -> f.RecoveryEnded:
    """What is still open need not come back. Refused of what a domain ordered: that is waived where it was ordered."""
    must_be_open(recovery)
    if recovery.why == "ordered":
        raise Conflict(
            "recovery-ordered",
            "该追回由业务部门决定，请在原案件中办理免除。",
            "A domain ordered it: waive it with the case.",
            field="recovery",
        )
    return f.RecoveryEnded(
        **_of(recovery, identifier),
        why="waived",
        waived_fen=recovery.open_fen,
        reason=reason,
        officer=officer,
    )


def must_be_open(recovery: Recovery) -> None:
    if recovery.case is None:
        raise NotFound("没有该追回事项。", "There is no such recovery.", field="recovery")
    if recovery.ended:
        raise Conflict("recovery-ended", "该追回已经结束。", "The recovery is over.", field="recovery")


def _of(recovery: Recovery, identifier: RecoveryId) -> dict[str, Any]:
    return {
        "recovery": identifier, "case": recovery.case, "household": recovery.household,
        "members": recovery.members,
    }  # fmt: skip
