"""Whatever is sent to any route of any service is answered within the schema that the service publishes.

schemathesis makes requests from each OpenAPI document, good ones and broken ones, for a running system in
which families live; their ids take the places of invented ones two times in three, so that requests get
past "not found". Checked of every answer: no 5xx; a status, a content type and a body that the document
names.

Not checked, and why: `negative_data_rejection` and `positive_data_acceptance` (a schema cannot say the rules
that a family has to keep: good JSON may be refused, and query parameters that no route knows are ignored, as
HTTP has it); `missing_required_header`, `ignored_auth` and `unsupported_method` (tests/end_to_end/
test_every_route.py tries every route without a token, and tests/chassis/test_web.py other methods);
`use_after_free` and `ensure_resource_availability` (nothing is ever deleted here).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from events import notification
from services.chassis import letters
from services.chassis.auth import Access, declaration
from services.chassis.departments import Department
from services.chassis.runtime import log_of
from services.chassis.tokens import Caller, issue_token
from services.chassis.work import Work
from services.cli.house import ROOMS
from tests.end_to_end import families
from tests.end_to_end.systems import CLERK, System

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = [pytest.param(3, id="short"), pytest.param(10, id="deep", marks=pytest.mark.prove)]
PLACES = {
    **dict.fromkeys(("person", "head", "new_head", "duplicate", "applicant"), "people"),
    **dict.fromkeys(("household", "absorbed"), "households"),
    **dict.fromkeys(("since", "on", "until", "as_of", "heard"), "days"),
    **{"case": "cases", "message": "messages", "township": "townships", "village": "villages"},
    **{"name": "names", "id_number": "numbers", "version": "versions"},
}
"""Fields and path parameters, and what of the seeded district may stand there."""

Known = dict[str, Sequence[str | None]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = System(tmp_path_factory.mktemp("world"))
    yield system
    system.close()


@pytest.fixture(scope="module")
def known(world: System) -> Known:
    """Three families: one with a grant, one that has applied, one of which nobody has asked anything."""
    homes, people = [], []
    for name in ("石某某", "龙某某", "向某某"):
        couple = [families.register_person(world, name), families.register_person(world, "杨某某")]
        families.registered_poor(world, *couple)
        homes.append(families.register_household(world, *couple))
        people += couple
    cases = [families.grant(world, homes[0], people[0]), families.apply(world, homes[1], people[2])]
    world.settle()
    return {
        "people": people,
        "households": homes,
        "cases": cases,
        "messages": list(message_ids(world)),
        "events": [str(entry.envelope.id) for entry in world.log("living")][:5],
        "days": [families.today(world)],
        "townships": [families.TOWNSHIP],
        "villages": [families.VILLAGE],
        "names": ["麻某某"],
        "numbers": [families.id_number(f"19{year}0203") for year in range(40, 99)],
        "versions": [None],
    }


def message_ids(world: System) -> Iterator[str]:
    for fact in world.facts("notification", notification.MessageComposed)[:5]:
        yield str(fact.message)


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("service", list(ROOMS))
@pytest.mark.timeout(900)
def test_every_answer_is_within_the_schema(world: System, known: Known, service: str, examples: int) -> None:
    app = world.house.app(service)
    callers, numbers = who_may_call(app), parked(world, service)
    broken: list[str] = []
    answers: Counter[int] = Counter()
    for found in openapi.from_asgi("/openapi.json", app).get_all_operations():
        operation = found.ok()
        department = callers[operation.method.upper(), operation.path]
        caller = Caller(person=CLERK, post="clerk", department=department)
        headers = {"Authorization": f"Bearer {issue_token(world.settings, caller)}"}
        for mode in modes_of(operation):
            broken += tried(operation, mode, examples, known | {"letters": numbers}, headers, answers)
    assert broken == []
    assert "failed" not in import_states(world)
    assert world.host.failure is None
    assert any(status < 300 for status in answers), answers
    assert any(400 <= status < 500 for status in answers), answers


@pytest.mark.parametrize("service", ROOMS)
def test_no_two_operations_share_a_name(world: System, service: str) -> None:
    paths = world.house.app(service).openapi()["paths"].values()
    names = Counter(operation["operationId"] for operations in paths for operation in operations.values())
    assert [name for name, count in names.items() if count > 1] == []


def parked(world: System, service: str) -> list[str | None]:
    """Numbers of some letters that wait there, about somebody of whom no other request speaks."""
    families.register_person(world, "滕某某")
    world.settle()
    [*_, entry] = log_of(world.house.runtimes["registry"].store)

    def park(work: Work) -> int:
        letters.park(work, entry, "decide")
        return work.sequence

    return [str(world.house.runtimes[service].decide(park)) for _ in range(6)]


def import_states(world: System) -> set[str]:
    folder = world.settings.data / "imports"
    return {json.loads(path.read_text())["progress"]["status"] for path in folder.glob("*.json")}


def modes_of(operation: APIOperation[Any, Any, Any, Any]) -> list[GenerationMode]:
    """Where nothing can be sent, nothing can be sent wrong."""
    sends = list(operation.body) or list(operation.path_parameters) or list(operation.query)
    return list(GenerationMode) if sends else [GenerationMode.POSITIVE]


def tried(
    operation: APIOperation[Any, Any, Any, Any],
    mode: GenerationMode,
    examples: int,
    known: Known,
    headers: dict[str, str],
    answers: Counter[int],
) -> list[str]:
    """What was wrong with the answers to some requests of one operation."""
    broken: dict[str, str] = {}
    strategy = operation.as_strategy(mode)

    @seed(1)
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, data=st.data())
    def ask(case: Case, data: st.DataObject) -> None:
        with_known_ids(case, known, data)
        case.headers = {**(case.headers or {}), **headers}
        answer = case.call()
        answers[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as failed:
            for one in failed.exceptions if isinstance(failed, FailureGroup) else [failed]:
                broken.setdefault(type(one).__name__, f"{operation.label}: {answer.status_code} {one}")

    ask()
    return list(broken.values())


def with_known_ids(case: Case, known: Known, data: st.DataObject) -> None:
    """Put ids of the seeded families where ids stand, two times in three."""

    def chosen(kind: str, otherwise: Any) -> Any:
        return data.draw(st.sampled_from([otherwise, *known[kind] * 2])) if known[kind] else otherwise

    for name in case.path_parameters or {}:
        if name == "number":
            kind = "letters"
        elif name == "id":
            kind = next((kind for kind in known if f"/{kind}/" in case.operation.path), "events")
        else:
            kind = PLACES.get(name, "")
        if kind in known:
            case.path_parameters[name] = chosen(kind, case.path_parameters[name])
    case.body = _with_ids(case.body, chosen)


def _with_ids(body: Any, chosen: Any) -> Any:
    if isinstance(body, dict):
        return {
            name: chosen(PLACES[name], value) if name in PLACES else _with_ids(value, chosen)
            for name, value in body.items()
        }
    return [_with_ids(one, chosen) for one in body] if isinstance(body, list) else body


def who_may_call(app: FastAPI) -> dict[tuple[str, str], Department]:
    """For each operation a department that may; civil affairs where it is among them."""
    found: dict[tuple[str, str], Department] = {}
    for context in iter_route_contexts(app.routes):
        declared = declaration(getattr(context, "dependant", None))
        allowed = declared.departments if isinstance(declared, Access) else frozenset(Department)
        for method in context.methods or ():
            first = Department.CIVIL_AFFAIRS if Department.CIVIL_AFFAIRS in allowed else min(allowed)
            found[method, context.path] = first
    return found
