"""The shelf that a keep sees: rows beside the log, written while a fact of one source is folded."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol
from uuid import UUID

from events.ids import Identifier
from events.sealed import Sealed
from services.chassis.service import DeclarationError

CHASSIS_KINDS = frozenset(
    {"position", "heard", "letter", "blocked", "queued", "retry"}
    | {"due", "due-on", "idempotency", "day", "listening"}
)


class Rows(Protocol):
    """A work in progress, or a reconstruction: where rows are read and written."""

    @property
    def around(self) -> Any: ...

    def fact(self, kind: str, key: object) -> Any | None: ...

    def keep(self, kind: str, key: object, value: Any | None) -> None: ...


class WorkShelf:
    """`source` is whose fact is being folded; kinds of rows belong to one source each."""

    def __init__(self, rows: Rows, source: str) -> None:
        self._rows = rows
        self._source = source

    def get(self, kind: str, key: object) -> Any | None:
        self._rows.around.service.check_read(kind, self._source)
        return self._rows.fact(kind, key)

    def put(self, kind: str, key: object, value: Any) -> None:
        self._check(kind)
        self._rows.keep(kind, key, value)

    def drop(self, kind: str, key: object) -> None:
        self._check(kind)
        self._rows.keep(kind, key, None)

    def remind(self, day: date, kind: str, subject: Identifier) -> None:
        around = self._rows.around
        if self._source != around.source:
            raise DeclarationError(f"{around.service.name}: what falls due follows from its own facts only")
        if kind not in around.service.dues:
            raise DeclarationError(f"{around.service.name} decides on no due {kind}")
        self.forget(kind, subject)
        key = f"{day.isoformat()}|{kind}|{subject}"
        self._rows.keep("due", key, {"kind": kind, "subject": subject.subject, "day": day.isoformat()})
        self._rows.keep("due-on", f"{kind}|{subject}", key)

    def forget(self, kind: str, subject: Identifier) -> None:
        place = f"{kind}|{subject}"
        key = self._rows.fact("due-on", place)
        if key is not None:
            self._rows.keep("due", key, None)
            self._rows.keep("due-on", place, None)

    def open(self, sealed: Sealed) -> str | None:
        keys = self._rows.around.keys
        if any(keys.is_erased(UUID(int=owner.int)) for owner in sealed.owners):
            return None
        text: str = keys.open_text(sealed)
        return text

    def _check(self, kind: str) -> None:
        if kind in CHASSIS_KINDS:
            raise DeclarationError(f"{kind} is kept by the chassis")
        self._rows.around.service.check_folded(kind, self._source)
