"""Findings and lists over HTTP: asked, watched, page by page, as tables; for the district's own people only."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, get_args
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from events import finance as f
from services.cli.house import ROOMS
from services.history.audit import api_findings, api_reports
from services.history.audit.advice import ADVICE
from services.history.audit.classing import SAID
from services.history.audit.finding import TITLES
from services.history.audit.verdict import OUTCOME_WORDS, Class, Outcome, Sort
from services.history.words import SERVICES
from tests.history.audited import Told
from tests.history.test_audit import changed
from tests.history.web import Web

LISTS = ("looks", "backdated", "overrides", "roles")


def altered(told: list[Told]) -> Iterable[Told]:
    """Every payment is a fen more than was decided."""
    return changed(f.PaymentPaid, lambda fact: {"amount_fen": fact.amount_fen + 1})(told)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("audit")
    web = Web(
        folder, altered, lambda world: [api_findings.router(world.auditor), api_reports.router(world.auditor)]
    )
    yield web
    web.world.close()


def paged(web: Web, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    pages, cursor = [], None
    while not pages or cursor is not None:
        params = query | ({} if cursor is None else {"cursor": cursor})
        answer = web.client().get(path, params=params)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["items"])
        cursor = answer.json()["next"]
    return pages


def test_findings_are_asked_counted_and_read_page_by_page(web: Web) -> None:
    told = web.answered("/findings", {})
    assert (told["state"], told["why"], told["done"]) == ("done", "", told["of"])
    assert told["found"] == {"altered_payment": {"had": 2}}
    first, second = paged(web, f"/findings/{told['id']}/lines", limit=1)
    assert [one["finding"] for one in (*first, *second)] == ["altered_payment"] * 2
    assert first[0]["event"] != second[0]["event"] and "支付534.01元" in first[0]["zh"]
    assert paged(web, f"/findings/{told['id']}/lines", sort="later") == [[]]
    assert paged(web, f"/findings/{told['id']}/lines", finding="jailed") == [[]]


def test_a_page_begins_where_a_line_begins_and_nowhere_else(web: Web) -> None:
    path = f"/findings/{web.answered('/findings', {})['id']}/lines"
    first = web.client().get(path, params={"limit": 1}).json()
    place = api_findings.Behind.decode(first["next"])
    assert place is not None
    for wrong in (place.place - 1, place.place + 1, 10**9):
        answer = web.client().get(path, params={"cursor": api_findings.Behind(place=wrong).encode()})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.cursor")


def test_whoever_asked_finds_it_again_and_nobody_else_reads_it(web: Web) -> None:
    id = web.answered("/findings", {})["id"]
    assert id in [one["id"] for one in web.client().get("/findings").json()]
    other = web.client(person=uuid4())
    assert other.get("/findings").json() == []
    for name in ("", "/lines", "/lines.jsonl", "/lines.csv", "/lines.xlsx"):
        assert other.get(f"/findings/{id}{name}").status_code == 404
    assert other.delete(f"/findings/{id}").status_code == 404
    assert web.client().get(f"/findings/{id}").status_code == 200


def test_what_was_found_is_dropped_when_whoever_asked_says_so(web: Web) -> None:
    path = f"/findings/{web.answered('/findings', {})['id']}"
    assert web.client().delete(path).json()["state"] == "done"
    assert web.client().get(f"{path}/lines").status_code == 404


def test_after_a_restart_it_is_said_that_the_answer_is_gone(web: Web) -> None:
    path = f"/findings/{web.answered('/findings', {})['id']}/lines.csv"
    again = Web.over(web.world, web.settings, [api_findings.router(web.world.auditor)])
    answer = again.client().get(path)
    assert answer.status_code == 404
    assert "重启" in answer.json()["detail"] and "restarted" in answer.text


def test_findings_are_asked_of_some_days(web: Web) -> None:
    assert web.answered("/findings", {"since": "2020-10-01", "until": "2020-10-31"})["found"] == {
        "altered_payment": {"had": 1}
    }
    assert web.answered("/findings", {"until": "2019-12-31"})["found"] == {}
    assert web.client().post("/findings", json={"since": "2020-13-01"}).status_code == 422


def test_days_the_wrong_way_round_are_refused_and_not_answered_with_nothing(web: Web) -> None:
    days = {"since": "2020-10-31", "until": "2020-10-01"}
    for refused in (
        web.client().post("/findings", json=days),
        web.client().get("/reports/roles", params=days),
        web.client().get("/reports/roles/lines.csv", params=days),
    ):
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "until")
    assert web.client().post("/findings", json={"until": "9999-12-31"}).status_code == 422


def test_findings_are_fetched_as_tables(web: Web) -> None:
    path = f"/findings/{web.answered('/findings', {})['id']}"
    text = web.client().get(f"{path}/lines.csv").content.decode("utf-8-sig")
    heading, *rows = csv.reader(io.StringIO(text))
    assert heading[0] == "类别" and [row[:3] for row in rows] == [["支付金额不符", "当时已知", "不符合"]] * 2
    assert {row[heading.index("部门")] for row in rows} == {"资金发放"}
    assert all(row[heading.index("下一步")] for row in rows)
    book = load_workbook(io.BytesIO(web.client().get(f"{path}/lines.xlsx").content))
    assert book["审计发现"].max_row == 1 + 2
    told = [json.loads(one) for one in web.client().get(f"{path}/lines.jsonl").text.splitlines()]
    assert told == paged(web, f"{path}/lines", limit=500)[0]


def test_every_class_has_a_title_that_officials_read() -> None:
    assert set(TITLES) == set(Class)
    assert (set(OUTCOME_WORDS), set(SAID)) == (set(Outcome), set(get_args(Sort)))
    assert set(ADVICE) == set(Class)
    assert set(SERVICES) == set(ROOMS)


def test_what_was_never_asked_is_not_found(web: Web) -> None:
    for path in ("", "/lines", "/lines.csv", "/lines.xlsx"):
        assert web.client().get(f"/findings/{uuid4()}{path}").status_code == 404


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_is_the_same_page_by_page_and_as_a_table(web: Web, kind: str) -> None:
    whole = paged(web, f"/reports/{kind}", limit=500, late=1)
    in_twos = paged(web, f"/reports/{kind}", limit=2, late=1)
    assert [one for page in in_twos for one in page] == [one for page in whole for one in page]
    assert all(len(page) == 2 for page in in_twos[:-1])
    text = web.client().get(f"/reports/{kind}/lines.csv", params={"late": 1}).content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 1 + len(whole[0])
    book = load_workbook(
        io.BytesIO(web.client().get(f"/reports/{kind}/lines.xlsx", params={"late": 1}).content)
    )
    assert book.worksheets[0].max_row == 1 + len(whole[0])


def test_lists_tell_who_looked_and_whose_post_changed_within_the_days_asked_for(web: Web) -> None:
    [looks] = paged(web, "/reports/looks")
    assert [one["type"] for one in looks] == ["service.Unsealed"] * 2 and "发放文件" in looks[0]["zh"]
    [roles] = paged(web, "/reports/roles")
    assert {one["type"] for one in roles} == {"staff.PostCreated", "staff.PostAssigned"}
    assert paged(web, "/reports/roles", since="2021-01-01") == [[]]
    assert web.client().get("/reports/salaries").status_code == 422


def test_only_the_districts_civil_affairs_and_audit_may_look(web: Web) -> None:
    found = web.answered("/findings", {})["id"]
    paths = [
        f"/findings/{found}",
        *(f"/findings/{found}/{name}" for name in ("lines", "lines.csv", "lines.xlsx")),
    ]
    paths += [f"/reports/{kind}{name}" for kind in LISTS for name in ("", "/lines.csv", "/lines.xlsx")]
    for department, township in (("health", None), ("finance", None), ("civil-affairs", "431202101000")):
        client = web.client(department, township)
        assert client.post("/findings", json={}).status_code == 403
        assert {client.get(path).status_code for path in paths} == {403}
