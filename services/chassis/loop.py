"""A thread that does one step again and again: woken when there is work, patient with the machine's failures.

What the machine does (a broker away, a disk full) is logged, waited out and tried again. Anything else is a
fault of the program or of the data that a person must see: it ends the loop, and the host with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from services.chassis.store import INFRASTRUCTURE

log = structlog.get_logger(__name__)

LONGEST_BACKOFF_SECONDS = 10.0


class Loop:
    def __init__(
        self,
        name: str,
        step: Callable[[], int],
        failed: Callable[[str, BaseException], None],
        idle: float = 0.2,
        patient: tuple[type[Exception], ...] = INFRASTRUCTURE,
    ) -> None:
        """`step` returns how much it moved: after 0 the loop sleeps `idle` seconds or until `wake`. Failures
        of the kinds in `patient` are waited out."""
        self.name = name
        self._step = step
        self._failed = failed
        self._idle = idle
        self._patient = patient
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()

    def join(self, seconds: float = 30.0) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            self._wake.clear()
            try:
                moved = self._step()
                failures = 0
            except self._patient as error:
                failures += 1
                pause = min(0.1 * 2**failures, LONGEST_BACKOFF_SECONDS)
                log.warning("waiting out", loop=self.name, error=type(error).__name__, seconds=pause)
                self._stop.wait(pause)
                continue
            except Exception as error:  # noqa: BLE001  # whatever it is, a person must see it: the host stops and says so
                log.error("loop ended", loop=self.name, error=type(error).__name__, detail=str(error))
                self._failed(self.name, error)
                return
            if not moved:
                self._wake.wait(self._idle)
