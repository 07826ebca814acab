"""Posts and members as lists, and the changes of each post with who made them and when they were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from events.base import Recorded
from events.staff import (
    HandedOver,
    PostAssigned,
    PostClosed,
    PostCreated,
    PostVacated,
    RolesChanged,
    StaffRegistered,
)
from services.chassis.views import Tables, View
from services.staff.keeping import PostFact

OFFICES = View(
    "offices",
    1,
    {
        "posts": "code TEXT PRIMARY KEY, department TEXT NOT NULL, township TEXT",
        "members": "place BIGINT PRIMARY KEY, staff TEXT NOT NULL, capacity TEXT NOT NULL, village TEXT",
        "changes": (
            "place BIGINT PRIMARY KEY, post TEXT NOT NULL, what TEXT NOT NULL, since TEXT NOT NULL,"
            " until TEXT, staff TEXT, former TEXT, roles TEXT, tasks INTEGER, successor TEXT, by_person TEXT,"
            " by_post TEXT NOT NULL, recorded TEXT NOT NULL"
        ),
    },
    indexes=(("changes", "post, place"),),
)

_CHANGE = "place, what, since, until, staff, former, roles, tasks, successor, by_person, by_post, recorded"
_TOLD = ("until", "staff", "former", "tasks", "successor")


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of a post; `roles` joined by commas, days and times as ISO texts."""

    place: int
    what: str
    since: str
    until: str | None
    staff: str | None
    former: str | None
    roles: str | None
    tasks: int | None
    successor: str | None
    by_person: str | None
    by_post: str
    recorded: str


@OFFICES.on(PostCreated)
def _created(tables: Tables, fact: Recorded[PostCreated]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {posts} (code, department, township) VALUES (?, ?, ?)",
        (told.post, told.department, told.township),
    )
    _changed(tables, fact)


@OFFICES.on(RolesChanged, PostClosed, PostAssigned, PostVacated, HandedOver)
def _changed(tables: Tables, fact: Recorded[PostFact]) -> None:
    told, actor = fact.data, fact.envelope.actor
    also = [getattr(told, name, None) for name in _TOLD]
    until, staff, former, tasks, successor = (
        one if one is None or isinstance(one, int) else str(one) for one in also
    )
    roles = ",".join(told.roles) if isinstance(told, PostCreated | RolesChanged) else None
    tables.execute(
        f"INSERT INTO {{changes}} (post, {_CHANGE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            told.post,
            fact.envelope.sequence,
            type(told).__name__,
            told.since.isoformat(),
            until,
            staff,
            former,
            roles,
            tasks,
            successor,
            None if actor.person is None else str(actor.person),
            actor.post,
            fact.envelope.recordedtime.isoformat(),
        ),
    )


@OFFICES.on(StaffRegistered)
def _registered(tables: Tables, fact: Recorded[StaffRegistered]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {members} (place, staff, capacity, village) VALUES (?, ?, ?, ?)",
        (fact.envelope.sequence, str(told.staff), told.capacity, told.village),
    )


def posts(
    tables: Tables, *, department: str | None, township: str | None, after: str, limit: int
) -> list[str]:
    """Codes of posts behind the code `after`, in their order."""
    terms: dict[str, Any] = {"code > ?": after}
    if department is not None:
        terms["department = ?"] = department
    if township is not None:
        terms["township = ?"] = township
    found = tables.execute(
        f"SELECT code FROM {{posts}} WHERE {' AND '.join(terms)} ORDER BY code LIMIT ?",
        (*terms.values(), limit),
    )
    return [row[0] for row in found]


def members(tables: Tables, *, after: int, limit: int) -> list[tuple[int, str, str, str | None]]:
    """Place, id, capacity and village of members in the order in which they were registered."""
    found = tables.execute(
        "SELECT place, staff, capacity, village FROM {members} WHERE place > ? ORDER BY place LIMIT ?",
        (after, limit),
    )
    return [(row[0], row[1], row[2], row[3]) for row in found]


def changes(tables: Tables, post: str, *, after: int, limit: int) -> list[Change]:
    """The facts of a post in the order in which they were recorded."""
    found = tables.execute(
        f"SELECT {_CHANGE} FROM {{changes}} WHERE post = ? AND place > ? ORDER BY place LIMIT ?",
        (post, after, limit),
    )
    return [Change(*row) for row in found]
