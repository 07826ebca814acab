"""Signed notes (c2sp.org/signed-note): a text, an empty line, and a line for each key that signed it.

The algorithm is behind two small interfaces. Ed25519 is type 1; a national algorithm would be another type
with its own pair. Ours also makes and checks type 4, the dated cosignature of a witness
(c2sp.org/tlog-cosignature).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519, COSIGNATURE = 1, 4
DATED_BYTES = 8 + 64
LARGEST = 1 << 20
MOST_SIGNATURES = 100
_DASH = "\u2014 "


class BadNote(ValueError):
    """Not a note, not signed by a key that counts, or signed wrongly. Nothing of it may be believed."""


class Verifier(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def id(self) -> bytes: ...

    @property
    def text(self) -> str:
        """The public key as one line: name+id+base64, as C2SP writes it."""

    def good(self, text: str, signature: bytes) -> bool: ...


class Signer(Protocol):
    @property
    def verifier(self) -> Verifier: ...

    def sign(self, text: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Ed25519Verifier:
    """`kind` 1 signs the note's text; 4 signs the text and the second at which the witness saw it."""

    name: str
    key: bytes
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key).digest()[:4]

    @property
    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(bytes([self.kind]) + self.key)}"

    def good(self, text: str, signature: bytes) -> bool:
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != DATED_BYTES:
                return False
            message = dated(text, int.from_bytes(signature[:8], "big"))
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Ed25519Signer:
    def __init__(self, name: str, seed: bytes, kind: int = ED25519) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier: Verifier = Ed25519Verifier(name, self._key.public_key().public_bytes_raw(), kind)

    def sign(self, text: str) -> bytes:
        return self._key.sign(text.encode())

    def cosign(self, text: str, second: int) -> bytes:
        """The signature of a witness that saw the text at this second since 1970."""
        return second.to_bytes(8, "big") + self._key.sign(dated(text, second))


def dated(text: str, second: int) -> bytes:
    return f"cosignature/v1\ntime {second}\n{text}".encode()


def verifier_of(text: str) -> Ed25519Verifier:
    """The public key in a line name+id+base64; BadNote where it is malformed or its id is not its own."""
    name, _, rest = text.strip().partition("+")
    id_, _, key = rest.partition("+")
    raw = unb64(key)
    if len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE) or not good_name(name):
        raise BadNote("not the text of a public key")
    verifier = Ed25519Verifier(name, raw[1:], raw[0])
    if verifier.text != text.strip() or verifier.id.hex() != id_:
        raise BadNote("the text of a public key is damaged")
    return verifier


def good_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(one.isspace() or not one.isprintable() for one in name)


def signature_line(verifier: Verifier, signature: bytes) -> str:
    return f"{_DASH}{verifier.name} {b64(verifier.id + signature)}\n"


def is_cosignature(line: str) -> bool:
    """Whether it is one line that could be a witness's: of whose key, and whether it is good, says only the key."""
    try:
        return line.endswith("\n") and len(_signature(line[:-1])[2]) == DATED_BYTES
    except BadNote:
        return False


def sign(text: str, signers: Sequence[Signer]) -> str:
    """The note; BadNote for a text that cannot be one."""
    _check_text(text)
    return text + "\n" + "".join(signature_line(one.verifier, one.sign(text)) for one in signers)


@dataclass(frozen=True, slots=True)
class Opened:
    """A text that may be believed, and the keys that signed it, of those that were asked for."""

    text: str
    by: tuple[Verifier, ...]


def open_note(note: str, known: Sequence[Verifier]) -> Opened:
    """The text of a note with at least one good signature of a known key.

    BadNote where there is none, where a known key's signature is wrong, or where the note is malformed.
    Signatures of unknown keys are passed over.
    """
    text, lines = split(note)
    by: list[Verifier] = []
    for name, id_, signature in lines:
        for verifier in known:
            if verifier.name == name and verifier.id == id_ and verifier not in by:
                if not verifier.good(text, signature):
                    raise BadNote(f"the signature of {name} is wrong")
                by.append(verifier)
    if not by:
        raise BadNote("no known key signed this")
    return Opened(text, tuple(by))


def split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """A note's text, not to be believed yet, and its signatures: name, id of the key, signature."""
    if len(note) > LARGEST:
        raise BadNote("the note is too large")
    head, found, tail = note.rpartition("\n\n")
    text = head + "\n"
    if not found or not tail.endswith("\n"):
        raise BadNote("not a signed note")
    _check_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise BadNote("too many signatures")
    return text, [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = unb64(encoded)
    if not line.startswith(_DASH) or not good_name(name) or len(raw) < 5:
        raise BadNote("a malformed signature")
    return name, raw[:4], raw[4:]


def _check_text(text: str) -> None:
    if not text.endswith("\n") or text == "\n" or any(one < " " and one != "\n" for one in text):
        raise BadNote("not the text of a note")


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def unb64(text: str) -> bytes:
    """Strictly, so that one value has one text; BadNote otherwise."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("not base64") from error
    if b64(raw) != text:
        raise BadNote("not base64 as it is written")
    return raw
