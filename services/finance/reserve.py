"""A township's reserve as finance books it: what is set aside for it in the fund's books, and what lacks there. Pure.

Living records what is put in and spent (三(一)3); finance follows to the fen. At all times
*balance = set aside + lacking − unpaid*: `lacking` came in while the fund had not enough, `unpaid` is what was spent of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from events import finance as f
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict


@dataclass(frozen=True, slots=True)
class Reserve:
    """Sums in fen. `held`: set aside and not spent, by the year of the book, the oldest first. `moved`: month and balance
    after each movement."""

    township: str = ""
    balance_fen: int = 0
    held: tuple[tuple[int, int], ...] = ()
    lacking_fen: int = 0
    unpaid_fen: int = 0
    moved: tuple[tuple[str, int], ...] = ()

    def at_the_end_of(self, month: str) -> int:
        return next((left for moved, left in reversed(self.moved) if moved <= month), 0)


RESERVE: Fold[Reserve] = Fold(Reserve())


@RESERVE.on(f.ReserveFunded)
def _funded(reserve: Reserve, fact: f.ReserveFunded) -> Reserve:
    more = replace(_moved(reserve, fact.amount_fen, fact.month), township=fact.township)
    if fact.set_aside:
        return replace(more, held=_with(more.held, fact.year, fact.amount_fen))
    return replace(more, lacking_fen=more.lacking_fen + fact.amount_fen)


@RESERVE.on(f.ReserveDrawnOn)
def _drawn_on(reserve: Reserve, fact: f.ReserveDrawnOn) -> Reserve:
    less, rest = _moved(reserve, -fact.amount_fen, fact.month), fact.amount_fen
    held = less.held
    for share in fact.shares:
        held, rest = _with(held, share.year, -share.amount_fen), rest - share.amount_fen
    return replace(less, held=held, unpaid_fen=less.unpaid_fen + rest)


@RESERVE.on(f.ReserveMadeGood)
def _made_good(reserve: Reserve, fact: f.ReserveMadeGood) -> Reserve:
    return replace(
        reserve,
        held=_with(reserve.held, fact.year, fact.amount_fen - fact.paid_fen),
        lacking_fen=reserve.lacking_fen - fact.amount_fen,
        unpaid_fen=reserve.unpaid_fen - fact.paid_fen,
    )


def shares(reserve: Reserve, amount_fen: int) -> tuple[f.Share, ...]:
    """Which books pay a spending, the oldest first; together less than it where money lacks in them."""
    found: list[f.Share] = []
    for year, held in reserve.held:
        part = min(held, amount_fen)
        if part:
            found.append(f.Share(year=year, amount_fen=part))
        amount_fen -= part
    return tuple(found)


def to_make_good(reserve: Reserve) -> tuple[int, int]:
    """What is to be set aside now, and what of it was spent already, in fen; Conflict where nothing lacks."""
    if not reserve.lacking_fen:
        raise Conflict(
            "nothing-lacks", "该备用金账实相符，无需补记。", "Nothing lacks in the books.", field="township"
        )
    return reserve.lacking_fen, min(reserve.unpaid_fen, reserve.lacking_fen)


def _with(held: tuple[tuple[int, int], ...], year: int, amount_fen: int) -> tuple[tuple[int, int], ...]:
    sums = dict(held)
    sums[year] = sums.get(year, 0) + amount_fen
    return tuple(sorted((year, left) for year, left in sums.items() if left))


def _moved(reserve: Reserve, by_fen: int, month: str) -> Reserve:
    left = reserve.balance_fen + by_fen
    return replace(reserve, balance_fen=left, moved=(*reserve.moved, (month, left)))
