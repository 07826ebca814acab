"""The factory of every service's web: one edge, one family of errors, health, metrics and documentation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.responses import Response

from services.chassis import pages, problems
from services.chassis.auth import observed, public, undeclared_routes
from services.chassis.clock import Ids, SystemIds
from services.chassis.edge import Edge
from services.chassis.metrics import CONTENT_TYPE, Metrics, text_of_all
from services.chassis.settings import Settings
from services.chassis.tokens import Tokens

Readiness = Callable[[], list[str]]
_WHEN = {
    400: "The request cannot be read: malformed JSON, a bad Idempotency-Key.",
    401: "No token, or one that is not good.",
    403: "Another department's business, or another township's.",
    404: "There is no such record.",
    405: "No such method here.",
    409: "It contradicts what is recorded, or rests on an older version.",
    413: "The body is too large.",
    415: "The content type is not the one expected.",
    422: "A rule is broken, listed with its field; or an Idempotency-Key came with another request.",
    500: "Something failed inside.",
    503: "The service is not ready.",
}
_OF_THE_FRAMEWORK = "Validation Error"


class Health(BaseModel):
    status: str


def create_app(
    service: str,
    title_zh: str,
    description: str,
    routers: Sequence[APIRouter],
    *,
    settings: Settings,
    tokens: Tokens,
    metrics: Metrics,
    readiness: Readiness = list,
    ids: Ids | None = None,
    state: Mapping[str, Any] | None = None,
) -> FastAPI:
    """The web of one service.

    `readiness` lists why the service is not ready, nothing when it is; the sentences are public. `state` is
    put on `app.state` for the routes. `ids` names requests: never the seeded source of a simulation, since
    whoever looks at a page would change what it records. Raises TypeError for a route open by neglect.
    """
    app = FastAPI(
        title=f"{title_zh} · {service}",
        summary=description,
        description=description,
        version=_version(),
        # Documentation and schema are routes of ours (`pages.py`): the framework's load from elsewhere.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings, app.state.tokens, app.state.metrics = settings, tokens, metrics
    for name, value in (state or {}).items():
        setattr(app.state, name, value)
    problems.install(app)
    app.add_middleware(Edge, settings=settings, metrics=metrics, new_id=(ids or SystemIds()).random)
    # Taken over as they are: to include a router is to build each of its routes a second time, which is half of
    # what it takes to open a service.
    for router in (*routers, _operations(readiness, metrics), pages.documentation(app)):
        app.router.routes += router.routes
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    open_by_neglect = undeclared_routes(app)
    if open_by_neglect:
        raise TypeError(f"routes that do not say who may call them: {', '.join(open_by_neglect)}")
    return app


def _operation_id(path: str, method: str) -> str:
    """What no two routes share, as a generated client's name."""
    return "-".join([*re.findall(r"\w+", path), method]).lower()


def _version() -> str:
    try:
        return version("doudi")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"


def _response(when: str) -> dict[str, Any]:
    reference = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    return {"description": when, "content": {problems.MEDIA_TYPE: reference}}


def _operations(readiness: Readiness, metrics: Metrics) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/health/live", dependencies=[public()])
    def live() -> Health:
        """The process answers."""
        return Health(status="live")

    @router.get("/health/ready", dependencies=[public()])
    def ready() -> Health:
        """The service can do its work; 503 with the reasons otherwise."""
        reasons = readiness()
        if reasons:
            raise problems.not_ready(reasons)
        return Health(status="ready")

    @router.get(
        "/metrics",
        dependencies=[observed()],
        # Not promised to callers: who may read it depends on where they call from.
        include_in_schema=False,
    )
    def exposition() -> Response:
        """Figures for Prometheus."""
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    return router


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        problem = problems.ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs", {})
        schemas["ProblemDetails"] = problem
        for name in ("HTTPValidationError", "ValidationError"):  # the framework's own; ours are problems
            schemas.pop(name, None)
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                operation["operationId"] = _operation_id(path, method)
                operation.setdefault("parameters", []).extend(_headers(operation))
                _answers(operation["responses"])
        app.openapi_schema = schema
    return app.openapi_schema


def _answers(responses: dict[str, Any]) -> None:
    """Add how any route may refuse, where a route does not say it in words of its own."""
    for status, when in _WHEN.items():
        if str(status) not in responses or responses[str(status)]["description"] == _OF_THE_FRAMEWORK:
            responses[str(status)] = _response(when)


def _headers(operation: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    yield {
        "name": "X-Request-Id",
        "in": "header",
        "required": False,
        "description": "UUID or ULID; comes back, and is the correlation id of what is recorded",
        "schema": {"type": "string"},
    }
    if "requestBody" in operation:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "the same key with the same request has its effect once",
            "schema": {
                "type": "string",
                "pattern": r"^[\x21-\x7e]{1,255}$",
                "minLength": 1,
                "maxLength": 255,
            },
        }


def mount(services: Mapping[str, FastAPI]) -> FastAPI:
    """One host for several services, `/registry` and so on, with a page that lists them.

    The services' lifespans do not run here: whoever starts the host starts and stops their feeds.
    """
    host = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    problems.install(host)
    host.state.settings = next(iter(services.values())).state.settings
    host.state.tokens = next(iter(services.values())).state.tokens

    @host.get("/", dependencies=[public()])
    def index() -> Response:
        return pages.index(services)

    @host.get("/metrics", dependencies=[observed()])
    def exposition() -> Response:
        every = [app.state.metrics for app in services.values()]
        return Response(text_of_all(every), headers={"Content-Type": CONTENT_TYPE})

    for name, app in services.items():
        host.mount(f"/{name}", app)
    return host
