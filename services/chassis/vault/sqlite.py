"""The vault in an SQLite file of its own, or in memory; and the form that every backup takes."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock

from services.chassis.vault.master import sync_folder
from services.chassis.vault.store import Store, Transaction


class SqliteStore(Store):
    """An SQLite file, or memory where no path is given; several processes may hold the same file."""

    def __init__(self, path: Path | None, read_only: bool = False) -> None:
        if path is None:
            name = ":memory:"
        elif read_only:
            name = f"{path.resolve(strict=True).as_uri()}?mode=ro"
        else:
            _make(path)
            name = path.resolve().as_uri()
        self._lock = RLock()
        self._connection = sqlite3.connect(
            name, uri=path is not None, timeout=30, isolation_level=None, check_same_thread=False
        )
        if read_only:
            return
        # A write-ahead log would keep destroyed keys until somebody checkpoints it, and outlive a crash in
        # that state. The rollback journal is cut to nothing by the very commit that destroys the key.
        self._connection.execute("PRAGMA journal_mode = TRUNCATE")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = ON")
        with self.transaction(write=True) as transaction:
            transaction.create()

    @contextmanager
    def transaction(self, write: bool = False) -> Iterator[Transaction]:
        with self._lock:
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield Transaction(cursor)
                cursor.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    def backup(self, path: Path) -> None:
        with published(path) as temporary, self._lock:
            target = sqlite3.connect(temporary)
            try:
                self._connection.backup(target)
            finally:
                target.close()

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _make(path: Path) -> None:
    """An empty file, mode 0600, where there is none yet.

    The file itself is never opened here: closing it would drop, without a word, the locks that another
    connection of this process holds on it at that moment. So it is made elsewhere and linked.
    """
    if path.exists():
        return
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(descriptor)
    try:
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        os.unlink(temporary)


@contextmanager
def published(path: Path) -> Iterator[Path]:
    """A temporary file, mode 0600, that takes its name only when it is complete and durable."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        yield Path(name)
        os.fsync(descriptor)
        os.replace(name, path)
        sync_folder(path.parent)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
