"""The store on SQLite: one file a service, write-ahead log, every commit flushed to disk."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    PersistenceError,
    ProgrammingError,
)
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from events.base import Entry
from services.chassis.codec import decode_state
from services.chassis.sqlite_threads import BUSY_SECONDS, ThreadConnections, write_ahead
from services.chassis.store import Change, Head, KeptRows, LostRace, kept_changes, states

TABLES = (
    "CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL, id TEXT, recordedtime TEXT)",
    "INSERT INTO head VALUES (1, 0, 0, NULL, NULL) ON CONFLICT DO NOTHING",
    "CREATE TABLE IF NOT EXISTS kept (kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"
    " PRIMARY KEY (kind, key)) WITHOUT ROWID",
    "CREATE VIEW IF NOT EXISTS log AS SELECT rowid AS sequence, topic AS dataschema,"
    " json_extract(CAST(state AS TEXT), '$.envelope.subject') AS subject,"
    " json_extract(CAST(state AS TEXT), '$.envelope.recordedtime') AS recordedtime,"
    " json_extract(CAST(state AS TEXT), '$.data') AS data FROM stored_events",
)

_ERRORS: dict[type, type[PersistenceError]] = {
    sqlite3.InterfaceError: InterfaceError,
    sqlite3.DataError: DataError,
    sqlite3.OperationalError: OperationalError,
    sqlite3.IntegrityError: IntegrityError,
    sqlite3.InternalError: InternalError,
    sqlite3.ProgrammingError: ProgrammingError,
    sqlite3.Error: PersistenceError,
}


class _Layout(SQLiteApplicationRecorder):
    """The library's table of the log, and ours beside it."""

    def construct_create_table_statements(self) -> list[str]:
        return [*super().construct_create_table_statements(), *TABLES]

    def create_table(self) -> None:
        # The write lock first: a transaction that has read and then writes fails at once with "database is
        # locked" when another process has committed in between, however long it would be willing to wait.
        with self.datastore.get_connection(commit=True) as connection:
            cursor = connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                self._create_table(cursor)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()


class SqliteStore(KeptRows):
    """Laid out by the library; written by one connection that keeps its prepared statements, and read by one a
    thread: the library's pool prepares every statement anew, and reads a tenth as fast."""

    def __init__(self, path: str) -> None:
        write_ahead(path)
        with closing(SQLiteDatastore(path, lock_timeout=BUSY_SECONDS)) as datastore:
            _Layout(datastore).create_table()
        self._reading = ThreadConnections(path, ("query_only = ON",))
        self._writing = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._alone = Lock()

    def _select(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._reading.mine() as connection:
            return connection.execute(query, values).fetchall()

    def head(self) -> Head:
        [(revision, sequence, id_, at)] = self._select(
            "SELECT revision, sequence, id, recordedtime FROM head"
        )
        return Head(revision, sequence, id_ and UUID(id_), at and datetime.fromisoformat(at))

    def commit(self, change: Change) -> None:
        with self._alone, _told_as_the_librarys():
            # The write lock before anything is read: a snapshot older than another process's commit can never be
            # compared against.
            self._writing.execute("BEGIN IMMEDIATE")
            try:
                self._write(change)
                self._writing.execute("COMMIT")
            except BaseException:
                if self._writing.in_transaction:
                    self._writing.execute("ROLLBACK")
                raise

    def _write(self, change: Change) -> None:
        base, head, write = change.base, change.head, self._writing
        raised = write.execute(
            "UPDATE head SET revision = ?, sequence = ?, id = ?, recordedtime = ? WHERE revision = ?",
            (
                head.revision,
                head.sequence,
                head.id and str(head.id),
                head.recordedtime and head.recordedtime.isoformat(),
                base.revision,
            ),
        )
        if raised.rowcount != 1:
            raise LostRace
        write.executemany(
            "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state)"
            " VALUES (?, ?, ?, ?, ?)",
            [
                (
                    e.envelope.sequence,
                    e.envelope.stream.hex,
                    e.envelope.streamversion,
                    e.envelope.dataschema,
                    state,
                )
                for e, state in states(change.entries)
            ],
        )
        kept = list(kept_changes(change))
        if gone := [(kind, key) for kind, key, value in kept if value is None]:
            # What finds an erased person must not stay in a freed part of a page.
            write.execute("PRAGMA secure_delete = ON")
            write.executemany("DELETE FROM kept WHERE kind = ? AND key = ?", gone)
        write.executemany(
            "INSERT INTO kept VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
            [row for row in kept if row[2] is not None],
        )

    def entries(self, after: int, limit: int) -> list[Entry]:
        return [decode_state(state) for state in self.stored(after, limit)]

    def stored(self, after: int, limit: int) -> list[bytes]:
        query = "SELECT state FROM stored_events WHERE rowid > ? ORDER BY rowid LIMIT ?"
        return [state for (state,) in self._select(query, (after, limit))]

    def stream(self, stream: UUID, after: int = 0, limit: int | None = None) -> list[Entry]:
        query = (
            "SELECT state FROM stored_events WHERE originator_id = ? AND originator_version > ?"
            " ORDER BY originator_version LIMIT ?"
        )
        found = self._select(query, (stream.hex, after, -1 if limit is None else limit))
        return [decode_state(state) for (state,) in found]

    def kept_bytes(self, kind: str, key: str) -> bytes | None:
        found = self._select("SELECT value FROM kept WHERE kind = ? AND key = ?", (kind, key))
        return found[0][0] if found else None

    def kept_bytes_of(self, kind: str, keys: Sequence[str]) -> list[tuple[str, bytes]]:
        query = "SELECT key, value FROM kept WHERE kind = ? AND key IN (SELECT value FROM json_each(?))"
        return self._select(query, (kind, json.dumps(keys)))

    def kept_bytes_range(self, kind: str, first: str, last: str, limit: int) -> list[tuple[str, bytes]]:
        upper = " AND key < ?" if last else ""
        return self._select(
            f"SELECT key, value FROM kept WHERE kind = ? AND key >= ?{upper} ORDER BY key LIMIT ?",
            (kind, first, *([last] if last else []), limit),
        )

    def head_and_rows(self) -> list[tuple[int, str | None, str | None, bytes | None]]:
        return self._select("SELECT sequence, kind, key, value FROM head LEFT JOIN kept ON true")

    def shed(self) -> bool:
        with self._alone, _told_as_the_librarys():
            (busy, *_) = self._writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        self._reading.close()
        with self._alone:
            self._writing.close()


@contextmanager
def _told_as_the_librarys() -> Iterator[None]:
    """Whoever commits knows the library's errors, the same of both engines."""
    try:
        yield
    except sqlite3.Error as error:
        kinds = (one for one in type(error).__mro__ if one in _ERRORS)
        raise _ERRORS[next(kinds)](error) from error
