"""The registry over HTTP: who may do what, what bad input gets, and that every look at a name is recorded."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from events import registry as facts
from events.ids import PersonId
from events.service import Unsealed
from services import registry
from services.chassis.clock import civil_date
from services.chassis.departments import Department
from services.registry.import_jobs import ImportJobs
from tests.registry.given import (
    OTHER_TOWNSHIP,
    OTHER_VILLAGE,
    POOR_AND_AIDED,
    TOWNSHIP,
    VILLAGE,
    Office,
    number,
    served,
)
from tests.registry.rosters import workbook
from tests.registry.test_importing import FAMILY, row
from tests.support import District

NAME = "向秀英"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with served(tmp_path) as district:
        yield district
        assert district.differences("registry") == []


@pytest.fixture
def clerk(district: District) -> TestClient:
    return district.client("registry")


def person(clerk: TestClient, n: int, **more: Any) -> str:
    answer = clerk.post("/people", json={"name": NAME, "id_number": number(n), **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def household(clerk: TestClient, *people: str, **more: Any) -> Any:
    members = [{"person": one, "relation": "99"} for one in people]
    body = {"head": people[0], "members": members, "since": "2020-08-01"}
    body |= {"township": TOWNSHIP, "village": VILLAGE} | more
    return clerk.post("/households", json=body)


def rule(answer: Any) -> tuple[int, str, str]:
    error = answer.json()["errors"][0]
    return answer.status_code, error["field"], error["rule"]


def test_a_family_from_registration_to_departure(clerk: TestClient) -> None:
    head, wife, son = (person(clerk, n) for n in (1, 2, 3))
    home = household(clerk, head, wife, address="一组1号", number="77").json()["id"]
    path = f"/households/{home}"
    since = {"since": "2020-08-02"}
    assert clerk.post(
        f"{path}/members", json={"person": son, "relation": "20", "reason": "birth"} | since
    ).is_success
    assert clerk.post(f"{path}/head", json={"head": wife} | since).is_success
    assert clerk.post(
        f"{path}/corrections", json={"relations": [{"person": head, "relation": "10"}]}
    ).is_success
    split = {"head": son, "members": [{"person": son, "relation": "02"}]} | since
    into = clerk.post(f"{path}/split", json=split)
    assert into.status_code == 201
    assert clerk.post(f"{path}/merge", json={"absorbed": into.json()["id"]} | since).is_success
    move = {"township": OTHER_TOWNSHIP, "village": OTHER_VILLAGE} | since
    assert clerk.post(f"{path}/move", json=move).is_success
    assert clerk.post(f"/people/{head}/death", json={"on": "2020-08-02"}).is_success
    assert clerk.post(f"{path}/departures", json={"person": son, "reason": "work"} | since).is_success
    shown = clerk.get(path).json()
    assert shown["head"] == wife
    assert shown["members"] == [{"person": wife, "relation": "02", "name": None}]
    assert (shown["township"], shown["address"], shown["number"]) == (OTHER_TOWNSHIP, None, "77")
    assert clerk.post(f"{path}/departure", json=since).is_success
    assert clerk.get(path).json()["closed"] == "moved_away"
    assert clerk.get(f"/people/{head}").json()["died"] == "2020-08-02"


def test_names_are_shown_for_a_purpose_only_and_that_is_recorded(
    district: District, clerk: TestClient
) -> None:
    one = person(clerk, 1, telephone="143 0000 0001")
    assert clerk.get(f"/people/{one}").json()["name"] is None
    assert district.facts("registry", Unsealed) == []
    shown = clerk.get(f"/people/{one}", params={"purpose": "入户核查"}).json()
    assert (shown["name"], shown["id_number"], shown["telephone"]) == (NAME, number(1), "14300000001")
    [unsealed] = district.facts("registry", Unsealed)
    assert (unsealed.purpose, [str(who) for who in unsealed.people], unsealed.count) == ("入户核查", [one], 1)
    last = list(district.log("registry"))[-1].envelope
    assert (last.actor.department, last.concerns) == ("civil-affairs", (UUID(one),))


def test_departments_without_title_see_no_names(district: District, clerk: TestClient) -> None:
    one = person(clerk, 1)
    finance = district.client("registry", "finance")
    assert finance.get(f"/people/{one}").status_code == 200
    assert finance.get(f"/people/{one}", params={"purpose": "核对"}).status_code == 403
    assert rule(clerk.get(f"/people/{one}", params={"purpose": number(2)}))[2] == "purpose-personal"


def test_a_search_by_id_number_is_recorded_found_or_not(district: District, clerk: TestClient) -> None:
    one = person(clerk, 1)
    found = clerk.post("/people/search", json={"id_number": f" {number(1)} ", "purpose": "受理申请"})
    assert found.json() == {"person": one}
    assert clerk.post("/people/search", json={"id_number": number(2), "purpose": "x"}).status_code == 404
    asked = district.facts("registry", facts.LookedUp)
    assert [str(fact.person) for fact in asked] == [one, "None"]
    other = district.client("registry", "health")
    assert other.post("/people/search", json={"id_number": number(1), "purpose": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "field", "broken"),
    [
        ({"id_number": "431202198001010011"}, "id_number", "id-number-check-digit"),
        ({"id_number": "12"}, "id_number", "id-number-length"),
        ({"name": "张3"}, "name", "name-digits"),
        ({"telephone": "123"}, "telephone", "phone-invalid"),
        ({"ethnicity": "77"}, "ethnicity", "ethnicity-unknown"),
        ({"nickname": "x"}, "nickname", "extra_forbidden"),
        ({"synthetic": 1}, "synthetic", "bool_type"),
    ],
)
def test_bad_input_names_field_and_rule_and_stores_nothing(
    district: District, clerk: TestClient, body: dict[str, Any], field: str, broken: str
) -> None:
    before = district.runtime("registry").store.head()
    answer = clerk.post("/people", json={"name": NAME, "id_number": number(1)} | body)
    assert rule(answer) == (422, field, broken)
    assert district.runtime("registry").store.head() == before


def test_a_duplicate_person_a_second_household_and_a_stale_version_conflict(clerk: TestClient) -> None:
    one, two = person(clerk, 1), person(clerk, 2)
    again = clerk.post("/people", json={"name": NAME, "id_number": number(1)})
    assert rule(again) == (409, "id_number", "id-number-taken")
    home = household(clerk, one).json()
    assert rule(household(clerk, two, one)) == (409, "members.1.person", "member-of-another-household")
    stale = clerk.post(
        f"/households/{home['id']}/departure", json={"since": "2020-08-02", "version": home["version"] + 1}
    )
    assert rule(stale) == (409, "version", "stale-version")
    seen = {"since": "2020-08-02", "version": home["version"]}
    assert clerk.post(f"/households/{home['id']}/departure", json=seen).status_code == 200
    assert clerk.get(f"/people/{UUID(int=9, version=4)}").status_code == 404


def test_malformed_json_an_impossible_date_and_a_reused_key_are_refused(clerk: TestClient) -> None:
    broken = clerk.post("/people", content=b"{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 400
    one = person(clerk, 1)
    assert rule(clerk.post(f"/people/{one}/death", json={"on": "2020-02-30"})) == (
        422,
        "on",
        "date_from_datetime_parsing",
    )
    key = {"Idempotency-Key": "k-1"}
    first = clerk.post("/people", json={"name": NAME, "id_number": number(2)}, headers=key)
    second = clerk.post("/people", json={"name": NAME, "id_number": number(2)}, headers=key)
    assert first.json() == second.json()
    other = clerk.post("/people", json={"name": NAME, "id_number": number(3)}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:doudi:problem:idempotency-key-reused")


def test_only_registrars_register_and_township_clerks_only_at_home(
    district: District, clerk: TestClient
) -> None:
    body = {"name": NAME, "id_number": number(1)}
    for department in Department:
        answer = district.client("registry", department).post("/people", json=body)
        entitled = department in (Department.CIVIL_AFFAIRS, Department.POVERTY_ALLEVIATION)
        assert (answer.status_code != 403) == entitled
    one, two = person(clerk, 2), person(clerk, 3)
    home = household(clerk, one).json()["id"]
    elsewhere = district.client("registry", township=OTHER_TOWNSHIP)
    assert household(elsewhere, two).status_code == 403
    assert elsewhere.get(f"/households/{home}").status_code == 403
    assert elsewhere.get(f"/people/{one}").status_code == 403
    assert elsewhere.post(f"/people/{one}/death", json={"on": "2020-08-01"}).status_code == 403
    assert elsewhere.post(f"/households/{home}/closure", json={"since": "2020-08-01"}).status_code == 403
    assert elsewhere.get("/households", params={"township": TOWNSHIP}).status_code == 403
    assert elsewhere.get("/households").json()["items"] == []
    assert district.client("registry", township=TOWNSHIP).get(f"/households/{home}").status_code == 200


def test_households_are_listed_in_pages(clerk: TestClient) -> None:
    homes = {household(clerk, person(clerk, n)).json()["id"] for n in range(1, 6)}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = clerk.get(
            "/households", params={"village": VILLAGE, "limit": 2} | ({"cursor": cursor} if cursor else {})
        )
        seen += [item["id"] for item in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert seen == sorted(homes)
    assert rule(clerk.get("/households", params={"cursor": "x"}))[2] == "cursor"


def test_categories_enrol_over_http(clerk: TestClient) -> None:
    one = person(clerk, 1)
    household(clerk, one)
    for category, since in POOR_AND_AIDED.items():
        body = {"category": category, "since": since.isoformat()}
        assert clerk.post(f"/people/{one}/categories", json=body).is_success
    assert clerk.get(f"/people/{one}").json()["enrolled"] is True
    end = {"until": "2020-08-02", "reason": "no_longer_met"}
    assert clerk.post(f"/people/{one}/categories/dibao/end", json=end).is_success
    shown = clerk.get(f"/people/{one}").json()
    assert (shown["enrolled"], shown["exited"]) == (False, "2020-08-02")
    assert rule(clerk.post(f"/people/{one}/categories/dibao/end", json=end))[2] == "category-not-held"
    future = {"category": "dibao", "since": "2020-08-04"}
    assert rule(clerk.post(f"/people/{one}/categories", json=future))[2] == "date-in-future"


def test_a_list_as_of_a_day_comes_with_a_receipt(district: District, clerk: TestClient) -> None:
    office = Office(district)
    one = office.person(1)
    home = office.household([one], since=POOR_AND_AIDED[facts.Category.DIBAO])
    office.decide(lambda register: register.categorise(one, POOR_AND_AIDED))
    health = district.client("registry", "health")
    empty = health.post("/lists", json={"as_of": "2020-07-26"}).json()
    assert (empty["count"], empty["digest"]) == (0, hashlib.sha256().hexdigest())
    listed = health.post("/lists", json={"as_of": "2020-08-03", "purpose": "慢病随访"}).json()
    [entry] = listed["households"]
    assert entry["household"] == str(home)
    assert entry["beneficiaries"] == [
        {"person": str(one), "relation": "02", "categories": ["dibao", "registered_poor"], "name": "测试人"}
    ]
    issued = district.facts("registry", facts.ListIssued)[-1]
    assert (issued.department, issued.households, issued.digest) == ("health", 1, listed["digest"])
    plain = health.post("/lists", json={"as_of": "2020-08-03"}).json()
    assert plain["digest"] == listed["digest"]
    assert plain["households"][0]["beneficiaries"][0]["name"] is None
    assert len(district.facts("registry", Unsealed)) == 1
    assert rule(health.post("/lists", json={"as_of": "2020-08-04"}))[2] == "date-in-future"
    assert (
        district.client("registry", "audit").post("/lists", json={"as_of": "2020-08-03"}).status_code == 403
    )


def hand_in(clerk: TestClient, content: bytes, name: str = "roster.xlsx") -> Any:
    return clerk.post("/imports", files={"file": (name, content, XLSX)})


def finished(district: District, clerk: TestClient, answer: Any) -> Any:
    assert answer.status_code == 202, answer.text
    for _ in range(600):
        progress = clerk.get(f"/imports/{answer.json()['id']}").json()
        if progress["status"] not in ("waiting", "running"):
            return progress
    raise AssertionError("the import does not end")


def test_a_roster_is_imported_and_reported(district: District, clerk: TestClient) -> None:
    wrong = row(9, "1002", **{"身份证号": "431202198001010011"})
    answer = hand_in(clerk, workbook(*FAMILY, wrong))
    progress = finished(district, clerk, answer)
    assert (progress["status"], progress["registered"], progress["refused"]) == ("done", 3, 1)
    path = f"/imports/{answer.json()['id']}/report"
    lines = list(csv.reader(io.StringIO(clerk.get(f"{path}.csv").content.decode("utf-8-sig"))))
    assert lines[0] == ["工作表", "行", "列", "结果", "规则", "原因", "reason"]
    [refused] = [line for line in lines if "id-number-check-digit" in line]
    assert refused[:3] == ["花名册", "5", "身份证号"]
    book = load_workbook(io.BytesIO(clerk.get(f"{path}.xlsx").content), read_only=True)
    assert len(list(book.worksheets[0].rows)) == len(lines)
    assert finished(district, clerk, hand_in(clerk, workbook(*FAMILY)))["unchanged"] == 3
    left = b"".join(path.read_bytes() for path in (district.folder / "imports").iterdir())
    for cells in FAMILY:
        assert cells["姓名"].encode() not in left
        assert cells["身份证号"].encode() not in left


def test_a_file_that_is_no_roster_is_refused_with_its_reason(district: District, clerk: TestClient) -> None:
    progress = finished(district, clerk, hand_in(clerk, b"PK\x03\x04 broken"))
    assert (progress["status"], progress["rows"]) == ("refused", 0)
    assert progress["reason"]["zh"]
    report = clerk.get(f"/imports/{progress['id']}/report.csv")
    assert rule(report) == (409, "id", "import-not-done")
    assert clerk.get(f"/imports/{UUID(int=9, version=4)}").status_code == 404


def test_a_township_clerk_sees_only_imports_of_that_township(district: District, clerk: TestClient) -> None:
    answer = hand_in(clerk, workbook(row(1)))
    finished(district, clerk, answer)
    other = district.client("registry", township=OTHER_TOWNSHIP)
    assert other.get(f"/imports/{answer.json()['id']}").status_code == 404
    refused = finished(district, other, hand_in(other, workbook(row(2, "1002"))))
    assert (refused["registered"], refused["refused"]) == (0, 1)


def test_an_import_of_a_dead_process_shows_as_interrupted(district: District, clerk: TestClient) -> None:
    answer = hand_in(clerk, workbook(row(1)))
    finished(district, clerk, answer)
    folder = district.folder / "imports"
    path = folder / f"{answer.json()['id']}.json"
    job = json.loads(path.read_text())
    job["progress"]["status"] = "running"
    path.write_text(json.dumps(job))
    later = ImportJobs(district.runtime("registry"), folder).job(UUID(answer.json()["id"]))
    assert later is not None
    assert later.progress.status == "interrupted"


def test_an_erasure_needs_two_people_and_destroys_the_keys(district: District, clerk: TestClient) -> None:
    one = person(clerk, 1)
    ask = {"reason": "request"}
    assert clerk.post(f"/people/{one}/erasure", json=ask).json() == {"status": "requested", "since": None}
    assert rule(clerk.post(f"/people/{one}/erasure", json=ask))[2] == "erasure-same-person"
    second = district.client("registry", person=UUID(int=8, version=4))
    today = f"{civil_date(district.clock.now())}"
    assert second.post(f"/people/{one}/erasure", json=ask).json() == {"status": "erased", "since": today}
    assert district.vault.is_erased(UUID(one))
    recorded = len(district.facts("registry"))
    again = clerk.post(f"/people/{one}/erasure", json=ask)
    assert again.json() == {"status": "was_erased", "since": today}
    assert len(district.facts("registry")) == recorded
    assert clerk.get(f"/people/{one}", params={"purpose": "x"}).status_code == 404
    assert person(clerk, 1) != one  # the number is free
    assert district.differences("registry") == []


def test_an_erasure_is_refused_while_a_duty_to_keep_runs(district: District, clerk: TestClient) -> None:
    one, two = person(clerk, 1), person(clerk, 2)
    household(clerk, one, two)
    Office(district).decide(lambda register: register.categorise(PersonId(two), POOR_AND_AIDED))
    for _ in range(2):
        refused = clerk.post(f"/people/{one}/erasure", json={"reason": "request"})
        assert rule(refused) == (409, "id", "erasure-refused")
    clerk.post(f"/people/{two}/death", json={"on": "2020-08-02"})
    assert clerk.post(f"/people/{two}/erasure", json={"reason": "request"}).status_code == 409
    reasons = [fact.reason for fact in district.facts("registry", facts.Restricted)]
    assert reasons == ["member_of_household", "retention_period"]
    assert clerk.get(f"/people/{one}").json()["restricted"] is True


def test_keys_not_destroyed_in_a_crash_are_destroyed_at_the_next_start(
    district: District, clerk: TestClient
) -> None:
    one = UUID(person(clerk, 1))
    runtime = district.runtime("registry")
    fact = facts.Erased(person=PersonId.of(one))
    runtime.decide(lambda work: work.record(fact.person, fact))
    assert not district.vault.is_erased(one)
    destroy = registry.KeyDestroyer.of(runtime)
    assert (destroy(), destroy()) == (1, 0)
    assert district.vault.is_erased(one)


def test_the_view_rebuilt_says_the_same(district: District, clerk: TestClient) -> None:
    finished(district, clerk, hand_in(clerk, workbook(*FAMILY, row(4, "1002"))))
    reader: Any = district.host.followers[0]

    def rows() -> list[Any]:
        with reader.reading() as tables:
            return [
                sorted(map(repr, tables.execute(f"SELECT * FROM {{{name}}}"))) for name in reader.view.tables
            ]

    district.host.follow()
    before = rows()
    reader.rebuild()
    assert rows() == before


def test_an_id_of_the_wrong_kind_is_not_found_and_confuses_nothing(clerk: TestClient) -> None:
    one = person(clerk, 1)
    home = household(clerk, one).json()["id"]
    assert clerk.get(f"/people/{home}").status_code == 404
    assert clerk.get(f"/households/{one}").status_code == 404
    for path in (f"/people/{home}/corrections", f"/households/{one}/corrections"):
        assert clerk.post(path, json={"version": 1}).status_code == 404
    assert clerk.get(f"/households/{home}").json()["head"] == one
    assert clerk.get(f"/people/{one}").json()["household"] == home
