"""A department's own system writes to its topic `in.<department>` with a plain producer: what it reports is
recorded once, what cannot be taken is on record as refused, and no message keeps the next from being read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import confluent_kafka
import pytest
from kafka import KafkaProducer

from events import assistance, registry, service
from services.chassis.departments import Department
from services.chassis.kafka.topics import gate_topic
from tests.end_to_end import families
from tests.end_to_end.systems import System

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]
MARK = "龘靐齉"
DEEP = b"[" * 200_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, kafka: str) -> Iterator[System]:
    system = System(tmp_path_factory.mktemp("world"), kafka=kafka)
    yield system
    system.close()


@pytest.fixture(scope="module")
def producer(kafka: str) -> Iterator[KafkaProducer]:
    writes = KafkaProducer(bootstrap_servers=kafka)
    yield writes
    writes.close()


class Sender:
    """The health department's system; other tests and districts write to the same topics, so ids are new."""

    def __init__(self, world: System, producer: KafkaProducer, department: str = "health") -> None:
        self._world, self._producer = world, producer
        self._topic = gate_topic(department)

    def report(self, data: Any, **changed: str) -> str:
        """One CloudEvent in binary mode: attributes in the headers, data as the value."""
        attributes = {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": "/health/deaths",
            "type": "reports.DeathReported",
            "dataschema": "reports.DeathReported.1",
        } | changed
        value = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.raw(value, [(f"ce_{name}", text.encode()) for name, text in attributes.items()])
        return attributes["id"]

    def raw(self, value: bytes, headers: list[tuple[str, bytes]]) -> None:
        partition = self._world.settings.partition
        self._producer.send(self._topic, value, headers=headers, partition=partition).get(30)

    def odd(self, value: bytes | None, headers: list[tuple[str, bytes | None]]) -> None:
        """By a client that also sends what kafka-python refuses to: no value, a header of none."""
        producer = confluent_kafka.Producer({"bootstrap.servers": self._world.settings.kafka})
        producer.produce(self._topic, value, partition=self._world.settings.partition, headers=headers)
        assert producer.flush(30) == 0

    def read_to_here(self) -> None:
        """Wait until the gate has taken everything sent so far: a last, useless report is refused behind it."""
        self.refusal_of(self.report({}))

    def refusal_of(self, report: str) -> service.ReportRefused:
        def found() -> Any:
            facts = self._world.facts("registry", service.ReportRefused)
            return [fact for fact in facts if fact.report_id == report]

        return self._world.eventually(found, f"{report} is refused")[0]


@pytest.fixture
def health(world: System, producer: KafkaProducer) -> Sender:
    return Sender(world, producer)


def deaths(world: System, person: str) -> int:
    return sum(str(fact.person) == person for fact in world.facts("registry", registry.Died))


def test_a_death_reported_twice_is_recorded_once_and_felt_by_living(world: System, health: Sender) -> None:
    # given a couple that receives dibao
    head, spouse = families.register_person(world, "石某某"), families.register_person(world, "龙某某")
    household = families.register_household(world, head, spouse)
    families.registered_poor(world, head, spouse)
    families.grant(world, household, head)
    # when the health department's system sends the same message three times
    data = {"person": spouse, "on": families.today(world)}
    id = health.report(data)
    for _ in range(2):
        health.report(data, id=id)
    health.read_to_here()
    # then the death is recorded once, and so is the report
    assert deaths(world, spouse) == 1
    received = [one for one in world.facts("registry", service.ReportReceived) if one.report_id == id]
    assert len(received) == 1
    # and it says who reported it, and the sum follows
    [died] = [one for one in world.log("registry") if isinstance(one.data, registry.Died)]
    assert died.envelope.actor.department == Department.HEALTH
    assert died.envelope.source == world.settings.source("registry")
    world.eventually(lambda: world.facts("living", assistance.Adjusted), "adjusted to the one who is left")


