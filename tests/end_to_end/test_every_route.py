"""Every route of every service, one by one: nobody enters without a token, from another department, or from
another township; and whoever is turned away has changed nothing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from events import notification
from services.chassis.auth import Access, Observed, Open, declaration
from services.chassis.departments import Department
from services.chassis.tokens import Caller, issue_token
from services.cli.house import ROOMS
from tests.end_to_end import families
from tests.end_to_end.systems import CLERK, System
from tests.papers import publish_shipped

ELSEWHERE = "431202102000"
OPEN = {"/health/live", "/health/ready", "/openapi.json", "/docs", "/docs/start.js", "/docs/assets/{name}"} | {
    # Public keys and signed checkpoints: made to be compared by anyone.
    "/proof/keys", "/proof/checkpoint", "/proof/checkpoints/{size}",
}  # fmt: skip
NOBODY = "00000000-0000-4000-8000-000000000000"
ANYTHING = {"category": "dibao", "number": "1"}
"""What stands for a path's parameters where an id would not do."""


@dataclass(frozen=True)
class Route:
    service: str
    method: str
    path: str
    declared: Any

    def __str__(self) -> str:
        return f"{self.method} /{self.service}{self.path}"

    def at(self, **ids: str) -> str:
        """Its path under the host, with these ids in it."""
        filled = re.sub(r"{(\w+)}", lambda m: {**ANYTHING, **ids}.get(m[1], NOBODY), self.path)
        return f"/{self.service}{filled}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = System(tmp_path_factory.mktemp("world"))
    yield system
    system.close()


@pytest.fixture(scope="module")
def routes(world: System) -> list[Route]:
    return [one for name in ROOMS for one in routes_of(name, world.house.app(name))]


@pytest.fixture(scope="module")
def family(world: System) -> dict[str, str]:
    """A family with a grant, and the ids by which routes name what is theirs."""
    head, number = families.register_person(world, "石某某"), families.id_number()
    said = {"name": "龙某某", "id_number": number, "synthetic": True}
    other = str(world.post("registry", "people", said)["id"])
    families.registered_poor(world, head, other)
    household = families.register_household(world, head, other)
    case = families.grant(world, household, head)
    world.settle()
    subsidy = opened_subsidy(world, other, f"{number}42")
    county = f"township:{families.TOWNSHIP}"
    [message, *_] = (
        str(fact.message)
        for fact in world.facts("notification", notification.MessageComposed)
        if fact.recipient == county
    )
    granted = next(one for one in world.log("living") if one.envelope.type == "assistance.SubsidyGranted")
    return {
        "people": head,
        "other": other,
        "households": household,
        "cases": case,
        "disability/cases": subsidy,
        "messages": message,
        "events": str(granted.envelope.id),
    }


def opened_subsidy(world: System, person: str, card: str) -> str:
    """A case of disability, which carries cases as living does: it opens by itself for a card holder on dibao."""
    publish_shipped(
        world.house.runtimes["policy"], ("disability-subsidies-2015", "disability-measures-illustrative")
    )
    world.settle()
    federation = world.client("disability", Department.DISABLED_FEDERATION)
    for path, body in (("card", {"number": card}), ("consent", {"by": "person"})):
        answer = federation.post(f"disabled/{person}/{path}", json=body)
        assert answer.is_success, answer.text
    world.settle()
    [applied] = [one for one in world.log("disability") if one.envelope.type == "assistance.Applied"]
    return applied.envelope.subject.partition("/")[2]


def routes_of(service: str, app: FastAPI) -> Iterator[Route]:
    for context in iter_route_contexts(app.routes):
        declared = declaration(getattr(context, "dependant", None))
        for method in sorted(context.methods or ()):
            yield Route(service, method, context.path, declared)


def token(world: System, department: Department, township: str | None = None) -> dict[str, str]:
    caller = Caller(person=CLERK, post="clerk", department=department, township=township)
    return {"Authorization": f"Bearer {issue_token(world.settings, caller)}"}


def anybody(world: System) -> TestClient:
    return TestClient(world._web, base_url="http://doudi", raise_server_exceptions=False)


def recorded(world: System) -> dict[str, Any]:
    """Where every log ends, once everything is told and sent and nothing moves any more."""

    def heads() -> dict[str, Any]:
        world.settle()
        return {name: runtime.store.head() for name, runtime in world.house.runtimes.items()}

    def at_rest() -> dict[str, Any] | None:
        before = heads()
        time.sleep(0.3)
        return before if heads() == before else None

    return world.eventually(at_rest, "nothing moves any more") or {}


