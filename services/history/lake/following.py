"""The lake as a part of a running host: it follows the district log in increments.

Few and large, because every increment adds a file to every bucket: at the start, then once enough events wait, or
once some wait for long. Never more than enough of them at once, because what shares the thread waits meanwhile: a
log that was there before its lake comes in piece by piece. What the lake lacks meanwhile is in the log, and comes
with the next increment. So nothing that goes wrong here ends the host: it is an alarm, and tried again after a while.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import structlog

from services.chassis.clock import Clock
from services.chassis.database import Session
from services.history.district_log import DistrictLog
from services.history.index import READ, READ_AT_ONCE
from services.history.lake.folder import MOST_FILES, Lake, Line
from services.history.lake.locks import LakeBusy
from services.history.lake.manifest import NAME as MANIFEST
from services.history.lake.manifest import AnotherLog, NoLake

ENOUGH = 20_000
LONGEST = timedelta(hours=6)
AGAIN = timedelta(minutes=1)
#: Another writer; a lake of another format or log; a full disk. For each of them a person has to do something.
ALARMING = (LakeBusy, NoLake, ValueError, OSError)

logger = structlog.get_logger(__name__)


def lines_of(log: DistrictLog, after: int) -> Iterator[Line]:
    """The log's lines behind a position, read in pieces, each in a short transaction."""
    while True:
        with log.database.reading() as session:
            found = session.execute(READ, (after, READ_AT_ONCE))
        if not found:
            return
        for position, envelope, data in found:
            yield position, bytes(envelope), bytes(data)
        after = found[-1][0]


class LakeFollower:
    """A follower (`services.chassis.embedded.Follower`) of the district log."""

    def __init__(
        self, log: DistrictLog, lake: Lake, clock: Clock, enough: int = ENOUGH, longest: timedelta = LONGEST
    ) -> None:
        self.lake = lake
        self._log = log
        self._clock = clock
        self._enough = enough
        self._longest = longest
        self._position: int | None = None
        self._appended: datetime | None = None
        self._not_before: datetime = clock.now()
        self.alarm: str | None = None
        """Why the lake does not follow; None while it does."""

    def advance(self) -> int:
        """Append what waits, if it is enough or has waited long. Gives 0, so that nobody waits for what is left to
        come. Raises nothing of ALARMING."""
        now = self._clock.now()
        if now < self._not_before:
            return 0
        try:
            self._append_if_due(now)
        except ALARMING as failure:
            self._position = None  # what the manifest says next time counts
            self._not_before = now + AGAIN
            alarm = f"{type(failure).__name__}: {failure}"
            if alarm != self.alarm:
                logger.error("the lake does not follow", why=alarm)
            self.alarm = alarm
            return 0
        self.alarm = None
        return 0

    def _append_if_due(self, now: datetime) -> None:
        waiting = self._end() - self._reached()
        if waiting < 0:
            raise AnotherLog(f"{self.lake.folder} goes beyond this log: build it anew")
        lately = self._appended is not None and now - self._appended < self._longest
        if waiting < self._enough and lately:
            return
        if waiting:
            self.append_now()
        if waiting <= self._enough:
            self._appended = now

    def append_now(self) -> None:
        """Append what waits, a piece of it at most; LakeBusy where another process is writing."""
        self.lake.follow(partial(lines_of, self._log), most=self._enough)
        manifest = self.lake.manifest()
        self._position = manifest.position
        if max(len(manifest.of_bucket(bucket)) for bucket in range(manifest.buckets)) > MOST_FILES:
            self.lake.compact(MOST_FILES)

    def _end(self) -> int:
        with self._log.database.reading() as session:
            return _position(session)

    def _reached(self) -> int:
        if self._position is None:
            try:
                self._position = self.lake.manifest().position
            except NoLake:
                if (self.lake.folder / MANIFEST).exists():
                    raise  # of another format: not ours to write over
                self._position = 0
        return self._position


def _position(session: Session) -> int:
    found = session.execute("SELECT position FROM log_head")
    return int(found[0][0]) if found else 0
