"""Reconstruction: the rows that a service kept, from the logs alone, at any of its events."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from events.base import Entry
from services.chassis import letters
from services.chassis.clock import SimulatedClock
from services.chassis.reconstruct import differences, reconstruct
from services.chassis.restore import RESTORING, restore
from services.chassis.runtime import Runtime
from services.chassis.service import DeclarationError, Service
from services.chassis.store import Change, Store, open_store
from services.chassis.vault import MemoryVault
from tests.chassis.toys import (
    ANNA,
    BEN,
    CODE,
    START,
    Answered,
    ListFeed,
    Mood,
    Said,
    Whispered,
    entry,
    log,
    runtime,
    say,
    seen,
    source,
    sqlite_url,
    toy,
)

REGISTRY, LIVING = source("registry"), source("living")
VAULT = MemoryVault(clock=SimulatedClock(START))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(sqlite_url(tmp_path), "finance")
    yield store
    store.close()


@pytest.fixture
def feed() -> ListFeed:
    return ListFeed(
        registry=[entry(n, people=[(ANNA, BEN)[n % 2]], known={"police": n}) for n in range(1, 8)],
        living=[
            entry(n, of="living", id=100 + n, previous=100 + n - 1 if n > 1 else None) for n in range(1, 4)
        ],
    )


def started(service: Service, store: Store, feed: ListFeed, seed: int = 1) -> Runtime:
    one = runtime(service, store, seed=seed, vault=VAULT)
    one.start({source(name): feed for name in service.listens})
    return one


def logs(one: Runtime, feed: ListFeed) -> Any:
    def of(source: str) -> list[Entry]:
        return log(one.store) if source == one.source else list(feed.logs[source])

    return of


def rebuilt(one: Runtime, feed: ListFeed, **how: Any) -> Any:
    return reconstruct(one.service, CODE, one.around.keys, logs(one, feed), **how)


@pytest.fixture
def living_feed(feed: ListFeed) -> ListFeed:
    first = feed.logs[LIVING][0]
    assert first.envelope.previous is not None
    from dataclasses import replace

    feed.logs[LIVING][0] = replace(first, envelope=replace(first.envelope, previous=None))
    return feed


def test_what_was_taken_since_the_last_event_counts_only_when_said(
    store: Store, living_feed: ListFeed
) -> None:
    one = started(toy("finance", "registry", "living"), store, living_feed)
    one.pump()
    assert rebuilt(one, living_feed).fact("position", REGISTRY) is None  # nothing was recorded on it yet
    whole = rebuilt(one, living_feed, positions=one.store.snapshot().positions)
    assert differences(whole, one.store.snapshot().rows) == []
    assert whole.fact("heard", "all") == {source("police"): 7}
    one.decide(say(ANNA))
    assert differences(rebuilt(one, living_feed), one.store.snapshot().rows) == []


def test_a_row_that_no_log_accounts_for_is_a_difference(store: Store, living_feed: ListFeed) -> None:
    one = started(toy("finance", "registry", "living"), store, living_feed)
    one.pump()
    head = store.head()
    from dataclasses import replace

    forged = {("seen nobody", "x"): 1, ("position", REGISTRY): {"sequence": 9, "id": "", "recordedtime": ""}}
    store.commit(Change(head, replace(head, revision=head.revision + 1), [], forged))
    found = differences(
        rebuilt(one, living_feed, positions={REGISTRY: 7, LIVING: 3}), one.store.snapshot().rows
    )
    assert found == [f"position {REGISTRY}", "seen nobody x"]


def test_a_type_listened_to_only_later_passed_by_before(store: Store, feed: ListFeed) -> None:
    """The subscription is an event: what passed unseen under an older one is not read into the past."""

    def deaf(name: str) -> Service:
        service = toy(name, "registry")
        del service.keeps[Said], service.reactions[Said]
        return service

    some = feed.logs[REGISTRY][4:]
    del feed.logs[REGISTRY][4:]
    old = started(deaf("finance"), store, feed)
    old.pump()
    old.decide(lambda work: work.record(ANNA, Whispered()))
    new = started(toy("finance", "registry", mood=Mood("reacts")), store, feed, seed=2)
    feed.logs[REGISTRY] += some
    new.pump()
    assert [int(i.replace("-", ""), 16) for i in store.kept(seen(REGISTRY), "all")] == [5, 6, 7]
    assert (
        differences(rebuilt(new, feed, positions=new.store.snapshot().positions), new.store.snapshot().rows)
        == []
    )


def test_a_source_no_longer_listened_to_still_explains_the_past(store: Store, living_feed: ListFeed) -> None:
    old = started(toy("finance", "registry", "living", mood=Mood("reacts")), store, living_feed)
    old.pump()
    new = started(toy("finance", "registry"), store, living_feed, seed=2)
    new.decide(say(ANNA))
    assert differences(rebuilt(new, living_feed), new.store.snapshot().rows) == []


def test_a_letter_counts_from_its_resumption(store: Store, feed: ListFeed) -> None:
    mood = Mood("fails")
    one = started(toy("finance", "registry", mood=mood), store, feed)
    feed.logs[REGISTRY] = feed.logs[REGISTRY][:2]
    one.pump()
    mood.fate = "plain"
    (first, _), (second, _) = one.decide(letters.waiting)
    one.decide(lambda work: letters.discard(work, first, "superseded"))
    one.decide(lambda work: letters.ask_retry(work, second, "mended"))
    one.pump()
    kinds = [e.envelope.type for e in log(store)]
    assert kinds[1:] == [
        "service." + k for k in ("Parked", "Parked", "Discarded", "RetryRequested", "Resumed")
    ]
    waiting = [
        sum(kind == "letter" for kind, _ in rebuilt(one, feed, upto=n).rows) for n in range(1, len(kinds) + 1)
    ]
    assert waiting == [0, 1, 2, 1, 1, 0]
    applied = [rebuilt(one, feed, upto=n).fact(seen(REGISTRY), "all") for n in range(1, len(kinds) + 1)]
    assert applied == [None] * 5 + [[str(feed.logs[REGISTRY][1].envelope.id)]]


def test_a_store_restored_from_the_logs_is_the_same_and_goes_on(
    tmp_path: Path, store: Store, feed: ListFeed
) -> None:
    mood = Mood("reacts")
    one = started(toy("finance", "registry", mood=mood), store, feed)
    one.pump()
    one.decide(say(ANNA))
    new = open_store(sqlite_url(tmp_path, "restored"), "finance")
    service = toy("finance", "registry", mood=mood)
    assert restore(service, CODE, one.around.keys, new, logs(one, feed)) == len(log(store))
    assert log(new) == log(store)
    assert new.head().id == store.head().id
    again = started(service, new, feed, seed=2)
    assert again.store.snapshot().rows == one.store.snapshot().rows
    assert new.kept(*RESTORING) is None
    feed.cursor[REGISTRY] = 0
    feed.logs[REGISTRY].append(entry(8))
    again.pump()
    assert len(log(new)) == len(log(store)) + 1
    new.close()


def test_a_restore_that_was_cut_off_is_not_started(tmp_path: Path, store: Store, feed: ListFeed) -> None:
    one = started(toy("finance", "registry", mood=Mood("reacts")), store, feed)
    one.pump()

    class PowerCut(Exception):
        pass

    def cut(source: str) -> Any:
        yield from logs(one, feed)(source)
        raise PowerCut

    new = open_store(sqlite_url(tmp_path, "restored"), "finance")
    with pytest.raises(PowerCut):
        restore(one.service, CODE, one.around.keys, new, cut)
    with pytest.raises(RuntimeError, match="restore"):
        started(toy("finance", "registry"), new, feed)
    new.close()


def test_a_row_folded_from_two_sources_is_refused(store: Store, living_feed: ListFeed) -> None:
    service = Service("finance", ("registry", "living"))

    @service.keep(Said)
    def _(shelf: Any, fact: Any) -> None:
        shelf.put("words", "all", fact.data.word)

    one = started(service, store, living_feed)
    one.pump()
    reasons = {row["reason"] for _, row in one.decide(letters.waiting)}
    assert reasons == {DeclarationError.__name__}
    assert store.kept("words", "all") == ""


def test_a_keep_cannot_write_what_the_chassis_keeps(store: Store, feed: ListFeed) -> None:
    service = toy("finance")

    @service.keep(Answered)
    def _(shelf: Any, fact: Any) -> None:
        shelf.put("position", REGISTRY, {})

    one = started(service, store, feed)
    with pytest.raises(DeclarationError):
        one.decide(lambda work: work.record(ANNA, Answered(to=ANNA)))


def test_a_keep_that_reads_rows_of_another_source_is_refused(store: Store, living_feed: ListFeed) -> None:
    """Between two own events the two upstreams may have been taken in any order; a replay knows one only."""
    service = Service("finance", ("registry", "living"))

    @service.keep(Said)
    def _(shelf: Any, fact: Any) -> None:
        mine = f"count {fact.envelope.source}"
        other = f"count {LIVING if fact.envelope.source == REGISTRY else REGISTRY}"
        shelf.put(mine, "n", (shelf.get(mine, "n") or 0) + 1)
        shelf.put(f"sum {fact.envelope.source}", "n", [shelf.get(mine, "n"), shelf.get(other, "n")])

    one = started(service, store, living_feed)
    one.pump()
    assert one.decide(lambda work: letters.waiting(work)), "what reads across sources parks"
