"""The gate's topics: what departments' own systems write to `in.<department>`, each message taken once.

The offset is committed behind the decision. A message read twice after a crash gets the answer that is on
record: the gate knows it by (department, source, id).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

from events.base import Actor
from services.chassis.gate import Gate, message_of
from services.chassis.kafka.feed import begin_where_hinted
from services.chassis.kafka.topics import consumer, gate_topic
from services.chassis.runtime import Runtime
from services.chassis.work import Cause


class GateFeed:
    def __init__(
        self,
        bootstrap: str,
        runtime: Runtime,
        gate: Gate,
        departments: Sequence[str],
        partition: int,
        beside: Any = None,
    ) -> None:
        """Reads this district's partition of each department's topic. Used by one thread."""
        self._runtime = runtime
        self._gate = gate
        self._beside = beside
        self._departments = {TopicPartition(gate_topic(one), partition): one for one in departments}
        self._consumer = consumer(bootstrap, f"doudi{runtime.source.replace('/', '.')}.gate")
        begin_where_hinted(self._consumer, list(self._departments))

    def step(self) -> int:
        """Take what has come; how many messages."""
        polled = self._consumer.poll(timeout_ms=200)
        unread = {place: records[0].offset for place, records in polled.items()}
        try:
            for place, records in polled.items():
                for record in records:
                    self._receive(self._departments[place], record.headers, record.value or b"")
                    unread[place] = record.offset + 1
                self._consumer.commit({place: OffsetAndMetadata(unread[place], "", -1)})
        except Exception:
            # The consumer stands behind what it gave: what was not taken would be passed over.
            for place, offset in unread.items():
                self._consumer.seek(place, offset)
            raise
        return sum(map(len, polled.values()))

    def close(self) -> None:
        self._consumer.close(autocommit=False)

    def _receive(self, department: str, headers: list[tuple[str, bytes]], value: bytes) -> None:
        message = message_of(headers, value)
        if self._gate.is_for_another(message):
            return
        around = self._runtime.around
        cause = Cause(Actor(department, "gate"), around.ids.event(around.clock.now()))
        self._gate.take(self._runtime, message, cause, self._beside)
