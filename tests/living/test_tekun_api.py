"""Tekun over HTTP: places, lists, and what is counted of a day and of a month (B7 to B9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from services import living, policy
from services.chassis.service import Service
from tests.living.office import RURAL, URBAN, registry
from tests.living.tekun import PAPERS, SURVEYED, findings, items, wishing
from tests.living.test_living_api import current, family, pass_days, problem, step, with_steps
from tests.papers import publish_shipped
from tests.support import MORNING, District

STAFF = [str(uuid4()), str(uuid4())]


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    services: list[Service] = [policy.SERVICE, registry(), living.SERVICE]
    with District(tmp_path, services, start=MORNING + timedelta(days=336)) as district:  # 2021-07-05
        publish_shipped(district.runtime("policy"), PAPERS)
        district.host.drain()
        district.serve("living", living.routers, living.VIEWS)
        yield district
        assert district.differences("living") == []


def sent(told: Any) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in told]


def tekun(district: District, client: TestClient, unmet: int, township: str = RURAL) -> str:
    household, (person,) = family(district, 1, township)
    body = {
        "programme": "tekun", "household": household, "applicant": person, "consent": True,
        "findings": sent(wishing("centralised")),
    }  # fmt: skip
    case = client.post("/cases", json=body).json()
    case = step(client, case, "acceptance")
    case = step(client, case, "survey", surveyors=STAFF, findings=sent(findings(SURVEYED)))
    case = step(client, case, "steps", step="assess_self_care", staff=STAFF[:1], findings=sent(items(unmet)))
    case = step(client, case, "assessment")
    step(client, case, "notice")
    pass_days(district, 8)
    step(client, with_steps(client, current(client, case)), "confirmation")
    return str(person)


@pytest.mark.clause("B7")
@pytest.mark.clause("B8")
@pytest.mark.clause("B9")
def test_placing_shows_in_the_table_the_rate_and_the_lists(district: District) -> None:
    clerk = district.client("living")
    people = [tekun(district, clerk, unmet) for unmet in (5, 4, 0)]
    pass_days(district, 40)  # into September: support began on 1 August
    made = clerk.post("/institutions", json={"name": "中心敬老院", "township": RURAL, "beds": 1})
    assert made.status_code == 201, made.text
    home = made.json()["institution"]
    body = {"institution": home, "bed": "1-1", "consent_by": "person"}
    problem(
        clerk.post(f"/tekun/{people[0]}/placement", json=body | {"consent_by": None}), 422, "consent-needed"
    )
    placed = clerk.post(f"/tekun/{people[0]}/placement", json=body)
    assert (placed.status_code, placed.json()["mode"]) == (200, "centralised")
    problem(clerk.post(f"/tekun/{people[1]}/placement", json=body | {"bed": "2"}), 409, "no-bed")
    pass_days(district, 1)

    cells = {(one["grade"], one["mode"]): one["people"] for one in clerk.get("/tekun/figures").json()}
    assert cells == {("full", "centralised"): 1, ("full", "scattered"): 1, ("self", "scattered"): 1}
    rates = clerk.get("/tekun/rates").json()
    assert [(one["dependent"], one["placed"], one["rate"]) for one in rates[-2:]] == [
        (2, 0, 0.0),
        (2, 1, 0.5),
    ]
    waiting = clerk.get("/tekun/lists/without-carer").json()["items"]
    assert {one["person"] for one in waiting} == set(people[1:])
    table = clerk.get("/tekun/figures.csv").content.decode("utf-8-sig")
    assert "全护理,集中供养,1" in table
    assert "50.00%" in clerk.get("/tekun/rates.csv").content.decode("utf-8-sig")


@pytest.mark.clause("B7")
def test_a_township_sees_and_works_on_its_own_only(district: District) -> None:
    clerk = district.client("living")
    person = tekun(district, clerk, 2)
    elsewhere = district.client("living", township=URBAN)
    assert elsewhere.get("/tekun/figures").json() == []
    assert elsewhere.get("/tekun/lists/without-carer").json()["items"] == []
    assert elsewhere.post(f"/tekun/{person}/wish", json={"wish": "scattered"}).status_code == 403
    wished = clerk.post(f"/tekun/{person}/wish", json={"wish": "scattered", "version": 99})
    problem(wished, 409, "stale-version")
