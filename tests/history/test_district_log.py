"""What the district log takes, and what makes it stop."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from events.base import Entry
from events.ids import PersonId
from events.registry import Died, HouseholdSplit
from events.service import DayClosed
from services.chassis.clock import FixedClock
from services.history.district_log import DistrictLog
from tests.history.conftest import Open
from tests.history.logs import START, ListFeed, Logs, sources, src

REGISTRY, LIVING = src("registry"), src("living")


def deaths(logs: Logs, name: str, count: int) -> list[Entry]:
    return [logs.record(name, one, Died(person=one, on=date(2026, 1, 1))) for one in people(logs, count)]


def people(logs: Logs, count: int) -> list[PersonId]:
    return [logs.person() for _ in range(count)]


def kept(log: DistrictLog) -> list[Entry]:
    return [entry for _, entry in log.entries(limit=100_000)]


def test_every_event_is_kept_as_the_bytes_it_came_in(log: DistrictLog) -> None:
    logs = Logs()
    written = deaths(logs, "registry", 5)
    logs.record("registry", logs.own(), DayClosed(day=date(2026, 1, 1)), data=b'{ "day":\t"2026-01-01" }')
    assert log.take(REGISTRY, logs.of[REGISTRY]).entries == 6
    assert kept(log) == logs.of[REGISTRY]
    assert kept(log)[:5] == written
    assert [position for position, _ in log.entries()] == [1, 2, 3, 4, 5, 6]


def test_a_type_that_nobody_here_knows_is_kept_and_found_all_the_same(log: DistrictLog) -> None:
    logs = Logs()
    one = logs.person()
    logs.record("living", one, Died(person=one, on=date(2026, 1, 1)), schema="living.Unheard.7", data=b"{}")
    assert log.take(LIVING, logs.of[LIVING]).stopped is None
    assert kept(log)[0].envelope.dataschema == "living.Unheard.7"


def test_a_repeated_batch_and_a_republished_suffix_change_nothing(log: DistrictLog) -> None:
    logs = Logs()
    entries = deaths(logs, "registry", 10)
    log.take(REGISTRY, entries[:7])
    assert log.take(REGISTRY, entries[:7]).entries == 7
    assert log.take(REGISTRY, entries[4:] + entries[5:]).stopped is None
    assert kept(log) == entries


def test_a_gap_stops_the_source_with_an_alarm_until_the_missing_event_comes(log: DistrictLog) -> None:
    logs = Logs()
    entries = deaths(logs, "registry", 4)
    taken = log.take(REGISTRY, [entries[0], entries[2], entries[3]])
    assert (taken.entries, taken.stopped and taken.stopped.slug) == (1, "gap")
    assert "gap" in log.unready()[0]
    log.take(REGISTRY, entries[1:])
    assert log.unready() == []
    assert kept(log) == entries


def test_a_log_that_begins_in_its_middle_is_a_gap(log: DistrictLog) -> None:
    logs = Logs()
    taken = log.take(REGISTRY, deaths(logs, "registry", 3)[1:])
    assert taken.stopped is not None
    assert taken.stopped.slug == "gap"
    assert kept(log) == []


@pytest.mark.parametrize("at", [2, 3])
def test_a_fork_stops_the_source_and_nothing_of_it_is_kept(log: DistrictLog, at: int) -> None:
    logs = Logs()
    entries = deaths(logs, "registry", 3)
    log.take(REGISTRY, entries)
    other = Logs(seed=9)
    other.now = logs.now + timedelta(days=1)
    other.of[REGISTRY] = entries[: at - 1].copy()
    deaths(other, "registry", 2)
    taken = log.take(REGISTRY, other.of[REGISTRY][at - 1 :])
    assert taken.stopped is not None
    assert taken.stopped.slug in ("fork", "gap")
    assert kept(log) == entries


def test_another_event_under_the_last_sequence_is_a_fork_also_inside_one_batch(log: DistrictLog) -> None:
    logs = Logs()
    entries = deaths(logs, "registry", 2)
    other = Logs(seed=5)
    other.of[REGISTRY] = entries[:1].copy()
    twin = deaths(other, "registry", 1)
    taken = log.take(REGISTRY, [*entries, *twin])
    assert (taken.entries, taken.stopped and taken.stopped.slug) == (2, "fork")


def test_a_clock_ahead_stops_the_source(opened: Open) -> None:
    log = opened()
    early = DistrictLog(log.database, sources(), FixedClock(START - timedelta(days=1)))
    logs = Logs()
    taken = early.take(REGISTRY, deaths(logs, "registry", 1))
    assert taken.stopped is not None
    assert taken.stopped.slug == "clock-ahead"


def test_an_effect_waits_for_its_cause_without_an_alarm(log: DistrictLog) -> None:
    logs = Logs()
    cause = deaths(logs, "registry", 1)
    logs.sees("living", "registry")
    effect = deaths(logs, "living", 1)
    taken = log.take(LIVING, effect)
    assert (taken.entries, taken.stopped and taken.stopped.slug) == (0, "wait")
    assert log.unready() == []
    log.take(REGISTRY, cause)
    log.take(LIVING, effect)
    assert kept(log) == [*cause, *effect]


def test_an_effect_waits_also_for_what_its_source_has_only_heard_of(log: DistrictLog) -> None:
    logs = Logs()
    cause = deaths(logs, "registry", 1)
    one = logs.person()
    logs.record("notification", one, Died(person=one, on=date(2026, 1, 1)), heard={REGISTRY: 1})
    taken = log.take(src("notification"), logs.of[src("notification")])
    assert taken.stopped is not None
    assert taken.stopped.slug == "wait"
    log.take(REGISTRY, cause)
    assert log.take(src("notification"), logs.of[src("notification")]).entries == 1


def test_a_source_that_is_not_read_here_cannot_be_waited_for(log: DistrictLog) -> None:
    logs = Logs()
    deaths(logs, "medical", 1)
    logs.sees("living", "medical")
    taken = log.take(LIVING, deaths(logs, "living", 1))
    assert taken.stopped is not None
    assert taken.stopped.slug == "unknown-source"
    assert log.unready()


def test_a_newer_version_of_a_fact_that_ties_households_stops_the_source(log: DistrictLog) -> None:
    logs = Logs()
    home, into, one = logs.household(), logs.household(), logs.person()
    split = HouseholdSplit(household=home, into=into, members=(one,), since=date(2026, 1, 1))
    logs.record("registry", home, split, schema="registry.HouseholdSplit.99")
    taken = log.take(REGISTRY, logs.of[REGISTRY])
    assert taken.stopped is not None
    assert taken.stopped.slug == "newer-version"


def test_a_tie_that_cannot_be_read_is_kept_all_the_same(log: DistrictLog) -> None:
    logs = Logs()
    home, into, one = logs.household(), logs.household(), logs.person()
    split = HouseholdSplit(household=home, into=into, members=(one,), since=date(2026, 1, 1))
    logs.record("registry", home, split, data=b'{"household": 3}')
    assert log.take(REGISTRY, logs.of[REGISTRY]).stopped is None


def test_facts_that_make_no_sense_and_ids_named_twice_do_not_stop_the_log(log: DistrictLog) -> None:
    logs = Logs()
    home, one = logs.household(), logs.person()
    split = HouseholdSplit(household=home, into=home, members=(one, one), since=date(2026, 1, 1))
    entry = logs.record("registry", home, split)
    named_twice = replace(entry.envelope, concerns=(one, one, home))
    assert log.take(REGISTRY, [Entry(named_twice, entry.data)]).stopped is None
    assert len(kept(log)) == 1


def test_of_two_rival_consumers_each_event_is_kept_once(opened: Open) -> None:
    logs = Logs()
    entries = deaths(logs, "registry", 400)
    rivals = [opened() for _ in range(3)]
    start = threading.Barrier(len(rivals))

    def consume(log: DistrictLog) -> None:
        feed = ListFeed(logs.of, most=7)
        start.wait()
        while found := feed.read(REGISTRY, log.position(REGISTRY), 7):
            log.take(REGISTRY, found)

    threads = [threading.Thread(target=consume, args=(log,)) for log in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept(rivals[0]) == entries
    assert [position for position, _ in rivals[0].entries(limit=1000)] == list(range(1, 401))
    assert all(log.unready() == [] for log in rivals)


def test_a_batch_of_one_source_under_the_name_of_another_is_refused(log: DistrictLog) -> None:
    with pytest.raises(ValueError, match="registry"):
        log.take(LIVING, deaths(Logs(), "registry", 1))


def test_answers_are_final_through_the_day_that_the_slowest_source_has_closed(log: DistrictLog) -> None:
    logs = Logs()
    for name, days in (("registry", (1, 2, 3)), ("living", (1, 2)), ("notification", (1,))):
        for day in days:
            logs.record(name, logs.own(), DayClosed(day=date(2026, 1, day)))
    log.pump(logs.feeds())
    assert log.final_through() is None, "history has closed no day yet"
    logs.record("history", logs.own(), DayClosed(day=date(2026, 1, 4)))
    log.pump(logs.feeds())
    assert log.final_through() == "2026-01-01"
    states = {state.source: state for state in log.source_states()}
    assert states[REGISTRY].closed == "2026-01-03"
    assert states[REGISTRY].sequence == 3
    recorded = states[REGISTRY].recordedtime
    assert recorded is not None
    assert recorded < datetime(2026, 1, 2, tzinfo=UTC)


def test_the_lag_is_told_where_the_end_of_a_source_is_known(log: DistrictLog) -> None:
    logs = Logs()
    log.take(REGISTRY, deaths(logs, "registry", 5)[:2])
    assert {state.lag for state in log.source_states()} == {None}
    log.ends = lambda source: len(logs.of.get(source, []))
    assert [state.lag for state in log.source_states() if state.source == REGISTRY] == [3]
