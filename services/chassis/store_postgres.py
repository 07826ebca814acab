"""The store on PostgreSQL: one schema a service; a transaction is one call of one function.

The head's row lock serialises writers: it is taken before any sequence is used and held until commit, so
insert order is commit order is sequence, and a follower that reads by sequence skips nothing. That makes
the library's table lock, and its NOTIFY (an instance-wide lock at commit), unnecessary here.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from psycopg.sql import SQL, Identifier

from events.base import Entry
from services.chassis.store import Change, Head, KeptRows, LostRace, kept_changes, read_states, states

LOCK_TIMEOUT = "10s"
IDLE_IN_TRANSACTION_SECONDS = 10.0

TABLES = """
CREATE TABLE IF NOT EXISTS {s}.head (one int PRIMARY KEY CHECK (one = 1), revision bigint NOT NULL,
    sequence bigint NOT NULL, id uuid, recordedtime timestamptz);
INSERT INTO {s}.head VALUES (1, 0, 0, NULL, NULL) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS {s}.kept (kind text NOT NULL, key text COLLATE "C" NOT NULL, value bytea NOT NULL,
    PRIMARY KEY (kind, key));
CREATE OR REPLACE VIEW {s}.log AS SELECT notification_id AS sequence, topic AS dataschema,
    convert_from(state, 'UTF8')::jsonb #>> '{{envelope,subject}}' AS subject,
    convert_from(state, 'UTF8')::jsonb #>> '{{envelope,recordedtime}}' AS recordedtime,
    convert_from(state, 'UTF8')::jsonb -> 'data' AS data FROM {s}.stored_events;
