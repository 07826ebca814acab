"""Plain SQL on either engine, for what is only read: views and the district log. `?` marks a parameter.

Never for the log itself: that is the store's. Both engines know `ON CONFLICT`, `RETURNING` and `LIMIT`, so
one text serves both.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool

Row = tuple[Any, ...]
BUSY_SECONDS = 30


class Session(Protocol):
    """One transaction."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]: ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None: ...


class Database(Protocol):
    def transaction(self) -> Any:
        """A context that gives a `Session`; commits at its end, takes all back on an exception."""

    def close(self) -> None: ...


class _SqliteSession:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._connection.executemany(sql, rows)


class SqliteDatabase:
    """A file, with one connection a thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            found.execute("PRAGMA journal_mode = WAL")
            # What is read can be built again from the log: it need not wait for the disk.
            found.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = found
            self._opened.append(found)
        return found

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield _SqliteSession(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A snapshot: does not wait for writers."""
        connection = self._connection()
        connection.execute("BEGIN")
        try:
            yield _SqliteSession(connection)
        finally:
            connection.execute("ROLLBACK")

    def close(self) -> None:
        for connection in self._opened:
            connection.close()
        self._opened.clear()


class _PostgresSession:
    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        cursor = self._connection.execute(_marks(sql), values)
        return cursor.fetchall() if cursor.description else []

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_marks(sql), rows)


def _marks(sql: str) -> bytes:
    return sql.replace("%", "%%").replace("?", "%s").encode()


class PostgresDatabase:
    """One schema of a PostgreSQL database."""

    def __init__(self, url: str, schema: str) -> None:
        def configure(connection: psycopg.Connection[Row]) -> None:
            connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
            connection.execute(SQL("SET search_path TO {}").format(Identifier(schema)))
            connection.commit()

        self._pool: ConnectionPool[psycopg.Connection[Row]] = ConnectionPool(
            url, min_size=1, max_size=8, open=True, configure=configure
        )

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self._pool.connection() as connection, connection.transaction():
            yield _PostgresSession(connection)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._pool.connection() as connection:
            connection.read_only = True
            try:
                yield _PostgresSession(connection)
            finally:
                connection.rollback()
                connection.read_only = None

    def close(self) -> None:
        self._pool.close()


def open_database(url: str, schema: str) -> SqliteDatabase | PostgresDatabase:
    """`sqlite:///path` or `postgresql://…`, where the service's tables to be read lie."""
    if url.startswith("sqlite:"):
        return SqliteDatabase(url.removeprefix("sqlite:///"))
    return PostgresDatabase(url, schema)
