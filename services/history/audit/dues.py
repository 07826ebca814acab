"""What is due to be paid and what became of it, by case and period, from the facts of both sides. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from events import assistance as a
from events import finance as f
from events import living as l
from events import remedies as m
from events.base import Event
from services.history.audit.reading import Found
from services.history.audit.story import day_of

Called = Callable[[Any], str | None]
GRANTS: dict[type[Event], Called] = {
    a.MonthGranted: lambda fact: fact.month,
    a.SubsidyGranted: lambda fact: "once" if fact.period == "once" else None,
    a.InstalmentGranted: lambda fact: f"part-{fact.number}",
    m.ArrearsGranted: lambda fact: f"arrears-{fact.arrears}",
    f.PriceAllowanceGranted: lambda fact: f"price-{fact.month}",
    f.RefundGranted: lambda fact: f"refund-{fact.recovery}",
}
"""Facts by which a sum is due, and the period that a payment names for it; None where it is not paid by itself."""
TOLD: tuple[type[Event], ...] = (
    *GRANTS, a.InstalmentsPlanned, a.Adjusted, a.Exited, l.ReserveSpent, m.RecoveryOrdered, f.PaymentOrdered,
    f.PaymentWithheld, f.PaymentPaid, f.PaymentFailed, f.RecoveryOpened,
)  # fmt: skip
TYPES = frozenset(fact.TYPE for fact in TOLD)


@dataclass(slots=True)
class Due:
    """One case and period. `less_fen`: paid in another way; `in_parts`: paid part by part, each a period of its own.
    `changed`: decisions of another sum from this month on, made after it was granted. `ordered`: what went out, or still
    may: neither taken out of its batch nor sent back by the bank."""

    case: UUID
    period: str
    granted: list[Found] = field(default_factory=list)
    ordered: list[Found] = field(default_factory=list)
    withheld: list[Found] = field(default_factory=list)
    paid: list[Found] = field(default_factory=list)
    changed: list[Found] = field(default_factory=list)
    recovery: Found | None = None
    less_fen: int = 0
    in_parts: bool = False

    @property
    def grant(self) -> Found | None:
        """By which it is due; None where nothing is."""
        found = None if self.in_parts or not self.granted else self.granted[-1]
        return None if found is None or found.fact.amount_fen <= self.less_fen else found

    @property
    def sums(self) -> list[tuple[int, Found]]:
        """What was due, by one decision after another, the last of which counts: as granted, then as lowered. By what a month
        was raised is owed as arrears, a period of its own."""
        if self.grant is None:
            return []
        granted = self.grant.fact.amount_fen
        lowered = [(min(granted, one.fact.amount_fen), one) for one in self.changed]
        return [(fen - self.less_fen, by) for fen, by in ((granted, self.grant), *lowered)]

    @property
    def amount_fen(self) -> int:
        return self.sums[-1][0] if self.sums else 0

    @property
    def acts(self) -> list[Found]:
        return self.ordered + self.paid

    def comes_back(self, batch: UUID | None) -> None:
        self.ordered = [one for one in self.ordered if one.fact.batch != batch]

    @property
    def starts(self) -> date:
        """First day of what is paid for."""
        if self.ordered:
            starts: date = self.ordered[0].fact.starts
            return starts
        month = self.month
        if month is not None:
            return month
        fact = self.granted[0].fact
        return next(
            (day for name in ("since", "due") if (day := getattr(fact, name, None))), day_of(self.granted[0])
        )

    @property
    def month(self) -> date | None:
        """The first day, where a month's allowance is paid."""
        return (
            date.fromisoformat(f"{self.period}-01")
            if self.period[:4].isdecimal() and len(self.period) == 7
            else None
        )

    @property
    def pay_by(self) -> date:
        """A month is paid within it (按月发放, 社会救助法 18), or within that in which it was granted late. For other sums
        no day was found: the end of the month after (illustrative)."""
        granted = day_of(self.granted[-1])
        month = self.month
        if month is not None:
            return end_of_month(max(month, granted))
        return end_of_month(date.fromordinal(end_of_month(granted).toordinal() + 1))


def gather(facts: Iterable[Found]) -> dict[tuple[UUID, str], Due]:
    """In the order of the log."""
    dues: dict[tuple[UUID, str], Due] = {}
    payments: dict[UUID, Due] = {}
    months: dict[UUID, list[Due]] = defaultdict(list)

    def due(case: UUID, period: str) -> Due:
        found = dues.get((case, period))
        if found is None:
            found = dues[case, period] = Due(case, period)
            months[case] += [] if found.month is None else [found]
        return found

    for one in facts:
        fact = one.fact
        called = GRANTS.get(type(fact))
        if called is not None:
            period = called(fact)
            if period is not None:
                due(fact.case, period).granted.append(one)
            continue
        match fact:
            case a.InstalmentsPlanned():
                due(fact.case, "once").in_parts = True
            case l.ReserveSpent():
                due(fact.case, "once").less_fen += fact.amount_fen
            case f.PaymentOrdered():
                payments[fact.payment] = due(fact.case, fact.period)
                payments[fact.payment].ordered.append(one)
            case a.Adjusted():
                for month in months[fact.case]:
                    month.changed += (
                        [one] if month.granted and month.starts >= fact.since.replace(day=1) else []
                    )
            case m.RecoveryOrdered():
                for said in fact.months:
                    due(fact.case, said.month).recovery = one
            case f.PaymentWithheld():
                due(fact.case, fact.period).withheld.append(one)
                due(fact.case, fact.period).comes_back(fact.batch if fact.taken_out else None)
            case f.PaymentFailed():
                due(fact.case, fact.period).comes_back(fact.batch)
            case f.PaymentPaid():
                payments[fact.payment] = due(fact.case, fact.period)
                payments[fact.payment].paid.append(one)
            case f.RecoveryOpened() if fact.payment in payments:
                payments[fact.payment].recovery = one
    return dues


def end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
