"""How everything here is measured: ours and a bare loop over the same work, in turn, several times.

Interleaved (A B A B …), so that whatever else the machine does falls on both alike; what counts is the ratio.
Nothing here asserts a time.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

Loop = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Samples:
    """What one loop gave, a figure a round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    def per(self, other: Samples) -> Samples:
        """Round by round, this by the other."""
        return Samples(tuple(mine / theirs for mine, theirs in zip(self.values, other.values, strict=True)))

    def percentile(self, hundredths: int) -> float:
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, len(ordered) * hundredths // 100)]


def interleaved(loops: Mapping[str, Loop], rounds: int = 5, warm: bool = True) -> dict[str, Samples]:
    """Each loop gives its figure; all run once before, unmeasured, and then in turn."""
    for loop in loops.values() if warm else ():
        loop()
    found: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(rounds):
        for name, loop in loops.items():
            found[name].append(loop())
    return {name: Samples(tuple(values)) for name, values in found.items()}


@contextmanager
def stopwatch():
    """Gives a list that holds the seconds once the block has ended."""
    seconds: list[float] = []
    began = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - began)


@dataclass(slots=True)
class Spent:
    """Seconds by the clock, and of this process on the processor: on a busy machine the second says more."""

    clock: float = 0.0
    processor: float = 0.0

    @property
    def said(self) -> str:
        return f"**{self.clock:.1f} s**, {self.processor:.1f} s of a core"

    def plus(self, other: Spent) -> Spent:
        return Spent(self.clock + other.clock, self.processor + other.processor)

    def ratio(self, bare: Spent) -> str:
        """How much of ours the bare loop needs, by either."""
        return f"{bare.clock / self.clock:.2f} · {bare.processor / self.processor:.2f}"


@contextmanager
def spent() -> Iterator[Spent]:
    """What the block has spent, once it has ended."""
    found, clock, processor = Spent(), time.perf_counter(), time.process_time()
    yield found
    found.clock, found.processor = time.perf_counter() - clock, time.process_time() - processor


def rate(count: int, work: Callable[[], object]) -> float:
    """How many a second."""
    with stopwatch() as seconds:
        work()
    return count / seconds[0]


def cpu_rate(count: int, work: Callable[[], object]) -> float:
    """How many in a second of the processor's time for this process: what one core does, whatever else it is busy with."""
    began = time.process_time()
    work()
    return count / (time.process_time() - began)


def together(works: Sequence[Callable[[], None]]) -> None:
    """Each in a thread of its own; the first failure is raised."""
    failures: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001  raised below, in the thread that asked
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
