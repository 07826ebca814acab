"""Names and numbers that mark themselves go through a small year; afterwards they are nowhere in clear."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.chassis.logs import configure
from services.registry.standards import Sex
from services.simulator import people
from services.simulator.clerk import Clerk, Refused
from services.simulator.people import People
from services.simulator.roster import roster_bytes
from tests.simulator.small import Small

MARKS = "龘靐齉爩麤灪龖厵"
PERSONAL = ("name", "id_number", "telephone", "address", "remarks", "statement", "departs")
BAD: list[dict[str, Any]] = [
    {"id_number": "wrong"},
    {"name": 5},
    {"unknown": "x"},
    {"telephone": "12"},
]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every personal text that anybody in the district says to a service."""
    found: set[str] = set()
    given = dict.fromkeys(people._GIVEN, MARKS)
    monkeypatch.setattr(people, "_GIVEN", given)
    made, called, phoned, post = People._id_number, People._name, People.phone, Clerk.post

    def id_number(self: People, born: date, sex: Sex) -> str:
        found.add(number := made(self, born, sex))
        return number

    def name(self: People, surname: str, sex: Sex, born: date) -> str:
        found.add(whole := called(self, surname, sex, born))
        return whole

    def phone(self: People) -> str:
        found.add(number := phoned(self))
        return number

    def said(self: Clerk, path: str, body: Mapping[str, Any], version: int | None = None) -> Any:
        found.update(str(body[field]) for field in PERSONAL if body.get(field))
        return post(self, path, body, version)

    monkeypatch.setattr(People, "_id_number", id_number)
    monkeypatch.setattr(People, "_name", name)
    monkeypatch.setattr(People, "phone", phone)
    monkeypatch.setattr(Clerk, "post", said)
    return found


def test_marked_names_and_numbers_are_found_nowhere_in_clear(tmp_path: Path, told: set[str]):
    log = io.StringIO()
    configure("DEBUG", False, log)
    try:
        with Small(tmp_path / "data") as small:
            county = small.office.county
            job = county.send("/registry/imports", "roster.xlsx", roster_bytes(5, 14))
            while (now := county.get(f"/registry/imports/{job['id']}"))["status"] in ("waiting", "running"):
                time.sleep(0.05)
            assert (now["status"], now["refused"]) == ("done", 0)
            small.life(45)
            answers = refusals(small, told) + b"".join(answers_of(small))
    finally:
        configure("WARNING", False)
    assert len(told) > 40
    places = {"log": log.getvalue().encode(), "answers": answers} | files(small.folder)
    assert len(places["log"]) > 10_000
    assert {name for name in places if name.endswith(".sqlite")} >= {
        "registry.sqlite", "living.sqlite", "notification.sqlite", "history-views.sqlite", "vault.sqlite",
    }  # fmt: skip
    for name, content in places.items():
        for text in told:
            assert text.encode() not in content, f"in clear in {name}"
        for mark in MARKS:  # as JSON in ASCII would write it
            assert json.dumps(mark)[1:-1].encode() not in content.lower(), f"in clear in {name}"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusals(small: Small, told: set[str]) -> bytes:
    """What clerks get to read who send what is refused."""
    clerk = small.office.county
    number = next(one for one in sorted(told) if len(one) == 18)
    name = MARKS[:3]
    headers = {"Authorization": f"Bearer {clerk._token}"}
    bodies = []
    for wrong in ({}, *BAD):
        said = {"name": name, "id_number": number, **wrong}
        answer = small.client.post("/registry/people", json=said, headers=headers)
        assert answer.status_code in (400, 409, 422), answer.status_code
        bodies.append(answer.content)
    raw = f'{{"name": "{name}", "id_number": "{number}"'.encode()
    kind = {**headers, "Content-Type": "application/json"}
    for path in ("/registry/people", "/registry/people/search", f"/registry/people/{number}/death"):
        bodies.append(small.client.post(path, content=raw, headers=kind).content)
    with pytest.raises(Refused):
        clerk.get(f"/registry/people/{number}")
    return b"".join(bodies)


def answers_of(small: Small) -> list[bytes]:
    """Metrics, health, and lists that need no purpose."""
    headers = {"Authorization": f"Bearer {small.office.county._token}"}
    paths = ["/metrics", "/living/cases", "/living/cases.csv", "/registry/households"]
    return [small.client.get(path, headers=headers).content for path in paths]
