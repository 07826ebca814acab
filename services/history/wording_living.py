"""The facts of living, a sentence each: relief paid first, and the townships' reserves."""

from __future__ import annotations

from events import living as l
from services.history.words import See, Wording, Words, day, place, yuan

WORDING = Wording()


@WORDING.of(l.PaidFirst)
def _(fact: l.PaidFirst, see: See) -> Words:
    amount, on, last = yuan(fact.amount_fen, fact.illustrative), day(fact.on), day(fact.papers_by)
    return Words(
        f"{on}先行救助{amount.zh}，由乡镇备用金支付，{last}前补齐手续",
        f"{amount.en} paid first from the township's reserve on {on}; papers to be completed by {last}",
    )


@WORDING.of(l.PapersOverdue)
def _(fact: l.PapersOverdue, see: See) -> Words:
    last = day(fact.papers_by)
    return Words(
        f"先行救助手续逾期未补齐（期限{last}）", f"Papers of relief paid first are overdue since {last}"
    )


@WORDING.of(l.ReserveAdvanced)
def _(fact: l.ReserveAdvanced, see: See) -> Words:
    amount, town, on = yuan(fact.amount_fen, False), place(fact.township), day(fact.on)
    return Words(
        f"{on}向{town.zh}临时救助备用金拨入{amount.zh}",
        f"{amount.en} put into the reserve of {town.en} on {on}",
    )


@WORDING.of(l.ReserveReplenished)
def _(fact: l.ReserveReplenished, see: See) -> Words:
    amount, town, on = yuan(fact.amount_fen, False), place(fact.township), day(fact.on)
    return Words(
        f"{on}补充{town.zh}临时救助备用金{amount.zh}",
        f"{amount.en} paid back into the reserve of {town.en} on {on}",
    )


@WORDING.of(l.ReserveSpent)
def _(fact: l.ReserveSpent, see: See) -> Words:
    amount, town, on = yuan(fact.amount_fen, False), place(fact.township), day(fact.on)
    return Words(
        f"{on}由{town.zh}临时救助备用金支出{amount.zh}",
        f"{amount.en} spent from the reserve of {town.en} on {on}",
    )


@WORDING.of(l.ReconciliationDue)
def _(fact: l.ReconciliationDue, see: See) -> Words:
    town = place(fact.township)
    return Words(
        f"{town.zh}临时救助备用金{fact.month}月份应核对",
        f"The reserve of {town.en} is to be reconciled for {fact.month}",
    )


@WORDING.of(l.ReserveReconciled)
def _(fact: l.ReserveReconciled, see: See) -> Words:
    town, booked, counted = place(fact.township), yuan(fact.booked_fen, False), yuan(fact.counted_fen, False)
    return Words(
        f"{town.zh}临时救助备用金{fact.month}核对：账面{booked.zh}，实有{counted.zh}",
        f"The reserve of {town.en} was reconciled for {fact.month}: {booked.en} by the book, {counted.en} found",
    )
