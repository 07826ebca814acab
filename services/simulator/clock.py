"""The demo's clock: moved by hand through the year, then let go."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from services.chassis.clock import SimulatedClock


class ReleasedClock(SimulatedClock):
    """Runs on by itself from where it stands, once released.

    Not the machine's clock from then on: a jump over the years between would make everything due at once.
    """

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._released: float | None = None

    def now(self) -> datetime:
        elapsed = 0.0 if self._released is None else time.monotonic() - self._released
        return super().now() + timedelta(seconds=elapsed)

    def release(self) -> None:
        self._released = time.monotonic()
