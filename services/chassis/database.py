"""Plain SQL on either engine, for what is only read: views and the district log. `?` marks a parameter.

Never for the log itself: that is the store's. Both engines know `ON CONFLICT`, `RETURNING` and `LIMIT`, so
one text serves both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import psycopg
from psycopg import IsolationLevel
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool

from services.chassis.sqlite_threads import ThreadConnections, write_ahead

Row = tuple[Any, ...]
FOUNDING = "SELECT pg_advisory_xact_lock(431202)"  # the store's lock too: one process makes tables at a time


class Session(Protocol):
    """One transaction."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]: ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None: ...

    def add(self, table: str, columns: int, rows: Iterable[Sequence[Any]]) -> None:
        """New rows, as fast as the engine takes them: each has all of the table's `columns`."""


class Database(Protocol):
    def transaction(self) -> AbstractContextManager[Session]:
        """Commits at its end, takes all back on an exception."""

    def founding(self) -> AbstractContextManager[Session]:
        """The same, for making tables that may be missing: processes that start at once take turns."""

    def reading(self) -> AbstractContextManager[Session]:
        """A snapshot: all that is asked in it is answered as of one moment, and no writer is waited for."""

    def close(self) -> None: ...


class SqliteSession:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._connection.executemany(sql, rows)

    def add(self, table: str, columns: int, rows: Iterable[Sequence[Any]]) -> None:
        self.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})", rows)


class SqliteDatabase:
    """A file, with one connection a thread."""

    def __init__(self, path: str) -> None:
        write_ahead(path)
        # What is read can be built again from the log: it need not wait for the disk.
        self._connections = ThreadConnections(path, ("synchronous = NORMAL",))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self._connections.mine() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteSession(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    founding = transaction  # which takes the write lock before it looks

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._connections.mine() as connection:
            connection.execute("BEGIN")
            try:
                yield SqliteSession(connection)
            finally:
                connection.execute("ROLLBACK")

    def close(self) -> None:
        self._connections.close()


class PostgresSession:
    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        # Bytes as they are: as text they are twice as many, and three times as long on the way.
        cursor = self._connection.execute(_marks(sql), values, binary=True)
        return cursor.fetchall() if cursor.description else []

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_marks(sql), rows)

    def add(self, table: str, columns: int, rows: Iterable[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)


def _marks(sql: str) -> bytes:
    return sql.replace("%", "%%").replace("?", "%s").encode()


class PostgresDatabase:
    """One schema of a PostgreSQL database."""

    def __init__(self, url: str, schema: str) -> None:
        # Once and alone: two that create a schema at once would both fail.
        with psycopg.connect(url) as first:
            first.execute(FOUNDING)
            first.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))

        def configure(connection: psycopg.Connection[Row]) -> None:
            connection.execute(SQL("SET search_path TO {}").format(Identifier(schema)))
            connection.commit()

        self._pool: ConnectionPool[psycopg.Connection[Row]] = ConnectionPool(
            url, min_size=1, max_size=8, open=True, configure=configure
        )

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self._pool.connection() as connection, connection.transaction():
            yield PostgresSession(connection)

    @contextmanager
    def founding(self) -> Iterator[Session]:
        # Where two make the same table at once, "IF NOT EXISTS" does not keep the second from failing.
        with self.transaction() as session:
            session.execute(FOUNDING)
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._pool.connection() as connection:
            connection.read_only = True
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            try:
                yield PostgresSession(connection)
            finally:
                connection.rollback()
                connection.read_only = connection.isolation_level = None

    def close(self) -> None:
        self._pool.close()


def open_database(url: str, schema: str) -> Database:
    """`sqlite:///path` or `postgresql://…`, where the service's tables to be read lie."""
    if url.startswith("sqlite:"):
        return SqliteDatabase(url.removeprefix("sqlite:///"))
    return PostgresDatabase(url, schema)
