"""The relay: publishes a service's log to its topic, each entry once, in order, one transaction a batch.

It stores no position: at start it fences every rival (`init_transactions`), then reads the topic's last committed
entry, ending first what Kafka itself forgot, and goes on behind it. A rival that was paused is refused by Kafka at its
next write, and nothing of it becomes visible. A batch never ends between two events of one decision. After any
Kafka error the producer is thrown away: the only state is what the topic says.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import structlog
from kafka import KafkaProducer
from kafka.errors import InvalidProducerEpochError, KafkaError, KafkaTimeoutError, ProducerFencedError

from events.base import Entry
from services.chassis.codec import to_headers
from services.chassis.kafka.left_open import end_left_open
from services.chassis.kafka.topics import BOOTSTRAP_MS, FETCH_BYTES, Unsettled, last_committed, topic_of
from services.chassis.service import name_of
from services.chassis.store import Store

log = structlog.get_logger(__name__)

SENT_AT_ONCE = 1000
STEP_BACK_SECONDS = 15.0
TRANSACTION_MS = 10_000
FLUSH_SECONDS = 6.0
COMMIT_SECONDS = 8.0


class TopicDiffers(RuntimeError):
    """The topic holds what the store does not: the store is an old copy, or another log took its place."""


class Fenced(RuntimeError):
    """Another relay of this service took over."""


@dataclass(slots=True)
class _Session:
    producer: KafkaProducer
    sequence: int  # the last published


@dataclass(slots=True)
class _StandBy:
    """Since when a fenced relay has stepped back, and what had been published then."""

    since: float
    sequence: int


class Relay:
    def __init__(self, store: Store, source: str, bootstrap: str, partition: int = 0) -> None:
        self._store = store
        self._source = source
        self._bootstrap = bootstrap
        self._topic = topic_of(name_of(source))
        self._partition = partition
        self._session: _Session | None = None
        self._stand_by: _StandBy | None = None

    @property
    def published(self) -> int | None:
        """The sequence last published; None while not connected."""
        return self._session.sequence if self._session else None

    def publish(self) -> int:
        """Publish what is new; how many entries. Raises KafkaError (try again) and TopicDiffers."""
        if self._stand_by is not None and not self._take_over(self._stand_by):
            return 0
        session = self._session or self._connect()
        total = 0
        try:
            while batch := self._batch(session.sequence):
                self._send(session.producer, batch)
                session.sequence = batch[-1].envelope.sequence
                total += len(batch)
        except Fenced:
            self.close()
            log.warning("another relay took over; standing by", source=self._source)
            self._stand_by = _StandBy(time.monotonic(), self._last_sequence())
        except KafkaError:
            self.close()
            raise
        return total

    def _take_over(self, stand_by: _StandBy) -> bool:
        """Two relays that each came back at once would fence each other for ever. So a fenced one steps
        back, and returns only when the other stood still although there was something to publish."""
        if time.monotonic() - stand_by.since < STEP_BACK_SECONDS:
            return False
        published = self._last_sequence()
        if published > stand_by.sequence or published >= self._store.head().sequence:
            self._stand_by = _StandBy(time.monotonic(), published)
            return False
        self._stand_by = None
        return True

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            _abandon(session.producer)

    def _connect(self) -> _Session:
        producer = KafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=f"{self._source}#{self._partition}",
            transaction_timeout_ms=TRANSACTION_MS,
            retry_backoff_ms=5,  # the default of 100 makes every transaction after another last that long
            batch_size=256 * 1024,
            max_request_size=FETCH_BYTES,
            # A broker that died is noticed within seconds; the next producer reads back what it took.
            request_timeout_ms=3_000,
            delivery_timeout_ms=5_000,
            max_block_ms=5_000,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
            reconnect_backoff_max_ms=500,
        )
        session = _Session(producer, 0)
        self._session = session
        try:
            producer.init_transactions()  # before reading: from here on no rival can write
            session.sequence = self._resume()
        except BaseException:
            self.close()
            raise
        return session

    def _resume(self) -> int:
        try:
            last = self._last()
        except Unsettled:
            end_left_open(self._bootstrap, self._topic, self._partition, self._source)
            last = self._last()
        if last is None:
            return 0
        e = last.envelope
        mine = self._store.entries(e.sequence - 1, 1)
        if not mine:
            raise TopicDiffers(
                f"{self._topic} holds {e.sequence} events, the store fewer:"
                f" run `doudi restore {name_of(e.source)}`"
            )
        if mine[0].envelope.id != e.id:
            raise TopicDiffers(
                f"{self._topic} and the store differ at {e.sequence}: run `doudi restore {name_of(e.source)}`"
            )
        return e.sequence

    def _last(self) -> Entry | None:
        return last_committed(self._bootstrap, self._topic, self._partition, self._source)

    def _last_sequence(self) -> int:
        last = self._last()
        return last.envelope.sequence if last else 0

    def _batch(self, after: int) -> list[Entry]:
        """The next entries, cut behind the end of a decision; a longer decision whole."""
        limit = SENT_AT_ONCE
        while True:
            entries = self._store.entries(after, limit + 1)
            if len(entries) <= limit:
                return entries
            decision = entries[limit].envelope.decision
            end = limit
            while end and entries[end - 1].envelope.decision == decision:
                end -= 1
            if end:
                return entries[:end]
            limit *= 4

    def _send(self, producer: KafkaProducer, batch: list[Entry]) -> None:
        futures: list[Any] = []
        try:
            producer.begin_transaction()
            for entry in batch:
                e = entry.envelope
                futures.append(
                    producer.send(
                        self._topic,
                        key=e.subject.encode(),
                        value=entry.data,
                        headers=to_headers(e),
                        partition=self._partition,
                        timestamp_ms=int(e.recordedtime.timestamp() * 1000),
                    )
                )
            producer.flush(timeout=FLUSH_SECONDS)
            for future in futures:
                # Committing does not look at these: a batch that failed inside would be a hole in the topic.
                future.get(timeout=1)
            _commit(producer)
        except KafkaError as error:
            failures = [error, *(f.exception for f in futures if f.is_done and f.failed())]
            if any(isinstance(f, (ProducerFencedError, InvalidProducerEpochError)) for f in failures):
                raise Fenced(self._source) from error
            raise


def _commit(producer: KafkaProducer) -> None:
    """Commit, or KafkaTimeoutError: the call has no limit of its own and waits for ever once a broker died
    under it. Its outcome is then unknown, and the next producer, which first ends what this one left open,
    reads it back from the topic."""
    outcome: list[BaseException | None] = []

    def commit() -> None:
        try:
            producer.commit_transaction()
            outcome.append(None)
        except BaseException as error:  # noqa: BLE001  # handed to the caller, whatever it is
            outcome.append(error)

    thread = threading.Thread(target=commit, name="relay commit", daemon=True)
    thread.start()
    thread.join(COMMIT_SECONDS)
    if not outcome:
        raise KafkaTimeoutError(f"no answer to a commit within {COMMIT_SECONDS:.0f} s")
    if outcome[0] is not None:
        raise outcome[0]


def _abandon(producer: KafkaProducer) -> None:
    """Throw a producer away with what it holds: that lies in an open transaction, which nobody will see."""
    try:
        producer.close(timeout=0)
    except KafkaError:
        # Closing flushes first and may fail; without this its thread and its connection would stay.
        producer._sender.force_close()
