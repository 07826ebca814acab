"""Restore: a service's store built anew from the topics, and the one cut that backs up an embedded host.

With Kafka the topic is the truth: its own events come back from its topic, and what it kept beside them is
reconstructed as of its last event; no position of a backup is used. Embedded hosts have no topic: their
backup is one cut over all services.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from events.base import Entry
from services.chassis.reconstruct import Logs, reconstruct
from services.chassis.service import Service, source_of
from services.chassis.store import Change, Head, Store
from services.chassis.work import Keys

RESTORING = ("restoring", "log")
IMPORTED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where a store and the topic part: `agreed` is the last sequence at which both hold the same event."""

    agreed: int
    stored: int
    published: int

    @property
    def only_stored(self) -> int:
        return self.stored - self.agreed


def compare(store: Store, published: Iterable[Entry]) -> Divergence:
    """Walk both logs until they part."""
    agreed = count = 0
    parted = False
    mine = iter(_entries(store))
    for entry in published:
        count = entry.envelope.sequence
        own = next(mine, None)
        if not parted and own is not None and own.envelope.id == entry.envelope.id:
            agreed = count
        else:
            parted = True
    return Divergence(agreed, store.head().sequence, count)


def restore(
    service: Service,
    district: str,
    keys: Keys,
    empty: Store,
    logs: Logs,
    progress: Callable[[int], None] = lambda count: None,
) -> int:
    """Fill an empty store from the logs; how many events. Cut off half way, the store refuses to start."""
    head = empty.head()
    if head.sequence:
        raise ValueError("a store is restored into an empty one")
    head = _commit(empty, head, [], {RESTORING: True})
    batch: list[Entry] = []
    count = 0
    for entry in logs(source_of(district, service.name)):
        # Cut between decisions only: what was decided together is never half there.
        if len(batch) >= IMPORTED_AT_ONCE and batch[-1].envelope.decision != entry.envelope.decision:
            head = _commit(empty, head, batch, {})
            count += len(batch)
            progress(count)
            batch = []
        batch.append(entry)
    head = _commit(empty, head, batch, {})
    count += len(batch)
    was = reconstruct(service, district, keys, logs)
    _commit(empty, head, [], {**was.rows, RESTORING: None})
    progress(count)
    return count


def _commit(store: Store, head: Head, batch: Sequence[Entry], kept: dict[tuple[str, str], object]) -> Head:
    after = head.after(batch[-1]) if batch else head
    after = replace(after, revision=head.revision + 1)
    store.commit(Change(head, after, batch, kept))
    return after


def _entries(store: Store) -> Iterable[Entry]:
    after = 0
    while entries := store.entries(after, IMPORTED_AT_ONCE):
        yield from entries
        after = entries[-1].envelope.sequence


def back_up(files: Sequence[Path], folder: Path) -> list[Path]:
    """Copy SQLite files as of one moment: nobody writes to any of them while they are copied.

    The write locks are taken in the order given, always the same, and held until the last copy is made.
    """
    folder.mkdir(parents=True, exist_ok=False)
    folder.chmod(0o700)  # keys, and whom they are of, are in here
    copies = []
    with ExitStack() as locks:
        for file in files:
            lock = locks.enter_context(closing(sqlite3.connect(file, isolation_level=None, timeout=60)))
            lock.execute("BEGIN IMMEDIATE")
        for file in files:
            copy = folder / file.name
            copy.touch(mode=0o600)
            reading = closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True))
            with reading as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            copies.append(copy)
    return copies
