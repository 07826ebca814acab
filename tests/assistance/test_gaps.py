"""P3: everyone who qualifies by the data is covered, or stands on a list until there is a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from events import assistance as a
from events import registry as r
from events.ids import PersonId
from events.registry import Category
from tests.assistance.kernel import GROUNDS, OFFICER, Kernel
from tests.living.office import RURAL, URBAN


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path) as office:
        yield office
        assert office.differences("living") == []


def poor(office: Kernel, size: int = 1, township: str = RURAL) -> tuple[Any, list[PersonId]]:
    household, people = office.family(size, township)
    for person in people:
        office.mark(person, Category.REGISTERED_POOR, date(2019, 5, 1))
    return household, people


def missed(office: Kernel) -> list[str]:
    return [
        one["person"] for one in office.client("living").get("/gaps", params={"open": True}).json()["items"]
    ]


@pytest.mark.clause("P3")
def test_every_month_the_poor_who_are_in_no_case_are_listed_once(office: Kernel) -> None:
    _, alone = poor(office)
    household, helped = poor(office, 2)
    office.granted(household, helped)
    applying, applicant = poor(office)
    office.applied(applying, applicant)
    office.family()  # qualifies by nothing that is known
    office.until(date(2020, 8, 31))
    assert office.facts("living", a.GapDetected) == []
    office.until(date(2020, 9, 1))
    assert missed(office) == [str(alone[0])]
    (made,) = office.facts("living", a.GapListMade)
    assert made.month == "2020-08"
    (row,) = made.townships
    assert (row.qualify, row.covered, row.applied, row.explained, row.gaps) == (4, 2, 1, 0, 1)
    office.until(date(2020, 10, 1))
    assert len(office.facts("living", a.GapDetected)) == 1
    assert [one.month for one in office.facts("living", a.GapListMade)] == ["2020-08", "2020-09"]
    met = [one for one in office.facts("living", a.DutyMet) if one.code == "gap_list"]
    assert [(one.period, one.late) for one in met] == [("2020-08", False), ("2020-09", False)]


@pytest.mark.clause("P3")
def test_coverage_and_gap_rate_are_told_by_township_and_month(office: Kernel) -> None:
    household, helped = poor(office, 2)
    office.granted(household, helped)
    poor(office)
    poor(office, township=URBAN)
    office.until(date(2020, 9, 1))
    client = office.client("living", "audit")
    lines = {one["township"]: one for one in client.get("/coverage", params={"month": "2020-08"}).json()}
    assert (lines[RURAL]["coverage_rate"], lines[RURAL]["gap_rate"]) == ("0.6667", "0.3333")
    assert (lines[URBAN]["coverage_rate"], lines[URBAN]["gap_rate"]) == ("0.0000", "1.0000")
    table = client.get("/coverage.csv").content.decode("utf-8-sig").splitlines()
    assert table[0] == "月份,乡镇街道代码,符合条件人数,已保障,申请中,已说明原因,未保障,覆盖率,缺口率"
    assert f"2020-08,{RURAL},3,2,0,0,1,0.6667,0.3333" in table
    clerk = office.client("living", township=URBAN)
    assert [one["township"] for one in clerk.get("/coverage").json()] == [URBAN]
    assert [one["township"] for one in clerk.get("/gaps").json()["items"]] == [URBAN]
    assert len(client.get("/gaps.csv").content.decode("utf-8-sig").splitlines()) == 3


@pytest.mark.clause("P3")
def test_a_gap_is_closed_only_with_a_reason_and_then_rests_for_twelve_months(office: Kernel) -> None:
    _, (person,) = poor(office)
    office.until(date(2020, 9, 1))
    gap = office.client("living").get("/gaps").json()["items"][0]
    close = f"/gaps/{gap['gap']}/closing"
    client = office.client("living")
    assert client.post(close, json={}).json()["type"].endswith("reason-required")
    assert client.post(close, json={"reason": "covered"}).status_code == 422  # only the data can say so
    assert (
        office.client("living", township=URBAN).post(close, json={"reason": "data_wrong"}).status_code == 403
    )
    closed = client.post(close, json={"reason": "family_declined", "remarks": "本人放弃", "version": 1})
    assert closed.json()["reason_zh"] == "本人或者家庭放弃申请"
    assert client.post(close, json={"reason": "data_wrong"}).status_code == 409
    fact = office.facts("living", a.GapClosed)[0]
    assert (fact.person, fact.officer is not None) == (person, True)
    office.until(date(2020, 10, 1))
    assert missed(office) == []
    assert office.facts("living", a.GapListMade)[-1].townships[0].explained == 1
    assert client.post(f"/gaps/{uuid4()}/closing", json={"reason": "data_wrong"}).status_code == 404


@pytest.mark.clause("P3")
def test_the_data_close_what_they_settle_themselves(office: Kernel) -> None:
    to_help, (helped,) = poor(office)
    _, (dies,) = poor(office)
    _, (no_longer,) = poor(office)
    declined_home, (declined,) = poor(office)
    office.until(date(2020, 9, 1))
    assert len(missed(office)) == 4
    office.granted(to_help, [helped])
    office.tell(
        r.Died(person=dies, on=office.today),
        r.CategoryEnded(
            person=no_longer, category=Category.REGISTERED_POOR, until=office.today, reason="data_wrong"
        ),
    )
    case = office.applied(declined_home, [declined])
    about = office.about(case, declined_home, [declined])
    office.record(
        case, a.Declined(**about, reason="ABOVE", on=office.today, officer=OFFICER, grounds=GROUNDS)
    )
    office.until(date(2020, 10, 1))
    reasons = {one.person: (one.reason, one.officer) for one in office.facts("living", a.GapClosed)}
    assert reasons == {
        helped: ("covered", None),
        dies: ("gone", None),
        no_longer: ("no_longer_qualifies", None),
        declined: ("declined", None),
    }
    assert missed(office) == []


@pytest.mark.clause("P3")
def test_who_was_refused_is_listed_again_after_twelve_months(office: Kernel) -> None:
    household, (person,) = poor(office)
    case = office.applied(household, [person])
    about = office.about(case, household, [person])
    office.record(
        case, a.Declined(**about, reason="ABOVE", on=office.today, officer=OFFICER, grounds=GROUNDS)
    )
    office.until(date(2021, 8, 1))
    assert missed(office) == []
    office.until(date(2021, 9, 1))
    assert missed(office) == [str(person)]


@pytest.mark.clause("G1")
def test_registered_twice_is_missed_once_and_the_dead_never(office: Kernel) -> None:
    _, (person,) = poor(office)
    _, (duplicate,) = poor(office)
    _, (dead,) = poor(office)
    office.say("registry", (duplicate, r.PeopleMerged(person=person, duplicate=duplicate)))
    office.tell(r.Died(person=dead, on=office.today - timedelta(days=1)))
    office.until(date(2020, 9, 1))
    assert missed(office) == [str(person)]
    assert office.facts("living", a.GapListMade)[0].townships[0].qualify == 1
