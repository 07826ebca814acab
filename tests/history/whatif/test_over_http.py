"""What-if over HTTP: asked by digest of a stored paper, watched, fetched; for the district's own people only."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from events import policy as p
from events.ids import PaperId
from services.history.jobs import Jobs
from services.history.whatif import api
from services.policy.reading import canonical, digest, read_paper
from tests.history.audited import Told
from tests.history.web import Web

MORE = Path(__file__).parents[3] / "samples" / "policies" / "standards-plus-10-illustrative"
PAPER = read_paper(MORE).paper
PATH = "/whatif"
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


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    web = Web(
        tmp_path_factory.mktemp("whatif"),
        proposed,
        lambda world: [api.router(world.log, world.keys, Jobs("whatif"))],
    )
    yield web
    web.world.close()


def test_a_stored_paper_is_asked_about_watched_and_its_tables_fetched(web: Web) -> None:
    told = web.answered(PATH, QUESTION)
    assert (told["state"], told["why"], told["done"], told["of"]) == ("done", "", 4, 4)
    found = told["found"]
    assert sum(one["difference_fen"] for one in found["cost"]) == 2 * 84_00
    assert (found["families"], found["judged"], found["unexplained"]) == (1, 1, 0)
    sent = web.client().get(f"/whatif/{told['id']}/tables.xlsx")
    book = load_workbook(io.BytesIO(sent.content))
    assert book.sheetnames == ["totals", "cost", "moves", "families", "explained", "months"]
    assert book["months"].max_row == 1 + 2


def test_without_papers_the_log_is_held_against_those_in_force(web: Web) -> None:
    found = web.answered(PATH, {"since": "2020-09", "until": "2020-10"})["found"]
    assert (found["families"], found["unexplained"], found["moves"]) == (0, 0, [])


def test_what_cannot_be_answered_says_why(web: Web) -> None:
    nobody = web.answered(PATH, QUESTION | {"papers": ["0" * 64]})
    assert nobody["state"] == "refused" and "没有该政策文件" in nobody["why"]
    assert web.answered(PATH, QUESTION | {"since": "2020-11"})["state"] == "refused"
    sent = web.client().get(f"/whatif/{nobody['id']}/tables.xlsx")
    assert (sent.status_code, sent.json()["type"]) == (409, "urn:doudi:problem:no-answer-yet")
    assert web.client().get(f"/whatif/{uuid4()}").status_code == 404
    assert web.client().post("/whatif", json=QUESTION | {"since": "2020-13"}).status_code == 422


def test_an_answer_is_for_whoever_asked_alone(web: Web) -> None:
    mine = f"/whatif/{web.answered(PATH, QUESTION)['id']}"
    for path in (mine, f"{mine}/tables.xlsx"):
        assert web.client().get(path).status_code == 200
        others = web.client(person=uuid4()).get(path)
        assert (others.status_code, others.json()["type"]) == (404, "urn:doudi:problem:not-found")


def test_only_the_districts_civil_affairs_and_audit_may_ask(web: Web) -> None:
    for department, township in (("health", None), ("finance", None), ("civil-affairs", "431202101000")):
        client = web.client(department, township)
        assert client.post("/whatif", json=QUESTION).status_code == 403
        assert client.get(f"/whatif/{uuid4()}").status_code == 403
