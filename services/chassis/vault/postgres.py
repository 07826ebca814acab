"""The vault in a PostgreSQL database of its own.

The services share one role there, so the database itself cannot tell one reader from another: who may open
what is enforced by the program that asks (`Vault`), and by giving the master key to those programs only.

PostgreSQL does not overwrite: a destroyed key's wrapped bytes stay in dead rows until VACUUM and reuse of
the page, and in write-ahead segments and replicas until they are recycled. They are worth something only to
who also has the master key of that time, so after an erasure that must be final at once, `rewrap` to a new
master key and destroy the old one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool

from services.chassis.vault.sqlite import SqliteStore, published
from services.chassis.vault.store import KINDS, Store, Transaction


class PostgresStore(Store):
    """A pool of connections, each in autocommit outside `transaction`."""

    def __init__(self, url: str, connections: int = 4) -> None:
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            url,
            min_size=1,
            max_size=connections,
            open=False,
            kwargs={"autocommit": True},
            configure=_durable,
            name="vault",
        )
        try:
            self._pool.open(wait=True, timeout=30)
            with self.transaction(write=True) as transaction:
                transaction.create()
        except BaseException:
            self._pool.close()
            raise

    @contextmanager
    def transaction(self, write: bool = False) -> Iterator[Transaction]:
        with (
            self._pool.connection() as connection,
            connection.transaction() if write else nullcontext(),
            connection.cursor() as cursor,
        ):
            yield Transaction(cursor, postgres=True)

    def backup(self, path: Path) -> None:
        with (
            published(path) as temporary,
            self._pool.connection() as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            # One snapshot for every page read: an erasure in between must not split the cut.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            source = Transaction(cursor, postgres=True)
            target = SqliteStore(temporary)
            try:
                with target.transaction(write=True) as copy:
                    for kind in KINDS:
                        copy.add(source.every(kind))
            finally:
                target.close()

    def close(self) -> None:
        self._pool.close()


def _durable(connection: Connection[Any]) -> None:
    row = connection.execute("SHOW synchronous_commit").fetchone()
    if row is not None and row[0] == "off":
        # A key must be on disk before the first event under it, whatever the server's default is.
        connection.execute("SET synchronous_commit TO on")
