"""Whom dibao and tekun help in a month, by each run: other programmes' rules ask for it, and the counterfactual answers by
its own.

What was recorded is told unless the counterfactual, on the day, helps by other programmes than the papers in force do. So
nothing differs where both do the same, whatever an officer decided beside the rule.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from duckdb import DuckDBPyConnection

from events.assistance import BASIC_LIVING
from services.policy.area import area_of
from services.policy.paper import Input
from services.policy.sql.inputs import quoted

BY = {"低保家庭": "dibao", "继续领取低保": "dibao", "特困供养": "tekun"}
"""Whether the person is helped by this programme, in the papers' own words."""
GROUP, COVERED = "对象类别", "已纳入类别"
"""The priority group, with the area; what the household is admitted to already."""
NONE = "none"
Aid = Mapping[str, tuple[bool, bool]]
"""By programme: whether the papers in force help any of the people, and whether the others do."""


def find(connection: DuckDBPyConnection) -> None:
    """As the table `aid`: `id`, `programme`, `before` and `after`, of the table `asking` (`id`, `day`, `members`).

    What counts is the month of the day, or the next where a decision of that month, by the day, begins with it.
    """
    programmes = ", ".join(f"'{one}'" for one in BASIC_LIVING)
    connection.execute(
        f"""CREATE OR REPLACE TABLE aid AS
        WITH who AS (SELECT id, day, date_trunc('month', day)::DATE AS month, unnest(members) AS person FROM asking),
        whose AS (SELECT DISTINCT number, unnest(members) AS person FROM episodes WHERE programme IN ({programmes})),
        found AS (
         SELECT who.id, who.person, l.number, l.programme, l.month,
          l.before AND list_contains(coalesce(l.for_before, e.members), who.person) AS before,
          l."after" AND list_contains(coalesce(l.for_after, e.members), who.person) AS "after"
         FROM who JOIN whose USING (person) JOIN lines l ON l.number = whose.number
         JOIN episodes e ON e.episode = l.episode
         WHERE l.month = who.month
          OR (l.month = who.month + INTERVAL 1 MONTH AND e.since = l.month AND e.day BETWEEN who.month AND who.day)),
        counting AS (FROM found QUALIFY row_number() OVER (PARTITION BY id, person, number ORDER BY month DESC) = 1)
        SELECT id, programme, bool_or(before) AS before, bool_or("after") AS "after" FROM counting GROUP BY ALL"""
    )


def linked(connection: DuckDBPyConnection, asked: Collection[str]) -> list[str]:
    """As the table `linked`: whoever of `asking` the counterfactual helps otherwise, with a column for each of these
    names (null: as recorded). Gives the names; `asking` also has `stated`, names that somebody stated, which stay."""
    names = [name for name in BY if name in asked]
    find(connection)
    columns = "".join(
        f""", CASE WHEN bool_or(programme = '{BY[name]}' AND before <> "after") AND NOT list_contains(any_value(stated), '{name}')
         THEN bool_or(programme = '{BY[name]}' AND "after") END AS {quoted(name)}"""
        for name in names
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE linked AS SELECT id{columns} FROM aid JOIN asking USING (id) GROUP BY id"
        f' HAVING bool_or(before <> "after")'
    )
    return names


def told(asked: Collection[str], inputs: Mapping[str, Any], township: str, aid: Aid) -> dict[str, object]:
    """What a rule of something paid once is told otherwise than was recorded."""
    if all(before == after for before, after in aid.values()):
        return {}
    helped = next((one for one in BASIC_LIVING if aid.get(one, (False, False))[1]), None)
    differs = {one for one, (before, after) in aid.items() if before != after}
    found: dict[str, object] = {
        name: aid[by][1] for name, by in BY.items() if name in asked and by in differs
    }
    for name in (GROUP, COVERED):
        if name in asked:
            recorded = str(inputs.get(name, NONE))
            group = f"{helped}_{area_of(township)}" if name == GROUP else helped
            found[name] = group if helped else NONE if recorded.startswith(BASIC_LIVING) else recorded
    return found


def asks(inputs: Mapping[str, Input]) -> bool:
    """Whether a rule asks for any of it."""
    return not inputs.keys().isdisjoint({*BY, GROUP, COVERED})
