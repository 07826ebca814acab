"""The same town over a real Kafka: its services' relays, and processes of the figures to start and to kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.chassis.clock import SimulatedClock
from services.chassis.kafka.relay import Relay
from services.chassis.kafka.topics import create_topics, topic_of
from services.chassis.local_kafka import end_with_us
from services.insight.answer import answer
from services.insight.host import FaustHost
from services.insight.taking import Figures
from tests.insight.given import SERVICES, TOWNS, Town
from tests.support import CODE

PATIENCE_SECONDS = 120.0
SESSION_SECONDS = 3.0


def publish(town: Town, bootstrap: str) -> None:
    """All that was recorded, through the relays of the services."""
    create_topics(bootstrap, map(topic_of, SERVICES), 1)
    for name in SERVICES:
        runtime = town.district.runtime(name)
        relay = Relay(runtime.store, runtime.source, bootstrap, 0)
        while relay.publish():
            pass
        relay.close()


def told(figures: Figures) -> dict[str, Any]:
    """The whole answer but how it came about."""
    found = answer(figures, TOWNS, small_withheld=False).model_dump(mode="json")
    for source in found["sources"]:
        del source["lag"]
    return found


class Streaming:
    """One worker in this process."""

    def __init__(self, bootstrap: str, town: Town) -> None:
        self.figures = Figures(CODE, SERVICES, SimulatedClock(town.district.clock.now()))
        self.host = FaustHost(self.figures, bootstrap, session_seconds=SESSION_SECONDS)

    def __enter__(self) -> Streaming:
        self.host.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.host.stop()

    def until_told(self, town: Town) -> None:
        town.answer()
        self.figures._clock.advance_to(town.district.clock.now())
        eventually(
            lambda: (
                self.figures.positions.keys() == town.figures.positions.keys()
                and all(self.figures.position(s) == town.figures.position(s) for s in town.figures.sources)
            ),
            lambda: f"{self.figures.positions} {self.host.unready()} {self.figures.unready()}",
        )
        assert told(self.figures) == told(town.figures)


class Process:
    """A worker in a process of its own, to be killed."""

    def __init__(self, bootstrap: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.insight.worker", bootstrap, str(SESSION_SECONDS)],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONPATH": "."},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._watch = end_with_us(self._process.pid, signal.SIGKILL)

    def counted(self) -> int:
        """How many events it says it has counted; it says so ten times a second."""
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def signal(self, how: signal.Signals) -> None:
        self._process.send_signal(how)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._watch.kill()
        self._watch.communicate()


def eventually(what: Callable[[], bool], state: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS:.0f} s: {state()}"
        time.sleep(0.05)
