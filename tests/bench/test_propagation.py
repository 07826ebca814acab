"""From a command in one service to the effect that comes back from another, as a client would time it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from random import randrange
from uuid import uuid4

import httpx
import pytest
from kafka import KafkaProducer, TopicPartition

from services.chassis.clock import SystemClock, civil_date
from services.chassis.kafka.topics import consumer, create_topics
from tests.bench.district import Log, await_settled, prepare, running, settings, token
from tests.bench.measuring import Samples
from tests.bench.report import Line, Report, number
from tests.bench.test_kafka import PRODUCER

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

FAMILIES, WARM_UP = 160, 20
EFFECT = "registry.CategoryEnded.1"
PAYLOAD = b"x" * 600

TEXT = f"""A command to the registry over HTTP (somebody who lives alone has died), to which living reacts (the case ends),
to which the registry reacts (`{EFFECT}`). Measured from sending the request to the effect's being
committed in the registry's SQLite store, where a third process looks every millisecond; {FAMILIES - WARM_UP} times, one after
another, against real processes of `doudi up`.
The bare loop writes three rows in three SQLite files, each flushed to disk, and over Kafka two transactions of one
message between them, produced and polled in one process."""


def test_embedded(report: Report, tmp_path: Path) -> None:
    of = settings(tmp_path, "431202")
    people = prepare(of, FAMILIES)
    with running(of) as address:
        ours, bare = _times(report, of, address, people, partial(_bare, tmp_path))
    _add(report, "embedded, all services in one process", ours, bare, "p99 under 100 ms")


def test_over_kafka(kafka: str, report: Report, tmp_path: Path) -> None:
    of = settings(tmp_path, f"{randrange(10**6):06d}")
    people = prepare(of, FAMILIES)
    topic = f"bench-{uuid4().hex}"
    create_topics(kafka, [topic], 1)
    place = TopicPartition(topic, 0)
    producer = KafkaProducer(bootstrap_servers=kafka, transactional_id=topic, **PRODUCER)
    producer.init_transactions()
    with ExitStack() as stack:
        stack.callback(producer.close, timeout=5)
        reader = consumer(kafka)
        stack.callback(reader.close, autocommit=False)
        reader.assign([place])
        reader.seek_to_beginning(place)

        def travel() -> None:
            producer.begin_transaction()
            producer.send(topic, value=PAYLOAD, partition=0)
            producer.flush()
            producer.commit_transaction()
            while not reader.poll(timeout_ms=100):
                pass

        address = stack.enter_context(running(of, ["registry"], kafka))
        stack.enter_context(running(of, ["living"], kafka))
        await_settled(of)
        ours, bare = _times(report, of, address, people, partial(_bare, tmp_path, travel))
    _add(report, "over Kafka, a process a service", ours, bare, "p99 under 250 ms")


def _times(report, of, address, people, bare) -> tuple[Samples, Samples]:
    ours: list[float] = []
    bares: list[float] = []
    today = civil_date(SystemClock().now()).isoformat()
    headers = {"Authorization": f"Bearer {token(of)}"}
    with httpx.Client(base_url=address, headers=headers) as client, closing(Log(of, "registry")) as log:
        for person in people:
            after = log.last()
            began = time.perf_counter()
            answer = client.post(
                f"/registry/people/{person}/death",
                json={"on": today},
                headers={"Idempotency-Key": str(uuid4())},
            )
            assert answer.is_success, answer.text
            log.await_type(EFFECT, after)
            ours.append((time.perf_counter() - began) * 1000)
            bares.append(bare())
    return Samples(tuple(ours[WARM_UP:])), Samples(tuple(bares[WARM_UP:]))


def _bare(folder: Path, travel=lambda: None) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    for step in range(3):
        if step:
            travel()
        with closing(sqlite3.connect(folder / f"bare-{step}.db")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS taken (value BLOB)")
            with connection:
                connection.execute("INSERT INTO taken VALUES (?)", (PAYLOAD,))
    return (time.perf_counter() - began) * 1000


def _add(report: Report, what: str, ours: Samples, bare: Samples, aim: str) -> None:
    section = report.section("Propagation across two services", TEXT)
    ratio = f"**{ours.median / bare.median:.1f}** times as long"
    report.add(section, Line(what, _said(ours), _said(bare), ratio, aim))


def _said(samples: Samples) -> str:
    p50, p99 = (number(samples.percentile(hundredths)) for hundredths in (50, 99))
    return f"p50 **{p50}**, p99 **{p99}** ({number(samples.low)}–{number(samples.high)}) ms"
