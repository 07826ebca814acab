"""Which events a reader wants: effective between two days, known by a day, and a condition in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from services.chassis.clock import midnight

ALL_OF_IT = "true"


class BadSelection(ValueError):
    """No event can be selected by it; the message says why."""


@dataclass(frozen=True, slots=True)
class Selection:
    """`since` and `until`: days on which it counts, both included; `known`: recorded by the end of that day
    (Asia/Shanghai); `where`: a condition over the lake's columns, in DuckDB's SQL."""

    since: date | None = None
    until: date | None = None
    known: date | None = None
    where: str | None = None
    upto: tuple[tuple[str, int], ...] = ()
    """Of each source the last sequence that counts; empty: all. Pins a replay to what it began with."""

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise BadSelection(f"from {self.since} to {self.until} there is no day: --from is after --to")

    def condition(self) -> str:
        """Which events are selected, as SQL; every value in it but `where` is a day of our own making."""
        parts = [self.of_known()]
        if self.since is not None:
            parts.append(f"effective >= {day(self.since)}")
        if self.until is not None:
            parts.append(f"effective <= {day(self.until)}")
        if self.where is not None:
            parts.append(self.wanted())
        return " AND ".join(part for part in parts if part != ALL_OF_IT) or ALL_OF_IT

    def wanted(self) -> str:
        """`where` alone, as SQL."""
        # On lines of its own: a comment at its end must not swallow what follows.
        return ALL_OF_IT if self.where is None else f"(\n{self.where}\n)"

    def of_known(self) -> str:
        """Which events were known, whatever their day and `where`, as SQL."""
        parts = []
        if self.known is not None:
            end = midnight(self.known + timedelta(days=1))
            parts.append(f"recordedtime < TIMESTAMPTZ '{end.isoformat()}'")
        if self.upto:
            parts.append(
                "("
                + " OR ".join(
                    f"(source = {quoted(source)} AND sequence <= {last})" for source, last in self.upto
                )
                + ")"
            )
        return " AND ".join(parts) or ALL_OF_IT

    def told(self) -> dict[str, str | None]:
        """For a checkpoint, which belongs to one selection only. Without `upto`, which it pins itself."""
        days = {"since": self.since, "until": self.until, "known": self.known}
        return {name: None if day is None else day.isoformat() for name, day in days.items()} | {
            "where": self.where
        }


ALL = Selection()


def day(said: date | None) -> str:
    """A day, or none, as it stands in SQL."""
    return "CAST(NULL AS DATE)" if said is None else f"DATE '{said.isoformat()}'"


def listed(texts: Iterable[str]) -> str:
    """Texts as they stand in SQL, side by side."""
    return ", ".join(map(quoted, texts))


def quoted(text: str) -> str:
    """A text as it stands in SQL."""
    return "'" + text.replace("'", "''") + "'"
