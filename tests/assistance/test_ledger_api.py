"""Ledgers and monthly reports over HTTP: who sees what, the tables, and what stays as it was submitted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from services.assistance.ledger import tables as t
from services.chassis.departments import Department
from tests.assistance.kernel import Kernel
from tests.assistance.ledger_given import accepted, counted, district_with_ledgers, pass_days
from tests.living.office import RURAL, URBAN
from tests.support import District

AUGUST = {"programme": "dibao", "month": "2020-08"}


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with district_with_ledgers(tmp_path) as district:
        accepted(district)
        accepted(district, URBAN)
        yield district
        assert district.differences("living") == []


def september(district: District) -> None:
    pass_days(district, 30)


def test_each_township_has_its_line_and_a_clerk_sees_the_own_one_only(district: District) -> None:
    assert {place: one["accepted"]["cases"] for place, one in counted(district.client("living"), "2020-08").items()} == {
        RURAL: 1,
        URBAN: 1,
    }  # fmt: skip
    clerk = district.client("living", township=RURAL)
    assert set(counted(clerk, "2020-08")) == {RURAL}
    other = {"programme": "dibao", "first": "2020-08", "township": URBAN}
    assert clerk.get("/ledger", params=other).status_code == 403
    assert clerk.get("/ledger/phase-outs", params=other).status_code == 403
    assert clerk.get("/reports", params={"programme": "dibao"}).status_code == 403
    assert clerk.post("/reports", json=AUGUST).status_code == 403


def test_only_civil_affairs_and_audit_read_what_may_be_one_familys_figure(district: District) -> None:
    query = {"programme": "dibao", "first": "2020-08"}
    assert district.client("living", Department.AUDIT).get("/ledger", params=query).status_code == 200
    for path in ("/ledger", "/ledger.csv", "/ledger/cases.xlsx", "/ledger/phase-outs", "/reports"):
        got = district.client("living", Department.FINANCE).get(path, params=query)
        assert got.status_code == 403, path
    assert district.client("living", Department.AUDIT).post("/reports", json=AUGUST).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": "2020-13"},
        {"first": "2020-08", "last": "2020-07"},
        {"first": "2020-08", "programme": "tekun_or_so"},
        {"first": "2020-08", "township": "43"},
        {},
    ],
)
def test_what_is_no_month_programme_or_township_is_refused(district: District, wrong: dict[str, str]) -> None:
    got = district.client("living").get("/ledger", params={"programme": "dibao"} | wrong)
    assert got.status_code == 422, got.text


def test_csv_and_workbook_say_the_same_lines(district: District) -> None:
    client = district.client("living")
    for path, headings in (("/ledger", t.FIGURES), ("/ledger/cases", t.CASES)):
        query = {"programme": "dibao", "first": "2020-08"}
        text = client.get(f"{path}.csv", params=query)
        assert text.status_code == 200 and text.content.startswith("\ufeff".encode())
        lines = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
        sheet = load_workbook(io.BytesIO(client.get(f"{path}.xlsx", params=query).content)).worksheets[0]
        found = [
            ["" if one is None else str(one) for one in row] for row in sheet.iter_rows(values_only=True)
        ]
        assert found == lines and tuple(lines[0]) == headings and len(lines) > 2


def test_the_ledger_of_cases_goes_page_by_page(district: District) -> None:
    client = district.client("living")
    first = client.get("/ledger/cases", params={"programme": "dibao", "limit": 1}).json()
    more = {"programme": "dibao", "limit": 1, "cursor": first["next"]}
    second = client.get("/ledger/cases", params=more).json()
    assert second["next"] is None
    assert [page["items"][0]["township"] for page in (first, second)] == [RURAL, URBAN]
    assert first["items"][0]["accepted"] == "2020-08-03"


def submitted(district: District, status: int = 201, **more: Any) -> dict[str, Any]:
    response = district.client("living").post("/reports", json=AUGUST | more)
    assert response.status_code == status, response.text
    return dict(response.json())


def test_a_report_stays_as_it_was_submitted_and_shows_what_became_known_later(district: District) -> None:
    september(district)
    report = submitted(district)
    shown = district.client("living").get(f"/reports/{report['report']}").json()
    assert shown["differences"] == [] and [one["number"] for one in shown["submissions"]] == [1]
    accepted(district, days_ago=10)  # in August, entered in September
    shown = district.client("living").get(f"/reports/{report['report']}").json()
    assert {
        (one["township"], one["what"]): (one["submitted"]["cases"], one["now"]["cases"])
        for one in shown["differences"]
    } == {(RURAL, "applied"): (1, 2), (RURAL, "accepted"): (1, 2)}
    line = next(line for line in shown["lines"] if line["township"] == RURAL)
    assert {one["what"]: one["cases"] for one in line["figures"]}["accepted"] == 1

    assert submitted(district, correction=True)["number"] == 2
    shown = district.client("living").get(f"/reports/{report['report']}").json()
    assert shown["differences"] == [] and shown["submissions"][0]["digest"] == report["digest"]
    district.host.follow()
    listed = district.client("living").get("/reports", params={"programme": "dibao"}).json()["items"]
    assert [one["number"] for one in listed] == [1, 2]


def test_a_month_is_submitted_once_when_it_is_over_and_corrected_only_where_it_changed(
    district: District,
) -> None:
    assert submitted(district, 422)["type"].endswith("month-not-over")
    september(district)
    assert submitted(district, 409, correction=True)["type"].endswith("report-missing")
    submitted(district)
    assert submitted(district, 409)["type"].endswith("report-submitted")
    assert submitted(district, 409, correction=True)["type"].endswith("report-unchanged")
    missing = district.client("living").get("/reports/00000000-0000-4000-8000-000000000000")
    assert missing.status_code == 404


def test_the_same_submission_under_one_key_is_recorded_once(district: District) -> None:
    september(district)
    client = district.client("living")
    headers = {"Idempotency-Key": "august"}
    first, second = (client.post("/reports", json=AUGUST, headers=headers) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()


@pytest.mark.clause("Z1")
def test_cases_are_counted_by_the_papers_that_their_decisions_rest_on(tmp_path: Path) -> None:
    with Kernel(tmp_path) as office:
        for _ in range(2):
            household, people = office.family()
            office.granted(household, people)
        county = office.client("living")
        query = {"programme": "dibao", "first": "2020-08"}
        (line,) = county.get("/ledger/bases", params=query).json()
        assert (line["paper"], line["cases"], line["township"]) == ("鹤民发〔2020〕43号", 2, RURAL)
        assert county.get("/ledger/bases", params=query | {"first": "2020-09"}).json() == []
        other = office.client("living", township=URBAN)
        assert other.get("/ledger/bases", params=query).json() == []
        assert (
            office.client("living", Department.FINANCE).get("/ledger/bases", params=query).status_code == 403
        )
        relief = {"programme": "relief-emergency", "first": "2020-08"}
        assert county.get("/ledger", params=relief).status_code == 200
