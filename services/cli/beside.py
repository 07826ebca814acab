"""A second process for what can be done beside this one: the demo's checks take both cores.

It is begun before a thread is started or a database opened, since a process can be doubled safely only then; it
waits until it is asked.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """`work` is done there, once, between `begin` and `result`; what it gives must be plain values."""

    def __init__(self, work: Callable[[], T]) -> None:
        context = get_context("fork")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_wait, args=(self._here, there, work), daemon=True)
        self._process.start()
        there.close()

    def begin(self) -> None:
        self._here.send(None)

    def result(self) -> T | None:
        """What the work gave; None where it failed, which it has said on its error output."""
        try:
            given: T = self._here.recv()
        except EOFError:
            return None
        finally:
            self.close()
        return given

    def close(self) -> None:
        """Whether it was asked or not, it ends."""
        self._here.close()
        self._process.join()


def _wait(other_end: Connection, mine: Connection, work: Callable[[], T]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began it ends it
    other_end.close()
    try:
        mine.recv()
    except EOFError:
        return
    mine.send(work())
