"""What a fold is given: a row of the lake, its fields by name; `data` is the whole fact, where it is open."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from services.history.lake.columns import ROW

_decode = msgspec.json.Decoder().decode


class Fact(NamedTuple):
    """`entity`: under whom the row lies; `own`: whether it is the event's own stream. Sums in whole fen.

    Field by field as `services.history.lake.columns` says; AttributeError of a field that the projection's COLUMNS
    leave out. `json` is the data's text, without what was sealed.
    """

    entity: str
    own: bool
    id: str
    source: str
    sequence: int
    type: str
    dataschema: str
    subject: str
    stream: str
    streamversion: int
    time: datetime
    effective: date
    recordedtime: datetime
    known: str
    decision: str
    correlationid: str
    causationid: str | None
    corrects: str | None
    department: str
    post: str
    staff: str | None
    audience: str | None
    programme: str | None
    case: str | None
    household: str | None
    person: str | None
    township: str | None
    month: str | None
    reason: str | None
    since: date | None
    amount_fen: int | None
    illustrative: bool | None
    paper_digests: list[str] | None
    paper_numbers: list[str] | None
    row_ids: list[str] | None
    json: str | None
    closed: bytes | None

    @property
    def data(self) -> dict[str, Any]:
        """The fact as it was recorded, without sealed texts; empty where it is restricted or unreadable."""
        return {} if self.json is None else _decode(self.json)


#: Columns of the lake, in a Fact's order.
COLUMNS = tuple(ROW.names)
_FIELDS = dict(zip(COLUMNS, Fact._fields, strict=True))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def facts(batch: pa.RecordBatch) -> Iterator[Fact]:
    """The batch's rows."""
    shape = _shape(tuple(batch.schema.names))
    return map(shape, zip(*map(_values, batch.columns), strict=True))


@cache
def _shape(columns: tuple[str, ...]) -> Callable[[Iterable[Any]], Fact]:
    """Makes facts that hold these columns only: rows of two values are read three times as fast as whole ones."""
    if columns == COLUMNS:
        return Fact._make
    named: Any = namedtuple("Fact", [_FIELDS[column] for column in columns])  # type: ignore[misc]  # made to order
    left_out = {name: _left_out(name) for name in set(Fact._fields) - set(named._fields)}
    shape: Any = type(
        "Fact", (named,), {"__slots__": (), "data": Fact.data, "__reduce__": _whole, **left_out}
    )
    make: Callable[[Iterable[Any]], Fact] = partial(tuple.__new__, shape)
    return make


def _left_out(name: str) -> property:
    """None in its place would be taken for a fact that has none: a sum of zero, and nobody told."""

    def read(fact: Fact) -> None:
        raise AttributeError(f"COLUMNS does not name {'data' if name == 'json' else name!r}")

    return property(read)


def _whole(fact: Fact) -> tuple[Callable[[Iterable[Any]], Fact], tuple[tuple[Any, ...]]]:
    """For a checkpoint: a fold may keep facts in its state, and a shape made to order has no name to be found by."""
    return Fact._make, (tuple(getattr(fact, name, None) for name in Fact._fields),)


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        # Arrow makes a moment with its zone in eight microseconds: more than all else that a fold costs a row.
        moments = column.cast(pa.int64()).to_pylist()
        return [_EPOCH + timedelta(microseconds=moment) for moment in moments]
    values: list[Any] = column.to_pylist()
    return values
