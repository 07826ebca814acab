"""Kept files by their digest: a folder in which a name, once there, is whole, durable and never changes.

A file is written under a temporary name, synced, renamed to its digest, and the folder is synced: so what a
name stands for survives a power cut from the moment `write` returns. Its time of modification is the moment,
by the house's clock, at which it was kept; the sweep of orphans goes by that.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from services.chassis.vault.master import sync_folder

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UNFINISHED = ".unfinished-"
CHUNK = 256 << 10


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the folder; `digest` is empty for one whose writing was cut off."""

    path: Path
    digest: str
    size: int
    since: datetime


class Folder:
    """One service's files, `ab/abcd…` below the root; safe for threads and processes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, content: Iterable[bytes], now: datetime) -> str:
        """Keep it; the SHA-256, hexadecimal, once it is durable. What `content` raises leaves no trace."""
        _make(self.root)
        descriptor, name = tempfile.mkstemp(dir=self.root, prefix=_UNFINISHED)
        temporary, whole = Path(name), hashlib.sha256()
        try:
            with os.fdopen(descriptor, "wb") as file:
                for part in content:
                    whole.update(part)
                    file.write(part)
                file.flush()
                seconds = now.timestamp()
                os.utime(file.fileno(), (seconds, seconds))
                os.fsync(file.fileno())
            target = self.path(whole.hexdigest())
            _make(target.parent)
            os.replace(temporary, target)
            # Without this the name may be gone after a power cut although the content is not.
            sync_folder(target.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return whole.hexdigest()

    def path(self, digest: str) -> Path:
        """Where it lies; ValueError for what is no digest: it may come from a request."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError("a digest has 64 hexadecimal letters")
        return self.root / digest[:2] / digest

    def open(self, digest: str) -> BinaryIO:
        """FileNotFoundError where there is none."""
        return self.path(digest).open("rb")

    def since(self, digest: str) -> datetime:
        """When it was kept; FileNotFoundError where it was not."""
        return _moment(self.path(digest).stat().st_mtime)

    def every(self) -> Iterator[Kept]:
        """All files, those left unfinished too, in the order of their names."""
        if not self.root.is_dir():
            return
        for place in sorted(self.root.iterdir()):
            inner = sorted(place.iterdir()) if place.is_dir() else [place]
            for path in inner:
                named = _DIGEST.fullmatch(path.name) is not None
                if not named and not path.name.startswith(_UNFINISHED):
                    continue  # not ours: whoever put it there may want it
                try:
                    stat = path.stat()
                except FileNotFoundError:
                    continue  # renamed or swept since the folder was read
                yield Kept(path, path.name if named else "", stat.st_size, _moment(stat.st_mtime))


def whole(file: BinaryIO) -> str:
    """The digest of an opened file, which is then at its start again."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _make(folder: Path) -> None:
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)
