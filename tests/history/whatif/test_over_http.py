"""What-if over HTTP: asked by digest of a stored paper, watched, fetched; for the district's own people only."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from events import policy as p
from events.ids import PaperId
from services.chassis.metrics import Metrics
from services.chassis.settings import Settings
from services.chassis.tokens import Caller, issue_token, tokens_of
from services.chassis.web import create_app
from services.history.whatif import api
from services.history.whatif.jobs import Jobs
from services.policy.reading import canonical, digest, read_paper
from tests.history.audited import Told, World

MORE = Path(__file__).parents[3] / "samples" / "policies" / "standards-plus-10-illustrative"
PAPER = read_paper(MORE).paper
QUESTION = {"since": "2020-09", "until": "2020-10", "papers": [digest(PAPER)]}


def proposed(told: list[Told]) -> Iterable[Told]:
    """The other paper was put forward in the office, and nobody has approved it."""
    yield from told
    last = next(one for one in told if one.service == "staff")
    id = PaperId.of(uuid4())
    fact = p.PaperProposed(
        paper=id, code=PAPER.identity.id, number=PAPER.identity.number, digest=digest(PAPER), title="x",
        text=canonical(PAPER).decode(), in_force_from=date(2020, 1, 1), author=uuid4(),
    )  # fmt: skip
    yield replace(last, service="policy", stream=id, fact=fact, id=uuid4(), decision=uuid4(), known={})


class Web:
    def __init__(self, folder: Path) -> None:
        self.world = World(folder, proposed)
        self.settings = Settings(data=folder, token_development=True)
        self.app = create_app(
            "history", "历史", "under test", [api.router(Jobs(self.world.log, self.world.keys))],
            settings=self.settings, tokens=tokens_of(self.settings), metrics=Metrics("history"),
        )  # fmt: skip

    def client(self, department: str = "audit", township: str | None = None) -> TestClient:
        caller = Caller(person=uuid4(), post="clerk", department=department, township=township)
        token = issue_token(self.settings, caller)
        return TestClient(self.app, headers={"Authorization": f"Bearer {token}"})

    def answered(self, question: dict[str, Any]) -> dict[str, Any]:
        asked = self.client().post("/whatif", json=question)
        assert asked.status_code == 202, asked.text
        until = time.monotonic() + 120
        while (told := self.client().get(f"/whatif/{asked.json()['id']}").json())["state"] == "running":
            assert time.monotonic() < until
            time.sleep(0.05)
        return told


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    web = Web(tmp_path)
    yield web
    web.world.close()


def test_a_stored_paper_is_asked_about_watched_and_its_tables_fetched(web: Web) -> None:
    told = web.answered(QUESTION)
    assert (told["state"], told["why"], told["done"], told["of"]) == ("done", "", 2, 2)
    found = told["found"]
    assert sum(one["difference_fen"] for one in found["cost"]) == 2 * 84_00
    assert (found["families"], found["judged"], found["unexplained"]) == (1, 1, 0)
    sent = web.client().get(f"/whatif/{told['id']}/tables.xlsx")
    book = load_workbook(io.BytesIO(sent.content))
    assert book.sheetnames == ["cost", "moves", "families", "explained", "months"]
    assert book["months"].max_row == 1 + 2


def test_without_papers_the_log_is_held_against_those_in_force(web: Web) -> None:
    found = web.answered({"since": "2020-09", "until": "2020-10"})["found"]
    assert (found["families"], found["unexplained"], found["moves"]) == (0, 0, [])


def test_what_cannot_be_answered_says_why(web: Web) -> None:
    nobody = web.answered(QUESTION | {"papers": ["0" * 64]})
    assert nobody["state"] == "refused" and "没有该政策文件" in nobody["why"]
    assert web.answered(QUESTION | {"since": "2020-11"})["state"] == "refused"
    sent = web.client().get(f"/whatif/{nobody['id']}/tables.xlsx")
    assert (sent.status_code, sent.json()["type"]) == (409, "urn:doudi:problem:whatif-not-done")
    assert web.client().get(f"/whatif/{uuid4()}").status_code == 404
    assert web.client().post("/whatif", json=QUESTION | {"since": "2020-13"}).status_code == 422


def test_only_the_districts_civil_affairs_and_audit_may_ask(web: Web) -> None:
    for department, township in (("health", None), ("finance", None), ("civil-affairs", "431202101000")):
        client = web.client(department, township)
        assert client.post("/whatif", json=QUESTION).status_code == 403
        assert client.get(f"/whatif/{uuid4()}").status_code == 403
