"""One behaviour, two engines: all or nothing, one winner, no gaps, rows by bytes, and what a kill leaves."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.store import Change, Head, LostRace, Store, open_store
from tests.chassis.toys import CASE, change, entry, log, one_more

ROOT = Path(__file__).parents[2]
THREADS, ROUNDS = 8, 20
KILLED = int(os.environ.get("DOUDI_TEST_KILLS", "6"))

Open = Callable[[], Store]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def another(url: str) -> Iterator[Open]:
    """Opens the same store once more, as another process would."""
    with ExitStack() as stack:

        def open_it() -> Store:
            store = open_store(url, "toys")
            stack.callback(store.close)
            return store

        yield open_it


@pytest.fixture
def store(another: Open) -> Store:
    return another()


def everything(store: Store) -> tuple[Head, list[UUID], list[tuple[str, object]]]:
    return store.head(), [e.envelope.id for e in log(store)], store.kept_range("row", "", "", 10_000)


def test_what_was_committed_is_there_after_reopening(store: Store, another: Open) -> None:
    made = change(Head(), entry(1), entry(2), row_a=[1, {"字": None}], row_b=False, row_c=0, row_d="")
    store.commit(made)
    for again in (store, another()):
        assert again.head() == made.head
        assert log(again) == list(made.entries)
        assert again.kept_range("row", "", "", 9) == [
            ("a", [1, {"字": None}]),
            ("b", False),
            ("c", 0),
            ("d", ""),
        ]
        assert again.kept("row", "b") is False
        assert again.kept("row", "nothing") is None
        assert again.kept("other", "a") is None


def test_a_row_is_replaced_and_taken_away(store: Store) -> None:
    head = one_more(store, row_a=1, row_b=1)
    head = one_more(store, head, row_a=2, row_b=None, row_never=None)
    assert store.kept_range("row", "", "", 9) == [("a", 2)]


def test_rows_are_read_by_their_keys_at_once(store: Store) -> None:
    one_more(store, row_a=1, row_b={"字": [2]}, row_c=None)
    assert store.kept_of("row", ["b", "never", "a", "c", "'; --"]) == {"a": 1, "b": {"字": [2]}}
    assert store.kept_of("row", []) == store.kept_of("other", ["a"]) == {}


def test_a_transaction_may_hold_rows_only(store: Store) -> None:
    first = one_more(store)
    made = change(first, row_a=1)
    store.commit(made)
    assert store.head() == made.head
    assert (store.head().sequence, store.head().id, store.head().revision) == (1, first.id, 2)


def test_a_stream_is_read_by_version(store: Store) -> None:
    elsewhere = replace(entry(2), envelope=replace(entry(2).envelope, stream=UUID(int=9), streamversion=1))
    third = replace(entry(3), envelope=replace(entry(3).envelope, streamversion=2))
    store.commit(change(Head(), entry(1), elsewhere, third))
    assert store.stream(UUID(int=CASE.int)) == [entry(1), third]
    assert store.stream(UUID(int=CASE.int), after=1) == [third]
    assert store.stream(UUID(int=CASE.int), limit=1) == [entry(1)]
    assert store.stream(UUID(int=8)) == []
    assert store.entries(1, 1) == [elsewhere]


def test_whoever_decided_on_an_older_head_loses(store: Store, another: Open) -> None:
    rival, base = another(), store.head()
    one_more(store, base, id=1, row_a="winner")
    before = everything(store)
    with pytest.raises(LostRace):
        one_more(rival, base, id=2, row_a="loser", row_b="loser")
    assert everything(store) == everything(rival) == before
    store.commit(change(before[0], row_c=1))
    with pytest.raises(LostRace):  # also where only rows were written in between
        one_more(rival, before[0])
    one_more(rival)
    assert [e.envelope.sequence for e in log(store)] == [1, 2]


def test_a_failure_in_the_middle_leaves_nothing_and_no_gap(store: Store, another: Open) -> None:
    head = one_more(store, row_a=1)
    before = everything(store)
    doubled = replace(entry(3), envelope=replace(entry(3).envelope, streamversion=1))  # version taken
    with pytest.raises(PersistenceError):
        store.commit(change(head, entry(2), doubled, row_a=2, row_b=2))
    assert everything(store) == everything(another()) == before
    unwritable = Change(head, replace(head, revision=99, sequence=2), [entry(2)], {("row", "a"): object()})
    with pytest.raises(TypeError):
        store.commit(unwritable)
    assert everything(store) == before
    one_more(store, head)
    assert [e.envelope.sequence for e in log(another())] == [1, 2]


@pytest.mark.parametrize("rounds", [ROUNDS])
def test_of_rivals_on_one_head_one_wins(another: Open, rounds: int) -> None:
    stores = [another() for _ in range(THREADS)]
    together = threading.Barrier(THREADS)
    wins: list[list[int]] = [[] for _ in range(rounds)]

    def rival(me: int) -> None:
        store = stores[me]
        for round_ in range(rounds):
            base = store.head()
            together.wait(30)
            try:
                one_more(store, base, id=1 + round_ * THREADS + me, row_winner=me)
            except LostRace:
                pass
            else:
                wins[round_].append(me)
            together.wait(30)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(rival, range(THREADS)))
    assert [len(won) for won in wins] == [1] * rounds
    assert [e.envelope.sequence for e in log(stores[0])] == list(range(1, rounds + 1))
    assert [e.envelope.id.int for e in log(stores[0])] == [
        1 + n * THREADS + won[0] for n, won in enumerate(wins)
    ]
    assert stores[0].kept("row", "winner") == wins[-1][0]


WRITER = """
import sys
from services.chassis.store import LostRace, open_store
from tests.chassis.toys import one_more
store, me, rounds = open_store(sys.argv[1], "toys"), int(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
won = lost = 0
while won < rounds:
    base = store.head()
    try:
        one_more(store, base, id=(base.sequence + 1) * 8 + me, **{f"row_{me}": base.sequence + 1})
        won += 1
        print(base.sequence + 1, flush=True)
    except LostRace:
        lost += 1
"""


def writer(url: str, me: int, rounds: int) -> "subprocess.Popen[str]":
    """A real process that appends; every number it prints was committed."""
    command = [sys.executable, "-c", WRITER, url, str(me), str(rounds)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def told_by(process: "subprocess.Popen[str]") -> list[int]:
    """All that it still prints. `communicate` would forget what was read ahead."""
    assert process.stdout is not None
    with process.stdout as lines:
        return [int(line) for line in lines if line.endswith("\n")]


def test_processes_append_without_gaps_and_lose_nothing(url: str, store: Store) -> None:
    processes = [writer(url, me, 40) for me in range(3)]
    told = [told_by(process) for process in processes]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    found = log(store)
    assert [e.envelope.sequence for e in found] == list(range(1, 121))
    assert [e.envelope.previous for e in found[1:]] == [e.envelope.id for e in found[:-1]]
    for me, numbers in enumerate(told):
        assert [e.envelope.sequence for e in found if e.envelope.id.int % 8 == me] == numbers
        assert store.kept("row", str(me)) == numbers[-1]


@pytest.mark.crash
def test_a_killed_writer_leaves_whole_transactions(url: str, store: Store) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(KILLED):
        process = writer(url, 1, 1_000_000)
        time.sleep(chance.uniform(0.0, 0.15))
        process.send_signal(signal.SIGKILL)
        told = told_by(process)
        process.wait(30)
        deadline = time.monotonic() + 60  # PostgreSQL finishes a statement whose client is gone
        while (head := store.head()).sequence < (told[-1] if told else 0) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05)
        head, found = store.head(), log(store)
        assert head.sequence >= (told[-1] if told else 0), f"seed {seed}: a commit that was answered is gone"
        assert [e.envelope.sequence for e in found] == list(range(1, head.sequence + 1)), f"seed {seed}"
        assert (store.kept("row", "1") or 0) == head.sequence == head.revision, (
            f"seed {seed}: half a transaction"
        )
        assert head.id == (found[-1].envelope.id if found else None), f"seed {seed}"
    one_more(store)


def test_a_snapshot_is_of_one_moment_while_another_process_writes(url: str, store: Store) -> None:
    assert (store.snapshot().sequence, store.snapshot().rows) == (0, {})
    one = writer(url, 1, 300)
    try:
        seen = [store.snapshot()]
        while one.poll() is None:
            seen.append(store.snapshot())
        assert one.wait() == 0
    finally:
        one.kill()
        told_by(one)
    seen.append(store.snapshot())
    assert all(each.rows.get(("row", "1"), 0) == each.sequence for each in seen)
    assert seen[-1].sequence == 300


def test_a_paused_writer_wakes_up_to_a_lost_race(url: str, store: Store, another: Open) -> None:
    """PostgreSQL goes on without it; SQLite's file lock is the process's, so the others wait for it."""
    process = writer(url, 1, 1_000_000)

    def five_more() -> None:
        done = 0
        while done < 5:
            try:
                one_more(store)
                done += 1
            except LostRace:  # what it had under way when it was stopped
                continue

    try:
        while not store.head().sequence:
            time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
        with ThreadPoolExecutor(1) as pool:
            others = pool.submit(five_more)
            if url.startswith("sqlite"):
                time.sleep(0.5)
                process.send_signal(signal.SIGCONT)
            others.result(120)
        paused_at = store.head().sequence
        process.send_signal(signal.SIGCONT)
        deadline = time.monotonic() + 120
        while store.head().sequence < paused_at + 5 and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        process.kill()
        process.communicate()
    found = log(another())
    assert len(found) >= paused_at + 5
    assert [e.envelope.previous for e in found[1:]] == [e.envelope.id for e in found[:-1]]


@pytest.mark.postgres
def test_who_sleeps_in_a_transaction_does_not_stop_the_others(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock held by a session that idles is given up by the server; the store's own sessions say so."""
    monkeypatch.setattr("services.chassis.store_postgres.LOCK_TIMEOUT", "300ms")
    monkeypatch.setattr("services.chassis.store_postgres.IDLE_IN_TRANSACTION_SECONDS", 1.0)
    store, sleeper = open_store(postgres_url, "toys"), open_store(postgres_url, "toys")
    try:
        with (  # noqa: PT012  # see below
            pytest.raises(PersistenceError),  # the end of the transaction is what fails
            sleeper._datastore.get_connection() as conn,
            conn.transaction(),
        ):
            conn.execute("UPDATE toys.head SET revision = revision")
            with pytest.raises(LostRace):  # waits for the lock no longer than it says, and may try again
                one_more(store)
            time.sleep(1.3)
            one_more(store)
        assert store.head().sequence == 1
    finally:
        store.close()
        sleeper.close()


@pytest.mark.postgres
def test_two_services_may_share_a_database_and_processes_may_start_at_once(postgres_url: str) -> None:
    def opening(n: int) -> int:
        store = open_store(postgres_url, ["toys", "other"][n % 2])
        try:
            while True:
                try:
                    return one_more(store, id=n + 1).sequence
                except LostRace:
                    continue
        finally:
            store.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(opening, range(6))) == [1, 1, 2, 2, 3, 3]


