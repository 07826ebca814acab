"""A department sends a whole file on its topic `in.<department>`, with kcat and the command that cuts it: it is taken as an
upload of the same file is, on either store; and what the machine could not take at once is taken later (V2)."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from events import service
from events import verification as v
from services.chassis.kafka.topics import gate_topic
from services.registry.identity import check_digit
from services.verification import taking
from tests.end_to_end import families
from tests.end_to_end.systems import System
from tests.infrastructure.postgres import fresh_database

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600), pytest.mark.clause("V2")]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path: Path, kafka: str) -> Iterator[System]:
    with ExitStack() as stack:
        server = request.getfixturevalue("postgres") if request.param == "postgres" else None
        url = stack.enter_context(fresh_database(server)) if server else None
        system = System(tmp_path, kafka=kafka, postgres=url)
        stack.callback(system.close)
        yield system


def agreed(world: System) -> str:
    """An agreement on vehicles."""
    asked = {"source": "vehicles", "fields": ["id_number", "kind", "registered"], "until": "2023-08-01"}
    identifier = world.post("verification", "agreements", asked | {"conditional": True})["agreement"]
    world.post("verification", f"agreements/{identifier}/grant", {})
    return str(identifier)


def stranger(number: int) -> str:
    first = f"4312021950{number % 12 + 1:02d}{number // 12 % 28 + 1:02d}{number // 336:03d}"
    return first + check_digit(first)


def cars(world: System, file: Path, count: int) -> Path:
    """A row of everybody of a family, once more of the first, and of `count` strangers."""
    numbers = [families.id_number(), families.id_number()]
    people = [families.register_person(world, "石某某", id_number=one) for one in numbers]
    families.register_household(world, *people)
    world.settle()
    rows = [*numbers, numbers[0], *map(stranger, range(count))]
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(
            [("身份证号", "kind", "registered"), *((one, "car", "2019-05-01") for one in rows)]
        )
    return file


def cut(world: System, agreement: str, file: Path) -> str:
    """What the command prints: a message a line."""
    key = file.with_suffix(".key")
    key.write_text(json.dumps(world.client("verification").get(f"agreements/{agreement}/key").json()))
    command = [
        sys.executable,
        "-m",
        "services.cli",
        "verification",
        "cut",
        str(file),
        "--agreement",
        agreement,
    ]
    day = families.today(world)
    done = subprocess.run(
        [*command, "--as-of", day, "--key", str(key)], capture_output=True, text=True, check=True
    )
    return done.stdout


def produce(world: System, messages: str) -> None:
    settings = world.settings
    topic = ["-t", gate_topic("civil-affairs"), "-p", str(settings.partition)]
    subprocess.run(["kcat", "-P", "-b", str(settings.kafka), *topic], input=messages, text=True, check=True)


def received(world: System) -> list[Any]:
    return world.facts("verification", v.FeedReceived)


def test_a_file_sent_with_kcat_is_what_its_upload_is(world: System, tmp_path: Path) -> None:
    agreement = agreed(world)
    file = cars(world, tmp_path / "cars.csv", 10_000)
    messages = cut(world, agreement, file)
    assert len(messages.splitlines()) == 4, "two pieces, opened and closed"
    produce(world, messages)
    [sent] = world.eventually(lambda: received(world), "the file is taken")
    assert (sent.rows, sent.matched, sent.strangers, sent.refused) == (10_003, 2, 10_000, 1)
    produce(world, messages)  # the same messages once more
    with file.open("rb") as content:
        answer = world.client("verification").post(
            f"agreements/{agreement}/files",
            files={"file": ("cars.csv", content)},
            data={"as_of": families.today(world)},
        )
    assert answer.json()["feed"] == str(sent.feed), "it is the same file"
    produce(world, "no message\n")
    world.eventually(lambda: world.facts("registry", service.ReportRefused), "all was read")
    assert len(received(world)) == 1 and world.facts("verification", service.ReportRefused) == []


def test_a_file_that_the_machine_could_not_take_is_taken_when_it_can(
    world: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = agreed(world)
    messages = cut(world, agreement, cars(world, tmp_path / "cars.csv", 10))
    take, failures = taking.take, [OSError("no space left"), OSError("still none")]

    def fails_first(*told: Any, **more: Any) -> Any:
        if failures:
            raise failures.pop()
        return take(*told, **more)

    monkeypatch.setattr(taking, "take", fails_first)
    produce(world, messages)
    [sent] = world.eventually(lambda: received(world), "the file is taken")
    assert sent.matched == 2 and failures == []
    assert world.facts("verification", service.ReportRefused) == []
