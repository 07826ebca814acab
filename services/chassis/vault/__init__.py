"""The vault: it closes and opens what identifies people, and can make it unreadable for ever.

One random key a person and a household, wrapped by a master key, in a database of its own beside the log and
the services' databases. Destroying the key is how a person is erased from a log that never forgets: the
boxes stay, the proofs over them hold, and nobody can open them.

The vault opens for whoever holds it. That an opening is recorded (who, whose, for what purpose) is the
caller's duty: services do it with `unsealing.unseal`, and nothing else in a service calls `open_text`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from copy import copy
from pathlib import Path
from typing import Self, TypeVar
from uuid import UUID

from events.base import Event
from events.sealed import Sealed, map_sealed
from services.chassis.vault import cipher as cipher
from services.chassis.vault.cache import LIMIT
from services.chassis.vault.errors import (
    Erased,
    NoKey,
    NotEntitled,
    OpenToOthers,
    Tampered,
    VaultDiffers,
    VaultError,
    WrongMasterKey,
)
from services.chassis.vault.keeping import Keeping
from services.chassis.vault.keyring import Clock, Keyring
from services.chassis.vault.master import (
    decode_master_key,
    encode_master_key,
    generate_master_key,
    load_master_key,
)
from services.chassis.vault.sqlite import SqliteStore
from services.chassis.vault.store import Store

__all__ = [
    "Erased",
    "MemoryVault",
    "NoKey",
    "NotEntitled",
    "OpenToOthers",
    "Tampered",
    "Vault",
    "VaultDiffers",
    "VaultError",
    "WrongMasterKey",
    "decode_master_key",
    "encode_master_key",
    "generate_master_key",
    "load_master_key",
]

READ_ALL = frozenset({"history", "audit"})

E = TypeVar("E", bound=Event)


class Vault(Keeping):
    """Keys of people, households and audiences. Safe for threads; several processes may share one vault.

    `reader` names the service that holds this vault: it closes and opens the restricted facts of its own
    audience, "history" and "audit" open those of all. This class keeps to that; the database does not know
    readers (on PostgreSQL all services share one role), and whoever holds the master key could do without
    this class.

    Keys are kept unwrapped for 60 seconds at most: after an erasure in another process this one may close
    and open under the destroyed key until then, and `ensure` may let the owner pass.
    """

    def __init__(self, keyring: Keyring, reader: str = "") -> None:
        super().__init__(keyring)
        self._reader = reader

    @classmethod
    def open(
        cls,
        url: str,
        master_key: bytes,
        *,
        clock: Clock,
        ticks: Callable[[], float] = time.monotonic,
        reader: str = "",
        cached: int = LIMIT,
    ) -> Vault:
        """`sqlite:///path` (made if missing), `postgresql://…` or `memory:`; ValueError for another form.

        WrongMasterKey where the vault was made with another. `clock` dates tombstones; `ticks` are seconds
        that only rise, for the age of keys kept at hand, of which there are never more than `cached`.
        """
        store = _store(url)
        try:
            return Vault(Keyring(store, master_key, clock, ticks, cached), reader)
        except BaseException:
            store.close()
            raise

    def for_reader(self, reader: str) -> Self:
        """The same vault in the hands of another service of this process."""
        other = copy(self)
        other._reader = reader
        return other

    # -- text of people and households

    def ensure(self, owners: Iterable[UUID]) -> None:
        """Makes the keys that are missing, on disk before it returns; Erased(owner) for one erased."""
        self._keyring.ensure(owners)

    def preload(self, owners: Iterable[UUID]) -> None:
        """Reads many keys at once before many texts are opened; NoKey, Erased as in opening."""
        self._keyring.load(list(dict.fromkeys(owners)))

    def close_text(self, sealed: Sealed, event: UUID, field_id: str) -> Sealed:
        """The text in a box bound to event, field and owners; NoKey where `ensure` was not called.

        A text that is closed already stays as it is: it was copied from another fact, and says which.
        """
        if sealed.clear is None:
            return sealed
        if not sealed.owners:
            raise ValueError(f"{field_id}: sealed text belongs to somebody")
        bound = sealed.closed(event, field_id, "")
        key = self._keyring.key(bound.owners)
        box = cipher.close(key.cipher, sealed.clear.encode(), bound.associated)
        return sealed.closed(event, field_id, box)

    def open_text(self, sealed: Sealed) -> str:
        """The text; Erased if any owner was, Tampered if the box was altered or moved. In clear: as it is.

        The caller records the unsealing (`Work.unseal`); the vault does not.
        """
        if sealed.clear is not None:
            return sealed.clear
        if not sealed.owners or sealed.event is None:
            raise Tampered("the box belongs to nobody")
        key = self._keyring.key(sealed.owners)
        return cipher.open_box(key.cipher, sealed.box.encode(errors="replace"), sealed.associated).decode()

    def seal_event(self, event: E, event_id: UUID) -> E:
        """The fact with every text in it closed."""
        sealed: E = map_sealed(event, lambda field_id, text: self.close_text(text, event_id, field_id))
        return sealed

    @staticmethod
    def owners_of(event: Event) -> set[UUID]:
        """Whose keys `seal_event` will need: the owners of every text in the fact that is in clear."""
        owners: set[UUID] = set()

        def collect(_: str, text: Sealed) -> Sealed:
            if text.clear is not None:
                owners.update(text.owners)
            return text

        map_sealed(event, collect)
        return owners

    def derived(self, owner: UUID, purpose: str, length: int) -> bytes:
        """Bytes that follow from an owner's key and a purpose alone, and are gone with the key; NoKey, Erased."""
        return cipher.derived(self._keyring.key((owner,)).secret, purpose, length)

    def blind_index(self, kind: str, text: str) -> str:
        """A digest, 64 hexadecimal letters, that is equal for equal texts of a kind and tells nothing to
        who has no key. The caller settles spelling (capitals, blanks) first."""
        return cipher.index(self._keyring.named("index", "blind", create=True).secret, kind, text)

    def blind_indexes(self, kind: str, texts: Iterable[str]) -> list[str]:
        """The same of many, in their order: the key is fetched once."""
        secret = self._keyring.named("index", "blind", create=True).secret
        return [cipher.index(secret, kind, text) for text in texts]

    # -- restricted facts

    def audience_key(self, service: str) -> bytes:
        """The key of a service's restricted facts, made if missing; NotEntitled to who may not open them."""
        self._entitled(service)
        return self._keyring.named("audience", service, create=True).secret

    def close_data(self, service: str, event_id: UUID, data: bytes) -> bytes:
        """A restricted fact's data as a JSON string: it stands in the log where the data would.

        NotEntitled unless this reader is the service itself: history opens, and never writes.
        """
        if service != self._reader:
            raise NotEntitled(f"{self._reader or 'nobody'} does not record for {service}")
        key = self._keyring.named("audience", service, create=True)
        return b'"' + cipher.close(key.cipher, data, _audience(service, event_id)).encode() + b'"'

    def open_data(self, service: str, event_id: UUID, data: bytes) -> bytes:
        """The data that `close_data` closed; NotEntitled, NoKey, Tampered."""
        self._entitled(service)
        if len(data) < 2 or data[:1] != b'"' or data[-1:] != b'"':
            raise Tampered("restricted data is a JSON string")
        key = self._keyring.named("audience", service, create=False)
        return cipher.open_box(key.cipher, data[1:-1], _audience(service, event_id))

    def _entitled(self, service: str) -> None:
        if service != self._reader and self._reader not in READ_ALL:
            raise NotEntitled(f"{self._reader or 'nobody'} is not in the audience of {service}")


class MemoryVault(Vault):
    """A working vault that is gone with the process; for tests, and for playing through."""

    def __init__(
        self,
        master_key: bytes | None = None,
        *,
        clock: Clock,
        ticks: Callable[[], float] = time.monotonic,
        reader: str = "",
    ) -> None:
        master_key = generate_master_key() if master_key is None else master_key
        super().__init__(Keyring(SqliteStore(None), master_key, clock, ticks), reader)


def _audience(service: str, event_id: UUID) -> bytes:
    return service.encode() + b"|" + event_id.bytes


def _store(url: str) -> Store:
    if url == "memory:":
        return SqliteStore(None)
    if url.startswith("sqlite:///"):
        return SqliteStore(Path(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        # The driver is only needed where a server is used.
        from services.chassis.vault.postgres import PostgresStore

        return PostgresStore(url)
    raise ValueError("a vault is at sqlite:///path, postgresql://… or memory:")
