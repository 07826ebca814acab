"""What each recommendation and each decision rests on, found for all at once: as `story` finds it for one.

`recommended`: a recommendation, with where the application, the check and the household lie that counted before it.
`resting`: a decision that is not doubtful yet, with the recommendation it names, that a review ended with, or that settled
the sum of which a month made another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from duckdb import DuckDBPyConnection

from events import assistance as a
from services.history.audit.columns.laying import CLEARING, named, put
from services.history.audit.rule import BY_EVENT
from services.history.lake.selection import listed, quoted


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
    by_event = listed(sorted(BY_EVENT))
    connection.execute(
        "CREATE TABLE resting AS SELECT decided.*, CASE WHEN by_month THEN since ELSE before.day END AS day,"
        " before.policy, before.turn,"
        " CASE WHEN by_month OR reason = 'taper_ended' THEN since ELSE before.day END AS on_day,"
        f" decided.type = {quoted(a.Exited.TYPE)} AND decided.reason IN ({by_event}) AS by_event,"
        f" CASE WHEN reviewed THEN CASE WHEN {_concluded('before')} THEN named.id END"
        f"  WHEN by_month THEN CASE WHEN settling.assessed = before.assessed AND {_concluded('settling')}"
        f"   AND {_SAME_HOME} THEN named.id END"
        "  ELSE decided.grounds.assessment END AS assessment"
        f" FROM (SELECT *, type = {quoted(a.Reviewed.TYPE)} AS reviewed, {_BY_MONTH} AS by_month FROM decided) AS decided"
        " JOIN before USING (source, sequence)"
        " LEFT JOIN before AS named ON named.source = before.source"
        "  AND named.sequence = before.assessed AND (reviewed OR by_month)"
        " LEFT JOIN before AS settling ON settling.source = before.source"
        "  AND settling.sequence = before.settled AND by_month"
        " ANTI JOIN doubtful ON doubtful.stream = decided.stream"
    )


def _concluded(of: str) -> str:
    """Whether what had been found out before a row of `before` came to a recommendation."""
    return f"{of}.assessed > greatest({of}.cleared, coalesce({of}.surveyed, 0), coalesce({of}.checked, 0))"


_BY_MONTH: Final = (
    f"(grounds.assessment IS NULL AND (type = {quoted(a.Adjusted.TYPE)} AND reason NOT IN ('death', 'remedy')"
    f" OR type = {quoted(a.Exited.TYPE)} AND reason = 'taper_ended'))"
)
"""By the rule of the month from which it counts, without a recommendation of its own."""
_SAME_HOME: Final = (
    "named.moved IS NOT DISTINCT FROM before.moved AND named.changed IS NOT DISTINCT FROM before.changed"
)
_EARLIER: Final = {
    "cleared": named(CLEARING), "surveyed": named((a.Surveyed,)), "checked": named((a.Checked,)),
    "assessed": named((a.Assessed,)), "begun": named((a.Applied, a.TakenOver)),
    "changed": named((a.HouseholdChanged,)), "settled": named((a.SubsidyGranted, a.Reviewed)),
}  # fmt: skip
_LAST: Final = ", ".join(
    f"max(earlier.sequence) FILTER (earlier.type IN ({types})) AS {name}" for name, types in _EARLIER.items()
)
_BEFORE: Final = (
    "CREATE TABLE before AS SELECT asked.*, coalesce(turns.number, 0) AS turn FROM"
    " (SELECT asked.source, asked.sequence, any_value(asked.stream) AS stream, any_value(asked.id) AS id,"
    " any_value(asked.type) AS type, any_value(asked.day) AS day, any_value(asked.policy) AS policy,"
    f" any_value(asked.registry) AS registry, {_LAST},"
    f" count(*) FILTER (earlier.type IN ({_EARLIER['begun']})) AS beginnings,"
    " arg_max(earlier.township, earlier.sequence) FILTER (earlier.township IS NOT NULL) AS moved"
    f" FROM (FROM lines WHERE day IS NOT NULL) AS asked LEFT JOIN (FROM lines WHERE type <> {quoted(a.MonthGranted.TYPE)}) AS earlier"
    "  ON earlier.stream = asked.stream AND earlier.source = asked.source AND earlier.sequence < asked.sequence"
    " GROUP BY asked.source, asked.sequence) AS asked"
    " ASOF LEFT JOIN turns ON turns.source = asked.source AND turns.sequence <= asked.sequence"
)
"""What lay before each recommendation and decision in its case, by the sequences of its source."""
