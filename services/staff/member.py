"""A member of staff, or of a village committee, as the facts make it: leave, and near relatives. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar
from uuid import UUID

import msgspec

from events.staff import (
    Capacity,
    LeaveCancelled,
    LeaveCorrected,
    LeaveTaken,
    NearRelativeCorrected,
    NearRelativeDeclared,
    NearRelativeWithdrawn,
    Relation,
    StaffRegistered,
)
from services.chassis.folding import Fold

T = TypeVar("T")


class Leave(msgspec.Struct, frozen=True):
    """Away from `since` to `until`, both included. `deputies`: post → who acts in it."""

    since: date
    until: date
    deputies: dict[str, UUID]

    def covers(self, day: date) -> bool:
        return self.since <= day <= self.until

    def meets(self, since: date, until: date) -> bool:
        return self.since <= until and since <= self.until


class Relative(msgspec.Struct, frozen=True):
    """A near relative from `since` until before `until`."""

    person: UUID
    relation: Relation
    since: date
    until: date | None = None

    def on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


class Member(msgspec.Struct, frozen=True):
    """`capacity` is None where nobody of this id is registered; leaves and relatives by their ids."""

    capacity: Capacity | None = None
    village: str | None = None
    leaves: dict[str, Leave] = {}
    relatives: dict[str, Relative] = {}

    @property
    def known(self) -> bool:
        return self.capacity is not None

    def leave_on(self, day: date) -> Leave | None:
        return next((one for one in self.leaves.values() if one.covers(day)), None)


MEMBER: Fold[Member] = Fold(Member())


@MEMBER.on(StaffRegistered)
def _registered(member: Member, fact: StaffRegistered) -> Member:
    return msgspec.structs.replace(member, capacity=fact.capacity, village=fact.village)


def _away(member: Member, fact: LeaveTaken | LeaveCorrected) -> Member:
    leave = Leave(fact.since, fact.until, {one.post: UUID(int=one.staff.int) for one in fact.deputies})
    return msgspec.structs.replace(member, leaves={**member.leaves, str(fact.leave): leave})


MEMBER.on(LeaveTaken)(_away)
MEMBER.on(LeaveCorrected)(_away)


@MEMBER.on(LeaveCancelled)
def _not_away(member: Member, fact: LeaveCancelled) -> Member:
    return msgspec.structs.replace(member, leaves=_without(member.leaves, str(fact.leave)))


def _related(member: Member, fact: NearRelativeDeclared | NearRelativeCorrected) -> Member:
    before = member.relatives.get(str(fact.declaration))
    relative = Relative(
        UUID(int=fact.person.int), fact.relation, fact.since, None if before is None else before.until
    )
    return msgspec.structs.replace(member, relatives={**member.relatives, str(fact.declaration): relative})


MEMBER.on(NearRelativeDeclared)(_related)
MEMBER.on(NearRelativeCorrected)(_related)


@MEMBER.on(NearRelativeWithdrawn)
def _not_related(member: Member, fact: NearRelativeWithdrawn) -> Member:
    declaration = str(fact.declaration)
    if fact.reason == "error":
        return msgspec.structs.replace(member, relatives=_without(member.relatives, declaration))
    ended = msgspec.structs.replace(member.relatives[declaration], until=fact.since)
    return msgspec.structs.replace(member, relatives={**member.relatives, declaration: ended})


def _without(rows: Mapping[str, T], key: str) -> dict[str, T]:
    return {other: row for other, row in rows.items() if other != key}
