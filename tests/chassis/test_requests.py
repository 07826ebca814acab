"""What a request must look like: strict JSON, the right media type, a key that means one request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.chassis.web_host import GOOD, NAME, Host, problem


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "data")


@pytest.mark.parametrize(
    "text", [b"{", b'{"born": }', b"\xff\xfe", b"[" * 2000, b"", b"null", b"[]", b'"x"', b"1e999", b"NaN"]
)
def test_what_is_no_json_object_is_refused(host: Host, text: bytes) -> None:
    response = host.client.post("/households", content=text, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    problem(
        response, response.status_code, "malformed-request" if response.status_code == 400 else "validation"
    )


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        (GOOD | {"nickname": NAME}, "nickname", "extra_forbidden"),
        ({"born": "1990-01-01", "members": [{"name": NAME, "age": 3}]}, "members.0.age", "extra_forbidden"),
        ({"members": []}, "born", "missing"),
        ({"born": "2025-02-30"}, "born", "date_from_datetime_parsing"),
        ({"born": 631152000}, "born", "date_type"),
        ({"born": "1990-01-01", "members": [{"name": NAME * 9}]}, "members.0.name", "string_too_long"),
        ({"born": "1990-01-01", "members": [{"name": "\ud800"}]}, "members.0.name", "string_unicode"),
        ({"born": "1990-01-01", "members": [{"name": "a\x00b"}]}, "members.0.name", "text_control"),
        ({"born": "1990-01-01", "members": [{"name": "a\x9fb"}]}, "members.0.name", "text_control"),
    ],
)
def test_a_broken_rule_names_its_field(host: Host, body: dict[str, Any], field: str, rule: str) -> None:
    text = json.dumps(body)
    response = host.client.post("/households", content=text, headers={"Content-Type": "application/json"})
    found = problem(response, 422, "validation")["errors"]
    assert [(one["field"], one["rule"]) for one in found] == [(field, rule)]
    assert found[0]["zh"] != found[0]["en"]


def test_a_text_of_several_lines_is_taken_as_it_is(host: Host) -> None:
    body = {"born": "1990-01-01", "members": [{"name": "一\r\n\t二"}]}
    assert host.client.post("/households", json=body).status_code == 200


@pytest.mark.parametrize(("query", "field"), [("purpose=a%00b", "query.purpose"), ("a%1b=1", "query")])
def test_a_query_that_cannot_be_read_is_refused(host: Host, query: str, field: str) -> None:
    told = problem(host.client.get(f"/stale?{query}"), 400, "malformed-request")
    assert [(one["field"], one["rule"]) for one in told["errors"]] == [(field, "text_control")]


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=gbk"],
)
def test_another_media_type_is_refused(host: Host, kind: str) -> None:
    response = host.client.post("/households", content=json.dumps(GOOD), headers={"Content-Type": kind})
    problem(response, 415, "unsupported-media-type")


def test_json_is_no_upload_and_a_body_needs_its_type(host: Host) -> None:
    problem(host.client.post("/imports", json=GOOD), 415, "unsupported-media-type")
    problem(host.client.post("/households", content=b"{}"), 415, "unsupported-media-type")


def digest(host: Host, path: str, **sent: Any) -> str:
    response = host.client.post(path, headers={"Idempotency-Key": "k 1"}, **sent)
    assert response.status_code == 200, response.text
    assert response.json()["key"] == "k 1"
    return str(response.json()["digest"])


def test_the_digest_tells_one_request_from_another(host: Host) -> None:
    first = digest(host, "/households", json=GOOD)
    assert len(first) == 64
    assert first == digest(host, "/households", json=GOOD)
    others = {
        digest(host, "/households", json=GOOD | {"born": "1990-01-02"}),
        digest(host, "/households?x=1", json=GOOD),
        digest(host, "/touch", json=GOOD),
        digest(host, "/touch"),
    }
    assert len(others | {first}) == 5


def test_a_file_sent_again_counts_as_the_same_whatever_boundary_the_client_drew(host: Host) -> None:
    def upload(content: bytes, name: str = "roster.csv") -> str:
        return digest(host, "/imports", files={"file": (name, content)})

    assert upload(b"abc" * 900) == upload(b"abc" * 900)
    assert len({upload(b"abc"), upload(b"abd"), upload(b"abc", "other.csv")}) == 3


@pytest.mark.parametrize("key", [b"", b" ", b"x" * 256, b"tab\tbed", "é".encode(), "键".encode()])
def test_a_key_that_is_none_is_refused(host: Host, key: bytes) -> None:
    response = host.client.post("/touch", headers={"Idempotency-Key": key})
    told = problem(response, 400, "malformed-request")
    assert told["errors"][0]["field"] == "header.Idempotency-Key"
