"""Time and chance, both injected: the only places where a time of day or a random number comes from.

A simulated clock and a seeded source of ids make two runs record the same log. Days are the civil days of
the office, in Asia/Shanghai; moments are always UTC.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

CIVIL_ZONE = ZoneInfo("Asia/Shanghai")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RANDOM_BITS = 74  # 12 beside the version and 62 beside the variant
_LOW_BITS = (1 << 62) - 1
_VARIANT = 0b10 << 62


class Clock(Protocol):
    """What time it is: aware, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still."""

    def __init__(self, at: datetime) -> None:
        self._at = _utc(at)

    def now(self) -> datetime:
        return self._at


class SimulatedClock:
    """A clock that is moved by hand, and never back."""

    def __init__(self, start: datetime) -> None:
        self._now = _utc(start)

    def now(self) -> datetime:
        return self._now

    def advance_to(self, moment: datetime) -> None:
        moment = _utc(moment)
        if moment < self._now:
            raise ValueError(f"the clock stands at {self._now.isoformat()} and never goes back")
        self._now = moment


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


def civil_date(moment: datetime) -> date:
    """The day on the office's calendar at this moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(CIVIL_ZONE).date()


def midnight(day: date) -> datetime:
    """The moment, in UTC, at which this day of the office's calendar begins."""
    return datetime.combine(day, time(), CIVIL_ZONE).astimezone(UTC)


class Ids(Protocol):
    """Where identifiers come from."""

    def event(self, now: datetime) -> UUID:
        """A UUIDv7 that sorts after every one this source gave before, also inside a millisecond."""

    def random(self) -> UUID:
        """A UUIDv4: says nothing about whom it names."""


class _Drawn:
    """Identifiers shaped from random bits, wherever those come from."""

    def __init__(self, bits: Callable[[int], int]) -> None:
        self._bits = bits
        self._last = -1  # milliseconds and random bits of the last event id, as one number
        self._lock = threading.Lock()

    def event(self, now: datetime) -> UUID:
        milliseconds = (_utc(now) - _EPOCH) // _MILLISECOND
        if not 0 <= milliseconds < 1 << 48:
            raise ValueError(f"{now.isoformat()} has no place in a UUIDv7")
        with self._lock:
            # A step of random size, not of one: neighbours cannot be guessed from an id. A clock set back
            # goes on behind the last id, so that ids keep rising as the log does.
            if milliseconds <= self._last >> _RANDOM_BITS:
                self._last += 1 + self._bits(32)
            else:
                # The top bit starts empty: room for 2**41 steps before a millisecond would overflow.
                self._last = milliseconds << _RANDOM_BITS | self._bits(_RANDOM_BITS - 1)
            whole = self._last
        head, tail = whole >> 62, whole & _LOW_BITS
        return UUID(int=(head >> 12) << 80 | 7 << 76 | (head & 0xFFF) << 64 | _VARIANT | tail)

    def random(self) -> UUID:
        with self._lock:
            return UUID(int=self._bits(128), version=4)


class SystemIds(_Drawn):
    """Identifiers from the operating system's randomness."""

    def __init__(self) -> None:
        super().__init__(lambda count: int.from_bytes(os.urandom((count + 7) // 8)) >> (-count % 8))


class SeededIds(_Drawn):
    """The same identifiers again for the same seed and the same order of asking; for simulations only."""

    def __init__(self, seed: int) -> None:
        super().__init__(random.Random(seed).getrandbits)
