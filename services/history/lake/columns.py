"""How an event lies in columns, and how lines of the log become rows, bucket by bucket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from zlib import crc32

import msgspec
import pyarrow as pa

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

_TEXT_FIELDS = ("programme", "case", "household", "person", "township", "month", "reason")
_TIMES = frozenset({"time", "effective", "recordedtime"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_LARGEST = 2**63 - 1


class _Actor(msgspec.Struct, gc=False):
    department: str
    post: str = ""
    person: str | None = None


class _Head(msgspec.Struct):
    """An envelope as texts: ids and moments are not made into objects only to be written again."""

    id: str
    source: str
    type: str
    dataschema: str
    subject: str
    concerns: list[str]
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


def bucket_of(entity: str) -> int:
    """Of the id as text, lower case with hyphens."""
    return crc32(entity.encode()) % BUCKETS


class Laid:
    """Lines of the log, gathered; `tables` gives them as rows, a table a bucket."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in EVENT.names}
        self._buckets: dict[int, tuple[list[int], list[str], list[bool]]] = {}
        self._count = 0

    def __len__(self) -> int:
        """How many events."""
        return self._count

    def add(self, envelope: bytes, data: bytes) -> tuple[str, int]:
        """The envelope as JSON and the data as it is stored; gives its source and sequence."""
        head = _head.decode(envelope)
        put = self._columns
        put["id"].append(head.id)
        put["source"].append(head.source)
        put["sequence"].append(head.sequence)
        put["type"].append(head.type)
        put["dataschema"].append(head.dataschema)
        put["subject"].append(head.subject)
        put["stream"].append(head.stream)
        put["streamversion"].append(head.streamversion)
        put["time"].append(head.time)
        put["effective"].append(head.effective)
        put["recordedtime"].append(head.recordedtime)
        put["known"].append(bytes(head.known).decode())
        put["decision"].append(head.decision)
        put["correlationid"].append(head.correlationid)
        put["causationid"].append(head.causationid)
        put["corrects"].append(head.corrects)
        put["department"].append(head.actor.department)
        put["post"].append(head.actor.post)
        put["staff"].append(head.actor.person)
        put["audience"].append(head.audience)
        self._put_fact(head, data)
        for entity in dict.fromkeys((head.stream, *head.concerns)):
            rows, entities, own = self._buckets.setdefault(bucket_of(entity), ([], [], []))
            rows.append(self._count)
            entities.append(entity)
            own.append(entity == head.stream)
        self._count += 1
        return head.source, head.sequence

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

    def tables(self) -> dict[int, pa.Table]:
        """Rows by bucket, sorted."""
        events = pa.table([_column(name, self._columns[name]) for name in EVENT.names], schema=EVENT)
        return {
            bucket: _rows(events, *self._buckets[bucket]).sort_by([(name, "ascending") for name in SORTED])
            for bucket in sorted(self._buckets)
        }


def _rows(events: pa.Table, rows: list[int], entities: list[str], own: list[bool]) -> pa.Table:
    taken = events.take(pa.array(rows, pa.int64()))
    return taken.add_column(0, "own", pa.array(own)).add_column(0, "entity", pa.array(entities))


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
