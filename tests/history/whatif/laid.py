"""Made-up cases in a table, laid out as a what-if lays them out."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
from duckdb import DuckDBPyConnection

from services.history.whatif.laying import columns, lay
from services.policy.definition import Definition
from services.policy.sql.inputs import quoted


def lay_out(
    connection: DuckDBPyConnection,
    table: str,
    definition: Definition,
    cases: Mapping[int, Mapping[str, object]],
) -> None:
    """By their numbers, to be decided on the day of the definition."""
    asked = definition.inputs
    connection.execute(f"CREATE TABLE {quoted(table)} (id BIGINT, decision_day DATE{columns(asked)})")
    days = pa.array([definition.on] * len(cases), pa.date32())
    places = {"id": pa.array(list(cases), pa.int64()), "decision_day": days}
    lay(connection, table, asked, places, list(cases.values()))
