"""A post as its facts make it: which roles on which day, and who held it when. Pure.

Days are half-open inside (`until` is the first day no more), so that one holder's last day and the next one's
first never touch. Late news is put in its place by its day, not by when it was told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

import msgspec

from events.staff import (
    HandedOver,
    PostAssigned,
    PostClosed,
    PostCreated,
    PostVacated,
    Role,
    RolesChanged,
)
from services.chassis.folding import Fold


class Tenure(msgspec.Struct, frozen=True):
    """Who held the post from `since` until before `until`; `taken_over`: the former holder's tasks were told."""

    staff: UUID
    since: date
    until: date | None = None
    taken_over: bool = False

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def meets(self, since: date, until: date | None) -> bool:
        """Whether it shares a day with the days from `since` until before `until`."""
        return (until is None or self.since < until) and (self.until is None or since < self.until)


class RolesSince(msgspec.Struct, frozen=True):
    since: date
    roles: tuple[Role, ...]


class Post(msgspec.Struct, frozen=True):
    """`code` is empty where no post was created; `tenures` by their first day, none of them overlapping."""

    code: str = ""
    title: str = ""
    department: str = ""
    township: str | None = None
    since: date = date.min
    closed: date | None = None
    roles: tuple[RolesSince, ...] = ()
    tenures: tuple[Tenure, ...] = ()

    @property
    def known(self) -> bool:
        return self.code != ""

    def stands(self, day: date) -> bool:
        """Whether there was such a post on a day."""
        return self.known and self.since <= day and (self.closed is None or day < self.closed)

    def roles_on(self, day: date) -> frozenset[Role]:
        """What whoever acts in it may do; nothing before it was created and after it was closed."""
        if not self.stands(day):
            return frozenset()
        begun = [one for one in self.roles if one.since <= day]
        return frozenset(begun[-1].roles) if begun else frozenset()

    def tenure_on(self, day: date) -> Tenure | None:
        return next((one for one in self.tenures if one.covers(day)), None)

    def holder_on(self, day: date) -> UUID | None:
        found = self.tenure_on(day)
        return None if found is None else found.staff

    def held_within(self, staff: UUID, first: date, last: date) -> bool:
        """Whether somebody holds it on any day from `first` to `last`, both included."""
        after = last + timedelta(days=1)
        return any(one.staff == staff and one.meets(first, after) for one in self.tenures)


POST: Fold[Post] = Fold(Post())


@POST.on(PostCreated)
def _created(post: Post, fact: PostCreated) -> Post:
    return Post(
        code=fact.post,
        title=fact.title,
        department=fact.department,
        township=fact.township,
        since=fact.since,
        roles=(RolesSince(fact.since, fact.roles),),
    )


@POST.on(RolesChanged)
def _roles(post: Post, fact: RolesChanged) -> Post:
    # Of two told for one day the one told last counts; sorting by day alone keeps them in that order.
    told = (*post.roles, RolesSince(fact.since, fact.roles))
    return msgspec.structs.replace(post, roles=tuple(sorted(told, key=lambda one: one.since)))


@POST.on(PostClosed)
def _closed(post: Post, fact: PostClosed) -> Post:
    return msgspec.structs.replace(post, closed=fact.since)


@POST.on(PostAssigned)
def _assigned(post: Post, fact: PostAssigned) -> Post:
    until = None if fact.until is None else fact.until + timedelta(days=1)
    return _with(post, (*post.tenures, Tenure(_plain(fact.staff), fact.since, until)))


@POST.on(PostVacated)
def _vacated(post: Post, fact: PostVacated) -> Post:
    return _with(
        post,
        (
            msgspec.structs.replace(one, until=fact.since)
            if one.staff == fact.staff and one.covers(fact.since)
            else one
            for one in post.tenures
        ),
    )


@POST.on(HandedOver)
def _handed_over(post: Post, fact: HandedOver) -> Post:
    return _with(
        post,
        (
            msgspec.structs.replace(one, taken_over=True)
            if one.staff == fact.staff and one.since == fact.since
            else one
            for one in post.tenures
        ),
    )


def _with(post: Post, tenures: Iterable[Tenure]) -> Post:
    """A tenure without a day is none: it was never taken up."""
    real = [one for one in tenures if one.until is None or one.since < one.until]
    return msgspec.structs.replace(post, tenures=tuple(sorted(real, key=lambda one: one.since)))


def _plain(identifier: UUID) -> UUID:
    return UUID(int=identifier.int)
