"""Every service in a process of its own, over a real Kafka, killed at random; and Kafka killed under them.

The services assign their partitions themselves, so no session has to time out before a service that comes
back reads on: it goes on as soon as it has started.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from services.chassis.local_kafka import LocalKafka
from services.cli.house import ROOMS
from tests.crash.judging import remains
from tests.crash.lives import KILLED, Lives, diary, done, lives, wait_until
from tests.crash.office import Life
from tests.crash.points import OVER_KAFKA, POINTS

pytestmark = [pytest.mark.crash, pytest.mark.kafka, pytest.mark.timeout(420)]

LONGEST_LIFE = 3.0


def district(random: Random) -> str:
    """Tests share one broker, its topics and their partition, as districts of a province do."""
    return f"{random.randrange(10**6):06d}"


def begin(office: Lives, life: Life) -> dict[str, int]:
    return {name: office.begin(replace(life, names=(name,))) for name in ROOMS}


def end(office: Lives, life: Life, pids: dict[str, int], more: int) -> None:
    """Lives that were begun without an end are replaced by such as have one."""
    for pid in pids.values():
        office.kill(pid)
    last = replace(life, stays=True, until=done(life) + more)
    office.end_together(last, list(begin(office, last).values()))


def test_services_killed_between_any_two_steps(tmp_path: Path, kafka: str, deaths: int, seed: int) -> None:
    random = Random(seed)
    life = Life(str(tmp_path), seed, kafka=kafka, district=district(Random()))
    counted: Counter[str] = Counter()
    with lives() as office:
        pids = begin(office, life)
        wait_until(lambda: done(life), 150, "the first command")
        for death in range(deaths):
            victim = random.choice(list(ROOMS))
            place = random.choice([*POINTS, *OVER_KAFKA, *OVER_KAFKA, "at any time"])
            if place != "at any time":
                # Die now, and come back as one who will die at the place chosen.
                office.kill(pids[victim])
                nth = random.randint(1, max(1, ({**POINTS, **OVER_KAFKA})[place][3] // 3))
                pids[victim] = office.begin(replace(life, names=(victim,), point=place, nth=nth))
            status = office.wait(pids[victim], LONGEST_LIFE if place != "at any time" else random.random())
            if status is None:
                status, place = office.kill(pids[victim]), "at any time"
            assert status == KILLED, diary(life)
            counted[place] += 1
            print(f"seed {seed}, death {death}: {victim}, {place}, {done(life)} commands done")
            pids[victim] = office.begin(replace(life, names=(victim,)))
        end(office, life, pids, 30)
    print(f"seed {seed}: {dict(counted)}")
    with remains(life) as found:
        found.judge()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "deaths" in metafunc.fixturenames:
        metafunc.parametrize(("deaths", "seed"), [(2, 1), pytest.param(20, 2, marks=pytest.mark.prove)])


@pytest.mark.parametrize("seed", [pytest.param(3, marks=pytest.mark.prove)])
def test_kafka_stopped_and_killed_under_load(tmp_path: Path, own_kafka: LocalKafka, seed: int) -> None:
    random = Random(seed)
    life = Life(str(tmp_path), seed, kafka=own_kafka.bootstrap, district=district(random))
    with lives() as office:
        pid = office.begin(life)
        for strike in (own_kafka.stop, own_kafka.kill, own_kafka.kill, own_kafka.stop):
            office.goes_on(pid, life, 15)
            time.sleep(random.random())
            strike()
            time.sleep(random.uniform(0.0, 4.0))
            own_kafka.start()
            assert office.wait(pid, 0) is None, diary(life)
        office.goes_on(pid, life, 15)
        office.kill(pid)
        last = replace(life, stays=True, until=done(life) + 30)
        office.end_together(last, [office.begin(last)])
    with remains(life) as found:
        found.judge()
