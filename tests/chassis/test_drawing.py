"""What a taker draws from its feeds, while another thread of the process does the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from events.base import Entry
from events.service import DayClosed
from services.chassis.feeds import Drawing
from services.chassis.inbox import Stopped, Taken
from tests.history.logs import ListFeed, Logs, src


class Stopping:
    """A taker that finds an old copy; while it looks, another thread draws from the same feeds and finds it, too."""

    def __init__(self) -> None:
        self.drawing = Drawing(self)
        self.feeds: Mapping[str, ListFeed] = {}
        self.looks = 0

    def position(self, source: str) -> int:
        return 0

    def take_all(self, batches: Mapping[str, Sequence[Entry]]) -> dict[str, Taken]:
        self.looks += 1
        if self.looks == 1:
            self.drawing.draw(self.feeds)
        return {source: Taken(0, Stopped("old-copy")) for source in batches}

    def stop(self, source: str, stopped: Stopped | None) -> None:
        """Nobody to tell."""


def test_two_threads_that_find_a_feed_stopped_do_not_fail_over_each_other() -> None:
    logs, taker = Logs(), Stopping()
    logs.record("living", logs.own(), DayClosed(day=date(2026, 1, 1)))
    taker.feeds = {src("living"): ListFeed(logs.of)}
    assert taker.drawing.draw(taker.feeds) == 0
    assert taker.looks == 2
