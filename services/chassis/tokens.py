"""Bearer tokens: JWTs whose signer is known by a JWKS address, a public key, or a key for development.

Only asymmetric algorithms: with HS256 whoever can verify could also sign, and a public key, which is no
secret, would pass for one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Protocol
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from events.base import Actor
from services.chassis.departments import Department
from services.chassis.problems import Problem, not_authenticated
from services.chassis.settings import Settings

ALGORITHMS = ("RS256", "ES256", "EdDSA")
_LEEWAY = timedelta(seconds=30)
TRUSTED_SECONDS, MOST_TRUSTED = 60.0, 10_000
"""How long, and how many tokens, a process takes to be good without verifying them again."""
_DEVELOPMENT_KEY = "development-token-key.pem"
Township = Annotated[str, Field(pattern=r"^\d{12}$", description="division code of twelve digits")]


class Caller(BaseModel):
    """Who calls: a member of staff by random id, in a post of a department, perhaps of one township."""

    model_config = ConfigDict(frozen=True)

    person: UUID
    post: str = Field(min_length=1, max_length=64)
    department: Department
    township: Township | None = None

    def to_actor(self) -> Actor:
        return Actor(department=self.department.value, post=self.post, person=self.person)

    def may_act_in(self, township: str) -> bool:
        """A township's clerk acts only there; others in the whole district."""
        return self.township is None or self.township == township


class Tokens(Protocol):
    """Tells who holds a token."""

    def known(self, token: str) -> Caller | None:
        """Who holds it, where it was found to be good a moment ago; asks nobody."""

    def caller(self, token: str) -> Caller:
        """Raises Problem: 401 for a token that is not good, 503 while its signer's keys cannot be had."""


@dataclass(frozen=True, slots=True)
class _Good:
    caller: Caller
    expires: float  # seconds of the machine's clock
    verified: float  # seconds of the one that is never set


@dataclass(frozen=True, slots=True)
class SignedTokens:
    """Tokens verified with the key that `key_of(token)` finds.

    One that was good is taken to be so for a minute, but never beyond its expiry: to verify it is the half of what
    an answer costs.
    """

    key_of: Callable[[str], Any]
    issuer: str
    audience: str
    algorithms: tuple[str, ...] = ALGORITHMS
    _good: dict[bytes, _Good] = field(default_factory=dict)  # by digest: no token lies about in memory

    def known(self, token: str) -> Caller | None:
        good = self._good.get(_digest(token))
        if good is None or time.time() >= good.expires or time.monotonic() >= good.verified + TRUSTED_SECONDS:
            return None
        return good.caller

    def caller(self, token: str) -> Caller:
        caller, expires = self._verified(token)
        if len(self._good) >= MOST_TRUSTED:
            self._good.clear()
        self._good[_digest(token)] = _Good(caller, expires, time.monotonic())
        return caller

    def _verified(self, token: str) -> tuple[Caller, float]:
        try:
            # Expiry is judged by the machine's clock, not the injected one: a token is no fact of the
            # register, and a simulated year must not make an old one good.
            claims = jwt.decode(
                token,
                self.key_of(token),
                algorithms=list(self.algorithms),
                issuer=self.issuer,
                audience=self.audience,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            return Caller.model_validate(claims | {"person": claims["sub"]}), float(claims["exp"])
        except jwt.PyJWKClientConnectionError as error:
            raise Problem(
                503,
                "暂时无法核验身份，请稍后重试。",
                "The keys to verify tokens cannot be had at the moment. Try again later.",
                headers={"Retry-After": "5"},
            ) from error
        except jwt.ExpiredSignatureError as error:
            raise not_authenticated(
                "登录已过期。", "The token has expired.", error="invalid_token"
            ) from error
        except (jwt.PyJWTError, ValidationError) as error:
            raise not_authenticated(
                "身份凭证无效。", "The token is not valid.", error="invalid_token"
            ) from error


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def tokens_of(settings: Settings) -> Tokens:
    """Where tokens come from, as the settings say; none chosen accepts none."""
    issuer, audience = settings.token_issuer, settings.token_audience
    if settings.token_jwks_url is not None:
        return SignedTokens(_published_at(settings.token_jwks_url), issuer, audience)
    if settings.token_public_key is not None:
        key = serialization.load_pem_public_key(settings.token_public_key.read_bytes())
    elif settings.token_development:
        key = development_key(settings.data).public_key()
    else:
        return NoTokens()
    return SignedTokens(lambda _: key, issuer, audience, (_algorithm_of(key),))


def _algorithm_of(key: PublicKeyTypes) -> str:
    # The key chooses the algorithm, never the token.
    if isinstance(key, RSAPublicKey) and key.key_size >= 2048:
        return "RS256"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "ES256"
    if isinstance(key, Ed25519PublicKey):
        return "EdDSA"
    raise TypeError("the key of tokens must be RSA of 2048 bits or more, P-256, or Ed25519")


def _published_at(url: str) -> Callable[[str], Any]:
    client = jwt.PyJWKClient(url, lifespan=300, timeout=5)

    def key_of(token: str) -> Any:
        jwt.get_unverified_header(token)  # what is no token at all must not cost a look-up
        try:
            return client.get_signing_key_from_jwt(token)
        except ValueError as error:  # the address answered, but not with JSON
            raise jwt.PyJWKClientConnectionError("the JWKS address answers with something else") from error

    return key_of


class NoTokens:
    """Every door that asks for a token stays shut."""

    def known(self, token: str) -> Caller | None:
        return None

    def caller(self, token: str) -> Caller:
        raise not_authenticated(
            "未配置身份核验。", "No source of tokens is configured here.", error="invalid_token"
        )


def development_key(folder: Path) -> Ed25519PrivateKey:
    """The key that signs `doudi token`, made on first use and readable only for its owner."""
    path = folder / _DEVELOPMENT_KEY
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
        try:
            # Linked, not renamed: of two processes that start together one key wins, and both read it.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} holds no Ed25519 key")
    return key


def issue_token(
    settings: Settings,
    caller: Caller,
    *,
    valid_for: timedelta = timedelta(hours=8),
    now: datetime | None = None,
) -> str:
    """A token for development, signed with the key in the data folder."""
    issued = now or datetime.now(UTC)
    claims: dict[str, Any] = {
        "iss": settings.token_issuer,
        "aud": settings.token_audience,
        "sub": str(caller.person),
        "post": caller.post,
        "department": caller.department.value,
        "iat": issued,
        "exp": issued + valid_for,
    }
    if caller.township is not None:
        claims["township"] = caller.township
    return jwt.encode(claims, development_key(settings.data), algorithm="EdDSA")
