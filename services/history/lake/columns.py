"""How an event lies in columns, and how lines of the log become rows, bucket by bucket."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from operator import attrgetter
from typing import Any
from zlib import crc32

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from services.history.lake.clearing import Values, cleared

BUCKETS = 64
#: Raised with every change of what a row holds: a lake of another format is built again.
FORMAT = 2
TEXTS = pa.list_(pa.string())

#: Of the envelope; texts but for what is said here.
ENVELOPE: dict[str, pa.DataType] = {
    "id": pa.string(),
    "source": pa.string(),
    "sequence": pa.int64(),
    "type": pa.string(),
    "dataschema": pa.string(),
    "subject": pa.string(),
    "stream": pa.string(),
    "streamversion": pa.int64(),
    "time": pa.timestamp("us", "UTC"),
    "effective": pa.date32(),
    "recordedtime": pa.timestamp("us", "UTC"),
    "known": pa.string(),
    "decision": pa.string(),
    "correlationid": pa.string(),
    "causationid": pa.string(),
    "corrects": pa.string(),
    "department": pa.string(),
    "post": pa.string(),
    "staff": pa.string(),
    "audience": pa.string(),
}
#: Of the data, where a fact says it under this name; empty otherwise. Money is whole fen.
FACT: dict[str, pa.DataType] = {
    "programme": pa.string(),
    "case": pa.string(),
    "household": pa.string(),
    "person": pa.string(),
    "township": pa.string(),
    "month": pa.string(),
    "reason": pa.string(),
    "since": pa.date32(),
    "amount_fen": pa.int64(),
    "illustrative": pa.bool_(),
    "paper_digests": TEXTS,
    "paper_numbers": TEXTS,
    "row_ids": TEXTS,
    "data": pa.string(),
    "closed": pa.binary(),
}
EVENT = pa.schema([*ENVELOPE.items(), *FACT.items()])
ROW = pa.schema([("entity", pa.string()), ("own", pa.bool_()), *ENVELOPE.items(), *FACT.items()])
#: A causal order that every reader can make for itself: `recordedtime` rises strictly in a source and is
#: later than that of every cause.
AS_RECORDED = ("recordedtime", "source", "sequence")
SORTED = ("entity", *AS_RECORDED)
"""In a file: first the rows that are an event's own, then those that repeat it."""

