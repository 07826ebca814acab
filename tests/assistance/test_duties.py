"""Duties: what is owed period by period, counted, overdue, met; G2: leaving poverty by itself ends no help."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events.registry import Category
from services.assistance import owing
from services.assistance.model import CASE
from services.assistance.owed import period_of
from tests.assistance.kernel import GROUNDS, RELIEF, Kernel


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path, RELIEF) as office:
        yield office
        assert office.differences("living") == []


def owed(office: Kernel, code: str) -> list[dict[str, Any]]:
    office.host.follow()
    return list(office.client("living").get("/duties", params={"code": code}).json()["items"])


@pytest.mark.parametrize(
    ("period", "day", "told"),
    [
        ("month", date(2020, 2, 29), ("2020-02", date(2020, 2, 1), date(2020, 2, 29))),
        ("quarter", date(2020, 12, 31), ("2020-Q4", date(2020, 10, 1), date(2020, 12, 31))),
        ("year", date(2020, 8, 3), ("2020", date(2020, 1, 1), date(2020, 12, 31))),
        ("term", date(2021, 1, 31), ("2020-autumn", date(2020, 9, 1), date(2021, 1, 31))),
        ("term", date(2021, 8, 31), ("2021-spring", date(2021, 2, 1), date(2021, 8, 31))),
        ("once", date(2020, 8, 3), ("once", date(2020, 8, 3), None)),
    ],
)
def test_a_period_is_the_one_that_the_day_lies_in(period: Any, day: date, told: Any) -> None:
    assert period_of(period, day) == told


@pytest.mark.clause("B14")
def test_the_districts_duties_arise_with_their_paper_and_an_illustrative_period_is_marked(
    office: Kernel,
) -> None:
    (line,) = owed(office, "groups_reported")
    assert (line["period"], line["until"], line["state_zh"]) == ("2020-08", "2020-08-31", "待履行")
    assert "示例" in line["note"]
    assert line["department_zh"] == "民政局"
    assert owed(office, "help_continues") == []


def test_delivered_in_time_it_is_met_and_undelivered_it_is_overdue_and_holds_nothing_up(
    office: Kernel,
) -> None:
    (line,) = owed(office, "groups_reported")
    client = office.client("living")
    place = f"/duties/{line['duty']}/deliveries"
    given = client.post(place, json={"period": "2020-08", "result": "reported"}).json()
    assert (given["met"], given["delivered"]) == (True, 1)
    assert client.post(place, json={"period": "2020-08"}).json()["type"].endswith("duty-met")
    office.until(date(2020, 10, 1))
    states = {one["period"]: one["state"] for one in owed(office, "groups_reported")}
    assert states == {"2020-08": "met", "2020-09": "overdue", "2020-10": "owed"}
    late = client.get("/duties", params={"state": "overdue", "department": "civil-affairs"}).json()["items"]
    assert [one["code"] for one in late] == ["groups_reported"]
    given = client.post(place, json={"period": "2020-09"}).json()
    assert (given["met"], given["overdue"]) == (True, True)
    assert office.facts("living", a.DutyMet)[-1].late
    table = client.get("/duties.csv").content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("职责编号,职责,期间")


def test_what_cannot_be_counted_is_refused(office: Kernel) -> None:
    (line,) = owed(office, "groups_reported")
    client = office.client("living")
    place = f"/duties/{line['duty']}/deliveries"
    assert client.post(place, json={"period": "1999-01"}).status_code == 404
    assert client.post(place, json={"on": "2020-08-04"}).status_code == 422
    assert client.post(place, json={"on": "2020-07-31"}).status_code == 422
    assert client.post(place, json={"remarks": "某户"}).json()["type"].endswith("remarks-of-nobody")
    assert client.post(place, json={"version": 7}).status_code == 409
    assert office.client("living", "finance").post(place, json={}).status_code == 403
    assert office.facts("living", a.ServiceDelivered) == []


def test_after_its_paper_a_duty_goes_on_by_the_next_and_without_one_it_lapses(office: Kernel) -> None:
    office.until(date(2025, 8, 2))
    lists = [one for one in office.facts("living", a.DutyArose) if one.code == "gap_list"]
    assert [one.period for one in lists][-2:] == ["2025-07", "2025-08"]
    assert lists[-2].paper.number == "鹤民发〔2020〕43号" != lists[-1].paper.number
    assert len(lists) == 61  # no month twice, none left out


@pytest.mark.clause("G2")
def test_leaving_poverty_ends_no_help_and_is_looked_at_every_year(office: Kernel) -> None:
    household, people = office.family(2)
    case = office.granted(household, people)
    office.until(date(2020, 9, 1))
    for person in people:
        office.mark(person, Category.LIFTED, date(2020, 9, 1))
    assert office.facts("living", a.Exited, a.ReviewOpened, a.HouseholdChanged) == []
    continued = office.facts("living", a.HelpContinued)
    assert [one.cases for one in continued] == [(case,), (case,)]
    (line,) = owed(office, "help_continues")
    assert (line["period"], line["until"], line["household"]) == ("2020", "2020-12-31", str(household))
    office.until(date(2021, 1, 1))
    assert office.runtime("living").decide(lambda work: work.load(CASE, case)).running
    assert [one["state"] for one in owed(office, "help_continues")] == ["overdue", "owed"]
    assert {one.month for one in office.facts("living", a.MonthGranted)} >= {"2020-09", "2021-01"}


@pytest.mark.clause("G2")
def test_what_was_kept_and_what_ended_after_leaving_poverty_is_told_with_the_reason(office: Kernel) -> None:
    kept, ended = office.family(), office.family()
    cases = [office.granted(*home) for home in (kept, ended)]
    for _, (person,) in (kept, ended):
        office.mark(person, Category.LIFTED)
    about = office.about(cases[1], *ended)
    office.record(cases[1], a.Exited(**about, reason="request", since=date(2020, 9, 1), grounds=GROUNDS))
    lines = {one["case"]: one for one in office.client("living").get("/help-continued").json()}
    assert (lines[str(cases[0])]["kept"], lines[str(cases[0])]["reason"]) == (True, None)
    assert (lines[str(cases[1])]["ended"], lines[str(cases[1])]["reason"]) == ("2020-09-01", "request")
    table = office.client("living").get("/help-continued.csv").content.decode("utf-8-sig")
    assert "已停止,2020-09-01,request" in table
    office.until(date(2021, 1, 1))
    lapsed = office.facts("living", a.DutyLapsed)
    assert [(one.household, one.reason) for one in lapsed] == [(ended[0], "nobody_left")]


@pytest.mark.clause("G2")
def test_nobody_is_looked_at_who_left_poverty_before_or_gets_no_help(office: Kernel) -> None:
    household, people = office.family()
    office.granted(household, people)
    office.mark(people[0], Category.LIFTED, date(2019, 12, 31))
    office.mark(office.family()[1][0], Category.LIFTED)
    assert office.facts("living", a.HelpContinued) == []


def test_a_family_is_owed_a_service_once_at_a_time_and_it_is_counted(office: Kernel) -> None:
    household, people = office.family()
    living = office.runtime("living")

    def owe(work: Any) -> Any:
        return owing.arise(work, "help_continues", household, tuple(people))

    first, second = living.decide(owe), living.decide(owe)
    assert first == second
    assert len([one for one in office.facts("living", a.DutyArose) if one.household]) == 1
    assert living.decide(lambda work: owing.arise(work, "care_visit", household, tuple(people))) is None
