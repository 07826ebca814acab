"""Facts of staff: posts, who holds them, leave, handover, and declarations of near relatives.

A task belongs to a post. That a decider was independent of a family is proved from these.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from events.base import Event
from events.ids import PersonId
from events.sealed import Sealed


class PostCreated(Event):
    """A department has a post, in a township or for the whole district."""

    post: str
    department: str
    township: str | None = None
    since: date


class PostAssigned(Event):
    """A member of staff holds a post from a date on."""

    post: str
    staff: UUID
    name: Sealed | None = None
    since: date


class PostVacated(Event):
    """A member of staff no longer holds a post."""

    post: str
    staff: UUID
    since: date


class LeaveTaken(Event):
    """Away from `since` to `until`; `deputy` acts in the post."""

    post: str
    staff: UUID
    deputy: UUID
    since: date
    until: date


class HandedOver(Event):
    """All open tasks of a post went to another holder."""

    post: str
    former: UUID
    staff: UUID
    since: date
    tasks: int = Field(ge=0)


class NearRelativeDeclared(Event):
    """A member of staff declares a near relative among the people registered (2021 办法 20)."""

    staff: UUID
    person: PersonId
    relation: str
    since: date
