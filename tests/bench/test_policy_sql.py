"""A million decisions in one statement, beside the same statement's inputs only read and added up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from services.policy.definition import Definition
from services.policy.population import Population
from services.policy.reading import read_paper
from services.policy.rulebook import Rulebook
from services.policy.sql.inputs import givens, put, quoted
from services.policy.sql.statement import compile_rule
from tests.bench.measuring import interleaved, rate
from tests.bench.report import Report

pytestmark = pytest.mark.bench

PAPERS = Path(__file__).parents[2] / "services" / "policy" / "papers"
DAYS = {"dibao": date(2023, 3, 1), "tekun": date(2026, 8, 3)}
DIFFERENT, TIMES = 20_000, 50
CASES = DIFFERENT * TIMES

TEXT = """A programme compiled to one DuckDB statement, over a million cases that lie in memory (20,000 different ones, half
of them on thresholds, fifty times over), on two threads; every row, output and amount is written to a new table.
Beside it: the same columns copied to a new table, which is what reading and writing cost with no rule at all."""


def run(connection: duckdb.DuckDBPyConnection, statement: str) -> Callable[[], float]:
    return lambda: rate(CASES, lambda: connection.execute(f"CREATE OR REPLACE TABLE answer AS {statement}"))


def loaded(connection: duckdb.DuckDBPyConnection, rule: Definition) -> None:
    put(connection, "different", rule, Population(rule, seed=1).cases(DIFFERENT))
    connection.execute(
        f"CREATE TABLE cases AS SELECT different.* REPLACE (id + {DIFFERENT} * range AS id) FROM different, range({TIMES})"
    )


@pytest.mark.parametrize("programme", DAYS)
def test_policy_sql(programme: str, report: Report) -> None:
    papers = [read_paper(folder).paper for folder in sorted(PAPERS.iterdir()) if folder.is_dir()]
    rule = Rulebook(papers).definition(programme, DAYS[programme])
    columns = ", ".join(quoted(name) for name in ("id", *givens(rule)))
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        loaded(connection, rule)
        found = interleaved(
            {
                "ours": run(connection, compile_rule(rule, "cases").sql()),
                "bare": run(connection, f"SELECT {columns} FROM cases"),
            }
        )
    section = report.section("Policy in SQL", TEXT)
    aim = "a million under 1 s on 2 cores"
    report.compare(section, f"{programme}, a million cases", found["ours"], found["bare"], "decisions/s", aim)
