"""A SQLite connection for each thread that asks: opened once, never shared, closed by whoever opened them all."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
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


def write_ahead(path: str) -> None:
    """Put a file, made if missing, in write-ahead mode: it stays so. SQLite itself does not wait for its turn
    here, so that of two processes that start at once on a new file one would fail: "database is locked"."""
    deadline = time.monotonic() + BUSY_SECONDS
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
