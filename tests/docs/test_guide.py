"""The newcomer's guide, walked from top to bottom on a real Kafka: its own commands, its own consumer."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from services.chassis.local_kafka import free_ports
from tests.docs.pages import Block, blocks, page, shell_blocks
from tests.docs.shell import PATIENCE_SECONDS, Shell

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
GUIDE = page("docs/guide.md")
KCAT = shutil.which("kcat")
REPORT = "2026-0001"


@dataclass
class Walk:
    """What was seen on the way."""

    shell: Shell
    outputs: dict[Block, str] = field(default_factory=dict)
    enrolled: list[str] = field(default_factory=list)  # before the report
    list_after: list[str] = field(default_factory=list)
    log_after: list[dict[str, Any]] = field(default_factory=list)

    @property
    def printed(self) -> list[str]:
        lines = (self.shell.folder / "consumer.out").read_text().splitlines()
        assert all(line.startswith("enrolled ") for line in lines), lines
        return [line.split()[1] for line in lines]

    def output(self, command: str) -> str:
        [found] = [text for block, text in self.outputs.items() if block.text.startswith(command)]
        return found

    def list_now(self) -> list[str]:
        with closing(sqlite3.connect(self.shell.folder / "enrolled.sqlite", timeout=30)) as theirs:
            return [person for (person,) in theirs.execute("SELECT person FROM enrolled ORDER BY person")]

    def log(self) -> list[dict[str, Any]]:
        """The registry's own log, as `doudi events` shows it."""
        lines = "doudi events registry --limit 100000 --data var/guide\n"
        text = self.shell.run(Block(GUIDE, 0, "sh", lines, None))
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def walk(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Every block of the guide in its order; blocks with kcat only where it is installed."""
    folder, [port] = tmp_path_factory.mktemp("newcomer"), free_ports(1)
    district = f"{random.randrange(10**6):06d}"  # the broker is shared with other tests
    instead = {
        "127.0.0.1:9092": kafka,
        "127.0.0.1:8350": f"127.0.0.1:{port}",
        "/431202/registry": f"/{district}/registry",
        REPORT: f"2026-{district}",  # so are the gate's topics
    }
    shell = Shell(folder, instead, DOUDI_DISTRICT=district, DOUDI_PORT=str(port), DOUDI_LOG_LEVEL="WARNING")
    seen = Walk(shell)
    [consumer] = [block for block in blocks(GUIDE) if block.language == "python"]
    (folder / "consumer.py").write_text(shell.said(consumer.text))
    with ExitStack() as running:
        for block in shell_blocks(GUIDE):
            if "doudi up" in block.text:
                running.enter_context(shell.running(block, folder / "up.out"))
                ready = f"curl -sS --fail http://127.0.0.1:{port}/registry/health/ready\n"
                until(lambda ready=ready: answers(shell, ready), "the services are ready")
            elif "python consumer.py" in block.text and block.reason:
                enrolled_by_the_log(seen, shell, block, folder)
                running.enter_context(shell.running(block, folder / "consumer.out"))
            elif block.reason is None and (KCAT or "kcat" not in block.text):
                seen.outputs[block] = shell.run(block)
        if len(seen.enrolled) > 1:
            until(lambda: seen.list_now() != seen.enrolled, "the consumer hears of the exit")
        if KCAT:
            until(lambda: gate_has_read_all(shell), "the gate reads its topic")
        seen.list_after, seen.log_after = seen.list_now(), seen.log()
        yield seen


def enrolled_by_the_log(seen: Walk, shell: Shell, block: Block, folder: Path) -> None:
    """Lets the consumer run, killed once on the way, until it has everybody."""
    wanted = enrolled_now(seen.log())
    with shell.running(block, folder / "consumer.out") as process:
        until(lambda: (folder / "consumer.out").read_bytes(), "the consumer prints")
        process.kill()
    with shell.running(block, folder / "consumer.out"):
        until(lambda: sorted(seen.list_now()) == wanted, "the consumer has everybody")
    seen.enrolled = seen.list_now()


def enrolled_now(log: list[dict[str, Any]]) -> list[str]:
    people: set[str] = set()
    for event in log:
        if event["envelope"]["type"] == "registry.Enrolled":
            people.add(event["data"]["person"])
        elif event["envelope"]["type"] == "registry.Exited":
            people.discard(event["data"]["person"])
    return sorted(people)


def answers(shell: Shell, command: str) -> bool:
    try:
        return bool(shell.run(Block(GUIDE, 0, "sh", command, None)))
    except AssertionError:
        return False


def until(what: Callable[[], object], wanted: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS:.0f} s: {wanted}"
        time.sleep(0.2)


def gate_has_read_all(shell: Shell) -> bool:
    """Whether the gate has committed an offset behind all that lies on its topic."""
    place = TopicPartition("in.health", 0)
    broker, source = shell.said("127.0.0.1:9092"), shell.said("/431202/registry")
    reader = KafkaConsumer(bootstrap_servers=broker, group_id=f"doudi{source.replace('/', '.')}.gate")
    try:
        reader.assign([place])
        return bool(reader.committed(place) == reader.end_offsets([place])[place])
    finally:
        reader.close(autocommit=False)


def test_every_command_of_the_guide_works(walk: Walk) -> None:
    # the fixture fails where one does not; here: that they say what the guide says they say
    assert "all the same" in walk.output("doudi demo")
    assert '"sequence":3,' in walk.output("doudi events")
    assert json.loads(walk.output("curl -sS --fail http")) == {"status": "ready"}


def test_the_python_consumer_receives_everybody_enrolled(walk: Walk) -> None:
    assert walk.enrolled
    assert set(walk.enrolled) <= set(walk.printed)


def test_the_python_consumer_prints_nobody_again_after_a_stop(walk: Walk) -> None:
    # killed once, it may repeat the batch it was killed in; stopped and started a third time, nothing
    everybody = {
        event["data"]["person"]
        for event in walk.log_after
        if event["envelope"]["type"] == "registry.Enrolled"
    }
    assert set(walk.printed) == everybody
    assert max(map(walk.printed.count, everybody)) <= 2


def test_the_python_consumer_is_short() -> None:
    [consumer] = [block for block in blocks(GUIDE) if block.language == "python"]
    assert len(consumer.text.splitlines()) <= 40


def test_a_death_reported_by_http_takes_the_person_off_the_list(walk: Walk) -> None:
    answer = json.loads(walk.output("curl -sS --fail-with-body"))
    assert (answer["status"], answer["id"]) == ("taken", walk.shell.said(REPORT))
    person = walk.enrolled[0]
    assert person not in walk.list_after
    assert walk.list_after == walk.enrolled[1:]
    assert "died" in walk.output("doudi timeline").lower()


def test_kcat_receives_everybody_enrolled_and_reports(walk: Walk) -> None:
    if KCAT is None:
        if os.environ.get("DOUDI_REQUIRE_BROKERS") == "1":
            pytest.fail("kcat is required here and is not installed", pytrace=False)
        pytest.skip("no kcat: apt-get install kcat")
    seen = [json.loads(line)["person"] for line in walk.output("kcat -C").splitlines()]
    assert set(walk.enrolled) <= set(seen)
    # the same report by HTTP and by topic counts once
    ours = [event for event in walk.log_after if event["data"].get("report_source") == "/health/deaths"]
    mine = [event for event in ours if event["data"]["report_id"] == walk.shell.said(REPORT)]
    assert [event["envelope"]["type"] for event in mine] == ["service.ReportReceived"]
