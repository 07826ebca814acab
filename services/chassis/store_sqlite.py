"""The store on SQLite: one file a service, write-ahead log, every commit flushed to disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor, SQLiteDatastore

from events.base import Entry
from services.chassis.codec import decode_state
from services.chassis.sqlite_threads import ThreadConnections, write_ahead
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


class _Recorder(SQLiteApplicationRecorder):
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

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        change: Change = kwargs["change"]
        base, head = change.base, change.head
        # The first statement is a write, so the transaction takes the write lock before it reads: a
        # snapshot older than another process's commit can never be compared against.
        c.execute(
            "UPDATE head SET revision = ?, sequence = ?, id = ?, recordedtime = ? WHERE revision = ?",
            (
                head.revision,
                head.sequence,
                head.id and str(head.id),
                head.recordedtime and head.recordedtime.isoformat(),
                base.revision,
            ),
        )
        if c.sqlite_cursor.rowcount != 1:
            raise LostRace
        if stored_events:
            c.executemany(
                "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (base.sequence + i, s.originator_id.hex, s.originator_version, s.topic, s.state)  # type: ignore[union-attr]  # the library also allows text ids; ours are UUIDs
                    for i, s in enumerate(stored_events, 1)
                ],
            )
        kept = list(kept_changes(change))
        if gone := [(kind, key) for kind, key, value in kept if value is None]:
            # What finds an erased person must not stay in a freed part of a page.
            c.execute("PRAGMA secure_delete = ON")
            c.executemany("DELETE FROM kept WHERE kind = ? AND key = ?", gone)
        c.executemany(
            "INSERT INTO kept VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
            [row for row in kept if row[2] is not None],
        )
        return None


class SqliteStore(KeptRows):
    """Written through the library; read by a connection a thread, which is ten times as fast as its pool."""

    def __init__(self, path: str) -> None:
        write_ahead(path)
        self._datastore = SQLiteDatastore(path, lock_timeout=30)
        self._recorder = _Recorder(self._datastore)
        self._recorder.create_table()
        self._reading = ThreadConnections(path, ("query_only = ON",))

    def _select(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._reading.mine() as connection:
            return connection.execute(query, values).fetchall()

    def head(self) -> Head:
        [(revision, sequence, id_, at)] = self._select(
            "SELECT revision, sequence, id, recordedtime FROM head"
        )
        return Head(revision, sequence, id_ and UUID(id_), at and datetime.fromisoformat(at))

    def commit(self, change: Change) -> None:
        self._recorder.insert_events(
            [
                StoredEvent(e.envelope.stream, e.envelope.streamversion, e.envelope.dataschema, state)
                for e, state in states(change.entries)
            ],
            change=change,
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

    def kept_kinds(self) -> list[str]:
        return [kind for (kind,) in self._select("SELECT DISTINCT kind FROM kept ORDER BY kind")]

    def shed(self) -> bool:
        with self._datastore.get_connection(commit=False) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (busy, *_) = cursor.fetchone()
        return not busy

    def close(self) -> None:
        self._reading.close()
        self._datastore.close()
