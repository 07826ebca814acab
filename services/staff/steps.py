"""What is done about posts and who holds them, step by step: each runs inside one decision and records what follows.

    runtime.decide(lambda work: steps.assign(work, "431202101000-clerk", staff, since=day))

They refuse with the errors of `services.chassis.refusal`; that nobody gives a post to themselves is asked of
the one who acts (`work.cause.actor`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar
from uuid import UUID, uuid5

from events.base import Recorded
from events.ids import PostId, StaffId
from events.sealed import Sealed
from events.staff import (
    Capacity,
    HandedOver,
    PostAssigned,
    PostClosed,
    PostCreated,
    PostVacated,
    Role,
    RolesChanged,
    StaffCorrected,
    StaffRegistered,
)
from services.chassis.refusal import Conflict, Malformed, Refused
from services.chassis.service import Shelf
from services.chassis.work import Work
from services.staff import keeping, model
from services.staff.keeping import member_of, post_of

NAME = "staff-name"
"""Member → the closed box of the name; of staff alone."""

P = TypeVar("P", bound=keeping.PostFact)


def post_id(work: Work, code: str) -> PostId:
    """The stream of a post: its code is its name for ever, so two that create it meet in one stream."""
    return PostId.of(uuid5(UUID(int=work.service.own(work.around.district).int), f"post/{code}"))


# -- members ----------------------------------------------------------------------------------------------


def register(
    work: Work, staff: UUID, name: str, capacity: Capacity = "staff", village: str | None = None
) -> StaffRegistered:
    """`staff`: the id by which the tokens of the sign-on name them (`sub`)."""
    if member_of(work, staff).known:
        raise Conflict("staff-registered", "该工作人员已登记。", "They are registered.", field="staff")
    if (capacity == "village_committee") != (village is not None):
        raise Malformed(
            "village-committee",
            "村（居）委会成员须注明所在村（社区），其他人员不填。",
            "Say of which village a committee member is; of others, none.",
            field="village",
        )
    id = StaffId.of(staff)
    fact = StaffRegistered(staff=id, name=Sealed.of(name, id), capacity=capacity, village=village)
    return work.record(id, fact).data


def correct_name(work: Work, staff: UUID, name: str) -> StaffCorrected:
    model.must_be_member(member_of(work, staff))
    id = StaffId.of(staff)
    return work.record(id, StaffCorrected(staff=id, name=Sealed.of(name, id))).data


# -- posts ------------------------------------------------------------------------------------------------


def create(
    work: Work,
    code: str,
    *,
    title: str,
    department: str,
    roles: Iterable[Role],
    since: date,
    township: str | None = None,
) -> PostCreated:
    fact = PostCreated(
        post=code,
        title=title,
        department=department,
        township=township,
        roles=model.sorted_roles(roles),
        since=since,
    )
    return _of_post(work, model.create(post_of(work, code), fact, work.today), since)


def change_roles(work: Work, code: str, roles: Iterable[Role], since: date) -> RolesChanged:
    """Other roles for a post, by somebody who does not act in it on that day or now."""
    post = post_of(work, code)
    for day in {since, work.today}:
        must_be_another(work, keeping.who_acts(work, code, day))
    return _of_post(work, model.change_roles(post, roles, since, work.today), since)


def close(work: Work, code: str, since: date, successor: str | None = None, tasks: int = 0) -> PostClosed:
    """`tasks`: how many are open in the post, as told by whoever works in it."""
    follows = None if successor is None else post_of(work, successor)
    if follows is not None:
        model.must_be_known(follows, "successor")
    return _of_post(work, model.close(post_of(work, code), since, follows, tasks, work.today), since)


def assign(work: Work, code: str, staff: UUID, since: date, until: date | None = None) -> PostAssigned:
    must_be_another(work, staff)
    found = model.assign(post_of(work, code), staff, member_of(work, staff), since, until, work.today)
    return _of_post(work, found, since)


def vacate(work: Work, code: str, staff: UUID, since: date) -> PostVacated:
    return _of_post(work, model.vacate(post_of(work, code), staff, since, work.today), since)


def hand_over(work: Work, code: str, staff: UUID, since: date, tasks: int) -> HandedOver:
    """The next holder takes the post with its open tasks, as many as are told."""
    must_be_another(work, staff)
    post, member = post_of(work, code), member_of(work, staff)
    before, handed = model.hand_over(post, staff, member, since, tasks, work.today)
    for fact in before:
        _of_post(work, fact, since)
    return _of_post(work, handed, since)


def _of_post(work: Work, fact: P, since: date) -> P:
    work.record(post_id(work, fact.post), fact, effective=since)
    return fact


def must_be_another(work: Work, staff: UUID | None, field: str = "staff") -> None:
    """Nobody acts on their own posts, roles and declarations: a second person has to."""
    if staff is not None and work.cause.actor.person == staff:
        raise Refused(
            "own-post",
            "不得办理本人的任职、代理、职责和申报更正，须由他人办理。",
            "Nobody decides on their own post, roles or declarations: another has to.",
            field=field,
        )


# -- what staff keeps for itself --------------------------------------------------------------------------


def keep_name(shelf: Shelf, fact: Recorded[StaffRegistered] | Recorded[StaffCorrected]) -> None:
    shelf.put(NAME, fact.data.staff, fact.data.name.to_json())


def name_of(work: Work, staff: UUID) -> Sealed | None:
    """The closed name; `services.chassis.unsealing` opens it and records for what."""
    row = work.fact(NAME, staff)
    return None if row is None else Sealed.from_json(row)
