"""What a case's facts tell of contests, of arrears and of what was ordered back; and its decisions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from events import remedies as m
from events.ids import PersonId


@dataclass(frozen=True, slots=True)
class Contest:
    """One that is not decided yet. `decision`: None for a report. `decide_by`: of a lawsuit until when the office answers."""

    id: UUID
    kind: Literal["reconsideration", "report", "lawsuit"]
    decision: UUID | None
    authority: Literal["district_government", "department_above"] | None
    on: date
    served: date | None
    until: date | None
    decide_by: date
    provisional: bool
    extended: bool = False
    court: str = ""


@dataclass(frozen=True, slots=True)
class Remaking:
    """A decision that was revoked and has to be made anew, to count from a day on."""

    decision: UUID
    since: date


@dataclass(frozen=True, slots=True)
class Remedies:
    """`made_good`: by month, in fen, what was granted later, less what was ordered back. `kept`: by month, what a revoked
    order had asked for and the family may keep. `withheld`: months not granted because of a suspension. `orders`, `waived`:
    recoveries ordered, and those of them that need not come back; `shares`: what of each month an order asks for;
    `frauds`: what orders ask for that was obtained by deceit.
    `fined`: fines, and for which orders; they are among `orders`. `decided`, `arrears`, `ordered`: the last of
    each."""

    contests: tuple[Contest, ...] = ()
    remaking: Remaking | None = None
    made_good: tuple[tuple[str, int], ...] = ()
    kept: tuple[tuple[str, int], ...] = ()
    shares: tuple[tuple[UUID, tuple[tuple[str, int], ...]], ...] = ()
    withheld: tuple[str, ...] = ()
    orders: tuple[UUID, ...] = ()
    waived: tuple[UUID, ...] = ()
    fined: tuple[tuple[UUID, tuple[UUID, ...]], ...] = ()
    frauds: tuple[tuple[UUID, int], ...] = ()
    decided: m.ReviewDecided | m.CourtRuled | None = None
    arrears: m.ArrearsGranted | None = None
    ordered: m.RecoveryOrdered | None = None

    def contest(self, id: UUID) -> Contest | None:
        return next((one for one in self.contests if one.id == id), None)

    def of(self, decision: UUID) -> Contest | None:
        """The open contest of a decision."""
        return next((one for one in self.contests if one.decision == decision), None)

    def with_more(self, month: str, fen: int) -> Remedies:
        return replace(self, made_good=_added(self.made_good, month, fen))

    def without_order(self, order: UUID) -> Remedies:
        """What was taken from the months by it was had after all, and is kept."""
        found = self
        for month, fen in dict(self.shares).get(order, ()):
            found = replace(found.with_more(month, fen), kept=_added(found.kept, month, fen))
        return replace(found, shares=tuple(one for one in self.shares if one[0] != order))


def _added(sums: tuple[tuple[str, int], ...], month: str, fen: int) -> tuple[tuple[str, int], ...]:
    found = dict(sums)
    found[month] = found.get(month, 0) + fen
    return tuple(sorted(found.items()))


NOTHING = Remedies()


@dataclass(frozen=True, slots=True)
class Decided:
    """`kind`: SubsidyGranted, Declined, Adjusted, Exited, Suspended, RecoveryOrdered or FineImposed. `on`: the day of the decision;
    `since`: from when it counts. `amount_fen`: None where it names no sum. `replaces`: whose place it took."""

    id: UUID
    kind: str
    on: date
    since: date
    amount_fen: int | None
    reason: str
    period: str
    members: tuple[PersonId, ...]
    replaces: UUID | None
    order: UUID | None = None

    @classmethod
    def of(cls, row: dict[str, Any]) -> Decided:
        return cls(
            id=UUID(row["id"]),
            kind=row["kind"],
            on=date.fromisoformat(row["on"]),
            since=date.fromisoformat(row["since"]),
            amount_fen=row["amount"],
            reason=row["reason"],
            period=row["period"],
            members=tuple(PersonId.of(UUID(one)) for one in row["members"]),
            replaces=UUID(row["replaces"]) if row["replaces"] else None,
            order=UUID(row["order"]) if row["order"] else None,
        )


GIVING = ("SubsidyGranted", "Adjusted")


def sum_before(all_: Sequence[Decided], first: Decided) -> int:
    """In fen a month: what counted before a decision, by those recorded before it; 0 where there was none."""
    before = [one for one in all_[: [one.id for one in all_].index(first.id)] if one.kind in GIVING]
    replaced = {one.replaces for one in before}
    return next((one.amount_fen for one in reversed(before) if one.amount_fen and one.id not in replaced), 0)
