"""Checking a proof, with nothing but hashes at hand (RFC 9162, 2.1.3.2 and 2.1.4.2)."""

from __future__ import annotations

from collections.abc import Sequence

from services.history.proof.hashing import HASH_BYTES, SHA256, Hashing


def included(
    leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes, hashing: Hashing = SHA256
) -> bool:
    """Whether the leaf stands at `index` (from 0) in the tree of `size` leaves under `root`."""
    if not 0 <= index < size or not _hashes(path):
        return False
    at, last = index, size - 1
    node = leaf_hash
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = hashing.node(sibling, node)
            while at and not at & 1:  # alone at the right edge: it rises without a sibling
                at, last = at >> 1, last >> 1
        else:
            node = hashing.node(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def consistent(
    first: int,
    second: int,
    path: Sequence[bytes],
    first_root: bytes,
    second_root: bytes,
    hashing: Hashing = SHA256,
) -> bool:
    """Whether the tree of `second` leaves begins with that of `first`. Everything continues the empty tree."""
    if not 0 <= first <= second or not _hashes(path):
        return False
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == hashing.empty()
    nodes = list(path) if first & (first - 1) else [first_root, *path]
    if not nodes:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    older = newer = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            older, newer = hashing.node(node, older), hashing.node(node, newer)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            newer = hashing.node(newer, node)
        at, last = at >> 1, last >> 1
    return last == 0 and older == first_root and newer == second_root


def _hashes(path: Sequence[bytes]) -> bool:
    return len(path) <= 64 and all(len(one) == HASH_BYTES for one in path)
