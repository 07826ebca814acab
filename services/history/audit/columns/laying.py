"""Facts of whole cases out of the lake into tables: what is restricted opened, every fact read by its twin.

They lie in memory, and beyond that in a folder that only this process's user may read, and which is gone afterwards.

| table | a row is |
|---|---|
| `lines` | an event by which a case is told or decided: where it stands, its text, what was known where it is asked about |
| `applied`, `changed`, `checked`, `months`, `decided` | what one of these says |
| `bases` | under which procedure a case runs; laid if it makes a difference |
| `doubtful` | a case with an event that no twin takes, or that these tables do not tell |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

import pyarrow as pa
from duckdb import DuckDBPyConnection

from events import assistance as a
from services.chassis.codec import Opener
from services.chassis.vault import VaultError
from services.history.audit.columns.twins import twin_of
from services.history.audit.reconstruct import sibling
from services.history.lake.selection import listed, quoted

OPENED_AT_ONCE: Final = 5_000
Facts = tuple[type[a.CaseFact], ...]
DECISIONS: Final[Facts] = (a.SubsidyGranted, a.Declined, a.Adjusted, a.Exited, a.Reviewed)
CLEARING: Final[Facts] = (
    a.Applied, a.TakenOver, a.ObjectionLodged, a.HouseholdChanged, a.ReviewOpened, a.SubsidyGranted, a.Reviewed,
)  # fmt: skip
"""Behind one of these, what was found out before counts no more (`story`)."""
TELLING: Final[Facts] = (
    *CLEARING,
    a.Surveyed,
    a.Checked,
    a.Assessed,
    a.StepFound,
    a.MonthGranted,
    *DECISIONS,
)
"""By what the inputs and the rule of a decision can be told. Steps and notices say nothing of either."""
UNTOLD: Final[Facts] = (a.TakenOver, a.StepFound)
"""Cases with one of these are left to the account."""

_READ: Final[dict[str, type[a.CaseFact]]] = {
    "applied": a.Applied, "changed": a.HouseholdChanged, "checked": a.Checked, "opened": a.ReviewOpened,
    "objected": a.ObjectionLodged, "months": a.MonthGranted, "granted": a.SubsidyGranted, "declined": a.Declined,
    "adjusted": a.Adjusted, "exited": a.Exited, "reviewed": a.Reviewed,
}  # fmt: skip
"""By the column that each becomes."""
_TWINS: Final = {name: twin_of(fact, ("papers",)) for name, fact in _READ.items()}
_BASIS: Final = twin_of(a.Accepted)
_DECIDED: Final = {
    "granted": "amount_fen, since, NULL, NULL, grounds",
    "declined": "0, NULL, NULL, NULL, grounds",
    "adjusted": "amount_fen, since, reason, NULL, grounds",
    "exited": "0, since, reason, NULL, grounds",
    "reviewed": "0, NULL, NULL, outcome, NULL",
}
# In a text of JSON this stands nowhere but under a name: within a value the marks would be escaped.
_FOUND_NOTHING: Final = "contains(data, '\"findings\":[]') AND NOT contains(data, '\"findings\":[{')"


def named(facts: Facts) -> str:
    """Their types, as a list of SQL."""
    return listed(fact.TYPE for fact in dict.fromkeys(facts))


def lay(connection: DuckDBPyConnection, opener: Opener | None, sources: Iterable[str]) -> None:
    """Of all that the view `lake` has, which are whole cases. `sources`: all that there are in it."""
    names = sorted(sources)
    connection.execute(f"CREATE TYPE service AS ENUM ({listed(names)})")
    # Both in one order, so that a type and its schema have the same number.
    connection.execute(
        f"CREATE TYPE kind AS ENUM ({named(TELLING)}); CREATE TYPE schema AS ENUM ({_SCHEMAS})"
    )
    mine = "FROM lake WHERE own AND TRY_CAST(type AS kind) IS NOT NULL"
    # What is closed and nobody may open has no text, and makes its case doubtful by that.
    open_ = mine if opener is None else f"{mine} AND audience IS NULL"
    connection.execute(f"CREATE TABLE lines AS {_line(names, f'(SELECT {_COLUMNS}, data {open_})')}")
    for piece in _opened(connection, opener, f"SELECT {_COLUMNS}, audience, closed {mine}"):
        connection.register("piece", piece)
        connection.execute(f"INSERT INTO lines {_line(names, 'piece')}")
        connection.unregister("piece")
    connection.execute(
        "CREATE TABLE doubtful AS SELECT stream FROM lines"
        f" WHERE data IS NULL OR NOT current OR type IN ({named(UNTOLD)})"
    )
    found = {type_ for (type_,) in connection.execute("SELECT DISTINCT type FROM lines").fetchall()}
    for name, fact in _READ.items():
        _read(connection, name, fact.TYPE in found)
    connection.execute(  # no series has a month twice
        "INSERT INTO doubtful SELECT stream FROM months GROUP BY stream, source, month HAVING count(*) > 1"
    )
    each = (f"SELECT {_AT}, type, members, programme, {said} FROM {name}" for name, said in _DECIDED.items())
    connection.execute(
        f"CREATE TABLE decided ({_DECIDED_COLUMNS}); INSERT INTO decided {' UNION ALL '.join(each)}"
    )


_COLUMNS: Final = "stream, source, sequence, id, type, dataschema, township, known, recordedtime"


def _line(sources: Sequence[str], rows: str) -> str:
    """Of rows with `_COLUMNS` and `data`."""
    return (
        "SELECT TRY_CAST(source AS service) AS source, sequence, CAST(stream AS UUID) AS stream, CAST(id AS UUID) AS id,"
        " type, township, coalesce(enum_code(TRY_CAST(dataschema AS schema)) = enum_code(type), false) AS current,"
        f" CASE WHEN asked THEN known END AS known, CASE WHEN asked THEN {_read_of('policy', sources)} END AS policy,"
        f" CASE WHEN asked THEN {_read_of('registry', sources)} END AS registry,"
        # Shanghai has been eight hours ahead all the year since 1991.
        " CASE WHEN asked THEN CAST(make_timestamp(epoch_us(recordedtime) + 8 * 3_600_000_000) AS DATE) END AS day,"
        f" CASE WHEN type = {quoted(a.Surveyed.TYPE)} THEN CASE WHEN {_FOUND_NOTHING} THEN '' END ELSE data END AS data"
        f" FROM (SELECT *, type IN ({named((a.Assessed, *DECISIONS))}) AS asked"
        f"  FROM (SELECT * REPLACE (TRY_CAST(type AS kind) AS type) FROM {rows}))"
    )


_AT: Final = "source, sequence, stream, id"
_SCHEMAS: Final = listed(fact.SCHEMA for fact in dict.fromkeys(TELLING))
_DECIDED_COLUMNS: Final = (
    "source service, sequence BIGINT, stream UUID, id UUID, type kind, members UUID[], programme VARCHAR,"
    " amount_fen BIGINT, since DATE, reason VARCHAR, outcome VARCHAR, grounds"
    ' STRUCT(papers JSON, "language" VARCHAR, "rows" VARCHAR[], assessment UUID, illustrative BOOLEAN)'
)


def _read(connection: DuckDBPyConnection, name: str, any_: bool) -> None:
    """A table of one type of fact; cases with one that its twin does not take become doubtful. Not `any_`: an empty one;
    what a twin tests is longer planned than it takes to find nothing."""
    fact, twin = _READ[name], _TWINS[name]
    only = _BEFORE_ANOTHER if fact is a.MonthGranted else ""
    for_all = (
        "coalesce(len(fact.admitted) = 0, false)"  # whom of a family the rule admits is told by the account
    )
    taken = f"{twin.taken_as('fact')} AND {for_all}" if any_ else "false"
    connection.execute(
        f"CREATE TABLE {name}_read AS SELECT {_AT}, type, fact, {taken} AS taken FROM"
        f" (SELECT {_AT}, type, data, {twin.read} AS fact"
        f" FROM lines {only} WHERE type = {quoted(fact.TYPE)})"
    )
    connection.execute(f"INSERT INTO doubtful SELECT stream FROM {name}_read WHERE NOT taken")
    connection.execute(f"CREATE VIEW {name} AS SELECT {_AT}, type, unnest(fact) FROM {name}_read")


def lay_bases(connection: DuckDBPyConnection, wanted: bool) -> None:
    """`bases`: the procedure under which a case runs, of one that was taken in once; empty if not `wanted`."""
    fact, twin = a.Accepted, _BASIS
    read = (
        "SELECT TRY_CAST(source AS service) AS source, CAST(stream AS UUID) AS stream, sequence, data,"
        f" dataschema = {quoted(fact.SCHEMA)} AS current, {twin.read} AS fact"
        f" FROM lake WHERE {str(wanted).lower()} AND own AND type = {quoted(fact.TYPE)}"
    )
    connection.execute(
        "CREATE TABLE bases AS SELECT source, stream, min(sequence) AS sequence, any_value(fact.basis) AS basis"
        f" FROM ({read}) GROUP BY ALL HAVING count(*) = 1 AND bool_and(current AND {twin.taken_as('fact')})"
    )


_BEFORE_ANOTHER: Final = (
    "SEMI JOIN (SELECT stream, source, max(sequence) AS last FROM lines WHERE day IS NOT NULL GROUP BY ALL) AS asked"
    " ON asked.stream = lines.stream AND asked.source = lines.source AND lines.sequence < asked.last"
)
"""Months behind the last decision tell nothing of any."""


def _opened(connection: DuckDBPyConnection, opener: Opener | None, closed: str) -> Iterator[pa.Table]:
    """Piece by piece, the rows that are restricted, opened. What cannot be opened has no text. `closed`: a SELECT."""
    if opener is None:
        return
    rows = connection.cursor().sql(f"{closed} AND audience IS NOT NULL").to_arrow_reader(OPENED_AT_ONCE)
    for piece in _gathered(rows):
        ids, audiences, boxes = (piece[name].to_pylist() for name in ("id", "audience", "closed"))
        texts = [_text(opener, *one) for one in zip(ids, audiences, boxes, strict=True)]
        yield piece.drop_columns(["audience", "closed"]).append_column("data", pa.array(texts, pa.string()))


def _gathered(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """OPENED_AT_ONCE and more: DuckDB gives what a thread has found in a file, which may be little."""
    some: list[pa.RecordBatch] = []
    for batch in rows:
        some.append(batch)
        if sum(one.num_rows for one in some) >= OPENED_AT_ONCE:
            yield pa.Table.from_batches(some)
            some = []
    if some:
        yield pa.Table.from_batches(some)


def _read_of(service: str, sources: Sequence[str]) -> str:
    """How far each source had read a service of its district."""
    reads = [
        f"CAST(json_extract(known, {quoted(_path(sibling(one, service)))}) AS BIGINT)" for one in sources
    ]
    if len(set(reads)) == 1:  # of one district
        return reads[0]
    each = " ".join(f"WHEN {quoted(one)} THEN {read}" for one, read in zip(sources, reads, strict=True))
    return f"CASE source {each} END" if sources else "NULL"


def _path(name: str) -> str:
    return f'$."{name}"'


def _text(opener: Opener, id: str, audience: str, data: bytes) -> bytes | None:
    try:
        text = opener.open_data(audience, UUID(id), data)
        text.decode()
    except (VaultError, UnicodeDecodeError):
        return None
    return text


def put(
    connection: DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]]
) -> None:
    """A new table. `columns`: their types by name."""
    said = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE TABLE {table} ({said})")
    if rows:
        piece = pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))
        connection.register("piece", piece)
        connection.execute(f"INSERT INTO {table} SELECT * FROM piece")
        connection.unregister("piece")
