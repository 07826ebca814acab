"""Evidence over HTTP: the whole way from a file on somebody's desk to a look at it, on real files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from events.service import Unsealed
from services.chassis.clock import civil_date
from services.chassis.codec import read
from services.chassis.departments import Department
from services.chassis.evidence import GRACE
from services.chassis.tokens import Caller, issue_token
from tests.chassis.evidence_office import ANNA, BEN, CASE, LIMIT, OTHER_CASE, PDF, PNG, Office
from tests.chassis.web_host import problem

TOWN = "431202001000"
CLERK = Caller(person=UUID(int=5, version=4), post="clerk", department=Department.CIVIL_AFFAIRS)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    made.open_case()
    yield made
    made.close()


def client(office: Office, **changes: Any) -> TestClient:
    token = issue_token(office.settings, CLERK.model_copy(update=changes))
    return TestClient(office.app(), headers={"Authorization": f"Bearer {token}"})


def hand_in(web: TestClient, content: bytes = PDF, name: str = "调查表.exe", **headers: str) -> Any:
    return web.post(
        "/evidence",
        data={"case": str(CASE), "kind": "survey_form"},
        files={"file": (name, content, "text/html")},
        headers=headers,
    )


def survey(web: TestClient, *shown: dict[str, Any], case: Any = CASE) -> Any:
    given = [{"id": one["id"], "digest": one["digest"]} for one in shown]
    return web.post("/survey", json={"case": str(case), "attachments": given})


def test_handed_in_named_by_a_step_listed_and_looked_at(office: Office) -> None:
    web = client(office)
    handed = hand_in(web)
    assert handed.status_code == 201, handed.text
    shown = handed.json()
    assert (shown["media"], shown["bytes"], shown["kind"]) == ("application/pdf", len(PDF), "survey_form")
    assert survey(web, shown).json() == {"attached": 1}
    assert web.get("/evidence", params={"case": str(CASE)}).json() == [{**shown, "step": "survey"}]
    answer = web.get(f"/evidence/{shown['id']}", params={"purpose": "复核"})
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{shown["id"]}.pdf"'
    entries = list(office.runtime.log())
    looks = [entry for entry in entries if entry.envelope.type == Unsealed.TYPE]
    assert [read(entry, office.vault).data.purpose for entry in looks] == ["复核"]
    assert looks[0].envelope.actor.person == CLERK.person
    assert looks[0].envelope.concerns == (ANNA,)


def test_before_an_event_names_it_nobody_can_look_at_it(office: Office) -> None:
    web = client(office)
    shown = hand_in(web).json()
    problem(web.get(f"/evidence/{shown['id']}", params={"purpose": "复核"}), 404, "not-found")
    assert web.get("/evidence", params={"case": str(CASE)}).json() == []


def test_a_look_needs_a_purpose(office: Office) -> None:
    web = client(office)
    shown = hand_in(web).json()
    survey(web, shown)
    problem(web.get(f"/evidence/{shown['id']}"), 422, "validation")
    problem(web.get(f"/evidence/{shown['id']}", params={"purpose": " "}), 422, "purpose-required")


def test_the_same_request_again_answers_the_same_reference(office: Office) -> None:
    web = client(office)
    first, again = (hand_in(web, **{"Idempotency-Key": "desk-1"}).json() for _ in range(2))
    assert first == again
    assert survey(web, first).status_code == 200
    office.clock.advance_to(office.clock.now() + GRACE * 2)
    office.runtime.close_day(civil_date(office.clock.now()))
    swept = office.evidence.sweep()  # what the repetition kept
    assert len(swept) == 1 and swept[0].digest != first["digest"]


def test_what_is_wrong_with_a_file_is_said_in_both_languages(office: Office) -> None:
    web = client(office)
    found = problem(hand_in(web, b"<html></html>", "a.pdf"), 422, "evidence-media")
    assert "PDF" in found["detail"] and "PDF" in found["detail_en"]
    problem(hand_in(web, b""), 422, "evidence-empty")
    problem(hand_in(web, PNG + bytes(LIMIT)), 413, "evidence-too-large")
    problem(hand_in(web, PNG + bytes(3 << 20)), 413, "body-too-large")
    problem(
        web.post("/evidence", data={"case": str(CASE), "kind": "x"}, files={"file": PNG}), 422, "validation"
    )
    problem(web.post("/evidence", json={"case": str(CASE)}), 415, "unsupported-media-type")
    assert list(office.evidence.folder.every()) == []


def test_another_departments_and_another_townships_cases_stay_closed(office: Office) -> None:
    web = client(office)
    shown = hand_in(web).json()
    survey(web, shown)
    looks: list[tuple[TestClient, int, str]] = [
        (client(office, department=Department.HEALTH), 403, "not-allowed"),
        (client(office, township="431202002000"), 403, "not-allowed"),
    ]
    for other, status, slug in looks:
        problem(hand_in(other), status, slug)
        problem(other.get("/evidence", params={"case": str(CASE)}), status, slug)
        problem(other.get(f"/evidence/{shown['id']}", params={"purpose": "看"}), status, slug)
    assert hand_in(client(office, township=TOWN)).status_code == 201
    problem(
        TestClient(office.app()).get(f"/evidence/{shown['id']}", params={"purpose": "看"}),
        401,
        "not-authenticated",
    )


def test_evidence_of_one_case_cannot_be_put_to_somebody_elses(office: Office) -> None:
    office.open_case(OTHER_CASE, BEN)
    web = client(office)
    shown = hand_in(web).json()
    problem(survey(web, shown, case=OTHER_CASE), 404, "not-found")


def test_after_an_erasure_the_answer_is_gone(office: Office) -> None:
    web = client(office)
    shown = hand_in(web).json()
    survey(web, shown)
    office.vault.erase(ANNA)
    problem(web.get(f"/evidence/{shown['id']}", params={"purpose": "复核"}), 410, "evidence-erased")
    problem(hand_in(web), 410, "evidence-erased")


def test_a_file_altered_on_disk_is_an_error_and_gives_nothing(office: Office) -> None:
    web = client(office)
    shown = hand_in(web).json()
    survey(web, shown)
    path = office.evidence.folder.path(shown["digest"])
    *kept, last = path.read_bytes()
    path.write_bytes(bytes((*kept, last ^ 1)))
    quiet = TestClient(office.app(), headers=web.headers, raise_server_exceptions=False)
    answer = quiet.get(f"/evidence/{shown['id']}", params={"purpose": "复核"})
    problem(answer, 500, "internal")
