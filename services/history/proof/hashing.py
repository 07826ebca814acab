"""The hash of the trees, behind one small interface: SHA-256 now, SM3 where national algorithms are demanded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

HASH_BYTES = 32


class Hashing(Protocol):
    """RFC 9162, 2.1.1: leaves and inner nodes are hashed in domains of their own. Hashes have 32 bytes."""

    name: str

    def empty(self) -> bytes: ...

    def leaf(self, entry: bytes) -> bytes: ...

    def leaves(self, entries: Iterable[bytes]) -> bytes:
        """The hashes of many leaves, one behind another."""

    def node(self, left: bytes, right: bytes) -> bytes: ...

    def pairs(self, hashes: bytes) -> bytes:
        """The parents of every complete pair in a row of hashes, one behind another."""


class LibraryHashing:
    """Any 32-byte hash that hashlib knows by name; ValueError for another."""

    def __init__(self, name: str) -> None:
        self.name = name
        # The constructor itself where there is one: looking a hash up by name costs as much as hashing.
        named: Any = getattr(hashlib, name, None)
        self._new = named if named is not None else lambda data: hashlib.new(name, data)
        if len(self.empty()) != HASH_BYTES:
            raise ValueError(f"{name} does not give {HASH_BYTES} bytes")

    def empty(self) -> bytes:
        return bytes(self._new(b"").digest())

    def leaf(self, entry: bytes) -> bytes:
        return bytes(self._new(b"\0" + entry).digest())

    def leaves(self, entries: Iterable[bytes]) -> bytes:
        new = self._new
        return b"".join([new(b"\0" + entry).digest() for entry in entries])

    def node(self, left: bytes, right: bytes) -> bytes:
        return bytes(self._new(b"\1" + left + right).digest())

    def pairs(self, hashes: bytes) -> bytes:
        new, step = self._new, 2 * HASH_BYTES
        ends = range(step, len(hashes) + 1, step)
        return b"".join([new(b"\1" + hashes[end - step : end]).digest() for end in ends])


SHA256 = LibraryHashing("sha256")
