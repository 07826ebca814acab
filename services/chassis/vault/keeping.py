"""What the keeper of the vault does with it: erase, save, bring back, change the master key.

Services only close and open; these are called by the commands of the operator and by the reaction to an
erasure.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from services.chassis.vault.keyring import Keyring
from services.chassis.vault.restore import restore


class Keeping:
    """The keeper's half of a vault."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def close(self) -> None:
        """Gives up the database and forgets every key; for all readers of this process."""
        self._keyring.forget()
        self._keyring.store.close()

    def erase(self, owner: UUID, merged: Iterable[UUID] = ()) -> None:
        """Destroys the keys of an owner and of all merged into it, and leaves dated tombstones: no key for
        these ids ever again. On disk when it returns; again changes nothing. Who may call it, and when, is
        decided before."""
        self._keyring.bury([owner, *merged])

    def reapply(self, erased: Iterable[UUID]) -> None:
        """Erases all of these: after a PostgreSQL vault came back from pg_dump, before any service starts."""
        self._keyring.bury(erased)

    def erased(self) -> set[UUID]:
        """Every id that has a tombstone."""
        with self._keyring.store.transaction() as transaction:
            return {UUID(name) for name in transaction.buried()}

    def is_erased(self, owner: UUID) -> bool:
        """As the vault says now, nothing kept at hand."""
        return bool(self.erased_of([owner]))

    def erased_of(self, owners: Iterable[UUID]) -> set[UUID]:
        """Those of them who are erased, as the vault says now, in one reading."""
        with self._keyring.store.transaction() as transaction:
            rows = transaction.read("owner", map(str, owners))
        return {UUID(name) for name, row in rows.items() if row.wrapped is None}

    def backup(self, path: str | Path) -> None:
        """One cut of the vault as an SQLite file, mode 0600, complete or not there at all.

        It holds keys that may be destroyed tomorrow: delete it after 30 days. A PostgreSQL vault can be
        saved this way too, or with pg_dump and then `reapply`.
        """
        self._keyring.store.backup(Path(path))

    def restore(self, path: str | Path, erased: Iterable[UUID], master_key: bytes | None = None) -> None:
        """Merges a backup into this vault, with every given erasure in force before any of its keys.

        `erased`: every owner that the registry's log says was erased, merged ids included. `master_key`:
        the backup's, where it was changed since. VaultDiffers, WrongMasterKey: nothing was changed.
        """
        restore(self._keyring, Path(path), erased, master_key)

    def rewrap(self, new_master_key: bytes) -> None:
        """Puts every key under a new master key. Write that one down first: from the first moment it is
        the one that opens the vault. Cut short, it is finished by opening the vault with the new key and
        calling this again with it. Other processes get WrongMasterKey and start again with the new one."""
        self._keyring.rewrap(new_master_key)
