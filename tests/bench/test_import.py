"""The import of a roster of five thousand rows, as a workbook and as CSV, beside a bare read-and-insert."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count, islice
from pathlib import Path

import pytest
from openpyxl import load_workbook

from services.chassis.clock import SystemClock, SystemIds
from services.chassis.runtime import Runtime
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault
from services.registry import SERVICE
from services.registry.importing import AT_ONCE, import_roster
from services.simulator.roster import roster_bytes
from tests.bench.measuring import interleaved, rate
from tests.bench.report import Report
from tests.bench.workload import DISTRICT

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

HOUSEHOLDS = 1_650  # of three people, about

TEXT = """`import_roster` of the simulator's roster into an empty registry on SQLite, with a vault in memory: every cell checked,
every name and number sealed, every person and household a recorded fact. Beside it: a loop that reads the same
file with openpyxl (or `csv`) and inserts each row as JSON, fifty households' worth of rows a transaction. The distance
between the two is the register's rules and the sealing, not overhead; there is no aim."""


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_import(kind: str, report: Report, tmp_path: Path) -> None:
    workbook = roster_bytes(5, HOUSEHOLDS)
    rows = list(_rows(workbook))
    content = workbook if kind == "xlsx" else _comma_separated(rows)
    people, number = len(rows) - 1, count()

    def ours() -> float:
        clock = SystemClock()
        store = open_store(f"sqlite:///{tmp_path / f'ours-{next(number)}.db'}", "registry")
        keys = MemoryVault(clock=clock).for_reader("registry")
        runtime = Runtime(SERVICE, store, district=DISTRICT, clock=clock, ids=SystemIds(), keys=keys)
        done = []
        try:
            found = rate(
                people, lambda: done.append(import_roster(runtime, io.BytesIO(content), f"r.{kind}"))
            )
        finally:
            store.close()
        assert (done[0].registered, done[0].refused) == (people, 0), done
        return found

    def bare() -> float:
        with closing(sqlite3.connect(tmp_path / f"bare-{next(number)}.db")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE people (row TEXT)")

            def insert() -> None:
                read = _rows(content) if kind == "xlsx" else csv.reader(io.StringIO(content.decode()))
                while some := list(islice(read, AT_ONCE * 3)):
                    with connection:
                        connection.executemany(
                            "INSERT INTO people VALUES (?)", [(json.dumps(r),) for r in some]
                        )

            return rate(people, insert)

    found = interleaved({"ours": ours, "bare": bare}, rounds=2, warm=False)
    section = report.section("Import", TEXT)
    report.compare(section, f".{kind}, {people:,} rows", found["ours"], found["bare"], "rows/s")


def _rows(content: bytes) -> Iterator[list[str | None]]:
    """The heading once, then every row of every sheet of people."""
    book = load_workbook(io.BytesIO(content), read_only=True)
    first = True
    for page in book.worksheets[1:]:
        for number, row in enumerate(page.iter_rows(values_only=True)):
            if number or first:
                yield [None if cell is None else str(cell) for cell in row]
            first = False
    book.close()


def _comma_separated(rows: list[list[str | None]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
