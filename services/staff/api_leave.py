"""HTTP of leave: taken with a deputy for each post, corrected, cancelled. By oneself, or by who keeps staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import Field

from events.staff import PostCode
from services.chassis.refusal import Malformed
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.work import Work
from services.staff import keeping, leave, model
from services.staff.web import (
    Answer,
    Anyone,
    Day,
    Staff,
    Version,
    Written,
    act_on_member,
    must_be_theirs,
)

LeaveId = Annotated[UUID, Path(description="the leave's id")]


class DeputyGiven(Command):
    post: PostCode
    staff: UUID


class TakeLeave(Command):
    version: Version = None
    since: Day
    until: date = Field(description="the last day")
    deputies: tuple[DeputyGiven, ...] = Field(
        min_length=1, max_length=50, description="one for each post held on any of these days"
    )


class CancelLeave(Command):
    version: Version = None


class LeaveShown(Answer):
    leave: UUID
    since: date
    until: date = Field(description="the last day")
    deputies: dict[str, UUID] = Field(description="post → who acts in it")


class Leaves(Answer):
    items: tuple[LeaveShown, ...]


def leave_routes(runtime: Runtime) -> APIRouter:
    routes = APIRouter(prefix="/members/{staff}/leaves", tags=["leave"])

    @routes.get("")
    def leaves_of_a_member(staff: Staff, caller: Anyone) -> Leaves:
        """When somebody is and was away, and who acts meanwhile; by the first day."""

        def read(work: Work) -> Leaves:
            member = keeping.member_of(work, staff)
            model.must_be_member(member)
            found = sorted(member.leaves.items(), key=lambda item: item[1].since)
            return Leaves(
                items=tuple(
                    LeaveShown(leave=UUID(id), since=one.since, until=one.until, deputies=one.deputies)
                    for id, one in found
                )
            )

        return runtime.decide(read)

    @routes.post("", status_code=201)
    def take(staff: Staff, body: TakeLeave, request: Request, caller: Anyone) -> Written:
        """Away on these days; in each post that is held then a deputy acts."""
        must_be_theirs(caller, staff)
        named = _named(body.deputies)
        return act_on_member(
            request,
            runtime,
            caller,
            staff,
            body.version,
            lambda work: leave.take_leave(work, staff, body.since, body.until, named),
        )

    @routes.post("/{id}/corrections")
    def correct(staff: Staff, id: LeaveId, body: TakeLeave, request: Request, caller: Anyone) -> Written:
        """Other days, as when somebody comes back early, or other deputies: all of it is told again."""
        must_be_theirs(caller, staff)
        named = _named(body.deputies)
        return act_on_member(
            request,
            runtime,
            caller,
            staff,
            body.version,
            lambda work: leave.correct_leave(work, staff, id, body.since, body.until, named),
        )

    @routes.post("/{id}/cancellation")
    def cancel(staff: Staff, id: LeaveId, body: CancelLeave, request: Request, caller: Anyone) -> Written:
        """The leave was not taken."""
        must_be_theirs(caller, staff)
        return act_on_member(
            request,
            runtime,
            caller,
            staff,
            body.version,
            lambda work: leave.cancel_leave(work, staff, id),
        )

    return routes


def _named(deputies: Sequence[DeputyGiven]) -> Mapping[str, UUID]:
    named = {one.post: one.staff for one in deputies}
    if len(named) != len(deputies):
        raise Malformed("deputy-twice", "同一岗位只能有一名代理人。", "One deputy a post.", field="deputies")
    return named
