"""Where upstream entries come from: the upstream's own store, in one process; Kafka (`kafka/`) in many."""

from __future__ import annotations

from typing import Protocol

from events.base import Entry
from services.chassis.inbox import Stopped, Taken
from services.chassis.store import Store

TAKEN_AT_ONCE = 500


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

    def trouble(self, source: str, after: int) -> Stopped | None:
        """Why nothing can come, where nothing has: what lies there is no log, or not the one that was read."""


class Taker(Protocol):
    """Takes the entries of a source by its own position: an inbox, the district log."""

    def position(self, source: str) -> int: ...

    def take(self, source: str, entries: list[Entry]) -> Taken: ...

    def stop(self, source: str, stopped: Stopped) -> None: ...


class Drawing:
    """What a taker draws from its feeds, source by source, as far as each goes."""

    def __init__(self, taker: Taker, at_once: int = TAKEN_AT_ONCE) -> None:
        self._taker = taker
        self._at_once = at_once
        self._reread: dict[str, int] = {}

    def draw(self, source: str, feed: Feed) -> int:
        """How many entries went forward. A gap is read again once: it may be the feed's, not the log's."""
        moved = 0
        while True:
            position = self._taker.position(source)
            entries = feed.read(source, position, self._at_once)
            if not entries:
                trouble = feed.trouble(source, position)
                if trouble is not None:
                    self._taker.stop(source, trouble)
                return moved
            taken = self._taker.take(source, entries)
            feed.taken(source, taken.entries)
            moved += taken.entries
            if taken.stopped and taken.stopped.slug == "gap" and self._reread.get(source) != position:
                self._reread[source] = position
                feed.again(source, position)
                return moved
            if taken.entries < len(entries) or len(entries) < self._at_once:
                return moved


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

    def trouble(self, source: str, after: int) -> Stopped | None:
        held = self._stores[source].head().sequence
        if held >= after:
            return None
        return Stopped("old-copy", f"{source} holds {held} events and {after} were read of it: an old copy")
