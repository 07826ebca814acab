"""Bringing a vault back from a backup without bringing back whom it must not know any more.

A backup is merged into the vault, in one transaction: keys the vault has and the backup lacks were made
since and stay; tombstones of either side and of the list given are in force before any key is. The check
value, which a vault keeps for life, tells whether both are the same vault; if not, nothing is changed. Only a
vault without a single person or household becomes the one that was saved, its index and audiences included.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from services.chassis.vault.errors import VaultDiffers, WrongMasterKey
from services.chassis.vault.keyring import ROTATED, THE_ONE, Keyring, Masters
from services.chassis.vault.sqlite import SqliteStore
from services.chassis.vault.store import CHECK, CHUNK, Kind, Row, Transaction

MERGED: tuple[Kind, ...] = ("index", "audience", "owner")


def restore(keyring: Keyring, path: Path, erased: Iterable[UUID], master_key: bytes | None = None) -> None:
    """`master_key` where the backup was made before the vault's master key was changed."""
    source = SqliteStore(path, read_only=True)
    try:
        with source.transaction() as old, keyring.store.transaction(write=True) as new:
            check = new.check("UPDATE")
            if check is None or check.version != keyring.masters.version:
                raise WrongMasterKey(ROTATED)
            masters = Masters.of(old, master_key or keyring.masters.secret)
            saved, empty = old.check(), not new.holds_keys("owner")
            if saved is not None and masters.unwrap(saved) != keyring.masters.unwrap(check):
                if not empty:
                    raise VaultDiffers("the backup is of another vault")
                new.replace([keyring.masters.wrap(CHECK, THE_ONE, masters.unwrap(saved))])
            new.bury({*map(str, erased), *old.buried()}, keyring.now())
            for kind in MERGED:
                rows = old.page(kind)
                while rows:
                    _merge(keyring.masters, masters, new, kind, rows, empty)
                    rows = old.page(kind, rows[-1].name) if len(rows) == CHUNK else []
    finally:
        source.close()
    keyring.forget()


def _merge(
    mine: Masters, theirs: Masters, new: Transaction, kind: Kind, rows: list[Row], empty: bool
) -> None:
    standing = new.read(kind, [row.name for row in rows])
    added, replaced = [], []
    for row in rows:
        here = standing.get(row.name)
        if row.wrapped is None or (here is not None and here.wrapped is None):
            continue
        secret = theirs.unwrap(row)
        if here is None:
            added.append(mine.wrap(kind, row.name, secret))
        elif mine.unwrap(here) != secret:
            if not empty:
                raise VaultDiffers(f"vault and backup hold different keys of {kind} {row.name}")
            replaced.append(mine.wrap(kind, row.name, secret))
    new.add(added)
    new.replace(replaced)
