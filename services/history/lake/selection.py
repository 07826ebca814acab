"""Which events a reader wants: effective between two days, known by a day, and a condition in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from services.chassis.clock import midnight


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

    def condition(self) -> str:
        """As SQL; every value in it but `where` is a day of our own making."""
        parts = []
        if self.since is not None:
            parts.append(f"effective >= DATE '{self.since.isoformat()}'")
        if self.until is not None:
            parts.append(f"effective <= DATE '{self.until.isoformat()}'")
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
        if self.where is not None:
            # On lines of its own: a comment at its end must not swallow what follows.
            parts.append(f"(\n{self.where}\n)")
        return " AND ".join(parts) or "true"

    def told(self) -> dict[str, str | None]:
        """For a checkpoint, which belongs to one selection only. Without `upto`, which it pins itself."""
        days = {"since": self.since, "until": self.until, "known": self.known}
        return {name: None if day is None else day.isoformat() for name, day in days.items()} | {
            "where": self.where
        }


ALL = Selection()


def quoted(text: str) -> str:
    """A text as it stands in SQL."""
    return "'" + text.replace("'", "''") + "'"
