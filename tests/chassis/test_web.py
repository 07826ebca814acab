"""A service through its real application: its doors, health, figures, schema and pages."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import jsonschema
import pytest
from fastapi import APIRouter

from services.chassis.auth import undeclared_routes
from services.chassis.departments import Department
from services.chassis.metrics import Metrics
from services.chassis.tokens import Caller, tokens_of
from services.chassis.web import create_app, mount
from tests.chassis.web_host import CLERK, GOOD, Host, problem


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "data")


def test_without_a_good_token_nobody_enters(host: Host) -> None:
    stranger = host.of(None)
    for headers in ({}, {"Authorization": "Bearer rubbish"}, {"Authorization": "Basic eDp5"}):
        for method, path in (("POST", "/households"), ("GET", "/stale"), ("POST", "/touch")):
            response = stranger.request(method, path, headers=headers)
            problem(response, 401, "not-authenticated")
            assert response.headers["www-authenticate"].startswith("Bearer")
    malformed = stranger.post("/households", content=b"{", headers={"Content-Type": "application/json"})
    problem(malformed, 401, "not-authenticated")


def test_another_department_is_told_whose_business_it_is(host: Host) -> None:
    teacher = host.of(Caller(person=UUID(int=6), post="clerk", department=Department.EDUCATION))
    told = problem(teacher.post("/households", json=GOOD), 403, "not-allowed")
    assert "民政局" in told["detail"]
    assert "civil-affairs" in told["detail_en"]
    assert teacher.get(f"/households/{UUID(int=1)}").json() == "教育局"


def test_every_route_says_who_may_call_it(host: Host) -> None:
    assert undeclared_routes(host.app) == []
    forgotten = APIRouter()
    forgotten.add_api_route("/open", lambda: 1, methods=["GET"])
    with pytest.raises(TypeError, match="GET /open"):
        create_app(
            "x",
            "x",
            "x",
            [forgotten],
            settings=host.settings,
            tokens=tokens_of(host.settings),
            metrics=Metrics("x"),
        )


def test_what_the_framework_refuses_leaves_as_a_problem_too(host: Host) -> None:
    problem(host.client.get("/nowhere"), 404, "not-found")
    response = host.client.delete("/stale")
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET"
    assert (
        problem(host.client.get("/households/7"), 422, "validation")["errors"][0]["field"] == "path.household"
    )
    assert problem(host.client.get("/stale"), 409, "stale-version")["errors"][0]["field"] == "version"


def test_health_tells_why_a_service_is_not_ready(host: Host) -> None:
    anybody = host.of(None)
    assert anybody.get("/health/ready").json() == {"status": "ready"}
    host.reasons.append("feed of /431202/living stopped: gap")
    told = problem(anybody.get("/health/ready"), 503, "not-ready")
    assert told["reasons"] == host.reasons
    assert anybody.get("/health/live").json() == {"status": "live"}


def test_figures_are_for_this_machine_s_monitoring_and_the_district(host: Host) -> None:
    host.metrics.lag("/431202/living", 3)
    host.metrics.committed(["registry.PersonRegistered"])
    host.metrics.feed_stopped("/431202/living", "gap")
    host.metrics.feed_stopped("/431202/living", "fork")
    host.client.get(f"/households/{UUID(int=1)}")
    near = host.of(None, client=("127.0.0.1", 5000)).get("/metrics")
    assert near.headers["content-type"].startswith("text/plain; version=")
    assert 'doudi_feed_lag_events{service="registry",source="/431202/living"} 3.0' in near.text
    assert 'reason="fork"' in near.text
    assert 'reason="gap"' not in near.text
    assert 'route="/households/{household}"' in near.text
    host.metrics.feed_runs("/431202/living")
    assert 'reason="fork"' not in host.of(None, client=("127.0.0.1", 5000)).get("/metrics").text
    problem(host.of(None, client=("203.0.113.9", 5000)).get("/metrics"), 401, "not-authenticated")
    problem(host.client.get("/metrics"), 403, "not-allowed")
    chief = Caller(person=UUID(int=7), post="monitoring", department=Department.DISTRICT)
    assert host.of(chief).get("/metrics").status_code == 200


def test_the_schema_promises_problems_for_every_operation(host: Host) -> None:
    schema = host.of(None).get("/openapi.json").json()
    assert "HTTPValidationError" not in json.dumps(schema)
    assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            assert {"400", "401", "403", "404", "409", "413", "415", "422", "500"} <= operation[
                "responses"
            ].keys()
            assert bool(operation.get("security")) == (not path.startswith("/health"))
    jsonschema.Draft202012Validator.check_schema(schema["components"]["schemas"]["ProblemDetails"])
    assert {"BrokenRule", "Register", "Member"} <= schema["components"]["schemas"].keys()


def test_the_documentation_loads_nothing_from_elsewhere(host: Host) -> None:
    anybody = host.of(None)
    page = anybody.get("/docs")
    assert "http" not in page.text.replace("<!doctype html>", "")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for asset in ("docs/assets/swagger-ui-bundle.js", "docs/assets/swagger-ui.css", "docs/start.js"):
        assert asset.split("/")[-1] in page.text
        assert anybody.get(f"/{asset}").status_code == 200
    assert anybody.get("/docs/assets/..%2fcore.py").status_code in (404, 422)


def test_one_port_carries_all_services(host: Host, tmp_path: Path) -> None:
    other = Host(tmp_path / "data", "living", "低保 <living>")
    together = mount({"registry": host.app, "living": other.app})
    anybody = host.of(None, together, client=("127.0.0.1", 5000))
    index = anybody.get("/")
    assert "living/docs" in index.text
    assert "低保 &lt;living&gt; · living" in index.text
    assert host.of(CLERK, together).post("/registry/households", json=GOOD).status_code == 200
    assert host.of(CLERK, together).post("/living/households", content=b"{").status_code == 415
    assert anybody.get("/registry/openapi.json").json()["servers"] == [{"url": "/registry"}]
    assert anybody.get("/living/health/live").status_code == 200
    figures = anybody.get("/metrics").text
    assert figures.count("# TYPE doudi_commits_total counter") == 1
    assert 'doudi_commits_total{service="living"}' in figures
    assert 'doudi_commits_total{service="registry"}' in figures
    assert anybody.get("/nowhere").headers["content-type"] == "application/problem+json"
    assert undeclared_routes(together) == []
