"""The store of one service: its log, its head, and what it keeps beside the log, in one transaction.

The `eventsourcing` library holds the log (its recorders for SQLite and PostgreSQL). Added here:

- **head**, one row: the revision and the last event. Every transaction compares the revision that its
  decisions were made on and raises it by one, so two processes can never both commit on what they both
  read, and `sequence` is known before the insert and has no gaps.
- **kept**, rows by (kind, key): local facts, claims, upstream positions, letters, due items.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.persistence import InterfaceError, InternalError, OperationalError
from psycopg.sql import SQL, Identifier

from events.base import Entry
from services.chassis.codec import decode_state, encode_state

Kept = Any  # what JSON can say

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_SCALARS = frozenset({str, int, float, bool, type(None)})


def detached(value: Kept) -> Kept:
    """The value as it will be read back from a store, and nobody else's: changing it changes no row."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is dict and _SCALARS.issuperset(map(type, value.values())):
        return value.copy()
    return _decode(_encode(value))


class LostRace(Exception):
    """Another process committed since this one last looked: look again and decide again."""


#: The machine's failures, as against a fact's or a decision's: stop, back off, and do it again.
#: Not among them: malformed SQL or values and broken constraints, which are the program's and stay so.
INFRASTRUCTURE = (
    LostRace,
    OSError,
    InterfaceError,
    InternalError,
    OperationalError,
    sqlite3.InterfaceError,
    sqlite3.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
    psycopg.OperationalError,
)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends. `revision` also counts the transactions that recorded no event."""

    revision: int = 0
    sequence: int = 0
    id: UUID | None = None
    recordedtime: datetime | None = None

    def after(self, entry: Entry) -> Head:
        e = entry.envelope
        return Head(self.revision, e.sequence, e.id, e.recordedtime)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A store as of one moment. `rows`: {(kind, key): value}, also of kinds that no keep writes any more."""

    sequence: int
    rows: dict[tuple[str, str], Kept]

    @property
    def positions(self) -> dict[str, int]:
        """How far each upstream was taken: {source: sequence}."""
        return {key: row["sequence"] for (kind, key), row in self.rows.items() if kind == "position"}


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction: made on `base`, leaving `head`; a kept value of None takes the row away."""

    base: Head
    head: Head
    entries: Sequence[Entry]
    kept: Mapping[tuple[str, str], Kept | None] = field(default_factory=dict)


class Store(Protocol):
    def head(self) -> Head: ...

    def commit(self, change: Change) -> None:
        """All of it, durably, or nothing. LostRace if the head has moved since `change.base`."""

    def entries(self, after: int, limit: int) -> list[Entry]:
        """The log behind sequence `after`, in order: the service's notification log."""

    def stored(self, after: int, limit: int) -> list[bytes]:
        """The same as the bytes that lie there, for proofs."""

    def stream(self, stream: UUID, after: int = 0, limit: int | None = None) -> list[Entry]:
        """The events of one aggregate, by version, behind version `after`, `limit` at the most."""

    def kept(self, kind: str, key: str) -> Kept | None: ...

    def kept_of(self, kind: str, keys: Sequence[str]) -> dict[str, Kept]:
        """Rows of a kind by key, in one reading; a key without a row is left out."""

    def kept_range(self, kind: str, first: str, last: str, limit: int) -> list[tuple[str, Kept]]:
        """Rows of a kind with `first` <= key < `last`, by key (bytewise); `last` empty: to the end."""

    def snapshot(self) -> Snapshot:
        """The log's end and every kept row as of one moment, whatever is committed meanwhile; for checks."""

    def shed(self) -> bool:
        """Whether what was deleted is gone from the write-ahead log too; where not, somebody reads: ask again."""

    def close(self) -> None: ...


class Rows(Protocol):
    """What the two engines share: how bytes are fetched. `KeptRows` turns them into values."""

    def kept_bytes(self, kind: str, key: str) -> bytes | None: ...

    def kept_bytes_of(self, kind: str, keys: Sequence[str]) -> list[tuple[str, bytes]]: ...

    def kept_bytes_range(self, kind: str, first: str, last: str, limit: int) -> list[tuple[str, bytes]]: ...

    def head_and_rows(self) -> list[tuple[int, str | None, str | None, bytes | None]]:
        """By one statement, which sees one moment: the last sequence with each row, or alone where there is none."""


class KeptRows:
    def kept(self: Rows, kind: str, key: str) -> Kept | None:
        found = self.kept_bytes(kind, key)
        return None if found is None else _decode(found)

    def kept_of(self: Rows, kind: str, keys: Sequence[str]) -> dict[str, Kept]:
        return {key: _decode(value) for key, value in self.kept_bytes_of(kind, keys)}

    def kept_range(self: Rows, kind: str, first: str, last: str, limit: int) -> list[tuple[str, Kept]]:
        return [(key, _decode(value)) for key, value in self.kept_bytes_range(kind, first, last, limit)]

    def snapshot(self: Rows) -> Snapshot:
        found = self.head_and_rows()
        rows = {
            (kind, key): _decode(value)
            for _, kind, key, value in found
            if kind is not None and key is not None and value is not None
        }
        return Snapshot(found[0][0], rows)


def kept_changes(change: Change) -> Iterator[tuple[str, str, bytes | None]]:
    for (kind, key), value in change.kept.items():
        yield kind, key, None if value is None else _encode(value)


def states(entries: Sequence[Entry]) -> list[tuple[Entry, bytes]]:
    return [(entry, encode_state(entry.envelope, entry.data)) for entry in entries]


def read_states(found: Sequence[Any]) -> list[Entry]:
    """Log entries from the library's stored events or notifications."""
    return [decode_state(item.state) for item in found]


def open_store(url: str, schema: str) -> Store:
    """`sqlite:///path` (a file a service; the folder must exist) or `postgresql://…` (a schema a service)."""
    from services.chassis.store_postgres import PostgresStore
    from services.chassis.store_sqlite import SqliteStore

    if url.startswith("sqlite:"):
        return SqliteStore(url.removeprefix("sqlite:///"))
    if url.startswith(("postgresql:", "postgres:")):
        return PostgresStore(url, schema)
    raise ValueError("a store is named by sqlite:///PATH or postgresql://…")


def set_aside(url: str, schema: str) -> str:
    """Put a store out of the way under a new name, whole; the name. Nobody may have it open."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    if url.startswith("sqlite:"):
        path = Path(url.removeprefix("sqlite:///"))
        aside = path.with_name(f"{path.name}.aside-{stamp}")
        with closing(sqlite3.connect(path)) as connection:
            # All of the write-ahead log goes into the file, so that one file is the whole store.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path.rename(aside)
        for leftover in ("-wal", "-shm"):
            path.with_name(path.name + leftover).unlink(missing_ok=True)
        return str(aside)
    aside_schema = f"{schema}_aside_{stamp.lower()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(schema), Identifier(aside_schema))
        )
    return aside_schema
