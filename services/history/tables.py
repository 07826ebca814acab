"""The tables of the district log on either engine, and rows put into them many at a time.

Identifiers are their 16 bytes on both engines, days in the index their ordinal numbers. `log_head` is one
row: whoever writes updates it first and holds it to the commit, so that positions are given without gaps,
in the order of the commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from psycopg.sql import SQL, Identifier

from services.chassis.database import Database, PostgresDatabase, Row, Session
from services.history.heap import Heap

LOG = (
    "CREATE TABLE IF NOT EXISTS log_head (one INTEGER PRIMARY KEY, position BIGINT NOT NULL,"
    " generation INTEGER NOT NULL, version INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sources (source TEXT PRIMARY KEY, sequence BIGINT NOT NULL,"
    " id {bytes} NOT NULL, recordedtime TEXT NOT NULL, closed TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS district_log (position {number} PRIMARY KEY, source TEXT NOT NULL,"
    " sequence BIGINT NOT NULL, id {bytes} NOT NULL UNIQUE, dataschema TEXT NOT NULL, subject TEXT NOT NULL,"
    " effective TEXT NOT NULL, recordedtime TEXT NOT NULL, envelope {bytes} NOT NULL, data {bytes} NOT NULL,"
    " UNIQUE (source, sequence))",
    "CREATE TABLE IF NOT EXISTS building (one INTEGER PRIMARY KEY, position BIGINT NOT NULL,"
    " generation INTEGER NOT NULL, version INTEGER NOT NULL)",
)
INDEX = (
    "CREATE TABLE timeline_{generation} (entity {bytes} NOT NULL, position {number} NOT NULL,"
    " own INTEGER NOT NULL, effective INTEGER NOT NULL, PRIMARY KEY (entity, position)){keyed}",
    "CREATE TABLE lineage_{generation} (successor {bytes} NOT NULL, predecessor {bytes} NOT NULL,"
    " position {number} NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (successor, position, predecessor)){keyed}",
    "CREATE INDEX lineage_{generation}_back ON lineage_{generation} (predecessor)",
    "CREATE TABLE membership_{generation} (person {bytes} NOT NULL, position {number} NOT NULL,"
    " household {bytes} NOT NULL, since INTEGER NOT NULL, joined INTEGER NOT NULL,"
    " PRIMARY KEY (person, position, household)){keyed}",
    "CREATE TABLE residence_{generation} (household {bytes} NOT NULL, position {number} NOT NULL,"
    " township TEXT NOT NULL, PRIMARY KEY (household, position)){keyed}",
    "CREATE INDEX residence_{generation}_at ON residence_{generation} (township)",
    "CREATE TABLE days_{generation} (source TEXT NOT NULL, day INTEGER NOT NULL, sequence {number} NOT NULL,"
    " PRIMARY KEY (source, day)){keyed}",
    "CREATE TABLE letters_{generation} (letter {bytes} NOT NULL, reader TEXT NOT NULL,"
    " sequence {number} NOT NULL, state TEXT NOT NULL, PRIMARY KEY (letter, reader, sequence)){keyed}",
    "CREATE TABLE corrections_{generation} (corrected {bytes} NOT NULL, position {number} NOT NULL,"
    " PRIMARY KEY (corrected, position)){keyed}",
    "CREATE TABLE listening_{generation} (reader TEXT NOT NULL, sequence {number} NOT NULL,"
    " position {number} NOT NULL, PRIMARY KEY (reader, sequence)){keyed}",
)
INDEX_TABLES = (
    "timeline", "lineage", "membership", "residence", "days", "letters", "corrections", "listening",
)  # fmt: skip
COLUMNS: dict[str, dict[str, str]] = {
    "district_log": {
        "position": "int8",
        "source": "text",
        "sequence": "int8",
        "id": "bytea",
        "dataschema": "text",
        "subject": "text",
        "effective": "text",
        "recordedtime": "text",
        "envelope": "bytea",
        "data": "bytea",
    },
    "timeline": {"entity": "bytea", "position": "int8", "own": "int4", "effective": "int4"},
    "lineage": {"successor": "bytea", "predecessor": "bytea", "position": "int8", "kind": "text"},
    "membership": {
        "person": "bytea",
        "position": "int8",
        "household": "bytea",
        "since": "int4",
        "joined": "int4",
    },
    "residence": {"household": "bytea", "position": "int8", "township": "text"},
    "letters": {"letter": "bytea", "reader": "text", "sequence": "int8", "state": "text"},
    "corrections": {"corrected": "bytea", "position": "int8"},
    "listening": {"reader": "text", "sequence": "int8", "position": "int8"},
}


@dataclass(frozen=True, slots=True)
class Engine:
    """What the two engines do not say alike."""

    postgres: bool

    @property
    def words(self) -> dict[str, str]:
        if self.postgres:
            return {"bytes": "BYTEA", "number": "BIGINT", "keyed": ""}
        return {"bytes": "BLOB", "number": "INTEGER", "keyed": " WITHOUT ROWID"}

    @property
    def heap(self) -> Heap:
        return Heap(self.postgres)

    def create_log(self, session: Session) -> None:
        for sql in LOG:
            session.execute(sql.format_map(self.words))

    def create_index(self, session: Session, generation: int) -> None:
        for sql in INDEX:
            session.execute(sql.format(generation=generation, **self.words))

    def drop_index(self, session: Session, generation: int) -> None:
        for table in INDEX_TABLES:
            session.execute(f"DROP TABLE IF EXISTS {table}_{generation}")
        self.heap.drop(session, generation)

    def analyze(self, session: Session, generation: int, *others: str) -> None:
        """PostgreSQL plans by statistics, which its own daemon gathers a minute after a table has grown; until
        then it would answer a question by key out of the whole table. Of the index, and of what else is named."""
        if self.postgres:
            tables = [*others, *(f"{table}_{generation}" for table in INDEX_TABLES)]
            session.execute(f"ANALYZE {', '.join(tables)}")

    def insert(self, session: Session, table: str, rows: Sequence[Row], suffix: str = "") -> None:
        """Many rows at once: on PostgreSQL by COPY, five times as fast as a statement with arrays."""
        if not rows:
            return
        columns = COLUMNS[table]
        names = ", ".join(columns)
        if not self.postgres:
            marks = ", ".join("?" * len(columns))
            session.executemany(f"INSERT INTO {table}{suffix} ({names}) VALUES ({marks})", rows)
            return
        # A session of either engine knows statements only; this is the one place that needs the connection.
        connection: psycopg.Connection[Row] = cast(Any, session)._connection
        statement = SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
            Identifier(f"{table}{suffix}"), SQL(", ").join(map(Identifier, columns))
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(list(columns.values()))
            for row in rows:
                copy.write_row(row)


def engine_of(database: Database) -> Engine:
    return Engine(isinstance(database, PostgresDatabase))
