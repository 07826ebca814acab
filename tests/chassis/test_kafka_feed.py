"""What a feed gives of a real topic: everything from where the reader is, whatever the hint says, or it ends and says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from events.base import Entry
from services.chassis.clock import SimulatedClock, SystemIds
from services.chassis.kafka import feed as feeds
from services.chassis.kafka.feed import FeedStuck, KafkaFeed
from services.chassis.kafka.relay import Relay
from services.chassis.kafka.topics import create_topics, topic_of
from services.chassis.runtime import Runtime
from services.chassis.service import source_of
from services.chassis.vault import MemoryVault
from tests.chassis import toys

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]

EVENTS = 12
NAMES = ("feedone", "feedtwo", "feedthree")
DISTRICT = "000043"
"""Of nobody else: the broker is shared, and whoever reads a district's topics reads all of them."""
SOURCES = [source_of(DISTRICT, name) for name in NAMES]


@pytest.fixture(scope="module")
def published(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Entry]]:
    """Three short logs, each in its topic: what there is of every source."""
    create_topics(kafka, map(topic_of, NAMES), 1)
    return {
        source_of(DISTRICT, name): _publish(kafka, name, tmp_path_factory.mktemp("store")) for name in NAMES
    }


def _publish(kafka: str, name: str, folder: Path) -> list[Entry]:
    with toys.opened(toys.sqlite_url(folder)) as store:
        clock = SimulatedClock(toys.START)
        keys = MemoryVault(clock=clock).for_reader(name)
        runtime = Runtime(toys.toy(name), store, district=DISTRICT, clock=clock, ids=SystemIds(), keys=keys)
        for number in range(EVENTS):
            runtime.decide(toys.say(toys.ANNA, word=str(number)))
        relay = Relay(store, runtime.source, kafka)
        relay.publish()
        relay.close()
        return toys.log(store)


@pytest.fixture
def reader() -> str:
    return f"/{DISTRICT}/reader-{uuid4().hex[:8]}"


@pytest.fixture
def feed(kafka: str, published: object, reader: str) -> Iterator[KafkaFeed]:
    feed = KafkaFeed(kafka, reader, SOURCES)
    yield feed
    feed.close()


def all_of(feed: KafkaFeed, source: str, count: int) -> list[Entry]:
    """So many entries, taken as they come."""
    found: list[Entry] = []
    deadline = time.monotonic() + 60
    while len(found) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count}"
        feed.poll()
        came = feed.read(source, 0, min(5, count - len(found)))
        feed.taken(source, len(came))
        found += came
    return found


def test_a_reader_goes_on_behind_what_it_took(
    kafka: str, published: dict[str, list[Entry]], reader: str
) -> None:
    # given a reader that took five of each source, and ended
    first = KafkaFeed(kafka, reader, SOURCES)
    for source in SOURCES:
        assert all_of(first, source, 5) == published[source][:5]
    first.close()
    # when it comes back, it is given the rest
    again = KafkaFeed(kafka, reader, SOURCES)
    for source in SOURCES:
        assert all_of(again, source, EVENTS - 5) == published[source][5:]
    again.close()


def test_what_is_asked_for_again_comes_whole_and_in_order_however_often(
    feed: KafkaFeed, published: dict[str, list[Entry]]
) -> None:
    for source in SOURCES:
        assert all_of(feed, source, EVENTS) == published[source]
    for number in range(12):
        one, other = SOURCES[number % 3], SOURCES[(number + 1) % 3]
        feed.again(one, 0)
        if number % 2:
            feed.poll(number % 4)  # what was under way may come now, and belongs before what is asked for
        feed.again(other, 0)
        for source in (other, one):
            assert all_of(feed, source, EVENTS) == published[source], f"round {number}"


def test_a_feed_that_is_given_nothing_of_what_is_there_ends(
    feed: KafkaFeed, published: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a client that fetches nothing, as one that has lost its place does
    for place in list(feed._by_place):
        feed._consumer.seek(place, 0)
        feed._consumer.pause(place)
    monkeypatch.setattr(feeds, "STUCK_SECONDS", 1.0)
    # then the feed does not wait for ever
    with pytest.raises(FeedStuck, match=r"doudi\.feed.*: stands at 0 of"):
        poll_often(feed)


def poll_often(feed: KafkaFeed) -> None:
    for _ in range(100):
        feed.poll(50)
