"""Over a real Kafka: the relay, an inbox and history, each beside a bare loop over the same bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kafka import KafkaProducer, TopicPartition

from events.assistance import Applied, MonthGranted
from events.base import Entry
from events.registry import HouseholdRegistered
from services.chassis.clock import SystemClock, SystemIds
from services.chassis.codec import to_headers
from services.chassis.database import open_database
from services.chassis.kafka.feed import KafkaFeed
from services.chassis.kafka.relay import SENT_AT_ONCE, Relay
from services.chassis.kafka.topics import FETCH_BYTES, consumer, create_topics, topic_of
from services.chassis.runtime import Runtime
from services.chassis.service import Service, source_of
from services.chassis.store import Head, open_store
from services.chassis.store_sqlite import SqliteStore
from services.chassis.vault import MemoryVault
from services.history.district_log import DistrictLog
from tests.bench.measuring import interleaved, rate
from tests.bench.report import Report
from tests.bench.workload import DISTRICT, entries, fill

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

EVENTS = 10_000
PRODUCER: dict[str, Any] = {
    "transaction_timeout_ms": 10_000,
    "retry_backoff_ms": 5,
    "batch_size": 256 * 1024,
    "max_request_size": FETCH_BYTES,
    "request_timeout_ms": 3_000,
    "delivery_timeout_ms": 5_000,
}
_number = count(1)

TEXT = f"""{EVENTS:,} events of a service's log through one partition of a real Apache Kafka, in transactions of {SENT_AT_ONCE:,}.

- **Relay**: `Relay.publish` from a SQLite store. Beside it: a loop that reads the same rows with `sqlite3` and sends
  the same messages (key, headers, value, ready-made) with a kafka-python producer of the same settings.
