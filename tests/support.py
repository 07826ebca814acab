"""A small district for tests: any services on one embedded host, with real stores, a real vault and a clock.

district = District(tmp_path, [policy.SERVICE, registry.SERVICE, living.SERVICE])
district.runtime("registry").decide(...)
district.serve("registry", registry.routers, registry.VIEWS)  # once, before the first client
district.client("registry", department="health").post("/people", json=...)
district.host.drain()
district.facts("registry")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from events.base import Event, Recorded
from events.ids import Identifier
from services import staff
from services.chassis.clock import SeededIds, SimulatedClock
from services.chassis.codec import read
from services.chassis.database import open_database
from services.chassis.departments import Department
from services.chassis.embedded import EmbeddedHost
from services.chassis.folding import Fold
from services.chassis.metrics import Metrics
from services.chassis.reconstruct import differences, reconstruct
from services.chassis.runtime import Runtime, log_of
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.store import open_store
from services.chassis.tokens import Caller, issue_token, tokens_of
from services.chassis.vault import MemoryVault
from services.chassis.views import View, ViewReader
from services.chassis.web import create_app
from services.chassis.work import Work

CODE = "431202"
MORNING = datetime(2020, 8, 3, 1, tzinfo=UTC)  # 09:00 on a Monday, a week after the paper
CLERK = UUID(int=0x4D, version=4)

Routers = Callable[[Runtime, Mapping[str, ViewReader]], list[APIRouter]]


def speaker(name: str, *streams: type[Identifier]) -> Service:
    """A service that decides nothing by itself: it records what a test lets it say."""
    service = Service(name)
    for identifier in streams:
        service.stream(identifier, Fold(None))
    return service


def _officials(services: Sequence[Service]) -> list[Service]:
    """The staff service, and others that say nothing, where somebody listens and the test has no own."""
    heard = {name for one in services for name in one.listens} - {one.name for one in services}
    quiet = [speaker(name) for name in ("verification", "disability", "policy") if name in heard]
    return [*([staff.SERVICE] if "staff" in heard else []), *quiet]


class District:
    """Closed by `close` (or `with`); what it recorded lies in `folder`."""

    def __init__(
        self, folder: Path, services: Sequence[Service], *, start: datetime = MORNING, seed: int = 1
    ) -> None:
        self.folder = folder
        self.clock = SimulatedClock(start)
        self.ids = SeededIds(seed)
        self.vault = MemoryVault(clock=self.clock)
        self.settings = Settings(data=folder, token_development=True)
        services = [*services, *_officials(services)]
        self._runtimes = {service.name: self.another(service) for service in services}
        self.host = EmbeddedHost(list(self._runtimes.values()))
        self._apps: dict[str, Callable[[], FastAPI]] = {}

    def url(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}.db"

    def another(self, service: Service) -> Runtime:
        """One more process of a service on the same store: with its own committer and its own memory."""
        return Runtime(
            service,
            open_store(self.url(service.name), service.name),
            district=CODE,
            clock=self.clock,
            ids=self.ids,
            keys=self.vault.for_reader(service.name),
        )

    def runtime(self, name: str) -> Runtime:
        return self._runtimes[name]

    def serve(self, name: str, routers: Routers, views: Sequence[View] = ()) -> dict[str, ViewReader]:
        """The web of a service, built for the first client; its views become followers of the host."""
        runtime = self.runtime(name)
        database = open_database(self.url(f"{name}-views"), name)
        keys = self.vault.for_reader(name)
        readers = {view.name: ViewReader(view, database, runtime.store, keys) for view in views}
        self.host.followers += readers.values()

        @cache
        def app() -> FastAPI:
            return create_app(
                name,
                name,
                f"{name} under test",
                routers(runtime, readers),
                settings=self.settings,
                tokens=tokens_of(self.settings),
                metrics=Metrics(name),
            )

        self._apps[name] = app
        return readers

    def client(
        self,
        name: str,
        department: Department | str = Department.CIVIL_AFFAIRS,
        *,
        township: str | None = None,
        person: UUID = CLERK,
        post: str = "clerk",
    ) -> TestClient:
        """Speaks to a served service as a member of staff."""
        caller = Caller(person=person, post=post, department=Department(department), township=township)
        token = issue_token(self.settings, caller)
        return TestClient(
            self._apps[name](), headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False
        )

    def say(self, name: str, *facts: tuple[Identifier, Event]) -> None:
        """Let a service record facts in one decision, and everybody react to them."""

        def decide(work: Work) -> None:
            for stream, fact in facts:
                work.record(stream, fact)

        self.runtime(name).decide(decide)
        self.host.drain()

    def log(self, name: str) -> Iterator[Recorded[Event]]:
        """A service's own log, decoded."""
        keys = self.vault.for_reader(name)
        for entry in log_of(self.runtime(name).store):
            yield read(entry, keys)

    def facts(self, name: str, *types: type[Event]) -> list[Any]:
        """The facts of a service's own log in order, all or only of these types."""
        return [one.data for one in self.log(name) if not types or isinstance(one.data, types)]

    def differences(self, name: str) -> list[str]:
        """Rows that a service keeps and that its logs alone do not give; empty as it should be."""
        runtime = self.runtime(name)
        sources = {one.source: one.store for one in self._runtimes.values()}
        was = reconstruct(
            runtime.service,
            CODE,
            runtime.around.keys,
            lambda source: log_of(sources[source]),
            positions=runtime.store.snapshot().positions,
        )
        return differences(was, runtime.store.snapshot().rows)

    def close(self) -> None:
        for runtime in self._runtimes.values():
            runtime.store.close()

    def __enter__(self) -> District:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