def body_for(route: Route) -> dict[str, Any]:
    """Something to send, which is nobody's business before the caller is known."""
    if route.method == "GET":
        return {}
    if route.path == "/evidence":
        return {"files": {"file": ("form.pdf", b"%PDF-1.4")}, "data": {"case": NOBODY, "kind": "consent"}}
    if route.path == "/agreements/{agreement}/files":
        return {"files": {"file": ("data.csv", b"x")}, "data": {"as_of": "2021-08-01"}}
    uploads = ("/imports", "/batches/{batch}/return", "/taken-over", "/taken-over/report")
    whole = route.path.removesuffix(".xlsx").removesuffix(".csv")
    return {"files": {"file": ("roster.csv", b"x")}} if whole in uploads else {"json": {}}


def test_each_route_says_who_may_call_and_only_health_and_documentation_are_open(
    routes: list[Route],
) -> None:
    assert len(routes) > 80
    assert [str(one) for one in routes if one.declared is None] == []
    assert {one.path for one in routes if isinstance(one.declared, Open)} == OPEN
    assert {one.path for one in routes if isinstance(one.declared, Observed)} == {"/metrics"}


def test_nobody_enters_without_a_good_token(world: System, routes: list[Route]) -> None:
    before, client = recorded(world), anybody(world)
    closed = [one for one in routes if isinstance(one.declared, Access)]
    for route in closed:
        for headers in ({}, {"Authorization": "Bearer of.good.news"}):
            answer = client.request(route.method, route.at(), headers=headers, **body_for(route))
            assert (answer.status_code, answer.json()["type"]) == (
                401,
                "urn:doudi:problem:not-authenticated",
            ), f"{route}: {answer.text}"
            assert answer.headers["www-authenticate"].startswith("Bearer")
    assert recorded(world) == before


def test_another_department_is_turned_away_from_every_route(world: System, routes: list[Route]) -> None:
    before, client = recorded(world), anybody(world)
    tokens = {one: token(world, one) for one in Department}
    refusals = 0
    for route in routes:
        if not isinstance(route.declared, Access):
            continue
        for department in sorted(set(Department) - route.declared.departments):
            answer = client.request(route.method, route.at(), headers=tokens[department], **body_for(route))
            assert (answer.status_code, answer.json()["type"]) == (
                403,
                "urn:doudi:problem:not-allowed",
            ), f"{department} at {route}: {answer.text}"
            assert all(one.zh in answer.json()["detail"] for one in route.declared.departments)
            refusals += 1
    assert refusals > 300
    assert recorded(world) == before


def test_a_department_that_may_is_not_turned_away(world: System, routes: list[Route]) -> None:
    client = anybody(world)
    for route in routes:
        if isinstance(route.declared, Access):
            department = min(route.declared.departments)
            answer = client.request(
                route.method, route.at(), headers=token(world, department), **body_for(route)
            )
            assert answer.status_code not in (401, 403, 500), f"{department} at {route}: {answer.text}"


#: A good body for each route of a family: only so is the township what a refusal is about.
BODIES: dict[str, dict[str, Any]] = {
    "/people/{id}/corrections": {"name": "石某人"},
    "/people/{id}/death": {"on": "DAY"},
    "/people/{id}/duplicates": {"duplicate": "OTHER"},
    "/people/{id}/categories": {"category": "disabled", "since": "DAY"},
    "/people/{id}/categories/{category}/end": {"until": "DAY", "reason": "request"},
    "/people/{id}/erasure": {"reason": "request"},
    "/households/{id}/corrections": {"address": "某村1组"},
    "/households/{id}/members": {"person": NOBODY, "relation": "20", "since": "DAY", "reason": "birth"},
    "/households/{id}/departures": {"person": "OTHER", "since": "DAY", "reason": "work"},
    "/households/{id}/head": {"head": "OTHER", "since": "DAY"},
    "/households/{id}/split": {
        "head": "OTHER",
        "members": [{"person": "OTHER", "relation": "02"}],
        "since": "DAY",
    },
    "/households/{id}/merge": {"absorbed": NOBODY, "since": "DAY"},
    "/households/{id}/move": {"township": ELSEWHERE, "village": "431202102201", "since": "DAY"},
    "/households/{id}/departure": {"since": "DAY"},
    "/households/{id}/closure": {"since": "DAY"},
    "/cases/{case}/acceptance": {},
    "/cases/{case}/survey": {"surveyors": families.SURVEYORS, "means": families.means([NOBODY])},
    "/cases/{case}/check": {"means": families.means([NOBODY]), "consistent": True},
    "/cases/{case}/assessment": {},
    "/cases/{case}/notice": {},
    "/cases/{case}/steps": {"step": "submit", "staff": [NOBODY]},
    "/cases/{case}/demands": {"reason": "complaint"},
    "/cases/{case}/suspension": {"reason": "not_cooperating"},
    "/cases/{case}/resumption": {},
    "/cases/{case}/contests": {"decision": NOBODY, "by": NOBODY},
    "/cases/{case}/contests/{contest}/extension": {},
    "/cases/{case}/contests/{contest}/decision": {"outcome": "upheld"},
    "/cases/{case}/reports": {},
    "/cases/{case}/lawsuits": {"decision": NOBODY, "by": NOBODY, "court": "怀化铁路运输法院"},
    "/cases/{case}/contests/{contest}/judgment": {"outcome": "withdrawn"},
    "/cases/{case}/fines": {
        "person": NOBODY,
        "paper": "鹤民罚〔2021〕1号",
        "amount_fen": 1,
        "heard": "2021-01-01",
    },
    "/cases/{case}/lifting": {},
    "/cases/{case}/fraud": {"decision": NOBODY},
    "/cases/{case}/recoveries": {},
    "/cases/{case}/recoveries/{order}/waiver": {"why": "other"},
    "/cases/{case}/work-offers": {"person": NOBODY},
    "/cases/{case}/work-answers": {"offer": NOBODY, "answer": "refused"},
    "/cases/{case}/payment-first": {},
    "/cases/{case}/letters": {"kind": "confirmation"},
    "/cases/{case}/letters/service": {
        "number": "鹤民低确〔2021〕1号",
        "how": "in_person",
        "on": "2021-01-01",
    },
    "/cases/{case}/supplement": {"missing": ["application"]},
    "/cases/{case}/objection": {},
    "/cases/{case}/withdrawal": {},
    "/cases/{case}/reviews": {"reason": "report"},
    "/cases/{case}/confirmation": {},
    "/cases/{case}/refusal": {},
    "/cases/{case}/conclusion": {},
    "/cases/{case}/exit": {},
    "/cases/{case}/texts": {"purpose": "核对"},
    "/messages/{message}/retry": {"reason": "再试"},
    "/messages/{message}/give-up": {"reason": "不再"},
}
QUERIES = {"/cases/{case}/letters/pdf": {"number": "鹤民低确〔2021〕1号", "purpose": "核对"}}
KIND = re.compile(r"/(people|households|cases|messages|events)/{(\w+)}")


