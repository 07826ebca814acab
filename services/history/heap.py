"""The timeline of a rebuild: its rows lie in a heap as they come, and are put in order once all are there.

Rows come in the order of the log, and identifiers are random: each would be written to another page of the
keyed table, and the table would be written over and over. Sorted first, each page is written once.
The heap is a table of few and large values: of each piece of the log the identifiers and the marks of every
part, 24 bytes a row. A part, by the first byte of its identifiers, is put in order in memory and by one
transaction; neither grows with the log before it has 25 million events, when all 256 parts are there. The heap
takes rows until the first part is in order.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, cast

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg.sql import SQL, Identifier

from services.chassis.database import Session

#: Raised with every change of the heap: a rebuild that was cut off with another begins anew.
FORMAT = 1
PART_OF = 100_000  # events, about
AT_ONCE = 20_000  # rows a statement there
ALL = 256  # first bytes
ID = pa.binary(16)
_OWN, _DAY = 1, 0x3FFFFF  # a mark: position, 22 bits of the day's ordinal number, one for `own`
# A row in COPY's binary form: how many columns, then each behind its length.
_ROW = struct.pack("!hi16siqiiii", 4, 16, b"", 8, 0, 4, 0, 4, 0)
_ENTITY, _NUMBER_ENDS = 6, (34, 42, 50)  # where in it the entity begins; where position, own and day end
_HEADER, _TRAILER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"


class Rows:
    """Rows of the timeline: `ids`, 16 bytes each, and their `marks`."""

    def __init__(self, ids: pa.Array, marks: pa.Array) -> None:
        self.ids = ids
        self.marks = marks

    @classmethod
    def of(cls, entities: list[str], counts: Sequence[int], marks: Sequence[int]) -> Rows:
        """`entities` of all events in one, the stream's own first; of each event how many, and its `mark`."""
        # One conversion for all is three times as fast as one each.
        whole = bytes.fromhex("".join(entities).replace("-", ""))
        ids = _array(ID, whole)
        offsets = pa.array(accumulate(counts, initial=0), pa.int32())
        event = pc.list_parent_indices(pa.ListArray.from_arrays(offsets, pa.nulls(len(entities))))
        own = pc.not_equal(event, pa.concat_arrays([pa.array([-1], event.type), event])[:-1])
        return cls(ids, pc.add(pa.array(marks, pa.int64()).take(event), own.cast(pa.int64())))

    def parts(self, bounds: Sequence[int]) -> Iterator[tuple[int, bytes, bytes]]:
        """The rows as they lie in the heap: the number of a part, identifiers, marks."""
        if len(bounds) == 2 and len(self.ids):
            yield 0, _bytes(self.ids), _bytes(self.marks)
            return
        of = bytes(
            part for part, (first, beyond) in enumerate(pairwise(bounds)) for _ in range(first, beyond)
        )
        parts = _array(pa.uint8(), _bytes(self.ids)[::16].translate(of))
        order = pc.array_sort_indices(parts)
        ids, marks, start = self.ids.take(order), self.marks.take(order), 0
        for found in pc.value_counts(parts.take(order)).to_pylist():
            count = found["counts"]
            yield found["values"], _bytes(ids.slice(start, count)), _bytes(marks.slice(start, count))
            start += count

    def ordered(self) -> Rows:
        """By identifier, then by position; somebody whom an event names twice once. Theirs must rise already."""
        order = pc.array_sort_indices(self.ids)  # which keeps the order of equals
        ids, marks = self.ids.take(order), self.marks.take(order)
        after, before = (1, max(len(ids) - 1, 0)), (0, max(len(ids) - 1, 0))
        position = pc.shift_right(marks, 23)
        again = pc.and_(
            pc.equal(ids.slice(*after), ids.slice(*before)),
            pc.equal(position.slice(*after), position.slice(*before)),
        )
        if not pc.any(again).as_py():
            return Rows(ids, marks)
        fresh = pa.concat_arrays([pa.array([True]), pc.invert(again)])
        return Rows(ids.filter(fresh), marks.filter(fresh))

    def unpacked(self) -> list[tuple[bytes, int, int, int]]:
        """As the table has them."""
        both = zip(self.ids.to_pylist(), self.marks.to_pylist(), strict=True)
        return [(entity, mark >> 23, mark & _OWN, mark >> 1 & _DAY) for entity, mark in both]


def mark(position: int, day: int) -> int:
    """Of an event: its position, and the ordinal number of the day on which it counts."""
    return position << 23 | day << 1


def _bytes(values: pa.Array) -> bytes:
    width = values.type.byte_width
    found: bytes = values.buffers()[1][
        values.offset * width : (values.offset + len(values)) * width
    ].to_pybytes()
    return found


