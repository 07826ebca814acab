"""A SQLite connection for each thread that asks: opened once, never shared, closed by whoever opened them all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

BUSY_SECONDS = 30


@dataclass(slots=True)
class _Opened:
    """A thread's connection. The lock is its own, but for `close`, which must not pull it away in mid-use."""

    connection: sqlite3.Connection
    lock: threading.Lock = field(default_factory=threading.Lock)


class ThreadConnections:
    """Connections in autocommit mode to one file; `pragmas` are said to each as it is opened."""

    def __init__(self, path: str, pragmas: Sequence[str] = ()) -> None:
        self._path = path
        self._pragmas = pragmas
        self._local = threading.local()
        self._opened: list[_Opened] = []

    @contextmanager
    def mine(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection; not to be entered twice at once."""
        found: _Opened | None = getattr(self._local, "opened", None)
        if found is None:
            found = _Opened(
                sqlite3.connect(
                    self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
                )
            )
            for pragma in self._pragmas:
                found.connection.execute(f"PRAGMA {pragma}")
            self._local.opened = found
            self._opened.append(found)
        with found.lock:
            yield found.connection

    def close(self) -> None:
        for opened in self._opened:
            with opened.lock:
                opened.connection.close()
        self._opened.clear()
