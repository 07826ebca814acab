"""The life of the vault's keys: made, read, destroyed, wrapped anew, saved and brought back.

The master key has a version, and every row says under which it is wrapped. While a change of the master key
is under way, the old one lies in the vault wrapped by the new one; so from the first moment on the new key
opens everything, and a change cut short goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis.vault.cache import LIMIT, Cache
from services.chassis.vault.cipher import KEY_BYTES, Key, joint, new_secret, unwrap, wrap
from services.chassis.vault.errors import Erased, NoKey, Tampered, WrongMasterKey
from services.chassis.vault.store import CHECK, KINDS, Kind, Row, Store, Transaction

THE_ONE = "vault"
ROTATED = "the master key was changed by another process: start again with the new one"


class Clock(Protocol):
    """What time it is: aware, in UTC."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Masters:
    """The master key in force and, while a change is under way, those before it; by version."""

    version: int
    secret: bytes = field(repr=False)
    ciphers: dict[int, AESGCM] = field(repr=False)

    def wrap(self, kind: Kind, name: str, secret: bytes) -> Row:
        bare = Row(kind, name, self.version, b"")
        return Row(kind, name, self.version, wrap(self.ciphers[self.version], secret, bare.label))

    def unwrap(self, row: Row) -> bytes:
        if row.wrapped is None:
            raise Erased(UUID(row.name))
        if row.version not in self.ciphers:
            raise WrongMasterKey(ROTATED)
        return unwrap(self.ciphers[row.version], row.wrapped, row.label)

    @classmethod
    def first(cls, secret: bytes, version: int = 1) -> Masters:
        if len(secret) != KEY_BYTES:
            raise WrongMasterKey(f"the master key has {len(secret)} bytes, not {KEY_BYTES}")
        return cls(version, secret, {version: AESGCM(secret)})

    @classmethod
    def of(cls, transaction: Transaction, secret: bytes) -> Masters:
        """The masters that this key gives; WrongMasterKey if it is not the one in force."""
        check = transaction.check()
        if check is None:
            raise WrongMasterKey("this is no vault: it has no check value")
        masters = cls.first(secret, check.version)
        try:
            masters.unwrap(check)
        except Tampered as other:
            raise WrongMasterKey("the vault is wrapped by another master key") from other
        for row in sorted(transaction.every("master"), key=lambda row: -int(row.name)):
            masters.ciphers[int(row.name)] = AESGCM(masters.unwrap(row))
        return masters


