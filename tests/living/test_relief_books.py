"""Relief over HTTP: who decides, papers owed, the ledger by group, reserves and their book (B11, B12, B14)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from events import registry as r
from events.ids import PersonId
from services import living, policy
from services.chassis.clock import civil_date
from tests.living.aid import EMERGENCY, EXPENDITURE, PAPERS, SPENDING, SUDDEN
from tests.living.office import RURAL, URBAN, registry
from tests.living.test_living_api import current, family, pass_days, step, with_steps
from tests.papers import publish_calendars, publish_shipped
from tests.support import District

Told = dict[str, Any]


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with District(tmp_path, [policy.SERVICE, registry(), living.SERVICE]) as district:
        publish_shipped(district.runtime("policy"), PAPERS)
        publish_calendars(district.runtime("policy"), civil_date(district.clock.now()).year)
        district.host.drain()
        district.serve("living", living.routers, living.VIEWS)
        yield district
        assert district.differences("living") == []


def categorise(district: District, person: str, category: r.Category) -> None:
    one, since = PersonId.of(person), civil_date(district.clock.now())
    fact = r.Categorised(person=one, category=category, since=since)
    district.say("registry", (one, fact))


def assessed(
    client: TestClient,
    household: str,
    people: list[str],
    event: str = "fire-1",
    programme: str = EMERGENCY,
    **told: Any,
) -> Told:
    usual = SUDDEN if programme == EMERGENCY else SPENDING
    body = {
        "programme": programme, "household": household, "applicant": people[0], "consent": True,
        "findings": [{"name": "事由编号", "value": event}],
    }  # fmt: skip
    response = client.post("/cases", json=body)
    assert response.status_code == 201, response.text
    case = step(client, dict(response.json()), "acceptance")
    findings = [{"name": name, "value": value} for name, value in (usual | told).items() if value is not None]
    who = ["7f9c24e5-2c3a-4b1d-8e6f-0a1b2c3d4e5f", "0a1b2c3d-4e5f-4a6b-9c7d-8e9f0a1b2c3d"]
    case = step(client, case, "survey", surveyors=who, findings=findings)
    if programme != EMERGENCY:
        case = step(client, case, "check", findings=findings, consistent=True)
    return step(client, case, "assessment")


def advance(district: District, fen: int = 2000_00, township: str = RURAL) -> Told:
    client = district.client("living", "finance")
    response = client.post(f"/reserves/{township}/advances", json={"amount_fen": fen})
    assert response.status_code == 201, response.text
    return dict(response.json())


def table(client: TestClient, path: str) -> list[Told]:
    response = client.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def rows(client: TestClient, path: str) -> list[Told]:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return list(response.json()["items"])


@pytest.mark.clause("B10")
def test_a_township_decides_within_its_limit_and_the_district_above_it(district: District) -> None:
    town = district.client("living", township=RURAL)
    household, people = family(district, 3)
    small = assessed(town, household, people, 困难程度="ordinary", 救助人数=3)  # 1251
    refused = town.post(f"/cases/{small['case']}/confirmation", json={"amount_fen": 2000_01, "departs": "x"})
    assert refused.status_code == 403
    assert step(town, small, "confirmation")["state"] == "exited"
    household, people = family(district, 3)
    large = assessed(town, household, people, 救助人数=3)  # 2502
    assert town.post(f"/cases/{large['case']}/confirmation", json={}).status_code == 403
    assert step(district.client("living"), large, "confirmation")["state"] == "exited"
    household, people = family(district, 1)
    special = assessed(town, household, people, 一事一议=True, 一事一议金额="800.00")
    assert town.post(f"/cases/{special['case']}/confirmation", json={}).status_code == 403
    # Before an assessment, and for dibao, nothing leaves the decision to a township.
    dibao = {"programme": "dibao", "household": household, "applicant": people[0], "consent": True}
    case = town.post("/cases", json=dibao).json()
    assert town.post(f"/cases/{case['case']}/confirmation", json={}).status_code == 403


@pytest.mark.clause("B11")
def test_papers_that_are_owed_are_listed_until_completed_and_marked_once_overdue(district: District) -> None:
    advance(district)
    town = district.client("living", township=RURAL)
    late, done = [assessed(town, *family(district, 1), event=event) for event in ("fire-1", "fire-2")]
    for case in (late, done):
        assert step(town, case, "payment-first")["state"] == "granted"
    district.host.follow()
    owed = rows(town, "/relief/papers")
    assert [one["case"] for one in owed] == [late["case"], done["case"]]
    assert [(one["overdue"], one["illustrative"]) for one in owed] == [(False, True)] * 2
    assert rows(town, "/relief/papers?overdue=true") == []
    who = ["7f9c24e5-2c3a-4b1d-8e6f-0a1b2c3d4e5f"]
    step(town, current(town, done), "steps", step="complete_papers", staff=who)
    pass_days(district, 30)
    (overdue,) = rows(town, "/relief/papers?overdue=true")
    assert overdue["case"] == late["case"]
    (line,) = table(town, "/relief/papers.csv")
    assert (line["案件编号"], line["是否逾期"], line["金额（分）"]) == (late["case"], "是", "83400")
    assert rows(district.client("living", township=URBAN), "/relief/papers") == []


@pytest.mark.clause("B12")
def test_the_book_of_a_reserve_ties_each_spending_to_a_case_and_adds_up(district: District) -> None:
    town, finance = district.client("living", township=RURAL), district.client("living", "finance")
    assert advance(district, 1000_00)["balance_fen"] == 1000_00
    case = assessed(town, *family(district, 1))
    step(town, case, "payment-first")
    too_much = finance.post(f"/reserves/{RURAL}/replenishments", json={"amount_fen": 834_01})
    assert (too_much.status_code, "replenished-too-much" in too_much.text) == (422, True)
    paid_back = finance.post(f"/reserves/{RURAL}/replenishments", json={"amount_fen": 834_00})
    assert paid_back.json()["balance_fen"] == 1000_00
    district.host.follow()
    book = finance.get(f"/reserves/{RURAL}/book").json()
    assert [(one["kind"], one["amount_fen"], one["balance_fen"]) for one in book["items"]] == [
        ("advanced", 1000_00, 1000_00),
        ("spent", -834_00, 166_00),
        ("replenished", 834_00, 1000_00),
    ]
    assert sum(one["amount_fen"] for one in book["items"]) == book["balance_fen"]
    assert [one["case"] for one in book["items"]] == [None, case["case"], None]
    lines = table(finance, f"/reserves/{RURAL}/book.csv")
    assert [line["事项"] for line in lines] == ["拨入", "支出", "补充"]
    assert district.client("living", township=URBAN).get(f"/reserves/{RURAL}/book").status_code == 403


@pytest.mark.clause("B12")
def test_a_reserve_never_goes_below_nothing_and_only_the_district_pays_in(district: District) -> None:
    town = district.client("living", township=RURAL)
    case = assessed(town, *family(district, 1))
    without = town.post(f"/cases/{case['case']}/payment-first", json={})
    assert (without.status_code, "reserve-short" in without.text) == (409, True)
    advance(district, 833_99)
    short = town.post(f"/cases/{case['case']}/payment-first", json={})
    assert (short.status_code, "reserve-short" in short.text) == (409, True)
    assert current(town, case)["state"] == "accepted"  # nothing of it was recorded
    assert town.post(f"/reserves/{RURAL}/advances", json={"amount_fen": 1}).status_code == 403
    for wrong in (0, -1, "1", 1.5):
        bad = district.client("living").post(f"/reserves/{RURAL}/advances", json={"amount_fen": wrong})
        assert bad.status_code == 422
    advance(district, 1)
    step(town, case, "payment-first")
    district.host.follow()
    assert town.get(f"/reserves/{RURAL}/book").json()["balance_fen"] == 0


@pytest.mark.clause("B12")
def test_a_month_that_is_over_is_reconciled_once_and_a_difference_stays_on_record(district: District) -> None:
    advance(district, 1000_00)
    town = district.client("living", township=RURAL)
    month = f"{civil_date(district.clock.now()):%Y-%m}"
    body = {"month": month, "counted_fen": 999_00}
    early = town.post(f"/reserves/{RURAL}/reconciliations", json=body)
    assert (early.status_code, "month-not-over" in early.text) == (422, True)
    pass_days(district, 62)
    owed = town.get(f"/reserves/{RURAL}/book").json()["months"]
    assert [(one["month"] >= month, one["reconciled"]) for one in owed] == [(True, None)] * len(owed)
    done = town.post(f"/reserves/{RURAL}/reconciliations", json=body)
    assert month not in done.json()["to_reconcile"]
    assert len(done.json()["to_reconcile"]) == len(owed) - 1
    again = town.post(f"/reserves/{RURAL}/reconciliations", json=body)
    assert (again.status_code, "nothing-to-reconcile" in again.text) == (409, True)
    district.host.follow()
    kept = town.get(f"/reserves/{RURAL}/book").json()["months"][0]
    assert (kept["booked_fen"], kept["counted_fen"]) == (1000_00, 999_00)


@pytest.mark.clause("B14")
def test_the_ledger_tells_relief_apart_by_kind_group_township_and_month(district: District) -> None:
    office = district.client("living")
    poor, people = family(district, 1)
    categorise(district, people[0], r.Category.BACK_IN_POVERTY)
    step(office, assessed(office, poor, people, 对象类别=None), "confirmation")
    step(office, assessed(office, *family(district, 1)), "confirmation")
    step(office, assessed(office, *family(district, 1, URBAN)), "confirmation")
    spending = assessed(office, *family(district, 3), programme=EXPENDITURE, 对象类别="newly_poor")
    spending = step(office, with_steps(office, spending), "notice")
    pass_days(district, 8)
    step(office, current(office, spending), "confirmation")
    district.host.follow()
    found = {(one["programme"], one["grp"], one["township"]): one for one in rows(office, "/relief/ledger")}
    assert {key: (one["cases"], one["amount_fen"]) for key, one in found.items()} == {
        (EMERGENCY, "back_in_poverty", RURAL): (1, 834_00),
        (EMERGENCY, "none", RURAL): (1, 834_00),
        (EMERGENCY, "none", URBAN): (1, 1176_00),
        (EXPENDITURE, "newly_poor", RURAL): (1, 2502_00),
    }
    assert "illustrative" in office.get("/relief/ledger").json()["note"]
    lines = table(office, f"/relief/ledger.csv?township={URBAN}")
    assert [(one["救助类型"], one["对象类别"], one["件数"]) for one in lines] == [
        ("急难型临时救助", "非重点对象", "1")
    ]


@pytest.mark.clause("B14")
def test_relief_without_a_recorded_group_is_refused_and_so_is_another_than_is_known(
    district: District,
) -> None:
    office = district.client("living")
    household, people = family(district, 1)
    with pytest.raises(AssertionError, match="对象类别"):
        assessed(office, household, people, 对象类别=None)
    household, people = family(district, 1)
    categorise(district, people[0], r.Category.NEWLY_POOR)
    with pytest.raises(AssertionError, match="known-otherwise"):
        assessed(office, household, people, 对象类别="none")


@pytest.mark.clause("B13")
def test_a_look_at_dibao_is_open_until_the_household_applies_for_it(district: District) -> None:
    office = district.client("living")
    household, people = family(district, 1)
    for event in ("fire-1", "flood-2"):
        case = step(office, assessed(office, household, people, event), "confirmation")
    district.host.follow()
    (asked,) = rows(office, "/relief/checks")
    assert (asked["case"], asked["towards"], asked["household"]) == (case["case"], "dibao", household)
    (line,) = table(office, "/relief/checks.csv")
    assert (line["核查项目"], line["条款"]) == ("最低生活保障", "二(四)")
    dibao = {"programme": "dibao", "household": household, "applicant": people[0], "consent": True}
    office.post("/cases", json=dibao)
    district.host.follow()
    assert rows(office, "/relief/checks") == []
