"""Timelines built again from the district log, beside a bare read-and-decode of the same log."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import islice

import msgspec
import psycopg
import pytest

from events.base import Envelope
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.service import source_of
from services.history.district_log import DistrictLog
from tests.bench.measuring import cpu_rate, interleaved, rate
from tests.bench.report import Report, number
from tests.bench.workload import DISTRICT, entries

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

EVENTS, AT_ONCE = 30_000, 5_000
Rate = Callable[[int, Callable[[], object]], float]
READ = "SELECT position, envelope, data FROM district_log WHERE position > {} ORDER BY position LIMIT 5000"

TEXT = f"""`DistrictLog.rebuild` over {EVENTS:,} events: every event is read, whom it concerns is indexed, who comes from whom and who
lived where is decoded and kept. Beside it: a loop that reads the same rows 5,000 at a time (of PostgreSQL in binary, as we do)
and decodes envelope and data with msgspec, and writes nothing. *Kept* is `DistrictLog.take` from memory, which also stores the
bytes. By the clock, and by the processor's time of our process alone (PostgreSQL's is not in it), which says more on a machine
that is busy."""


def test_rebuild(engine: str, new_url: Callable[[], str], report: Report) -> None:
    url = new_url()
    database = open_database(url, "history")
    log = DistrictLog(database, [source_of(DISTRICT, "bench")], SystemClock())
    _fill(log)
    with database.reading() as session:
        rows = session.execute("SELECT count(*) FROM timeline_1")[0][0]

    def bare(by: Rate) -> float:
        if engine == "SQLite":
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
                return by(EVENTS, lambda: _decode(lambda after: connection.execute(READ.format("?"), after)))
        with psycopg.connect(url, options="-c search_path=history") as server:
            return by(
                EVENTS, lambda: _decode(lambda after: server.execute(READ.format("%s"), after, binary=True))
            )

    def take(by: Rate) -> float:
        fresh = open_database(new_url(), "history")
        one = DistrictLog(fresh, log.sources, SystemClock())
        try:
            return _fill(one, by)
        finally:
            fresh.close()

    section = report.section("History", TEXT)
    aim = "0.5 of a bare read-and-decode"
    for of, by in (("", rate), (", of our processor", cpu_rate)):
        found = interleaved(
            {
                "rebuild": partial(by, EVENTS, log.rebuild),
                "bare": partial(bare, by),
                "take": partial(take, by),
            },
            rounds=4,
        )
        report.compare(section, f"rebuild, {engine}{of}", found["rebuild"], found["bare"], "events/s", aim)
        report.compare(section, f"kept, {engine}{of}", found["take"], found["bare"], "events/s")
    section.notes.append(f"{engine}: {number(rows)} rows of the timeline's index for {EVENTS:,} events.")
    database.close()


def _fill(log: DistrictLog, by: Rate = rate) -> float:
    """Events a second, making them not counted."""
    seconds, source = 0.0, log.sources[0]
    made = entries("bench")
    while some := list(islice(made, min(AT_ONCE, EVENTS - log.position(source)))):
        seconds += len(some) / by(len(some), lambda some=some: log.take(source, some))
    return EVENTS / seconds


def _decode(read: Callable[[tuple[int]], object]) -> None:
    envelope, data = msgspec.json.Decoder(Envelope), msgspec.json.Decoder()
    after = 0
    while rows := read((after,)).fetchall():  # type: ignore[attr-defined]  # either engine's cursor
        for position, head, body in rows:
            envelope.decode(head)
            data.decode(body)
            after = position
