"""Nobody who follows the log by position may ever miss an event, however many processes write to it."""

import multiprocessing
import time
from multiprocessing.synchronize import Barrier
from uuid import UUID, uuid4

import pytest

from services.chassis.settings import UnsafeEnvironment, refuse_unsafe_environment
from services.chassis.store import LostRace, open_store
from tests.chassis.toys import log, one_more

WRITERS, EACH = 8, 40


def write(url: str, me: int, start: Barrier) -> None:
    store = open_store(url, "toys")
    start.wait(60)
    written = 0
    while written < EACH:
        try:
            one_more(store, id=uuid4().int, **{f"row_{me}": written})
        except LostRace:
            continue
        written += 1
    store.close()


@pytest.mark.postgres
def test_a_follower_skips_nothing_while_eight_processes_write(postgres_url: str) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["services.chassis.store_postgres", "tests.chassis.toys"])
    start = context.Barrier(WRITERS + 1)
    store = open_store(postgres_url, "toys")
    writers = [context.Process(target=write, args=(postgres_url, n, start)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    start.wait(60)
    position, seen = 0, list[UUID]()
    while True:
        alive = any(writer.is_alive() for writer in writers)
        entries = store.entries(position, 500)
        if entries:
            seen += [entry.envelope.id for entry in entries]
            position = entries[-1].envelope.sequence
        elif not alive:
            break
        else:
            time.sleep(0.001)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    written = log(store)
    assert [entry.envelope.id for entry in written] == seen, "skipped"
    assert [entry.envelope.sequence for entry in written] == list(range(1, len(written) + 1))
    assert len({key for key, _ in store.kept_range("row", "", "", 99)}) == WRITERS
    assert len(written) == WRITERS * EACH
    store.close()


@pytest.mark.parametrize("value", ["1", "true", "Yes", "on", "y", "T", " 1 ", "anything"])
def test_start_up_refuses_what_loses_events(value: str) -> None:
    with pytest.raises(UnsafeEnvironment, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        refuse_unsafe_environment({"POSTGRES_ENABLE_DB_FUNCTIONS": value})


@pytest.mark.parametrize(
    "environment", [{}, *[{"POSTGRES_ENABLE_DB_FUNCTIONS": v} for v in ("", "0", "no", "OFF")]]
)
def test_start_up_goes_on_without_it(environment: dict[str, str]) -> None:
    refuse_unsafe_environment(environment)
