"""Looking at what is kept beside the log, outside of any decision: committed rows, as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.chassis.clock import Clock, civil_date
from services.chassis.store import Store


@dataclass(frozen=True, slots=True)
class Looking:
    """Reads like a `Work` in a decision, and can record nothing."""

    store: Store
    clock: Clock

    @property
    def today(self) -> date:
        return civil_date(self.clock.now())

    def fact(self, kind: str, key: object) -> Any | None:
        return self.store.kept(kind, str(key))

    def facts(
        self, kind: str, first: str = "", last: str = "", limit: int = 1000
    ) -> Iterable[tuple[str, Any]]:
        return self.store.kept_range(kind, first, last, limit)