CREATE OR REPLACE FUNCTION {s}.doudi_commit(base bigint, first_sequence bigint, to_revision bigint,
    to_sequence bigint, to_id uuid, to_time timestamptz,
    streams uuid[], versions bigint[], topics text[], states bytea[],
    kinds text[], keys text[], vals bytea[], gone_kinds text[], gone_keys text[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('lock_timeout', {lock_timeout}, true);
    UPDATE {s}.head SET revision = to_revision, sequence = to_sequence, id = to_id, recordedtime = to_time
        WHERE revision = base;
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO {s}.stored_events (originator_id, originator_version, topic, state, notification_id)
        SELECT e.s, e.v, e.t, e.d, first_sequence + e.n - 1
        FROM unnest(streams, versions, topics, states) WITH ORDINALITY AS e(s, v, t, d, n);
    IF cardinality(gone_keys) > 0 THEN
        DELETE FROM {s}.kept k USING unnest(gone_kinds, gone_keys) AS u(kind, key)
            WHERE k.kind = u.kind AND k.key = u.key;
    END IF;
    INSERT INTO {s}.kept SELECT u.kind, u.key, u.value FROM unnest(kinds, keys, vals) AS u(kind, key, value)
        ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value;
    RETURN true;
END $$;
"""

# Lists go in binary: as text every string of them is quoted by a regular expression here and read by a parser there.
CALL = (
    "SELECT {s}.doudi_commit(%s, %s, %s, %s, %s, %s, %b::uuid[], %b::bigint[], %b::text[], %b::bytea[],"
    " %b::text[], %b::text[], %b::bytea[], %b::text[], %b::text[]) AS done"
)


class PostgresStore(KeptRows):
    def __init__(self, url: str, schema: str) -> None:
        named = conninfo_to_dict(url)
        self._datastore = PostgresDatastore(
            dbname=str(named.get("dbname", "")),
            host=str(named.get("host", "")),
            port=str(named.get("port", "5432")),
            user=str(named.get("user", "")),
            password=str(named.get("password", "")),
            schema=schema,
            pool_size=1,
            max_overflow=9,
            max_waiting=200,
            # A writer that was paused in the middle of a transaction loses it rather than block the others.
            idle_in_transaction_session_timeout=IDLE_IN_TRANSACTION_SECONDS,
        )
        # What else the address says (sslmode, options ...), which the library has no parameters for.
        known = self._datastore.pool.kwargs
        if isinstance(known, dict):
            known.update({name: value for name, value in named.items() if name not in known})
        self._recorder = PostgresApplicationRecorder(self._datastore)
        self._schema = Identifier(schema)
        # Two services, or two processes of one, may start at once on an empty database.
        with self._datastore.get_connection() as conn:
            conn.execute("SELECT pg_advisory_lock(431202)")
            try:
                conn.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(self._schema))
                self._recorder.create_table()
                conn.execute(SQL(TABLES).format(s=self._schema, lock_timeout=LOCK_TIMEOUT))
            finally:
                conn.execute("SELECT pg_advisory_unlock(431202)")
        self._call = SQL(CALL).format(s=self._schema)
        self._get = SQL("SELECT value FROM {s}.kept WHERE kind = %s AND key = %s").format(s=self._schema)
        of = "SELECT key, value FROM {s}.kept WHERE kind = %s AND key = ANY(%b)"
        self._of = SQL(of).format(s=self._schema)
        between = "SELECT key, value FROM {s}.kept WHERE kind = %s AND key >= %s"
        self._from = SQL(between + " ORDER BY key LIMIT %s").format(s=self._schema)
        self._between = SQL(between + " AND key < %s ORDER BY key LIMIT %s").format(s=self._schema)

    def head(self) -> Head:
        with self._datastore.get_connection() as conn:
            row = conn.execute(
                SQL("SELECT revision, sequence, id, recordedtime FROM {s}.head").format(s=self._schema)
            ).fetchone()
        assert row is not None, "the head is written with the tables"
        return Head(row["revision"], row["sequence"], row["id"], row["recordedtime"])

    def commit(self, change: Change) -> None:
        written = states(change.entries)
        changes = list(kept_changes(change))
        kept = [(kind, key, value) for kind, key, value in changes if value is not None]
        gone = [(kind, key) for kind, key, value in changes if value is None]
        head = change.head
        values = (
            change.base.revision,
            change.base.sequence + 1,
            head.revision,
            head.sequence,
            head.id,
            head.recordedtime,
            [e.envelope.stream for e, _ in written],
            [e.envelope.streamversion for e, _ in written],
            [e.envelope.dataschema for e, _ in written],
            [state for _, state in written],
            [kind for kind, _, _ in kept],
            [key for _, key, _ in kept],
            [value for _, _, value in kept],
            [kind for kind, _ in gone],
            [key for _, key in gone],
        )
        with self._datastore.get_connection() as conn:
            try:
                row = conn.execute(self._call, values, prepare=True, binary=True).fetchone()
            except (LockNotAvailable, DeadlockDetected, SerializationFailure) as error:
                raise LostRace from error
        if row is None or not row["done"]:
            raise LostRace

    def entries(self, after: int, limit: int) -> list[Entry]:
        return read_states(
            self._recorder.select_notifications(start=after, limit=limit, inclusive_of_start=False)
        )

    def stored(self, after: int, limit: int) -> list[bytes]:
        found = self._recorder.select_notifications(start=after, limit=limit, inclusive_of_start=False)
        return [bytes(one.state) for one in found]

    def stream(self, stream: UUID, after: int = 0, limit: int | None = None) -> list[Entry]:
        return read_states(self._recorder.select_events(stream, gt=after, limit=limit))

    def kept_bytes(self, kind: str, key: str) -> bytes | None:
        with self._datastore.get_connection() as conn:
            row = conn.execute(self._get, (kind, key), prepare=True).fetchone()
        return None if row is None else bytes(row["value"])

    def kept_bytes_of(self, kind: str, keys: Sequence[str]) -> list[tuple[str, bytes]]:
        with self._datastore.get_connection() as conn:
            found = conn.execute(self._of, (kind, list(keys)), prepare=True).fetchall()
        return [(row["key"], bytes(row["value"])) for row in found]

    def kept_bytes_range(self, kind: str, first: str, last: str, limit: int) -> list[tuple[str, bytes]]:
        query, values = (
            (self._between, (kind, first, last, limit)) if last else (self._from, (kind, first, limit))
        )
        with self._datastore.get_connection() as conn:
            found = conn.execute(query, values, prepare=True).fetchall()
        return [(row["key"], bytes(row["value"])) for row in found]

    def head_and_rows(self) -> list[tuple[int, str | None, str | None, bytes | None]]:
        query = "SELECT sequence, kind, key, value FROM {s}.head LEFT JOIN {s}.kept ON true"
        with self._datastore.get_connection() as conn:
            found = conn.execute(SQL(query).format(s=self._schema), binary=True).fetchall()
        return [(row["sequence"], row["kind"], row["key"], row["value"]) for row in found]

    def shed(self) -> bool:
        """The server clears deleted rows and its log by itself, in its time (docs/operations.md)."""
        return True

    def close(self) -> None:
        self._datastore.close()
