"""Where upstream entries come from: the upstream's own store, in one process; Kafka (`kafka/`) in many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """Takes entries by its own positions: an inbox, the district log."""

    def position(self, source: str) -> int: ...

    def take_all(self, batches: Mapping[str, Sequence[Entry]]) -> dict[str, Taken]:
        """Entries by source, in one transaction, each source as far as it goes."""

    def stop(self, source: str, stopped: Stopped) -> None: ...


class Drawing:
    """What a taker draws from its feeds, as far as each goes: what they have at once is taken at once."""

    def __init__(self, taker: Taker, at_once: int = TAKEN_AT_ONCE) -> None:
        self._taker = taker
        self._at_once = at_once
        self._reread: dict[str, int] = {}

    def draw(self, feeds: Mapping[str, Feed]) -> int:
        """How many entries went forward. A gap is read again once: it may be the feed's, not the log's."""
        moved = 0
        while feeds:
            positions = {source: self._taker.position(source) for source in feeds}
            batches = self._read(feeds, positions)
            if not batches:
                break
            taken = self._taker.take_all(batches)
            for source, one in taken.items():
                feeds[source].taken(source, one.entries)
                moved += one.entries
            # Last: a feed that reads one source again may forget what it held of others.
            for source, one in taken.items():
                gap = one.stopped is not None and one.stopped.slug == "gap"
                if gap and self._reread.get(source) != positions[source]:
                    self._reread[source] = positions[source]
                    feeds[source].again(source, positions[source])
            feeds = {source: feeds[source] for source, one in taken.items() if one.entries == self._at_once}
        return moved

    def _read(self, feeds: Mapping[str, Feed], positions: Mapping[str, int]) -> dict[str, list[Entry]]:
        batches: dict[str, list[Entry]] = {}
        for source, feed in feeds.items():
            entries = feed.read(source, positions[source], self._at_once)
            if entries:
                batches[source] = entries
            elif (trouble := feed.trouble(source, positions[source])) is not None:
                self._taker.stop(source, trouble)
        return batches


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
