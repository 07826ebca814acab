"""Where upstream entries come from: the upstream's own store, in one process; Kafka (`kafka/`) in many."""

from __future__ import annotations

from typing import Protocol

from events.base import Entry
from services.chassis.store import Store


class Feed(Protocol):
    """May repeat what it gave before; must never leave an entry out."""

    def read(self, source: str, after: int, limit: int) -> list[Entry]:
        """Entries of `source` that were not yet taken, in order, `limit` at the most; empty: none yet.

        `after` is the reader's own position.
        """

    def taken(self, source: str, count: int) -> None:
        """The first `count` of what was read are taken, durably, and need not be given again."""

    def again(self, source: str, after: int) -> None:
        """Read anew from the position `after`, or from somewhere before it."""

    def behind(self, source: str, after: int) -> int:
        """How many entries there are behind the position `after`; an upper bound."""


class StoreFeed:
    """Reads the upstream's log where it lies."""

    def __init__(self, stores: dict[str, Store]) -> None:
        self._stores = stores

    def read(self, source: str, after: int, limit: int) -> list[Entry]:
        return self._stores[source].entries(after, limit)

    def taken(self, source: str, count: int) -> None:
        """The position says it all."""

    def again(self, source: str, after: int) -> None:
        """Always reads from the position."""

    def behind(self, source: str, after: int) -> int:
        return self._stores[source].head().sequence - after
