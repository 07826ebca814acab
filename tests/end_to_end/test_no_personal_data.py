"""Over Kafka, texts that mark themselves go in at every door; afterwards they are in clear nowhere: not in a
topic, a store, a view, a log, a figure or an answer that refuses.

tests/simulator/test_marked.py does the same for a small year of the embedded demo. Here it is the topics,
mail, dead letters, the gate, and what a careless client puts where no personal data belongs. One place may
show a name, the mail to the township; what a department itself wrote to its own `in.` topic is its own.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaProducer
from starlette.testclient import TestClient

from services.chassis import letters
from services.chassis.departments import Department
from services.chassis.kafka.topics import gate_topic
from services.chassis.logs import configure
from services.chassis.runtime import log_of
from services.chassis.tokens import Caller, issue_token
from services.chassis.work import Work
from tests.end_to_end import families
from tests.end_to_end.searching import forms, topics
from tests.end_to_end.systems import CLERK, System
from tests.notification.servers import Mailbox, mail_server
from tests.registry.rosters import GOOD, workbook

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]

HEAD, SPOUSE, IMPORTED, NEVER = "龘靐齉", "齉爩麤", "灪龖厵", "爨癵驫"
"""Names in characters that nothing else here uses."""
ADDRESS, REMARKS, STATEMENT = "籲癵村纛组9号", "灥灪龘:卧病在床", "厵爩:隐瞒房产"
MOBILE, LANDLINE = "13987650421", "0745-2718281"


class Doors:
    """The ways in; keeps what was said, and what was answered where an answer must not repeat it."""

    def __init__(self, world: System) -> None:
        self.world = world
        self.said: set[str] = {HEAD, SPOUSE, IMPORTED, NEVER, ADDRESS, REMARKS, STATEMENT, MOBILE, LANDLINE}
        self.answers: list[bytes] = []

    def number(self, born: str) -> str:
        self.said.add(number := families.id_number(born))
        return number

    def client(self, department: Department = Department.CIVIL_AFFAIRS) -> TestClient:
        token = issue_token(self.world.settings, Caller(person=CLERK, post="clerk", department=department))
        headers = {"Authorization": f"Bearer {token}"}
        return TestClient(
            self.world._web, base_url="http://doudi", headers=headers, raise_server_exceptions=False
        )

    def send(
        self, path: str, body: Any, department: Department = Department.CIVIL_AFFAIRS, **headers: str
    ) -> Any:
        answer = self.client(department).post(path, json=body, headers=headers)
        self.answers += [answer.content, repr(answer.headers.items()).encode()]
        return answer

    def read(self, path: str, department: Department = Department.CIVIL_AFFAIRS) -> Any:
        answer = self.client(department).get(path)
        self.answers.append(answer.content)
        return answer


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """The township's mail server, named by the environment as an installation would."""
    recipients = {f"township:{families.TOWNSHIP}": "mailto:office@township.example"}
    with mail_server() as box:
        monkeypatch.setenv("DOUDI_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("DOUDI_SMTP_PORT", str(box.port))
        monkeypatch.setenv("DOUDI_SMTP_TLS", "none")
        monkeypatch.setenv("DOUDI_NOTIFY_RECIPIENTS", json.dumps(recipients))
        yield box


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure("DEBUG", False, stream)
    # The township's own mail server, which here runs in this process, writes down what it takes.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    yield stream
    configure("WARNING", False)


def test_marked_texts_are_nowhere_in_clear(
    tmp_path: Path, kafka: str, mailbox: Mailbox, log: io.StringIO
) -> None:
    world = System(tmp_path, kafka=kafka)
    doors = Doors(world)
    try:
        case, head = a_family_with_a_case(doors)
        a_roster(doors)
        words_in_the_wrong_place(doors, case, head)
        refusals(doors, head)
        dead_letters(doors)
        reports(doors, head, kafka)
        world.settle()
        world.eventually(lambda: any(HEAD in told(mail) for mail in mailbox.mails), "the mail has the name")
        figures = doors.read("/metrics", Department.DISTRICT).content
        assert b"doudi_" in figures
        for service in world.house.names:
            doors.read(f"/{service}/letters", Department.DISTRICT)
            doors.read(f"/{service}/health/ready")
    finally:
        world.close()
    places = {"log": log.getvalue().encode(), "answers": b"".join(doors.answers)}
    places |= topics(kafka) | {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(places["log"]) > 10_000
    for name in ("registry", "living", "notification"):
        assert len(places[f"topic doudi.{name}"]) > 1000
        assert (f"{name}.sqlite" in places and f"{name}-views.sqlite" in places) or name == "living"
    found = {
        f"{text} in {name}"
        for name, content in places.items()
        for text in doors.said
        for form in forms(text)
        if form in content
    }
    assert found == set()


def a_family_with_a_case(doors: Doors) -> tuple[str, str]:
    """Registered with all that is personal; surveyed with remarks, objected to; opened for a purpose."""
    world, numbers = doors.world, [doors.number("19660101"), doors.number("19670101")]
    people = [
        doors.send("/registry/people", {"name": name, "id_number": number, "telephone": phone}).json()["id"]
        for name, number, phone in zip((HEAD, SPOUSE), numbers, (MOBILE, LANDLINE), strict=True)
    ]
    head, spouse = people
    families.registered_poor(world, *people)
    household = families.register_household(world, head, spouse, address=ADDRESS)
    case = families.apply(world, household, head)
    found = {"means": families.means(people)}
    world.post("living", f"cases/{case}/acceptance", {})
    survey = found | {"surveyors": families.SURVEYORS, "remarks": REMARKS}
    world.post("living", f"cases/{case}/survey", survey)
    world.post("living", f"cases/{case}/check", found | {"consistent": True})
    world.post("living", f"cases/{case}/assessment", {})
    families.take_steps(world, case)
    world.post("living", f"cases/{case}/notice", {})
    world.post("living", f"cases/{case}/objection", {"statement": STATEMENT})
    # Whoever may see texts sees them; a retry under its key must not have kept them for that.
    texts = doors.client().post(
        f"/living/cases/{case}/texts", json={"purpose": "核对"}, headers={"Idempotency-Key": "texts-1"}
    )
    assert REMARKS in texts.text and STATEMENT in texts.text
    assert HEAD in doors.client().get(f"/registry/people/{head}?purpose=核对").text
    for path in (f"/registry/people/{head}", f"/registry/households/{household}", f"/living/cases/{case}",
                 f"/history/people/{head}/timeline", f"/history/cases/{case}/timeline",
                 "/registry/households", "/living/cases", "/living/cases.csv"):  # fmt: skip
        world.eventually(lambda path=path: doors.read(path).is_success, f"{path} answers")
    return case, head


def a_roster(doors: Doors) -> None:
    """One row is taken; one has a wrong number, one numbers its household by a person; the report quotes none."""
    taken = GOOD | {
        "户主姓名": IMPORTED,
        "姓名": IMPORTED,
        "身份证号": doors.number("19680101"),
        "住址": ADDRESS,
    }
    wrong = doors.number("19690101")
    wrong = wrong[:-1] + ("0" if wrong[-1] != "0" else "1")
    doors.said.add(wrong)
    refused = GOOD | {
        "户编号": "1002",
        "户主姓名": NEVER,
        "姓名": NEVER,
        "身份证号": wrong,
        "联系电话": MOBILE,
    }
    numbered = taken | {"户编号": taken["身份证号"]}
    office = doors.client()
    job = office.post(
        "/registry/imports", files={"file": (f"{NEVER}.xlsx", workbook(taken, refused, numbered))}
    ).json()

    def over() -> bool:
        return doors.read(f"/registry/imports/{job['id']}").json()["status"] == "done"

    doors.world.eventually(over, "the import is done")
    for report in ("report.csv", "report.xlsx"):
        assert doors.read(f"/registry/imports/{job['id']}/{report}").is_success


def words_in_the_wrong_place(doors: Doors, case: str, head: str) -> None:
    """ID numbers where a client might put them: keys, purposes, reasons, roster numbers, request ids."""
    number = doors.number("19700101")
    for key in (number, f"{MOBILE}/1"):
        doors.send(f"/living/cases/{case}/acceptance", {}, **{"Idempotency-Key": key})
        body = {"category": "disabled", "since": "2021-01-01"}
        assert (
            doors.send(f"/registry/people/{head}/categories", body, **{"Idempotency-Key": key}).is_success
            or key != number
        )
    doors.send("/registry/people/search", {"id_number": number, "purpose": f"核对{number}"})
    doors.send(
        "/registry/people/search", {"id_number": number, "purpose": "核对"}, **{"X-Request-Id": number}
    )
    doors.send(f"/living/cases/{case}/texts", {"purpose": number})
    doors.read(f"/history/people/{head}/timeline?purpose={number}")
    doors.read(f"/registry/people/{head}?purpose={number}")
    person = families.register_person(doors.world, "杨某某")
    home = {
        "head": person,
        "members": [{"person": person, "relation": "02"}],
        "township": families.TOWNSHIP,
        "village": families.VILLAGE,
        "since": families.today(doors.world),
    }
    doors.send("/registry/households", home | {"number": number})


def refusals(doors: Doors, head: str) -> None:
    """Bad requests with marked texts in every part of them."""
    number, name = doors.number("19710101"), NEVER
    good = {"name": name, "id_number": number}
    for bad in (
        {"telephone": MOBILE + "1"},
        {"ethnicity": name},
        {name: 1},
        {number: 1},
        {"name": [name]},
        {"id_number": number + "9"},
        {"synthetic": number},
        {"name": name * 40},
    ):
        doors.said.update(one for one in bad.values() if isinstance(one, str))
        assert doors.send("/registry/people", good | bad).status_code == 422
    raw = f'{{"name": "{name}", "id_number": "{number}"'.encode()
    for path in ("/registry/people", f"/registry/people/{number}/death", f"/living/cases/{number}/survey"):
        kind = {"Content-Type": "application/json"}
        doors.answers.append(doors.client().post(path, content=raw, headers=kind).content)
    for path in (
        f"/registry/people/{number}",
        f"/registry/{name}",
        f"/history/people/{number}/timeline?cursor={name}",
        f"/living/cases?state={name}&township={number}&cursor={number}",
        f"/registry/households?village={name}",
    ):
        assert doors.read(path).status_code in (404, 422)
    taken = {"name": name, "id_number": doors.number("19720101")}
    assert doors.send("/registry/people", taken).status_code == 201
    assert doors.send("/registry/people", taken).status_code == 409
    doors.send(f"/registry/people/{head}/corrections", {"name": name, "version": 99})


def dead_letters(doors: Doors) -> None:
    """A fact with sealed texts waits as a letter; an operator writes a number into the reasons."""
    world, number = doors.world, doors.number("19730101")
    families.register_person(world, "滕某某")
    world.settle()
    [*_, entry] = log_of(world.house.runtimes["registry"].store)

    def park(work: Work) -> int:
        letters.park(work, entry, "decide")
        return work.sequence

    living = world.house.runtimes["living"]
    for what in ("retry", "discard"):
        letter = living.decide(park)
        doors.send(f"/living/letters/{letter}/{what}", {"reason": f"见{number}"}, Department.DISTRICT)


def reports(doors: Doors, head: str, kafka: str) -> None:
    """What a careless system of the health department reports, over HTTP and over its topic."""
    number = doors.number("19740101")
    on = families.today(doors.world)
    good = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/health/deaths",
        "type": "reports.DeathReported",
        "dataschema": "reports.DeathReported.1",
        "data": {"person": head, "on": on},
    }
    changes: list[dict[str, Any]] = [
        {"id": number},
        {"source": f"/{NEVER}"},
        {"type": number},
        {NEVER: number},
        {"data": {"person": number, "on": on}},
        {"data": {"person": head, "on": on, NEVER: number}},
        {"data": {"person": head, "on": on, "name": NEVER}},
        {"data": NEVER},
    ]
    producer = KafkaProducer(bootstrap_servers=kafka)
    for changed in changes:
        message = good | {"id": str(uuid4())} | changed
        assert doors.send("/registry/gate", message, Department.HEALTH).status_code == 422
        message = good | {"id": str(uuid4())} | changed
        attributes = {name: value for name, value in message.items() if name != "data"}
        producer.send(
            gate_topic("health"),
            json.dumps(message["data"], ensure_ascii=False).encode(),
            key=number.encode(),
            headers=[(f"ce_{name}", value.encode()) for name, value in attributes.items()],
            partition=doors.world.settings.partition,
        ).get(30)
    last = good | {"id": str(uuid4()), "data": {}}
    producer.send(
        gate_topic("health"), json.dumps(last).encode(), partition=doors.world.settings.partition
    ).get(30)
    producer.close()
    doors.world.eventually(refused(doors.world, last["id"]), "the gate has read everything")


def refused(world: System, report: str) -> Callable[[], bool]:
    return lambda: any(getattr(one.data, "report_id", "") == report for one in world.log("registry"))


def told(mail: Any) -> str:
    """Subject and text of a mail, decoded."""
    return f"{mail['Subject']}\n{mail.get_content()}"
