"""The figures over a real Kafka are those of the embedded host: after a kill, a repeat, a rebalance, a lost table."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from services.chassis.kafka.topics import consumer, topic_of
from services.chassis.local_kafka import LocalKafka
from services.insight import host, stream
from services.insight.shard import BESIDE, decode, encode
from services.insight.stream import application_id, changelog_of
from tests.insight.given import Town
from tests.insight.streams import Process, Streaming, eventually, publish
from tests.support import CODE

LIVING = TopicPartition(topic_of("living"), 0)


@pytest.fixture
def lived(tmp_path: Path, own_kafka: LocalKafka) -> Town:
    """A town of its own for each test, on topics made anew. The group's offsets stay: they are but a hint."""
    admin = KafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)
    there = [name for name in admin.list_topics() if name.startswith("doudi")]
    if there:
        admin.delete_topics(there)
        eventually(lambda: not set(there) & set(admin.list_topics()))
    admin.close()
    town = Town(tmp_path, seed=5)
    town.live(4, 3)
    publish(town, own_kafka.bootstrap)
    return town


def last(bootstrap: str, place: TopicPartition) -> list:
    """Every committed record of a partition."""
    reader = consumer(bootstrap)
    reader.assign([place])
    reader.seek_to_beginning(place)
    end, found = reader.end_offsets([place])[place], []
    while reader.position(place) < end:
        found += [record for records in reader.poll(timeout_ms=500).values() for record in records]
    reader.close()
    return found


def send(bootstrap: str, place: TopicPartition, *records: tuple) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for key, value, headers in records:
        producer.send(place.topic, value=value, key=key, headers=headers, partition=place.partition).get(60)
    producer.close()


def test_both_hosts_tell_the_same_also_of_what_comes_later(lived: Town, own_kafka: LocalKafka) -> None:
    with Streaming(own_kafka.bootstrap, lived) as worker:
        worker.until_told(lived)
        lived.live(2, 3)
        publish(lived, own_kafka.bootstrap)
        worker.until_told(lived)
    with Streaming(own_kafka.bootstrap, lived) as again:
        again.until_told(lived)
        assert again.host.lives == 1


def test_after_kills_in_the_midst_nothing_is_missing_and_nothing_counted_twice(
    lived: Town, own_kafka: LocalKafka
) -> None:
    for _ in range(2):
        worker = Process(own_kafka.bootstrap)
        before = worker.counted()
        lived.live(2, 3)
        publish(lived, own_kafka.bootstrap)
        eventually(lambda worker=worker, before=before: worker.counted() > before)
        worker.kill()  # SIGKILL: what was counted last is in no table yet, or in half of it
    with Streaming(own_kafka.bootstrap, lived) as again:
        again.until_told(lived)


def test_what_is_delivered_again_is_passed_over(lived: Town, own_kafka: LocalKafka) -> None:
    with Streaming(own_kafka.bootstrap, lived) as worker:
        worker.until_told(lived)
        again = [(r.key, r.value, r.headers) for r in last(own_kafka.bootstrap, LIVING)[-20:]]
        send(own_kafka.bootstrap, LIVING, *again)
        lived.live(1, 2)
        publish(lived, own_kafka.bootstrap)
        worker.until_told(lived)
    hints = KafkaConsumer(bootstrap_servers=own_kafka.bootstrap, group_id=application_id(CODE))
    hints.assign([LIVING])
    hints.commit({LIVING: OffsetAndMetadata(3, "", -1)})
    hints.close(autocommit=False)
    with Streaming(own_kafka.bootstrap, lived) as worker:
        worker.until_told(lived)


def test_another_worker_takes_over_and_one_that_wakes_late_spoils_nothing(
    lived: Town, own_kafka: LocalKafka
) -> None:
    first = Process(own_kafka.bootstrap)
    eventually(lambda: first.counted() > 0)
    with Streaming(own_kafka.bootstrap, lived) as second:
        time.sleep(3)
        first.signal(signal.SIGSTOP)
        lived.live(2, 3)
        publish(lived, own_kafka.bootstrap)
        second.until_told(lived)
        first.signal(signal.SIGCONT)
        time.sleep(2)
        first.kill()
        second.until_told(lived)
    with Streaming(own_kafka.bootstrap, lived) as third:
        third.until_told(lived)


def test_a_lost_table_is_counted_again_from_the_topics(lived: Town, own_kafka: LocalKafka) -> None:
    with Streaming(own_kafka.bootstrap, lived) as worker:
        worker.until_told(lived)
    admin = KafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)
    admin.delete_topics([changelog_of(CODE)])
    eventually(lambda: changelog_of(CODE) not in set(admin.list_topics()))
    admin.close()
    with Streaming(own_kafka.bootstrap, lived) as again:
        again.until_told(lived)


def test_a_wrong_place_to_go_on_from_is_seen_and_everything_read_again(
    lived: Town, own_kafka: LocalKafka
) -> None:
    with Streaming(own_kafka.bootstrap, lived) as worker:
        worker.until_told(lived)
    table = TopicPartition(changelog_of(CODE), 0)
    [*_, beside] = [r for r in last(own_kafka.bootstrap, table) if r.key == f'"{BESIDE}"'.encode()]
    record = decode(beside.value)
    lived.live(2, 3)
    publish(lived, own_kafka.bootstrap)
    record.offsets[f"/{CODE}/living"] += 5
    send(own_kafka.bootstrap, table, (beside.key, encode(record), []))
    with Streaming(own_kafka.bootstrap, lived) as again:
        again.until_told(lived)
        assert again.host.lives > 1


def test_a_table_whose_records_were_dropped_on_the_way_is_read_back_by_another_application(
    lived: Town, own_kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Streaming(own_kafka.bootstrap, lived) as worker:
        worker.until_told(lived)
    fetch, lost = stream._FromTheTable.getmany, threading.Event()

    async def lossy(self: Any, timeout: float) -> AsyncIterator[Any]:
        async for place, message in fetch(self, timeout):
            if place.topic == changelog_of(CODE) and again.host.lives == 1:
                lost.set()  # as Faust does when partitions are given out anew while it fetches
            else:
                yield place, message

    monkeypatch.setattr(stream._FromTheTable, "getmany", lossy)
    monkeypatch.setattr(host, "READING_BACK_STUCK_SECONDS", 2.0)
    again = Streaming(own_kafka.bootstrap, lived)
    with again:
        again.until_told(lived)
        assert lost.is_set()
        assert again.host.lives == 2


def test_a_broker_that_dies_and_comes_back_is_waited_for(lived: Town, own_kafka: LocalKafka) -> None:
    with Streaming(own_kafka.bootstrap, lived) as worker:
        worker.until_told(lived)
        own_kafka.kill()
        own_kafka.start()
        lived.live(1, 3)
        publish(lived, own_kafka.bootstrap)
        worker.until_told(lived)
