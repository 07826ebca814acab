"""Where upstream entries come from: the upstream's own store, in one process; Kafka (`kafka/`) in many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from events.base import Entry
from services.chassis.inbox import Stopped, Taken
from services.chassis.store import Store

TAKEN_AT_ONCE = 500
REMEMBERED = 1000
"""Entries of a source that a feed in the same process keeps at hand; they are a few kilobytes each."""


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
    """What a taker draws from its feeds, as far as each goes: what they have at once is taken at once.

    `wants`: whether a taker does more with an entry than to pass over it.
    """

    def __init__(
        self, taker: Taker, at_once: int = TAKEN_AT_ONCE, wants: Callable[[Entry], bool] = lambda entry: True
    ) -> None:
        self._taker = taker
        self._at_once = at_once
        self._wants = wants
        self._unwanted: dict[str, int] = {}  # by source, how far nothing that lies there is wanted
        self._reached: dict[str, int] = {}
        """By source, as this process knows it. What another has taken since comes again and is passed over as a
        duplicate: nothing is lost by not asking the taker every time."""
        self._reread: dict[str, int] = {}

    def draw(self, feeds: Mapping[str, Feed], waiting: bool = False) -> int:
        """How many entries went forward. A gap is read again once: it may be the feed's, not the log's.

        With `waiting`, what is only passed over is left until something is wanted or there is much of it: to pass
        over a few costs a transaction of its own. For feeds that can give it again.
        """
        moved = 0
        while feeds:
            positions = {source: self._position(source) for source in feeds}
            batches = self._read(feeds, positions)
            if not batches or (waiting and not any(self._wanted(*batch) for batch in batches.items())):
                break
            taken = self._taker.take_all(batches)
            for source, one in taken.items():
                feeds[source].taken(source, one.entries)
                moved += one.entries
                if one.stopped is not None and one.stopped.alarming:
                    self._reached.pop(source, None)  # unless another thread has just done so
                elif one.entries:
                    self._reached[source] = batches[source][one.entries - 1].envelope.sequence
            # Last: a feed that reads one source again may forget what it held of others.
            for source, one in taken.items():
                gap = one.stopped is not None and one.stopped.slug == "gap"
                if gap and self._reread.get(source) != positions[source]:
                    feeds[source].again(source, positions[source])
                    self._reread[source] = positions[source]
            feeds = {source: feeds[source] for source, one in taken.items() if one.entries == self._at_once}
        return moved

    def _position(self, source: str) -> int:
        position = self._reached.get(source)
        if position is None:  # asked once: another thread may take it away at any moment
            position = self._reached[source] = self._taker.position(source)
        return position

    def _wanted(self, source: str, entries: Sequence[Entry]) -> bool:
        seen = self._unwanted.get(source, 0)
        if len(entries) >= self._at_once or any(
            e.envelope.sequence > seen and self._wants(e) for e in entries
        ):
            return True
        self._unwanted[source] = entries[-1].envelope.sequence
        return False

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
    """Reads the upstream's log where it lies.

    What it is told of as it is recorded (it observes the committers of its process) it gives from memory. Of what
    another process may have recorded it learns after `doubt`, and from whoever reads on from there.
    """

    def __init__(self, stores: dict[str, Store]) -> None:
        self._stores = stores
        self._recent: dict[str, list[Entry]] = {}
        """Of each source the last in a row; replaced, and never changed."""
        self._certain: set[str] = set()
        """Sources that had no more than that, when last looked at."""

    def committed(self, entries: list[Entry]) -> None:
        """Of one source; its store held nothing between them and what was there before."""
        first = entries[0].envelope
        recent = self._recent.get(first.source, [])
        follows = recent and recent[-1].envelope.sequence == first.sequence - 1
        self._recent[first.source] = ([*recent, *entries] if follows else list(entries))[-REMEMBERED:]
        self._certain.add(first.source)

    def doubt(self) -> None:
        """Another process may have recorded something: look at the stores again."""
        self._certain.clear()

    def read(self, source: str, after: int, limit: int) -> list[Entry]:
        recent = self._recent.get(source)
        if recent and recent[0].envelope.sequence <= after + 1:
            passed = after + 1 - recent[0].envelope.sequence
            if passed < len(recent) or (passed == len(recent) and source in self._certain):
                return recent[passed : passed + limit]
        return self._stores[source].entries(after, limit)

    def taken(self, source: str, count: int) -> None:
        """The position says it all."""

    def again(self, source: str, after: int) -> None:
        """Always reads from the position."""

    def behind(self, source: str, after: int) -> int:
        return self._stores[source].head().sequence - after

    def trouble(self, source: str, after: int) -> Stopped | None:
        recent = self._recent.get(source)
        if recent and recent[-1].envelope.sequence >= after:
            return None
        held = self._stores[source].head().sequence
        if held >= after:
            return None
        return Stopped("old-copy", f"{source} holds {held} events and {after} were read of it: an old copy")
