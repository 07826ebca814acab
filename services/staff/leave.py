"""Leave, step by step: each runs inside one decision and records what follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from events.base import Recorded
from events.ids import StaffId
from events.staff import Deputy, LeaveCancelled, LeaveCorrected, LeaveTaken
from services.chassis.refusal import NotFound
from services.chassis.service import Shelf
from services.chassis.work import Work
from services.staff import keeping, model, steps
from services.staff.keeping import member_of, post_of
from services.staff.member import Leave

TOLD = "leave-told"
"""Leave → the event that told it last: what a correction corrects."""


def take_leave(work: Work, staff: UUID, since: date, until: date, deputies: Mapping[str, UUID]) -> LeaveTaken:
    """`deputies`: for each post held on any of the days, who acts in it."""
    leave = work.around.ids.random()
    named = _deputies(work, staff, "", Leave(since, until, dict(deputies)))
    id = StaffId.of(staff)
    fact = LeaveTaken(leave=leave, staff=id, since=since, until=until, deputies=named)
    return work.record(id, fact, effective=since).data


def correct_leave(
    work: Work, staff: UUID, leave: UUID, since: date, until: date, deputies: Mapping[str, UUID]
) -> LeaveCorrected:
    """Other days, as when somebody comes back early, or other deputies."""
    _must_have_leave(work, staff, leave)
    named = _deputies(work, staff, str(leave), Leave(since, until, dict(deputies)))
    id = StaffId.of(staff)
    fact = LeaveCorrected(leave=leave, staff=id, since=since, until=until, deputies=named)
    return work.record(id, fact, effective=since, corrects=_told(work, leave)).data


def cancel_leave(work: Work, staff: UUID, leave: UUID) -> LeaveCancelled:
    _must_have_leave(work, staff, leave)
    id = StaffId.of(staff)
    return work.record(id, LeaveCancelled(leave=leave, staff=id), corrects=_told(work, leave)).data


def _deputies(work: Work, staff: UUID, id: str, leave: Leave) -> tuple[Deputy, ...]:
    model.must_be_leave(leave, work.today)
    for deputy in leave.deputies.values():
        steps.must_be_another(work, deputy, "deputies")
    member = member_of(work, staff)
    model.must_hold_posts(member)
    held = keeping.held_ever(work, staff)
    return model.deputies_for(
        staff,
        leave,
        [code for code in held if post_of(work, code).held_within(staff, leave.since, leave.until)],
        [one for other, one in member.leaves.items() if other != id],
        keeping.stands_in_for(work, staff),
        lambda other: member_of(work, other),
    )


def _must_have_leave(work: Work, staff: UUID, leave: UUID) -> None:
    member = member_of(work, staff)
    model.must_be_member(member)
    if str(leave) not in member.leaves:
        raise NotFound("没有该请假记录。", "There is no such leave.", field="leave")


def keep_told(shelf: Shelf, fact: Recorded[LeaveTaken | LeaveCorrected]) -> None:
    shelf.put(TOLD, fact.data.leave, str(fact.envelope.id))


def _told(work: Work, leave: UUID) -> UUID:
    return UUID(work.fact(TOLD, leave))
