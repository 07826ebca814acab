"""The townships' reserves in finance's books: each movement that living tells is booked, each month compared."""

from __future__ import annotations

from uuid import UUID

from events import finance as f
from events import living as l
from events.base import Recorded
from events.ids import ReserveId
from services.chassis.work import Work
from services.finance import book, reserve
from services.finance.book import BOOK, book_of
from services.finance.reserve import RESERVE

FUND = "basic-living"
"""Relief is paid from it, and so is what a reserve pays first."""


def funded(work: Work, fact: Recorded[l.ReserveAdvanced | l.ReserveReplenished]) -> None:
    """Set aside in the book of the year, or lacking there: the township has the money either way."""
    told = fact.data
    year = told.on.year
    held = work.load(BOOK, book_of(FUND, year))
    covered = told.amount_fen <= held.free_fen
    if covered:
        _set_aside(work, told.reserve, year, told.amount_fen)
    work.record(
        told.reserve,
        f.ReserveFunded(
            reserve=told.reserve, township=told.township, month=f"{told.on:%Y-%m}", amount_fen=told.amount_fen,
            set_aside=covered, year=year, cause=fact.envelope.id,
        ),
    )  # fmt: skip


def spent(work: Work, fact: Recorded[l.ReserveSpent]) -> None:
    told = fact.data
    shares = reserve.shares(work.load(RESERVE, told.reserve), told.amount_fen)
    for share in shares:
        _paid(work, told.reserve, share.year, share.amount_fen)
    work.record(
        told.reserve,
        f.ReserveDrawnOn(
            reserve=told.reserve, township=told.township, case=told.case, month=f"{told.on:%Y-%m}",
            amount_fen=told.amount_fen, shares=shares, cause=fact.envelope.id,
        ),
    )  # fmt: skip


def reconciled(work: Work, fact: Recorded[l.ReserveReconciled]) -> None:
    """A difference is recorded, not refused."""
    told = fact.data
    work.record(
        told.reserve,
        f.ReserveCompared(
            reserve=told.reserve, township=told.township, month=told.month,
            ours_fen=work.load(RESERVE, told.reserve).at_the_end_of(told.month), told_fen=told.booked_fen,
            counted_fen=told.counted_fen, cause=fact.envelope.id,
        ),
    )  # fmt: skip


def make_good(work: Work, identifier: ReserveId, officer: UUID) -> None:
    """What lacked is set aside in this year's book; refused where the fund has still not enough."""
    state, year = work.load(RESERVE, identifier), work.today.year
    amount, paid = reserve.to_make_good(state)
    _set_aside(work, identifier, year, amount)
    if paid:
        _paid(work, identifier, year, paid)
    work.record(
        identifier,
        f.ReserveMadeGood(
            reserve=identifier,
            township=state.township,
            amount_fen=amount,
            year=year,
            paid_fen=paid,
            officer=officer,
        ),
    )


def _set_aside(work: Work, identifier: ReserveId, year: int, amount_fen: int) -> None:
    stream = book_of(FUND, year)
    work.record(stream, book.set_aside(work.load(BOOK, stream), FUND, year, identifier, amount_fen))


def _paid(work: Work, identifier: ReserveId, year: int, amount_fen: int) -> None:
    stream = book_of(FUND, year)
    work.record(stream, book.pay_from_reserve(work.load(BOOK, stream), FUND, year, identifier, amount_fen))
