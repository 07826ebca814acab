"""A Merkle tree that grows at its end (RFC 9162, 2.1): roots, inclusion and consistency in O(log n).

Complete nodes never change, so they are stored: in tiles of 8 levels over 256 nodes, as C2SP tlog-tiles cuts
them, here with the inner nodes too, level by level. A proof reads one tile for every 8 levels. A tile that is
not full holds what is complete; only the few nodes at the right edge are hashed when asked for.
"""

from __future__ import annotations

from typing import Protocol

from services.history.proof.hashing import HASH_BYTES, SHA256, Hashing

HEIGHT = 8
WIDTH = 1 << HEIGHT


def _starts(width: int) -> tuple[int, ...]:
    """Where each level of a tile of this width begins, in bytes."""
    starts = [0]
    for level in range(HEIGHT - 1):
        starts.append(starts[-1] + HASH_BYTES * (width >> level))
    return tuple(starts)


STARTS = tuple(map(_starts, range(WIDTH + 1)))


class Tiles(Protocol):
    """Where tiles lie: `level` counts in steps of 8 from the leaves, `number` from the left."""

    def read(self, level: int, number: int) -> bytes: ...

    def write(self, level: int, number: int, nodes: bytes) -> None: ...


class Tree:
    """`size` leaves lie in `tiles`."""

    def __init__(self, tiles: Tiles, size: int = 0, hashing: Hashing = SHA256) -> None:
        self.tiles = tiles
        self.size = size
        self.hashing = hashing

    def append(self, hashes: bytes) -> None:
        """Add leaves by their hashes, one behind another. Whole tiles are hashed at once."""
        size = self.size + len(hashes) // HASH_BYTES
        fresh, level = hashes, 0
        while fresh:
            number, filled = divmod(self.size >> (HEIGHT * level), WIDTH)
            row = self.tiles.read(level, number)[: filled * HASH_BYTES] + fresh if filled else fresh
            full: list[bytes] = []
            for start in range(0, len(row), WIDTH * HASH_BYTES):
                nodes = self._tile(row[start : start + WIDTH * HASH_BYTES])
                self.tiles.write(level, number, nodes)
                if len(nodes) == FULL:
                    full.append(self.hashing.node(nodes[-2 * HASH_BYTES : -HASH_BYTES], nodes[-HASH_BYTES:]))
                number += 1
            fresh, level = b"".join(full), level + 1
        self.size = size

    def _tile(self, row: bytes) -> bytes:
        levels = [row]
        for _ in range(HEIGHT - 1):
            row = self.hashing.pairs(row)
            levels.append(row)
        return b"".join(levels)

    def leaf(self, index: int) -> bytes:
        """The hash of a leaf; IndexError beyond the end."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        return self._node(0, index)

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves, or over all; IndexError where there are fewer."""
        size = self._within(self.size if size is None else size)
        return self._subtree(0, size) if size else self.hashing.empty()

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The audit path of a leaf in the tree over the first `size` (RFC 9162, 2.1.3.1), lowest first."""
        if not 0 <= index < self._within(size):
            raise IndexError(index)
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + _half(high - low)
            if index < middle:
                path.append(self._subtree(middle, high))
                high = middle
            else:
                path.append(self._subtree(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, first: int, second: int) -> list[bytes]:
        """That the first `second` leaves continue the first `first` (RFC 9162, 2.1.4.1); empty from nothing."""
        if not 0 <= first <= self._within(second):
            raise IndexError(first)
        if first in (0, second):
            return []
        path: list[bytes] = []
        low, high = 0, second
        while high != first:
            middle = low + _half(high - low)
            if first <= middle:
                path.append(self._subtree(middle, high))
                high = middle
            else:
                path.append(self._subtree(low, middle))
                low = middle
        if low:  # else the verifier holds this node already: it is the first root
            path.append(self._subtree(low, high))
        return path[::-1]

    def _within(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise IndexError(size)
        return size

    def _subtree(self, low: int, high: int) -> bytes:
        """The root over leaves `low` to `high`, where `low` is a multiple of the power of two below."""
        count = high - low
        if count & (count - 1) == 0:
            return self._node(count.bit_length() - 1, low // count)
        middle = low + _half(count)
        return self.hashing.node(self._subtree(low, middle), self._subtree(middle, high))

    def _node(self, level: int, index: int) -> bytes:
        row, inner = divmod(level, HEIGHT)
        number, at = divmod(index, WIDTH >> inner)
        width = min((self.size >> (HEIGHT * row)) - number * WIDTH, WIDTH)
        start = STARTS[width][inner] + at * HASH_BYTES
        return self.tiles.read(row, number)[start : start + HASH_BYTES]


class Frontier:
    """The root of a log that is read once from its beginning; holds O(log n) hashes."""

    def __init__(self, hashing: Hashing = SHA256) -> None:
        self.size = 0
        self._hashing = hashing
        self._complete: list[bytes] = []  # one for each bit of `size`, the widest first

    def add(self, leaf_hash: bytes) -> None:
        node, size = leaf_hash, self.size
        while size & 1:
            node = self._hashing.node(self._complete.pop(), node)
            size >>= 1
        self._complete.append(node)
        self.size += 1

    def root(self) -> bytes:
        if not self._complete:
            return self._hashing.empty()
        *left, node = self._complete
        for one in reversed(left):
            node = self._hashing.node(one, node)
        return node


FULL = STARTS[WIDTH][-1] + 2 * HASH_BYTES


def _half(count: int) -> int:
    """The greatest power of two below a count of two or more."""
    return 1 << ((count - 1).bit_length() - 1)
