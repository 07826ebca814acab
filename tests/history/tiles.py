"""Tiles of a tree in memory."""

from __future__ import annotations


class MemoryTiles:
    def __init__(self) -> None:
        self.held: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, number: int) -> bytes:
        return self.held[level, number]

    def write(self, level: int, number: int, nodes: bytes) -> None:
        self.held[level, number] = nodes
