"""Append: one decision a transaction, and eight writers at once, beside the library's own put."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent

from events.ids import CaseId, HouseholdId, PersonId
from services.chassis.clock import SystemClock, SystemIds
from services.chassis.folding import Fold
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault
from services.chassis.work import Cause, Work
from tests.bench.measuring import interleaved, rate, together
from tests.bench.report import Report
from tests.bench.workload import ACTOR, DISTRICT, month_granted

pytestmark = pytest.mark.bench

WRITERS = 8
ALONE, EACH = 200, 60

TEXT = """One `assistance.MonthGranted` a decision and a transaction, each flushed to disk. Ours: `Runtime.decide`, with what it
always does (load the state, fold, envelope, compare and swap the head, commit). Beside it: the `eventsourcing`
library's `events.put` of a frozen dataclass with the same fields and the essential ones of the envelope, by its own
JSON transcoder, on its own tables, one event a call."""


@dataclass(frozen=True)
class Granted(DomainEvent):
    """The same month as the library's user would record it."""

    event_id: UUID
    case: UUID
    programme: str
    household: UUID
    members: list[UUID]
    month: str
    amount_fen: int
    illustrative: bool
    effective: str
    correlation: UUID
    department: str
    post: str
    person: UUID


@dataclass(frozen=True)
class Family:
    case: CaseId
    household: HouseholdId
    person: PersonId

    @classmethod
    def new(cls) -> Family:
        return cls(CaseId.of(uuid4()), HouseholdId.of(uuid4()), PersonId.of(uuid4()))


def our_writer(runtime: Runtime, cause: Cause, count: int) -> Callable[[], None]:
    def write() -> None:
        family = Family.new()

        def decide(work: Work) -> None:
            number = work.version(family.case) % 48
            work.record(family.case, month_granted(family.case, family.household, family.person, number))

        for _ in range(count):
            runtime.decide(decide, cause)

    return write


def library_writer(application: Application[UUID], cause: Cause, count: int) -> Callable[[], None]:
    def write() -> None:
        family = Family.new()
        case, household, person = (
            UUID(int=one.int) for one in (family.case, family.household, family.person)
        )
        for version in range(1, count + 1):
            event = Granted(
                originator_id=case, originator_version=version, timestamp=Granted.create_timestamp(),
                event_id=uuid4(), case=case, programme="dibao", household=household, members=[person],
                month=f"2021-{version % 12 + 1:02d}", amount_fen=38_000, illustrative=True,
                effective="2021-01-01", correlation=cause.correlation, department=ACTOR.department,
                post=ACTOR.post, person=ACTOR.person or uuid4(),
            )  # fmt: skip
            application.events.put([event])

    return write


def library(url: str) -> Application[UUID]:
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        return Application(
            env={
                "PERSISTENCE_MODULE": "eventsourcing.sqlite",
                "SQLITE_DBNAME": path,
                "SQLITE_LOCK_TIMEOUT": "60",
            }
        )
    parts = urlsplit(url)
    return Application(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": parts.path[1:],
            "POSTGRES_HOST": parts.hostname or "",
            "POSTGRES_PORT": str(parts.port or 5432),
            "POSTGRES_USER": parts.username or "",
            "POSTGRES_PASSWORD": parts.password or "",
        }
    )


def test_append(engine: str, new_url: Callable[[], str], report: Report) -> None:
    service = Service("bench")
    service.stream(CaseId, Fold(0))
    store, clock = open_store(new_url(), "bench"), SystemClock()
    keys = MemoryVault(clock=clock).for_reader("bench")
    runtime = Runtime(service, store, district=DISTRICT, clock=clock, ids=SystemIds(), keys=keys)
    cause = runtime.cause(ACTOR)
    theirs = library(new_url())

    def alone(writer: Callable[[], None]) -> float:
        return rate(ALONE, writer)

    def eight(new: Callable[[], Callable[[], None]]) -> float:
        return rate(WRITERS * EACH, lambda: together([new() for _ in range(WRITERS)]))

    one = interleaved(
        {
            "ours": partial(alone, our_writer(runtime, cause, ALONE)),
            "library": partial(alone, library_writer(theirs, cause, ALONE)),
        },
        rounds=7,
    )
    many = interleaved(
        {
            "ours": partial(eight, partial(our_writer, runtime, cause, EACH)),
            "library": partial(eight, partial(library_writer, theirs, cause, EACH)),
        },
        rounds=7,
    )
    section = report.section("Append", TEXT)
    unit = "decisions/s"
    report.compare(
        section, f"{engine}, one writer", one["ours"], one["library"], unit, "0.8 of the library's put"
    )
    report.compare(
        section,
        f"{engine}, {WRITERS} writers",
        many["ours"],
        many["library"],
        unit,
        "3 times the library's put",
    )
    theirs.close()
    store.close()
