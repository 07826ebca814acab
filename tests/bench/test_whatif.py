"""A month of a million cases under other papers, once the facts are laid out, beside a bare scan of the same columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pytest

from services.history.whatif import deciding
from services.policy.population import Population
from services.policy.reading import read_paper
from services.policy.rulebook import Rulebook
from services.policy.sql.inputs import givens, quoted
from tests.bench.measuring import cpu_rate, interleaved, rate
from tests.bench.report import Report
from tests.history.whatif.laid import lay_out

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
FOLDERS = [*(ROOT / "services" / "policy" / "papers").iterdir(), *(ROOT / "samples" / "policies").iterdir()]
MONTH = date(2023, 3, 1)
DIFFERENT, TIMES = 20_000, 50
CASES = DIFFERENT * TIMES
SAMPLE = deciding.SAMPLE
AIM = "a million under 1 s on 2 cores"

TEXT = """One month of dibao under a standard a tenth higher: a million cases whose facts are laid out in memory (20,000
different ones fifty times over; of whom something is missing is left out there), each with six months behind it. What those
say is folded and the rule applied, on two threads, and row, route, amount and whom it admits of every case are written to a
new table (`deciding.answer_month`). Beside it: the same columns copied to a new table. Laying the facts out of the log, and
the lines that the three runs are put together into, are not in it."""


def test_whatif(report: Report) -> None:
    papers = [read_paper(folder).paper for folder in sorted(FOLDERS) if (folder / "paper.yaml").is_file()]
    whole = Rulebook(papers).rule("dibao", MONTH)
    rule = whole.definition
    facts = replace(rule, history={})
    section = report.section("What if", TEXT)
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        deciding.months_table(connection, "months")
        cases = dict(enumerate(Population(rule, seed=1).cases(DIFFERENT)))
        lay_out(connection, "different", rule, cases)
        connection.execute(
            f"CREATE TABLE facts AS SELECT * REPLACE (id + {DIFFERENT} * range AS id) FROM different, range({TIMES})"
        )
        connection.execute(
            "INSERT INTO months SELECT id, series, DATE '2022-09-01' + to_months(m::INTEGER), value FROM facts, range(6) t(m),"
            " (VALUES ('granted_amount', 40000), ('above_standard', 0)) s(series, value)"
        )
        columns = ", ".join(quoted(name) for name in ("id", *givens(facts)))

        statements = deciding.Statements()

        def ours() -> None:
            deciding.answer_month(connection, statements, whole, MONTH, "facts", "months")

        def bare() -> None:
            connection.execute(f"CREATE OR REPLACE TABLE copied AS SELECT {columns} FROM facts")

        # By the clock, and by the processor: two cores give two seconds of it in one, on a machine that is idle.
        for by, at, aim in (("", rate, AIM), (", a core", cpu_rate, f"{CASES // 2:,} a core")):
            found = interleaved({"ours": partial(at, CASES, ours), "bare": partial(at, CASES, bare)})
            what = f"dibao, a month of a million cases{by}"
            report.compare(section, what, found["ours"], found["bare"], "cases/s", aim)
        ours()
        drawn = deciding.draw(connection, "answers", 1, SAMPLE)
        deciding.agree(connection, rule, lambda day: whole, "answers", drawn)
    assert len(drawn) == SAMPLE
    section.notes.append(f"The interpreter said the same of {SAMPLE:,} of the cases that were decided.")
