"""Letters of a case over HTTP: worded from its facts, numbered, printed with names, served, remedies counted."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from events import registry as r
from events.ids import HouseholdId, PersonId
from events.letters import LetterIssued
from events.sealed import Sealed
from events.service import Unsealed
from services import living, policy
from services.chassis.clock import civil_date
from tests.living.office import registry
from tests.living.test_living_api import (
    RURAL,
    SURVEYED,
    applied,
    family,
    found,
    granted,
    pass_days,
    problem,
    step,
)
from tests.papers import publish_calendars, publish_shipped
from tests.support import District

RECEIPT = b"%PDF-1.4\n%signed\n%%EOF\n"


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with District(tmp_path, [policy.SERVICE, registry(), living.SERVICE]) as district:
        publish_shipped(district.runtime("policy"))
        publish_calendars(district.runtime("policy"), 2020, 2021)
        district.host.drain()
        district.serve("living", living.routers, living.VIEWS)
        yield district
        assert district.differences("living") == []


def with_names(district: District, people: list[str]) -> None:
    for number, person in enumerate(people):
        whose = PersonId(person)
        district.say(
            "registry", (whose, r.PersonCorrected(person=whose, name=Sealed.of(f"欧阳甲{number}", whose)))
        )
    district.host.drain()


def letter(client: TestClient, case: dict[str, Any], kind: str) -> dict[str, Any]:
    answer = client.post(f"/cases/{case['case']}/letters", json={"kind": kind})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def text_of(client: TestClient, case: dict[str, Any], number: str) -> str:
    answer = client.get(f"/cases/{case['case']}/letters/pdf", params={"number": number, "purpose": "送达"})
    assert answer.status_code == 200, answer.text
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_a_grant_is_told_in_a_numbered_letter_with_the_sum_the_members_and_the_clauses(
    district: District,
) -> None:
    clerk = district.client("living")
    household, people = family(district)
    with_names(district, people)
    case = granted(district, clerk, household, people)
    said = letter(clerk, case, "confirmation")
    assert said["number"] == "鹤民低确〔2020〕1号"
    printed = text_of(clerk, case, said["number"])
    assert "最低生活保障确认告知书" in printed
    assert "每月534元" in printed
    assert "欧阳甲0" in printed and "欧阳甲1" in printed
    assert "鹤城" in printed
    assert "示例" in printed  # the standard is illustrative, and the letter says so
    assert "60日内" in printed
    # the names were opened on record, and lie in no fact
    facts = [entry.data for entry in district.runtime("living").store.entries(0, 10_000)]
    assert not any("欧阳".encode() in data for data in facts)
    opened = district.facts("living", Unsealed)
    assert opened[-1].purpose == "送达"


def test_numbers_run_on_and_a_second_printing_is_the_same_letter(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    with_names(district, people)
    case = applied(clerk, household, people[0])
    case = step(clerk, case, "supplement", missing=["authorisation_to_check"])
    first = letter(clerk, case, "supplement")
    assert "核对授权书" in text_of(clerk, case, first["number"])
    case = step(clerk, case | {"version": case["version"] + 1}, "acceptance")
    one, two = letter(clerk, case, "acceptance"), letter(clerk, case, "acceptance")
    assert [one["number"][-2], two["number"][-2]] == ["1", "2"]
    assert text_of(clerk, case, one["number"]) == text_of(clerk, case, one["number"])
    issued = district.facts("living", LetterIssued)
    assert [fact.serial for fact in issued] == [1, 1, 2]


def test_a_refusal_gives_its_reasons_and_can_be_contested_from_its_service_on(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    with_names(district, people)
    rich = found(people) | {"business_income": 9000_00}
    case = applied(clerk, household, people[0])
    case = step(clerk, case, "acceptance")
    case = step(clerk, case, "survey", **SURVEYED, means=rich)
    case = step(clerk, case, "check", means=rich, consistent=True)
    case = step(clerk, case, "assessment")
    case = step(clerk, case, "refusal")
    number = letter(clerk, case, "refusal")["number"]
    assert "理由如下" in text_of(clerk, case, number)
    path, today = f"/cases/{case['case']}/letters", civil_date(district.clock.now())
    body = {"number": number, "how": "in_person", "on": today.isoformat()}
    problem(clerk.post(f"{path}/service", json=body), 422, "letter-receipt")
    files = {"file": ("receipt.pdf", io.BytesIO(RECEIPT), "application/pdf")}
    handed = clerk.post("/evidence", data={"case": case["case"], "kind": "receipt"}, files=files)
    assert handed.status_code == 201, handed.text
    receipt = {name: handed.json()[name] for name in ("id", "digest")}
    served = clerk.post(f"{path}/service", json=body | {"receipt": receipt})
    assert served.status_code == 200, served.text
    assert date.fromisoformat(served.json()["reconsideration_until"]) >= date(2020, 10, 2)
    assert served.json()["lawsuit_until"]
    problem(clerk.post(f"{path}/service", json=body | {"receipt": receipt}), 409, "letter-served")
    assert clerk.get(path).json() == [served.json()]


@pytest.mark.parametrize("kind", ["refusal", "confirmation", "adjustment", "public_notice", "supplement"])
def test_nothing_is_told_that_has_not_happened(district: District, kind: str) -> None:
    clerk = district.client("living")
    household, people = family(district)
    case = applied(clerk, household, people[0])
    problem(clerk.post(f"/cases/{case['case']}/letters", json={"kind": kind}), 409, "letter-not-due")


def test_a_letter_is_its_own_case_s_and_another_township_sees_none(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    case = step(clerk, applied(clerk, household, people[0]), "acceptance")
    number = letter(clerk, case, "acceptance")["number"]
    other_household, others = family(district)
    other = applied(clerk, other_household, others[0])
    params = {"number": number, "purpose": "核对"}
    problem(clerk.get(f"/cases/{other['case']}/letters/pdf", params=params), 409, "letter-of-another")
    problem(
        clerk.get(
            f"/cases/{case['case']}/letters/pdf", params={"number": "城中低受〔2099〕1号", "purpose": "核对"}
        ),
        404,
        "not-found",
    )
    elsewhere = district.client("living", township="431202001000" if RURAL != "431202001000" else RURAL)
    problem(elsewhere.get(f"/cases/{case['case']}/letters"), 403, "not-allowed")


def test_evidence_handed_in_is_named_by_the_step_it_belongs_to(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    case = step(clerk, applied(clerk, household, people[0]), "acceptance")
    files = {"file": ("form.pdf", io.BytesIO(RECEIPT), "application/pdf")}
    handed = clerk.post("/evidence", data={"case": case["case"], "kind": "survey_form"}, files=files).json()
    given = [{"id": handed["id"], "digest": handed["digest"]}]
    body = SURVEYED | {"means": found(people), "version": case["version"]}
    missing = [{"id": str(uuid4()), "digest": "0" * 64}]
    problem(clerk.post(f"/cases/{case['case']}/survey", json=body | {"evidence": missing}), 404, "not-found")
    assert clerk.post(f"/cases/{case['case']}/survey", json=body | {"evidence": given}).status_code == 200
    listed = clerk.get("/evidence", params={"case": case["case"]}).json()
    assert [(one["kind"], one["step"]) for one in listed] == [("survey_form", "survey")]
    assert clerk.get(f"/evidence/{handed['id']}", params={"purpose": "复核"}).content == RECEIPT
    pass_days(district, 1)
    assert HouseholdId(household)
