"""What each recommendation and each decision rests on, found for all at once: as `story` finds it for one.

`recommended`: a recommendation, with where the application, the check and the household lie that counted before it.
`resting`: a decision that is not doubtful yet, with the recommendation it names, or that a review ended with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from duckdb import DuckDBPyConnection

from events import assistance as a
from services.history.audit.columns.laying import CLEARING, named, put
from services.history.audit.rule import BY_EVENT
from services.history.lake.selection import quoted


def rest(connection: DuckDBPyConnection, turns: Sequence[tuple[str, int]]) -> None:
    """Over the tables of `laying`. `turns`: events, by source and sequence, from which on a service may have known
    otherwise what it had read: it began to listen to something else, or something became of a letter."""
    rows = [(*turn, number) for number, turn in enumerate(turns, 1)]
    put(connection, "turned", {"source": "VARCHAR", "sequence": "BIGINT", "number": "BIGINT"}, rows)
    connection.execute(
        "CREATE TABLE turns AS SELECT TRY_CAST(source AS service) AS source, sequence, number FROM turned"
    )
    connection.execute(_BEFORE)
    connection.execute(
        "CREATE TABLE recommended AS SELECT before.source, before.sequence, before.stream, before.id, day, policy,"
        " registry, turn, begun, checked, before.changed, moved, applied.programme FROM before"
        " JOIN applied ON applied.source = before.source AND applied.sequence = before.begun"
        f" WHERE before.type = {quoted(a.Assessed.TYPE)} AND beginnings = 1 AND checked > cleared"
        "  AND checked > coalesce(surveyed, 0)"
    )
    by_event = ", ".join(map(quoted, sorted(BY_EVENT)))
    connection.execute(
        "CREATE TABLE resting AS SELECT decided.*, before.day, before.policy, before.turn,"
        " CASE WHEN reason = 'taper_ended' THEN since ELSE before.day END AS on_day,"
        f" decided.type = {quoted(a.Exited.TYPE)} AND decided.reason IN ({by_event}) AS by_event,"
        f" CASE WHEN decided.type = {quoted(a.Reviewed.TYPE)}"
        "  THEN CASE WHEN before.assessed > greatest(before.cleared, coalesce(before.surveyed, 0),"
        "   coalesce(before.checked, 0)) THEN named.id END"
        "  ELSE decided.grounds.assessment END AS assessment"
        " FROM decided JOIN before USING (source, sequence)"
        " LEFT JOIN before AS named ON named.source = before.source"
        f"  AND named.sequence = before.assessed AND decided.type = {quoted(a.Reviewed.TYPE)}"
        " ANTI JOIN doubtful ON doubtful.stream = decided.stream"
    )


_BEGINS: Final = f"type IN ({named((a.Applied, a.TakenOver))})"
_BEFORE: Final = (
    "CREATE TABLE before AS SELECT asked.*, coalesce(turns.number, 0) AS turn FROM (SELECT source, sequence, stream, id,"
    " type, day, policy, registry,"
    f" max(sequence) FILTER (type IN ({named(CLEARING)})) OVER so_far AS cleared,"
    f" max(sequence) FILTER (type = {quoted(a.Surveyed.TYPE)}) OVER so_far AS surveyed,"
    f" max(sequence) FILTER (type = {quoted(a.Checked.TYPE)}) OVER so_far AS checked,"
    f" max(sequence) FILTER (type = {quoted(a.Assessed.TYPE)}) OVER so_far AS assessed,"
    f" max(sequence) FILTER ({_BEGINS}) OVER so_far AS begun, count(*) FILTER ({_BEGINS}) OVER so_far AS beginnings,"
    f" max(sequence) FILTER (type = {quoted(a.HouseholdChanged.TYPE)}) OVER so_far AS changed,"
    " last_value(township IGNORE NULLS) OVER so_far AS moved"
    " FROM lines WINDOW so_far AS (PARTITION BY stream, source ORDER BY sequence"
    "  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) QUALIFY day IS NOT NULL) AS asked"
    " ASOF LEFT JOIN turns ON turns.source = asked.source AND turns.sequence <= asked.sequence"
)
"""What lay before each recommendation and decision in its case, by the sequences of its source."""
