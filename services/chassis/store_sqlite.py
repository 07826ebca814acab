"""The store on SQLite: one file a service, write-ahead log, every commit flushed to disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor, SQLiteDatastore

from events.base import Entry
from services.chassis.store import Change, Head, KeptRows, LostRace, kept_changes, read_states, states

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
            "UPDATE head SET revision = ?, sequence = ?, id = ?, recordedtime = ?"
            " WHERE revision = ? RETURNING 1",
            (
                head.revision,
                head.sequence,
                head.id and str(head.id),
                head.recordedtime and head.recordedtime.isoformat(),
                base.revision,
            ),
        )
        if c.fetchone() is None:
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
        for kind, key, value in kept_changes(change):
            if value is None:
                c.execute("DELETE FROM kept WHERE kind = ? AND key = ?", (kind, key))
            else:
                c.execute(
                    "INSERT INTO kept VALUES (?, ?, ?)"
                    " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
                    (kind, key, value),
                )
        return None


class SqliteStore(KeptRows):
    def __init__(self, path: str) -> None:
        self._datastore = SQLiteDatastore(path, lock_timeout=30)
        self._recorder = _Recorder(self._datastore)
        self._recorder.create_table()

    def head(self) -> Head:
        with self._datastore.transaction(commit=False) as c:
            c.execute("SELECT revision, sequence, id, recordedtime FROM head")
            revision, sequence, id_, at = c.fetchone()
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
        return read_states(
            self._recorder.select_notifications(start=after, limit=limit, inclusive_of_start=False)
        )

    def stream(self, stream: UUID, after: int = 0) -> list[Entry]:
        return read_states(self._recorder.select_events(stream, gt=after))

    def kept_bytes(self, kind: str, key: str) -> bytes | None:
        with self._datastore.transaction(commit=False) as c:
            c.execute("SELECT value FROM kept WHERE kind = ? AND key = ?", (kind, key))
            row = c.fetchone()
        return None if row is None else row[0]

    def kept_bytes_range(self, kind: str, first: str, last: str, limit: int) -> list[tuple[str, bytes]]:
        upper = " AND key < ?" if last else ""
        with self._datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT key, value FROM kept WHERE kind = ? AND key >= ?{upper} ORDER BY key LIMIT ?",
                (kind, first, *([last] if last else []), limit),
            )
            return [(row[0], row[1]) for row in c.fetchall()]

    def kept_kinds(self) -> list[str]:
        with self._datastore.transaction(commit=False) as c:
            c.execute("SELECT DISTINCT kind FROM kept ORDER BY kind")
            return [row[0] for row in c.fetchall()]

    def close(self) -> None:
        self._datastore.close()
