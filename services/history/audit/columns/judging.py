"""Which decisions of whole cases come out equal: what was known written again, the rule applied, both held against the log.

A recommendation holds if the text that it should be is the text that it is: every input as it follows from what had been
found out, every step on the way to the sum as the rule gives it, what it comes to. A decision holds if its
recommendation does, the rule of its own day gives it on the same inputs, its papers were known and in force, and nobody
covered is known to have died. The others are not yet wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from duckdb import DuckDBPyConnection

from events import assistance as a
from services.history.audit import remedies
from services.history.audit.columns.laying import lay_bases, put
from services.history.audit.columns.poor import Poor
from services.history.audit.columns.resting import rest
from services.history.audit.columns.situations import ASKED, GROUNDS, Edition, Situations
from services.history.audit.columns.writing import DECIDING, MONTHS, NOTHING_DUE, head, months_of
from services.history.audit.of_others import REGISTERED_POOR
from services.history.audit.rule import ROUTE
from services.history.lake.selection import quoted as text
from services.policy.definition import DECISION_DAY
from services.policy.sql.inputs import quoted
from services.policy.sql.telling import WORKED

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
    numbers = _situate(connection, situations)
    connection.execute("CREATE TABLE holding (id UUID, edition INTEGER)")
    connection.execute("CREATE TABLE given (id UUID, row VARCHAR, eligible BOOLEAN, amount_fen BIGINT)")
    for number in numbers:
        if (edition := situations.of(number)) is not None:
            _recommendations(connection, edition)
    _decisions(connection, situations)
    connection.execute(_RIGHT)


_POOR: Final = (
    "CREATE TABLE poor_ones AS SELECT DISTINCT id FROM (SELECT id, person,"
    " arg_max(begins, (effective, recorded, registered.sequence)) AS begins"
    " FROM (SELECT recommended.id, recommended.source, turn, registry, day,"
    "  unnest(coalesce(changed.members, applied.members)) AS person FROM recommended"
    "  JOIN applied ON applied.source = recommended.source AND applied.sequence = recommended.begun"
    "  LEFT JOIN changed ON changed.source = recommended.source AND changed.sequence = recommended.changed) AS covered"
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


def _situate(connection: DuckDBPyConnection, situations: Situations) -> list[int]:
    """`edition_of`: the number of the rule by situation; `papers_of`: which papers named by a
    decision were not in force by themselves, where all were known;
    `rows_of`: those that a recommendation names, by the end of its text. The numbers of the rules of recommendations."""
    parts = " UNION ALL ".join(
        f"SELECT {_SITUATION}, source, sequence FROM {table}" for table in ("recommended", "resting")
    )
    found = _with_known(
        connection, f"SELECT {_SITUATION}, min(sequence) AS sequence FROM ({parts}) GROUP BY ALL"
    )
    editions = [
        (*key, situations.edition(situations.rows(key[0], sequence, known), key[4], key[3]))
        for *key, sequence, known in found
    ]
    put(connection, "edition_of", _KEYS | {"edition": "INTEGER"}, editions)
    found = _with_known(
        connection,
        "SELECT source, policy, turn, on_day, grounds.papers AS papers, min(sequence) AS sequence FROM resting"
        " WHERE grounds IS NOT NULL GROUP BY ALL",
    )
    held = [
        (*key, lapsed)
        for *key, sequence, known in found
        if (lapsed := situations.lapsed(situations.rows(key[0], sequence, known), key[3], key[4])) is not None
    ]
    put(connection, "papers_of", _NAMED, held)
    lay_bases(connection, any(lapsed for *_, lapsed in held))
    texts = connection.execute(
        f"SELECT DISTINCT split_part(data, {text(GROUNDS)}, 2) FROM lines WHERE type = {text(a.Assessed.TYPE)}"
        " AND data IS NOT NULL"
    ).fetchall()
    named = [(one, rows) for (one,) in texts if (rows := situations.rows_named(one)) is not None]
    put(connection, "rows_of", {"tail": "VARCHAR", "rows": "VARCHAR[]"}, named)
    asked = f"SELECT DISTINCT edition FROM recommended JOIN edition_of ON {_same('recommended', 'edition_of', _KEYS)}"
    return [
        number for (number,) in connection.execute(f"{asked} WHERE edition IS NOT NULL ORDER BY 1").fetchall()
    ]


def _with_known(connection: DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """With what the envelope says was known at the event of each row, its last column."""
    return connection.execute(
        f"SELECT found.*, known FROM ({sql}) AS found JOIN lines USING (source, sequence)"
    ).fetchall()


_KEYS: Final = {
    "source": "service", "policy": "BIGINT", "turn": "BIGINT", "day": "DATE", "programme": "VARCHAR",
}  # fmt: skip
_NAMED: Final = {
    "source": "service", "policy": "BIGINT", "turn": "BIGINT", "on_day": "DATE", "papers": "VARCHAR",
    "lapsed": "VARCHAR[]",
}  # fmt: skip


def _same(one: str, other: str, keys: Iterable[str]) -> str:
    """Of two tables the rows that are in the same situation."""
    return " AND ".join(f"{one}.{key} IS NOT DISTINCT FROM {other}.{key}" for key in keys)


# -- recommendations ---------------------------------------------------------------------------------------


def _recommendations(connection: DuckDBPyConnection, edition: Edition) -> None:
    """Those of one rule: `inputs_N` are its inputs, `holding` gets those that hold."""
    table = f"inputs_{edition.number}"
    connection.execute(
        f"CREATE TABLE {table} AS SELECT id, stream, source, sequence, day AS {DECISION_DAY},"
        f" {_deciding(edition)} AS {DECIDING}, programme, household, members, application, found,"
        f" {edition.inputs.selected} FROM ({_RESTS_ON}) WHERE edition = {edition.number}"
    )
    _ask(connection, table, edition)
    connection.execute(
        f"CREATE OR REPLACE VIEW {ASKED} AS SELECT *, {head()} AS head, concat({edition.inputs.written}) AS written"
        " FROM may"
    )
    # A table, before the texts of the log come to it: DuckDB goes through the lists of what it has joined once and again.
    connection.execute(
        f"CREATE OR REPLACE TABLE worked_out AS SELECT *, {_eligible(edition)} AS eligible FROM ({edition.telling})"
        " WHERE admitted IS NULL"
    )
    connection.execute(
        f'INSERT INTO holding SELECT id, {edition.number} FROM (SELECT id, "row", tail FROM'
        f" (SELECT id, data, split_part(data, {text(GROUNDS)}, 2) AS tail FROM lines"
        f"  WHERE type = {text(a.Assessed.TYPE)}) AS texts JOIN worked_out USING (id) WHERE data = {_TEXT}) AS same"
        ' JOIN rows_of ON rows_of.tail = same.tail WHERE list_contains("rows", "row")'
    )


_RESTS_ON: Final = (
    "SELECT recommended.*, edition, applied.township AS lived, applied.apart, applied.id AS application,"
    " checked.id AS found, checked.means, coalesce(changed.household, applied.household) AS household,"
    " coalesce(changed.members, applied.members) AS members, poor_ones.id IS NOT NULL AS poor FROM recommended"
    f" JOIN edition_of ON {_same('recommended', 'edition_of', _KEYS)}"
    " JOIN applied ON applied.source = recommended.source AND applied.sequence = recommended.begun"
    " JOIN checked ON checked.source = recommended.source AND checked.sequence = recommended.checked"
    " LEFT JOIN changed ON changed.source = recommended.source AND changed.sequence = recommended.changed"
    " LEFT JOIN poor_ones ON poor_ones.id = recommended.id WHERE checked.means IS NOT NULL"
)
_TEXT: Final = (
    'concat(head, eligible, \',"amount_fen":\', CASE WHEN eligible THEN amount_fen ELSE 0 END, \',"reason":"\','
    f" CASE WHEN eligible OR {quoted(ROUTE)} = 'refuse' THEN \"row\" ELSE {text(NOTHING_DUE)} END,"
    f' \'","route":"\', {quoted(ROUTE)}, \'","inputs":[\', written, \'],"worked":\', {WORKED}, {text(GROUNDS)}, tail)'
)
"""The whole recommendation; its end as it lies there, which `rows_of` has only if it can be read as the fact."""


def _ask(connection: DuckDBPyConnection, table: str, edition: Edition) -> None:
    """`may`: the table with what earlier months say, without those that the rule must not be asked about."""
    if edition.looking_back is None:
        connection.execute(f"CREATE OR REPLACE TABLE may AS FROM {table}")
    else:
        connection.execute(f"CREATE OR REPLACE TABLE {MONTHS} AS {months_of(table)}")
        connection.execute(f"CREATE OR REPLACE VIEW {ASKED} AS FROM {table}")
        connection.execute(f"CREATE OR REPLACE TABLE may AS {edition.looking_back}")
    connection.execute(f"CREATE OR REPLACE VIEW {ASKED} AS FROM may")
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
        "CREATE TABLE founded AS SELECT resting.id, resting.stream, resting.source, resting.sequence, resting.day,"
        " resting.by_month, resting.members, resting.assessment, holding.edition AS before, edition_of.edition FROM resting"
        f" JOIN edition_of ON {_same('resting', 'edition_of', _KEYS)}"
        " JOIN recommended ON recommended.id = resting.assessment"
        "  AND recommended.stream = resting.stream AND recommended.source = resting.source"
        "  AND recommended.sequence < resting.sequence"
        " JOIN holding ON holding.id = resting.assessment"
    )
    pairs = connection.execute(
        "SELECT DISTINCT before, edition FROM founded WHERE edition IS NOT NULL ORDER BY ALL"
    ).fetchall()
    for before, number in pairs:
        edition, first = situations.of(number), situations.of(before)
        if edition is None or first is None:
            continue
        inputs, only = f"inputs_{before}", f"before = {before} AND edition = {number}"
        asked, told = edition.definition.inputs, first.definition.inputs
        if asked != told:
            if REGISTERED_POOR in asked and REGISTERED_POOR not in told:
                continue  # nobody knew it
            inputs, only = "anew", f"{only} AND by_month"
            _anew(connection, edition, only)
        names = ", ".join(f"{inputs}.{quoted(name)}" for name, _ in edition.inputs.columns)
        connection.execute(
            f"CREATE OR REPLACE TABLE again AS SELECT founded.id, founded.stream, founded.source, founded.sequence,"
            f" day AS {DECISION_DAY}, CASE WHEN by_month THEN day ELSE {_deciding(edition)} END AS {DECIDING}, {names}"
            f" FROM founded JOIN {inputs} ON {inputs}.id = founded.assessment"
            f"  AND (NOT by_month OR founded.members = {inputs}.members) WHERE {only}"
        )
        _ask(connection, "again", edition)
        connection.execute(
            f'INSERT INTO given SELECT id, "row", {_eligible(edition)}, amount_fen FROM ({edition.deciding})'
            " WHERE admitted IS NULL"
        )


def _anew(connection: DuckDBPyConnection, edition: Edition, only: str) -> None:
    """`anew`: what a rule asks that was not there at the recommendation, of what had been found out for that."""
    connection.execute(
        f"CREATE OR REPLACE TABLE anew AS SELECT id, members, {edition.inputs.selected} FROM ({_RESTS_ON})"
        f" WHERE id IN (SELECT assessment FROM founded WHERE {only})"
    )


_RIGHT: Final = (
    "CREATE TABLE right_ones AS SELECT resting.id FROM resting"
    " LEFT JOIN given ON given.id = resting.id"
    " LEFT JOIN founded ON founded.id = resting.id"
    f" LEFT JOIN papers_of ON {_same('papers_of', 'resting', ('source', 'policy', 'turn', 'on_day'))}"
    "  AND papers_of.papers = resting.grounds.papers"
    " LEFT JOIN bases ON bases.stream = resting.stream AND bases.source = resting.source"
    "  AND bases.sequence < resting.sequence"
    " WHERE (resting.assessment IS NULL OR founded.id IS NOT NULL)"
    "  AND (resting.grounds IS NULL OR len(papers_of.lapsed) = 0 OR papers_of.lapsed = [bases.basis])"
    f"  AND (resting.grounds IS NULL OR NOT list_contains(resting.grounds.rows, {text(remedies.ROW)}))"
    f"  AND CASE resting.type WHEN {text(a.Reviewed.TYPE)}"
    "   THEN resting.outcome <> 'unchanged' OR resting.assessment IS NULL OR given.eligible"
    f"  WHEN {text(a.Exited.TYPE)} THEN resting.by_event OR"
    "   (NOT given.eligible AND list_contains(resting.grounds.rows, given.row))"
    f"  WHEN {text(a.Declined.TYPE)} THEN NOT given.eligible AND list_contains(resting.grounds.rows, given.row)"
    "  ELSE given.eligible AND resting.amount_fen = given.amount_fen"
    "   AND list_contains(resting.grounds.rows, given.row) END"
)
