"""What one programme's decision demands of another by itself: a refused dibao opens a relief check, repeated relief a
dibao check (三(一)3; 2018 临时救助 二(四)).

    link(Link("dibao", a.Declined, "relief_check", Department.CIVIL_AFFAIRS))
    link(Link("relief-expenditure", a.SubsidyGranted, "dibao_check", Department.CIVIL_AFFAIRS, when=repeated))

The paper in force must have the referral; its addressee and limit are the paper's. Row `granted-once`: a household's
days of aid that is paid once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from events import assistance as a
from events.base import Event, Recorded
from services.assistance import referring
from services.assistance.days import months_after
from services.assistance.referral import Need
from services.chassis.departments import Department
from services.chassis.service import Shelf
from services.chassis.work import Work

Told = Recorded[a.CaseFact]


def always(work: Work, fact: Told) -> bool:
    return True


def repeated(work: Work, fact: Told) -> bool:
    """Granted again within twelve months (十二个月内再次救助)."""
    days: list[str] = work.fact("granted-once", fact.data.household) or []
    since = months_after(work.today, -12).isoformat()
    return len([day for day in days if day > since]) > 1


@dataclass(frozen=True, slots=True)
class Link:
    """`kind`: the referral of the paper. `when`: for which of these facts."""

    programme: str
    fact: type[Event]
    kind: str
    sender: Department
    when: Callable[[Work, Told], bool] = always


LINKS: dict[tuple[str, type[Event]], Link] = {}


def link(one: Link) -> Link:
    """Made known once, where its domain is declared."""
    if LINKS.setdefault((one.programme, one.fact), one) != one:
        raise ValueError(f"{one.programme} is linked twice")
    return one


def follow(work: Work, fact: Told) -> None:
    """In the decision that recorded the fact."""
    data = fact.data
    found = LINKS.get((data.programme, type(data)))
    if found is None or not data.covered or not found.when(work, fact):
        return
    need = Need(data.household, data.covered, data.case)
    referring.send_by_rule(work, found.kind, need, sender=found.sender, cause=fact.envelope.id)


def granted(shelf: Shelf, fact: Recorded[a.SubsidyGranted]) -> None:
    if fact.data.period == "once":
        days: list[str] = shelf.get("granted-once", fact.data.household) or []
        shelf.put("granted-once", fact.data.household, [*days, fact.data.confirmed.isoformat()])
