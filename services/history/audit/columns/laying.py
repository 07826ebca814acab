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

from collections.abc import Iterable, Mapping, Sequence
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
    asked = f"type IN ({named((a.Assessed, *DECISIONS))})"
    connection.execute(
        "CREATE TABLE lines AS SELECT TRY_CAST(source AS service) AS source, sequence, CAST(stream AS UUID) AS stream,"
        f" CAST(id AS UUID) AS id, type, township,"
        f" dataschema IN ({_SCHEMAS}) AND starts_with(dataschema, concat(type, '.')) AS current,"
        f" CASE WHEN {asked} THEN known END AS known, CASE WHEN {asked} THEN {_read_of('policy', names)} END AS policy,"
        f" CASE WHEN {asked} THEN {_read_of('registry', names)} END AS registry,"
        # Shanghai has been eight hours ahead all the year since 1991.
        f" CASE WHEN {asked} THEN CAST(CAST(recordedtime AS TIMESTAMP) + INTERVAL 8 HOUR AS DATE) END AS day,"
        f" CASE WHEN type = {quoted(a.Surveyed.TYPE)} THEN CASE WHEN {_FOUND_NOTHING} THEN '' END ELSE data END AS data"
        f" FROM ({_source(connection, opener)})"
    )
    connection.execute(
        "CREATE TABLE doubtful AS SELECT stream FROM lines"
        f" WHERE data IS NULL OR NOT current OR type IN ({named(UNTOLD)})"
    )
    for name in _TWINS:
        _read(connection, name)
    connection.execute(  # no series has a month twice
        "INSERT INTO doubtful SELECT stream FROM months GROUP BY stream, source, month HAVING count(*) > 1"
    )
    each = (f"SELECT {_AT}, type, members, programme, {said} FROM {name}" for name, said in _DECIDED.items())
    connection.execute(
        f"CREATE TABLE decided ({_DECIDED_COLUMNS}); INSERT INTO decided {' UNION ALL '.join(each)}"
    )


_AT: Final = "source, sequence, stream, id"
_SCHEMAS: Final = listed(fact.SCHEMA for fact in dict.fromkeys(TELLING))
_DECIDED_COLUMNS: Final = (
    "source service, sequence BIGINT, stream UUID, id UUID, type VARCHAR, members UUID[], programme VARCHAR,"
    " amount_fen BIGINT, since DATE, reason VARCHAR, outcome VARCHAR, grounds"
    ' STRUCT(papers JSON, "language" VARCHAR, "rows" VARCHAR[], assessment UUID, illustrative BOOLEAN)'
)


def _read(connection: DuckDBPyConnection, name: str) -> None:
    """A table of one type of fact; cases with one that its twin does not take become doubtful."""
    fact, twin = _READ[name], _TWINS[name]
    only = _BEFORE_ANOTHER if fact is a.MonthGranted else ""
    for_all = (
        "coalesce(len(fact.admitted) = 0, false)"  # whom of a family the rule admits is told by the account
    )
    connection.execute(
        f"CREATE TABLE {name}_read AS SELECT {_AT}, type, fact, {twin.taken_as('fact')} AND {for_all} AS taken FROM"
        f" (SELECT {_AT}, type, data, from_json(data, {quoted(twin.shape)}) AS fact"
        f" FROM lines {only} WHERE type = {quoted(fact.TYPE)})"
    )
    connection.execute(f"INSERT INTO doubtful SELECT stream FROM {name}_read WHERE NOT taken")
    connection.execute(f"CREATE VIEW {name} AS SELECT {_AT}, type, unnest(fact) FROM {name}_read")


def lay_bases(connection: DuckDBPyConnection, wanted: bool) -> None:
    """`bases`: the procedure under which a case runs, of one that was taken in once; empty if not `wanted`."""
    fact, twin = a.Accepted, _BASIS
    read = (
        "SELECT TRY_CAST(source AS service) AS source, CAST(stream AS UUID) AS stream, sequence, data,"
        f" dataschema = {quoted(fact.SCHEMA)} AS current, from_json(data, {quoted(twin.shape)}) AS fact"
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


def _source(connection: DuckDBPyConnection, opener: Opener | None) -> str:
    """Of the lake what tells of cases, opened. What cannot be opened has no text, and makes its case doubtful by that."""
    mine = f"own AND type IN ({named(TELLING)})"
    columns = "stream, source, sequence, id, type, dataschema, township, known, recordedtime"
    closed = connection.execute("SELECT 1 FROM lake WHERE own AND audience IS NOT NULL LIMIT 1").fetchall()
    if not closed or opener is None:
        return f"SELECT {columns}, data FROM lake WHERE {mine}"
    connection.execute("CREATE TABLE plain (id VARCHAR, text VARCHAR)")
    reader = connection.cursor().execute(
        f"SELECT id, audience, closed FROM lake WHERE {mine} AND audience IS NOT NULL"
    )
    while rows := reader.fetchmany(OPENED_AT_ONCE):
        texts = [_opened(opener, id, audience, data) for id, audience, data in rows]
        piece = pa.table({"id": pa.array([id for id, *_ in rows]), "text": pa.array(texts, pa.string())})
        connection.register("piece", piece)
        connection.execute("INSERT INTO plain SELECT * FROM piece")
        connection.unregister("piece")
    return (
        f"SELECT {columns.replace('id,', 'lake.id,')}, coalesce(data, plain.text) AS data"
        f" FROM lake LEFT JOIN plain ON plain.id = lake.id WHERE {mine}"
    )


def _read_of(service: str, sources: Sequence[str]) -> str:
    """How far each source had read a service of its district."""
    each = " ".join(
        f"WHEN {quoted(one)} THEN CAST(json_extract(known, {quoted(_path(sibling(one, service)))}) AS BIGINT)"
        for one in sources
    )
    return f"CASE source {each} END" if sources else "NULL"


def _path(name: str) -> str:
    return f'$."{name}"'


def _opened(opener: Opener, id: str, audience: str, data: bytes) -> str | None:
    try:
        return opener.open_data(audience, UUID(id), data).decode()
    except (VaultError, UnicodeDecodeError):
        return None


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
