"""The index built again beside the live one: equal, resumed where it was cut off, nothing left out."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from events.registry import Died, HouseholdsMerged, HouseholdSplit, Member, MemberJoined
from services.chassis.database import Session
from services.history import heap, index, marks
from services.history.district_log import DistrictLog
from services.history.timelines import Timelines
from tests.history.conftest import Open
from tests.history.logs import CLOCK, Logs, sources, src
from tests.history.test_interleavings import index_of

REGISTRY = src("registry")


class PowerCut(Exception):
    """The process ends here."""


def busy(logs: Logs, count: int) -> None:
    homes = [logs.household() for _ in range(20)]
    people = [logs.person() for _ in range(50)]
    for number in range(count):
        home, other, one = homes[number % 20], homes[(number * 7 + 1) % 20], people[number % 50]
        since = date(2026, 1, 1)
        if number % 5 == 0:
            logs.record(
                "registry", home, HouseholdSplit(household=home, into=other, members=(one,), since=since)
            )
        elif number % 5 == 1:
            moved = (Member(person=one, relation="20"),)
            merged = HouseholdsMerged(household=home, absorbed=other, members=moved, since=since)
            logs.record("registry", home, merged)
        else:
            joined = MemberJoined(household=home, person=one, relation="20", since=since, reason="other")
            logs.record("registry", home, joined)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "READ_AT_ONCE", 50)
    monkeypatch.setattr(heap, "PART_OF", 60)


def generation(log: DistrictLog) -> int:
    with log.database.reading() as session:
        return int(session.execute("SELECT generation FROM log_head")[0][0])


def test_a_rebuild_gives_what_was_appended_and_tells_how_far_it_is(log: DistrictLog) -> None:
    logs = Logs()
    busy(logs, 220)
    log.pump(logs.feeds())
    live, before = index_of(log), generation(log)
    told: list[int] = []
    assert log.rebuild(told.append) == 220
    assert index_of(log) == live
    assert generation(log) == before + 1
    assert told[0] == 50
    assert told[-1] == 220
    assert told == sorted(told)


def cut_off_at_100(log: DistrictLog) -> None:
    def cut(position: int) -> None:
        if position == 100:
            raise PowerCut

    with pytest.raises(PowerCut):
        log.rebuild(cut)


def test_a_rebuild_that_was_cut_off_goes_on_where_it_stopped(opened: Open) -> None:
    logs = Logs()
    busy(logs, 220)
    log = opened()
    log.pump(logs.feeds())
    live = index_of(log)
    cut_off_at_100(log)
    assert index_of(log) == live, "the live index serves on"
    assert opened().rebuild() == 120
    assert index_of(log) == live


def test_a_rebuild_that_was_cut_off_while_rows_were_put_in_order_goes_on_there(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = Logs()
    busy(logs, 220)
    log = opened()
    log.pump(logs.feeds())
    live = index_of(log)
    kind = type(log.engine.heap)
    arrange, calls = kind.arrange, 0

    def cut(heap: object, session: Session, generation: int) -> bool:
        nonlocal calls
        calls += 1
        arranged = bool(arrange(heap, session, generation))
        if calls == 2:
            raise PowerCut
        return arranged

    monkeypatch.setattr(kind, "arrange", cut)
    with pytest.raises(PowerCut):
        log.rebuild()
    monkeypatch.undo()
    assert index_of(log) == live, "the live index serves on"
    logs.record("registry", logs.household(), Died(person=logs.person(), on=date(2026, 1, 1)))
    again = opened()
    again.pump(logs.feeds())
    live = index_of(log)
    assert again.rebuild() <= 1, "all but what came later had been read"
    assert index_of(log) == live


def test_an_event_that_concerns_many_is_found_by_each_after_a_rebuild(log: DistrictLog) -> None:
    logs = Logs()
    home, people = logs.household(), [logs.person() for _ in range(24)]
    logs.record(
        "registry", home, HouseholdSplit(household=home, into=logs.household(), members=tuple(people),
        since=date(2026, 1, 1)),
    )  # fmt: skip
    log.pump(logs.feeds())
    live = index_of(log)
    log.rebuild()
    assert index_of(log) == live
    with log.database.reading() as session:
        own = session.execute("SELECT own, count(*) FROM timeline_2 GROUP BY own ORDER BY own")
    assert own == [(0, 25), (1, 1)]


def test_a_rebuild_that_another_program_began_otherwise_begins_anew(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = Logs()
    busy(logs, 220)
    log = opened()
    log.pump(logs.feeds())
    live = index_of(log)
    cut_off_at_100(log)
    monkeypatch.setattr(heap, "FORMAT", heap.FORMAT + 1)
    assert opened().rebuild() == 220
    assert index_of(log) == live
    assert not [name for name in tables(log) if name.startswith("heap")], "nothing is left of either"


def test_events_taken_during_a_rebuild_are_in_both_indexes(log: DistrictLog) -> None:
    logs = Logs()
    busy(logs, 300)
    log.take(REGISTRY, logs.of[REGISTRY][:120])

    def take_more(position: int) -> None:
        start = log.position(REGISTRY)
        log.take(REGISTRY, logs.of[REGISTRY][start : start + 30])

    log.rebuild(take_more)
    log.pump(logs.feeds())
    live = index_of(log)
    log.rebuild()
    assert index_of(log) == live


def test_two_rebuilds_at_once_and_a_consumer_leave_one_whole_index(opened: Open) -> None:
    logs = Logs()
    busy(logs, 400)
    log = opened()
    log.take(REGISTRY, logs.of[REGISTRY][:200])

    def consume() -> None:
        mine = opened()
        for start in range(200, 400, 10):
            mine.take(REGISTRY, logs.of[REGISTRY][start : start + 10])

    jobs = [consume, lambda: opened().rebuild(), lambda: opened().rebuild()]
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.position(REGISTRY) == 400
    live = index_of(log)
    log.rebuild()
    assert index_of(log) == live


def test_events_taken_at_the_very_swap_are_in_the_new_index(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log ends where a piece ends: that piece alone does not know that nobody is writing behind it."""
    logs = Logs()
    busy(logs, 110)
    log = opened()
    log.take(REGISTRY, logs.of[REGISTRY][:100])
    swap = index._swap
    takers: list[threading.Thread] = []

    def take_then_swap(session: Session, generation: int) -> None:
        taker = threading.Thread(target=lambda: opened().take(REGISTRY, logs.of[REGISTRY][100:]))
        takers.append(taker)
        taker.start()
        taker.join(0.5)
        swap(session, generation)

    monkeypatch.setattr(index, "_swap", take_then_swap)
    log.rebuild()
    monkeypatch.undo()
    for taker in takers:
        taker.join()
    assert log.position(REGISTRY) == 110
    live = index_of(log)
    log.rebuild()
    assert index_of(log) == live


