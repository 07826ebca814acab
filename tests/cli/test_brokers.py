"""A Kafka that does not answer: one sentence within the time that an answer is waited for, and a status that says so."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaError
from typer.testing import CliRunner

from services.chassis.kafka import bulk, topics
from services.cli import app
from services.history.replay import sources


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address at which nobody listens, and less patience."""
    for room in (topics, sources):
        monkeypatch.setattr(room, "BOOTSTRAP_MS", 300)
    monkeypatch.setattr(bulk, "ANSWER_SECONDS", 1.0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["up", "--kafka"], 1),
        (["up", "insight", "--kafka"], 1),
        (["restore", "registry", "--kafka"], 1),
        (["replay", "spend", "--source"], 2),
    ],
    ids=lambda command: command[0] if isinstance(command, list) else "",
)
def test_a_kafka_that_does_not_answer_is_said_in_one_sentence(
    nobody: str, tmp_path: Path, command: list[str], code: int
) -> None:
    place = f"kafka://{nobody}/431202" if "--source" in command else nobody
    told = CliRunner().invoke(app, [*command, place, "--data", str(tmp_path)])
    assert told.exit_code == code, told.output
    [sentence] = told.output.strip().splitlines()
    assert f"No Kafka answers at {nobody}" in sentence


def test_the_client_that_reads_in_bulk_writes_nothing_by_itself(
    nobody: str, capfd: pytest.CaptureFixture[str]
) -> None:
    consumer = bulk.BulkConsumer(nobody, "nobody")
    with pytest.raises(KafkaError):
        consumer.end_offsets([TopicPartition("doudi.registry", 0)])
    consumer.close()
    told = capfd.readouterr()
    assert (told.out, told.err) == ("", "")
