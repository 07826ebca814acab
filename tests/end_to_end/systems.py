"""A whole running system for tests: every service, its web and its host, on a clock that the test moves.

The same scenarios run embedded and over a real Kafka, on SQLite and on a real PostgreSQL.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from pydantic import SecretStr
from starlette.testclient import TestClient

from events.base import Event, Recorded
from services.chassis.clock import SimulatedClock, civil_date, midnight
from services.chassis.codec import read
from services.chassis.departments import Department
from services.chassis.runtime import log_of
from services.chassis.settings import Settings
from services.chassis.tokens import Caller, issue_token
from services.cli.house import House
from services.cli.up import start
from services.policy import keeping
from tests.infrastructure.kafka import PARTITIONS
from tests.papers import publish_shipped

T = TypeVar("T")
_partitions = cycle(range(1, PARTITIONS))
MORNING = datetime(2021, 8, 2, 1, tzinfo=UTC)  # a Monday, 09:00 in the office
CLERK = UUID("00000000-0000-4000-8000-00000000c1e4")
PATIENCE_SECONDS = 120.0


class System:
    def __init__(
        self,
        folder: Path,
        *,
        kafka: str | None = None,
        postgres: str | None = None,
        again: Settings | None = None,
    ) -> None:
        """`again`: the settings of a system that ran before, whose district this one goes on with."""
        self.settings = Settings(
            # Tests share one broker and its topics, as the districts of a province do; with more districts
            # than partitions they share these too. Partition 0 is for tests that start services themselves.
            district=again.district if again else f"{random.randrange(10**6):06d}" if kafka else "431202",
            partition=again.partition if again else next(_partitions),
            partitions=PARTITIONS,
            data=folder,
            token_development=True,
            kafka=kafka,
            postgres_url=SecretStr(postgres) if postgres else None,
        )
        self.clock = SimulatedClock(MORNING)
        self.house = House(self.settings, clock=self.clock)
        self.host = start(self.house)
        self._web = self.house.web()
        policy = self.house.runtimes["policy"]
        if not policy.store.kept(keeping.POLICY, "papers"):  # else the folder holds a system that ran before
            publish_shipped(policy)
            self.settle()

    def client(
        self, service: str, department: Department = Department.CIVIL_AFFAIRS, person: UUID = CLERK
    ) -> TestClient:
        caller = Caller(person=person, post="clerk", department=department)
        token = issue_token(self.settings, caller)
        return TestClient(
            self._web,
            base_url=f"http://doudi/{service}/",
            headers={"Authorization": f"Bearer {token}"},
            raise_server_exceptions=False,
        )

    def post(self, service: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.client(service).post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, service: str, path: str) -> dict[str, Any]:
        answer = self.client(service, Department.AUDIT).get(path)
        assert answer.is_success, answer.text
        return answer.json()

    def log(self, service: str) -> list[Recorded[Event]]:
        keys = self.house.vault.for_reader(service)
        return [read(entry, keys) for entry in log_of(self.house.runtimes[service].store)]

    def facts(self, service: str, fact: type[Event]) -> list[Any]:
        return [recorded.data for recorded in self.log(service) if isinstance(recorded.data, fact)]

    def eventually(self, what: Callable[[], T], wanted: str) -> T:
        """What `what` gives once it is true; AssertionError if that takes too long."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            assert self.host.failure is None, self.host.failure
            found = what()
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"not within {PATIENCE_SECONDS:.0f} s: {wanted}; {self.unready()}")

    def unready(self) -> list[str]:
        return [why for runtime in self.house.runtimes.values() for why in runtime.unready()]

    def settled(self) -> bool:
        """Every service has taken all that its upstreams recorded, and none recorded anything while we looked."""
        ends = self.ends()
        return (
            all(
                runtime.position(source) == ends[source]
                for runtime in self.house.runtimes.values()
                for source in runtime.feeds
            )
            and ends == self.ends()
        )

    def ends(self) -> dict[str, int]:
        return {runtime.source: runtime.store.head().sequence for runtime in self.house.runtimes.values()}

    def settle(self) -> None:
        self.eventually(self.settled, "every feed drained")

    def live_until(self, moment: datetime) -> None:
        """Let time pass, from one first of a month to the next; what falls due in between is settled by date."""
        until = civil_date(moment)
        while (day := civil_date(self.clock.now())) < until:
            self.settle()
            day = min(until, (day.replace(day=1) + timedelta(days=32)).replace(day=1))
            self.clock.advance_to(midnight(day) + timedelta(hours=9))
            closed = (day - timedelta(days=1)).isoformat()
            self.eventually(
                lambda day=closed: all(
                    runtime.store.kept("day", "closed") == day for runtime in self.house.runtimes.values()
                ),
                f"{closed} closed",
            )
        self.settle()

    def close(self) -> None:
        self.host.stop()
        self.house.close()
