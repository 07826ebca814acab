"""Timelines rebuilt from the lake, and the lake laid out, beside a bare read-and-decode of the district log."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from services.chassis.clock import SystemClock
from services.chassis.database import SqliteDatabase
from services.chassis.service import source_of
from services.history.district_log import DistrictLog
from services.history.lake.folder import Lake
from services.history.lake.following import lines_of
from services.history.library import History
from tests.bench.measuring import interleaved, rate
from tests.bench.report import Report
from tests.bench.test_history import _decode
from tests.bench.workload import DISTRICT, entries

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

EVENTS, AT_ONCE = int(os.environ.get("DOUDI_BENCH_LAKE_EVENTS", "60000")), 5_000
READ = "SELECT position, envelope, data FROM district_log WHERE position > ? ORDER BY position LIMIT 5000"
FOLD = '''"""Every entity's timeline: the ids of its events, in the order in which they were recorded."""
KEY = "entity"
COLUMNS = ("id",)


def initial():
    return []


def evolve(state, fact):
    state.append(fact.id)
    return state


def result(state):
    return {"events": len(state), "first": state[0], "last": state[-1]}
'''
TEXT = f"""`timelines` over a compacted lake of {EVENTS:,} events (4 rows an event and less), in SQL and as a Python fold by entity, in
two processes where that is worth their start; and the lake appended from the district log. Beside them: a loop that reads
the district log from SQLite 5,000 at a time and decodes envelope and data with msgspec, and keeps nothing."""


def test_timelines_from_the_lake(tmp_path: Path, report: Report) -> None:
    file = tmp_path / "history.db"
    log = DistrictLog(SqliteDatabase(str(file)), [source_of(DISTRICT, "bench")], SystemClock())
    made = entries("bench")
    while some := list(islice(made, min(AT_ONCE, EVENTS - log.position(log.sources[0])))):
        log.take(log.sources[0], some)
    lake = Lake(tmp_path / "lake")
    lake.append(lines_of(log, 0))
    lake.compact()
    fold = tmp_path / "timelines.py"
    fold.write_text(FOLD)
    history = History(lake)
    fresh = iter(range(100))

    def bare() -> float:
        with closing(sqlite3.connect(file)) as connection:
            return rate(EVENTS, lambda: _decode(lambda after: connection.execute(READ, after)))

    def run(projection: str | Path) -> float:
        return rate(EVENTS, lambda: history.run(projection, processes=2).close())

    found = interleaved(
        {
            "sql": lambda: run("timelines"),
            "fold": lambda: run(fold),
            "append": lambda: rate(
                EVENTS, lambda: Lake(tmp_path / f"lake-{next(fresh)}").append(lines_of(log, 0))
            ),
            "bare": bare,
        },
        rounds=3,
    )
    section = report.section("Lake", TEXT)
    aim = "200,000 events/s, 0.5 of a bare read-and-decode"
    report.compare(section, "timelines, SQL", found["sql"], found["bare"], "events/s", aim)
    report.compare(section, "timelines, Python fold", found["fold"], found["bare"], "events/s", aim)
    report.compare(section, "appended to the lake", found["append"], found["bare"], "events/s")
    for name, samples in found.items():
        print(name, [round(value) for value in samples.values])
    log.database.close()