@pytest.mark.postgres
def test_the_log_can_be_read_in_sql_on_postgres(postgres_url: str) -> None:
    store = open_store(postgres_url, "toys")
    store.commit(change(Head(), entry(1)))
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SELECT sequence, dataschema, subject, data FROM toys.log").fetchone()
    store.close()
    assert row == (1, "toys.Said.1", CASE.subject, {"people": [], "word": ""})


KEYS = [
    "",
    "!",
    "0",
    "9",
    "A",
    "Z",
    "a",
    "a|b",
    "a~",
    "b",
    "~",
    "~~",
    "é",
    "兜",
    "兜底",
    "底",
    "\U0001f600",
    "\uffff",
]


def test_ranges_go_by_bytes(store: Store) -> None:
    store.commit(Change(Head(), Head(1), [], {("row", key): key for key in KEYS} | {("rox", "a"): 1}))
    ordered = sorted(KEYS, key=lambda key: key.encode())
    for first in ["", *KEYS]:
        for last in ["", *KEYS]:
            wanted = [
                k
                for k in ordered
                if k.encode() >= first.encode() and (not last or k.encode() < last.encode())
            ]
            assert [key for key, _ in store.kept_range("row", first, last, 99)] == wanted
            assert [key for key, _ in store.kept_range("row", first, last, 2)] == wanted[:2]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.dictionaries(
        st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8),
        st.recursive(
            st.booleans() | st.integers(-(1 << 53), 1 << 53) | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
            ),
            max_leaves=4,
        ),
        max_size=6,
    )
)
def test_any_row_comes_back_as_it_was(store: Store, rows: dict[str, object]) -> None:
    base = store.head()
    gone = {("row", key): None for key, _ in store.kept_range("row", "", "", 999)}
    kept = gone | {("row", key): value for key, value in rows.items()}
    store.commit(Change(base, replace(base, revision=base.revision + 1), [], kept))
    assert dict(store.kept_range("row", "", "", 999)) == rows
