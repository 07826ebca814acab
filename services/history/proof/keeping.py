"""The trees follow the district log, as its index does: never ahead of it, rebuilt equal from it.

In one transaction a piece of the log becomes leaves and the position moves on, so a crash leaves tree and
position together. The leaves are made of the stored bytes, not of what was decoded from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from services.chassis.database import Session
from services.history.district_log import DistrictLog
from services.history.proof import leaf
from services.history.proof.hashing import SHA256, Hashing
from services.history.proof.tree import Tree

READ_AT_ONCE = 5000
HEADS = ""  # the name under which the tree over the heads lies; no source is called so
TABLES = (
    "CREATE TABLE IF NOT EXISTS proof_head (one INTEGER PRIMARY KEY, position BIGINT NOT NULL)",
    "INSERT INTO proof_head VALUES (1, 0) ON CONFLICT DO NOTHING",
    "CREATE TABLE IF NOT EXISTS proof_trees (source TEXT PRIMARY KEY, size BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS proof_tiles (source TEXT NOT NULL, level INTEGER NOT NULL,"
    " number {number} NOT NULL, nodes {bytes} NOT NULL, PRIMARY KEY (source, level, number))",
)
_LOG = (
    "SELECT position, source, sequence, id, envelope, data FROM district_log"
    " WHERE position > ? ORDER BY position LIMIT ?"
)
log = structlog.get_logger(__name__)


class Missing(LookupError):
    """A tile that must be there is not: the stored trees were altered. `ProofTrees.rebuild` makes them anew."""


class StoredTiles:
    """Tiles of one tree in one transaction; what is written lies here until `flush`."""

    def __init__(self, session: Session, source: str) -> None:
        self._session = session
        self._source = source
        self._held: dict[tuple[int, int], bytes] = {}
        self._fresh: set[tuple[int, int]] = set()

    def read(self, level: int, number: int) -> bytes:
        held = self._held.get((level, number))
        if held is None:
            found = self._session.execute(
                "SELECT nodes FROM proof_tiles WHERE source = ? AND level = ? AND number = ?",
                (self._source, level, number),
            )
            if not found:
                raise Missing(f"a stored tree lacks {self._source} {level}/{number}")
            held = bytes(found[0][0])
            if level or len(self._held) < 256:
                self._held[level, number] = held
        return held

    def write(self, level: int, number: int, nodes: bytes) -> None:
        self._held[level, number] = nodes
        self._fresh.add((level, number))

    def flush(self) -> None:
        self._session.executemany(
            "INSERT INTO proof_tiles VALUES (?, ?, ?, ?)"
            " ON CONFLICT (source, level, number) DO UPDATE SET nodes = excluded.nodes",
            [(self._source, *place, self._held[place]) for place in sorted(self._fresh)],
        )
        self._fresh.clear()


class Snapshot:
    """All trees as of one moment."""

    def __init__(self, session: Session, hashing: Hashing) -> None:
        self.session = session
        self._hashing = hashing
        self.sizes: dict[str, int] = dict(session.execute("SELECT source, size FROM proof_trees"))

    def tree(self, source: str) -> Tree:
        return Tree(StoredTiles(self.session, source), self.sizes.get(source, 0), self._hashing)

    def grow(self, source: str, hashes: bytes) -> Tree:
        """Only in a transaction that holds `proof_head`."""
        tiles = StoredTiles(self.session, source)
        tree = Tree(tiles, self.sizes.get(source, 0), self._hashing)
        tree.append(hashes)
        tiles.flush()
        self.session.execute(
            "INSERT INTO proof_trees VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET size = excluded.size",
            (source, tree.size),
        )
        self.sizes[source] = tree.size
        return tree

    @property
    def sources(self) -> dict[str, int]:
        """Events in the tree of each source."""
        return {source: size for source, size in self.sizes.items() if source != HEADS}


class ProofTrees:
    """A follower. `trouble` says why it stands still, where what the log holds cannot be its own writing."""

    def __init__(self, district_log: DistrictLog, hashing: Hashing = SHA256) -> None:
        self.log = district_log
        self.database = district_log.database
        self.hashing = hashing
        self.trouble: str | None = None
        with self.database.founding() as session:
            for sql in TABLES:
                session.execute(sql.format_map(district_log.engine.words))

    def advance(self) -> int:
        total = 0
        try:
            while moved := self._piece():
                total += moved
        except Missing as missing:
            self._stand_still(f"{missing}: doudi rebuild history")
        return total

    def _piece(self) -> int:
        with self.database.transaction() as session:
            # Taken first and held to the commit: two processes never make leaves of the same events.
            [(position,)] = session.execute("UPDATE proof_head SET position = position RETURNING position")
            rows = session.execute(_LOG, (position, READ_AT_ONCE))
            if not rows:
                return 0
            snapshot = Snapshot(session, self.hashing)
            fresh: dict[str, list[bytes]] = {}
            try:
                for at, source, sequence, id_, envelope, data in rows:
                    line = leaf.of_stored(bytes(envelope), bytes(data))
                    mine = fresh.setdefault(source, [])
                    if (line.source, line.sequence) != (source, sequence) or line.id.replace("-", "") != bytes(id_).hex():  # fmt: skip
                        raise leaf.Altered(f"the columns of position {at} are not its envelope's")
                    if sequence != snapshot.sizes.get(source, 0) + len(mine) + 1:
                        raise leaf.Altered(f"{source} {sequence} does not follow in the log")
                    mine.append(line.leaf)
            except leaf.Altered as altered:
                self._stand_still(str(altered))
                return 0
            for source, leaves in fresh.items():
                snapshot.grow(source, self.hashing.leaves(leaves))
            session.execute("UPDATE proof_head SET position = ?", (rows[-1][0],))
        self.trouble = None
        return len(rows)

    def _stand_still(self, why: str) -> None:
        if self.trouble != why:
            log.error("the district log or its trees were altered", why=why)
        self.trouble = why

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        with self.database.reading() as session:
            yield Snapshot(session, self.hashing)

    def rebuild(self) -> int:
        """Make the trees of all sources anew from the log; how many events. The heads' own tree stays."""
        with self.database.transaction() as session:
            session.execute("UPDATE proof_head SET position = 0")
            session.execute("DELETE FROM proof_trees WHERE source <> ?", (HEADS,))
            session.execute("DELETE FROM proof_tiles WHERE source <> ?", (HEADS,))
        return self.advance()

    def unready(self) -> list[str]:
        return [] if self.trouble is None else [f"proof: {self.trouble}"]