- **Inbox**: `KafkaFeed` and `Runtime.pump` of a service that keeps a row of every fact. Beside it: a kafka-python
  consumer of the same settings whose polls go into one table (offset, key, value, the headers' bytes) with `executemany`,
  a transaction a poll.
- **History**: `KafkaFeed` (librdkafka's consumer, as it reads everything) and `DistrictLog`, which keeps every event and
  indexes whom it concerns; beside the same loop."""


class Upto:
    """The first entries of a store, as many as are let through: so that connecting is not measured."""

    def __init__(self, store: SqliteStore, most: int) -> None:
        self._store = store
        self.most = most

    def head(self) -> Head:
        return self._store.head()

    def entries(self, after: int, limit: int) -> list[Entry]:
        return self._store.entries(after, min(limit, self.most - after)) if after < self.most else []


def new_source(bootstrap: str) -> str:
    """Of a service that nobody else is, with an empty topic."""
    name = f"bench-{uuid4().hex[:12]}"
    create_topics(bootstrap, [topic_of(name)], 1)
    return source_of(DISTRICT, name)


def test_relay(kafka: str, report: Report, tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    store = SqliteStore(str(path))
    log = list(_first(EVENTS, "bench"))
    fill(store, iter(log), EVENTS)
    messages = [(one.envelope.subject.encode(), to_headers(one.envelope), one.data) for one in log]

    def ours() -> float:
        source = new_source(kafka)
        upto = Upto(store, 1)
        relay = Relay(upto, source, kafka)  # type: ignore[arg-type]  # it reads no more of a store than this
        relay.publish()
        upto.most = EVENTS
        try:
            return rate(EVENTS - 1, relay.publish)
        finally:
            relay.close()

    def bare() -> float:
        topic = topic_of(new_source(kafka).rpartition("/")[2])
        producer = KafkaProducer(bootstrap_servers=kafka, transactional_id=topic, **PRODUCER)
        producer.init_transactions()
        with closing(sqlite3.connect(path)) as connection:

            def produce(after: int, most: int) -> None:
                while rows := connection.execute(
                    "SELECT rowid, state FROM stored_events WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?",
                    (after, most, SENT_AT_ONCE),
                ).fetchall():
                    producer.begin_transaction()
                    for sequence, _ in rows:
                        key, headers, value = messages[sequence - 1]
                        producer.send(topic, key=key, value=value, headers=headers, partition=0)
                    producer.flush()
                    producer.commit_transaction()
                    after = rows[-1][0]

            produce(0, 1)
            try:
                return rate(EVENTS - 1, lambda: produce(1, EVENTS))
            finally:
                producer.close(timeout=5)

    found = interleaved({"ours": ours, "bare": bare}, rounds=4)
    section = report.section("Over Kafka", TEXT)
    report.compare(
        section, "relay", found["ours"], found["bare"], "events/s", "0.5 of a bare read-and-produce"
    )
    store.close()


def test_inbox_and_history(
    kafka: str, engine: str, new_url: Callable[[], str], report: Report, tmp_path: Path
) -> None:
    source = new_source(kafka)
    name = source.rpartition("/")[2]
    store = SqliteStore(str(tmp_path / "upstream.db"))
    fill(store, _first(EVENTS, name), EVENTS)
    relay = Relay(store, source, kafka)
    relay.publish()
    relay.close()
    store.close()

    found = interleaved(
        {
            "inbox": partial(_inbox, kafka, source, new_url),
            "bare": partial(_bare, kafka, topic_of(name), new_url),
            "history": partial(_history, kafka, source, new_url),
        },
        rounds=4,
    )
    section = report.section("Over Kafka", TEXT)
    unit, aim = "events/s", "0.5 of a bare poll-and-insert"
    report.compare(section, f"inbox, {engine}", found["inbox"], found["bare"], unit, aim)
    report.compare(section, f"history, {engine}", found["history"], found["bare"], unit, "10,000 events/s")


def keeper(upstream: str) -> Service:
    """A service that keeps a row of every fact and decides nothing."""
    service = Service(f"inbox-{next(_number)}-{uuid4().hex[:8]}", (upstream,))

    @service.keep(HouseholdRegistered)
    def _(shelf: Any, fact: Any) -> None:
        shelf.put("household", fact.data.household, {"township": fact.data.township, "gone": ""})

    @service.keep(Applied)
    def _(shelf: Any, fact: Any) -> None:
        shelf.put("case", fact.data.case, {"household": str(fact.data.household)})

    @service.keep(MonthGranted)
    def _(shelf: Any, fact: Any) -> None:
        shelf.put("month", f"{fact.data.case}|{fact.data.month}", str(fact.envelope.id))

    return service


def connect(feed: KafkaFeed, source: str) -> None:
    """Until the first records have come; then from the beginning, so that connecting is not measured."""
    while not feed.poll():
        pass
    feed.again(source, 0)


def _inbox(kafka: str, source: str, new_url: Callable[[], str]) -> float:
    service, clock = keeper(source.rpartition("/")[2]), SystemClock()
    store = open_store(new_url(), "inbox")
    keys = MemoryVault(clock=clock).for_reader(service.name)
    runtime = Runtime(service, store, district=DISTRICT, clock=clock, ids=SystemIds(), keys=keys)
    feed = KafkaFeed(kafka, runtime.source, [source])
    runtime.start({source: feed})

    connect(feed, source)

    def take() -> None:
        while runtime.position(source) < EVENTS:
            feed.poll()
            runtime.pump()
            assert not runtime.stopped, runtime.stopped

    try:
        return rate(EVENTS, take)
    finally:
        feed.close()
        store.close()


def _history(kafka: str, source: str, new_url: Callable[[], str]) -> float:
    database = open_database(new_url(), "history")
    log = DistrictLog(database, [source], SystemClock())
    feed = KafkaFeed(kafka, f"/{DISTRICT}/history-{next(_number)}-{uuid4().hex[:8]}", [source], bulk=True)

    connect(feed, source)

    def take() -> None:
        while log.position(source) < EVENTS:
            feed.poll()
            log.pump({source: feed})
            assert not log.stopped, log.stopped

    try:
        return rate(EVENTS, take)
    finally:
        feed.close()
        database.close()


def _bare(kafka: str, topic: str, new_url: Callable[[], str]) -> float:
    place = TopicPartition(topic, 0)
    reader = consumer(kafka)
    reader.assign([place])
    reader.seek_to_beginning(place)
    while not reader.poll(timeout_ms=100):
        pass
    reader.seek_to_beginning(place)

    def take(put: Callable[[list[tuple[Any, ...]]], None]) -> None:
        taken = 0
        while taken < EVENTS:
            for records in reader.poll(timeout_ms=100).values():
                put([(r.offset, r.key, r.value, b"".join(value for _, value in r.headers)) for r in records])
                taken += len(records)

    with table(new_url()) as put:
        try:
            return rate(EVENTS, partial(take, put))
        finally:
            reader.close(autocommit=False)


@contextmanager
def table(url: str) -> Iterator[Callable[[list[tuple[Any, ...]]], None]]:
    """A table on either engine, and how rows are put into it: one durable transaction."""
    binary = "BLOB" if url.startswith("sqlite") else "BYTEA"
    create = f"CREATE TABLE taken (at BIGINT PRIMARY KEY, key {binary}, value {binary}, headers {binary})"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(create)

            def put(rows: list[tuple[Any, ...]]) -> None:
                with connection:
                    connection.executemany("INSERT INTO taken VALUES (?, ?, ?, ?)", rows)

            yield put
        return
    with psycopg.connect(url) as server:
        server.execute(create)
        server.commit()

        def put_there(rows: list[tuple[Any, ...]]) -> None:
            with server.transaction(), server.cursor() as cursor:
                cursor.executemany("INSERT INTO taken VALUES (%s, %s, %s, %s)", rows)

        yield put_there


def _first(count: int, name: str) -> Iterator[Entry]:
    log = entries(name)
    return (next(log) for _ in range(count))
