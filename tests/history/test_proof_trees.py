"""Properties of trees of any size: what is proven holds, and nothing else does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.history.proof.hashing import SHA256
from services.history.proof.tree import Frontier, Tree
from services.history.proof.verify import consistent, included
from tests.history.tiles import MemoryTiles

SIZES = st.one_of(st.integers(1, 80), st.sampled_from([255, 256, 257, 511, 512, 513, 1100]))


def grown(size: int, steps: list[int]) -> Tree:
    """A tree of numbered leaves, appended in pieces of these sizes over and over."""
    tree, at, turn = Tree(MemoryTiles()), 0, 0
    while at < size:
        upto = min(size, at + steps[turn % len(steps)])
        tree.append(SHA256.leaves(b"%d" % number for number in range(at, upto)))
        at, turn = upto, turn + 1
    return tree


@settings(max_examples=60, deadline=None)
@given(size=SIZES, steps=st.lists(st.integers(1, 600), min_size=1, max_size=4), chosen=st.data())
def test_every_proof_holds_and_no_other(size: int, steps: list[int], chosen: st.DataObject) -> None:
    tree = grown(size, steps)
    frontier = Frontier()
    for number in range(size):
        frontier.add(SHA256.leaf(b"%d" % number))
    assert frontier.root() == tree.root()
    index, first = chosen.draw(st.integers(0, size - 1)), chosen.draw(st.integers(0, size))
    path, root, hashed = tree.inclusion(index, size), tree.root(), SHA256.leaf(b"%d" % index)
    assert included(hashed, index, size, path, root)
    assert not included(SHA256.leaf(b"other"), index, size, path, root)
    assert not included(hashed, index, size, [*path, bytes(32)], root)
    assert not included(hashed, size, size, path, root)
    assert not any(included(hashed, other, size, path, root) for other in range(size) if other != index)
    proof, before = tree.consistency(first, size), tree.root(first)
    assert consistent(first, size, proof, before, root)
    assert not consistent(first, size, [*proof, bytes(32)], before, root)
    if first:
        assert not consistent(first, size, proof, bytes(32), root)
        assert not consistent(first, size, proof, before, bytes(32))
    for at in range(len(proof)):
        assert not consistent(first, size, [*proof[:at], bytes(32), *proof[at + 1 :]], before, root)
