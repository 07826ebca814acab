"""What each recommendation and each decision rests on, found for all at once: as `story` finds it for one.

`recommended`: a recommendation in pieces of its text, with the application, the check and the township that counted
before it. `resting`: a decision that is not doubtful yet, with the recommendation it names, or that a review ended with.
"""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from events import assistance as a
from services.history.audit.columns.laying import CLEARING, DECISIONS, named
from services.history.audit.reconstruct import sibling
from services.history.audit.rule import BY_EVENT
from services.history.lake.selection import quoted


def rest(connection: DuckDBPyConnection, turns: Sequence[tuple[str, int]]) -> None:
    """Over the tables of `laying`. `turns`: events, by source and sequence, from which on a service may have known
    otherwise what it had read: it began to listen to something else, or something became of a letter."""
    connection.execute("CREATE TABLE turns (source VARCHAR, sequence BIGINT, number BIGINT)")
    for number, turn in enumerate(turns, 1):
        connection.execute("INSERT INTO turns VALUES (?, ?, ?)", [*turn, number])
    sources = connection.execute("SELECT DISTINCT source FROM lines ORDER BY source").fetchall()
    connection.execute(_before([source for (source,) in sources]))
    connection.execute(
        "CREATE TABLE recommended AS SELECT before.*, said[1]->>'$' AS programme, applied.township AS lived,"
        " applied.apart, applied.id AS application, checked.id AS found, checked.means, said,"
        " coalesce(changed.members, applied.members) AS people"
        " FROM before JOIN assessed ON assessed.id = before.id"
        " JOIN applied ON applied.stream = before.stream AND applied.source = before.source"
        "  AND applied.sequence = before.begun"
        " LEFT JOIN changed ON changed.stream = before.stream AND changed.source = before.source"
        "  AND changed.sequence = before.changed"
        " JOIN checked ON checked.stream = before.stream AND checked.source = before.source"
        "  AND checked.sequence = before.checked"
        f" WHERE before.type = {quoted(a.Assessed.TYPE)} AND before.beginnings = 1 AND before.checked > before.cleared"
        "  AND before.checked > coalesce(before.surveyed, 0) AND checked.means IS NOT NULL"
    )
    by_event = ", ".join(map(quoted, sorted(BY_EVENT)))
    connection.execute(
        "CREATE TABLE resting AS SELECT decided.*, before.day, before.known, before.policy, before.turn,"
        f" decided.type = {quoted(a.Exited.TYPE)} AND decided.reason IN ({by_event}) AS by_event,"
        f" CASE WHEN decided.type = {quoted(a.Reviewed.TYPE)}"
        "  THEN CASE WHEN before.assessed > greatest(before.cleared, coalesce(before.surveyed, 0),"
        "   coalesce(before.checked, 0)) THEN named.id END"
        "  ELSE decided.grounds.assessment END AS assessment"
        " FROM decided JOIN before USING (stream, source, sequence)"
        " LEFT JOIN lines AS named ON named.stream = before.stream AND named.source = before.source"
        f"  AND named.sequence = before.assessed AND decided.type = {quoted(a.Reviewed.TYPE)}"
        " ANTI JOIN doubtful ON doubtful.stream = decided.stream"
    )


def _before(sources: Sequence[str]) -> str:
    """What lay before each recommendation and decision in its case, by the sequences of its source."""
    begins = f"type IN ({named((a.Applied, a.TakenOver))})"
    return (
        "CREATE TABLE before AS SELECT asked.*, coalesce(turns.number, 0) AS turn FROM (SELECT stream, source,"
        f" sequence, id, type, day, known, {_read_of('policy', sources)} AS policy,"
        f" {_read_of('registry', sources)} AS registry,"
        " cleared, surveyed, checked, assessed, begun, moved, changed, beginnings FROM"
        " (SELECT stream, source, sequence, id, type, day, known,"
        f" max(sequence) FILTER (type IN ({named(CLEARING)})) OVER so_far AS cleared,"
        f" max(sequence) FILTER (type = {quoted(a.Surveyed.TYPE)}) OVER so_far AS surveyed,"
        f" max(sequence) FILTER (type = {quoted(a.Checked.TYPE)}) OVER so_far AS checked,"
        f" max(sequence) FILTER (type = {quoted(a.Assessed.TYPE)}) OVER so_far AS assessed,"
        f" max(sequence) FILTER ({begins}) OVER so_far AS begun, count(*) FILTER ({begins}) OVER so_far AS beginnings,"
        f" max(sequence) FILTER (type = {quoted(a.HouseholdChanged.TYPE)}) OVER so_far AS changed,"
        " last_value(township IGNORE NULLS) OVER so_far AS moved"
        " FROM lines WINDOW so_far AS (PARTITION BY stream, source ORDER BY sequence"
        "  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))"
        f" WHERE type IN ({named((a.Assessed, *DECISIONS))})) AS asked"
        " ASOF LEFT JOIN turns ON turns.source = asked.source AND turns.sequence <= asked.sequence"
    )


def _read_of(service: str, sources: Sequence[str]) -> str:
    """How far each source had read a service of its district."""
    each = " ".join(
        f"WHEN {quoted(one)} THEN CAST(json_extract(known, {quoted(f'$.{_marked(sibling(one, service))}')}) AS BIGINT)"
        for one in sources
    )
    return f"CASE source {each} END" if sources else "NULL"


def _marked(name: str) -> str:
    return f'"{name}"'
