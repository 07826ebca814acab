"""Transactions that nobody will end: found by the relay that owns their records, and aborted.

A transaction ends when its coordinator has written a marker behind its records. Kafka 4.3.1, killed between a
commit that was decided and its marker, was seen to record the transaction as complete without the marker; lost
state of the coordinator does the same. From then on readers of committed records see nothing of the partition,
however long they wait, and no producer can mend it.

Aborting is safe for a relay, which has fenced its rivals before: nobody has seen the records, and the relay reads
from the topic what is there and publishes the rest again.
"""

from __future__ import annotations

import time

import structlog
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import AbortTransactionSpec, ProducerState

from services.chassis.kafka.topics import BOOTSTRAP_MS, consumer, source_of_record

log = structlog.get_logger(__name__)

READ_SECONDS = 5.0


def end_left_open(bootstrap: str, topic: str, partition: int, source: str) -> int:
    """Abort what `source` left open; how many transactions.

    Only for the one producer of `source`, after `init_transactions`, and only once the topic was `Unsettled`: until
    then the coordinator may still end it. KafkaError where the broker refuses it: the right ClusterAction (or Alter)
    on the cluster is needed.
    """
    place = TopicPartition(topic, partition)
    admin = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=BOOTSTRAP_MS)
    reader = consumer(bootstrap, isolation="read_uncommitted")
    try:
        reader.assign([place])
        open_ = admin.describe_producers([place])[place].active_producers
        mine = [one for one in open_ if _source_of(reader, place, one) == source]
        for one in mine:
            epoch = max(one.coordinator_epoch, 0)
            admin.abort_transaction(AbortTransactionSpec(place, one.producer_id, one.producer_epoch, epoch))
            log.warning(
                "a transaction that its coordinator forgot was aborted",
                topic=topic,
                source=source,
                offset=one.current_transaction_start_offset,
            )
        return len(mine)
    finally:
        reader.close(autocommit=False)
        admin.close()


def _source_of(reader: KafkaConsumer, place: TopicPartition, producer: ProducerState) -> str:
    """Whose records an open transaction begins with; "" where it is not open, or nothing is there."""
    start = producer.current_transaction_start_offset
    if start < 0:
        return ""
    reader.seek(place, start)
    deadline = time.monotonic() + READ_SECONDS
    while time.monotonic() < deadline:
        for records in reader.poll(timeout_ms=500, max_records=1).values():
            for record in records:
                return source_of_record(record)
    return ""
