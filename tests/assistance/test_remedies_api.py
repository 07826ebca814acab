"""B1: contests, arrears and recoveries over HTTP: who may, what is listed, and the history with both decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events import registry as r
from events import remedies as m
from events.ids import CaseId, PersonId
from tests.assistance.kernel import GROUNDS, OFFICER, Kernel
from tests.living.office import RURAL, URBAN

pytestmark = pytest.mark.clause("B1")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path) as office:
        yield office
        assert office.differences("living") == []


def declined(office: Kernel) -> tuple[CaseId, PersonId]:
    household, people = office.family()
    case = office.applied(household, people)
    about = office.about(case, household, people)
    office.record(
        case, a.Declined(**about, reason="ABOVE", on=office.today, officer=OFFICER, grounds=GROUNDS)
    )
    return case, people[0]


def lodged(office: Kernel, client: Any, case: CaseId, by: PersonId) -> dict[str, Any]:
    first = client.get(f"/cases/{case}/decisions").json()[-1]["id"]
    answer = client.post(f"/cases/{case}/contests", json={"decision": first, "by": str(by)})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_refusal_is_contested_changed_and_both_decisions_are_shown(office: Kernel) -> None:
    case, person = declined(office)
    county, clerk = office.client("living"), office.client("living", township=RURAL)
    contest = lodged(office, clerk, case, person)
    assert (contest["served"], contest["until"]) == (None, None)
    at = f"/cases/{case}/contests/{contest['contest']}/decision"
    said = {"outcome": "changed", "paper": "鹤政复决字〔2020〕3号", "amount_fen": 150_00}
    assert clerk.post(at, json=said).status_code == 403, "the county records what became of it"
    office.until(date(2020, 10, 5))
    answer = county.post(at, json=said)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "granted"
    first, instead = county.get(f"/cases/{case}/decisions").json()
    assert (first["kind"], first["replaced_by"]) == ("Declined", instead["id"])
    assert (instead["kind_zh"], instead["replaces"]) == ("予以确认", first["id"])
    assert [one["had_fen"] for one in county.get(f"/cases/{case}/months").json()] == [150_00, 150_00]
    assert office.facts("living", m.ArrearsGranted)[0].amount_fen == 300_00


def test_open_contests_are_listed_with_their_deadlines_and_overdue_ones_as_such(office: Kernel) -> None:
    case, person = declined(office)
    county = office.client("living")
    contest = lodged(office, county, case, person)
    office.host.follow()
    (line,) = county.get("/contests", params={"state": "open"}).json()["items"]
    assert (line["contest"], line["decide_by"], line["kind_zh"]) == (
        contest["contest"], contest["decide_by"], "行政复议",
    )  # fmt: skip
    assert office.client("living", township=URBAN).get("/contests").json()["items"] == []
    office.until(date(2020, 10, 20))
    (line,) = county.get("/contests", params={"state": "overdue"}).json()["items"]
    assert line["state_zh"] == "逾期未决"
    late = county.post(f"/cases/{case}/contests/{contest['contest']}/extension", json={})
    assert (late.status_code, late.json()["type"]) == (409, "urn:doudi:problem:not-to-extend")
    said = {"outcome": "upheld", "paper": "鹤政复决字〔2020〕4号"}
    assert county.post(f"/cases/{case}/contests/{contest['contest']}/decision", json=said).status_code == 200
    office.host.follow()
    assert "维持" in county.get("/contests.csv").text


def test_a_complaint_of_a_court_is_listed_until_its_judgment(office: Kernel) -> None:
    case, person = declined(office)
    county = office.client("living")
    first = county.get(f"/cases/{case}/decisions").json()[0]["id"]
    said = {
        "decision": first,
        "by": str(person),
        "court": "怀化市鹤城区人民法院",
        "docket": "（2020）湘1202行初3号",
    }
    assert (
        office.client("living", township=RURAL).post(f"/cases/{case}/lawsuits", json=said).status_code == 403
    )
    filed = county.post(f"/cases/{case}/lawsuits", json=said)
    assert filed.status_code == 201, filed.text
    office.host.follow()
    (line,) = county.get("/contests").json()["items"]
    assert (line["kind_zh"], line["authority"], line["state_zh"]) == (
        "行政诉讼",
        "怀化市鹤城区人民法院",
        "未决",
    )
    assert line["decide_by"] == filed.json()["decide_by"]
    at = f"/cases/{case}/contests/{filed.json()['contest']}/judgment"
    assert county.post(at, json={"outcome": "remade", "paper": "（2020）湘1202行初3号"}).status_code == 200
    office.host.follow()
    (line,) = county.get("/contests").json()["items"]
    assert (line["state"], line["outcome_zh"]) == ("decided", "撤销并责令重新作出")


def test_a_report_needs_nobodys_name_and_is_closed_as_founded_or_not(office: Kernel) -> None:
    household, people = office.family()
    case = office.granted(household, people)
    clerk, county = office.client("living", township=RURAL), office.client("living")
    answer = clerk.post(f"/cases/{case}/reports", json={"statement": "家里有小汽车"})
    assert answer.status_code == 201, answer.text
    shown = county.get(f"/cases/{case}").json()
    assert shown["current"]["review_open"]
    assert "小汽车" not in str(shown), "what was said lies sealed"
    at = f"/cases/{case}/contests/{answer.json()['contest']}/decision"
    assert county.post(at, json={"outcome": "founded"}).status_code == 200


def test_what_was_had_after_a_death_is_ordered_back_in_parts_and_waived(office: Kernel) -> None:
    household, people = office.family()
    case = office.granted(household, people)
    office.until(date(2020, 10, 2))
    office.tell(r.Died(person=people[0], on=date(2020, 9, 3)))
    county = office.client("living")
    at = f"/cases/{case}/recoveries"
    too_much = county.post(at, json={"amount_fen": 300_01})
    assert too_much.json()["type"] == "urn:doudi:problem:more-than-overpaid"
    assert office.client("living", township=RURAL).post(at, json={}).status_code == 403
    order = county.post(at, json={"parts": 3, "first_due": "2020-11-01"}).json()
    assert (order["amount_fen"], [one["month"] for one in order["months"]]) == (300_00, ["2020-10"])
    assert county.post(at, json={}).json()["type"] == "urn:doudi:problem:nothing-overpaid"
    waived = county.post(f"{at}/{order['id']}/waiver", json={"why": "no_estate"})
    assert waived.status_code == 200


def test_a_suspension_lifted_with_the_family_in_the_right_pays_its_months(office: Kernel) -> None:
    household, people = office.family()
    case = office.granted(household, people)
    county = office.client("living")
    assert county.post(f"/cases/{case}/suspension", json={"reason": "means_in_doubt"}).status_code == 200
    office.until(date(2020, 10, 2))
    assert county.post(f"/cases/{case}/lifting", json={}).status_code == 200
    (arrears,) = office.facts("living", m.ArrearsGranted)
    assert (arrears.why, arrears.amount_fen) == ("suspension_lifted", 600_00)


def test_a_grant_obtained_by_deceit_is_taken_back_over_http(office: Kernel) -> None:
    household, people = office.family()
    case = office.granted(household, people)
    office.until(date(2020, 10, 2))
    county = office.client("living")
    first = county.get(f"/cases/{case}/decisions").json()[0]["id"]
    answer = county.post(f"/cases/{case}/fraud", json={"decision": first})
    assert answer.json()["state"] == "exited", answer.text
    assert county.post(f"/cases/{case}/recoveries", json={}).json()["amount_fen"] == 600_00
