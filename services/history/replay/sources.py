"""Where a history is read from: a lake's folder, the district log, or the topics of a Kafka cluster.

Each but the lake is laid out as one first, in a folder of its own: folds by key need events by key, in
bounded memory, and what reads only lakes gives the same result from everywhere. Handles are read-only: the
log's connection cannot write, and no offset is stored in Kafka.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote
from uuid import UUID

import msgspec
import psycopg
from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError
from psycopg.sql import SQL, Identifier

from services.chassis.codec import from_message
from services.chassis.database import PostgresSession, Session, SqliteSession
from services.chassis.kafka.bulk import BulkConsumer
from services.chassis.kafka.topics import (
    BOOTSTRAP_MS,
    READ_BACK_SECONDS,
    Unreadable,
    no_answer,
    source_of_record,
    topic_of,
)
from services.history.lake.folder import Line

READ_AT_ONCE = 5000
READ = "SELECT position, envelope, data FROM district_log WHERE position > {} ORDER BY position LIMIT {}"
_encode = msgspec.json.Encoder().encode


class NoHistory(LookupError):
    """Nothing that could be replayed is there."""


class Source(Protocol):
    def lines(self, after: int = 0) -> Iterator[Line]:
        """Every line, each source's in order; of the district log those behind a position."""


@dataclass(frozen=True, slots=True)
class SqliteLog:
    """The district log in history's SQLite file."""

    file: Path

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A snapshot, by a connection that cannot write."""
        try:
            with closing(self._connected()) as connection:
                connection.execute("BEGIN")
                yield SqliteSession(connection)
        except sqlite3.OperationalError as error:
            raise NoHistory(f"{self.file} holds no district log: {error}") from error

    def _connected(self) -> sqlite3.Connection:
        if not self.file.exists():
            raise NoHistory(f"there is no {self.file}")
        address = f"file:{quote(str(self.file.resolve()))}?mode=ro"
        connection = sqlite3.connect(address, uri=True, isolation_level=None)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def lines(self, after: int = 0) -> Iterator[Line]:
        try:
            with closing(self._connected()) as connection:
                statement = READ.format("?", READ_AT_ONCE)
                while found := connection.execute(statement, (after,)).fetchall():
                    yield from found
                    after = found[-1][0]
        except sqlite3.OperationalError as error:
            raise NoHistory(f"{self.file} holds no district log: {error}") from error


@dataclass(frozen=True, slots=True)
class PostgresLog:
    """The district log in a schema of a PostgreSQL database."""

    url: str
    schema: str = "history_views"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A snapshot, by a connection that cannot write."""
        try:
            with psycopg.connect(self.url) as connection:
                connection.read_only = True
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.execute(SQL("SET search_path TO {}").format(Identifier(self.schema)))
                yield PostgresSession(connection)
        except (psycopg.OperationalError, psycopg.errors.UndefinedTable) as error:
            raise NoHistory(f"no district log in schema {self.schema}: {type(error).__name__}") from error

    def lines(self, after: int = 0) -> Iterator[Line]:
        statement = READ.format("%s", READ_AT_ONCE).encode()
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("SET default_transaction_read_only = on")
                connection.execute(SQL("SET search_path TO {}").format(Identifier(self.schema)))
                while found := connection.execute(statement, (after,)).fetchall():
                    for position, envelope, data in found:
                        yield position, bytes(envelope), bytes(data)
                    after = found[-1][0]
        except (psycopg.OperationalError, psycopg.errors.UndefinedTable) as error:
            raise NoHistory(f"no district log in schema {self.schema}: {type(error).__name__}") from error


@dataclass(frozen=True, slots=True)
class KafkaTopics:
    """All topics `doudi.*` of a cluster from offset 0 to the ends that they have when reading begins."""

    bootstrap: str
    district: str
    partition: int = 0

    def lines(self, after: int = 0) -> Iterator[Line]:
        """Positions are 0: a topic has none of the district's. `after` is not used."""
        try:
            for topic in self._topics():
                yield from self._lines_of(topic)
        except KafkaError as error:
            raise NoHistory(no_answer(self.bootstrap, error)) from error

    def _topics(self) -> list[str]:
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap, bootstrap_timeout_ms=BOOTSTRAP_MS)
        try:
            return sorted(topic for topic in admin.list_topics() if topic.startswith(topic_of("")))
        finally:
            admin.close()

    def _lines_of(self, topic: str) -> Iterator[Line]:
        place = TopicPartition(topic, self.partition)
        consumer = BulkConsumer(self.bootstrap, f"doudi.replay.{self.district}")
        last: dict[str, tuple[int, UUID]] = {}
        try:
            consumer.assign([place])
            end = consumer.end_offsets([place])[place]
            moved = time.monotonic()
            while end and (consumer.position(place) or 0) < end:
                for record in consumer.poll(500).get(place, []):
                    moved = time.monotonic()
                    source = source_of_record(record)
                    if source.split("/")[1:2] != [self.district]:
                        continue
                    entry = from_message(record.headers, record.value)
                    e = entry.envelope
                    sequence, id = last.get(source, (0, None))
                    if e.sequence <= sequence:
                        continue  # republished after a restore: the same again
                    if e.previous != id:
                        raise Unreadable(f"{source} {e.sequence} does not follow {sequence}")
                    last[source] = (e.sequence, e.id)
                    yield 0, _encode(e), entry.data
                if time.monotonic() - moved > READ_BACK_SECONDS:
                    raise Unreadable(f"{topic}: no answer within {READ_BACK_SECONDS:.0f} s")
        finally:
            consumer.close()
