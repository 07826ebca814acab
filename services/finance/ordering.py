"""What a domain orders back: the recovery is opened for what was paid, or will be, of the months; and ended if waived.

Where a review has revoked the order, what had come back of it is paid again.
"""

from __future__ import annotations

from typing import Any

from events import finance as f
from events import remedies as m
from events.base import Recorded
from services.chassis.work import Work
from services.finance.judging import ended_by
from services.finance.keeping import key_of
from services.finance.recovery import RECOVERY, recovery_of
from services.finance.sources import FUNDS, PAID
from services.registry.keeping import alive

REACHED = ("ordered", "paid", "unknown")


def ordered_back(work: Work, fact: Recorded[m.RecoveryOrdered]) -> None:
    """Nothing where no payment reached the family, or the death has asked it back already."""
    told = fact.data
    fund = FUNDS.get(told.programme)
    amount = sum(_reached(work, told, month, fen) for month, fen in m.shares(told))
    if fund is None or amount <= 0:
        return
    recovery = recovery_of(told.order)
    work.record(
        recovery,
        f.RecoveryOpened(
            recovery=recovery, case=told.case, household=told.household, members=told.members,
            amount_fen=amount, why="ordered", fund=fund, illustrative=told.illustrative, cause=fact.envelope.id,
        ),
    )  # fmt: skip
    if told.parts > 1:
        work.record(
            recovery,
            f.RecoveryPlanned(
                recovery=recovery, case=told.case, household=told.household, members=told.members,
                parts=told.parts, first_due=told.first_due, officer=told.officer,
            ),
        )  # fmt: skip


def fined(work: Work, fact: Recorded[m.FineImposed]) -> None:
    """Collected in the same way, and paid into the treasury (行政处罚法 67, 74)."""
    told, fund = fact.data, FUNDS.get(fact.data.programme)
    if fund is None:
        return
    recovery = recovery_of(told.fine)
    whose: Any = {
        "recovery": recovery, "case": told.case, "household": told.household, "members": (told.person,),
    }  # fmt: skip
    work.record(
        recovery,
        f.RecoveryOpened(
            **whose, amount_fen=told.amount_fen, why="ordered", fund=fund, illustrative=told.illustrative,
            fine=True, cause=fact.envelope.id,
        ),
    )  # fmt: skip
    if told.parts > 1:
        plan = f.RecoveryPlanned(**whose, parts=told.parts, first_due=told.first_due, officer=told.officer)
        work.record(recovery, plan)


def waived(work: Work, fact: Recorded[m.RecoveryWaived]) -> None:
    recovery = recovery_of(fact.data.order)
    state = work.load(RECOVERY, recovery)
    if state.case is None:
        return
    told = fact.data
    if not state.ended:
        work.record(
            recovery,
            f.RecoveryEnded(
                recovery=recovery, case=told.case, household=told.household, members=told.members, why="waived",
                waived_fen=state.open_fen, officer=told.officer,
            ),
        )  # fmt: skip
    back = state.collected_fen - state.refunded_fen
    if told.why == "revoked" and back > 0 and not state.fine:  # of a fine: by the treasury
        work.record(
            recovery,
            f.RefundGranted(
                recovery=recovery, case=told.case, household=told.household, members=told.members,
                programme=told.programme, amount_fen=back, illustrative=state.illustrative,
                cause=fact.envelope.id,
            ),
        )  # fmt: skip


def _paid_once(work: Work, case: str) -> list[int]:
    """What came to the family of a sum granted once, whole or in parts."""
    periods = [one for one in work.fact("periods", case) or () if one == "once" or one.startswith("part-")]
    rows = [work.fact("payment", key_of(case, one)) for one in periods]
    return [row["amount"] for row in rows if row is not None and row["state"] in REACHED]


def _reached(work: Work, told: m.RecoveryOrdered, month: m.MonthDifference, fen: int) -> int:
    """How much of a month's share came to the family, or will with a later batch, and was not asked back by itself."""
    key = key_of(told.case, month.month)
    row = work.fact("payment", key)
    if row is not None and row["state"] in REACHED:
        asked = work.fact("recovered", row["id"]) is not None
        return 0 if asked else min(fen, max(row["amount"] - month.due_fen, 0))
    once = [] if row is not None else _paid_once(work, str(told.case))
    if once:
        return min(fen, sum(once))
    if row is None and any(work.fact(f"arrears-{source}", key) for source in PAID):
        return fen
    members = row["members"] if row is not None else [str(one) for one in told.members]
    comes = alive(work, members) and not ended_by(work, str(told.case), f"{month.month}-01")
    return fen if comes else 0
