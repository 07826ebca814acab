"""Whether a lake is whole, and whether two lakes say the same, however their rows are split into files."""

from __future__ import annotations

from hashlib import sha256

from services.history.lake.folder import Lake
from services.history.lake.reading import opened

#: Sums of a hash of every row: they do not depend on order or files. A sum tells an accident, not a forger;
#: against forgers stand the proofs over the log itself.
_DIGEST = (
    "SELECT count(*), coalesce(sum(md5_number_lower(row)), 0), coalesce(sum(md5_number_upper(row)), 0)"
    " FROM (SELECT CAST(to_json(lake) AS VARCHAR) AS row FROM (SELECT * REPLACE (hex(closed) AS closed) FROM lake) lake)"
)
_REPEATED = "SELECT count(*) - count(DISTINCT (entity, id)) FROM lake"
_SOURCES = "SELECT source, count(*), max(sequence), count(DISTINCT sequence) FROM lake WHERE own GROUP BY 1"
_MISPLACED = "SELECT count(*) FROM lake WHERE own <> (entity = stream)"


def content_digest(lake: Lake) -> str:
    """Of all rows, independent of their order and of how they lie in files: hexadecimal SHA-256."""
    with lake.reading() as manifest, opened(lake.folder, lake.paths(manifest.files)) as connection:
        count, lower, upper = connection.execute(_DIGEST).fetchall()[0]
    return sha256(f"{count} {lower} {upper}".encode()).hexdigest()


def faults(lake: Lake) -> list[str]:
    """What is wrong with it, a sentence each; empty if nothing is. NoLake where there is none."""
    with lake.reading() as manifest:
        found = []
        for file in manifest.files:
            path = lake.folder / file.path
            if not path.exists():
                found.append(f"{file.path} is missing")
            elif sha256(path.read_bytes()).hexdigest() != file.sha256:
                found.append(f"{file.path} is not as it was written")
        if found:
            return found  # what is damaged cannot be read further
        with opened(lake.folder, lake.paths(manifest.files)) as connection:
            if repeated := connection.execute(_REPEATED).fetchall()[0][0]:
                found.append(f"{repeated} rows lie there twice")
            if misplaced := connection.execute(_MISPLACED).fetchall()[0][0]:
                found.append(f"{misplaced} rows are marked wrongly as an event's own")
            sources = {row[0]: row[1:] for row in connection.execute(_SOURCES).fetchall()}
    for source in sorted({*sources, *manifest.sources}):
        count, last, distinct = sources.get(source, (0, 0, 0))
        if not manifest.sources.get(source) == last == count == distinct:  # a log has no gaps
            found.append(
                f"{source}: {count} events up to {last}, the manifest says {manifest.sources.get(source)}"
            )
    return found
