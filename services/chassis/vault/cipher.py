"""The vault's ciphers, without any storage: boxes, wrapped keys, keys of several owners, blind index.

Everything is AES-256-GCM under a random nonce of 96 bits. One key may close 2**32 texts before a repeated
nonce becomes likelier than 2**-32; a service's audience key is the busiest and stays far below that. A box
hides what was written, not how long it is.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.chassis.vault.errors import Tampered

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
VERSION = b"\x01"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_decode = msgspec.json.Decoder(bytes).decode


@dataclass(frozen=True, slots=True)
class Key:
    """An unwrapped key, its cipher ready, and the tick at which it was read from the vault."""

    secret: bytes = field(repr=False)
    cipher: AESGCM = field(repr=False, compare=False)
    read_at: float

    @classmethod
    def of(cls, secret: bytes, read_at: float) -> Key:
        return cls(secret, AESGCM(secret), read_at)


def new_secret() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def close(cipher: AESGCM, plain: bytes, associated: bytes) -> str:
    """A box: base64url of version, nonce, ciphertext and tag."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = VERSION + nonce + cipher.encrypt(nonce, plain, associated)
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def open_box(cipher: AESGCM, box: bytes, associated: bytes) -> bytes:
    """What was closed; Tampered if the box is not, to the letter, the one that `close` gave."""
    spelled = box.translate(_STANDARD)
    try:
        sealed = _decode(b'"' + spelled + b'"')  # in a third of the time that `base64` takes
    except (msgspec.MsgspecError, UnicodeDecodeError) as unreadable:
        raise Tampered("the box is not base64url") from unreadable
    # base64 has several spellings of the same bytes (spare bits, foreign characters that decoders skip).
    # Only the one we write is taken, so that a box altered in any letter is noticed.
    if binascii.b2a_base64(sealed, newline=False) != spelled or b"+" in box or b"/" in box:
        raise Tampered("the box is not spelled as it was written")
    if sealed[:1] != VERSION or len(sealed) < 1 + NONCE_BYTES + TAG_BYTES:
        raise Tampered("the box has an unknown form")
    try:
        return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], associated)
    except InvalidTag as altered:
        raise Tampered("the box does not open") from altered


def wrap(master: AESGCM, secret: bytes, label: str) -> bytes:
    """A key under the master key, bound to its label: a row copied to another owner does not unwrap."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + master.encrypt(nonce, secret, label.encode())


def unwrap(master: AESGCM, wrapped: bytes, label: str) -> bytes:
    """The key; Tampered if it was wrapped by another master key, or for another label."""
    try:
        return master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], label.encode())
    except (InvalidTag, ValueError) as altered:
        raise Tampered(f"the key of {label} does not unwrap") from altered


def joint(owners: Sequence[UUID], keys: Sequence[Key]) -> Key:
    """The key of several owners (sorted, keys in their order): it dies with any one of theirs."""
    info = b"doudi: text about several|" + b"".join(owner.bytes for owner in owners)
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info)
    secret = derive.derive(b"".join(key.secret for key in keys))
    return Key.of(secret, min(key.read_at for key in keys))


def derived(secret: bytes, purpose: str, length: int) -> bytes:
    """Bytes for another use of a key, `length` of them; no purpose tells anything of another's."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"doudi: " + purpose.encode()).derive(
        secret
    )


def index(secret: bytes, kind: str, text: str) -> str:
    """A keyed digest, hexadecimal; the kind's length goes in, so that no kind reaches into another."""
    name = kind.encode()
    message = len(name).to_bytes(4, "big") + name + text.encode()
    return hmac.digest(secret, message, "sha256").hex()
