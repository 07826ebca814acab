"""Folds: for every key of one bucket, or over the whole history, in the order in which it was recorded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain, groupby
from multiprocessing import parent_process
from multiprocessing.connection import wait
from operator import attrgetter
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from services.history.lake.columns import AS_RECORDED, SORTED
from services.history.lake.manifest import flush
from services.history.lake.reading import batches, opened, selected
from services.history.lake.selection import Selection, quoted
from services.history.replay.fact import Fact, facts
from services.history.replay.failing import FoldFailed, blamed
from services.history.replay.projection import BadProjection, Fold, load_fold

ROWS_WRITTEN_AT_ONCE = 10_000


class Bucket(NamedTuple):
    """One bucket to be folded: its files, how many rows they have, and where the result goes."""

    paths: tuple[str, ...]
    rows: int
    into: Path


class Share(NamedTuple):
    """Some buckets, as they go to a process: nothing in it but names."""

    lake: Path
    selection: Selection
    projection: Path
    digest: str
    buckets: tuple[Bucket, ...]


def end_with_its_parent() -> None:
    """For a process that folds shares: where the one that wants them is killed, it would wait for ever for more, and
    until then write beside the replay that was begun again."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def fold_share(share: Share) -> int:
    """In a process of its own: the projection is loaded from its file. How many of the lake's rows it read."""
    fold = load_fold(share.projection)
    if fold.digest != share.digest:
        raise BadProjection(f"{share.projection} was changed while it ran")
    return sum(bucket.rows for bucket in fold_buckets(fold, share.lake, share.selection, share.buckets))


def fold_buckets(fold: Fold, lake: Path, selection: Selection, buckets: Iterable[Bucket]) -> Iterator[Bucket]:
    """Fold every key of each; the rows become a Parquet file a bucket. Gives each once that is done."""
    with opened(lake, (), selection, threads=1) as connection:
        for bucket in buckets:
            events = selected(bucket.paths, selection)
            read = keyed(connection, fold, events)
            with PartWriter(bucket.into) as part:
                for key, state in states(fold, read):
                    part.write(rows_of(fold, key, state))
            yield bucket


def states(fold: Fold, read: Iterator[Fact]) -> Iterator[tuple[str, Any]]:
    """The last state of every entity; the facts come entity by entity."""
    for entity, own in groupby(read, attrgetter("entity")):
        with blamed(fold.evolve, f" at {fold.key} {entity}"):
            state = reduce(fold.evolve, own, fold.initial())
        yield entity, state


def rows_of(fold: Fold, key: str | None, state: Any) -> list[dict[str, Any]]:
    at = "" if key is None else f" at {fold.key} {key}"
    with blamed(fold.evolve, at):
        return fold.rows(key, state)


def keyed(connection: duckdb.DuckDBPyConnection, fold: Fold, events: str = "events") -> Iterator[Fact]:
    condition = _types(fold)
    if fold.key not in (None, "entity"):
        condition += f' AND entity = "{fold.key}"'
    return _read(
        connection, f"SELECT {_columns(fold)} FROM {events} WHERE {condition} ORDER BY {', '.join(SORTED)}"
    )


def recorded(
    connection: duckdb.DuckDBPyConnection, fold: Fold, after: tuple[str, str, int] | None = None
) -> Iterator[Fact]:
    """Every event once, in the order of recording, behind a place where one is given."""
    condition = f"own AND {_types(fold)}"
    if after is not None:
        moment, source, sequence = after
        condition += (
            f" AND ({', '.join(AS_RECORDED)}) > (TIMESTAMPTZ {quoted(moment)}, {quoted(source)}, {sequence})"
        )
    return _read(
        connection, f"SELECT {_columns(fold)} FROM events WHERE {condition} ORDER BY {', '.join(AS_RECORDED)}"
    )


def _read(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[Fact]:
    return chain.from_iterable(map(facts, batches(connection, sql)))


def _types(fold: Fold) -> str:
    return f"type IN ({', '.join(map(quoted, fold.types))})" if fold.types else "true"


def _columns(fold: Fold) -> str:
    return ", ".join(f'"{column}"' for column in fold.columns)


def _column(name: str, values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except pa.ArrowException as error:
        raise FoldFailed(f"the result's column {name} fits no table: {error}") from error


class PartWriter:
    """Rows of a result, into one Parquet file; what they hold is found out from the first thousands."""

    def __init__(self, into: Path) -> None:
        self._into = into
        self._fresh = into.with_suffix(".new")
        self._waiting: list[dict[str, Any]] = []
        self._tables: list[pa.Table] = []

    def __enter__(self) -> PartWriter:
        return self

    def write(self, rows: list[dict[str, Any]]) -> None:
        self._waiting += rows
        if len(self._waiting) >= ROWS_WRITTEN_AT_ONCE:
            self._lay()

    def _lay(self) -> None:
        names = dict.fromkeys(name for row in self._waiting for name in row)
        columns = {name: _column(name, [row.get(name) for row in self._waiting]) for name in names}
        if columns:
            self._tables.append(pa.table(columns))
        self._waiting = []

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            return
        self._lay()
        if self._tables:
            # As columns, a bucket's results are small beside the events that they came from.
            pq.write_table(
                pa.concat_tables(self._tables, promote_options="permissive"), self._fresh, compression="zstd"
            )
        else:
            pq.write_table(pa.table({}), self._fresh)
        with self._fresh.open("rb") as file:
            flush(file.fileno())  # a part that is there is taken for whole
        self._fresh.replace(self._into)
