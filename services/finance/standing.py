"""The payments that stand in a batch, in the order of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from events.ids import BatchId
from services.chassis.work import Work
from services.finance import book
from services.finance.book import BOOK, book_of
from services.finance.judging import Row

PIECE = 500
T = TypeVar("T")


def lines(work: Work, batch: BatchId) -> Iterator[Row]:
    """By the payment's number; a piece of them is held at a time."""
    behind = f"{batch}|"
    while rows := work.facts("line", behind, f"{batch}|~", limit=PIECE):
        found = work.facts_of("payment", [key for _, key in rows])
        for _, key in rows:
            yield found[key]
        behind = rows[-1][0] + "~"


def pieces(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while piece := list(islice(items, size)):
        yield piece


def free(work: Work, batch: BatchId, rows: Iterable[Row]) -> None:
    """What was set aside for these payments is set aside no more."""
    for (fund, year), amount in sums(rows):
        state = work.load(BOOK, book_of(fund, year))
        work.record(book_of(fund, year), book.release(state, fund, year, batch, amount))


def sums(rows: Iterable[Row]) -> list[tuple[tuple[str, int], int]]:
    """Fund and year → fen, in their order."""
    found: Counter[tuple[str, int]] = Counter()
    for row in rows:
        found[row["fund"], row["year"]] += row["amount"]
    return sorted(found.items())
