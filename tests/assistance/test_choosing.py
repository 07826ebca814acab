"""B1: a township confirms only where the district chose so, within 20 working days (notice of October 2022)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events.ids import CaseId
from services.assistance import steps
from services.assistance.model import CASE, Stage
from services.chassis.clock import midnight
from tests.assistance.kernel import Kernel
from tests.living.office import POOR, RURAL, SECOND, SURVEYOR, URBAN
from tests.papers import publish_calendars


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path) as office:
        publish_calendars(office.runtime("policy"), 2022, 2023)
        office.clock.advance_to(midnight(date(2022, 11, 1)))
        office.until(date(2022, 11, 1))
        office.host.settle(office.today)
        yield office
        assert office.differences("living") == []


def choose(office: Kernel, by: str = "township", **said: Any) -> Any:
    body = {"programme": "dibao", "township": RURAL, "by": by} | said
    answer = office.client("living").post("/procedure-choices", json=body)
    office.host.follow()
    return answer


def accepted(office: Kernel, township: str = RURAL) -> CaseId:
    household, people = office.family(1, township)
    living = office.runtime("living")
    case = living.decide(lambda work: steps.apply(work, "dibao", household, people[0], consent=True))
    living.decide(lambda work: steps.accept(work, case))
    return case


def ready(office: Kernel, case: CaseId) -> None:
    runtime = office.runtime("living")

    def look(work: Any) -> None:
        means = POOR(work.load(CASE, case).members)
        steps.survey(work, case, (SURVEYOR, SECOND), means)
        steps.take_step(work, case, "request_check", (SURVEYOR,))
        steps.check(work, case, means)
        steps.assess(work, case)
        steps.post_notice(work, case)

    runtime.decide(look)
    office.until(office.today + timedelta(days=8))


@pytest.mark.clause("B1")
def test_a_township_confirms_within_twenty_working_days_once_the_district_chose_so(office: Kernel) -> None:
    before = accepted(office)
    assert choose(office).status_code == 201
    after, elsewhere = accepted(office), accepted(office, URBAN)
    told = {one.case: one for one in office.facts("living", a.Accepted)}
    assert (told[before].procedure, told[before].decide_by) == ("dibao", date(2022, 12, 13))
    assert (told[after].procedure, told[after].decide_by) == ("dibao-township", date(2022, 11, 29))
    assert told[elsewhere].procedure == "dibao"

    ready(office, after)
    ready(office, before)
    clerk = office.client("living", township=RURAL)
    done = clerk.post(f"/cases/{after}/confirmation", json={})
    assert (done.status_code, done.json()["state"]) == (200, Stage.GRANTED.value)
    (granted,) = office.facts("living", a.SubsidyGranted)
    assert granted.grounds.papers[0].clause.startswith("四(一)")
    refused = clerk.post(f"/cases/{before}/confirmation", json={})
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:doudi:problem:not-allowed")


@pytest.mark.clause("B1")
def test_what_a_township_granted_it_also_reviews_and_ends(office: Kernel) -> None:
    choose(office)
    case = accepted(office)
    ready(office, case)
    clerk = office.client("living", township=RURAL)
    assert clerk.post(f"/cases/{case}/confirmation", json={}).status_code == 200
    assert clerk.post(f"/cases/{case}/exit", json={}).json()["state"] == Stage.EXITED.value
    assert office.client("living", township=URBAN).post(f"/cases/{case}/exit", json={}).status_code == 403


@pytest.mark.clause("B1")
def test_the_choice_is_taken_back_by_another_from_a_later_day(office: Kernel) -> None:
    choose(office)
    first = accepted(office)
    assert choose(office, "district", since="2022-11-10").status_code == 201
    second = accepted(office)
    office.until(date(2022, 11, 10))
    third = accepted(office)
    told = {one.case: one.procedure for one in office.facts("living", a.Accepted)}
    assert [told[one] for one in (first, second, third)] == ["dibao-township", "dibao-township", "dibao"]
    lines = office.client("living").get("/procedure-choices", params={"township": RURAL}).json()["items"]
    assert [(one["by"], one["since"]) for one in lines] == [
        ("township", "2022-11-01"), ("district", "2022-11-10"),
    ]  # fmt: skip


@pytest.mark.clause("B1")
@pytest.mark.parametrize(
    ("said", "status", "slug"),
    [
        ({"by": "district"}, 409, "nothing-changes"),
        ({"since": "2022-10-31"}, 422, "day-past"),
        ({"programme": "rigid-expenditure"}, 422, "no-delegation"),
        ({"township": "RURAL"}, 422, "validation"),
    ],
)
def test_what_cannot_be_chosen_is_refused(
    office: Kernel, said: dict[str, str], status: int, slug: str
) -> None:
    answer = choose(office, **{"by": "township", **said})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:doudi:problem:{slug}"), answer.text


@pytest.mark.clause("B1")
def test_only_the_district_chooses_and_only_once_a_paper_allows_it(tmp_path: Path) -> None:
    with Kernel(tmp_path) as office:
        assert choose(office).json()["type"] == "urn:doudi:problem:no-delegation"
        clerk = office.client("living", township=RURAL)
        body = {"programme": "dibao", "township": RURAL, "by": "township"}
        assert clerk.post("/procedure-choices", json=body).status_code == 403
