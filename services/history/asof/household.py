"""A household as of a day: where it lives, who heads it, whether it still is. Who lives in it is told by the
people: one belongs to one household at most, so a person's own facts decide between two that claim them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from events import registry as r
from services.history.asof.placing import Placed
from services.history.asof.shape import Shape


@dataclass(frozen=True, slots=True)
class Place:
    """While it is folded: all but its members. `closed`: moved_away, merged, nobody_left, error."""

    id: UUID
    since: date | None = None
    township: str = ""
    village: str = ""
    head: UUID | None = None
    closed: str = ""
    closed_on: date | None = None


HOUSEHOLD: Shape[Place] = Shape()


@HOUSEHOLD.on(r.HouseholdRegistered)
def _registered(home: Place, fact: r.HouseholdRegistered, placed: Placed) -> Place:
    if fact.household != home.id:
        return home
    return replace(home, since=fact.since, township=fact.township, village=fact.village, head=fact.head)


@HOUSEHOLD.on(r.HouseholdCorrected, r.HouseholdMoved)
def _lives(home: Place, fact: r.HouseholdCorrected | r.HouseholdMoved, placed: Placed) -> Place:
    return replace(home, township=fact.township or home.township, village=fact.village or home.village)


@HOUSEHOLD.on(r.HeadChanged)
def _headed(home: Place, fact: r.HeadChanged, placed: Placed) -> Place:
    return replace(home, head=fact.head)


@HOUSEHOLD.on(r.HouseholdsMerged)
def _merged(home: Place, fact: r.HouseholdsMerged, placed: Placed) -> Place:
    return _close(home, "merged", fact.since) if fact.absorbed == home.id else home


@HOUSEHOLD.on(r.HouseholdMovedAway)
def _moved_away(home: Place, fact: r.HouseholdMovedAway, placed: Placed) -> Place:
    return _close(home, "moved_away", fact.since)


@HOUSEHOLD.on(r.HouseholdClosed)
def _closed(home: Place, fact: r.HouseholdClosed, placed: Placed) -> Place:
    return _close(home, fact.reason, fact.since)


def _close(home: Place, reason: str, since: date) -> Place:
    return home if home.closed else replace(home, closed=reason, closed_on=since)
