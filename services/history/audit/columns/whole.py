"""What is asked of the whole lake at once, before its cases: whether it is of this log, and where what is rare lies.

The log itself is not gone through for it: by its sequences it says how much of it there is, and behind the lake's last
position what came since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from duckdb import DuckDBPyConnection

from events import registry as r
from events import verification as v
from services.history.audit.lean import LeanLog
from services.history.audit.swept import CATEGORIES
from services.history.lake.manifest import Manifest
from services.history.lake.selection import listed

DEATHS = frozenset({r.Died.TYPE, v.MismatchFound.TYPE})
"""By which it may be recorded that somebody died."""


def same_log(connection: DuckDBPyConnection, log: LeanLog, manifest: Manifest) -> bool:
    """Whether the lake has of each source as many events as the log, up to the same last one, and these are those that
    lie up to the manifest's position."""
    rows = connection.execute(
        "SELECT source, max(sequence), count(*), arg_max(id, sequence) FROM lake WHERE own GROUP BY source"
    ).fetchall()
    ends = {source: (last, count, UUID(id)) for source, last, count, id in rows}
    if {source: last for source, (last, *_) in ends.items()} != manifest.sources:
        return False
    for source in {*ends, *log.everything().bounds}:
        last, *here = ends.get(source, (0, 0, None))
        *there, position, after = log.upto(source, last)
        if here != there or not position <= manifest.position < after:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Rare:
    """`dead`: of whom a death may be recorded; `categories`: where it is said who belongs to which population."""

    dead: set[UUID] = field(default_factory=set)
    categories: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, connection: DuckDBPyConnection, log: LeanLog, manifest: Manifest) -> Self:
        # By a join, which DuckDB takes into the scan: of other rows nothing but the type is read.
        found = connection.execute(
            "SELECT type, entity, CASE WHEN own THEN id END FROM lake"
            f" SEMI JOIN (SELECT unnest([{listed(sorted(DEATHS | CATEGORIES))}]) AS type) AS rare USING (type)"
        ).fetchall()
        dead = {UUID(entity) for type_, entity, _ in found if type_ in DEATHS}
        ids = [UUID(id) for type_, _, id in found if type_ in CATEGORIES and id is not None]
        dead |= {one for one, kind in log.touches(log.behind(manifest.position, DEATHS)) if kind == "death"}
        return cls(dead, sorted((*log.positions(ids), *log.behind(manifest.position, CATEGORIES))))
