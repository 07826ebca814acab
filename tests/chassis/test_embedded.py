"""The embedded host: a fixed order, a day that ends only when all is done, and the same log from one seed."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.chassis.clock import SeededIds, SimulatedClock, civil_date
from services.chassis.codec import encode_state
from services.chassis.embedded import EmbeddedHost
from services.chassis.service import Service
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault
from tests.chassis.toys import (
    ANNA,
    BEN,
    CASE,
    START,
    Answered,
    Mood,
    Said,
    Whispered,
    log,
    runtime,
    say,
    sqlite_url,
    toy,
)

NAMES = ("registry", "living", "finance")


@dataclass
class Town:
    host: EmbeddedHost
    clock: SimulatedClock
    services: dict[str, Service]

    def log(self, name: str) -> list[Any]:
        return log(next(r for r in self.host.runtimes if r.service.name == name).store)


def found(folder: Path, stack: ExitStack, seed: int = 7) -> Town:
    """Registry speaks; living and finance answer each other; living is reminded of people."""
    folder.mkdir()
    clock, ids = SimulatedClock(START - timedelta(hours=9)), SeededIds(seed)
    vault = MemoryVault(clock=clock)
    listens = {"registry": ("living", "finance"), "living": ("registry", "finance"), "finance": ("living",)}
    services = {name: toy(name, *listens[name], mood=Mood("reacts", deepest=3)) for name in NAMES}
    living = services["living"]

    @living.keep(Answered)
    def _(shelf: Any, fact: Any) -> None:
        if fact.envelope.source.endswith("/living"):
            day = fact.envelope.effective + timedelta(days=2)
            for person in fact.data.people:
                shelf.remind(day, "look-in", person)

    @living.keep(Whispered)
    def _(shelf: Any, fact: Any) -> None:
        for person in fact.data.people:
            shelf.forget("look-in", person)

    @living.due("look-in")
    def _(work: Any, person: Any) -> None:
        work.record(CASE, Whispered(people=(person,), word=work.today.isoformat()))

    runtimes = []
    for name in NAMES:
        store = open_store(sqlite_url(folder, name), name)
        stack.callback(store.close)
        runtimes.append(runtime(services[name], store, clock=clock, ids=ids, vault=vault))
    return Town(EmbeddedHost(runtimes), clock, services)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def live(town: Town, days: int = 6) -> list[tuple[date, list[int]]]:
    """Each morning somebody is spoken of; how long the logs were when each day had ended."""
    seen = []

    def morning(day: date) -> None:
        seen.append((day, [len(town.log(name)) for name in NAMES]))
        if day.day % 2:
            town.host.runtimes[0].decide(say(ANNA, BEN, word=day.isoformat()))

    first = civil_date(town.clock.now())
    town.host.live_through(town.clock, first + timedelta(days=days), morning)
    return seen


def test_two_runs_from_one_seed_record_the_same(tmp_path: Path, stack: ExitStack) -> None:
    one, two, other = (
        found(tmp_path / name, stack, seed) for name, seed in (("one", 7), ("two", 7), ("other", 8))
    )
    assert live(one) == live(two)
    live(other)
    total = 0
    for name in NAMES:
        mine, again = one.log(name), two.log(name)
        total += len(mine)
        assert len(mine) == len(again)
        for a, b in zip(mine, again, strict=True):
            assert a.envelope == b.envelope
            closed = a.envelope.audience is not None  # a cipher draws a nonce of its own
            assert closed or encode_state(a.envelope, a.data) == encode_state(b.envelope, b.data)
        assert [e.envelope.id for e in mine] != [e.envelope.id for e in other.log(name)]
    assert total > 40


def test_a_day_passes_only_when_all_of_it_is_recorded(tmp_path: Path, stack: ExitStack) -> None:
    town = found(tmp_path / "town", stack)
    live(town)
    for one in town.host.runtimes:
        assert one.unready() == []
        for upstream in one.service.listens:
            position = one.position(f"/431202/{upstream}")
            assert position == len(town.log(upstream)) or all(
                e.envelope.type in ("service.DayClosed", "service.Listening")
                for e in town.log(upstream)[position:]
            )
        closed: date | None = None
        for entry in log(one.store):
            e = entry.envelope
            if e.type == "service.DayClosed":
                closed = e.effective
            elif e.type != "service.Listening":
                assert closed is None or civil_date(e.time) > closed, "something was recorded of a closed day"
        assert closed == civil_date(town.clock.now()) - timedelta(days=1)


def test_what_falls_due_is_decided_on_its_day_in_order(tmp_path: Path, stack: ExitStack) -> None:
    town = found(tmp_path / "town", stack)
    live(town)
    whispers = [e.envelope for e in town.log("living") if e.envelope.type == "toys.Whispered"]
    answers = [e.envelope for e in town.log("living") if e.envelope.type == "toys.Answered"]
    assert whispers
    for whisper in whispers:
        day = civil_date(whisper.time)
        assert any(a.effective + timedelta(days=2) == day for a in answers)
    same_day: dict[date, list[Any]] = {}
    for whisper in whispers:
        same_day.setdefault(civil_date(whisper.time), []).append(whisper.concerns)
    assert all(concerned == sorted(concerned) for concerned in same_day.values())
    assert all(e.audience == "living" for e in whispers)


def test_a_due_that_stays_due_is_an_error_and_no_endless_loop(tmp_path: Path, stack: ExitStack) -> None:
    town = found(tmp_path / "town", stack)
    living = town.services["living"]
    living.dues["look-in"] = lambda work, person: None
    town.host.runtimes[0].decide(say(ANNA))
    town.host.drain()
    town.clock.advance_to(START + timedelta(days=3))
    before = len(town.log("living"))
    town.host.settle(civil_date(town.clock.now()))
    assert len(town.log("living")) == before
    [why] = runtime_of(town, "living").unready()
    assert "look-in" in why and "StillDue" in why


def test_a_due_that_fails_holds_up_no_other_and_is_decided_once_mended(
    tmp_path: Path, stack: ExitStack
) -> None:
    # given two people to be looked in on, of whom one makes the decision fail
    town = found(tmp_path / "town", stack)
    living = town.services["living"]
    mended = living.dues["look-in"]

    def fails_for_anna(work: Any, person: Any) -> None:
        if person == ANNA:
            raise ArithmeticError
        mended(work, person)

    living.dues["look-in"] = fails_for_anna
    for person in (ANNA, BEN):
        town.host.runtimes[0].decide(say(person))
    town.host.drain()
    town.clock.advance_to(START + timedelta(days=3))
    today = civil_date(town.clock.now())
    # when both fall due
    town.host.settle(today)
    # then the other was decided on, and the service says what failed
    looked_in = [e.envelope.concerns for e in town.log("living") if e.envelope.type == "toys.Whispered"]
    assert looked_in == [(UUID(int=BEN.int),)]
    assert runtime_of(town, "living").unready()
    # and once mended nothing is lost
    living.dues["look-in"] = mended
    town.host.settle(today)
    looked_in = [e.envelope.concerns for e in town.log("living") if e.envelope.type == "toys.Whispered"]
    assert (UUID(int=ANNA.int),) in looked_in and len(looked_in) == 2
    assert runtime_of(town, "living").unready() == []


def runtime_of(town: Any, name: str) -> Any:
    return next(one for one in town.host.runtimes if one.service.name == name)


def test_a_day_is_closed_once(tmp_path: Path, stack: ExitStack) -> None:
    town = found(tmp_path / "town", stack)
    today = civil_date(town.clock.now())
    town.host.close_days(today)
    town.host.close_days(today)
    assert [e.envelope.type for e in town.log("finance")].count("service.DayClosed") == 1


def test_senders_and_followers_run_until_nothing_moves(tmp_path: Path, stack: ExitStack) -> None:
    town, sent, followed = found(tmp_path / "town", stack), [3], [2]

    def send() -> int:
        sent[0] -= 1 if sent[0] else 0
        return sent[0]

    class Follower:
        def advance(self) -> int:
            followed[0] -= 1 if followed[0] else 0
            return followed[0]

    town.host.senders.append(send)
    town.host.followers.append(Follower())
    town.host.drain()
    town.host.follow()
    assert sent == followed == [0]


def test_on_the_machines_clock_a_thread_does_it_all(tmp_path: Path, stack: ExitStack) -> None:
    import time

    town = found(tmp_path / "town", stack)
    town.host.start()
    try:
        town.host.runtimes[0].decide(say(ANNA))
        deadline = time.monotonic() + 60
        while not any(e.envelope.type == "toys.Answered" for e in town.log("finance")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        town.host.stop()
    assert Said.TYPE in {e.envelope.type for e in town.log("registry")}


def test_nobody_is_pumped_for_what_nobody_has_recorded(
    tmp_path: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = found(tmp_path / "a", stack)
    town.host.drain()
    pumped: list[str] = []
    for runtime_ in town.host.runtimes:
        pump, name = runtime_.pump, runtime_.service.name
        monkeypatch.setattr(
            runtime_,
            "pump",
            lambda waiting, pump=pump, name=name: (pumped.append(name), pump(waiting=waiting))[1],
        )
    town.host.drain()
    assert pumped == []
    runtime_of(town, "registry").decide(say(ANNA))
    town.host.drain()
    assert {"registry", "living"} <= set(pumped)
    del pumped[:]
    town.host.step()  # what another process has recorded, nobody tells: here everybody looks
    assert set(NAMES) <= set(pumped)