def test_what_cannot_be_taken_is_refused_on_record_and_the_next_is_taken(
    world: System, health: Sender
) -> None:
    day = families.today(world)
    for changed, data, field, rule in (
        ({}, {"on": day}, "data.person", "missing"),
        ({}, {"person": "someone", "on": day}, "data.person", "uuid_parsing"),
        ({"type": "reports.BirthReported"}, {}, "type", "report-type-unknown"),
        ({"dataschema": "reports.DeathReported.9"}, {}, "dataschema", "report-version-newer"),
        ({"specversion": "0.3"}, {}, "specversion", "specversion"),
        # not this department's to report
        (
            {"type": "reports.MoveReported", "dataschema": "reports.MoveReported.1"},
            {"household": str(uuid4()), "since": day},
            "type",
            "report-not-yours",
        ),
        # bytes that are no text, no JSON, or JSON that no parser can hold
        ({}, b"\xff\xfe\x00", "data", "missing"),
        ({}, f'{{"person": "{MARK}'.encode(), "data", "missing"),
        ({}, DEEP, "data", "missing"),
        ({}, b"[" * 500 + b"]" * 500, "data", "nesting"),
        ({}, b"NaN", "data", "model_type"),
        ({}, b'"\\ud800"', "data", "json_invalid"),
    ):
        refused = health.refusal_of(health.report(data, **changed))
        assert (refused.field, refused.rule) == (field, rule), (changed, data)
        still_open(world, health)


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b"\xff\x00", []),
        (b"[1]", []),
        (b"", []),
        (None, [("ce_type", b"nothing")]),
        (DEEP, []),
        (b"{}", [("ce_id", None), ("ce_source", b"\xff")]),
        (b"{ }", [("ce_time", b"now"), ("ce_", b""), ("", b"x"), (f"ce_{MARK}", MARK.encode())]),
        (b'{"specversion": "1.0", "id": 7, "source": ["x"]}', []),
    ],
    ids=["bytes", "list", "empty", "null", "deep", "null-header", "odd-headers", "odd-attributes"],
)
def test_a_message_that_is_none_is_refused_on_record_and_the_next_is_taken(
    world: System, health: Sender, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    health.read_to_here()
    before = len(world.facts("registry", service.ReportRefused))
    health.odd(value, headers)
    health.read_to_here()
    after = world.facts("registry", service.ReportRefused)[before:]
    assert len(after) == 2
    assert after[0].report_id == ""
    assert MARK not in repr(after)
    still_open(world, health)


def test_who_has_no_gate_is_not_read(world: System, producer: KafkaProducer) -> None:
    person = families.register_person(world, "麻某某")
    data = {"person": person, "on": families.today(world)}
    # the poverty office has a gate, and deaths are not its business
    other = Sender(world, producer, "poverty-alleviation")
    assert other.refusal_of(other.report(data)).rule == "report-not-yours"
    assert deaths(world, person) == 0


def test_a_gate_opened_again_goes_on_where_it_stopped(
    tmp_path: Path, kafka: str, producer: KafkaProducer
) -> None:
    world = System(tmp_path, kafka=kafka)
    person = families.register_person(world, "向某某")
    health = Sender(world, producer)
    first = health.report({"person": person, "on": families.today(world)})
    world.eventually(lambda: deaths(world, person), "the death is recorded")
    world.close()
    # while the gate is shut, the message comes again, and another
    second = health.report({"person": person, "on": "2021-02-30"})
    health.report({"person": person, "on": families.today(world)}, id=first)
    world = System(tmp_path, kafka=kafka, again=world.settings)
    try:
        health = Sender(world, producer)
        assert health.refusal_of(second).rule == "date_parsing"
        health.read_to_here()
        assert deaths(world, person) == 1
    finally:
        world.close()


def still_open(world: System, health: Sender) -> None:
    """The next good report is taken."""
    person = families.register_person(world, "杨某某")
    health.report({"person": person, "on": families.today(world)})
    world.eventually(lambda: deaths(world, person), "the next death is recorded")
    assert world.host.failure is None
