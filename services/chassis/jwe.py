"""A text closed by an outsider for one of our keys: JWE compact (RFC 7516), ECDH-ES on P-256 with A256GCM (RFC 7518).

Every language has a library for it, and who closes needs our public key only, as a JWK. One form is read and no other:
what a header says beside it (`zip`, `crit`, another algorithm) is refused, so that nothing is negotiated.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

ALGORITHM, ENCRYPTION = "ECDH-ES", "A256GCM"
CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SEED_BYTES = 48
"""Of a private key: 16 more than the curve's order, so that no key is likelier than another."""
_COORDINATE, _KEY, _IV, _TAG = 32, 32, 12, 16


class NotClosed(ValueError):
    """The text is no JWE of the one form that is read, was altered, or is closed for another key."""


def private_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The key that this seed always gives."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes")
    return ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, CURVE)


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """RFC 7517, with what the key is for."""
    numbers = key.public_numbers()
    return {
        "kty": "EC", "crv": "P-256", "alg": ALGORITHM, "use": "enc",
        "x": _text(numbers.x.to_bytes(_COORDINATE, "big")), "y": _text(numbers.y.to_bytes(_COORDINATE, "big")),
    }  # fmt: skip


def close(plain: bytes, jwk: Mapping[str, str]) -> str:
    """Closed for the holder of the private key."""
    ephemeral = ec.generate_private_key(CURVE)
    epk = {
        name: text
        for name, text in public_jwk(ephemeral.public_key()).items()
        if name in ("kty", "crv", "x", "y")
    }
    header = _text(json.dumps({"alg": ALGORITHM, "enc": ENCRYPTION, "epk": epk}).encode())
    iv = secrets.token_bytes(_IV)
    closed = AESGCM(_agreed(ephemeral, _public(jwk))).encrypt(iv, plain, header.encode())
    return ".".join((header, "", _text(iv), _text(closed[:-_TAG]), _text(closed[-_TAG:])))


def open_closed(text: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    """What was closed; NotClosed."""
    parts = text.split(".")
    if len(parts) != 5 or parts[1]:
        raise NotClosed("not five parts, the second empty")
    try:
        header = json.loads(_bytes(parts[0]))
        iv, closed, tag = map(_bytes, parts[2:])
        if not isinstance(header, dict) or header.keys() - {"alg", "enc", "epk", "kid", "typ", "cty"}:
            raise NotClosed("the header has a member that is not read")
        if (header.get("alg"), header.get("enc")) != (ALGORITHM, ENCRYPTION) or len(iv) != _IV:
            raise NotClosed(f"{ALGORITHM} with {ENCRYPTION} is read, and nothing else")
        return AESGCM(_agreed(key, _public(header["epk"]))).decrypt(iv, closed + tag, parts[0].encode())
    except (KeyError, TypeError, ValueError, RecursionError, InvalidTag) as unread:
        raise NotClosed("it does not open") from unread


def _agreed(mine: ec.EllipticCurvePrivateKey, theirs: ec.EllipticCurvePublicKey) -> bytes:
    return derived(mine.exchange(ec.ECDH(), theirs), ENCRYPTION, _KEY)


def derived(shared: bytes, algorithm: str, length: int, apu: bytes = b"", apv: bytes = b"") -> bytes:
    """RFC 7518, 4.6.2: Concat KDF. `length` in bytes; `apu`, `apv`: of the parties, unnamed in what is read here."""
    parts = (algorithm.encode(), apu, apv)
    info = b"".join(len(part).to_bytes(4, "big") + part for part in parts) + (length * 8).to_bytes(4, "big")
    return ConcatKDFHash(SHA256(), length, info).derive(shared)


def _public(jwk: Any) -> ec.EllipticCurvePublicKey:
    """ValueError for a point that is not on the curve."""
    if jwk["kty"] != "EC" or jwk["crv"] != "P-256":
        raise ValueError("a key on P-256 is needed")
    x, y = (int.from_bytes(_bytes(jwk[name]), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, CURVE).public_key()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, AttributeError) as wrong:
        raise ValueError("not base64url") from wrong
