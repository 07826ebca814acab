"""However deliveries of several logs are mixed, the district log holds each in its order, causes first."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from events.base import Entry
from events.registry import Died, HouseholdSplit, MemberJoined
from services.chassis.database import open_database
from services.history.district_log import DistrictLog
from services.history.tables import INDEX_TABLES
from tests.history.logs import CLOCK, Logs, sources, src

NAMES = ("registry", "living", "notification")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.sampled_from(NAMES)),
        st.tuples(st.just("see"), st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES))),
    ),
    max_size=40,
)
deliveries = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 40), st.integers(0, 12)), max_size=30)


def world(script: list[tuple[str, object]]) -> Logs:
    logs = Logs()
    homes = [logs.household() for _ in range(3)]
    people = [logs.person() for _ in range(4)]
    for name in NAMES:
        logs.of[src(name)] = []
    for number, (what, who) in enumerate(script):
        home, one = homes[number % 3], people[number % 4]
        on = date(2026, 1, 1 + number % 28)
        if what == "see":
            reader, upstream = who  # type: ignore[misc]  # a pair where it is "see"
            if reader != upstream:
                logs.sees(reader, upstream)
        elif number % 3 == 0:
            split = HouseholdSplit(household=home, into=homes[(number + 1) % 3], members=(one,), since=on)
            logs.record(str(who), home, split)
        elif number % 3 == 1:
            logs.record(
                str(who),
                home,
                MemberJoined(household=home, person=one, relation="20", since=on, reason="other"),
            )
        else:
            logs.record(str(who), one, Died(person=one, on=on))
    return logs


@settings(max_examples=40, deadline=None)
@given(steps, deliveries)
def test_nothing_is_lost_or_doubled_and_no_effect_stands_before_its_cause(
    script: list[tuple[str, object]], chaos: list[tuple[str, int, int]]
) -> None:
    logs = world(script)
    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'history.db'}", "history")
        log = DistrictLog(database, sources(), CLOCK)
        for name, start, length in chaos:
            # A piece from anywhere: early, late, repeated, or with a hole before it.
            log.take(src(name), logs.of[src(name)][start : start + length])
        log.pump(logs.feeds())
        kept = [entry for _, entry in log.entries(limit=10_000)]
        live = index_of(log)
        log.rebuild()
        rebuilt = index_of(log)
        database.close()
    assert log.unready() == []
    for name in NAMES:
        assert [entry for entry in kept if entry.envelope.source == src(name)] == logs.of[src(name)]
    assert len(kept) == sum(map(len, logs.of.values()))
    assert causes_first(kept)
    assert rebuilt == live


def causes_first(kept: list[Entry]) -> bool:
    reached: dict[str, int] = {}
    for entry in kept:
        e = entry.envelope
        if any(reached.get(source, 0) < sequence for source, sequence in (e.known | e.heard).items()):
            return False
        reached[e.source] = e.sequence
    return True


def index_of(log: DistrictLog) -> list[object]:
    with log.database.reading() as session:
        generation = session.execute("SELECT generation FROM log_head")[0][0]
        return [sorted(session.execute(f"SELECT * FROM {table}_{generation}")) for table in INDEX_TABLES]
