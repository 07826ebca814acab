"""Two processes on one store: of two who fill one post, or name each other deputy, one comes too late."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services import staff
from services.chassis.clock import SeededIds, SimulatedClock
from services.chassis.refusal import Refused
from services.chassis.runtime import Runtime
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault
from services.chassis.work import Work
from services.staff import keeping, leave, steps
from tests.staff.given import ANNA, BAO, CHEN, CLERK, SURVEYOR, TOWNSHIP, Role, day
from tests.support import CODE, MORNING

ROUNDS = 5
Process = Callable[[], Runtime]


@pytest.fixture(params=["sqlite", "postgresql"])
def process(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Process]:
    """Opens one more process of staff on the same store."""
    url = f"sqlite:///{tmp_path / 'staff.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    clock, opened = SimulatedClock(MORNING), []
    vault = MemoryVault(clock=clock)

    def another() -> Runtime:
        opened.append(
            Runtime(
                staff.SERVICE,
                open_store(url, "staff"),
                district=CODE,
                clock=clock,
                ids=SeededIds(len(opened)),
                keys=vault.for_reader("staff"),
            )
        )
        return opened[-1]

    yield another
    for runtime in opened:
        runtime.store.close()


def post(code: str, role: Role) -> Callable[[Work], object]:
    return lambda work: steps.create(
        work,
        code,
        title="岗",
        department="civil-affairs",
        roles=[role],
        since=day(0),
        township=TOWNSHIP,
    )


def at_once(process: Process, *acts: Callable[[Work], Any]) -> list[str]:
    """Each act in a thread and process of its own; `done`, or the rule that refused it."""
    runtimes = [process() for _ in acts]
    ready, ends = threading.Barrier(len(acts)), [""] * len(acts)

    def run(index: int) -> None:
        ready.wait()
        try:
            runtimes[index].decide(acts[index])
            ends[index] = "done"
        except Refused as refused:
            ends[index] = refused.slug

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_of_two_who_create_or_fill_one_post_exactly_one_wins(process: Process) -> None:
    first = process()
    for person in (ANNA, BAO, CHEN):
        first.decide(lambda work, person=person: steps.register(work, person, "测试人"))
    for n in range(ROUNDS):
        code = f"{CLERK}-{n}"
        assert at_once(process, *[post(code, Role.CLERK)] * 2) == ["done", "post-exists"]
        acts = [partial(steps.assign, code=code, staff=who, since=day(0)) for who in (ANNA, BAO, CHEN)]
        assert at_once(process, *acts) == ["done", "post-held", "post-held"]
        holder = process().decide(partial(keeping.who_acts, code=code, on=day(0)))
        assert holder in (ANNA, BAO, CHEN)


def test_of_two_who_name_each_other_deputy_for_the_same_days_one_stays(process: Process) -> None:
    first = process()
    for code, person, role in ((CLERK, ANNA, Role.CLERK), (SURVEYOR, BAO, Role.SURVEYOR)):
        first.decide(lambda work, person=person: steps.register(work, person, "测试人"))
        first.decide(post(code, role))
        first.decide(lambda work, code=code, person=person: steps.assign(work, code, person, day(0)))
    ends = at_once(
        process,
        lambda work: leave.take_leave(work, ANNA, day(1), day(5), {CLERK: BAO}),
        lambda work: leave.take_leave(work, BAO, day(5), day(6), {SURVEYOR: ANNA}),
    )
    assert ends in (["done", "deputy-on-leave"], ["done", "is-deputy"], ["deputy-on-leave", "done"])
