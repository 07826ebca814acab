"""What the figures stand on: rows of open cases and of people, and cells of counts, in shards.

A shard is the unit that is written and read back: its rows, its cells and how far it has folded each source
lie in one record, so that a crash can never leave a count without its position or a position without its
count. Everything that one id (a case, a person, a service) tells goes to one shard.
"""

from __future__ import annotations

import zlib
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

SHARDS = 16
BESIDE = SHARDS
"""The number of one shard more, small and written every time: positions, and what services say of themselves."""
FORMAT = 1
"""Raised when a shard or a fold changes its meaning: the figures are then built anew from the topics."""
DAYS_KEPT = 130
"""Cells by day serve the hopping windows alone and go after so many days; those by month stay."""
_COMPRESSION = 1  # the ids do not compress, and everything else does at once


class Where(NamedTuple):
    """Which cell: a division code of 12 digits or "", a department's code or "", a programme or ""."""

    township: str
    department: str
    programme: str


class Cell(NamedTuple):
    """`when` is a day (YYYY-MM-DD), a month (YYYY-MM), or "" for what stands now."""

    measure: str
    when: str
    township: str
    department: str
    programme: str


class CaseRow(msgspec.Struct, array_like=True):
    """An open case: dropped when it ends, so that rows do not grow with the history."""

    programme: str
    department: str
    township: str
    stage: str = "applied"
    decide_by: date | None = None
    amount_fen: int = 0
    review_open: bool = False

    @property
    def where(self) -> Where:
        return Where(self.township, self.department, self.programme)


class PersonRow(msgspec.Struct, array_like=True):
    """Who is enrolled (the registry says so) and by how many cases granted (the domains do)."""

    township: str = ""
    enrolled: bool = False
    cases: list[str] = []


class Position(msgspec.Struct, array_like=True):
    """The last event of a source that was folded; times as ISO 8601 text."""

    sequence: int
    id: UUID
    recordedtime: str
    time: str


class Record(msgspec.Struct, array_like=True):
    """What is written of a shard. The last three are in that of BESIDE only, which is written last.

    `stamp` counts the writings. `stamps` are those of all shards at this one, by number: a record older than
    its stamp there was put back by a rival that woke late. `offsets` are the places in Kafka to go on from.
    """

    stamp: int
    applied: dict[str, int]
    cases: dict[str, CaseRow]
    people: dict[str, PersonRow]
    cells: list[tuple[str, str, str, str, str, int]]
    positions: dict[str, Position] = {}
    offsets: dict[str, int] = {}
    stamps: dict[int, int] = {}


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Record).decode


class Shard:
    """Mutable, for one writer."""

    def __init__(self) -> None:
        self.applied: dict[str, int] = {}
        """The sequence up to which each source has been folded here."""
        self.cases: dict[str, CaseRow] = {}
        self.people: dict[str, PersonRow] = {}
        self.cells: dict[Cell, int] = {}
        self._newest = date.min
        self._pruned = date.min

    def count(self, measure: str, where: Where, day: date, amount: int = 1, month: str = "") -> None:
        """Something happened on a day: it counts in that day's cell and in its month's (or in `month`)."""
        self._add(Cell(measure, day.isoformat(), *where), amount)
        self._add(Cell(measure, month or f"{day:%Y-%m}", *where), amount)
        self._newest = max(self._newest, day)
        if self._newest - self._pruned > timedelta(days=30):
            self._prune()

    def stand(self, measure: str, where: Where, amount: int = 1) -> None:
        """Something stands from here on (or, negative, no longer)."""
        self._add(Cell(measure, "", *where), amount)

    def _add(self, cell: Cell, amount: int) -> None:
        total = self.cells.get(cell, 0) + amount
        if total:
            self.cells[cell] = total
        else:
            self.cells.pop(cell, None)

    def _prune(self) -> None:
        """Days that no window reaches any more."""
        self._pruned = self._newest
        oldest = (self._newest - timedelta(days=DAYS_KEPT)).isoformat()
        for cell in [cell for cell in self.cells if len(cell.when) == len(oldest) and cell.when < oldest]:
            del self.cells[cell]

    def record(self, stamp: int, positions: dict[str, Position]) -> Record:
        """`positions` are those of all that was folded, here or in other shards."""
        for source, position in positions.items():
            # Never back: while a log is read again, this shard may have come further already.
            self.applied[source] = max(position.sequence, self.applied.get(source, 0))
        cells = [(*cell, amount) for cell, amount in self.cells.items()]
        return Record(stamp, self.applied, self.cases, self.people, cells)

    @classmethod
    def of(cls, record: Record) -> Shard:
        shard = cls()
        shard.applied, shard.cases, shard.people = record.applied, record.cases, record.people
        for *cell, amount in record.cells:
            shard.cells[Cell(*cell)] = amount
        days = [cell.when for cell in shard.cells if len(cell.when) == len("2020-08-03")]
        shard._newest = shard._pruned = date.fromisoformat(max(days)) if days else date.min
        return shard


def encode(record: Record) -> bytes:
    return zlib.compress(_encode(record), _COMPRESSION)


def decode(record: bytes) -> Record:
    """What `encode` made; ValueError for anything else."""
    try:
        return _decode(zlib.decompress(record))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(f"no record of a shard: {error}") from error


def shard_of(key: UUID) -> int:
    """By the random part of an id: the first bytes of a UUIDv7 are its time."""
    return key.bytes[-1] % SHARDS
