"""Where the vault's wrapped keys lie: one table, in an SQLite file or a PostgreSQL database of its own.

One row a name, for ever: with its key, or as the tombstone that stands where the key was. Because both are
the same row, the database's own uniqueness decides between a key being made and an erasure in the same
moment; no lock of ours is needed for it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

Kind = Literal["owner", "audience", "index", "check", "master"]
KINDS: tuple[Kind, ...] = ("check", "master", "index", "audience", "owner")
CHECK: Kind = "check"
CHUNK = 500
COLUMNS = "kind, name, version, wrapped, erased"


@dataclass(frozen=True, slots=True)
class Row:
    """A key wrapped by that version of the master key, or, without `wrapped`, a tombstone."""

    kind: Kind
    name: str
    version: int
    wrapped: bytes | None = field(repr=False)
    erased: str | None = None

    @property
    def label(self) -> str:
        return f"{self.kind}|{self.name}|{self.version}"


class Cursor(Protocol):
    """What sqlite3 and psycopg have in common."""

    def execute(self, query: Any, params: Any = ...) -> Any: ...
    def executemany(self, query: Any, params: Any) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Transaction:
    """The statements, within one transaction. Rows are touched in sorted order: no two can deadlock."""

    def __init__(self, cursor: Cursor, postgres: bool = False) -> None:
        self._cursor = cursor
        self._postgres = postgres

    def _sql(self, query: str) -> Any:
        return query.replace("?", "%s").encode() if self._postgres else query

    def _rows(self, query: str, *params: Any) -> list[Row]:
        self._cursor.execute(self._sql(query), params)
        return [Row(*row) for row in self._cursor.fetchall()]

    def create(self) -> None:
        if self._postgres:
            # CREATE TABLE IF NOT EXISTS fails when two connections run it at once; this lets them queue.
            self._cursor.execute(b"SELECT pg_advisory_xact_lock(7305804402566850418)")
        blob = "BYTEA" if self._postgres else "BLOB"
        self._cursor.execute(
            self._sql(
                "CREATE TABLE IF NOT EXISTS vault_key (kind TEXT NOT NULL, name TEXT NOT NULL,"
                f" version INTEGER NOT NULL, wrapped {blob}, erased TEXT, PRIMARY KEY (kind, name),"
                " CHECK ((wrapped IS NULL) = (erased IS NOT NULL)))"
            )
        )
        self._cursor.execute(
            self._sql(
                "CREATE INDEX IF NOT EXISTS vault_erased ON vault_key (kind, name) WHERE erased IS NOT NULL"
            )
        )

    def check(self, lock: Literal["", "SHARE", "UPDATE"] = "") -> Row | None:
        """The row that tells which master key is in force. Whoever adds keys holds it shared, so that a
        change of the master key cannot happen in between. (SQLite lets one write at a time anyway.)"""
        locking = f" FOR {lock}" if lock and self._postgres else ""
        rows = self._rows(f"SELECT {COLUMNS} FROM vault_key WHERE kind = ?{locking}", CHECK)
        return rows[0] if rows else None

    def read(self, kind: Kind, names: Iterable[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        wanted = list(names)
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            marks = ", ".join("?" * len(part))
            query = f"SELECT {COLUMNS} FROM vault_key WHERE kind = ? AND name IN ({marks})"
            found.update((row.name, row) for row in self._rows(query, kind, *part))
        return found

    def page(self, kind: Kind, after: str = "", lock: bool = False) -> list[Row]:
        """The next rows behind a name, tombstones too."""
        locking = " FOR UPDATE" if lock and self._postgres else ""
        return self._rows(
            f"SELECT {COLUMNS} FROM vault_key WHERE kind = ? AND name > ?"
            f" ORDER BY name LIMIT {CHUNK}{locking}",
            kind,
            after,
        )

    def every(self, kind: Kind, lock: bool = False) -> Iterator[Row]:
        rows = self.page(kind, lock=lock)
        while rows:
            yield from rows
            rows = self.page(kind, rows[-1].name, lock)

    def holds_keys(self, kind: Kind) -> bool:
        query = f"SELECT {COLUMNS} FROM vault_key WHERE kind = ? AND wrapped IS NOT NULL LIMIT 1"
        return bool(self._rows(query, kind))

    def add(self, rows: Iterable[Row]) -> None:
        """Rows whose names are new; what stands already, key or tombstone, stays."""
        ordered = sorted(rows, key=lambda row: (row.kind, row.name))
        self._cursor.executemany(
            self._sql(f"INSERT INTO vault_key ({COLUMNS}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"),
            [(row.kind, row.name, row.version, row.wrapped, row.erased) for row in ordered],
        )

    def replace(self, rows: Iterable[Row]) -> None:
        """The same names under new wrappings; a tombstone is never replaced."""
        self._cursor.executemany(
            self._sql(
                "UPDATE vault_key SET version = ?, wrapped = ?"
                " WHERE kind = ? AND name = ? AND wrapped IS NOT NULL"
            ),
            [(row.version, row.wrapped, row.kind, row.name) for row in rows],
        )

    def bury(self, owners: Iterable[str], when: str) -> None:
        """Destroys the keys of these owners and leaves tombstones; an older tombstone keeps its time."""
        names = sorted(set(owners))
        self._overwrite("owner", names)
        self._cursor.executemany(
            self._sql(
                f"INSERT INTO vault_key ({COLUMNS}) VALUES ('owner', ?, 0, NULL, ?)"
                " ON CONFLICT (kind, name) DO UPDATE SET version = 0, wrapped = NULL,"
                " erased = COALESCE(vault_key.erased, excluded.erased)"
            ),
            [(name, when) for name in names],
        )

    def buried(self) -> list[str]:
        query = f"SELECT {COLUMNS} FROM vault_key WHERE kind = ? AND erased IS NOT NULL"
        return [row.name for row in self._rows(query, "owner")]

    def remove(self, kind: Kind, names: Sequence[str]) -> None:
        self._overwrite(kind, names)
        self._cursor.executemany(
            self._sql("DELETE FROM vault_key WHERE kind = ? AND name = ?"), [(kind, name) for name in names]
        )

    def _overwrite(self, kind: Kind, names: Sequence[str]) -> None:
        if self._postgres:
            return  # every UPDATE writes a new copy there: overwriting would only add one
        self._cursor.executemany(
            "UPDATE vault_key SET wrapped = zeroblob(length(wrapped))"
            " WHERE kind = ? AND name = ? AND wrapped IS NOT NULL",
            [(kind, name) for name in names],
        )


class Store(ABC):
    """A database that holds the table; safe for threads."""

    @abstractmethod
    def transaction(self, write: bool = False) -> AbstractContextManager[Transaction]:
        """If `write`: one transaction, durable when it ends, undone if the block raises. Otherwise reading
        only, and each statement may see its own moment."""

    @abstractmethod
    def backup(self, path: Path) -> None:
        """One cut of the whole, as an SQLite file that nobody else can read."""

    @abstractmethod
    def close(self) -> None: ...
