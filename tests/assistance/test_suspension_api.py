"""B1: suspending, resuming and offers of work over HTTP: who may, what is listed, and nobody types what facts tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events import casework as c
from events.base import CATALOGUE
from services.assistance.views import CASES
from services.chassis.clock import midnight
from tests.assistance.kernel import Kernel
from tests.living.office import RURAL, URBAN, having


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path) as office:
        yield office
        assert office.differences("living") == []


@pytest.mark.clause("B1")
def test_the_county_suspends_and_resumes_and_everybody_sees_which(office: Kernel) -> None:
    household, people = office.family()
    case = office.granted(household, people)
    county = office.client("living")
    said = {"reason": "cannot_be_reached"}
    clerk = office.client("living", township=RURAL)
    assert clerk.post(f"/cases/{case}/suspension", json=said).status_code == 403
    assert county.post(f"/cases/{case}/suspension", json=said).status_code == 200
    office.until(date(2020, 10, 2))
    (line,) = clerk.get("/suspensions").json()["items"]
    assert (line["case"], line["since"], line["months"]) == (str(case), "2020-09-01", 2)
    assert line["reason_zh"] == "无法联系"
    assert "无法联系" in county.get("/suspensions.csv").text
    assert office.client("living", township=URBAN).get("/suspensions").json()["items"] == []
    again = county.post(f"/cases/{case}/suspension", json=said)
    assert (again.status_code, again.json()["type"]) == (409, "urn:doudi:problem:suspended")
    assert county.post(f"/cases/{case}/resumption", json={}).status_code == 200
    office.host.follow()
    assert county.get("/suspensions").json()["items"] == []


@pytest.mark.clause("B1")
def test_nobody_types_that_work_was_refused(office: Kernel) -> None:
    household, people = office.family()
    case = office.applied(household, people)
    client = office.client("living")
    assert client.post(f"/cases/{case}/acceptance", json={}).status_code == 200
    means: Any = having(each={"refused_work": True})(people).model_dump(mode="json")
    body = {"surveyors": ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"]}
    answer = client.post(f"/cases/{case}/survey", json={**body, "means": means})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:doudi:problem:worked-out-not-entered")
    offer = client.post(f"/cases/{case}/work-offers", json={"person": str(people[0])})
    assert offer.status_code == 409
    assert office.facts("living", c.WorkOffered) == []


@pytest.mark.clause("B1")
def test_from_july_2026_nobody_is_suspended_unheard_but_who_cannot_be_reached(office: Kernel) -> None:
    household, people = office.family()
    office.clock.advance_to(midnight(date(2026, 7, 2)))
    office.until(date(2026, 7, 2))
    office.host.settle(office.today)
    case = office.granted(household, people)
    county = office.client("living")
    answer = county.post(f"/cases/{case}/suspension", json={"reason": "not_cooperating"})
    assert answer.json()["type"] == "urn:doudi:problem:family-not-heard"
    done = county.post(f"/cases/{case}/suspension", json={"reason": "not_cooperating", "heard": True})
    assert done.status_code == 200


def test_whoever_takes_the_version_from_the_list_is_not_refused_after_a_suspension(office: Kernel) -> None:
    household, people = office.family()
    case = office.granted(household, people)
    county = office.client("living")

    def listed() -> int:
        office.host.follow()
        (line,) = county.get("/cases").json()["items"]
        assert line["version"] == county.get(f"/cases/{case}").json()["current"]["version"]
        return int(line["version"])

    suspended = {"reason": "cannot_be_reached", "version": listed()}
    assert county.post(f"/cases/{case}/suspension", json=suspended).status_code == 200
    office.until(date(2020, 10, 2))
    resumed = county.post(f"/cases/{case}/resumption", json={"version": listed()})
    assert resumed.status_code == 200, resumed.text
    listed()


def test_every_fact_of_a_case_moves_its_version_in_the_list() -> None:
    kinds = [kind for kind in CATALOGUE.values() if issubclass(kind, a.CaseFact)]
    assert [kind.TYPE for kind in kinds if not CASES.wants(kind.SCHEMA)] == []
