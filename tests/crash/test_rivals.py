"""Two processes of everything at once, on one store; one of them paused so long that the others gave it up."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.crash.judging import remains
from tests.crash.lives import done, lives, wait_until
from tests.crash.office import Life
from tests.crash.test_kafka import district

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

COMMANDS = 60
PAUSE = 11.0
"""Longer than a Kafka transaction may stay open, and than PostgreSQL lets anybody wait for a lock: 10 s each."""

STORES = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=pytest.mark.postgres),
]
BOTH = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=[pytest.mark.postgres, pytest.mark.prove]),
]


@pytest.fixture
def postgres_or_not(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else None


@pytest.mark.parametrize("postgres_or_not", STORES, indirect=True)
def test_two_whole_houses_on_the_same_stores(tmp_path: Path, postgres_or_not: str | None) -> None:
    """Two committers, two inboxes, two senders of every service; both give every command."""
    life = Life(str(tmp_path), 11, postgres=postgres_or_not, until=COMMANDS, stays=True)
    with lives() as office:
        office.end_together(life, [office.begin(life), office.begin(life)])
    with remains(life) as found:
        found.judge()
        assert len(found.done) > len(dict(found.done)), "both gave commands"


@pytest.mark.kafka
@pytest.mark.parametrize("postgres_or_not", BOTH, indirect=True)
def test_two_processes_of_every_service_over_kafka(
    tmp_path: Path, kafka: str, postgres_or_not: str | None
) -> None:
    """And two relays of one topic: the second fences the first, which stands by."""
    life = Life(
        str(tmp_path), 12, postgres=postgres_or_not, until=COMMANDS, stays=True, kafka=kafka,
        district=district(Random()),
    )  # fmt: skip
    with lives() as office:
        office.end_together(life, [office.begin(life), office.begin(life)])
    with remains(life) as found:
        found.judge()


PAUSES = [
    ("relay has sent, not committed", "kafka", "sqlite"),
    *(
        pytest.param(*pause, marks=pytest.mark.prove)
        for pause in (
            ("relay is committing", "kafka", "sqlite"),
            ("taken, the feed not told", "kafka", "sqlite"),
            ("in the middle of the district log's transaction", "kafka", "sqlite"),
            ("sending begun, nothing sent", "embedded", "sqlite"),
            ("decided, not committed", "embedded", "sqlite"),
            ("decided, not committed, on PostgreSQL", "embedded", "postgres"),
        )
    ),
]


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.parametrize(("place", "transport", "engine"), PAUSES)
def test_a_process_that_wakes_up_late(
    tmp_path: Path, request: pytest.FixtureRequest, place: str, transport: str, engine: str
) -> None:
    """It is paused between two steps, another takes over and works, and it wakes up in the middle of that."""
    life = Life(str(tmp_path), 13, until=COMMANDS, stays=True)
    if transport == "kafka":
        life = replace(life, kafka=request.getfixturevalue("kafka"), district=district(Random()))
    if engine == "postgres":
        life = replace(life, postgres=request.getfixturevalue("postgres_url"))
    with lives() as office:
        sleeper = office.begin(replace(life, point=place, nth=4, pauses=True))
        wait_until(lambda: is_stopped(sleeper), 150, f"paused: {place}")
        before = done(life)
        other = office.begin(life)
        time.sleep(PAUSE)
        print(f"{place}: {before} commands done, {done(life)} while it slept")
        if engine == "postgres":
            # A process that is stopped while it writes to SQLite keeps the others waiting; here it does not.
            assert done(life) >= min(before + 10, COMMANDS)
        os.kill(sleeper, signal.SIGCONT)
        office.end_together(life, [sleeper, other])
    with remains(life) as found:
        found.judge()


def is_stopped(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip().startswith("T")
