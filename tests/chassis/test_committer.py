"""The committer: many decisions, one transaction; each on the state of now; all of it or nothing."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import OperationalError, PersistenceError

from events.base import Actor
from services.chassis.clock import SimulatedClock, SystemIds
from services.chassis.refusal import Conflict
from services.chassis.runtime import Runtime
from services.chassis.store import Change, LostRace, Store, open_store
from services.chassis.work import Cause, Work
from tests.chassis.toys import ANNA, BEN, CASE, START, Mood, Said, log, runtime, say, seen, source, toy

ROOT = Path(__file__).parents[2]


class Watched:
    """A real store that counts commits, waits at a gate, and fails where it is told to."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.commits: list[Change] = []
        self.gate: threading.Event | None = None
        self.failing: list[Callable[[Change], None]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def commit(self, change: Change) -> None:
        if self.gate is not None:
            assert self.gate.wait(60)
        self.commits.append(change)
        if self.failing:
            self.failing.pop(0)(change)
        else:
            self.store.commit(change)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def start(url: str) -> Iterator[Callable[..., Runtime]]:
    """Starts another process's hold on the same service, as far as the store can tell."""
    with ExitStack() as stack:

        def start_it(mood: Mood | None = None) -> Runtime:
            store = open_store(url, "registry")
            stack.callback(store.close)
            return runtime(toy("registry", mood=mood), Watched(store), ids=SystemIds())  # type: ignore[arg-type]

        yield start_it


@pytest.fixture
def one(start: Callable[..., Runtime]) -> Runtime:
    return start()


def words(of: Runtime) -> list[str]:
    return list(of.decide(lambda work: work.load(work.service.streams["case"], CASE)))


def together(runtime: Runtime, *decisions: Callable[[Work], Any]) -> list[Any]:
    """All of them in one transaction: they gather, in this order, while the committer holds still."""
    committer = runtime.committer
    with ThreadPoolExecutor(len(decisions)) as pool:
        futures = []
        with committer._lock:
            for number, decide in enumerate(decisions, 1):
                futures.append(pool.submit(runtime.decide, decide))
                while len(committer._queue) < number:
                    pass
        return [future.exception(20) or future.result() for future in futures]


def test_waiting_decisions_go_in_one_transaction(one: Runtime) -> None:
    ids = together(one, *[say(ANNA, word=str(n)) for n in range(20)])
    assert len(one.store.commits) == 1
    assert [e.envelope.id for e in log(one.store)] == ids
    assert words(one) == [str(n) for n in range(20)]


def test_eight_threads_need_fewer_transactions_than_decisions(one: Runtime) -> None:
    def work(me: int) -> None:
        for n in range(25):
            one.decide(say(ANNA, word=f"{me} {n}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(log(one.store)) == 200
    assert len(one.store.commits) < 150
    for me in range(8):
        assert [w for w in words(one) if w.startswith(f"{me} ")] == [f"{me} {n}" for n in range(25)]


def test_every_decision_of_a_batch_has_its_own_cause_and_known(one: Runtime) -> None:
    first, second = Actor("health"), Actor("education", "clerk")
    with ThreadPoolExecutor(2) as pool:
        with one.committer._lock:
            a = pool.submit(one.decide, lambda w: [say(word="1")(w), say(word="2")(w)], one.cause(first))
            while len(one.committer._queue) < 1:
                pass
            b = pool.submit(one.decide, say(word="3"), one.cause(second))
            while len(one.committer._queue) < 2:
                pass
        a.result(60), b.result(60)
    e1, e2, e3 = [e.envelope for e in log(one.store)]
    assert (e1.actor, e2.actor, e3.actor) == (first, first, second)
    assert e1.decision == e2.decision == e1.id
    assert e3.decision == e3.id
    assert e1.correlationid == e2.correlationid != e3.correlationid


def test_a_refusal_leaves_no_trace_and_disturbs_nobody(one: Runtime) -> None:
    one.decide(say(ANNA, word="before"))

    def refuses(work: Work) -> None:
        say(BEN, word="never")(work)
        work.keep("idempotency", "never", 1)
        raise Conflict("taken", "已占用", "taken")

    before, refusal, _ = together(one, say(ANNA, word="a"), refuses, say(ANNA, word="b"))
    assert isinstance(refusal, Conflict)
    assert len(one.store.commits) == 2
    assert words(one) == ["before", "a", "b"]
    assert [e.envelope.sequence for e in log(one.store)] == [1, 2, 3]
    assert [e.envelope.streamversion for e in log(one.store)] == [1, 2, 3]
    assert log(one.store)[2].envelope.previous == before
    assert one.store.kept("idempotency", "never") is None
    assert one.store.kept(seen(source("registry")), str(BEN)) is None
    assert len(one.store.kept(seen(source("registry")), str(ANNA))) == 3


def test_a_row_changed_in_place_leaves_no_trace_of_a_refusal(one: Runtime) -> None:
    kind = seen(source("registry"))
    one.decide(say(ANNA))
    before = one.store.kept(kind, str(ANNA))

    def spoils(work: Work) -> None:
        work.fact(kind, ANNA).append("spoilt")
        work.facts(kind)[0][1].append("spoilt")
        raise Conflict("no", "否", "no")

    with pytest.raises(Conflict):
        one.decide(spoils)
    assert one.decide(lambda work: work.fact(kind, ANNA)) == before
    last = one.decide(say(ANNA))
    assert one.store.kept(kind, str(ANNA)) == [*before, str(last)]


def test_rows_read_the_same_before_and_after_the_commit(one: Runtime) -> None:
    def keeps(work: Work) -> Any:
        work.keep("idempotency", "x", {"pair": (1, 2), "n": None})
        return work.fact("idempotency", "x")

    inside = one.decide(keeps)
    one.committer.forget()
    assert inside == one.decide(lambda work: work.fact("idempotency", "x")) == {"pair": [1, 2], "n": None}


def test_a_decision_sees_what_the_batch_recorded_before_it(one: Runtime) -> None:
    def only_once(work: Work) -> str:
        if work.load(work.service.streams["case"], CASE):
            raise Conflict("taken", "已占用", "taken")
        assert work.facts(seen(source("registry"))) == []
        say(ANNA, word="mine")(work)
        assert [key for key, _ in work.facts(seen(source("registry")))] == [str(ANNA), "all"]
        return "mine"

    results = together(one, only_once, only_once, only_once)
    assert results[0] == "mine"
    assert [type(result) for result in results[1:]] == [Conflict, Conflict]
    assert words(one) == ["mine"]


def only_if_free(number: str, runs: list[str]) -> Callable[[Work], str]:
    def decide(work: Work) -> str:
        runs.append(number)
        if len(work.load(work.service.streams["case"], CASE)) > 1:
            raise Conflict("taken", "已占用", "taken")
        say(ANNA, word=number)(work)
        return number

    return decide


def test_who_lost_the_race_decides_again_on_what_is_there_now(start: Callable[..., Runtime]) -> None:
    one, two = start(), start()
    runs: list[str] = []
    assert one.decide(only_if_free("1", runs)) == "1"
    assert two.decide(only_if_free("2", runs)) == "2"  # its first look is at the store
    with pytest.raises(Conflict):  # one still remembers a log of one event
        one.decide(only_if_free("3", runs))
    assert runs == ["1", "2", "3", "3"]
    assert words(one) == words(two) == ["1", "2"]


def test_a_refusal_is_never_based_on_what_is_no_longer_so(start: Callable[..., Runtime]) -> None:
    """It records nothing, so no compare-and-swap would tell that another process has gone on."""
    one, two = start(), start()
    assert words(one) == words(two) == []

    def needs(word: str) -> Callable[[Work], str]:
        def decide(work: Work) -> str:
            if word not in work.load(work.service.streams["case"], CASE):
                raise Conflict("missing", "不存在", "missing")
            return word

        return decide

    two.decide(say(word="there"))
    assert one.decide(needs("there")) == "there"
    assert words(one) == ["there"]


def test_committers_in_threads_grant_once_each(start: Callable[..., Runtime]) -> None:
    several = [start() for _ in range(3)]

    def claims(me: int) -> list[int]:
        won = []
        for number in range(15):

            def claim(work: Work, number: int = number) -> bool:
                if f"n{number}" in work.load(work.service.streams["case"], CASE):
                    return False
                say(ANNA, word=f"n{number}")(work)
                return True

            if several[me % 3].decide(claim):
                won.append(number)
        return won

    with ThreadPoolExecutor(6) as pool:
        won = [n for mine in pool.map(claims, range(6)) for n in mine]
    assert sorted(won) == list(range(15))
    assert sorted(words(several[0])) == sorted(f"n{n}" for n in range(15))


CLAIMS = """
import sys
from services.chassis.clock import SystemIds
from services.chassis.store import open_store
from tests.chassis.toys import ANNA, CASE, runtime, say, toy
me = runtime(toy("registry"), open_store(sys.argv[1], "registry"), ids=SystemIds())
print("ready", flush=True)
sys.stdin.readline()
for n in range(25):
    def claim(work):
        if f"n{n}" in work.load(work.service.streams["case"], CASE):
            return False
        say(ANNA, word=f"n{n}")(work)
        return True
    if me.decide(claim):
        print(n, flush=True)
"""


def test_committers_in_processes_grant_once_each(url: str, one: Runtime) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMS, url],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        told += [int(line) for line in process.communicate(timeout=60)[0].splitlines() if line.isdigit()]
        assert process.returncode == 0
    assert sorted(told) == list(range(25))
    assert sorted(words(one)) == sorted(f"n{n}" for n in range(25))


def test_when_the_machine_fails_all_are_told_and_nothing_is_recorded(one: Runtime) -> None:
    def broken(change: Change) -> None:
        raise OperationalError("the disk is full")

    one.decide(say(word="before"))
    one.store.failing = [broken] * 7  # once together, then three times for each alone
    results = together(one, say(ANNA, word="a"), say(ANNA, word="b"))
    assert [type(result) for result in results] == [OperationalError, OperationalError]
    assert words(one) == ["before"]
    assert one.store.kept(seen(source("registry")), str(ANNA)) is None
    one.decide(say(word="after"))
    assert [e.envelope.sequence for e in log(one.store)] == [1, 2]


def test_a_failure_of_the_machine_that_passes_is_not_told_to_anybody(one: Runtime) -> None:
    def broken(change: Change) -> None:
        raise OperationalError("the server ended the connection")

    one.store.failing = [broken] * 3
    results = together(one, say(ANNA, word="a"), say(ANNA, word="b"))
    assert [type(result) for result in results] == [UUID, UUID]
    assert sorted(words(one)) == ["a", "b"]


def test_a_failure_of_the_machine_in_one_decision_is_told_to_it_alone(one: Runtime) -> None:
    def cannot_read(work: Work) -> None:
        say(word="half")(work)
        raise OSError("vault away")

    results = together(one, say(word="a"), cannot_read, say(word="b"))
    assert [type(result) for result in results] == [UUID, OSError, UUID]
    assert sorted(words(one)) == ["a", "b"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_decision_leaves_nobody_waiting(one: Runtime, stop: type[BaseException]) -> None:
    def interrupted(work: Work) -> None:
        raise stop

    results = together(one, say(word="a"), interrupted, say(word="b"))
    assert results[1].__class__ is stop
    assert log(one.store) == [] or words(one) == ["a", "b"]
    one.decide(say(word="after"))


def test_an_answer_that_was_lost_after_the_commit_is_recognised(one: Runtime) -> None:
    def lost(change: Change) -> None:
        one.store.store.commit(change)
        raise OperationalError("connection lost")

    one.store.failing = [lost]
    results = together(one, say(word="a"), say(word="b"))
    assert words(one) == ["a", "b"]
    assert [e.envelope.id for e in log(one.store)] == results
    one.decide(say(word="c"))
    assert words(one) == ["a", "b", "c"]


def test_a_lost_answer_is_recognised_although_another_process_went_on(start: Callable[..., Runtime]) -> None:
    one, two = start(), start()

    def lost(change: Change) -> None:
        one.store.store.commit(change)
        two.decide(say(word="two"))
        raise OperationalError("connection lost")

    one.store.failing = [lost]
    one.decide(say(word="one"))
    one.decide(say(word="one again"))
    assert words(one) == ["one", "two", "one again"]


def test_observers_hear_of_what_held_only(one: Runtime) -> None:
    heard: list[int] = []

    class Ears:
        def committed(self, entries: list[Any]) -> None:
            heard.append(len(entries))

    one.committer.observers.append(Ears())
    together(one, say(word="a"), say(word="b"))
    with pytest.raises(LostRace):
        one.decide(lambda work: (_ for _ in ()).throw(LostRace()))
    assert words(one) == ["a", "b"]
    assert heard == [2]


@pytest.mark.postgres
def test_a_connection_ended_by_the_server_costs_no_more_than_an_error(postgres_url: str) -> None:
    """Sessions are ended by the server between decisions: who was told of a failure recorded nothing."""
    store = open_store(postgres_url, "registry")
    one = runtime(toy("registry"), store, ids=SystemIds())
    recorded, failures = [], 0
    try:
        for n in range(6):
            with psycopg.connect(postgres_url, autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            while True:
                word = f"{n} {failures}"
                try:
                    one.decide(say(word=word))
                except PersistenceError:  # once a session that was in the pool
                    failures += 1
                else:
                    recorded.append(word)
                    break
        assert failures <= 30
        assert words(one) == recorded
    finally:
        store.close()


def test_the_times_of_a_log_rise_also_on_a_clock_that_stands(one: Runtime) -> None:
    together(one, *[say(word=str(n)) for n in range(5)])
    times = [e.envelope.recordedtime for e in log(one.store)]
    assert times == sorted(set(times))
    assert times[0] == START


def test_a_time_of_another_zone_is_recorded_in_utc(one: Runtime) -> None:
    from zoneinfo import ZoneInfo

    at = START.astimezone(ZoneInfo("Asia/Shanghai"))
    one.decide(lambda work: work.record(CASE, Said(), time=at))
    assert log(one.store)[0].envelope.time.utcoffset() == START.utcoffset()


def test_a_decision_may_be_asked_for_by_whom_it_concerns_only_once_at_a_time(one: Runtime) -> None:
    """A decision that asks for another one would wait for itself for ever: it is told so."""
    with pytest.raises(RuntimeError):
        one.decide(lambda work: one.decide(say(word="inner")))
    assert words(one) == []


def test_causes_are_kept_per_decision(one: Runtime) -> None:
    cause = Cause(Actor("health"), one.cause().correlation, time=START)
    one.decide(say(word="x"), cause)
    assert log(one.store)[0].envelope.correlationid == cause.correlation
    assert isinstance(one.around.clock, SimulatedClock)
