"""The form of a kept file: a header that only its owners' keys open, then the content in sealed pieces.

The content's key is drawn at random for each file and closed in the header as a text of its owners, so
erasing any one of them takes the file with it. Pieces are AES-256-GCM, 64 KiB each: a file of any size passes
in bounded memory, and nothing leaves that was not authenticated. Every piece is bound to the header, its
number and whether it is the last: none can be moved, dropped or put behind the end (the STREAM construction
of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.evidence import EvidenceKind, Media
from events.sealed import Sealed
from services.chassis.vault.errors import Tampered

MAGIC = b"doudi-evidence/1\n"
FIELD = "evidence"
PIECE = 64 << 10
TAG = 16
HEADER_LIMIT = 64 << 10


class Source(Protocol):
    """A file, or anything else that is read forward."""

    def read(self, size: int, /) -> bytes: ...


class Closer(Protocol):
    """What closing needs of the vault."""

    def close_text(self, sealed: Sealed, event: UUID, field_id: str) -> Sealed: ...


@dataclass(frozen=True, slots=True)
class Label:
    """What the header says once it is open. Kind and media are personal too: `medical` tells something."""

    kind: EvidenceKind
    media: Media
    secret: bytes = field(repr=False)

    def to_text(self) -> str:
        secret = base64.b64encode(self.secret).decode()
        return json.dumps({"kind": self.kind, "media": self.media, "key": secret})

    @classmethod
    def from_text(cls, text: str) -> Label:
        said = json.loads(text)
        return cls(said["kind"], said["media"], base64.b64decode(said["key"]))


@dataclass(frozen=True, slots=True)
class Header:
    """The closed label as it lies at the head of the file; `seal.event` is the attachment's own id."""

    seal: Sealed
    raw: bytes = field(repr=False)

    @property
    def attachment(self) -> UUID:
        if self.seal.event is None:
            raise Tampered("the header names no attachment")
        return self.seal.event

    @classmethod
    def closed(cls, keys: Closer, attachment: UUID, owners: tuple[UUID, ...], label: Label) -> Header:
        """NoKey where `ensure(owners)` was not called; Erased where one of them was."""
        seal = keys.close_text(Sealed.of(label.to_text(), *owners), attachment, FIELD)
        text = json.dumps(seal.to_json(), separators=(",", ":")).encode()
        return cls(seal, MAGIC + len(text).to_bytes(4, "big") + text)

    @classmethod
    def read(cls, file: BinaryIO) -> Header:
        """The header of an opened file; Tampered for anything else than one of ours."""
        head = file.read(len(MAGIC) + 4)
        size = int.from_bytes(head[-4:], "big")
        if head[:-4] != MAGIC or not 0 < size <= HEADER_LIMIT:
            raise Tampered("this is no kept evidence")
        text = file.read(size)
        try:
            seal = Sealed.from_json(json.loads(text))
        except ValueError as unreadable:
            raise Tampered("the header cannot be read") from unreadable
        if seal.field_id != FIELD or not seal.owners:
            raise Tampered("the header is not one of evidence")
        return cls(seal, head + text)

    def plain_size(self, total: int) -> int:
        """Bytes in clear of a kept file that has `total`."""
        body = total - len(self.raw)
        pieces = -(-body // (PIECE + TAG))
        return body - pieces * TAG


def pieces(source: Source, secret: bytes, header: Header) -> Iterator[bytes]:
    """The content of `source`, sealed piece by piece."""
    cipher, bound = AESGCM(secret), hashlib.sha256(header.raw).digest()
    number, piece = 0, _full(source, PIECE)
    while True:
        following = _full(source, PIECE)
        nonce = _nonce(number, not following)
        yield cipher.encrypt(nonce, piece, bound)
        if not following:
            return
        number, piece = number + 1, following


def content(file: BinaryIO, secret: bytes, header: Header) -> Iterator[bytes]:
    """The content in clear from behind the header on; Tampered at the first piece that is not as sealed."""
    cipher, bound = AESGCM(secret), hashlib.sha256(header.raw).digest()
    number, piece = 0, _full(file, PIECE + TAG)
    while True:
        following = _full(file, PIECE + TAG)
        try:
            clear = cipher.decrypt(_nonce(number, not following), piece, bound)
        except InvalidTag as altered:
            raise Tampered(f"piece {number} does not open") from altered
        yield clear
        if not following:
            return
        number, piece = number + 1, following


def _nonce(number: int, last: bool) -> bytes:
    # The key serves one file only, so counting is enough: no nonce comes twice under it.
    return number.to_bytes(11, "big") + bytes([last])


def _full(source: Source, size: int) -> bytes:
    """`size` bytes, fewer only at the end: a source may give less than asked at any time."""
    parts: list[bytes] = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
