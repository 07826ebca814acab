"""A small service behind the real edge, with a client that has a good token."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import jsonschema
from fastapi import APIRouter, FastAPI, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.testclient import TestClient

from services.chassis.auth import allow, allow_any_department
from services.chassis.departments import Department
from services.chassis.edge import import_body
from services.chassis.metrics import Metrics
from services.chassis.problems import ProblemDetails
from services.chassis.refusal import Stale
from services.chassis.requests import Command
from services.chassis.settings import Settings
from services.chassis.tokens import Caller, issue_token, tokens_of
from services.chassis.web import create_app

NAME = "欧阳测试"
CLERK = Caller(person=UUID(int=5, version=4), post="clerk", department=Department.CIVIL_AFFAIRS)
SCHEMA = ProblemDetails.model_json_schema()


class Member(Command):
    name: str = Field(min_length=1, max_length=20)


class Register(Command):
    born: date
    members: tuple[Member, ...] = ()


class Receipt(BaseModel):
    key: str | None
    digest: str | None
    request_id: UUID
    traceparent: str | None


def routes() -> APIRouter:
    router = APIRouter()

    def receipt(request: Request) -> Receipt:
        state = request.state
        return Receipt(
            key=state.idempotency_key,
            digest=state.request_digest,
            request_id=state.request_id,
            traceparent=state.traceparent,
        )

    @router.post("/households")
    def register(
        body: Register, request: Request, caller: Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]
    ) -> Receipt:
        return receipt(request)

    @router.post("/touch")
    def touch(request: Request, caller: Annotated[Caller, allow_any_department()]) -> Receipt:
        return receipt(request)

    @router.post("/raw", dependencies=[allow_any_department()])
    async def raw(request: Request) -> int:
        return len(await request.body())

    @router.post("/imports", dependencies=[import_body()])
    def take(
        file: UploadFile, request: Request, caller: Annotated[Caller, allow("civil-affairs")]
    ) -> Receipt:
        return receipt(request)

    @router.get("/households/{household}")
    def show(household: UUID, caller: Annotated[Caller, allow_any_department()]) -> str:
        return caller.department.zh

    @router.get("/stale", dependencies=[allow_any_department()])
    def stale() -> None:
        raise Stale(1, 2)

    @router.get("/broken", dependencies=[allow_any_department()])
    def broken() -> None:
        raise KeyError(NAME)

    return router


class Host:
    """One service, its reasons for not being ready, and a client with a good token."""

    def __init__(self, folder: Path, service: str = "registry", title: str = "登记") -> None:
        self.settings = Settings(data=folder, token_development=True, body_limit=2048, import_limit=8192)
        self.reasons: list[str] = []
        self.metrics = Metrics(service)
        self.app = create_app(
            service,
            title,
            "人员与家庭",
            [routes()],
            settings=self.settings,
            tokens=tokens_of(self.settings),
            metrics=self.metrics,
            readiness=lambda: self.reasons,
        )
        self.client = self.of(CLERK)

    def of(self, caller: Caller | None, app: FastAPI | None = None, **options: Any) -> TestClient:
        headers = {} if caller is None else {"Authorization": f"Bearer {issue_token(self.settings, caller)}"}
        return TestClient(app or self.app, headers=headers, **options)


def problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    jsonschema.validate(body, SCHEMA)
    assert body["type"] == f"urn:doudi:problem:{slug}"
    assert body["instance"] == f"urn:uuid:{response.headers['x-request-id']}"
    assert NAME not in response.text
    return body


GOOD = {"born": "1990-01-01", "members": [{"name": NAME}]}
