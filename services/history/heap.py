"""The timeline of a rebuild: its rows lie in a heap as they come, and are put in order once all are there.

Rows come in the order of the log, and identifiers are random: each would be written to another page of the
keyed table, and the table would be written over and over. Sorted first, each page is written once.
On SQLite the heap is a table with a row an event, put in order in parts of the identifiers, so that none
holds the lock on the file for more than a few seconds, however long the log. It takes rows until the first
part is in order. On PostgreSQL the heap is the timeline's table itself, before it has its key.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, pairwise
from typing import Any, cast

import psycopg
from psycopg.sql import SQL, Identifier

from services.chassis.database import Session

PART_OF = 2_000_000  # events, about
WIDE = 8  # identifiers in one row of SQLite's heap; an event of more has several
ALL = 1 << 16  # beginnings of identifiers, two bytes each
AT_ONCE = 100  # rows a statement there: fewer calls
_OWN, _DAY = 1, 0x3FFFFF  # a mark: position, 22 bits of the day's ordinal number, one for `own`
_ROW = struct.Struct(
    "!hi16siqiiii"
).pack  # what COPY calls its binary form: columns, then each with its length
_HEADER, _TRAILER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_NTH = "substr(ids, 1 + 16 * nth, 16)"


@dataclass(slots=True)
class Rows:
    """Rows of the timeline, gathered over a piece of the log. Of each event: how many it concerns, and the mark."""

    entities: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)

    def concerns(self, position: int, stream: str, others: Iterable[str], effective: date) -> None:
        """As `Marks.concerns`: a row for everybody, once, the stream's own first."""
        everybody = dict.fromkeys((stream, *others))
        self.entities += everybody
        self.counts.append(len(everybody))
        self.marks.append(position << 23 | effective.toordinal() << 1 | _OWN)

    def wide(self) -> Iterator[tuple[bytes, int]]:
        """The identifiers of each event in one, at most `WIDE`, and its mark."""
        # One conversion for all is three times as fast as one each.
        whole, start = bytes.fromhex("".join(self.entities).replace("-", "")), 0
        for count, mark in zip(self.counts, self.marks, strict=True):
            end = start + 16 * count
            if count <= WIDE:
                yield whole[start:end], mark
            else:
                for at in range(start, end, 16 * WIDE):
                    yield whole[at : min(at + 16 * WIDE, end)], mark if at == start else mark - _OWN
            start = end

    def unpacked(self) -> list[tuple[bytes, int, int, int]]:
        """As the table has them."""
        return [
            (ids[at : at + 16], mark >> 23, 0 if at else mark & _OWN, mark >> 1 & _DAY)
            for ids, mark in self.wide()
            for at in range(0, len(ids), 16)
        ]


class SqliteHeap:
    def create(self, session: Session, generation: int, events: int) -> None:
        parts = 1 + events // PART_OF
        bounds = [part * ALL // parts for part in range(parts + 1)]
        session.execute(f"CREATE TABLE heap_{generation} (ids BLOB NOT NULL, mark INTEGER NOT NULL)")
        session.execute(f"CREATE TABLE heap_{generation}_parts (first INTEGER PRIMARY KEY, beyond INTEGER)")
        session.executemany(f"INSERT INTO heap_{generation}_parts VALUES (?, ?)", pairwise(bounds))

    def drop(self, session: Session, generation: int) -> None:
        session.execute(f"DROP TABLE IF EXISTS heap_{generation}")
        session.execute(f"DROP TABLE IF EXISTS heap_{generation}_parts")

    def open(self, session: Session, generation: int) -> bool:
        """Whether it still takes rows."""
        return tuple(self._next(session, generation)[:1]) == (0,)

    def add(self, session: Session, generation: int, rows: Rows) -> None:
        values = [*chain.from_iterable(rows.wide())]
        into, size = f"INSERT INTO heap_{generation} VALUES ", 2 * AT_ONCE
        whole = len(values) - len(values) % size
        many = into + ", ".join(["(?, ?)"] * AT_ONCE)
        for start in range(0, whole, size):
            session.execute(many, values[start : start + size])
        session.executemany(into + "(?, ?)", zip(values[whole::2], values[whole + 1 :: 2], strict=True))

    def arrange(self, session: Session, generation: int) -> bool:
        """Put the next part in order; False when there was none."""
        part = self._next(session, generation)
        if not part:
            return False
        first, beyond = part
        inside = "" if (first, beyond) == (0, ALL) else f" AND {_NTH} >= ? AND {_NTH} < ?"
        session.execute(
            "WITH which (nth) AS (VALUES "
            + ", ".join(f"({nth})" for nth in range(WIDE))
            + f") INSERT INTO timeline_{generation} SELECT {_NTH} AS entity, mark >> 23 AS position,"
            f" nth = 0 AND mark & {_OWN}, mark >> 1 & {_DAY} FROM heap_{generation} CROSS JOIN which"
            f" WHERE nth < length(ids) / 16{inside} ORDER BY entity, position",
            (_bound(first), _bound(beyond)) if inside else (),
        )
        session.execute(f"DELETE FROM heap_{generation}_parts WHERE first = ?", (first,))
        if beyond == ALL:
            self.drop(session, generation)
        return True

    def _next(self, session: Session, generation: int) -> Sequence[int]:
        """The part to be put in order: the first two bytes of its identifiers, and of those beyond it."""
        if not session.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (f"heap_{generation}",)):
            return ()
        return session.execute(f"SELECT first, beyond FROM heap_{generation}_parts ORDER BY first LIMIT 1")[0]


def _bound(prefix: int) -> bytes:
    """Below all identifiers that begin so, and above all that begin with less."""
    return prefix.to_bytes(2, "big") if prefix < ALL else b"\xff" * 17


class PostgresHeap:
    def create(self, session: Session, generation: int, events: int) -> None:
        session.execute(f"ALTER TABLE timeline_{generation} DROP CONSTRAINT timeline_{generation}_pkey")

    def drop(self, session: Session, generation: int) -> None:
        """It goes with its table."""

    def open(self, session: Session, generation: int) -> bool:
        key = session.execute("SELECT to_regclass(?)", (f"timeline_{generation}_pkey",))
        return key == [(None,)]

    def add(self, session: Session, generation: int, rows: Rows) -> None:
        packed = (
            _ROW(4, 16, entity, 8, position, 4, own, 4, day) for entity, position, own, day in rows.unpacked()
        )
        # A session of either engine knows statements only; COPY needs the connection.
        connection: psycopg.Connection[Any] = cast(Any, session)._connection
        statement = SQL("COPY {} (entity, position, own, effective) FROM STDIN (FORMAT BINARY)").format(
            Identifier(f"timeline_{generation}")
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(b"".join(chain((_HEADER,), packed, (_TRAILER,))))

    def arrange(self, session: Session, generation: int) -> bool:
        """Give the table its key; False when it has it."""
        if not self.open(session, generation):
            return False
        session.execute(f"ALTER TABLE timeline_{generation} ADD PRIMARY KEY (entity, position)")
        return True


Heap = SqliteHeap | PostgresHeap
