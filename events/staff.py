"""Facts of staff: posts and their roles, who holds them, leave, handover, and declarations of near relatives.

A task belongs to a post, a post to one holder at a time. That a decider was independent of a family is proved
from these.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.base import Event, Value
from events.ids import PersonId, StaffId
from events.registry import Township, Village
from events.sealed import Sealed

PostCode = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}$",
        description="the post's name in programs and in tokens, e.g. `431202101000-clerk`",
    ),
]
Since = Annotated[date, Field(description="the first day on which it is so")]


class Role(StrEnum):
    """What whoever acts in a post may do in a procedure."""

    CLERK = "clerk"
    """经办人: takes applications and keeps the file."""
    SURVEYOR = "surveyor"
    """调查人: visits the household."""
    CHECKER = "checker"
    """核对人: checks what the family owns and earns."""
    APPROVER = "approver"
    """审核确认人: decides, for a township or the district."""


Roles = Annotated[tuple[Role, ...], Field(min_length=1, description="each once, sorted")]


class Relation(StrEnum):
    """How a person is related to a member of staff: 近亲属 as 2012 办法 14 lists them, and the member itself."""

    SELF = "self"
    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    OTHER = "other"
    """Another near relative, such as by marriage."""


Capacity = Annotated[
    Literal["staff", "village_committee"],
    Field(description="of an office (经办人员), or of a village committee (村居委会成员), who holds no post"),
]


class StaffRegistered(Event):
    """Somebody works on assistance, or sits on a village committee; `name` under a key of their own."""

    staff: StaffId
    name: Sealed
    capacity: Capacity = "staff"
    village: Village | None = Field(default=None, description="of whose committee")


class StaffCorrected(Event):
    """The name recorded was wrong, or has changed."""

    staff: StaffId
    name: Sealed


class PostCreated(Event):
    """A department has a post, in a township or for the whole district."""

    post: PostCode
    title: str = Field(min_length=1, max_length=50, description="as officials call it")
    department: str
    township: Township | None = None
    roles: Roles
    since: Since


class RolesChanged(Event):
    """Whoever acts in the post may do other things from a day on."""

    post: PostCode
    roles: Roles
    since: Since


class PostClosed(Event):
    """The post is no more; its open tasks, as many as were told, go to `successor`."""

    post: PostCode
    since: date = Field(description="the first day without it")
    successor: PostCode | None = None
    tasks: int = Field(ge=0)


class PostAssigned(Event):
    """A member of staff holds a post from a day on."""

    post: PostCode
    staff: StaffId
    since: Since
    until: date | None = Field(default=None, description="the last day, where it is known beforehand")


class PostVacated(Event):
    """A member of staff no longer holds a post. On the day it was assigned: it was never taken up."""

    post: PostCode
    staff: StaffId
    since: date = Field(description="the first day without them")


class HandedOver(Event):
    """The open tasks of a post, as many as were told, went from one holder to the next."""

    post: PostCode
    former: StaffId
    staff: StaffId
    since: Since
    tasks: int = Field(ge=0)


class Deputy(Value):
    """Who acts in a post while its holder is away."""

    post: PostCode
    staff: StaffId


class LeaveTaken(Event):
    """Away from `since` to `until`, both included; in each post held then somebody acts."""

    leave: UUID
    staff: StaffId
    since: Since
    until: date
    deputies: tuple[Deputy, ...] = Field(min_length=1)


class LeaveCorrected(Event):
    """The leave has other days or other deputies; all of it is told again."""

    leave: UUID
    staff: StaffId
    since: Since
    until: date
    deputies: tuple[Deputy, ...] = Field(min_length=1)


class LeaveCancelled(Event):
    """The leave was not taken at all."""

    leave: UUID
    staff: StaffId


class NearRelativeDeclared(Event):
    """Somebody of an office or a village committee has a near relative in the register (2021 办法 11)."""

    declaration: UUID
    staff: StaffId
    person: PersonId
    relation: Relation
    since: Since


class NearRelativeCorrected(Event):
    """What was declared was wrong; all of it is told again. `merged`: the person had been registered twice."""

    declaration: UUID
    staff: StaffId
    person: PersonId
    relation: Relation
    since: Since
    reason: Literal["error", "merged"]


class NearRelativeWithdrawn(Event):
    """They are no longer related, from `since` on; after an `error` they never were."""

    declaration: UUID
    staff: StaffId
    person: PersonId
    reason: Literal["ended", "error"]
    since: date = Field(description="the first day on which it is not so")
