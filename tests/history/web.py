"""Routes of history over a world that a test planted, behind the real web."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from fastapi.testclient import TestClient

from services.chassis.metrics import Metrics
from services.chassis.settings import Settings
from services.chassis.tokens import Caller, issue_token, tokens_of
from services.chassis.web import create_app
from tests.history.audited import Plant, World


class Web:
    def __init__(self, folder: Path, plant: Plant, routers: Callable[[World], Iterable[APIRouter]]) -> None:
        self.world = World(folder, plant)
        self.settings = Settings(data=folder, token_development=True)
        self.app = create_app(
            "history", "历史", "under test", list(routers(self.world)),
            settings=self.settings, tokens=tokens_of(self.settings), metrics=Metrics("history"),
        )  # fmt: skip

    def client(self, department: str = "audit", township: str | None = None) -> TestClient:
        caller = Caller(person=uuid4(), post="clerk", department=department, township=township)
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
