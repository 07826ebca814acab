"""Living over HTTP: a case step by step, who may do what, lists, the table, and what a version protects."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from events import registry as r
from events.ids import HouseholdId, PersonId
from events.service import Unsealed
from services import living, policy
from services.chassis.clock import civil_date, midnight
from services.chassis.service import Service
from tests.living.office import RURAL, URBAN, VILLAGE, registry
from tests.papers import publish_shipped
from tests.support import District

SURVEYED = {"surveyors": [str(uuid4()), str(uuid4())], "remarks": "户主欧阳测试卧病在床"}


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    services: list[Service] = [policy.SERVICE, registry(), living.SERVICE]
    with District(tmp_path, services) as district:
        publish_shipped(district.runtime("policy"))
        district.host.drain()
        district.serve("living", living.routers, living.VIEWS)
        yield district
        assert district.differences("living") == []


def family(district: District, size: int = 2, township: str = RURAL) -> tuple[str, list[str]]:
    household = HouseholdId.of(district.ids.random())
    people = [PersonId.of(district.ids.random()) for _ in range(size)]
    members = tuple(r.Member(person=one, relation="02" if one is people[0] else "20") for one in people)
    fact = r.HouseholdRegistered(
        household=household, head=people[0], members=members, township=township,
        village=VILLAGE[township], since=civil_date(district.clock.now()),
    )  # fmt: skip
    district.runtime("registry").decide(lambda work: work.record(household, fact))
    district.host.drain()
    return str(household), [str(one) for one in people]


def found(people: list[str], **first: Any) -> dict[str, Any]:
    """Means of a family with 300 yuan a month from farming; `first`: of its first member."""
    members: list[dict[str, Any]] = [{"person": person, "age": 40} for person in people]
    members[0] |= first
    return {"members": members, "business_income": 300_00, "property_within_rule": True}


def applied(client: TestClient, household: str, applicant: str) -> dict[str, Any]:
    body = {"programme": "dibao", "household": household, "applicant": applicant, "consent": True}
    response = client.post("/cases", json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


def step(client: TestClient, case: dict[str, Any], name: str, **body: Any) -> dict[str, Any]:
    response = client.post(f"/cases/{case['case']}/{name}", json={"version": case["version"]} | body)
    assert response.status_code == 200, response.text
    return dict(response.json())


def pass_days(district: District, days: int) -> None:
    for _ in range(days):
        day = civil_date(district.clock.now()) + timedelta(days=1)
        district.clock.advance_to(midnight(day))
        district.host.settle(day)
    district.host.follow()


def posted(client: TestClient, household: str, people: list[str]) -> dict[str, Any]:
    case = applied(client, household, people[0])
    case = step(client, case, "acceptance")
    case = step(client, case, "survey", **SURVEYED, means=found(people))
    case = step(client, case, "check", means=found(people), consistent=True)
    case = step(client, case, "assessment")
    return step(client, with_steps(client, case), "notice")


def with_steps(client: TestClient, case: dict[str, Any]) -> dict[str, Any]:
    """Every step that the answer says is owed before the next notice or the decision."""
    while case["owed"] and not case["owed"][0]["notice"]:
        case = step(client, case, "steps", step=case["owed"][0]["step"], staff=SURVEYED["surveyors"])
    return case


def granted(district: District, client: TestClient, household: str, people: list[str]) -> dict[str, Any]:
    case = posted(client, household, people)
    pass_days(district, 8)
    case = with_steps(client, current(client, case))
    if case["owed"]:  # the second notice of 2012
        step(client, case, "notice")
        pass_days(district, 8)
        case = current(client, case)
    return step(client, case, "confirmation")


def current(client: TestClient, case: dict[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"/cases/{case['case']}").json()["current"])


def problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.json()["type"] == f"urn:doudi:problem:{slug}"
    return dict(response.json())


@pytest.mark.clause("B1")
def test_a_case_from_application_to_months_over_http(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    case = granted(district, clerk, household, people)
    assert case["state"] == "granted"
    assert case["amount"]["amount_fen"] == 2 * 417_00 - 300_00
    assert case["amount"]["illustrative"] is True
    assert "示例" in case["amount"]["note"]
    pass_days(district, 60)
    line = clerk.get("/cases").json()["items"][0]
    assert (line["months"], line["last_month"], line["state_zh"]) == (2, "2020-10", "保障中")
    assert line["amount"]["illustrative"] is True


def test_an_older_version_is_refused_and_says_which_is_recorded(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    case = applied(clerk, household, people[0])
    step(clerk, case, "acceptance")
    response = clerk.post(
        f"/cases/{case['case']}/survey", json=SURVEYED | {"means": found(people), "version": case["version"]}
    )
    assert "2" in problem(response, 409, "stale-version")["detail"]


def test_the_same_request_under_one_key_has_its_effect_once(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    body = {"programme": "dibao", "household": household, "applicant": people[0], "consent": True}
    key = {"Idempotency-Key": "one"}
    first, second = (clerk.post("/cases", json=body, headers=key) for _ in range(2))
    assert first.json() == second.json()
    problem(clerk.post("/cases", json=body), 409, "case-exists")
    changed = body | {"applicant": people[1]}
    problem(clerk.post("/cases", json=changed, headers=key), 422, "idempotency-key-reused")


@pytest.mark.clause("B1")
def test_a_clerk_works_only_in_the_own_township_and_never_confirms(district: District) -> None:
    household, people = family(district)
    other = district.client("living", township=URBAN)
    body = {"programme": "dibao", "household": household, "applicant": people[0], "consent": True}
    problem(other.post("/cases", json=body), 403, "not-allowed")
    own = district.client("living", township=RURAL)
    case = posted(own, household, people)
    pass_days(district, 8)
    path = f"/cases/{case['case']}"
    problem(own.post(f"{path}/confirmation", json={}), 403, "not-allowed")
    problem(other.get(path), 403, "not-allowed")
    problem(other.get("/cases", params={"township": RURAL}), 403, "not-allowed")
    assert other.get("/cases").json()["items"] == []
    assert len(own.get("/cases").json()["items"]) == 1


def test_other_departments_see_that_the_family_was_surveyed_and_not_what_it_has(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    case = granted(district, clerk, household, people)
    path = f"/cases/{case['case']}"
    seen = district.client("living", "health").get(path).json()
    assert [fact["data"] is None for fact in seen["facts"]] == [
        fact["type"].removeprefix("assistance.") in ("Surveyed", "Checked", "Assessed")
        for fact in seen["facts"]
    ]
    assert "30000" not in district.client("living", "health").get(path).text
    whole = clerk.get(path)
    assert next(fact for fact in whole.json()["facts"] if fact["sealed"])["sealed"] == ["remarks"]
    assert "欧阳测试" not in whole.text
    problem(district.client("living", "health").get("/cases"), 403, "not-allowed")
    problem(district.client("living", "health").post("/cases", json={}), 403, "not-allowed")


def test_remarks_are_opened_for_a_purpose_and_the_look_up_is_recorded(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    case = posted(clerk, household, people)
    answer = clerk.post(f"/cases/{case['case']}/texts", json={"purpose": "核对入户调查"}).json()
    assert [text["text"] for text in answer["texts"]] == ["户主欧阳测试卧病在床"]
    (record,) = district.facts("living", Unsealed)
    assert {str(one) for one in record.people} == set(people)


def test_pages_follow_each_other_and_filters_hold(district: District) -> None:
    clerk = district.client("living")
    for number in range(5):
        household, people = family(district, 1, URBAN if number == 4 else RURAL)
        case = applied(clerk, household, people[0])
        if number == 0:
            step(clerk, case, "acceptance")
    district.host.follow()
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = clerk.get("/cases", params={"limit": "2"} | cursor).json()
        seen += [item["case"] for item in page["items"]]
        if not page.get("next"):
            break
        cursor = {"cursor": page["next"]}
    assert len(seen) == len(set(seen)) == 5
    assert len(clerk.get("/cases", params={"state": "accepted"}).json()["items"]) == 1
    assert len(clerk.get("/cases", params={"township": URBAN}).json()["items"]) == 1
    problem(clerk.get("/cases", params={"cursor": "x"}), 422, "validation")


def test_the_table_marks_every_sum_and_names_nobody(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    granted(district, clerk, household, people)
    other, others = family(district, 1)
    applied(clerk, other, others[0])
    district.host.follow()
    response = district.client("living", "finance").get("/cases.csv")
    assert response.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row["是否示例标准"] for row in rows] == ["是", ""]
    assert [row["月保障金额（分）"] for row in rows] == ["53400", ""]
    assert not any(person in response.text for person in people)


MEANS = found([str(uuid4())])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"surveyors": [str(uuid4())]}, "surveyors"),
        ({"surveyors": [str(UUID(int=1))] * 2}, "surveyors"),
        ({"means": None}, "means"),
        ({"findings": [{"name": "车", "value": 1.5}]}, "findings.0.value.bool"),
        ({"findings": [{"name": "车", "value": 1}] * 2}, "findings"),
        ({"findings": [{"name": "联系电话", "value": "13812345678"}]}, "findings"),
        ({"means": MEANS | {"business_income": -1}}, "means.business_income"),
        ({"means": MEANS | {"business_income": 1.5}}, "means.business_income"),
        ({"means": MEANS | {"business_income": "5"}}, "means.business_income"),
        ({"means": MEANS | {"property_within_rule": 1}}, "means.property_within_rule"),
        ({"means": MEANS | {"monthly_income": 1}}, "means.monthly_income"),
        ({"means": found([str(uuid4())])}, "means.members"),
        ({"means": found([str(uuid4())], age=121)}, "means.members.0.age"),
        ({"means": found([str(uuid4())], disability_kind="unknown")}, "means.members.0.disability_kind"),
        ({"on": "2020-02-30"}, "on"),
        ({"on": "2999-01-01"}, "on"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_bad_input_names_the_field_and_stores_nothing(
    district: District, body: dict[str, Any], field: str
) -> None:
    clerk = district.client("living")
    household, people = family(district)
    case = step(clerk, applied(clerk, household, people[0]), "acceptance")
    response = clerk.post(f"/cases/{case['case']}/survey", json=SURVEYED | {"means": found(people)} | body)
    assert response.status_code == 422
    assert any(field in error["field"] for error in response.json()["errors"]), response.text
    assert clerk.get(f"/cases/{case['case']}").json()["current"]["version"] == 2


def test_an_unknown_case_is_not_found(district: District) -> None:
    clerk = district.client("living")
    problem(clerk.get(f"/cases/{uuid4()}"), 404, "not-found")
    problem(clerk.post(f"/cases/{uuid4()}/acceptance", json={}), 404, "not-found")


def test_every_living_member_is_told_of_exactly_once(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    case = step(clerk, applied(clerk, household, people[0]), "acceptance")
    path = f"/cases/{case['case']}/survey"
    for members in (people[:1], [*people, people[0]], [*people, str(uuid4())]):
        response = clerk.post(path, json=SURVEYED | {"means": found(members)})
        said = problem(response, 422, "means-of-members")
        assert "means.members" in str(said)
    step(clerk, case, "survey", **SURVEYED, means=found(people[::-1]))


def test_what_no_paper_can_decide_on_is_refused_by_its_name(district: District) -> None:
    clerk = district.client("living")
    household, people = family(district)
    case = step(clerk, applied(clerk, household, people[0]), "acceptance")
    rich = found(people, wage=10**9)
    case = step(clerk, case, "survey", **SURVEYED, means=rich)
    case = step(clerk, case, "check", means=rich, consistent=True)
    response = clerk.post(f"/cases/{case['case']}/assessment", json={})
    assert "家庭成员[0].工资" in str(problem(response, 422, "means-outside-rule"))


def test_without_papers_nothing_is_accepted_and_the_answer_says_what_to_do(tmp_path: Path) -> None:
    with District(tmp_path, [policy.SERVICE, registry(), living.SERVICE]) as district:
        district.serve("living", living.routers, living.VIEWS)
        clerk = district.client("living")
        household, people = family(district)
        body = {"programme": "dibao", "household": household, "applicant": people[0], "consent": True}
        said = problem(clerk.post("/cases", json=body), 409, "no-rule")
        assert "doudi policy publish" in said["detail"]
