"""A township's reserve for temporary relief: what was put in, spent on cases and paid back. Pure.

Never below nothing, and nothing spent but on a case (民发〔2018〕23号 三(三); 鹤民发〔2020〕43号 三(一)3). All decisions on one
reserve stand in one stream: of two at once the later is decided on what the earlier left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from events import living as l
from events.ids import CaseId, ReserveId
from services.assistance.days import month_of
from services.assistance.model import Case, Stage
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, Refused


def reserve_of(township: str) -> ReserveId:
    """The one reserve of a township, by its division code."""
    return ReserveId.of(uuid5(NAMESPACE_URL, f"doudi:reserve/{township}"))


@dataclass(frozen=True, slots=True)
class Reserve:
    """`balance_fen`: in it now; `spent_fen`: not yet paid back. `moved`: the day and the balance after each movement.
    `owed`: months to be reconciled, `2020-09`."""

    township: str = ""
    balance_fen: int = 0
    spent_fen: int = 0
    moved: tuple[tuple[date, int], ...] = ()
    cases: frozenset[CaseId] = frozenset()
    owed: tuple[str, ...] = ()
    reconciled: frozenset[str] = frozenset()

    def booked(self, month: str) -> int:
        """The balance at the end of a month, in fen."""
        return next((left for day, left in reversed(self.moved) if month_of(day) <= month), 0)


RESERVE: Fold[Reserve] = Fold(Reserve())


@RESERVE.on(l.ReserveAdvanced)
def _advanced(reserve: Reserve, fact: l.ReserveAdvanced) -> Reserve:
    return _moved(replace(reserve, township=fact.township), fact.amount_fen, fact.on)


@RESERVE.on(l.ReserveReplenished)
def _replenished(reserve: Reserve, fact: l.ReserveReplenished) -> Reserve:
    owing = reserve.spent_fen - fact.amount_fen
    return _moved(replace(reserve, spent_fen=owing), fact.amount_fen, fact.on)


@RESERVE.on(l.ReserveSpent)
def _spent(reserve: Reserve, fact: l.ReserveSpent) -> Reserve:
    spent = replace(reserve, spent_fen=reserve.spent_fen + fact.amount_fen, cases=reserve.cases | {fact.case})
    return _moved(spent, -fact.amount_fen, fact.on)


@RESERVE.on(l.ReconciliationDue)
def _reconciliation_due(reserve: Reserve, fact: l.ReconciliationDue) -> Reserve:
    done = fact.month in reserve.reconciled
    return reserve if done else replace(reserve, owed=(*reserve.owed, fact.month))


@RESERVE.on(l.ReserveReconciled)
def _reconciled(reserve: Reserve, fact: l.ReserveReconciled) -> Reserve:
    owed = tuple(month for month in reserve.owed if month != fact.month)
    return replace(reserve, owed=owed, reconciled=reserve.reconciled | {fact.month})


def advance(township: str, amount_fen: int, today: date) -> l.ReserveAdvanced:
    return l.ReserveAdvanced(reserve=reserve_of(township), township=township, on=today, amount_fen=amount_fen)


def spend(reserve: Reserve, township: str, case: Case, amount_fen: int, today: date) -> l.ReserveSpent:
    """Refused without a case, for a case of another township, twice for one, and beyond what is in it."""
    if case.id is None or case.household is None:
        raise Refused(
            "spent-without-case",
            "备用金支出须对应一件救助。",
            "Each spending of the reserve has its case.",
            field="case",
        )
    if case.township != township:
        raise Refused(
            "reserve-of-another-township",
            "备用金只用于本乡镇（街道）的救助。",
            "A reserve pays for cases of its own township.",
            field="case",
        )
    if case.stage not in (Stage.GRANTED, Stage.ACCEPTED):
        raise Conflict(
            "spent-on-no-grant", "该案件不能支付。", "There is nothing to be paid for the case.", field="case"
        )
    if case.id in reserve.cases:
        raise Conflict(
            "spent-twice", "该案件已由备用金支付。", "The case was already paid for.", field="case"
        )
    if amount_fen > reserve.balance_fen:
        raise Conflict(
            "reserve-short",
            f"备用金余额不足：余额{reserve.balance_fen}分，需{amount_fen}分。",
            f"The reserve holds {reserve.balance_fen} fen; {amount_fen} are asked for.",
            field="amount_fen",
        )
    return l.ReserveSpent(
        reserve=reserve_of(township), township=township, on=today, case=case.id, household=case.household,
        amount_fen=amount_fen,
    )  # fmt: skip


def replenish(reserve: Reserve, amount_fen: int, today: date) -> l.ReserveReplenished:
    """What was spent is paid back; more money is a new advance."""
    must_exist(reserve)
    if amount_fen > reserve.spent_fen:
        raise Refused(
            "replenished-too-much",
            f"补充金额不得超过已支出未补充的{reserve.spent_fen}分。",
            f"Spent and not yet paid back are {reserve.spent_fen} fen; more money is an advance.",
            field="amount_fen",
        )
    return l.ReserveReplenished(
        reserve=reserve_of(reserve.township), township=reserve.township, on=today, amount_fen=amount_fen
    )


def reconcile(
    reserve: Reserve, month: str, counted_fen: int, officer: UUID, today: date
) -> l.ReserveReconciled:
    """A month that is over, each once; what differs is recorded, not refused."""
    must_exist(reserve)
    if month >= month_of(today):
        raise Refused("month-not-over", "该月尚未结束。", "The month is not over.", field="month")
    if month not in reserve.owed:
        raise Conflict(
            "nothing-to-reconcile",
            "该月无需核对或已经核对。",
            "The month is reconciled already, or nothing is to be.",
            field="month",
        )
    return l.ReserveReconciled(
        reserve=reserve_of(reserve.township), township=reserve.township, on=today, month=month,
        booked_fen=reserve.booked(month), counted_fen=counted_fen, officer=officer,
    )  # fmt: skip


def reconciliation_due(reserve: Reserve, month: str, today: date) -> l.ReconciliationDue:
    """A month is over, `2020-09`."""
    return l.ReconciliationDue(
        reserve=reserve_of(reserve.township), township=reserve.township, on=today, month=month
    )


def must_exist(reserve: Reserve) -> None:
    if not reserve.township:
        raise Refused(
            "no-reserve", "该乡镇（街道）没有备用金。", "This township has no reserve.", field="township"
        )


def _moved(reserve: Reserve, by_fen: int, day: date) -> Reserve:
    left = reserve.balance_fen + by_fen
    return replace(reserve, balance_fen=left, moved=(*reserve.moved, (day, left)))