def test_timelines_are_read_while_a_rebuild_runs(log: DistrictLog) -> None:
    logs = Logs()
    busy(logs, 200)
    log.pump(logs.feeds())
    home = logs.of[REGISTRY][0].envelope.stream
    timelines = Timelines(log)
    before = timelines.page(home)
    log.rebuild(lambda position: None if timelines.page(home) == before else pytest.fail("changed"))
    assert timelines.page(home) == before


def test_a_new_version_of_the_index_is_built_at_the_next_start(
    log: DistrictLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = Logs()
    busy(logs, 60)
    log.pump(logs.feeds())
    live, before = index_of(log), generation(log)
    for module in ("services.history.index", "services.history.district_log"):
        monkeypatch.setattr(f"{module}.VERSION", marks.VERSION + 1)
    again = DistrictLog(log.database, sources(), CLOCK)
    assert generation(again) == before + 1
    assert index_of(again) == live
    assert tables(log) >= {f"timeline_{before}", f"timeline_{before + 1}"}


def test_an_index_two_generations_old_is_dropped(log: DistrictLog) -> None:
    logs = Logs()
    busy(logs, 10)
    log.pump(logs.feeds())
    for _ in range(3):
        log.rebuild()
    assert {name for name in tables(log) if name.startswith("timeline_")} == {"timeline_3", "timeline_4"}


def tables(log: DistrictLog) -> set[str]:
    def names(session: Session) -> list[tuple[str]]:
        if log.engine.postgres:
            return session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'history'")
        return session.execute("SELECT name FROM sqlite_master WHERE type = 'table'")

    with log.database.reading() as session:
        return {row[0] for row in names(session)}
