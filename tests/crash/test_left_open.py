"""A transaction that Kafka forgot: its relay ends it, and every event is published once, in order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from kafka import KafkaProducer

from services.chassis.codec import to_headers
from services.chassis.kafka import left_open
from services.chassis.kafka.relay import TRANSACTION_MS, Relay
from services.chassis.kafka.topics import Unsettled, create_topics, last_committed, read_topic, topic_of
from services.chassis.local_kafka import LocalKafka
from services.chassis.store import Store
from tests.chassis import toys

pytestmark = [pytest.mark.crash, pytest.mark.kafka, pytest.mark.timeout(180)]

TOPIC = topic_of("registry")


def leave_open(bootstrap: str, store: Store, source: str, sequence: int) -> None:
    """What a relay does that dies between its records and its commit."""
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, transactional_id=f"{source}#0", transaction_timeout_ms=TRANSACTION_MS
    )
    producer.init_transactions()
    producer.begin_transaction()
    entry = store.entries(sequence - 1, 1)[0]
    producer.send(TOPIC, value=entry.data, headers=to_headers(entry.envelope), partition=0).get(timeout=60)
    producer._sender.force_close()


def forget(kafka: LocalKafka) -> None:
    """The broker dies, and what its coordinator knew of transactions is lost."""
    kafka.kill()
    for folder in (kafka.folder / "data").glob("__transaction_state-*"):
        shutil.rmtree(folder)
    kafka.start()


def test_a_transaction_that_kafka_forgot_is_ended_by_its_relay_and_nothing_is_lost(
    tmp_path: Path, own_kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_topics(own_kafka.bootstrap, [TOPIC], 1)
    source = toys.source("registry")
    with toys.opened(toys.sqlite_url(tmp_path)) as store:
        # Given two published facts, and a third in a transaction that nobody will ever end
        for _ in range(2):
            toys.one_more(store)
        relay = Relay(store, source, own_kafka.bootstrap)
        assert relay.publish() == 2
        relay.close()
        toys.one_more(store)
        leave_open(own_kafka.bootstrap, store, source, 3)
        forget(own_kafka)
        monkeypatch.setattr("services.chassis.kafka.topics.SETTLE_SECONDS", 15.0)  # longer than its limit
        with pytest.raises(Unsettled, match="does not end"):
            last_committed(own_kafka.bootstrap, TOPIC, 0, source)
        # When another's relay comes, it leaves alone what is not its own
        assert left_open.end_left_open(own_kafka.bootstrap, TOPIC, 0, toys.source("housing")) == 0
        # And when its own relay comes back, then every fact is there, once and in order
        toys.one_more(store)
        relay = Relay(store, source, own_kafka.bootstrap)
        assert relay.publish() == 2
        relay.close()
        assert list(read_topic(own_kafka.bootstrap, TOPIC, 0, source)) == toys.log(store)
