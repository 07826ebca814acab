"""Who is told what: JSON, server-sent events, metrics; small numbers withheld; nobody named anywhere."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from services.chassis.departments import Department
from services.chassis.inbox import Stopped
from services.chassis.tokens import Caller, issue_token, tokens_of
from services.insight.withheld import withhold
from tests.insight.given import FIELDS, HILLS, URBAN, Town
from tests.support import CLERK

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "insight.json"


def token(town: Town, department: Department, township: str | None = None) -> dict[str, str]:
    caller = Caller(person=CLERK, post="clerk", department=department, township=township)
    return {"Authorization": f"Bearer {issue_token(town.district.settings, caller)}"}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def web(town: Town) -> TestClient:
    app = town.insight.app(tokens_of(town.district.settings))
    return TestClient(app, base_url="http://doudi", raise_server_exceptions=False, client=("127.0.0.1", 1))


def figures(town: Town, web: TestClient, by: Department = Department.AUDIT, **asked: Any) -> Any:
    town.district.host.follow()
    found = web.get("/figures", params=asked, headers=token(town, by))
    assert found.status_code == 200, found.text
    return found.json()


def test_the_figures_come_by_township_department_and_month_with_their_chinese_names(
    town: Town, web: TestClient
) -> None:
    town.grant(town.apply(URBAN))
    town.pay(town.apply(HILLS), "2020-09", 123_45)
    found = figures(town, web)
    assert [(line["zh"], line["values"]["applications"]) for line in found["townships"]] == [
        ("城中街道", 1), ("黄金坳镇", 1), ("盈口乡", 0),
    ]  # fmt: skip
    assert [(line["code"], line["zh"]) for line in found["departments"]] == [("civil-affairs", "民政局")]
    assert [(line["zh"], line["values"]["spend_fen"]) for line in found["months"]] == [
        ("2020年8月", 0),
        ("2020年9月", 12345),
    ]
    assert {"name": "granted", "zh": "批准", "en": "granted"} in found["measures"]
    narrowed = figures(town, web, township=HILLS, month="2020-09", department="civil-affairs")
    assert [line["zh"] for line in narrowed["townships"]] == ["黄金坳镇"]
    assert narrowed["total"]["values"]["spend_fen"] == 12345
    assert figures(town, web, department="education")["total"]["values"]["granted"] == 0


def test_what_cannot_be_asked_is_refused_and_nobody_is_let_in_without_a_token(
    town: Town, web: TestClient
) -> None:
    for asked in (
        {"month": "2020-13"},
        {"township": "43"},
        {"department": "nobody"},
        {"window": 0},
        {"hop": 91},
    ):
        assert web.get("/figures", params=asked, headers=token(town, Department.AUDIT)).status_code == 422
    for path in ("/figures", "/stream"):
        assert web.get(path).status_code == 401


def test_small_numbers_by_township_are_withheld_from_other_departments(town: Town, web: TestClient) -> None:
    for township, count in ((URBAN, 5), (HILLS, 4), (FIELDS, 1)):
        for _ in range(count):
            town.grant(town.apply(township))
    told = figures(town, web, Department.EDUCATION)
    granted = {line["code"]: line["values"]["granted"] for line in told["townships"]}
    # The one of FIELDS would follow from the total: the next smallest goes with it.
    assert granted == {URBAN: 5, HILLS: None, FIELDS: None}
    assert told["withheld"] and told["total"]["values"]["granted"] == 10
    committed = {line["code"]: line["values"]["commitment_fen"] for line in told["townships"]}
    assert committed == {URBAN: 2000_00, HILLS: None, FIELDS: None}
    narrowed = figures(town, web, Department.EDUCATION, township=FIELDS)
    for line in (narrowed["total"], *narrowed["windows"], *narrowed["months"], *narrowed["departments"]):
        assert 1 not in line["values"].values()
    all_of_it = figures(town, web, Department.CIVIL_AFFAIRS)
    assert {line["values"]["granted"] for line in all_of_it["townships"]} == {5, 4, 1}


def test_a_townships_clerk_is_told_no_small_number_of_the_other_townships(
    town: Town, web: TestClient
) -> None:
    for township, count in ((URBAN, 5), (HILLS, 1), (FIELDS, 2)):
        for _ in range(count):
            town.grant(town.apply(township))
    town.district.host.follow()
    clerk = token(town, Department.CIVIL_AFFAIRS, URBAN)
    told = web.get("/figures", headers=clerk).json()
    assert {line["code"]: line["values"]["granted"] for line in told["townships"]} == {
        URBAN: 5, HILLS: None, FIELDS: None,
    }  # fmt: skip


def test_what_is_withheld_cannot_be_worked_out_from_the_same_line() -> None:
    line: dict[str, Any] = {
        "on_time": 9,
        "late": 1,
        "on_time_rate": 0.9,
        "enrolled": 9,
        "covered": 7,
        "coverage_gap": 2,
    }
    withhold([line])
    assert line == {**dict.fromkeys(line), "enrolled": 9}


@pytest.fixture
def served(town: Town) -> Iterator[str]:
    app = town.insight.app(tokens_of(town.district.settings))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def test_the_stream_tells_every_change_and_ends_with_the_program(town: Town, served: str) -> None:
    ended = threading.Event()
    town.insight.ended = ended.is_set
    with httpx.stream("GET", f"{served}/stream", headers=token(town, Department.AUDIT), timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        told = (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))
        assert next(told)["total"]["values"]["granted"] == 0
        town.grant(town.apply(URBAN))
        town.district.host.follow()
        assert next(told)["total"]["values"]["granted"] == 1
        ended.set()
        assert list(told) == []  # not cut off: at its end


def test_the_stream_ends_with_the_token(town: Town, served: str) -> None:
    caller = Caller(person=CLERK, post="clerk", department=Department.AUDIT)
    # Half a minute is given to clocks that differ.
    short = issue_token(town.district.settings, caller, valid_for=timedelta(seconds=-26))
    headers = {"Authorization": f"Bearer {short}"}
    with httpx.stream("GET", f"{served}/stream", headers=headers, timeout=30) as answer:
        assert answer.status_code == 200
        assert "event: figures" in answer.read().decode()
    assert httpx.get(f"{served}/stream", headers=headers).status_code == 401


def test_nothing_told_names_anybody(town: Town, web: TestClient) -> None:
    people = town.enrol(URBAN, 4)
    case = town.apply(URBAN, people)
    town.grant(case)
    town.letter()
    ids = {str(one) for one in (*people, case["case"], case["household"])}
    told = json.dumps(figures(town, web)) + web.get("/metrics").text
    assert not any(one in told or one.replace("-", "") in told for one in ids)
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", told)


def test_every_metric_that_the_dashboard_names_exists(town: Town, web: TestClient) -> None:
    for _ in range(3):
        town.grant(town.apply(URBAN))
    town.enrol(URBAN, 3)
    town.letter()
    town.district.host.follow()
    town.figures.measure()
    told = web.get("/metrics").text
    there = set(re.findall(r"^(doudi_\w+)[{ ]", told, re.MULTILINE))
    expressions = re.findall(r'"expr": "(.*?)"', DASHBOARD.read_text())
    asked = {name for expression in expressions for name in re.findall(r"doudi_\w+", expression)}
    assert asked and asked <= there | {"doudi_feed_stopped"}
    town.figures.stop(town.figures.sources[0], Stopped("gap"))
    assert "doudi_feed_stopped{" in web.get("/metrics").text


def test_metrics_by_township_leave_small_numbers_out(town: Town, web: TestClient) -> None:
    town.grant(town.apply(FIELDS))
    town.district.host.follow()
    lines = [
        line for line in web.get("/metrics").text.splitlines() if line.startswith("doudi_insight_active")
    ]
    assert lines and not any(FIELDS in line for line in lines)
