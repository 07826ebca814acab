"""Fixtures: a real Apache Kafka for the whole run, or one of a test's own to kill and start again."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.chassis.kafka.topics import create_topics, gate_topic, topic_of
from services.chassis.local_kafka import KafkaUnavailable, LocalKafka, answers, free_ports
from services.cli.house import ROOMS
from tests.infrastructure.brokers import KAFKA, docker_answers, not_to_be_had, used

IMAGE = os.environ.get("DOUDI_TEST_KAFKA_IMAGE", "apache/kafka:4.3.1")
PARTITIONS = 32
OTHERWISE = "start Docker, or name a broker in DOUDI_TEST_KAFKA (HOST:PORT)"


@contextmanager
def _container() -> Iterator[str]:
    from testcontainers.core.container import DockerContainer

    # The broker advertises the address that its clients use, so the port is the same on both sides.
    (port,) = free_ports(1)
    settings = {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://:9093",
        "ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    container = DockerContainer(IMAGE).with_bind_ports(port, port)
    for name, value in settings.items():
        container = container.with_env(f"KAFKA_{name}", value)
    with container:
        deadline = time.monotonic() + 90
        while not answers(f"127.0.0.1:{port}"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the container of {IMAGE} did not answer")
            time.sleep(0.2)
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """`HOST:PORT` of a Kafka shared by the whole run: a test makes topics of its own and never stops it."""
    if given := os.environ.get("DOUDI_TEST_KAFKA"):
        used(KAFKA, f"{given}, named by DOUDI_TEST_KAFKA")
        yield given
    elif docker_answers():
        with _container() as bootstrap:
            used(KAFKA, f"a container of {IMAGE}")
            _room_for_districts(bootstrap)
            yield bootstrap
    else:
        with _local() as broker:
            _room_for_districts(broker.bootstrap)
            yield broker.bootstrap


def _room_for_districts(bootstrap: str) -> None:
    """Partitions for the districts of many tests: each then reads its own, not all that went before."""
    services = map(topic_of, ROOMS)
    departments = map(gate_topic, ("civil-affairs", "health", "poverty-alleviation"))
    create_topics(bootstrap, [*services, *departments], PARTITIONS)


@pytest.fixture(scope="module")
def _broker_of_the_module() -> Iterator[LocalKafka]:
    with _local() as broker:
        yield broker


@pytest.fixture
def own_kafka(_broker_of_the_module: LocalKafka) -> LocalKafka:
    """A running broker that the test may stop, kill and start again; shared with the tests of its module."""
    return _broker_of_the_module.start()


@contextmanager
def _local() -> Iterator[LocalKafka]:
    broker = LocalKafka()
    try:
        try:
            broker.start()
        except KafkaUnavailable as missing:
            not_to_be_had(KAFKA, f"{missing}, or {OTHERWISE}")
        used(KAFKA, "a local Apache Kafka, started for this run")
        yield broker
    finally:
        broker.close()
