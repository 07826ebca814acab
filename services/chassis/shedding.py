"""After an erasure: what found the erased was deleted, and must not lie in a store's write-ahead log either."""

from __future__ import annotations

from services.chassis.store import Store

KIND = "erased"
"""Of the rows that a service keeps, one for each erased person."""


class Shedding:
    """Runs among the senders, for a store that kept an index of ID numbers; again changes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shed_for = 0
        self._seen = -1

    def __call__(self) -> int:
        """Nothing is looked for while nothing was recorded."""
        revision = self._store.head().revision
        if revision != self._seen:
            erased = len(self._store.kept_range(KIND, "", "", 1_000_000))
            if erased == self._shed_for or self._store.shed():
                self._shed_for, self._seen = erased, revision
        return 0