def _array(type_: pa.DataType, whole: bytes) -> pa.Array:
    return pa.Array.from_buffers(type_, len(whole) // type_.byte_width, [None, pa.py_buffer(whole)])


@dataclass(frozen=True, slots=True)
class Heap:
    postgres: bool

    def create(self, session: Session, generation: int, events: int) -> None:
        number, blob = ("BIGINT", "BYTEA") if self.postgres else ("INTEGER", "BLOB")
        session.execute(
            f"CREATE TABLE heap_{generation} (part INTEGER, position {number}, ids {blob} NOT NULL,"
            f" marks {blob} NOT NULL, PRIMARY KEY (part, position))"
        )
        if self.postgres:  # random bytes are not made smaller by trying
            for column in ("ids", "marks"):
                session.execute(f"ALTER TABLE heap_{generation} ALTER {column} SET STORAGE EXTERNAL")
        session.execute(f"CREATE TABLE heap_{generation}_parts (part INTEGER PRIMARY KEY, first INTEGER)")
        parts = min(1 + events // PART_OF, ALL)
        session.executemany(
            f"INSERT INTO heap_{generation}_parts VALUES (?, ?)",
            [(part, part * ALL // parts) for part in range(parts)],
        )

    def drop(self, session: Session, generation: int) -> None:
        session.execute(f"DROP TABLE IF EXISTS heap_{generation}")
        session.execute(f"DROP TABLE IF EXISTS heap_{generation}_parts")

    def open(self, session: Session, generation: int) -> bool:
        """Whether it still takes rows."""
        return self._next(session, generation) == 0

    def add(self, session: Session, generation: int, position: int, rows: Rows) -> None:
        """The rows of a piece of the log that ends at `position`."""
        firsts = session.execute(f"SELECT first FROM heap_{generation}_parts ORDER BY part")
        session.executemany(
            f"INSERT INTO heap_{generation} VALUES (?, ?, ?, ?)",
            [
                (part, position, ids, marks)
                for part, ids, marks in rows.parts([*(first for (first,) in firsts), ALL])
            ],
        )

    def arrange(self, session: Session, generation: int) -> bool:
        """Put the next part in order; False when there was none."""
        part = self._next(session, generation)
        if part is None:
            return False
        found = session.execute(
            f"SELECT ids, marks FROM heap_{generation} WHERE part = ? ORDER BY position", (part,)
        )
        ids = _array(ID, b"".join(piece for piece, _ in found))
        marks = _array(pa.int64(), b"".join(piece for _, piece in found))
        rows = Rows(ids, marks).ordered()
        (self._copy if self.postgres else self._insert)(session, f"timeline_{generation}", rows)
        session.execute(f"DELETE FROM heap_{generation} WHERE part = ?", (part,))
        session.execute(f"DELETE FROM heap_{generation}_parts WHERE part = ?", (part,))
        return True

    def _next(self, session: Session, generation: int) -> int | None:
        """The part to be put in order."""
        found: int | None = session.execute(f"SELECT min(part) FROM heap_{generation}_parts")[0][0]
        return found

    def _insert(self, session: Session, table: str, rows: Rows) -> None:
        """Two values bound for thousands of rows: binding each of theirs would take twice as long as all else."""
        for start in range(0, len(rows.ids), AT_ONCE):
            marks = rows.marks.slice(start, AT_ONCE).cast(pa.string())
            text = pc.binary_join(pa.ListArray.from_arrays([0, len(marks)], marks), ",")[0]
            session.execute(
                f"INSERT INTO {table} SELECT substr(?1, 1 + 16 * key, 16), value >> 23, value & {_OWN},"
                f" value >> 1 & {_DAY} FROM json_each(?2)",
                (_bytes(rows.ids.slice(start, AT_ONCE)), f"[{text}]"),
            )

    def _copy(self, session: Session, table: str, rows: Rows) -> None:
        # A session of either engine knows statements only; COPY needs the connection.
        connection: psycopg.Connection[Any] = cast(Any, session)._connection
        statement = SQL("COPY {} (entity, position, own, effective) FROM STDIN (FORMAT BINARY)").format(
            Identifier(table)
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(_HEADER)
            for start in range(0, len(rows.ids), AT_ONCE):
                copy.write(_copied(Rows(rows.ids.slice(start, AT_ONCE), rows.marks.slice(start, AT_ONCE))))
            copy.write(_TRAILER)


def _copied(rows: Rows) -> bytes:
    """In COPY's binary form. Byte by byte of all rows: a tenth of what row by row takes."""
    whole = bytearray(_ROW * len(rows.ids))
    own = pc.bit_wise_and(rows.marks, _OWN)
    day = pc.bit_wise_and(pc.shift_right(rows.marks, 1), _DAY)
    ids, numbers = _bytes(rows.ids), [_bytes(of) for of in (pc.shift_right(rows.marks, 23), own, day)]
    for byte in range(16):
        whole[_ENTITY + byte :: len(_ROW)] = ids[byte::16]
    for end, width, number in zip(_NUMBER_ENDS, (8, 4, 4), numbers, strict=True):
        for byte in range(width):  # they come with the lowest first, and go with the highest
            whole[end - 1 - byte :: len(_ROW)] = number[byte::8]
    return bytes(whole)
