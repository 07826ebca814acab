"""What surrounds every request: limits before a byte is read, ids, and a log without personal data."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog

from services.chassis import logs
from services.chassis.tokens import issue_token
from tests.chassis.web_host import CLERK, GOOD, NAME, Host, problem


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "data")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("INFO", stream=stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def test_a_good_request_is_answered_and_kept_by_nobody_s_cache(host: Host) -> None:
    response = host.client.post("/households", json=GOOD)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


def pieces(count: int) -> Iterator[bytes]:
    yield b'{"born": "1990-01-01"'
    for _ in range(count):
        yield b" " * 100
    yield b"}"


def test_a_body_over_the_limit_is_refused_also_when_it_does_not_say_its_length(host: Host) -> None:
    typed = {"Content-Type": "application/json"}
    problem(host.client.post("/households", content=b" " * 2049, headers=typed), 413, "body-too-large")
    problem(host.client.post("/households", content=pieces(30), headers=typed), 413, "body-too-large")
    problem(host.client.post("/raw", content=pieces(30)), 413, "body-too-large")
    problem(host.client.post("/touch", content=pieces(30)), 413, "body-too-large")
    assert host.client.post("/households", content=pieces(10), headers=typed).status_code == 200
    assert host.client.post("/raw", content=b" " * 2048).json() == 2048


def test_an_upload_has_a_limit_of_its_own(host: Host) -> None:
    assert host.client.post("/imports", files={"file": ("a.csv", b"x" * 4000)}).status_code == 200
    problem(host.client.post("/imports", files={"file": ("a.csv", b"x" * 9000)}), 413, "body-too-large")
    problem(
        host.client.post("/imports", content=b"x", headers={"Content-Type": "multipart/form-data"}),
        400,
        "malformed-request",
    )


def test_no_byte_of_a_body_is_taken_in_for_who_has_no_token(host: Host) -> None:
    taken = 0

    async def ask() -> int:
        status = 0

        async def receive() -> dict[str, Any]:
            nonlocal taken
            taken += 1
            return {"type": "http.request", "body": b"x" * 100, "more_body": True}

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/imports",
            "query_string": b"",
            "headers": [(b"content-type", b"multipart/form-data; boundary=x")],
            "client": ("127.0.0.1", 1),
        }
        await host.app(scope, receive, send)
        return status

    assert asyncio.run(ask()) == 401
    assert taken == 0


def test_a_caller_who_hangs_up_is_no_fault_of_ours(host: Host, lines: io.StringIO) -> None:
    token = issue_token(host.settings, CLERK)

    async def ask() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            """Nobody is there."""

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/touch",
            "query_string": b"",
            "headers": [(b"authorization", f"Bearer {token}".encode())],
            "client": ("127.0.0.1", 1),
        }
        await host.app(scope, receive, send)

    asyncio.run(ask())
    (line,) = [json.loads(one) for one in lines.getvalue().splitlines()]
    assert (line["event"], line["status"]) == ("request", 499)


def test_a_request_leaves_one_line_without_its_query(host: Host, lines: io.StringIO) -> None:
    household = UUID(int=9)
    host.client.get(f"/households/{household}?name={NAME}")
    (line,) = [json.loads(one) for one in lines.getvalue().splitlines() if '"request"' in one]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/households/{household}", 200)
    assert (line["department"], line["service"]) == ("civil-affairs", "registry")
    assert NAME not in lines.getvalue()
    assert str(household) not in lines.getvalue()


def test_a_fault_says_nothing_outside_and_nothing_personal_inside(host: Host, lines: io.StringIO) -> None:
    response = host.client.get(f"/broken?name={NAME}")
    told = problem(response, 500, "internal")
    assert "KeyError" not in response.text
    assert NAME not in lines.getvalue()
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    (fault,) = [line for line in logged if line["event"] == "request failed"]
    assert fault["exception"][0]["kind"] == "KeyError"
    assert told["instance"].endswith(fault["request_id"])


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("01930b2e-6f3a-7c11-9f00-138123456789", UUID("01930b2e-6f3a-7c11-9f00-138123456789")),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", UUID("01563e3a-b5d3-d676-4c61-efb99302bd5b")),
        ("x" * 36, None),
        (NAME.encode().hex(), None),
        ("", None),
    ],
)
def test_a_request_keeps_a_good_id_and_gets_one_otherwise(host: Host, given: str, known: UUID | None) -> None:
    response = host.client.post("/touch", headers={"X-Request-Id": given})
    used = UUID(response.json()["request_id"])
    assert used == known if known else used.version == 4
    assert response.headers["x-request-id"] == (given if known else str(used))


def test_the_trace_context_passes_when_it_is_one(host: Host) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    for given, kept in ((trace, trace), ("00-" + "0" * 32 + "-00f067aa0ba902b7-01", None), (NAME, None)):
        response = host.client.post("/touch", headers={"traceparent": given.encode()})
        assert response.json()["traceparent"] == kept
