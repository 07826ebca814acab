"""A district with running cases, and its services as real processes: for what is measured from outside."""

from __future__ import annotations

import os
import queue
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID

from events.assistance import Accepted, Applied, Grounds, Paper, SubsidyGranted
from events.ids import CaseId, HouseholdId, PersonId
from events.registry import HouseholdRegistered, Member, PersonRegistered
from events.sealed import Sealed
from services.chassis.clock import SystemClock, civil_date
from services.chassis.departments import Department
from services.chassis.embedded import EmbeddedHost
from services.chassis.settings import Settings
from services.chassis.tokens import Caller, issue_token
from services.chassis.work import Work
from services.cli.house import House
from tests.bench.workload import TOWNSHIP, VILLAGE
from tests.papers import publish_shipped, shipped

ROOT = Path(__file__).parents[2]
CLERK = UUID("00000000-0000-4000-8000-00000000c1e4")
START_SECONDS = 90.0


def settings(folder: Path, district: str) -> Settings:
    return Settings(data=folder, district=district, token_development=True, log_level="WARNING", port=0)


def token(of: Settings) -> str:
    return issue_token(of, Caller(person=CLERK, post="clerk", department=Department.CIVIL_AFFAIRS))


def prepare(of: Settings, families: int) -> list[PersonId]:
    """So many people who live alone and whom dibao is granted; recorded as facts, without the procedure."""
    house = House(of)
    try:
        host = EmbeddedHost(list(house.runtimes.values()))
        today = civil_date(SystemClock().now())
        publish_shipped(house.runtimes["policy"])
        draw = Random(7)
        people = [_single(draw, number) for number in range(families)]
        for start in range(0, families, 50):
            some = people[start : start + 50]
            house.runtimes["registry"].decide(partial(_register, some, today))
            host.drain()
            house.runtimes["living"].decide(partial(_grant, some, today))
            host.drain()
        host.settle(today)
        host.close_days(today)
        host.follow()
        return [person for person, _, _, _ in people]
    finally:
        house.close()


Single = tuple[PersonId, HouseholdId, CaseId, int]


def _single(draw: Random, number: int) -> Single:
    ids = [UUID(int=draw.getrandbits(128), version=4) for _ in range(3)]
    return PersonId.of(ids[0]), HouseholdId.of(ids[1]), CaseId.of(ids[2]), number


def _register(some: Sequence[Single], today: date, work: Work) -> None:
    for person, household, _, number in some:
        index = work.around.keys.blind_index("id-number", f"bench {number}")
        sealed = [Sealed.of(text, person) for text in ("测试", f"bench {number}", index)]
        work.record(person, PersonRegistered(
            person=person, name=sealed[0], id_number=sealed[1], id_index=sealed[2], sex="1",
            born=date(1960, 1, 1), synthetic=True,
        ))  # fmt: skip
        work.record(household, HouseholdRegistered(
            household=household, head=person, members=(Member(person=person, relation="02"),),
            township=TOWNSHIP, village=VILLAGE, since=today,
        ))  # fmt: skip


def _grant(some: Sequence[Single], today: date, work: Work) -> None:
    grounds = Grounds(
        papers=(Paper(number="bench", clause="1"),), language="bench", rows=("bench",), illustrative=True
    )
    for person, household, case, _ in some:
        about = {"case": case, "programme": "dibao", "household": household, "members": (person,)}
        work.record(case, Applied(
            **about, applicant=person, township=TOWNSHIP, consent=True, on=today
        ))  # fmt: skip
        work.record(case, Accepted(**about, on=today, basis=shipped("dibao-2021").identity.number))
        work.record(case, SubsidyGranted(
            **about, amount_fen=38_000, since=today.replace(day=1), confirmed=today, officer=CLERK,
            grounds=grounds,
        ))  # fmt: skip


@contextmanager
def running(of: Settings, services: Sequence[str] = (), kafka: str | None = None) -> Iterator[str]:
    """A process of `doudi up`; gives the address of its APIs."""
    command = [sys.executable, "-m", "services.cli", "up", *services, "--data", str(of.data), "--port", "0"]
    environment = os.environ | {
        "DOUDI_DISTRICT": of.district,
        "DOUDI_TOKEN_DEVELOPMENT": "true",
        "DOUDI_LAKE": "off",  # what it costs is measured by itself
        "DOUDI_LOG_LEVEL": "ERROR",
        "PYTHONUNBUFFERED": "1",
    }
    if kafka is not None:
        command += ["--kafka", kafka]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield _address(process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[str]) -> str:
    found: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if address := re.search(r"http://[\d.]+:\d+", line):
                found.put(address[0])

    threading.Thread(target=read, daemon=True).start()
    return found.get(timeout=START_SECONDS)


class Log:
    """A service's store as a second process sees it: what is there is committed."""

    def __init__(self, of: Settings, name: str) -> None:
        self._connection = sqlite3.connect(of.data / f"{name}.sqlite", timeout=10, isolation_level=None)

    def last(self) -> int:
        return int(self._connection.execute("SELECT sequence FROM head").fetchone()[0])

    def position(self, source: str) -> int:
        found = self._connection.execute(
            "SELECT json_extract(CAST(value AS TEXT), '$.sequence') FROM kept"
            " WHERE kind = 'position' AND key = ?",
            (source,),
        ).fetchone()
        return int(found[0]) if found else 0

    def await_type(self, schema: str, after: int, seconds: float = 30.0) -> int:
        """The sequence of the first event of this type behind `after`, once it is there."""
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            found = self._connection.execute(
                "SELECT rowid FROM stored_events WHERE rowid > ? AND topic = ? LIMIT 1", (after, schema)
            ).fetchone()
            if found:
                return int(found[0])
            time.sleep(0.001)
        raise AssertionError(f"no {schema} within {seconds:.0f} s")

    def close(self) -> None:
        self._connection.close()


def await_settled(of: Settings, seconds: float = 60.0) -> None:
    """Until registry and living have taken all of each other."""
    with closing(Log(of, "registry")) as registry, closing(Log(of, "living")) as living:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            if (
                registry.position(of.source("living")) == living.last()
                and living.position(of.source("registry")) == registry.last()
            ):
                return
            time.sleep(0.05)
    raise AssertionError("registry and living do not settle")
