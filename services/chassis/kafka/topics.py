"""Topics: one a service, one partition a district, kept for ever; how the last committed record is found."""

from __future__ import annotations

import time
from collections.abc import Iterable

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import TopicAlreadyExistsError

from events.base import Entry
from services.chassis.codec import from_message

FETCH_BYTES = 8 << 20
FOR_EVER = {
    "retention.ms": "-1",
    "retention.bytes": "-1",
    # Brokers refuse records dated more than an hour ahead; a simulated district may be.
    "message.timestamp.after.max.ms": str((1 << 63) - 1),
    "max.message.bytes": str(FETCH_BYTES),
}
READ_BACK_SECONDS = 60.0
# A coordinator ends what timed out within `transaction_timeout_ms` and ten seconds (its round, by default).
SETTLE_SECONDS = 25.0
BOOTSTRAP_MS = 10_000
"""How long a first answer of the brokers is waited for: one that starts, or a busy machine, takes seconds."""


class Unreadable(RuntimeError):
    """A topic did not answer in time, or holds what no chassis wrote."""


class Unsettled(Unreadable):
    """A transaction there was not ended in the time in which Kafka ends one."""


def no_answer(bootstrap: str, error: BaseException) -> str:
    """What a person is told where no broker could be reached."""
    return f"{bootstrap}没有 Kafka 应答。 No Kafka answers at {bootstrap}: {type(error).__name__}"


def topic_of(service: str) -> str:
    return f"doudi.{service}"


def gate_topic(department: str) -> str:
    return f"in.{department}"


def create_topics(bootstrap: str, topics: Iterable[str], partitions: int, replicas: int = -1) -> None:
    """Create what is missing; -1 replicas: the broker's default."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=BOOTSTRAP_MS)
    try:
        there = set(admin.list_topics())
        for topic in topics:
            if topic in there:
                continue
            wanted = {"num_partitions": partitions, "replication_factor": replicas, "configs": FOR_EVER}
            try:
                admin.create_topics({topic: wanted}, wait_for_metadata=True)
            except TopicAlreadyExistsError:
                continue  # another service was quicker
    finally:
        admin.close()


def consumer(bootstrap: str, group: str | None = None, isolation: str = "read_committed") -> KafkaConsumer:
    """A consumer, of committed records only unless said, whose partitions and places we choose ourselves."""
    return KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        isolation_level=isolation,
        # A hint beyond the end must be seen: "latest" would jump, and skip, without a word.
        auto_offset_reset="none",
        bootstrap_timeout_ms=BOOTSTRAP_MS,
        reconnect_backoff_max_ms=500,
        allow_auto_create_topics=False,
        max_poll_records=2000,
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_bytes=FETCH_BYTES * 4,
        fetch_max_wait_ms=50,
        retry_backoff_ms=20,
    )


def _settled_end(bootstrap: str, reader: KafkaConsumer, place: TopicPartition) -> int:
    """The end of what is committed, as `reader` sees it, once that has reached the end of what lies there now; Unsettled if
    it does not.

    A transaction whose commit a killed broker had decided on, and not yet marked, is in no committed reader's sight:
    whoever goes on from what those see would publish its records once more.
    """
    all_records = consumer(bootstrap, isolation="read_uncommitted")
    try:
        all_records.assign([place])
        high = all_records.end_offsets([place])[place]
    finally:
        all_records.close(autocommit=False)
    deadline = time.monotonic() + SETTLE_SECONDS
    while (stable := reader.end_offsets([place])[place]) < high:
        if time.monotonic() > deadline:
            raise Unsettled(f"{place.topic}: a transaction there does not end")
        time.sleep(0.05)
    return int(stable)


def last_committed(bootstrap: str, topic: str, partition: int, source: str) -> Entry | None:
    """The last entry of `source` that readers of committed records see; None where there is none. Unsettled while a
    transaction is open, Unreadable where the topic does not answer.

    The end offset counts transaction markers and aborted records, so the record is looked for backwards.
    """
    place = TopicPartition(topic, partition)
    reader = consumer(bootstrap)
    try:
        reader.assign([place])
        first = reader.beginning_offsets([place])[place]
        top = _settled_end(bootstrap, reader, place)
        deadline = time.monotonic() + READ_BACK_SECONDS
        step = 64
        while top > first:
            start = max(first, top - step)
            reader.seek(place, start)
            found = None
            while reader.position(place) < top:  # passes over markers and aborted records by itself
                if time.monotonic() > deadline:
                    raise Unreadable(f"{topic}: no answer within {READ_BACK_SECONDS:.0f} s")
                for records in reader.poll(timeout_ms=500).values():
                    for record in records:
                        if record.offset < top and source_of_record(record) == source:
                            found = record
            if found is not None:
                return from_message(found.headers, found.value)
            top, step = start, step * 8
        return None
    finally:
        reader.close(autocommit=False)


def read_topic(bootstrap: str, topic: str, partition: int, source: str) -> Iterable[Entry]:
    """Every committed entry of `source`, from the first to the last there was when reading began."""
    for headers, value in read_messages(bootstrap, topic, partition, source):
        yield from_message(headers, value)


def read_messages(
    bootstrap: str, topic: str, partition: int, source: str
) -> Iterable[tuple[list[tuple[str, bytes]], bytes]]:
    """The same as headers and values, as they lie there."""
    place = TopicPartition(topic, partition)
    reader = consumer(bootstrap)
    try:
        reader.assign([place])
        reader.seek_to_beginning(place)
        top = reader.end_offsets([place])[place]
        idle = time.monotonic()
        while reader.position(place) < top:
            for records in reader.poll(timeout_ms=500).values():
                idle = time.monotonic()
                for record in records:
                    if source_of_record(record) == source:
                        yield record.headers, record.value
            if time.monotonic() - idle > READ_BACK_SECONDS:
                raise Unreadable(f"{topic}: no answer within {READ_BACK_SECONDS:.0f} s")
    finally:
        reader.close(autocommit=False)


def source_of_record(record: object) -> str:
    headers: Iterable[tuple[str, bytes]] = getattr(record, "headers", ())
    return next((value.decode() for name, value in headers if name == "ce_source"), "")
