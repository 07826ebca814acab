"""Staff over HTTP: who keeps it, what is shown to whom, pages, repeats, stale versions and bad input."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from events.service import Unsealed
from events.staff import PostAssigned, StaffRegistered
from services import staff
from tests.staff.given import ANNA, APPROVER, BAO, CHEN, CLERK, PERSONNEL, TODAY, TOWNSHIP, a_district, day
from tests.support import District

MOTHER = str(uuid4())
NAME = "钟秀英"
SINCE = TODAY.isoformat()


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with a_district(tmp_path) as district:
        district.serve("staff", staff.routers, staff.VIEWS)
        yield district
        district.host.drain()
        assert district.differences("staff") == district.differences("living") == []


@pytest.fixture
def keeper(district: District) -> TestClient:
    client = district.client("staff", person=PERSONNEL)
    for person in (ANNA, BAO, CHEN):
        post(client, "/members", staff=str(person), name=NAME)
    post(client, "/posts", **new_post(CLERK))
    return client


def new_post(code: str, **more: Any) -> dict[str, Any]:
    said = {"post": code, "title": "民政办经办人", "department": "civil-affairs", "township": TOWNSHIP}
    return said | {"roles": ["clerk", "surveyor"], "since": SINCE} | more


def post(client: TestClient, path: str, /, **said: Any) -> dict[str, Any]:
    answer = client.post(path, json=said)
    assert answer.is_success, answer.text
    return answer.json()


def get(client: TestClient, path: str, /, **asked: Any) -> Any:
    answer = client.get(path, params=asked)
    assert answer.is_success, answer.text
    return answer.json()


def follow(district: District) -> None:
    for view in district.host.followers:
        view.advance()


def test_a_post_is_created_filled_stood_in_for_and_handed_over(
    district: District, keeper: TestClient
) -> None:
    post(keeper, f"/posts/{CLERK}/assignment", staff=str(ANNA), since=SINCE)
    deputies = [{"post": CLERK, "staff": str(BAO)}]
    own = district.client("staff", "health", person=ANNA, township=TOWNSHIP)
    post(own, f"/members/{ANNA}/leaves", since=str(day(1)), until=str(day(2)), deputies=deputies)
    shown = get(own, f"/posts/{CLERK}", on=str(day(2)))
    assert (shown["holder"], shown["acting"], shown["roles"]) == (str(ANNA), str(BAO), ["clerk", "surveyor"])
    post(keeper, f"/posts/{CLERK}/handover", staff=str(CHEN), since=str(day(5)), tasks=4)
    assert get(keeper, f"/members/{CHEN}", on=str(day(5)))["acting"] == [CLERK]
    lines = get(keeper, f"/posts/{CLERK}/changes")["items"]
    assert [one["what"] for one in lines] == [
        "PostCreated",
        "PostAssigned",
        "PostVacated",
        "PostAssigned",
        "HandedOver",
    ]
    assert {one["by"] for one in lines} == {str(PERSONNEL)}
    assert (lines[-1]["former"], lines[-1]["tasks"]) == (str(ANNA), 4)
    tenures = get(keeper, f"/posts/{CLERK}")["tenures"]
    assert [(one["staff"], one["taken_over"]) for one in tenures] == [(str(ANNA), False), (str(CHEN), True)]
    [leave] = get(own, f"/members/{ANNA}/leaves")["items"]
    assert leave["deputies"] == {CLERK: str(BAO)}
    path = f"/members/{ANNA}/leaves/{leave['leave']}"
    post(own, f"{path}/corrections", since=str(day(1)), until=str(day(1)), deputies=deputies)
    assert get(own, f"/posts/{CLERK}", on=str(day(2)))["acting"] == str(ANNA)
    post(own, f"{path}/cancellation")
    assert get(own, f"/members/{ANNA}/leaves")["items"] == []


def test_a_name_lies_sealed_and_is_opened_only_for_a_purpose_which_is_recorded(
    district: District, keeper: TestClient
) -> None:
    assert NAME not in keeper.get(f"/members/{ANNA}").text
    assert district.facts("staff", Unsealed) == []
    assert get(keeper, f"/members/{ANNA}", purpose="核对任职名单")["name"] == NAME
    [opened] = district.facts("staff", Unsealed)
    assert (opened.purpose, opened.people, opened.count) == ("核对任职名单", (ANNA,), 1)
    post(keeper, f"/members/{ANNA}/corrections", name="钟秀莹")
    assert get(keeper, f"/members/{ANNA}", purpose="核对")["name"] == "钟秀莹"
    assert all(one.name.clear is None for one in district.facts("staff", StaffRegistered))
    for file in district.folder.iterdir():
        assert NAME.encode() not in file.read_bytes()
    elsewhere = district.client("staff", "health", person=uuid4())
    assert elsewhere.get(f"/members/{ANNA}", params={"purpose": "看看"}).status_code == 404
    assert district.client("staff", "health", person=ANNA).get(f"/members/{ANNA}").status_code == 200
    assert keeper.get(f"/members/{ANNA}", params={"purpose": "431202196001011234"}).status_code == 422


def test_relatives_are_declared_by_oneself_and_withdrawn_by_another(
    district: District, keeper: TestClient
) -> None:
    own = district.client("staff", "health", person=ANNA, township=TOWNSHIP)
    post(own, f"/members/{ANNA}/relatives", person=MOTHER, relation="parent", since="1980-01-01")
    said = {"person": MOTHER, "relation": "parent", "since": "1980-01-01"}
    assert own.post(f"/members/{BAO}/relatives", json=said).status_code == 404
    [declared] = get(own, f"/members/{ANNA}/relatives")["items"]
    assert (declared["person"], declared["relation"], declared["until"]) == (MOTHER, "parent", None)
    [tie] = get(keeper, "/relatives", person=[MOTHER, str(uuid4())])["items"]
    assert (tie["staff"], tie["declaration"]) == (str(ANNA), declared["declaration"])
    path = f"/members/{ANNA}/relatives/{declared['declaration']}"
    ended = {"reason": "ended", "since": SINCE}
    assert own.post(f"{path}/withdrawal", json=ended).status_code == 403
    herself = district.client("staff", person=ANNA)
    answer = herself.post(f"{path}/withdrawal", json=ended)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:doudi:problem:own-post")
    post(keeper, f"{path}/corrections", **said | {"relation": "grandparent"})
    post(keeper, f"{path}/withdrawal", **ended)
    assert get(keeper, "/relatives", person=MOTHER)["items"] == []
    assert len(get(keeper, "/relatives", person=MOTHER, on=str(day(-1)))["items"]) == 1


def test_a_repeated_request_decides_once_and_a_stale_version_is_refused(
    district: District, keeper: TestClient
) -> None:
    said = {"staff": str(ANNA), "since": SINCE, "version": 1}
    key = {"Idempotency-Key": "assign-1"}
    path = f"/posts/{CLERK}/assignment"
    first, second = (keeper.post(path, json=said, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (200, second.json())
    assert first.json()["version"] == 2
    assert len(district.facts("staff", PostAssigned)) == 1
    stale = keeper.post(f"/posts/{CLERK}/roles", json={"roles": ["approver"], "since": SINCE, "version": 1})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:doudi:problem:stale-version")
    other = keeper.post(path, json=said | {"staff": str(BAO)}, headers=key)
    assert other.status_code == 422


def test_posts_members_and_changes_are_listed_page_by_page(district: District, keeper: TestClient) -> None:
    for n in range(4):
        post(keeper, "/posts", **new_post(f"{APPROVER}-{n}", township=None, department="health"))
    for n in range(3):
        post(keeper, f"/posts/{CLERK}/roles", roles=[("approver", "clerk")[n % 2]], since=str(day(n)))
    follow(district)
    for path, asked, count in (
        ("/posts", {}, 5),
        ("/posts", {"department": "health"}, 4),
        ("/posts", {"township": TOWNSHIP}, 1),
        ("/members", {}, 3),
        (f"/posts/{CLERK}/changes", {}, 4),
    ):
        seen, cursor = [], None
        while True:
            page = get(keeper, path, limit=2, **asked, **({"cursor": cursor} if cursor else {}))
            seen += page["items"]
            if (cursor := page["next"]) is None:
                break
        assert len(seen) == count, path
        assert keeper.get(path, params={"cursor": "bm9uc2Vuc2U"}).status_code == 422


@pytest.mark.parametrize(
    ("department", "township", "status"),
    [("health", None, 403), ("audit", None, 403), ("civil-affairs", TOWNSHIP, 403), ("district", None, 201)],
)
def test_posts_are_kept_by_the_district_alone(
    district: District, keeper: TestClient, department: str, township: str | None, status: int
) -> None:
    client = district.client("staff", department, township=township, person=uuid4())
    assert client.post("/posts", json=new_post("another")).status_code == status
    member = {"staff": str(uuid4()), "name": NAME}
    assert client.post("/members", json=member).status_code == status
    assert client.get("/posts").status_code == client.get(f"/posts/{CLERK}").status_code == 200


BAD: list[tuple[str, dict[str, Any]]] = [
    ("/posts", new_post("UPPER")),
    ("/posts", new_post("x" * 65)),
    ("/posts", new_post("x", roles=[])),
    ("/posts", new_post("x", roles=["king"])),
    ("/posts", new_post("x", township="431202")),
    ("/posts", new_post("x", department="nowhere")),
    ("/posts", new_post("x", since="2020-02-30")),
    ("/posts", new_post("x", since=1596412800)),
    ("/posts", new_post("x", owner="me")),
    ("/members", {"staff": "anna", "name": NAME}),
    ("/members", {"staff": str(UUID(int=7)), "name": ""}),
    ("/members", {"staff": str(UUID(int=7)), "name": NAME, "capacity": "village_committee"}),
    (f"/posts/{CLERK}/assignment", {"staff": str(ANNA), "since": "2020-13-01"}),
    (f"/posts/{CLERK}/assignment", {"staff": str(ANNA), "since": "9999-12-31"}),
    (f"/posts/{CLERK}/assignment", {"staff": str(ANNA), "since": SINCE, "until": "9999-12-31"}),
    (f"/posts/{CLERK}/handover", {"staff": str(ANNA), "since": SINCE, "tasks": -1}),
    (f"/posts/{CLERK}/handover", {"staff": str(ANNA), "since": SINCE, "tasks": True}),
    (f"/posts/{CLERK}/closure", {"since": SINCE, "tasks": 1}),
    (f"/members/{ANNA}/leaves", {"since": SINCE, "until": SINCE, "deputies": []}),
    (
        f"/members/{ANNA}/leaves",
        {"since": SINCE, "until": "9999-12-31", "deputies": [{"post": CLERK, "staff": str(BAO)}]},
    ),
    (
        f"/members/{ANNA}/leaves",
        {"since": SINCE, "until": SINCE, "deputies": [{"post": CLERK, "staff": str(BAO)}] * 2},
    ),
    (f"/members/{ANNA}/relatives", {"person": MOTHER, "relation": "friend", "since": SINCE}),
    (f"/members/{ANNA}/relatives", {"person": MOTHER, "relation": "child", "since": "2020-08-04"}),
]


def test_bad_input_is_a_problem_and_changes_nothing(district: District, keeper: TestClient) -> None:
    before = district.runtime("staff").store.head()
    for path, said in BAD:
        answer = keeper.post(path, json=said)
        assert answer.status_code == 422, f"{path} {said}: {answer.status_code} {answer.text}"
        assert answer.json()["type"].startswith("urn:doudi:problem:")
    for path in ("/posts/nowhere", "/posts/nowhere/changes", f"/members/{uuid4()}"):
        assert keeper.get(path).status_code == 404, path
    assert keeper.get("/relatives").status_code == 422
    assert district.runtime("staff").store.head() == before