LAID_AT_ONCE = 5000
_PLAIN = tuple(name for name in ENVELOPE if name not in {"known", "department", "post", "staff"})
_TEXT_FIELDS = ("programme", "case", "household", "person", "township", "month", "reason")
_TIMES = frozenset({"time", "effective", "recordedtime"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_LARGEST = 2**63 - 1


class _Actor(msgspec.Struct, gc=False):
    department: str
    post: str = ""
    person: str | None = None


class Place(msgspec.Struct, gc=False):
    """Of an envelope, where it stands in its source's log."""

    id: str
    source: str
    sequence: int
    previous: str | None = None


class _Head(msgspec.Struct, gc=False):
    """An envelope as texts: ids and moments are not made into objects only to be written again."""

    id: str
    source: str
    type: str
    dataschema: str
    subject: str
    concerns: tuple[str, ...]
    stream: str
    streamversion: int
    time: str
    effective: str
    recordedtime: str
    sequence: int
    known: msgspec.Raw
    decision: str
    correlationid: str
    actor: _Actor
    causationid: str | None = None
    corrects: str | None = None
    audience: str | None = None


_head = msgspec.json.Decoder(_Head)
#: Where an envelope, as JSON, stands in its source's log.
place_of = msgspec.json.Decoder(Place).decode


def bucket_of(entity: str) -> int:
    """Of the id as text, lower case with hyphens."""
    return crc32(entity.encode()) % BUCKETS


class Laid:
    """Lines of the log, gathered; `tables` gives them as rows, a table a bucket."""

    def __init__(self) -> None:
        self._heads: list[_Head] = []
        self._columns: dict[str, list[Any]] = {name: [] for name in FACT}  # of the same events
        self._pieces: list[pa.RecordBatch] = []
        self._entities: list[str] = []
        self._rows: list[int] = []  # of each event
        self._own: list[bool] = []

    def __len__(self) -> int:
        """How many events."""
        return len(self._rows)

    def add(self, envelope: bytes, data: bytes) -> None:
        """The envelope as JSON and the data as it is stored."""
        head = _head.decode(envelope)
        self._heads.append(head)
        self._put_fact(head, data)
        stream = head.stream
        everybody = dict.fromkeys((stream, *head.concerns))
        self._entities += everybody
        self._own += [entity == stream for entity in everybody]
        self._rows.append(len(everybody))
        if len(self._heads) == LAID_AT_ONCE:
            self._lay()

    def _put_fact(self, head: _Head, data: bytes) -> None:
        put = self._columns
        found = None if head.audience is not None else cleared(head.type, data)
        values, text = found or ({}, None)
        for name in _TEXT_FIELDS:
            put[name].append(_text(values.get(name)))
        put["since"].append(_day(values.get("since")))
        put["amount_fen"].append(_fen(values.get("amount_fen")))
        grounds = values.get("grounds")
        put["illustrative"].append(_whether(values, grounds))
        digests, numbers, rows = _grounds(grounds)
        put["paper_digests"].append(digests)
        put["paper_numbers"].append(numbers)
        put["row_ids"].append(rows)
        put["data"].append(None if text is None else text.decode())
        put["closed"].append(None if head.audience is None else data)

    def _lay(self) -> None:
        """What waits becomes columns of Arrow: as objects it takes several times the memory."""
        heads, columns = self._heads, self._columns
        columns |= {name: list(map(attrgetter(name), heads)) for name in _PLAIN}
        columns["known"] = [bytes(head.known).decode() for head in heads]
        columns["department"] = [head.actor.department for head in heads]
        columns["post"] = [head.actor.post for head in heads]
        columns["staff"] = [head.actor.person for head in heads]
        arrays = [_column(name, columns[name]) for name in EVENT.names]
        self._pieces.append(pa.record_batch(arrays, schema=EVENT))
        self._heads, self._columns = [], {name: [] for name in FACT}

    def tables(self) -> Iterator[tuple[int, pa.Table]]:
        """Rows by bucket, sorted; one bucket's at a time are there."""
        self._lay()
        events = pa.Table.from_batches(self._pieces, EVENT).combine_chunks()
        entities, own = pa.array(self._entities, pa.string()), pa.array(self._own, pa.bool_())
        event = pa.array((event for event, rows in enumerate(self._rows) for _ in range(rows)), pa.int64())
        buckets = _buckets(entities)
        # By the last of what they are sorted by, then by that before it, and so on: each keeps equals as they are.
        recorded = pc.sort_indices(events.select(AS_RECORDED), [(name, "ascending") for name in AS_RECORDED])
        order = pc.array_sort_indices(pc.array_sort_indices(recorded).take(event))
        for key in (entities, buckets):
            order = order.take(pc.array_sort_indices(key.take(order)))
        start = 0
        for bucket, rows in zip(*_runs(buckets.take(order)), strict=True):
            some = order.slice(start, rows)
            taken = events.take(event.take(some)).add_column(0, "own", own.take(some))
            yield bucket, taken.add_column(0, "entity", entities.take(some))
            start += rows


def _buckets(entities: pa.Array) -> pa.Array:
    different = entities.dictionary_encode()
    of = pa.array([bucket_of(entity) for entity in different.dictionary.to_pylist()], pa.uint8())
    return of.take(different.indices)


def _runs(sorted_: pa.Array) -> tuple[list[int], list[int]]:
    """What is in it, and how often."""
    found = pc.value_counts(sorted_)
    return found.field("values").to_pylist(), found.field("counts").to_pylist()


def _column(name: str, values: list[Any]) -> pa.Array:
    wanted = EVENT.field(name).type
    if name in _TIMES:  # still the envelope's texts: all at once is ten times as fast as one by one
        return pa.array(values, pa.string()).cast(wanted)
    return pa.array(values, wanted)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _day(value: object) -> date | None:
    if not isinstance(value, str) or _DAY(value) is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _fen(value: object) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and -_LARGEST <= value <= _LARGEST else None  # type: ignore[operator,return-value]  # an int


def _whether(values: Values, grounds: object) -> bool | None:
    found = values.get("illustrative")
    if found is None and isinstance(grounds, Mapping):
        found = grounds.get("illustrative")
    return found if isinstance(found, bool) else None


def _grounds(grounds: object) -> tuple[list[str] | None, list[str] | None, list[str] | None]:
    """Digests and numbers of the papers that a decision rests on, and the ids of the rows that fired."""
    if not isinstance(grounds, Mapping):
        return None, None, None
    papers = grounds.get("papers")
    papers = [one for one in papers if isinstance(one, Mapping)] if isinstance(papers, list) else []
    rows = grounds.get("rows")
    return (
        [one["digest"] for one in papers if isinstance(one.get("digest"), str)],
        [one["number"] for one in papers if isinstance(one.get("number"), str)],
        [row for row in rows if isinstance(row, str)] if isinstance(rows, list) else [],
    )
