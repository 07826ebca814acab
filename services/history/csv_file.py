"""A query of DuckDB as a CSV file that a spreadsheet shows and never runs."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from services.chassis.spreadsheet import FORMULA, NUMBER
from services.history.lake.selection import quoted
from services.policy.sql.inputs import quoted as column


def write(connection: DuckDBPyConnection, query: str, file: str) -> None:
    """The rows in their order, with headings. duckdb.IOException where it cannot be written."""
    described = connection.execute(f"DESCRIBE {query}").fetchall()
    texts = [column(name) for name, type_, *_ in described if type_ == "VARCHAR"]
    shown = f" REPLACE ({', '.join(map(_harmless, texts))})" if texts else ""
    connection.execute(f"COPY (SELECT *{shown} FROM ({query})) TO {quoted(file)} (FORMAT csv, HEADER)")


def _harmless(text: str) -> str:
    """As `services.chassis.spreadsheet.harmless`."""
    formula, number = quoted(f"^{FORMULA}"), quoted(NUMBER)
    risky = f"regexp_matches({text}, {formula}) AND NOT regexp_full_match({text}, {number})"
    return f"CASE WHEN {risky} THEN concat({quoted(chr(39))}, {text}) ELSE {text} END AS {text}"
