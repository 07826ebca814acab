"""Who is in a lake's folder: one writer, any number of readers; a process that dies leaves nothing locked."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WRITER, READERS = "writer.lock", "readers.lock"


class LakeBusy(RuntimeError):
    """Another process is writing to the lake."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """LakeBusy where another process (or thread) writes."""
    with _opened(folder / WRITER) as descriptor:
        if not _taken(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB):
            raise LakeBusy(f"{folder} is being written to by another process")
        yield


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """As long as somebody reads, files that a later manifest has dropped stay where they are."""
    with _to_read(folder / READERS) as descriptor:
        if descriptor is not None:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


@contextmanager
def nobody_reads(folder: Path) -> Iterator[bool]:
    """Whether no process reads; while this lasts, none begins to."""
    with _opened(folder / READERS) as descriptor:
        yield _taken(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def _to_read(file: Path) -> Iterator[int | None]:
    """Analysts may only read the folder that a running system compacts: that is enough for a lock that is there."""
    if os.access(file.parent, os.W_OK):
        with _opened(file) as descriptor:
            yield descriptor
        return
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError:  # no writer has come by: nobody compacts
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        yield descriptor
    finally:
        os.close(descriptor)  # which gives the lock up


def _taken(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        return False
    return True
