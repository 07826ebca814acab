"""A source's tree computed anew from one place where its log lies, and held against what history stored.

The log is read once, with memory for no more than a piece of it. On the way the root is taken at the size of
every checkpoint wanted, and the first leaf that differs from the stored tree is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from services.chassis.store import Store
from services.history.proof import leaf
from services.history.proof.hashing import SHA256, Hashing
from services.history.proof.keeping import Missing, Snapshot
from services.history.proof.tree import Frontier

READ_AT_ONCE = 5000


@dataclass(slots=True)
class Computed:
    """`size` and `root` of the log in a place; `roots` at the sizes wanted; `unlike`: the first sequence whose event is
    another than in the stored tree; `differs`: from which sequence on nothing can be read, and why."""

    place: str
    size: int = 0
    root: bytes = b""
    roots: dict[int, bytes] = field(default_factory=dict)
    unlike: int | None = None
    differs: int | None = None
    why: str = ""


def compute(
    place: str,
    source: str,
    lines: Iterable[leaf.Line],
    snapshot: Snapshot | None,
    wanted: Iterable[int] = (),
    hashing: Hashing = SHA256,
) -> Computed:
    """Read a log to its end, or to the first line that is no event. `snapshot` holds the stored tree."""
    found, frontier, sizes = Computed(place), Frontier(hashing), set(wanted)
    tree = None if snapshot is None else snapshot.tree(source)
    try:
        for line in lines:
            if line.source != source or line.sequence != frontier.size + 1:
                raise leaf.Altered(f"sequence {line.sequence} of {line.source} does not follow")
            hashed = hashing.leaf(line.leaf)
            kept = tree is not None and found.unlike is None and frontier.size < tree.size
            if kept and tree is not None and tree.leaf(frontier.size) != hashed:
                found.unlike = line.sequence
            frontier.add(hashed)
            if frontier.size in sizes:
                found.roots[frontier.size] = frontier.root()
    except (leaf.Altered, Missing) as altered:
        found.differs, found.why = frontier.size + 1, str(altered)
    found.size, found.root = frontier.size, frontier.root()
    return found


def own_store(store: Store) -> Iterator[leaf.Line]:
    """The log in a service's own store, from the bytes that lie there."""
    after = 0
    while states := store.stored(after, READ_AT_ONCE):
        yield from map(leaf.of_state, states)
        after += len(states)


def district_log(snapshot: Snapshot, source: str) -> Iterator[leaf.Line]:
    """The log of a source as history keeps it, from the bytes that lie there."""
    after = 0
    while rows := snapshot.session.execute(
        "SELECT sequence, envelope, data FROM district_log WHERE source = ? AND sequence > ?"
        " ORDER BY sequence LIMIT ?",
        (source, after, READ_AT_ONCE),
    ):
        for sequence, envelope, data in rows:
            line = leaf.of_stored(bytes(envelope), bytes(data))
            if line.sequence != sequence:
                raise leaf.Altered(f"the row of sequence {sequence} holds another event")
            yield line
        after = rows[-1][0]


def stored_tree(snapshot: Snapshot, source: str, wanted: Iterable[int]) -> Computed:
    """What the stored tree says of itself."""
    tree = snapshot.tree(source)
    try:
        roots = {size: tree.root(size) for size in wanted if size <= tree.size}
        return Computed("stored tree", tree.size, tree.root(), roots)
    except Missing as missing:
        return Computed("stored tree", tree.size, differs=1, why=f"tile {missing} is missing")


def verdict(found: Computed, tree: Computed, size: int, signed: Mapping[int, bytes]) -> str:
    """Why a place does not agree with the stored tree of `size` and with what was signed; empty where it does.

    The tree follows the district log, that the topic, and that the store: none of them may be shorter. A stored tree
    that is not what was signed says nothing about the others.
    """
    sound = all(tree.roots.get(one) == root for one, root in signed.items())
    if sound and found.unlike is not None:
        return f"from sequence {found.unlike} on: another event than in the stored tree"
    if found.differs is not None:
        return f"from sequence {found.differs} on: {found.why}"
    if found.size < size:
        return f"ends at {found.size}, {size} were recorded: cut off, or an old copy"
    if sound and found.roots.get(size, found.root) != tree.root:
        return "another root than the stored tree's"
    for one, root in sorted(signed.items()):
        if found.roots.get(one) != root:
            return f"another root than was signed over {one} events"
    return ""
