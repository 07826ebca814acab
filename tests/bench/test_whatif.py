"""A month of a million cases under other papers, once the facts are laid out, beside a bare scan of the same columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from services.history.whatif import deciding
from services.policy.population import Population
from services.policy.reading import read_paper
from services.policy.rulebook import Rulebook
from services.policy.sql.history import remembering
from services.policy.sql.inputs import givens, quoted
from services.policy.sql.statement import compile_rule
from tests.bench.measuring import interleaved, rate
from tests.bench.report import Report

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
FOLDERS = [*(ROOT / "services" / "policy" / "papers").iterdir(), *(ROOT / "samples" / "policies").iterdir()]
MONTH = date(2023, 3, 1)
DIFFERENT, TIMES = 20_000, 50
CASES = DIFFERENT * TIMES

TEXT = """One month of dibao under a standard a tenth higher: a million cases whose facts are laid out in memory (20,000
different ones fifty times over), each with six months behind it; what those say is folded and the rule applied, on two
threads, every row and amount written to a new table. Beside it: the same columns copied to a new table."""


def test_whatif(report: Report) -> None:
    papers = [read_paper(folder).paper for folder in sorted(FOLDERS) if (folder / "paper.yaml").is_file()]
    rule = Rulebook(papers).definition("dibao", MONTH)
    facts = replace(rule, history={})
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        deciding.months_table(connection, "months")
        cases = dict(enumerate(Population(rule, seed=1).cases(DIFFERENT)))
        deciding.lay_out(connection, "different", rule, cases)
        connection.execute(
            f"CREATE TABLE facts AS SELECT * REPLACE (id + {DIFFERENT} * range AS id) FROM different, range({TIMES})"
        )
        connection.execute(
            "INSERT INTO months SELECT id, series, DATE '2022-09-01' + to_months(m::INTEGER), value FROM facts, range(6) t(m),"
            " (VALUES ('granted_amount', 40000), ('above_standard', 0)) s(series, value)"
        )
        asked = remembering(rule, "facts", "months").sql("duckdb")
        compiled = compile_rule(rule, "asked").sql()
        columns = ", ".join(quoted(name) for name in ("id", *givens(facts)))

        def ours() -> object:
            connection.execute(f"CREATE OR REPLACE TABLE asked AS {asked}")
            return connection.execute(f"CREATE OR REPLACE TABLE answer AS {compiled}")

        found = interleaved(
            {
                "ours": lambda: rate(CASES, ours),
                "bare": lambda: rate(
                    CASES,
                    lambda: connection.execute(
                        f"CREATE OR REPLACE TABLE answer AS SELECT {columns} FROM facts"
                    ),
                ),
            }
        )
    section = report.section("What if", TEXT)
    report.compare(
        section,
        "dibao, a month of a million cases",
        found["ours"],
        found["bare"],
        "cases/s",
        "a million under 1 s on 2 cores",
    )
