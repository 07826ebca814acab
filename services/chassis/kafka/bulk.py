"""A consumer for whoever reads everything: librdkafka's, which fetches ten times as fast as pure Python.

It answers to the part of `kafka.KafkaConsumer` that a feed uses. Places are chosen by us, offsets are never
stored by themselves, and only committed records are seen.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as Place
from kafka import TopicPartition
from kafka.errors import KafkaError as Failed
from kafka.errors import OffsetOutOfRangeError
from kafka.structs import OffsetAndMetadata

from services.chassis.kafka.topics import FETCH_BYTES

FETCHED_AT_ONCE = 5_000
ANSWER_SECONDS = 10.0


class Record(NamedTuple):
    offset: int
    headers: list[tuple[str, bytes]]
    value: bytes


class BulkConsumer:
    """Not for several threads. Raises kafka-python's errors, so that one feed serves both consumers."""

    def __init__(self, bootstrap: str, group: str) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": group,
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "isolation.level": "read_committed",
                # A hint beyond the end must be seen, as in `topics.consumer`.
                "auto.offset.reset": "error",
                # Tells where a topic ends behind the markers of transactions, which are no messages.
                "enable.partition.eof": True,
                "allow.auto.create.topics": False,
                "reconnect.backoff.max.ms": 500,
                "fetch.wait.max.ms": 50,
                "fetch.error.backoff.ms": 20,
                "fetch.message.max.bytes": FETCH_BYTES,
                "queued.max.messages.kbytes": 4 * FETCH_BYTES // 1024,
            },
            logger=logging.getLogger("kafka.librdkafka"),  # without one it writes to standard error itself
        )
        self._begin: dict[TopicPartition, int] = {}
        self._positions: dict[TopicPartition, int | None] = {}
        self._running = False

    def assign(self, places: Iterable[TopicPartition]) -> None:
        self._begin = dict.fromkeys(places, OFFSET_BEGINNING)

    def seek(self, place: TopicPartition, offset: int) -> None:
        self._positions[place] = None if offset == OFFSET_BEGINNING else offset
        if self._running:
            self._consumer.seek(Place(place.topic, place.partition, offset))
        else:
            self._begin[place] = offset

    def seek_to_beginning(self, place: TopicPartition) -> None:
        self.seek(place, OFFSET_BEGINNING)

    def committed(self, place: TopicPartition) -> int | None:
        try:
            [found] = self._consumer.committed([Place(place.topic, place.partition)], timeout=ANSWER_SECONDS)
        except KafkaException as error:
            raise Failed(str(error)) from error
        return None if found.offset < 0 else int(found.offset)

    def position(self, place: TopicPartition) -> int | None:
        """Behind the last record handed out, or the topic's end once it was reached; None before either."""
        return self._positions.get(place)

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[Record]]:
        if not self._running:
            self._consumer.assign(
                [Place(place.topic, place.partition, offset) for place, offset in self._begin.items()]
            )
            self._running = True
        found: dict[TopicPartition, list[Record]] = {}
        for message in self._consumer.consume(FETCHED_AT_ONCE, timeout_ms / 1000):
            place, offset = self._place(message), message.offset()
            if message.error() is not None:
                self._tell(message.error(), place, offset)
                continue
            found.setdefault(place, []).append(
                Record(offset or 0, message.headers() or [], message.value() or b"")  # type: ignore[arg-type]  # headers may be named otherwise in the stubs
            )
            self._positions[place] = (offset or 0) + 1
        return found

    def _tell(self, error: KafkaError | None, place: TopicPartition, offset: int | None) -> None:
        code = error.code() if error is not None else None
        if code == KafkaError._PARTITION_EOF:
            self._positions[place] = offset
        elif code in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
            raise OffsetOutOfRangeError(str(error))
        elif error is not None and error.fatal():
            raise Failed(str(error))
        # Everything else (a broker that is away) mends itself; the feed watches whether records come.

    @staticmethod
    def _place(message: Message) -> TopicPartition:
        return TopicPartition(message.topic() or "", message.partition() or 0)

    def end_offsets(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        ends = {}
        for place in places:
            try:
                found = self._consumer.get_watermark_offsets(
                    Place(place.topic, place.partition), timeout=ANSWER_SECONDS
                )
            except KafkaException as error:
                raise Failed(str(error)) from error
            if found is None:
                raise Failed(f"{place.topic}: no answer within {ANSWER_SECONDS:.0f} s")
            ends[place] = found[1]
        return ends

    def pause(self, place: TopicPartition) -> None:
        self._consumer.pause([Place(place.topic, place.partition)])

    def resume(self, place: TopicPartition) -> None:
        self._consumer.resume([Place(place.topic, place.partition)])

    def commit(self, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        wanted = [Place(place.topic, place.partition, at.offset) for place, at in offsets.items()]
        try:
            self._consumer.commit(offsets=wanted, asynchronous=False)
        except KafkaException as error:
            raise Failed(str(error)) from error

    def close(self, autocommit: bool = False) -> None:
        self._consumer.close()
