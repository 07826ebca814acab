"""Routes of history over a world that a test planted, behind the real web."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.testclient import TestClient

from services.chassis.metrics import Metrics
from services.chassis.settings import Settings
from services.chassis.tokens import Caller, issue_token, tokens_of
from services.chassis.web import create_app
from tests.history.audited import Plant, World

CLERK = uuid4()


class Web:
    def __init__(self, folder: Path, plant: Plant, routers: Callable[[World], Iterable[APIRouter]]) -> None:
        world = World(folder, plant)
        self._begin(world, Settings(data=folder, token_development=True), routers(world))

    @classmethod
    def over(cls, world: World, settings: Settings, routers: Iterable[APIRouter]) -> Self:
        """Another process over the same log."""
        web = cls.__new__(cls)
        web._begin(world, settings, routers)
        return web

    def _begin(self, world: World, settings: Settings, routers: Iterable[APIRouter]) -> None:
        self.world, self.settings = world, settings
        self.app = create_app(
            "history", "历史", "under test", list(routers),
            settings=settings, tokens=tokens_of(settings), metrics=Metrics("history"),
        )  # fmt: skip

    def client(
        self, department: str = "audit", township: str | None = None, person: UUID = CLERK
    ) -> TestClient:
        """The same person, unless another is named."""
        caller = Caller(person=person, post="clerk", department=department, township=township)
        token = issue_token(self.settings, caller)
        return TestClient(self.app, headers={"Authorization": f"Bearer {token}"})

    def answered(self, path: str, question: dict[str, Any]) -> dict[str, Any]:
        """Asked, and watched until there is an answer or none to be had."""
        asked = self.client().post(path, json=question)
        assert asked.status_code == 202, asked.text
        until = time.monotonic() + 120
        while (told := self.client().get(f"{path}/{asked.json()['id']}").json())["state"] == "running":
            assert time.monotonic() < until
            time.sleep(0.05)
        return dict(told)
