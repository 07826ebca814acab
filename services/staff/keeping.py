"""What every service that judges officials keeps of staff, and what it can then ask in a decision.

    SERVICE = Service("living", listens=(..., "staff"))
    keep_staff(SERVICE)

    acting(work, caller, work.today)                 # the posts somebody holds or stands in for on a day
    acts_as(work, caller, Role.SURVEYOR, day, township)
    ties(work, surveyor, household.members, day)     # why somebody is not independent of a family; () if so
    kin(work, household.members, day)                # all of staff and village committees related to a family

The rows follow from staff's log alone and speak of any day, also a past one; late news is in its place.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec

from events.base import Recorded
from events.staff import (
    HandedOver,
    LeaveCancelled,
    LeaveCorrected,
    LeaveTaken,
    NearRelativeCorrected,
    NearRelativeDeclared,
    NearRelativeWithdrawn,
    PostAssigned,
    PostClosed,
    PostCreated,
    PostVacated,
    Role,
    RolesChanged,
    StaffRegistered,
)
from services.chassis.service import Service, Shelf
from services.staff.member import MEMBER, Leave, Member
from services.staff.model import acting_in
from services.staff.post import POST, Post
from services.staff.relatives import Tie, ties_of

STAFF = "staff"
POSTS = "staff-post"
"""Code → the post."""
MEMBERS = "staff-member"
"""Member of staff → leaves and near relatives."""
HELD = "staff-held"
"""Member → codes of posts ever held. Where to look: whether on a day is told by the post."""
STANDS_IN = "staff-stands-in"
"""Deputy → whose leave ever named them. Where to look: whether on a day is told by the leave."""
RELATED = "staff-related"
"""Person → who ever declared them. Where to look: whether on a day is told by the declaration."""

PostFact = PostCreated | RolesChanged | PostClosed | PostAssigned | PostVacated | HandedOver
MemberFact = (
    StaffRegistered
    | LeaveTaken
    | LeaveCorrected
    | LeaveCancelled
    | NearRelativeDeclared
    | NearRelativeCorrected
    | NearRelativeWithdrawn
)
T = TypeVar("T", Post, Member)


class Reading(Protocol):
    """A decision in progress: `services.chassis.work.Work`."""

    def fact(self, kind: str, key: object) -> Any | None: ...


# -- keeping ----------------------------------------------------------------------------------------------


def keep_staff(service: Service) -> None:
    """Let a service that listens to staff keep what the readers below need."""
    # The order counts: an index is written before the row that it leads to, in the one transaction of both.
    service.keep(PostAssigned, of=STAFF)(_held)
    service.keep(LeaveTaken, LeaveCorrected, of=STAFF)(_stands_in)
    service.keep(NearRelativeDeclared, NearRelativeCorrected, of=STAFF)(_declared)
    service.keep(PostCreated, RolesChanged, PostClosed, PostAssigned, PostVacated, HandedOver, of=STAFF)(
        _post
    )
    service.keep(StaffRegistered, LeaveTaken, LeaveCorrected, LeaveCancelled, of=STAFF)(_member)
    service.keep(NearRelativeDeclared, NearRelativeCorrected, NearRelativeWithdrawn, of=STAFF)(_member)


def _post(shelf: Shelf, fact: Recorded[PostFact]) -> None:
    key = fact.data.post
    shelf.put(POSTS, key, _row(POST.evolve(_read(shelf.get(POSTS, key), POST.initial), fact.data)))


def _member(shelf: Shelf, fact: Recorded[MemberFact]) -> None:
    key = fact.data.staff
    shelf.put(MEMBERS, key, _row(MEMBER.evolve(_read(shelf.get(MEMBERS, key), MEMBER.initial), fact.data)))


def _held(shelf: Shelf, fact: Recorded[PostAssigned]) -> None:
    _note(shelf, HELD, fact.data.staff, fact.data.post)


def _stands_in(shelf: Shelf, fact: Recorded[LeaveTaken | LeaveCorrected]) -> None:
    for deputy in fact.data.deputies:
        _note(shelf, STANDS_IN, deputy.staff, str(fact.data.staff))


def _declared(shelf: Shelf, fact: Recorded[NearRelativeDeclared | NearRelativeCorrected]) -> None:
    _note(shelf, RELATED, fact.data.person, str(fact.data.staff))


def _note(shelf: Shelf, kind: str, key: object, where: str) -> None:
    known = shelf.get(kind, key) or []
    if where not in known:
        shelf.put(kind, key, sorted([*known, where]))


def _row(state: Post | Member) -> Any:
    return msgspec.to_builtins(state)


def _read(row: Any | None, initial: T) -> T:
    return initial if row is None else msgspec.convert(row, type(initial))


# -- asking -----------------------------------------------------------------------------------------------


def post_of(work: Reading, code: str) -> Post:
    """The post; one that is not `known` where none of this code was created."""
    return _read(work.fact(POSTS, code), POST.initial)


def member_of(work: Reading, staff: UUID) -> Member:
    """The member of staff or of a village committee; not `known` where nobody of this id is registered."""
    return _read(work.fact(MEMBERS, staff), MEMBER.initial)


def who_acts(work: Reading, code: str, on: date) -> UUID | None:
    """Who acts in a post on a day: its holder, or the deputy while away; None: nobody."""
    return acting_in(post_of(work, code), on, lambda staff: member_of(work, staff))


def acting(work: Reading, staff: UUID, on: date) -> tuple[Post, ...]:
    """The posts that somebody holds and is not away from, or stands in for, on a day; by code."""
    codes = set(held_ever(work, staff))
    for leave in stands_in_for(work, staff):
        codes.update(leave.deputies)
    return tuple(post_of(work, code) for code in sorted(codes) if who_acts(work, code, on) == staff)


def acts_as(work: Reading, staff: UUID, role: Role, on: date, township: str | None = None) -> Post | None:
    """The post by which somebody may do what a role does on a day; None: they may not.

    `township`: where it is to be done; a post of the district serves everywhere, one of a township only there.
    Without it only a post of the district does. Of several the first by code, a township's own before others.
    """
    fit = [
        post
        for post in acting(work, staff, on)
        if role in post.roles_on(on) and post.township in (None, township)
    ]
    return min(fit, key=lambda post: (post.township is None, post.code), default=None)


def ties(work: Reading, staff: UUID, members: Collection[UUID], on: date) -> tuple[Tie, ...]:
    """What ties an official to some people on a day; empty: independent of them."""
    return ties_of(staff, member_of(work, staff), frozenset(members), on)


def kin(work: Reading, members: Collection[UUID], on: date) -> tuple[Tie, ...]:
    """All of staff and village committees who are tied to some people on a day: such an application is
    registered apart (2012 办法 14, 2021 办法 11)."""
    staff = sorted({one for person in members for one in work.fact(RELATED, person) or ()})
    return tuple(tie for one in staff for tie in ties(work, UUID(one), members, on))


def held_ever(work: Reading, staff: UUID) -> tuple[str, ...]:
    return tuple(work.fact(HELD, staff) or ())


def stands_in_for(work: Reading, staff: UUID, apart_from: str = "") -> tuple[Leave, ...]:
    """The leaves of others in which somebody is a deputy, but for the leave of this id."""
    return tuple(
        leave
        for absent in work.fact(STANDS_IN, staff) or ()
        for id, leave in member_of(work, UUID(absent)).leaves.items()
        if id != apart_from and staff in leave.deputies.values()
    )