def test_a_clerk_of_another_township_is_turned_away_from_all_that_is_a_family_s(
    world: System, routes: list[Route], family: dict[str, str]
) -> None:
    client, elsewhere = anybody(world), token(world, Department.CIVIL_AFFAIRS, ELSEWHERE)
    before = recorded(world)
    turned_away = set()
    for route in routes:
        found = KIND.match(route.path)
        if found is None:
            continue
        sent = filled(BODIES[route.path], family, world) if route.method == "POST" else None
        path = route.at(**{found[2]: family.get(f"{route.service}/{found[1]}", family[found[1]])})
        headers = elsewhere | {"Idempotency-Key": str(uuid4())}
        asked = QUERIES.get(route.path)
        answer = client.request(route.method, path, headers=headers, json=sent, params=asked)
        assert answer.status_code == 403, f"{route}: {answer.status_code} {answer.text}"
        assert answer.json()["type"] == "urn:doudi:problem:not-allowed"
        turned_away.add(route.path)
    assert set(BODIES) <= turned_away
    assert recorded(world) == before


def test_a_clerk_of_another_township_neither_registers_nor_lists_here(
    world: System, family: dict[str, str]
) -> None:
    client, elsewhere = anybody(world), token(world, Department.CIVIL_AFFAIRS, ELSEWHERE)
    before, here, day = recorded(world), families.TOWNSHIP, families.today(world)
    newcomer = {"head": NOBODY, "members": [{"person": NOBODY, "relation": "02"}], "since": day}
    place = {"township": here, "village": families.VILLAGE}
    application = {
        "programme": "dibao",
        "household": family["households"],
        "applicant": family["people"],
        "consent": True,
    }
    for method, path, sent in (
        ("POST", "/registry/households", newcomer | place),
        ("GET", f"/registry/households?township={here}", None),
        ("POST", "/registry/lists", {"as_of": day, "township": here}),
        ("POST", "/living/cases", application),
        ("GET", f"/living/cases?township={here}", None),
        ("GET", f"/living/cases.csv?township={here}", None),
    ):
        answer = client.request(method, path, headers=elsewhere, json=sent)
        assert answer.status_code == 403, f"{path}: {answer.text}"
    # and what lists show without naming a township is nothing of this one
    assert client.get("/registry/households", headers=elsewhere).json()["items"] == []
    assert client.get("/living/cases", headers=elsewhere).json()["items"] == []
    assert client.get("/notification/messages", headers=elsewhere).json()["items"] == []
    assert recorded(world) == before
    # while the clerk of this one sees them
    at_home = token(world, Department.CIVIL_AFFAIRS, here)
    assert client.get("/registry/households", headers=at_home).json()["items"] != []
    assert client.get("/living/cases", headers=at_home).json()["items"] != []


def filled(value: Any, family: dict[str, str], world: System) -> Any:
    words = {"DAY": families.today(world), "OTHER": family["other"]}
    if isinstance(value, dict):
        return {name: filled(one, family, world) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, family, world) for one in value]
    return words.get(value, value) if isinstance(value, str) else value
