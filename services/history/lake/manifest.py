"""Which files of a lake count: one JSON file, replaced in one step once everything it names is on disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from services.history.lake.columns import BUCKETS, FORMAT

NAME = "manifest.json"


class File(msgspec.Struct, frozen=True):
    """`path` from the lake's folder; `events` are the rows that are an event's own."""

    path: str
    bucket: int
    rows: int
    events: int
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """`generation` rises with every change; `position`: of the last event in the district log (0 where the
    lake was laid out from another source); `sources`: the last sequence of each; `ends`: the id of that event, of
    every source that was appended to since ids are kept; `retired`: files that an earlier manifest named and that a
    reader may still have open."""

    generation: int = 0
    position: int = 0
    sources: dict[str, int] = {}
    files: tuple[File, ...] = ()
    retired: tuple[str, ...] = ()
    ends: dict[str, str] = {}
    format: int = FORMAT
    buckets: int = BUCKETS

    @property
    def events(self) -> int:
        return sum(file.events for file in self.files)

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    def of_bucket(self, bucket: int) -> tuple[File, ...]:
        return tuple(file for file in self.files if file.bucket == bucket)

    def changed(self, **changes: Any) -> Manifest:
        return msgspec.structs.replace(self, generation=self.generation + 1, **changes)


class NoLake(LookupError):
    """The folder is no lake, or one of another format: build it."""


_decode = msgspec.json.Decoder(Manifest).decode


class AnotherLog(ValueError):
    """What is to be appended does not go on where the lake ends: the lake is of another log, or of one since put back."""


def read_manifest(folder: Path) -> Manifest:
    try:
        found = _decode((folder / NAME).read_bytes())
    except FileNotFoundError:
        raise NoLake(f"{folder} holds no lake") from None
    except msgspec.MsgspecError as error:
        raise NoLake(f"{folder / NAME} is no manifest: {error}") from error
    if (found.format, found.buckets) != (FORMAT, BUCKETS):
        raise NoLake(f"{folder} is a lake of format {found.format}, this program writes {FORMAT}: build it")
    return found


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Durable when it returns. The files that it names must be on disk before."""
    fresh = folder / f"{NAME}.new"
    with fresh.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        flush(file.fileno())
    fresh.replace(folder / NAME)
    flush_folder(folder)


def flush(descriptor: int) -> None:
    os.fsync(descriptor)


def flush_folder(folder: Path) -> None:
    """The names in a folder are as durable as its files only after this."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)
