"""Money that is to come back, as agreed and as taken: into the recovery and into the fund's book of the year."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from events import finance as f
from events.ids import RecoveryId
from services.chassis.refusal import Conflict
from services.chassis.work import Work
from services.finance import book, recovery
from services.finance.book import BOOK, book_of
from services.finance.recovery import RECOVERY


def plan(work: Work, identifier: RecoveryId, parts: int, first_due: date, officer: UUID) -> None:
    state = work.load(RECOVERY, identifier)
    work.record(identifier, recovery.plan(state, identifier, parts, first_due, officer, work.today))


def waive(work: Work, identifier: RecoveryId, reason: f.Waiving, officer: UUID) -> None:
    work.record(identifier, recovery.waive(work.load(RECOVERY, identifier), identifier, reason, officer))


def collect(
    work: Work, identifier: RecoveryId, amount_fen: int, how: f.How, consent: str | None, officer: UUID
) -> None:
    """Refused where the fund has no book this year: the money would stand nowhere. A fine is the treasury's."""
    state = work.load(RECOVERY, identifier)
    facts = recovery.collect(state, identifier, amount_fen, how, consent, officer, work.today)
    if state.fine:
        for fact in facts:
            work.record(identifier, fact)
        return
    year = work.today.year
    stream = book_of(state.fund, year)
    held = work.load(BOOK, stream)
    book.must_be_open(held)
    if amount_fen > held.paid_fen:
        raise Conflict(
            "recovered-above-paid",
            f"追回金额超过该资金本年度已支付的{held.paid_fen}分，请缴入国库后另行登记。",
            f"The fund has paid {held.paid_fen} fen this year: what is more goes to the treasury.",
            field="amount_fen",
        )
    for fact in facts:
        work.record(identifier, fact)
        if isinstance(fact, f.RecoveryCollected):
            work.record(stream, book.recover(state.fund, year, identifier, fact.amount_fen))