class Keyring:
    """Keys by kind and name over a store; safe for threads."""

    def __init__(
        self,
        store: Store,
        master_key: bytes,
        clock: Clock,
        ticks: Callable[[], float],
        limit: int = LIMIT,
    ) -> None:
        self.store = store
        self._clock = clock
        self._ticks = ticks
        self._owners: Cache[UUID] = Cache(ticks, limit)
        self._joint: Cache[tuple[UUID, ...]] = Cache(ticks, limit)
        self._named: Cache[tuple[Kind, str]] = Cache(ticks, limit)
        made = Masters.first(master_key)
        with store.transaction(write=True) as transaction:
            if transaction.check() is None:
                # Two processes may do this at once: the first check value stays, and decides for both.
                transaction.add([made.wrap(CHECK, THE_ONE, new_secret())])
            self.masters = Masters.of(transaction, master_key)

    # -- reading

    def key(self, owners: Sequence[UUID]) -> Key:
        """The key of one owner, or the joint key of several; NoKey, Erased."""
        if len(owners) == 1:
            return self._owners.get(owners[0]) or self.load(owners)[0]
        together = tuple(sorted(owners))
        generation = self._joint.generation
        key = self._joint.get(together)
        if key is None:
            key = joint(together, self.load(together))
            self._joint.put(together, key, generation)
        return key

    def load(self, owners: Sequence[UUID]) -> list[Key]:
        """The keys of these owners in their order; those not at hand in one reading. NoKey, Erased."""
        at_hand = {owner: key for owner in owners if (key := self._owners.get(owner))}
        missing = [owner for owner in owners if owner not in at_hand]
        if missing:
            generation, tick = self._owners.generation, self._ticks()
            with self.store.transaction() as transaction:
                rows = transaction.read("owner", map(str, missing))
            for owner in missing:
                if str(owner) not in rows:
                    raise NoKey(f"{owner} has no key")
                at_hand[owner] = Key.of(self.masters.unwrap(rows[str(owner)]), tick)
                self._owners.put(owner, at_hand[owner], generation)
        return [at_hand[owner] for owner in owners]

    def named(self, kind: Kind, name: str, create: bool) -> Key:
        """A key that belongs to nobody: of the blind index, of an audience. NoKey without `create`."""
        key = self._named.get((kind, name))
        if key is None:
            generation, tick = self._named.generation, self._ticks()
            with self.store.transaction() as transaction:
                rows = transaction.read(kind, [name])
            if name not in rows:
                if not create:
                    raise NoKey(f"there is no {kind} key {name}")
                rows = self._make(kind, [name])
            key = Key.of(self.masters.unwrap(rows[name]), tick)
            self._named.put((kind, name), key, generation)
        return key

    # -- making

    def ensure(self, owners: Iterable[UUID]) -> None:
        """Every owner has a key, on disk, when this returns; Erased for one who may have none."""
        missing = [owner for owner in set(owners) if self._owners.get(owner) is None]
        if not missing:
            return
        names = {str(owner): owner for owner in missing}
        generation, tick = self._owners.generation, self._ticks()
        with self.store.transaction() as transaction:
            rows = transaction.read("owner", names)
        refuse_erased(rows)
        without = names.keys() - rows.keys()
        if without:
            rows |= self._make("owner", without)
            refuse_erased(rows)
        for name, row in rows.items():
            self._owners.put(names[name], Key.of(self.masters.unwrap(row), tick), generation)

    def _make(self, kind: Kind, names: Iterable[str]) -> dict[str, Row]:
        rows = [self.masters.wrap(kind, name, new_secret()) for name in names]
        with self.store.transaction(write=True) as transaction:
            check = transaction.check("SHARE")
            if check is None or check.version != self.masters.version:
                raise WrongMasterKey(ROTATED)
            transaction.add(rows)
            # Another process may have been first: what stands in the vault counts, not what we made.
            return transaction.read(kind, [row.name for row in rows])

    # -- destroying

    def bury(self, owners: Iterable[UUID]) -> None:
        """Destroys keys for ever, those never made too; again changes nothing."""
        with self.store.transaction(write=True) as transaction:
            transaction.bury(map(str, owners), self.now())
        self.forget()

    def now(self) -> str:
        return self._clock.now().isoformat()

    def forget(self) -> None:
        """Nothing unwrapped is left at hand."""
        self._owners.clear()
        self._joint.clear()
        self._named.clear()

    # -- the master key

    def rewrap(self, new_master_key: bytes) -> None:
        """Wraps every key under the new master key, a few hundred a transaction; see `Vault.rewrap`."""
        with self.store.transaction(write=True) as transaction:
            check = transaction.check("UPDATE")
            if check is None or check.version != self.masters.version:
                raise WrongMasterKey(ROTATED)
            old = new = self.masters
            if new_master_key != old.secret:
                new = Masters.first(new_master_key, old.version + 1)
                transaction.replace([new.wrap(CHECK, THE_ONE, old.unwrap(check))])
                transaction.add([new.wrap("master", str(old.version), old.secret)])
        self.masters = Masters(new.version, new.secret, old.ciphers | new.ciphers)
        for kind in KINDS:
            if kind not in (CHECK, "master"):
                self._rewrap(kind)
        with self.store.transaction(write=True) as transaction:
            # Nobody can add rows under an older version any more: adding compares the check's version.
            transaction.remove("master", [row.name for row in transaction.every("master")])

    def _rewrap(self, kind: Kind) -> None:
        after: str | None = ""
        while after is not None:
            with self.store.transaction(write=True) as transaction:
                rows = transaction.page(kind, after, lock=True)
                old = [row for row in rows if row.wrapped and row.version != self.masters.version]
                transaction.replace(
                    self.masters.wrap(kind, row.name, self.masters.unwrap(row)) for row in old
                )
            after = rows[-1].name if rows else None


def refuse_erased(rows: dict[str, Row]) -> None:
    for name, row in rows.items():
        if row.wrapped is None:
            raise Erased(UUID(name))
