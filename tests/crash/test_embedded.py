"""All services in one process, killed again and again between any two steps: 20 times here, 200 in `make prove`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.crash.judging import remains
from tests.crash.lives import KILLED, diary, done, lives
from tests.crash.office import Life
from tests.crash.points import POINTS

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

DEATHS = 20
LONGEST_LIFE = 2.0
"""Seconds after which who has not come to the chosen place is killed where it is."""


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(1, 10))])
def test_killed_between_any_two_steps(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    places = list(POINTS)
    deaths: Counter[str] = Counter()
    life = Life(str(tmp_path), seed)
    with lives() as office:
        for death in range(DEATHS):
            place = random.choice([*places, "at any time"])
            if place == "at any time":
                pid = office.begin(life)
                seconds = random.uniform(0.0, 1.5)
            else:
                nth = random.randint(1, POINTS[place][3])
                pid = office.begin(replace(life, point=place, nth=nth))
                seconds = LONGEST_LIFE
            status = office.wait(pid, seconds)
            if status is None:
                status = office.kill(pid)
                place = "at any time"
            print(f"seed {seed}, death {death}: {place}, {done(life)} commands done")
            assert status == KILLED, diary(life)
            deaths[place] += 1
        office.finish(replace(life, until=done(life) + 40))
    print(f"seed {seed}: {dict(deaths)}")
    with remains(life) as found:
        found.judge()
