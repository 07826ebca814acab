"""A disk that is full, and clocks that jump: nothing half done, an alarm, and on again when it is mended."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from events import registry as facts
from services.chassis.clock import SystemIds
from services.chassis.embedded import EmbeddedHost
from services.chassis.runtime import Runtime
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault
from services.living import SERVICE as LIVING
from services.policy import SERVICE as POLICY
from services.registry import SERVICE as REGISTRY
from services.staff import SERVICE as STAFF
from tests.crash import script
from tests.crash.judging import remains
from tests.crash.lives import done, lives, wait_until
from tests.crash.office import Life
from tests.end_to_end import families
from tests.end_to_end.systems import System
from tests.support import speaker

pytestmark = pytest.mark.timeout(420)

ROOM = 3000
"""Bytes that still fit: less than a commit."""


@pytest.mark.crash
def test_a_full_disk_under_load(tmp_path: Path) -> None:
    """No file of the process may grow: commits fail until there is room again."""
    life = Life(str(tmp_path), 21)
    with lives() as office:
        pid = office.begin(life)
        for _ in range(2):
            before = done(life)
            wait_until(lambda before=before: done(life) > before + 15, 150, "work")
            # Of the longest file only: the others go on for a while, so that services fail one after another.
            longest = max(file.stat().st_size for file in tmp_path.iterdir())
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (longest + ROOM, resource.RLIM_INFINITY))
            wait_until(lambda: _stands_still(life), 150, "the disk is full")
            assert office.wait(pid, 0) is None, "a full disk ends nothing"
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        before = done(life)
        wait_until(lambda: done(life) > before + 15, 150, "work goes on")
        office.kill(pid)
        office.finish(Life(str(tmp_path), 21, until=done(life) + 40))
    with remains(life) as found:
        found.judge()


def _stands_still(life: Life) -> bool:
    before = done(life)
    time.sleep(1.0)
    return done(life) == before


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    longest = max(file.stat().st_size for file in folder.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_on_a_full_disk_a_command_is_refused_and_may_be_given_again(tmp_path: Path) -> None:
    system = System(tmp_path)
    try:
        person = {"name": "石某某", "id_number": families.id_number(), "synthetic": True}
        key = {"Idempotency-Key": str(uuid4())}
        client = system.client("registry")
        number = 0
        with full_disk(tmp_path):
            while number < 200:  # what room is left in the files is used up first
                number += 1
                more = {"name": "试某", "id_number": families.id_number(), "synthetic": True}
                refused = client.post("people", json=more)
                if refused.is_error:
                    break
            before = system.house.runtimes["registry"].store.head()
            refused = client.post("people", json=person, headers=key)
        assert refused.status_code == 503, refused.text
        assert refused.headers["content-type"].startswith("application/problem+json")
        assert "Retry-After" in refused.headers
        assert system.house.runtimes["registry"].store.head() == before
        assert client.post("people", json=person, headers=key).status_code == 201
        registered = system.facts("registry", facts.PersonRegistered)
        assert len(registered) == number, "those before the disk was full, and the one"
        system.settle()
        assert system.host.failure is None
    finally:
        system.close()


class Watch:
    """A wall clock that can be set, to wherever."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def jump(self, by: timedelta) -> None:
        self.at += by


class Clocks:
    """The registry on a machine of its own; living, and what it listens to, on another."""

    def __init__(self, folder: Path) -> None:
        self.registry_clock, self.living_clock = (Watch(datetime(2021, 8, 2, 1, tzinfo=UTC)) for _ in "12")
        vault = MemoryVault(clock=self.living_clock)
        policy, self.registry, staff, *quiet, self.living = (
            Runtime(
                service,
                open_store(f"sqlite:///{folder}/{service.name}.sqlite", service.name),
                district="431202",
                clock=clock,
                ids=SystemIds(),
                keys=vault.for_reader(service.name),
            )
            for service, clock in (
                (POLICY, self.living_clock),
                (REGISTRY, self.registry_clock),
                (STAFF, self.living_clock),
                (speaker("verification"), self.living_clock),
                (speaker("disability"), self.living_clock),
                (LIVING, self.living_clock),
            )
        )
        self.host = EmbeddedHost([policy, self.registry, staff, *quiet, self.living])
        self._serial = 0

    def register(self) -> None:
        self._serial += 1
        command = script.Command(0, "registry", "register person", 0, {"serial": self._serial})
        self.registry.decide(lambda work: script.decide(work, command, {}, 0))

    def pass_by(self, by: timedelta) -> None:
        self.registry_clock.jump(by)
        self.living_clock.jump(by)


def test_a_clock_set_back_an_hour_leaves_the_log_rising(tmp_path: Path) -> None:
    office = Clocks(tmp_path)
    for jump in (timedelta(0), timedelta(seconds=1), timedelta(hours=-1), timedelta(minutes=1)):
        office.registry_clock.jump(jump)
        for _ in range(3):
            office.register()
        office.host.drain()
    at = [entry.envelope.recordedtime for entry in office.registry.log()]
    assert at == sorted(set(at)), "strictly rising"
    ids = [entry.envelope.id for entry in office.registry.log()]
    assert ids == sorted(ids)
    assert office.living.stopped == {}, "an hour back is no clock ahead"
    assert office.living.position(office.registry.source) == len(at)


def test_a_clock_far_ahead_stops_who_reads_until_time_has_passed(tmp_path: Path) -> None:
    office = Clocks(tmp_path)
    office.register()
    office.host.drain()
    taken = office.living.position(office.registry.source)
    # when the registry's clock is ten minutes ahead
    office.registry_clock.jump(timedelta(minutes=10))
    office.register()
    office.host.drain()
    # then living does not take what it says, and is not ready
    assert office.living.stopped[office.registry.source].slug == "clock-ahead"
    assert "clock-ahead" in office.living.unready()[0]
    assert office.living.position(office.registry.source) == taken
    # and goes on once the clock was set right and the time has come
    office.registry_clock.jump(timedelta(minutes=-10))
    office.register()
    office.pass_by(timedelta(minutes=6))
    office.host.drain()
    assert office.living.unready() == []
    assert office.living.position(office.registry.source) == office.registry.store.head().sequence


def test_a_clock_a_little_ahead_is_forgiven(tmp_path: Path) -> None:
    office = Clocks(tmp_path)
    office.registry_clock.jump(timedelta(minutes=4))
    office.register()
    office.host.drain()
    assert office.living.unready() == []
    assert office.living.position(office.registry.source) == office.registry.store.head().sequence
