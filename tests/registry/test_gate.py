"""The gate: what a department's own system sends becomes our fact once, or a refusal with its rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from events import registry as facts
from events import service
from events.base import Actor
from events.registry import Category
from services.chassis.gate import Receipt, message_of
from services.registry.reports import GATE
from tests.registry.given import POOR_AND_AIDED, TODAY, Office, served


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with served(tmp_path) as district:
        yield Office(district)
        assert district.differences("registry") == []


def message(report: str, data: Any, **changed: Any) -> dict[str, Any]:
    whole = {
        "specversion": "1.0",
        "id": "r-1",
        "source": "/health/deaths",
        "type": f"reports.{report}",
        "dataschema": f"reports.{report}.1",
        "time": "2020-08-03T01:00:00+00:00",
        "data": data,
    } | changed
    return {name: value for name, value in whole.items() if value is not None}


def death(person: object, **changed: Any) -> dict[str, Any]:
    data = changed.pop("data", {"person": str(person), "on": "2020-08-01"})
    return message("DeathReported", data, **changed)


def receive(office: Office, sent: Any, department: str = "health") -> Receipt:
    runtime = office.district.runtime("registry")
    cause = runtime.cause(Actor(department, "system"))
    return GATE.take(runtime, sent, cause)


def on_record(office: Office) -> list[str]:
    both = service.ReportReceived, service.ReportRefused
    return [type(fact).__name__ for fact in office.district.facts("registry", *both)]


def test_a_death_reported_is_recorded_with_the_report_in_one_decision(office: Office) -> None:
    person = office.person(1)
    assert receive(office, death(person)).taken
    log = list(office.district.log("registry"))
    died, report = log[-2:]
    assert isinstance(died.data, facts.Died)
    assert isinstance(report.data, service.ReportReceived)
    assert died.envelope.decision == report.envelope.decision
    assert died.envelope.actor.department == "health"


def test_a_repeat_gets_the_same_answer_and_changes_nothing(office: Office) -> None:
    person = office.person(1)
    first = receive(office, death(person))
    before = office.district.runtime("registry").store.head()
    assert receive(office, death(person)) == first
    assert office.district.runtime("registry").store.head() == before


def test_a_repeat_with_other_content_is_refused_and_the_first_answer_stays(office: Office) -> None:
    one, two = office.person(1), office.person(2)
    first = receive(office, death(one))
    for _ in range(2):
        second = receive(office, death(two))
        assert (second.taken, second.rule, second.field) == (False, "report-id-reused", "id")
    assert receive(office, death(one)) == first
    assert on_record(office) == ["ReportReceived", "ReportRefused"]


def test_two_departments_may_use_one_id(office: Office) -> None:
    one, two = office.person(1), office.person(2)
    assert receive(office, death(one)).taken
    assert receive(office, death(two), "civil-affairs").taken


def test_a_refused_report_leaves_only_its_refusal(office: Office) -> None:
    person = office.person(1)
    receive(office, death(person))
    again = receive(office, death(person, id="r-2"))
    assert (again.taken, again.rule) == (False, "person-dead")
    assert receive(office, death(person, id="r-2")) == again
    assert len(office.district.facts("registry", facts.Died)) == 1


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"type": "reports.BirthReported"}, "type", "report-type-unknown"),
        ({"type": ["reports.DeathReported"]}, "", "attribute"),
        ({"dataschema": "reports.DeathReported.2"}, "dataschema", "report-version-newer"),
        ({"dataschema": "reports.MoveReported.1"}, "dataschema", "dataschema"),
        ({"dataschema": None}, "dataschema", "missing"),
        ({"specversion": "0.3"}, "specversion", "specversion"),
        ({"id": None}, "id", "report-name"),
        ({"id": "431202196811160537"}, "id", "report-name"),
        ({"source": "卫健局 张三"}, "source", "report-name"),
        ({"time": "yesterday"}, "time", "datetime_parsing"),
        ({"datacontenttype": "text/xml"}, "datacontenttype", "media-type"),
        ({"data": None}, "data", "missing"),
        ({"data": "text"}, "data", "model_type"),
        ({"data": {"on": "2020-08-01"}}, "data.person", "missing"),
        ({"data": {"person": 7, "on": "2020-08-01"}}, "data.person", "uuid_type"),
    ],
)
def test_what_breaks_the_contract_is_refused_with_field_and_rule(
    office: Office, changed: dict[str, Any], field: str, rule: str
) -> None:
    person = office.person(1)
    for _ in range(2):
        answer = receive(office, death(person, **changed))
        assert (answer.taken, answer.field, answer.rule) == (False, field, rule)
    assert on_record(office) == ["ReportRefused"]
    assert office.district.facts("registry", facts.Died) == []


@pytest.mark.parametrize(
    ("data", "field", "rule"),
    [
        ({"on": "2020-02-30"}, "data.on", "date_parsing"),
        ({"on": "2020-08-04"}, "data.on", "date-in-future"),
        ({"on": "1979-12-31"}, "data.on", "before-birth"),
        ({"cause": "illness"}, "data.cause", "extra_forbidden"),
        ({"张三": "1"}, "data", "extra_forbidden"),
        ({"person": "00000000-0000-4000-8000-000000000007"}, "data.person", "not-found"),
    ],
)
def test_what_the_data_says_is_judged(office: Office, data: dict[str, str], field: str, rule: str) -> None:
    sent = death(office.person(1))
    sent["data"] |= data
    answer = receive(office, sent)
    assert (answer.taken, answer.field, answer.rule) == (False, field, rule)


def test_each_department_reports_only_what_is_its_business(office: Office) -> None:
    person = office.person(1)
    home = office.household([person])
    poverty = {"person": str(person), "status": "lifted", "since": "2020-08-01"}
    move = {"household": str(home), "since": "2020-08-01"}
    for n, (department, report, data) in enumerate(
        [("health", "PovertyStatusReported", poverty), ("health", "MoveReported", move)]
    ):
        answer = receive(office, message(report, data, id=f"x-{n}"), department)
        assert answer.rule == "report-not-yours"
    assert receive(office, message("PovertyStatusReported", poverty), "poverty-alleviation").taken


@pytest.mark.clause("G2")
def test_poverty_reported_as_left_keeps_the_person_enrolled(office: Office) -> None:
    person = office.person(1)
    home = office.household([person])
    office.decide(lambda register: register.categorise(person, POOR_AND_AIDED))
    data = {"person": str(person), "status": "lifted", "since": "2020-08-01"}
    assert receive(office, message("PovertyStatusReported", data), "poverty-alleviation").taken
    state = office.decide(lambda register: register.person(person))
    assert state.announced == (Category.DIBAO, Category.LIFTED)
    data = {"household": str(home), "since": TODAY.isoformat()}
    assert receive(office, message("MoveReported", data), "civil-affairs").taken
    assert office.decide(lambda register: register.person(person)).announced is None


def test_a_message_from_a_topic_is_taken_like_one_over_http(office: Office) -> None:
    sent = death(office.person(1))
    binary = [(f"ce_{name}", str(value).encode()) for name, value in sent.items() if name != "data"]
    first = receive(office, message_of(binary, json.dumps(sent["data"]).encode()))
    assert first.taken
    assert receive(office, message_of([], json.dumps(sent).encode())) == first
    broken = receive(office, message_of(binary, b"{not json"))
    assert (broken.taken, broken.rule) == (False, "report-id-reused")
    assert not receive(office, message_of([], b"\xff\x00")).taken
    assert not receive(office, message_of([], b"[1]")).taken


def test_over_http_a_report_is_answered_or_a_problem(office: Office) -> None:
    person = office.person(1)
    health = office.district.client("registry", "health")
    first = health.post("/gate", json=death(person))
    assert first.status_code == 200
    assert health.post("/gate", json=death(person)).json() == first.json()
    wrong = health.post("/gate", json=death(person, id="r-2", type="reports.None"))
    assert (wrong.status_code, wrong.json()["errors"][0]["rule"]) == (422, "report-type-unknown")
    assert wrong.json()["errors"][0]["field"] == "type"
    move = {"household": str(person), "since": "2020-08-01"}
    assert health.post("/gate", json=message("MoveReported", move, id="r-3")).status_code == 403
    assert office.district.client("registry", "finance").post("/gate", json={}).status_code == 403
    assert on_record(office) == ["ReportReceived", "ReportRefused", "ReportRefused"]
