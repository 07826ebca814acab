"""Policy over HTTP: papers, their two people, explanations and calendars."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from events.policy import PaperPublished
from services import policy
from services.chassis.clock import civil_date, midnight
from tests.policy.heating import digest_of, heating, text_of
from tests.support import District

TEXT, MARK = text_of(heating()), digest_of(heating())


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with District(tmp_path, [policy.SERVICE]) as district:
        district.serve("policy", policy.routers, policy.VIEWS)
        yield district
        assert district.differences("policy") == []


@pytest.fixture
def author(district: District) -> TestClient:
    return district.client("policy", person=uuid4())


@pytest.fixture
def approver(district: District) -> TestClient:
    return district.client("policy", person=uuid4())


def follow(district: District) -> None:
    for view in district.host.followers:
        view.advance()


def publish(author: TestClient, approver: TestClient) -> None:
    assert author.post("/papers", json={"text": TEXT}).is_success
    assert approver.post(f"/papers/{MARK}/approve").is_success


def test_a_paper_is_proposed_approved_listed_and_read(
    district: District, author: TestClient, approver: TestClient
) -> None:
    proposed = author.post("/papers", json={"text": TEXT})
    assert proposed.json() == {
        "digest": MARK,
        "code": "heating-2020",
        "number": "鹤民发〔2020〕99号",
        "state": "proposed",
        "effective": None,
    }
    follow(district)
    assert [one["state"] for one in author.get("/papers").json()["items"]] == ["proposed"]
    approved = approver.post(f"/papers/{MARK}/approve").json()
    assert (approved["state"], approved["effective"]) == ("published", "2020-08-04")
    follow(district)
    reader = district.client("policy", "health", township="431202201000")
    [line] = reader.get("/papers", params={"state": "published"}).json()["items"]
    assert (line["digest"], line["author"] != line["approver"]) == (MARK, True)
    assert reader.get("/papers/heating-2020").json()["items"] == [line]
    assert reader.get(f"/papers/{MARK}/text").json() == {"digest": MARK, "text": TEXT}


def test_an_author_who_approves_is_refused(author: TestClient) -> None:
    author.post("/papers", json={"text": TEXT})
    answer = author.post(f"/papers/{MARK}/approve")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:doudi:problem:two-people")


def test_a_repeated_request_is_answered_the_same_and_decides_once(
    district: District, author: TestClient, approver: TestClient
) -> None:
    author.post("/papers", json={"text": TEXT})
    key = {"Idempotency-Key": "approve-1"}
    answers = [approver.post(f"/papers/{MARK}/approve", headers=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert len(district.facts("policy", PaperPublished)) == 1


def test_a_paper_is_refused_with_every_finding(author: TestClient) -> None:
    answer = author.post("/papers", json={"text": text_of(heating(outline={"一": "谁能享受"}))})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:doudi:problem:paper-refused")
    errors = answer.json()["errors"]
    assert errors
    assert all(one["zh"] and one["en"] and one["rule"] for one in errors)
    assert author.post("/papers", json={"text": "no paper"}).status_code == 422


@pytest.mark.parametrize("department", ["health", "finance", "audit"])
def test_other_departments_read_and_do_not_write(district: District, department: str) -> None:
    client = district.client("policy", department)
    assert client.get("/papers").status_code == 200
    assert client.post("/papers", json={"text": TEXT}).status_code == 403
    assert client.post(f"/papers/{MARK}/approve").status_code == 403
    assert client.post("/calendars", json={}).status_code == 403


def test_a_township_clerk_writes_neither_papers_nor_calendars(district: District) -> None:
    client = district.client("policy", township="431202201000")
    days = {"year": 2020, "holidays": [], "working_weekends": [], "source": "通知"}
    for path, body in (
        ("/papers", {"text": TEXT}),
        (f"/papers/{MARK}/approve", None),
        (f"/papers/{MARK}/withdraw", None),
        ("/calendars", days),
    ):
        assert client.post(path, json=body).status_code == 403, path


def test_what_is_not_there_is_not_found(author: TestClient) -> None:
    for path in ("/papers/nothing", f"/papers/{MARK}/text", "/calendars/2200/proposal"):
        assert author.get(path).status_code == 404, path
    assert author.post(f"/papers/{MARK}/approve").status_code == 404
    assert author.post(f"/papers/{MARK}/withdraw").status_code == 404


def test_a_proposal_is_taken_back(district: District, author: TestClient) -> None:
    author.post("/papers", json={"text": TEXT})
    assert author.post(f"/papers/{MARK}/withdraw").json()["state"] == "withdrawn"
    author.post("/papers", json={"text": TEXT})
    follow(district)
    states = [one["state"] for one in author.get("/papers").json()["items"]]
    assert states == ["withdrawn", "proposed"]


def test_papers_are_listed_page_by_page(district: District, author: TestClient) -> None:
    for _ in range(3):
        author.post("/papers", json={"text": TEXT})
        author.post(f"/papers/{MARK}/withdraw")
    follow(district)
    seen, cursor = 0, None
    while True:
        page = author.get("/papers", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen, cursor = seen + len(page["items"]), page["next"]
        if cursor is None:
            break
    assert seen == 3


def test_a_programme_is_explained_in_both_languages(
    district: District, author: TestClient, approver: TestClient
) -> None:
    publish(author, approver)
    early = author.get("/programmes/heating/explanation")
    assert (early.status_code, early.json()["type"]) == (422, "urn:doudi:problem:no-rule")
    district.clock.advance_to(midnight(civil_date(district.clock.now()).replace(day=4)))
    found = author.get("/programmes/heating/explanation").json()
    assert (found["title"], found["illustrative"]) == ("冬季取暖补贴（2020年8月4日）", True)
    assert "120.00元/月〔示例〕" in found["text"]
    assert found["papers"] == ["鹤民发〔2020〕99号"]
    english = author.get("/programmes/heating/explanation", params={"lang": "en", "on": "2021-01-01"}).json()
    assert "Old enough: paid every month." in english["text"]


def test_a_calendar_is_proposed_by_the_package_and_published_by_a_person(
    district: District, author: TestClient
) -> None:
    proposal = author.get("/calendars/2021/proposal").json()
    published = author.post("/calendars", json=proposal | {"source": "国办发明电〔2020〕27号"})
    assert published.json() == {
        "year": 2021,
        "holidays": len(proposal["holidays"]),
        "working_weekends": len(proposal["working_weekends"]),
    }
    follow(district)
    [shown] = author.get("/calendars").json()["items"]
    assert shown == proposal | {"source": "国办发明电〔2020〕27号"}


def test_a_body_that_is_too_large_is_refused_before_it_is_read(author: TestClient) -> None:
    assert author.post("/papers", json={"text": "x" * (1 << 20)}).status_code == 413


def test_papers_are_proposed_and_approved_together(author: TestClient, approver: TestClient) -> None:
    successor = heating(
        "cooling-2021", "鹤民发〔2021〕1号", in_force={"from": "2021-01-01"}, supersedes=["heating-2020"]
    )
    texts = [TEXT, text_of(successor)]
    proposed = author.post("/papers/together", json={"texts": texts})
    assert [one["state"] for one in proposed.json()["items"]] == ["proposed"] * 2, proposed.text
    marks = [one["digest"] for one in proposed.json()["items"]]
    assert author.post("/papers/approve", json={"digests": marks}).status_code == 422
    approved = approver.post("/papers/approve", json={"digests": marks}).json()["items"]
    assert [one["effective"] for one in approved] == ["2020-08-04", "2021-01-01"]
    twice = author.post(
        "/papers/together", json={"texts": [text_of(heating("other", "鹤民发〔2020〕1号"))] * 2}
    )
    assert (twice.status_code, twice.json()["type"]) == (422, "urn:doudi:problem:paper-twice")
