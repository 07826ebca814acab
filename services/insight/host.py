"""The thread in which the Faust application lives, and a new one whenever it has died.

Faust's consumers die over time and its recoveries stick: nobody is asked then, the application is thrown away
and another goes on from the table. Only a fault of the program, or a log that does not follow, is for a person.
"""

from __future__ import annotations

import asyncio
import threading
import time

import structlog
from aiokafka.errors import KafkaError as AioKafkaError
from faust.contrib.asgi import bind_to_running_loop
from faust.exceptions import FaustError
from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from services.chassis.kafka.topics import BOOTSTRAP_MS, FETCH_BYTES, create_topics, topic_of
from services.chassis.service import name_of
from services.insight.stream import FigureStream, Gap, changelog_of
from services.insight.taking import Figures

log = structlog.get_logger(__name__)

PASSING = (KafkaError, AioKafkaError, FaustError, OSError, TimeoutError)
LOOK_SECONDS = 0.5
STUCK_SECONDS = 60.0
READING_BACK_STUCK_SECONDS = 20.0
"""Before reading begins, beside the session of a rival who may have died: Faust at times drops records of the
table that it is reading back, and then waits for them without end."""
STOP_SECONDS = 15.0
LONGEST_BACKOFF_SECONDS = 10.0


class Stuck(TimeoutError):
    """Events are there and none is taken."""


class FaustHost:
    def __init__(
        self,
        figures: Figures,
        bootstrap: str,
        *,
        partition: int = 0,
        partitions: int = 1,
        session_seconds: float = 30.0,
    ) -> None:
        self.failure: str | None = None
        self.ended = threading.Event()
        self.lives = 0
        """How many applications there have been."""
        self._figures = figures
        self._bootstrap = bootstrap
        self._partition = partition
        self._partitions = partitions
        self._session_seconds = session_seconds
        self._stream: FigureStream | None = None
        self._stopping = threading.Event()
        self._gaps: list[tuple[str, int]] = []
        self._from_the_start = False
        self._thread = threading.Thread(target=self._run, name="insight", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(2 * STOP_SECONDS)
        self.ended.set()

    def unready(self) -> list[str]:
        if self.failure:
            return [self.failure]
        stream = self._stream
        if stream is None or not stream.ready:
            return ["insight: the topics are not being read (starting, standing by, or no Kafka)"]
        return []

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set() and not self.failure:
            began = time.monotonic()
            try:
                asyncio.run(self._live())
            except Gap as gap:
                self._after(gap)
            except PASSING as error:
                log.warning("figures begin again", service="insight", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001  # a fault of the program: a person must see it
                log.error("loop ended", loop="insight", error=type(error).__name__, detail=str(error))
                self.failure = f"insight: {error}"
            failures = 0 if time.monotonic() - began > STUCK_SECONDS else failures + 1
            self._stopping.wait(min(0.1 * 2**failures, LONGEST_BACKOFF_SECONDS))
        self.ended.set()

    def _after(self, gap: Gap) -> None:
        """Once from the table, once from the topics' start; then the hole is in the topic, and for a person."""
        source = str(gap.args[0])
        place = (source, self._figures.position(source))
        tries = self._gaps.count(place) + 1
        self._gaps = [*(known for known in self._gaps if known == place), place]
        self._from_the_start = tries == 2
        log.warning("something was left out", service="insight", upstream=source, tries=tries)
        if tries > 2:
            self._stopping.wait()

    async def _live(self) -> None:
        await asyncio.to_thread(self._make_topics)
        stream = FigureStream(
            self._figures,
            self._bootstrap,
            partition=self._partition,
            partitions=self._partitions,
            from_the_start=self._from_the_start,
            session_seconds=self._session_seconds,
        )
        self._from_the_start = False
        self.lives += 1
        self._stream = stream
        bind_to_running_loop(stream.app)
        stream.app.finalize()
        # Beside us: it is not started before its table is read back, and that is watched, too.
        starting = asyncio.create_task(stream.app.maybe_start())
        try:
            while not self._stopping.is_set():
                await asyncio.sleep(LOOK_SECONDS)
                if starting.done():
                    starting.result()
                await self._look_after(stream)
            await stream.write()
        finally:
            self._stream = None
            starting.cancel()
            await asyncio.wait_for(stream.app.stop(), STOP_SECONDS)

    async def _look_after(self, stream: FigureStream) -> None:
        """One look; raises when the application is to be thrown away."""
        if stream.failure is not None:
            raise stream.failure
        if stream.app.crashed or stream.app.should_stop:
            raise FaustError("the application has ended by itself")
        await stream.write(now=False)
        stream.measure()
        reading_back = READING_BACK_STUCK_SECONDS + self._session_seconds
        patience = STUCK_SECONDS if stream.ready else reading_back
        if time.monotonic() - stream.progress > patience:
            raise Stuck("nothing is taken")

    def _make_topics(self) -> None:
        names = [topic_of(name_of(source)) for source in self._figures.sources]
        create_topics(self._bootstrap, names, self._partitions)
        admin = KafkaAdminClient(bootstrap_servers=self._bootstrap, bootstrap_timeout_ms=BOOTSTRAP_MS)
        changelog = changelog_of(self._figures.district)
        # The table is its last record a key; it can be lost: everything in it is counted again.
        configs = {"cleanup.policy": "compact", "max.message.bytes": str(FETCH_BYTES)}
        wanted = {"num_partitions": self._partitions, "replication_factor": -1, "configs": configs}
        try:
            if changelog not in set(admin.list_topics()):
                admin.create_topics({changelog: wanted}, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            return  # another worker was quicker
        finally:
            admin.close()
