"""A checkpoint of the district: the state of every source's tree, as C2SP tlog-checkpoint words it.

    doudi/431202                                     origin
    17                                               how many heads there are, this one included
    <base64>                                         root of the tree over the heads
    time 2026-11-24T16:00:00Z                        from here: the head, the last leaf of that tree
    /431202/history 120 <base64>                     source, events, root of its tree
    /431202/living 48211 <base64>

The heads have a tree of their own, so that a checkpoint is one of an ordinary log: any witness of C2SP can
keep it, and no earlier head can be exchanged later. The lines behind the third are extension lines there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.history.proof.hashing import HASH_BYTES
from services.history.proof.note import BadNote, b64, unb64

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}").fullmatch
_TIME = "time %Y-%m-%dT%H:%M:%SZ"


def origin_of(district: str) -> str:
    return f"doudi/{district}"


@dataclass(frozen=True, slots=True)
class Head:
    """How many events of each source there are, and the root over them."""

    time: datetime
    trees: Mapping[str, tuple[int, bytes]]

    @property
    def text(self) -> str:
        lines = [f"{source} {size} {b64(root)}\n" for source, (size, root) in sorted(self.trees.items())]
        return self.time.astimezone(UTC).strftime(_TIME) + "\n" + "".join(lines)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`size` and `root` are of the tree over the heads, of which `head` is the last."""

    origin: str
    size: int
    root: bytes
    head: Head

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n{self.head.text}"


def parse(text: str) -> Checkpoint:
    """The checkpoint in a note's text; BadNote where it is none."""
    lines = text.split("\n")
    if len(lines) < 5 or lines.pop() or not lines[0] or not _NUMBER(lines[1]):
        raise BadNote("not a checkpoint")
    origin, size, root, time, *rest = lines
    trees: dict[str, tuple[int, bytes]] = {}
    for line in rest:
        source, *said = line.split(" ")
        if len(said) != 2 or not source or not _NUMBER(said[0]):
            raise BadNote("a malformed line of a source")
        trees[source] = int(said[0]), _hash(said[1])
    try:
        at = datetime.strptime(time, _TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadNote("a malformed time") from error
    found = Checkpoint(origin, int(size), _hash(root), Head(at, trees))
    if found.text != text:
        raise BadNote("not a checkpoint as it is written")
    return found


def _hash(text: str) -> bytes:
    raw = unb64(text)
    if len(raw) != HASH_BYTES:
        raise BadNote("not a hash")
    return raw
