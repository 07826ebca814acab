"""Trees: a million leaves appended, and proofs, beside a bare loop of the same hashes."""

from __future__ import annotations

import hashlib
import random

import pytest

from services.history.proof.hashing import SHA256
from services.history.proof.tree import Tree
from tests.bench.measuring import interleaved, rate
from tests.bench.report import Report
from tests.history.tiles import MemoryTiles

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

LEAVES, AT_ONCE, PROOFS = 1_000_000, 5_000, 20_000
TEXT = """A Merkle tree of a million leaves, appended 5,000 at a time; inclusion proofs of random leaves in it.
Beside the appending: two million bare SHA-256 calls, which any such tree needs."""


def test_append_and_prove(report: Report) -> None:
    leaves = [b"%d" % number for number in range(LEAVES)]
    tree = Tree(MemoryTiles())

    def append() -> None:
        nonlocal tree
        tree = Tree(MemoryTiles())
        for at in range(0, LEAVES, AT_ONCE):
            tree.append(SHA256.leaves(leaves[at : at + AT_ONCE]))

    def bare() -> None:
        pair = b"\1" + bytes(64)
        for one in leaves:
            hashlib.sha256(b"\0" + one).digest()
            hashlib.sha256(pair).digest()

    found = interleaved(
        {"append": lambda: rate(LEAVES, append), "bare": lambda: rate(LEAVES, bare)}, rounds=3
    )
    section = report.section("Proof", TEXT)
    report.compare(section, "leaves appended", found["append"], found["bare"], "leaves/s", "200,000 leaves/s")
    chance = random.Random(1)
    proofs = rate(PROOFS, lambda: [tree.inclusion(chance.randrange(LEAVES), LEAVES) for _ in range(PROOFS)])
    section.notes.append(f"{proofs:,.0f} inclusion proofs a second (aim: 10,000).")
