"""Which decisions of whole cases come out equal: what was known written again, the rule applied, both held against the log.

A recommendation holds if the text that it should be is the text that it is: every input as it follows from what had been
found out, every step on the way to the sum as the rule gives it, what it comes to. A decision holds if its
recommendation does, the rule of its own day gives it on the same inputs, its papers were known and in force, and nobody
covered is known to have died. The others are not yet wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import pyarrow as pa
from duckdb import DuckDBPyConnection

from events import assistance as a
from services.history.audit import remedies
from services.history.audit.columns.poor import Poor
from services.history.audit.columns.resting import rest
from services.history.audit.columns.situations import ASKED, Edition, Situations
from services.history.audit.columns.writing import DECIDING, MONTHS, looking_back, months_of
from services.history.audit.rule import ROUTE
from services.history.lake.selection import quoted as text
from services.policy.definition import DECISION_DAY
from services.policy.sql.inputs import quoted
from services.policy.sql.telling import WORKED

_ID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SITUATION: Final = "source, policy, turn, day, programme"


def judge(
    connection: DuckDBPyConnection,
    situations: Situations,
    turns: Sequence[tuple[str, int]],
    strangers: Iterable[UUID],
    poor: Poor,
) -> None:
    """Over the tables of `laying`: makes `right`, the ids of decisions that came out equal. `turns`: see `resting`.
    `strangers`: whom columns do not tell; whoever covers them is looked at alone.
    """
    _leave_out(connection, strangers)
    rest(connection, turns)
    poor.register(connection)
    connection.execute(_POOR)
    _situate(connection, situations)
    connection.execute("CREATE TABLE holding (id UUID)")
    connection.execute("CREATE TABLE given (id UUID, row VARCHAR, eligible BOOLEAN, amount_fen BIGINT)")
    for number in _numbers(connection, "recommended"):
        if (edition := situations.of(number)) is not None:
            _recommendations(connection, edition)
    _decisions(connection, situations)
    connection.execute(_RIGHT)


_POOR: Final = (
    "CREATE TABLE poor_ones AS SELECT DISTINCT id FROM (SELECT id, person,"
    " arg_max(begins, (effective, recorded, registered.sequence)) AS begins"
    " FROM (SELECT id, source, turn, registry, day, unnest(people) AS person FROM recommended) AS covered"
    " JOIN registered USING (source, turn, person)"
    " WHERE registered.sequence <= covered.registry AND effective <= covered.day GROUP BY id, person) WHERE begins"
)


def _leave_out(connection: DuckDBPyConnection, strangers: Iterable[UUID]) -> None:
    ids = [str(one) for one in strangers]
    if ids:
        connection.execute(
            "INSERT INTO doubtful SELECT stream FROM (SELECT stream, unnest(members) AS person FROM"
            " (SELECT stream, members FROM decided UNION ALL SELECT stream, members FROM applied"
            "  UNION ALL SELECT stream, members FROM changed))"
            " WHERE person IN (SELECT CAST(unnest(?) AS UUID))",
            [ids],
        )


# -- by which rule, and whether the papers hold ----------------------------------------------------------


def _situate(connection: DuckDBPyConnection, situations: Situations) -> None:
    """`edition_of`: the number of the rule by situation; `papers_of`: whether the papers named by a decision hold;
    `rows_of`: those that a recommendation names."""
    parts = " UNION ALL ".join(
        f"SELECT {_SITUATION}, sequence, known FROM {table}" for table in ("recommended", "resting")
    )
    found = connection.execute(
        f"SELECT {_SITUATION}, min(sequence), arg_min(known, sequence) FROM ({parts}) GROUP BY {_SITUATION}"
    ).fetchall()
    editions = [
        (*key, situations.edition(situations.rows(key[0], sequence, known), key[4], key[3]))
        for *key, sequence, known in found
    ]
    _put(
        connection,
        "edition_of",
        f"{_SITUATION}, edition",
        ("VARCHAR", "BIGINT", "BIGINT", "DATE", "VARCHAR", "INTEGER"),
        editions,
    )
    connection.execute(
        "CREATE TABLE named AS SELECT id, source, policy, turn, sequence, known, grounds.papers AS papers,"
        " CASE WHEN reason = 'taper_ended' THEN since ELSE day END AS on_day FROM resting WHERE grounds IS NOT NULL"
    )
    found = connection.execute(
        "SELECT source, policy, turn, on_day, papers, min(sequence), arg_min(known, sequence) FROM named"
        " GROUP BY source, policy, turn, on_day, papers"
    ).fetchall()
    held = [
        (*key, situations.papers_hold(situations.rows(key[0], sequence, known), key[3], key[4]))
        for *key, sequence, known in found
    ]
    _put(
        connection,
        "papers_of",
        "source, policy, turn, on_day, papers, hold",
        ("VARCHAR", "BIGINT", "BIGINT", "DATE", "VARCHAR", "BOOLEAN"),
        held,
    )
    texts = connection.execute("SELECT DISTINCT said[8] FROM recommended").fetchall()
    named = [(one, situations.rows_named(one)) for (one,) in texts if one is not None]
    _put(connection, "rows_of", "grounds, rows", ("VARCHAR", "VARCHAR[]"), named)
    for table in ("recommended", "resting"):
        same = " AND ".join(
            f"{table}.{one} IS NOT DISTINCT FROM edition_of.{one}" for one in _SITUATION.split(", ")
        )
        connection.execute(
            f"CREATE TABLE {table}_by AS SELECT {table}.*, edition FROM {table} JOIN edition_of ON {same}"
        )


def _put(
    connection: DuckDBPyConnection,
    table: str,
    names: str,
    kinds: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    columns = list(zip(names.split(", "), kinds, strict=True))
    said = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)
    connection.execute(f"CREATE TABLE {table} ({said})")
    if rows:
        piece = pa.table(
            {name: list(values) for (name, _), values in zip(columns, zip(*rows, strict=True), strict=True)}
        )
        connection.register("piece", piece)
        connection.execute(f"INSERT INTO {table} SELECT * FROM piece")
        connection.unregister("piece")


def _numbers(connection: DuckDBPyConnection, table: str) -> list[int]:
    sql = f"SELECT DISTINCT edition FROM {table}_by WHERE edition IS NOT NULL ORDER BY 1"
    return [number for (number,) in connection.execute(sql).fetchall()]


# -- recommendations ---------------------------------------------------------------------------------------


def _recommendations(connection: DuckDBPyConnection, edition: Edition) -> None:
    """Those of one rule: `inputs_N` are its inputs, `holding` gets those that hold."""
    table = f"inputs_{edition.number}"
    columns = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in edition.inputs.columns)
    connection.execute(
        f"CREATE TABLE {table} AS SELECT id, stream, source, sequence, day AS {DECISION_DAY},"
        f" {_deciding(edition)} AS {DECIDING}, programme, application, found, said, {columns} FROM"
        " (SELECT recommended_by.*, poor_ones.id IS NOT NULL AS poor FROM recommended_by LEFT JOIN poor_ones USING (id))"
        f" WHERE edition = {edition.number}"
    )
    _ask(connection, table, edition)
    connection.execute(
        f"CREATE OR REPLACE VIEW {ASKED} AS SELECT *, {edition.inputs.written} AS written FROM may"
    )
    connection.execute(
        f"INSERT INTO holding SELECT told.id FROM (SELECT id, {_TEXT} AS text FROM"
        f"  (SELECT *, {_eligible(edition)} AS eligible FROM ({edition.telling}))"
        "  JOIN rows_of ON rows_of.grounds = said[8]"
        f'  WHERE {_SAID_RIGHT} AND list_contains(rows_of.rows, "row") AND admitted IS NULL) AS told'
        " JOIN lines ON lines.id = told.id WHERE lines.data = told.text"
    )


_SAID_RIGHT: Final = (
    f'regexp_full_match(said[2], \'"{_ID}"\') AND regexp_full_match(said[3], \'\\[("{_ID}"(,"{_ID}")*)?\\]\')'
    " AND starts_with(said[6], '\"') AND regexp_full_match(said[9], '0|[1-9][0-9]{0,8}')"
    f" AND regexp_full_match(said[10], 'null|\"{_ID}\"')"
)
"""What is taken as it lies there could be read as the fact."""
_TEXT: Final = (
    'concat(\'{"case":"\', stream, \'","programme":"\', programme, \'","household":\', said[2], \',"members":\','
    ' said[3], \',"admitted":[],"eligible":\', eligible, \',"amount_fen":\', CASE WHEN eligible THEN amount_fen ELSE 0 END,'
    f' \',"reason":\', said[6], \',"route":"\', {quoted(ROUTE)}, \'","inputs":[\', written, \'],"worked":\','
    f" {WORKED}, ',\"grounds\":', said[8], ',\"review\":', said[9], ',\"officer\":', said[10], '}}')"
)
"""The whole recommendation."""


def _ask(connection: DuckDBPyConnection, table: str, edition: Edition) -> None:
    """`may`: the table with what earlier months say, without those that the rule must not be asked about."""
    back = "".join(f", {sql} AS {quoted(name)}" for name, sql in looking_back(edition.definition))
    connection.execute(f"CREATE OR REPLACE TABLE {MONTHS} AS {months_of(table)}")
    connection.execute(f"CREATE OR REPLACE TABLE may AS SELECT *{back} FROM {table}")
    connection.execute(f"CREATE OR REPLACE VIEW {ASKED} AS SELECT * FROM may")
    refused = connection.execute(edition.refused).fetchall()
    if refused:
        connection.execute("DELETE FROM may WHERE id IN (SELECT unnest(?))", [[id for id, _ in refused]])


def _deciding(edition: Edition) -> str:
    month = "date_trunc('month', day)"
    return f"CAST({month}{' + INTERVAL 1 MONTH' if edition.monthly else ''} AS DATE)"


def _eligible(edition: Edition) -> str:
    admitted = f"{quoted(ROUTE)} <> 'refuse'"
    return f"({admitted} AND amount_fen > 0)" if edition.brings_money else f"({admitted})"


# -- decisions ---------------------------------------------------------------------------------------------


def _decisions(connection: DuckDBPyConnection, situations: Situations) -> None:
    """`given`: what the rule of the day of a decision gives on the inputs of its recommendation, which holds."""
    connection.execute(
        "CREATE TABLE founded AS SELECT resting_by.*, recommended_by.edition AS before FROM resting_by"
        " JOIN recommended_by ON recommended_by.id = resting_by.assessment"
        " AND recommended_by.stream = resting_by.stream AND recommended_by.source = resting_by.source"
        " AND recommended_by.sequence < resting_by.sequence"
        " SEMI JOIN holding ON holding.id = resting_by.assessment"
    )
    pairs = connection.execute(
        "SELECT DISTINCT before, edition FROM founded WHERE edition IS NOT NULL ORDER BY ALL"
    ).fetchall()
    for before, number in pairs:
        edition, first = situations.of(number), situations.of(before)
        if edition is None or first is None or edition.definition.inputs != first.definition.inputs:
            continue
        names = ", ".join(f"inputs_{before}.{quoted(name)}" for name, _ in edition.inputs.columns)
        connection.execute(
            f"CREATE OR REPLACE TABLE again AS SELECT founded.id, founded.stream, founded.source, founded.sequence,"
            f" day AS {DECISION_DAY}, {_deciding(edition)} AS {DECIDING}, {names} FROM founded"
            f" JOIN inputs_{before} ON inputs_{before}.id = founded.assessment"
            f" WHERE before = {before} AND edition = {number}"
        )
        _ask(connection, "again", edition)
        connection.execute(
            f'INSERT INTO given SELECT id, "row", {_eligible(edition)}, amount_fen FROM ({edition.deciding})'
            " WHERE admitted IS NULL"
        )


_RIGHT: Final = (
    "CREATE TABLE right_ones AS SELECT resting_by.id FROM resting_by"
    " LEFT JOIN given ON given.id = resting_by.id"
    " LEFT JOIN founded ON founded.id = resting_by.id"
    " LEFT JOIN named ON named.id = resting_by.id"
    " LEFT JOIN papers_of ON papers_of.source = named.source AND papers_of.policy IS NOT DISTINCT FROM named.policy"
    "  AND papers_of.turn = named.turn AND papers_of.on_day = named.on_day AND papers_of.papers = named.papers"
    " WHERE (resting_by.assessment IS NULL OR founded.id IS NOT NULL)"
    "  AND (resting_by.grounds IS NULL OR papers_of.hold)"
    f"  AND (resting_by.grounds IS NULL OR NOT list_contains(resting_by.grounds.rows, {text(remedies.ROW)}))"
    f"  AND CASE resting_by.type WHEN {text(a.Reviewed.TYPE)}"
    "   THEN resting_by.outcome <> 'unchanged' OR resting_by.assessment IS NULL OR given.eligible"
    f"  WHEN {text(a.Exited.TYPE)} THEN resting_by.by_event OR"
    "   (NOT given.eligible AND list_contains(resting_by.grounds.rows, given.row))"
    f"  WHEN {text(a.Declined.TYPE)} THEN NOT given.eligible AND list_contains(resting_by.grounds.rows, given.row)"
    "  ELSE given.eligible AND resting_by.amount_fen = given.amount_fen"
    "   AND list_contains(resting_by.grounds.rows, given.row) END"
)
