"""The servers that the other tests stand on are real, durable and can be broken on purpose."""

import uuid

import psycopg
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from services.chassis.local_kafka import KafkaUnavailable, LocalKafka, resolve_jars
from tests.infrastructure.brokers import not_to_be_had


def _committed(bootstrap: str, topic: str) -> list[bytes]:
    partition = TopicPartition(topic, 0)
    reader = KafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
    )
    try:
        reader.assign([partition])
        reader.seek(partition, 0)
        end = reader.end_offsets([partition])[partition]
        found = []
        while reader.position(partition) < end:
            found += [record.value for records in reader.poll(timeout_ms=500).values() for record in records]
        return found
    finally:
        reader.close(autocommit=False)


def _make_topic(bootstrap: str, topic: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()


def _say(bootstrap: str, topic: str, *words: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, transactional_id=topic, retry_backoff_ms=5)
    producer.init_transactions()
    producer.begin_transaction()
    said = [producer.send(topic, value=word, partition=0) for word in words]
    producer.flush(timeout=20)
    assert all(future.succeeded() for future in said)
    producer.commit_transaction()
    producer.close(timeout=5)


def test_the_shared_kafka_is_a_real_one(kafka: str) -> None:
    topic = f"test-{uuid.uuid4().hex}"
    _make_topic(kafka, topic)
    _say(kafka, topic, b"one", b"two")
    assert _committed(kafka, topic) == [b"one", b"two"]


@pytest.mark.crash
def test_a_killed_kafka_comes_back_with_what_was_committed(own_kafka: LocalKafka) -> None:
    _make_topic(own_kafka.bootstrap, "kept")
    _say(own_kafka.bootstrap, "kept", b"before")
    own_kafka.kill()
    assert own_kafka.pid is None
    own_kafka.start()
    _say(own_kafka.bootstrap, "kept", b"after")
    assert _committed(own_kafka.bootstrap, "kept") == [b"before", b"after"]


def test_kafka_without_maven_says_how_to_get_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DOUDI_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DOUDI_KAFKA_LIBS", raising=False)
    with pytest.raises(KafkaUnavailable, match="apt-get install"):
        resolve_jars()


def test_each_test_has_an_empty_durable_database(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone() == (0,)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_a_missing_server_skips_unless_it_is_required(monkeypatch) -> None:
    monkeypatch.delenv("DOUDI_REQUIRE_BROKERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Oracle"):
        not_to_be_had("Oracle", "nobody has it")
    monkeypatch.setenv("DOUDI_REQUIRE_BROKERS", "1")
    with pytest.raises(pytest.fail.Exception, match="required here"):
        not_to_be_had("Oracle", "nobody has it")
