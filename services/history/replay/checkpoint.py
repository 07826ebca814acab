"""How far a replay came, in a folder: finished buckets as files, a fold over the whole history as its state.

It belongs to one projection and one selection, and pins how far every source is read, so that a replay that
goes on tomorrow gives what it would have given today.
"""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from services.history.lake.columns import BUCKETS
from services.history.lake.manifest import Manifest, flush
from services.history.lake.selection import Selection
from services.history.replay.failing import FoldFailed
from services.history.replay.projection import Projection

NAME, STATE = "replay.json", "state.pickle"


class AnotherReplay(ValueError):
    """The folder holds a checkpoint of another projection or selection, or of somebody else."""


class _Pinned(msgspec.Struct, frozen=True):
    projection: str
    selection: dict[str, str | None]
    sources: dict[str, int]
    ends: dict[str, str] = {}
    """Ids of the last events: another history may be as long."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A fold over the whole history: the facts folded, the place of the last (`recordedtime` as ISO 8601,
    source, sequence), and the state after it."""

    facts: int
    after: tuple[str, str, int]
    state: Any


class Checkpoint:
    def __init__(
        self, folder: Path, selection: Selection, sources: dict[str, int], ends: dict[str, str]
    ) -> None:
        self.folder = folder
        self.selection = replace(selection, upto=tuple(sorted(sources.items())))
        self.ends = ends
        """Of the history that it began with, the id of the last event of each source."""

    @classmethod
    def begin(
        cls, folder: Path, projection: Projection, selection: Selection, manifest: Manifest
    ) -> Checkpoint:
        """Go on with what is in the folder, or begin there, `alone`. AnotherReplay where it is not this one's."""
        file = folder / NAME
        mine = _Pinned(projection.digest, selection.told(), manifest.sources, manifest.ends)
        if not file.exists():
            if any(folder.iterdir()):
                raise AnotherReplay(f"{folder} is not empty and holds no replay")
            write(file, msgspec.json.encode(mine))
            return cls(folder, selection, mine.sources, mine.ends)
        if folder.stat().st_uid != os.getuid():
            raise AnotherReplay(f"{folder} belongs to somebody else")  # its state would be run, see `reached`
        try:
            found = msgspec.json.decode(file.read_bytes(), type=_Pinned)
        except msgspec.MsgspecError as error:
            raise AnotherReplay(f"{file} is no checkpoint") from error
        if (found.projection, found.selection) != (mine.projection, mine.selection):
            raise AnotherReplay(f"{folder} is of another projection or selection")
        if any(manifest.sources.get(source, 0) < last for source, last in found.sources.items()):
            raise AnotherReplay(f"{folder} is of a longer history than this")
        return cls(folder, selection, found.sources, found.ends)

    def part(self, bucket: int) -> Path:
        return self.folder / f"part-{bucket:02d}.parquet"

    def missing(self) -> list[int]:
        return [bucket for bucket in range(BUCKETS) if not self.part(bucket).exists()]

    def reach(self, reached: Reached) -> None:
        try:
            kept = pickle.dumps(reached)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise FoldFailed(f"the fold's state cannot be kept for going on later: {error}") from error
        write(self.folder / STATE, kept)

    def reached(self) -> Reached | None:
        file = self.folder / STATE
        if not file.exists():
            return None
        # A state is whatever the analyst's fold makes, so nothing less than pickle keeps it; reading one runs
        # code. It was written by the same account into a folder that only it may write to, as the fold was.
        found = pickle.loads(file.read_bytes())
        return found if isinstance(found, Reached) else None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """AnotherReplay where another process is replaying in the folder; one that was killed is not."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherReplay(f"another process is replaying in {folder}") from None
        yield
    finally:
        os.close(descriptor)


def write(file: Path, content: bytes) -> None:
    """Whole or not at all, for its owner alone."""
    fresh = file.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        flush(opened.fileno())
    fresh.replace(file)
