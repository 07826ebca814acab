"""As-of said again in the plainest way: whole logs, no index, no folding; slow, and written apart from ours.

What counts is found by asking for the last fact that decides a matter, not by changing a state step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from events import assistance as a
from events import registry as r
from events.base import Entry, Event
from services.chassis.clock import civil_date
from services.chassis.codec import read
from services.chassis.reconstruct import reconstruct
from services.chassis.service import Service
from tests.history.logs import DISTRICT, src

Logs = dict[str, list[Entry]]


def known_to_the_district(logs: Logs, day: date) -> list[Entry]:
    return [one for log in logs.values() for one in log if civil_date(one.envelope.recordedtime) <= day]


def known_to(service: Service, logs: Logs, day: date) -> list[Entry]:
    """By the walk of its log, as restore and audit do it."""
    own = [one for one in logs[src(service.name)] if civil_date(one.envelope.recordedtime) <= day]
    if not own:
        return []
    was = reconstruct(
        service, DISTRICT, None, lambda source: logs.get(source, []), upto=own[-1].envelope.sequence  # type: ignore[arg-type]  # nothing is sealed here
    )  # fmt: skip
    taken = {key for kind, key in was.rows if kind == "taken"}
    others = [one for log in logs.values() for one in log if str(one.envelope.id) in taken]
    return own + others


@dataclass
class Fact:
    day: date
    told: tuple[Any, ...]
    own: tuple[Any, ...]
    data: Any
    id: UUID


class Model:
    """What these entries say counted on a day."""

    def __init__(self, entries: Iterable[Entry], day: date) -> None:
        self.by_id = {one.envelope.id: one for one in entries}
        self.void = {
            one.envelope.corrects
            for one in self.by_id.values()
            if one.envelope.corrects in self.by_id
            and self.by_id[one.envelope.corrects].envelope.type == one.envelope.type
        }
        every = [self._fact(one) for one in self.by_id.values() if one.envelope.id not in self.void]
        every.sort(key=lambda one: (one.day, one.told))
        self.all = every
        self.facts = [one for one in every if one.day <= day]

    def _fact(self, entry: Entry) -> Fact:
        e = entry.envelope
        chain = [e]
        while (before := self.by_id.get(chain[-1].corrects)) and before.envelope.type == e.type:  # type: ignore[arg-type]
            chain.append(before.envelope)
        first = chain[-1]
        day = e.effective
        if e.type in ("registry.PersonCorrected", "registry.HouseholdCorrected"):
            target = self.by_id.get(first.corrects)  # type: ignore[arg-type]  # None is no key
            day = target.envelope.effective if target else first.effective
        ranks = [(one.recordedtime, one.source, one.sequence) for one in (first, e)]
        return Fact(day, ranks[0], ranks[1], read(entry).data, e.id)

    def every_fact(self) -> list[Fact]:
        """Replaced ones, too."""
        return [self._fact(one) for one in self.by_id.values()]

    def last(self, *types: type[Event], where: Callable[[Any], bool] = lambda data: True) -> Fact | None:
        found = [one for one in self.facts if isinstance(one.data, types) and where(one.data)]
        return found[-1] if found else None

    # -- people --------------------------------------------------------------------------------------

    def survivor(self, person: UUID) -> UUID:
        seen = [person]
        while True:
            # Identity is no matter of days: a merger known counts for all of them.
            into = [
                one
                for one in self.all
                if isinstance(one.data, r.PeopleMerged) and one.data.duplicate == seen[-1]
            ]
            if not into:
                return seen[-1]
            following = max(into, key=lambda one: one.own).data.person
            if following in seen:
                return seen[-1]
            seen.append(following)

    def home(self, group: set[UUID], survivor: UUID) -> UUID | None:
        homes = {}
        for one in group:
            joins = [
                (index, fact, home)
                for index, fact in enumerate(self.facts)
                if (home := _joins(fact.data, one)) is not None
            ]
            if not joins:
                continue
            index, fact, home = joins[-1]
            ended = any(
                (
                    isinstance(later.data, r.MemberLeft)
                    and later.data.person == one
                    and later.data.household == home
                )
                or (isinstance(later.data, r.Died) and later.data.person in group)
                for later in self.facts[index + 1 :]
            )
            if not ended:
                homes[one] = (fact.data.since, one, home)
        if survivor in homes:
            return homes[survivor][2]
        return max(homes.values())[2] if homes else None

    def categories(self, group: set[UUID]) -> list[str]:
        return sorted(
            category.value
            for category in r.Category
            if (
                found := self.last(
                    r.Categorised,
                    r.CategoryEnded,
                    where=lambda data, category=category: data.person in group and data.category is category,
                )
            )
            and isinstance(found.data, r.Categorised)
        )

    def died(self, group: set[UUID]) -> date | None:
        found = self.last(r.Died, where=lambda data: data.person in group)
        return found.data.on if found else None

    def sex(self, group: set[UUID], survivor: UUID) -> str | None:
        def of(one: UUID) -> str | None:
            mine = [
                fact.data
                for fact in self.facts
                if isinstance(fact.data, (r.PersonRegistered, r.PersonCorrected)) and fact.data.person == one
            ]
            while mine and isinstance(mine[0], r.PersonCorrected):
                mine.pop(0)
            told = [data.sex for data in mine if data.sex]
            return told[-1] if told else None

        others = [sex for one in sorted(group) if (sex := of(one))]
        return of(survivor) or next(iter(others), None)

    # -- cases ---------------------------------------------------------------------------------------

    def case(self, case: UUID) -> dict[str, Any] | None:
        mine = [one for one in self.facts if isinstance(one.data, a.CaseFact) and one.data.case == case]
        names = {
            a.Applied: "applied",
            a.Accepted: "accepted",
            a.SubsidyGranted: "granted",
            a.Exited: "exited",
        }
        stages = [one for one in mine if type(one.data) in names]
        if not stages:
            return None
        stage = max(stages, key=lambda one: one.told)
        who = [one for one in mine if isinstance(one.data, (a.Applied, a.HouseholdChanged))]
        decided = [one for one in mine if isinstance(one.data, (a.SubsidyGranted, a.Adjusted))]
        standing = [
            one
            for one in decided
            if not any(other.data.since <= one.data.since and other.told > one.told for other in decided)
        ]
        exits = [one.data.since for one in mine if isinstance(one.data, a.Exited)]
        end = exits[-1] if names[type(stage.data)] == "exited" else None
        steps = [one for one in standing if end is None or one.data.since < end]
        ends = [one.data.since for one in steps[1:]] + [end]
        return {
            "stage": names[type(stage.data)],
            "members": list(who[-1].data.members) if who else [],
            "household": mine[-1].data.household,
            "amounts": [
                (one.data.since, until, one.data.amount_fen) for one, until in zip(steps, ends, strict=False)
            ],
            "paid": [
                (
                    one.data.month,
                    one.data.amount_fen,
                    self._township(mine[: mine.index(one)]) or self._first_township(mine),
                )
                for one in mine
                if isinstance(one.data, a.MonthGranted)
            ],
            "township": self._township(mine),
        }

    def _township(self, mine: list[Fact]) -> str:
        told = [one.data.township for one in mine if getattr(one.data, "township", None)]
        return told[-1] if told else ""

    def _first_township(self, mine: list[Fact]) -> str:
        return next((one.data.township for one in mine if getattr(one.data, "township", None)), "")

    # -- households ----------------------------------------------------------------------------------

    def household(self, home: UUID, people: Iterable[UUID]) -> dict[str, Any]:
        placed = [
            one.data.township
            for one in self.facts
            if isinstance(one.data, (r.HouseholdRegistered, r.HouseholdMoved, r.HouseholdCorrected))
            and one.data.household == home
        ]
        closings = [one for one in self.facts if _closes(one.data, home)]
        return {
            "township": placed[-1] if placed else "",
            "closed": bool(closings),
            "members": sorted(self.members(home, people)),
        }

    def members(self, home: UUID, people: Iterable[UUID]) -> set[UUID]:
        groups: dict[UUID, set[UUID]] = {}
        for one in people:
            groups.setdefault(self.survivor(one), set()).add(one)
        return {survivor for survivor, group in groups.items() if self.home(group, survivor) == home}


def _joins(data: Any, person: UUID) -> UUID | None:
    match data:
        case r.HouseholdRegistered() | r.HouseholdsMerged():
            return data.household if person in {one.person for one in data.members} else None
        case r.MemberJoined():
            return data.household if data.person == person else None
        case r.HouseholdSplit():
            return data.into if person in data.members else None
    return None


def _closes(data: Any, home: UUID) -> bool:
    if isinstance(data, r.HouseholdsMerged):
        return data.absorbed == home
    return isinstance(data, r.HouseholdClosed) and data.household == home
