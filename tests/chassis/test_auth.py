"""Tokens and doors: only good tokens of the right department pass, and no route is open by neglect."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import stat
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import APIRouter, Depends, FastAPI

from events.base import Actor
from services.chassis.auth import allow, public, undeclared_routes
from services.chassis.departments import Department
from services.chassis.problems import Problem
from services.chassis.settings import Settings
from services.chassis.tokens import Caller, NoTokens, development_key, issue_token, tokens_of
from tests.chassis.jwks_server import Jwks

CLERK = Caller(
    person=UUID(int=5, version=4), post="clerk", department=Department.CIVIL_AFFAIRS, township="431202201000"
)
RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def claims(**changed: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    good = {
        "iss": "doudi",
        "aud": "doudi",
        "sub": str(CLERK.person),
        "post": CLERK.post,
        "department": "civil-affairs",
        "township": CLERK.township,
        "iat": now,
        "exp": now + timedelta(minutes=5),
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


@pytest.fixture
def jwks() -> Iterator[Jwks]:
    server = Jwks()
    yield server
    server.close()


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    path = tmp_path / "public.pem"
    path.write_bytes(
        RSA_KEY.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return path


def refusal(settings: Settings, token: str) -> Problem:
    with pytest.raises(Problem) as refused:
        tokens_of(settings).caller(token)
    return refused.value


def test_a_development_token_names_its_caller(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", token_development=True)
    caller = tokens_of(settings).caller(issue_token(settings, CLERK))
    assert caller == CLERK
    assert caller.to_actor() == Actor(department="civil-affairs", post="clerk", person=CLERK.person)
    assert caller.may_act_in("431202201000")
    assert not caller.may_act_in("431202205000")
    assert Caller(person=uuid4(), post="x", department=Department.AUDIT).may_act_in("431202205000")


def test_the_development_key_is_made_once_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    made: list[bytes] = []

    def make() -> None:
        made.append(development_key(tmp_path).public_key().public_bytes_raw())

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_a_source_of_tokens_none_is_good(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert isinstance(tokens_of(settings), NoTokens)
    assert refusal(settings, issue_token(settings, CLERK)).status_code == 401


def test_a_key_in_a_file_verifies(pem: Path) -> None:
    settings = Settings(token_public_key=pem)
    assert tokens_of(settings).caller(jwt.encode(claims(), RSA_KEY, "RS256")) == CLERK


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"exp": None},
        {"nbf": datetime(2100, 1, 1, tzinfo=UTC)},
        {"iss": "somebody"},
        {"aud": "elsewhere"},
        {"sub": "zhang-san"},
        {"sub": None},
        {"department": "palace"},
        {"department": None},
        {"post": ""},
        {"township": "somewhere"},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(changed: dict[str, Any], pem: Path) -> None:
    token = jwt.encode(claims(**changed), RSA_KEY, "RS256")
    problem = refusal(Settings(token_public_key=pem), token)
    assert problem.status_code == 401
    assert 'error="invalid_token"' in (problem.headers or {})["WWW-Authenticate"]


def unsigned(header: dict[str, str]) -> str:
    parts = (header, claims(iat=0, exp=4_000_000_000))
    text = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*text, ""])


def forged_with_the_public_key_as_a_secret(pem: Path) -> str:
    signed = unsigned({"alg": "HS256", "typ": "JWT"}).rstrip(".")
    signature = hmac.new(pem.read_bytes(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_forged_tokens_are_refused(pem: Path) -> None:
    stranger = rsa.generate_private_key(65537, 2048)
    good = jwt.encode(claims(), RSA_KEY, "RS256")
    head, payload, signature = good.split(".")
    other = base64.urlsafe_b64encode(json.dumps({"sub": "x"}).encode()).rstrip(b"=").decode()
    for token in (
        unsigned({"alg": "none", "typ": "JWT"}),
        forged_with_the_public_key_as_a_secret(pem),
        jwt.encode(claims(), "a secret of thirty-two bytes or so", "HS256"),
        jwt.encode(claims(), stranger, "RS256"),
        jwt.encode(claims(), RSA_KEY, "RS512"),
        jwt.encode(claims(), EC_KEY, "ES256"),
        f"{head}.{other}.{signature}",
        f"{head}.{payload}.",
        "not-a-token",
        "",
        "é.é.é",
    ):
        assert refusal(Settings(token_public_key=pem), token).status_code == 401, token


def test_the_signer_s_published_keys_verify_and_are_asked_for_once(jwks: Jwks) -> None:
    jwks.publish("one", RSA_KEY.public_key())
    jwks.publish("two", EC_KEY.public_key())
    tokens = tokens_of(Settings(token_jwks_url=jwks.url))
    for _ in range(3):
        assert tokens.caller(jwt.encode(claims(), RSA_KEY, "RS256", {"kid": "one"})) == CLERK
        assert tokens.caller(jwt.encode(claims(), EC_KEY, "ES256", {"kid": "two"})) == CLERK
    assert jwks.asked == 1


def test_a_good_token_is_not_verified_again_within_a_minute_and_never_beyond_its_expiry(
    pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a token that was verified
    tokens = tokens_of(Settings(token_public_key=pem))
    token = jwt.encode(claims(exp=datetime.now(UTC) + timedelta(seconds=90)), RSA_KEY, algorithm="RS256")
    assert tokens.known(token) is None
    assert tokens.caller(token) == CLERK
    # then its caller is known, and nobody else's
    assert tokens.known(token) == CLERK
    assert tokens.known(token + "x") is None
    # after a minute it is to be verified again
    now, steady = time.time(), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: steady + 61)
    assert tokens.known(token) is None
    monkeypatch.setattr(time, "monotonic", lambda: steady)
    assert tokens.known(token) == CLERK
    # and once it has expired, whatever was known
    monkeypatch.setattr(time, "time", lambda: now + 91)
    assert tokens.known(token) is None


@pytest.mark.parametrize("kid", [None, "three", "two"])
def test_a_token_whose_key_is_not_published_or_another_is_refused(jwks: Jwks, kid: str | None) -> None:
    jwks.publish("one", RSA_KEY.public_key())
    jwks.publish("two", EC_KEY.public_key())
    token = jwt.encode(claims(), RSA_KEY, "RS256", {"kid": kid} if kid else None)
    assert refusal(Settings(token_jwks_url=jwks.url), token).status_code == 401


def test_what_is_no_token_costs_no_look_up(jwks: Jwks) -> None:
    assert refusal(Settings(token_jwks_url=jwks.url), "rubbish").status_code == 401
    assert jwks.asked == 0


def test_a_signer_that_cannot_be_reached_is_our_fault_and_not_the_caller_s(jwks: Jwks) -> None:
    token = jwt.encode(claims(), RSA_KEY, "RS256", {"kid": "one"})
    jwks.raw = b"<html>down for maintenance</html>"
    assert refusal(Settings(token_jwks_url=jwks.url), token).status_code == 503
    jwks.close()
    assert refusal(Settings(token_jwks_url=jwks.url), token).status_code == 503


def test_a_route_that_declares_nothing_is_found_wherever_it_hides() -> None:
    inner, outer, app, mounted = APIRouter(), APIRouter(prefix="/outer"), FastAPI(), FastAPI(openapi_url=None)

    @inner.get("/forgotten")
    def forgotten() -> None: ...

    @inner.get("/declared")
    def declared(caller: Annotated[Caller, allow("finance")]) -> None: ...

    @mounted.get("/also", dependencies=[Depends(lambda: None)])
    def also() -> None: ...

    outer.include_router(inner)
    app.include_router(outer)
    app.include_router(inner, prefix="/safe", dependencies=[public()])
    app.mount("/sub", mounted)
    found = undeclared_routes(app)
    assert "GET /outer/forgotten" in found
    assert "GET /sub/also" in found
    assert not [route for route in found if "declared" in route or "safe" in route]
    assert any(route.endswith("/openapi.json") for route in found)


def test_a_declaration_names_known_departments() -> None:
    with pytest.raises(ValueError, match="palace"):
        allow("palace")
    with pytest.raises(TypeError, match="allow_any_department"):
        allow()


def test_every_department_has_its_chinese_name() -> None:
    assert len({one.zh for one in Department}) == 12
    assert Department("poverty-alleviation").zh == "扶贫开发办公室"
