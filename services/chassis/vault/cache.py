"""Unwrapped keys, kept for a minute at most, and never more than so many.

An erasure in another process is not announced to this one: a key may be used here until it is a minute old.
That minute is the promise made for erasure, so age counts from before the key was read, not from its use.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from services.chassis.vault.cipher import Key

SECONDS = 60.0
LIMIT = 10_000
"""A key at hand takes some two kilobytes: whoever opens a whole district's texts goes through them in pieces."""

Name = TypeVar("Name", bound=Hashable)


class Cache(Generic[Name]):
    """First in, first out, which is also oldest first; safe for threads."""

    def __init__(self, ticks: Callable[[], float], limit: int = LIMIT) -> None:
        self._ticks = ticks
        self._limit = limit
        self._keys: OrderedDict[Name, Key] = OrderedDict()
        self._lock = Lock()
        self._generation = 0

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def generation(self) -> int:
        """To be taken before a key is read, and given back to `put`."""
        return self._generation

    def get(self, name: Name) -> Key | None:
        key = self._keys.get(name)
        return key if key is not None and self._ticks() - key.read_at < SECONDS else None

    def put(self, name: Name, key: Key, generation: int) -> None:
        """Keeps a key, unless `clear` was called since it was read: it may be one that was destroyed."""
        with self._lock:
            if generation != self._generation:
                return
            self._keys.pop(name, None)
            self._keys[name] = key
            now = self._ticks()
            while self._keys:
                oldest = next(iter(self._keys.values()))
                if len(self._keys) <= self._limit and now - oldest.read_at < SECONDS:
                    break
                self._keys.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._generation += 1
            self._keys.clear()
