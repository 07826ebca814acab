"""A township's timeline: what concerned the households that lived there, for as long as they did by the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from services.chassis.database import Session
from services.history.kinship import END, Knows
from services.history.sql import AT_ONCE

Stays = Mapping[bytes, Sequence[tuple[int, int]]]
"""By household, from which position of the log it lived there, and from which it no longer did."""
AHEAD = 50
"""So many lines of the log are looked through for one of a page, at first."""


def stays_in(session: Session, generation: int, township: str, knows: Knows) -> Stays:
    """Of all that ever lived there, as far as the moves are known."""
    rows = session.execute(
        f"SELECT household, position, township FROM residence_{generation} WHERE household IN"
        f" (SELECT household FROM residence_{generation} WHERE township = ?) ORDER BY household, position",
        (township,),
    )
    moves: defaultdict[bytes, list[tuple[int, str]]] = defaultdict(list)
    for household, position, lived in rows:
        if knows(position):
            moves[bytes(household)].append((position, lived))
    return {
        household: [
            (position, until)
            for (position, lived), until in zip(
                places, [*(position for position, _ in places[1:]), END], strict=True
            )
            if lived == township
        ]
        for household, places in moves.items()
    }


def positions_in(session: Session, generation: int, stays: Stays, after: int, limit: int) -> list[int]:
    """The first positions behind `after`. The log is looked through piece by piece, so that a page costs no more than
    a search for each household, however long their histories are."""
    last = session.execute("SELECT position FROM log_head")[0][0]
    households, ahead = list(stays), limit * AHEAD
    found: set[int] = set()
    while len(found) < limit and after < last:
        for start in range(0, len(households), AT_ONCE):
            some = households[start : start + AT_ONCE]
            rows = session.execute(
                f"SELECT entity, position FROM timeline_{generation} WHERE entity IN"
                f" ({', '.join('?' * len(some))}) AND position > ? AND position <= ?",
                (*some, after, after + ahead),
            )
            for household, position in rows:
                if any(since <= position < until for since, until in stays[bytes(household)]):
                    found.add(position)
        after, ahead = after + ahead, ahead * 4
    return sorted(found)[:limit]
