"""The inbox: what is next, what was had, what never fits; what waits for its causes, what stops a feed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.base import Entry
from events.service import DayClosed
from services.chassis import inbox, letters
from services.chassis.inbox import AHEAD, DEEPEST, judge, position_of
from services.chassis.runtime import Runtime
from services.chassis.store import Store, open_store
from tests.chassis.toys import (
    ANNA,
    BEN,
    START,
    ListFeed,
    Mood,
    Whispered,
    entry,
    log,
    runtime,
    say,
    schemas,
    seen,
    source,
    sqlite_url,
    toy,
)

REGISTRY, LIVING = source("registry"), source("living")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(sqlite_url(tmp_path), "finance")
    yield store
    store.close()


@pytest.fixture
def mood() -> Mood:
    return Mood()


@pytest.fixture
def feed() -> ListFeed:
    return ListFeed(registry=[], living=[])


@pytest.fixture
def finance(store: Store, mood: Mood, feed: ListFeed) -> Runtime:
    """Listens to registry, then living; has recorded one event, that it listens."""
    one = runtime(toy("finance", "registry", "living", mood=mood), store)
    one.start({REGISTRY: feed, LIVING: feed})
    return one


def applied(one: Runtime, name: str = "registry") -> list[int]:
    return [int(id.replace("-", ""), 16) for id in one.store.kept(seen(source(name)), "all") or []]


# -- next, duplicate, gap, fork ---------------------------------------------------------------------------


def test_what_follows_is_next() -> None:
    assert judge(None, entry(1)) == "next"
    assert judge(position_of(entry(1)), entry(2)) == "next"


def test_sequences_may_jump_where_previous_fits() -> None:
    assert judge(position_of(entry(1)), entry(5, id=9, previous=1)) == "next"


def test_what_was_taken_is_a_duplicate() -> None:
    at = position_of(entry(3))
    assert [judge(at, entry(n)) for n in (1, 2, 3)] == ["duplicate"] * 3


def test_what_does_not_follow_is_a_gap() -> None:
    assert judge(None, entry(2)) == "gap"
    assert judge(position_of(entry(1)), entry(3)) == "gap"
    assert judge(position_of(entry(1)), entry(2, id=9, previous=8)) == "gap"


def test_another_history_is_a_fork() -> None:
    at = position_of(entry(3))
    assert judge(at, entry(3, id=9)) == "fork"
    assert judge(at, entry(2, id=9, at=100)) == "fork"


@given(st.integers(1, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 14))
def test_an_honest_log_and_a_fork_of_it(length: int, forked_at: int, taken: int, offered: int) -> None:
    """A fork: an old copy that went on, later than the log it came from."""
    forked_at = min(forked_at, length)
    honest = [entry(n) for n in range(1, length + 1)]
    fork = honest[:forked_at] + [
        entry(n, id=100 + n, previous=forked_at if n == forked_at + 1 else 99 + n, at=100 + n)
        for n in range(forked_at + 1, length + 3)
    ]
    fork = [
        e if e.envelope.sequence > 1 else replace(e, envelope=replace(e.envelope, previous=None))
        for e in fork
    ]
    read = honest[:taken]
    position = position_of(read[-1]) if read else None
    for side in (honest, fork):
        for one in side[offered : offered + 1]:
            if one in read:
                assert judge(position, one) == "duplicate"
            elif offered == len(read) and side[:offered] == read:
                assert judge(position, one) == "next"
            else:
                assert judge(position, one) in ("gap", "fork")


# -- a feed that stops ------------------------------------------------------------------------------------


def test_facts_are_taken_once_and_in_order(finance: Runtime, feed: ListFeed, mood: Mood) -> None:
    mood.fate = "reacts"
    feed.logs[REGISTRY] = [entry(1), entry(2), entry(1), entry(2), entry(3), entry(3), entry(4)]
    assert finance.pump() == 7
    assert applied(finance) == [1, 2, 3, 4]
    assert [str(e.envelope.causationid)[-1] for e in log(finance.store)[1:]] == ["1", "2", "3", "4"]
    assert [e.envelope.known for e in log(finance.store)[1:]] == [{REGISTRY: n} for n in (1, 2, 3, 4)]
    assert finance.unready() == []
    assert finance.pump() == 0


def test_a_gap_is_looked_at_twice_then_stops(finance: Runtime, feed: ListFeed) -> None:
    feed.logs[REGISTRY] = [entry(1), entry(3)]
    for _ in range(5):
        finance.pump()
    assert feed.reread == [(REGISTRY, 0), (REGISTRY, 1)]  # once from where each reading began
    assert finance.stopped[REGISTRY].slug == "gap"
    assert applied(finance) == [1]


def test_a_gap_of_the_feed_only_is_mended(finance: Runtime, feed: ListFeed) -> None:
    feed.logs[REGISTRY] = [entry(1), entry(3)]
    finance.pump()
    feed.logs[REGISTRY] = [entry(1), entry(2), entry(3)]
    finance.pump()
    assert applied(finance) == [1, 2, 3]
    assert finance.unready() == []


def test_a_fork_stops_its_feed_and_no_other(finance: Runtime, feed: ListFeed) -> None:
    feed.logs[REGISTRY] = [entry(1), entry(2), entry(2, id=9, previous=1, at=9), entry(3)]
    feed.logs[LIVING] = [entry(1, of="living"), entry(2, of="living")]
    finance.pump()
    assert finance.stopped[REGISTRY].slug == "fork"
    assert applied(finance) == [1, 2]
    assert applied(finance, "living") == [1, 2]
    assert [line.split()[1] for line in finance.unready()] == ["fork"]


def test_a_clock_ahead_stops_until_it_is_not(finance: Runtime, feed: ListFeed) -> None:
    limit = AHEAD.total_seconds()
    feed.logs[REGISTRY] = [entry(1, at=limit), entry(2, at=limit + 1)]
    finance.pump()
    assert finance.stopped[REGISTRY].slug == "clock-ahead"
    assert applied(finance) == [1]
    finance.around.clock.advance_to(START + timedelta(seconds=1))  # type: ignore[attr-defined]
    finance.pump()
    assert finance.unready() == []
    assert applied(finance) == [1, 2]


def test_what_is_recorded_is_later_than_its_cause(finance: Runtime, feed: ListFeed, mood: Mood) -> None:
    mood.fate = "reacts"
    feed.logs[REGISTRY] = [entry(1, at=200)]
    finance.pump()
    assert log(finance.store)[-1].envelope.recordedtime > entry(1, at=200).envelope.recordedtime
    finance.decide(say())
    assert log(finance.store)[-1].envelope.recordedtime > log(finance.store)[-2].envelope.recordedtime


def as_type(one: Entry, dataschema: str) -> Entry:
    kind = dataschema.rpartition(".")[0]
    return replace(one, envelope=replace(one.envelope, type=kind, dataschema=dataschema))


def test_a_newer_version_of_what_is_listened_to_stops(finance: Runtime, feed: ListFeed) -> None:
    feed.logs[REGISTRY] = [entry(1), as_type(entry(2), "toys.Said.7"), entry(3)]
    finance.pump()
    assert finance.stopped[REGISTRY].slug == "newer-version"
    assert applied(finance) == [1]
    assert finance.position(REGISTRY) == 1


def test_what_is_unknown_or_not_listened_to_is_passed_over(finance: Runtime, feed: ListFeed) -> None:
    feed.logs[REGISTRY] = [
        as_type(entry(1), "planets.Discovered.3"),
        entry(2, fact=DayClosed(day="2020-08-01")),
        entry(3),
    ]
    finance.pump()
    assert finance.position(REGISTRY) == 3
    assert applied(finance) == [3]
    assert schemas(finance.store) == ["Listening"]


def test_what_is_passed_over_still_tells_what_its_source_knew(finance: Runtime, feed: ListFeed) -> None:
    feed.logs[REGISTRY] = [
        as_type(entry(1, known={"health": 4}, heard={"police": 2}), "planets.Discovered.3")
    ]
    finance.pump()
    feed.logs[REGISTRY].append(entry(2, known={"health": 3, "finance": 1}, heard={"police": 5}))
    finance.pump()
    finance.decide(say())
    heard = log(finance.store)[-1].envelope.heard
    assert heard == {source("health"): 4, source("police"): 5}


def test_an_effect_waits_for_its_cause(finance: Runtime, feed: ListFeed) -> None:
    feed.logs[REGISTRY] = [entry(1, known={"living": 2})]
    feed.logs[LIVING] = [entry(1, of="living")]
    finance.pump()
    assert applied(finance) == []
    assert finance.unready() == []
    assert REGISTRY not in finance.stopped
    feed.logs[LIVING].append(entry(2, of="living"))
    finance.pump(), finance.pump()
    assert applied(finance) == [1]


def test_an_effect_waits_for_a_cause_only_heard_of(finance: Runtime, feed: ListFeed) -> None:
    feed.logs[REGISTRY] = [entry(1, known={"health": 9}, heard={"living": 1})]
    finance.pump()
    assert applied(finance) == []
    feed.logs[LIVING] = [entry(1, of="living")]
    finance.pump(), finance.pump()
    assert applied(finance) == [1]


def test_who_knows_less_of_itself_than_others_do_is_an_old_copy(finance: Runtime, feed: ListFeed) -> None:
    feed.logs[REGISTRY] = [entry(1, known={"finance": 1}), entry(2, known={"finance": 2})]
    finance.pump()
    stopped = finance.stopped[REGISTRY]
    assert stopped.slug == "old-copy"
    assert "doudi restore finance" in stopped.detail
    assert applied(finance) == [1]


def test_also_what_is_only_heard_tells_an_old_copy(finance: Runtime, feed: ListFeed) -> None:
    feed.logs[REGISTRY] = [entry(1, heard={"finance": 5})]
    finance.pump()
    assert finance.stopped[REGISTRY].slug == "old-copy"


def test_causation_too_deep_parks(finance: Runtime, feed: ListFeed, mood: Mood) -> None:
    mood.fate, mood.deepest = "reacts", 99
    feed.logs[REGISTRY] = [entry(1, depth=DEEPEST - 1, people=[ANNA]), entry(2, depth=DEEPEST, people=[BEN])]
    finance.pump()
    assert applied(finance) == [1]
    assert schemas(finance.store) == ["Listening", "Answered", "Parked"]
    assert [row["reason"] for _, row in finance.decide(letters.waiting)] == ["RecursionError"]
    assert log(finance.store)[1].envelope.depth == DEEPEST


def test_a_restricted_fact_of_another_parks_and_no_more(finance: Runtime, feed: ListFeed) -> None:
    whispered = entry(2, fact=Whispered(people=(ANNA,)), audience="registry")
    feed.logs[REGISTRY] = [entry(1), replace(whispered, data=b'"closed"'), entry(3)]
    finance.pump()
    assert applied(finance) == [1, 3]


def test_data_that_is_not_of_its_type_parks(finance: Runtime, feed: ListFeed) -> None:
    broken = [b"{", b"", b"\xff\xfe", b"[]", b'{"people": 7}', b'"x"', b'{"people": []} {"x": 1}']
    feed.logs[REGISTRY] = [replace(entry(n), data=data) for n, data in enumerate(broken, 1)] + [
        entry(len(broken) + 1)
    ]
    finance.pump()
    assert applied(finance) == [len(broken) + 1]
    waiting = finance.decide(letters.waiting)
    assert len(waiting) == len(broken)
    for (number, _), data in zip(waiting, broken, strict=True):
        assert finance.decide(lambda work, n=number: letters.letter_entry(work, n)).data == data
        finance.decide(lambda work, n=number: letters.ask_retry(work, n, "try"))
    finance.pump()
    assert len(finance.decide(letters.waiting)) == len(broken)
    assert schemas(finance.store).count("RetryFailed") == len(broken)


def test_two_inboxes_of_one_service_take_each_fact_once(tmp_path: Path) -> None:
    """Both are honest: neither may think that the log has a gap because the other one went on."""
    url = sqlite_url(tmp_path, "shared")
    stores = [open_store(url, "finance") for _ in range(2)]
    entries = [entry(n) for n in range(1, 41)]
    moods = [Mood("reacts"), Mood("reacts")]
    both = [
        runtime(toy("finance", "registry", mood=m), s, seed=n)
        for n, (m, s) in enumerate(zip(moods, stores, strict=True))
    ]
    feeds = [ListFeed(registry=[]), ListFeed(registry=[])]
    for one, feed in zip(both, feeds, strict=True):
        one.start({REGISTRY: feed})
    for n in range(0, 40, 4):
        for which, upto in ((n // 4 % 2, n + 2), (1 - n // 4 % 2, n + 4)):
            feeds[which].logs[REGISTRY] = entries[:upto]
            both[which].pump()
            assert both[which].unready() == []
    assert applied(both[0]) == list(range(1, 41))
    assert schemas(stores[0]).count("Answered") == 40
    for store in stores:
        store.close()


def test_a_position_taken_by_another_process_is_not_a_gap(tmp_path: Path) -> None:
    """A reader that starts behind its own memory: the store says where to go on, the memory is older."""
    url = sqlite_url(tmp_path, "shared")
    stores = [open_store(url, "finance") for _ in range(2)]
    one, two = (runtime(toy("finance", "registry"), store) for store in stores)
    feed_one, feed_two = ListFeed(registry=[entry(1)]), ListFeed(registry=[entry(n) for n in range(1, 6)])
    one.start({REGISTRY: feed_one})
    two.start({REGISTRY: feed_two})
    one.pump(), two.pump()
    feed_one.logs[REGISTRY] = [entry(1), *[entry(n) for n in range(6, 8)]]  # reads from the store's position
    one.pump()
    assert one.unready() == []
    assert applied(one) == [1, 2, 3, 4, 5, 6, 7]
    assert inbox.WAIT.alarming is False
    for store in stores:
        store.close()
