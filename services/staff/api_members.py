"""HTTP of members of staff and of village committees, and of the near relatives that they declare.

Names are opened only for a purpose, which is recorded. Everybody declares for themselves; civil affairs and
the district for all, since a member of a village committee has no token. What was declared is corrected and
withdrawn by somebody else.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from events.ids import PersonId, StaffId
from events.registry import Village
from events.staff import Capacity, Relation
from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.unsealing import checked_purpose, unseal
from services.chassis.views import ViewReader
from services.chassis.work import Cause, Work
from services.staff import declaring, keeping, model, steps, views
from services.staff.relatives import Tie
from services.staff.web import (
    Answer,
    Anyone,
    Keeper,
    On,
    Seer,
    Staff,
    Version,
    Written,
    act_on_member,
    must_be_theirs,
    must_keep_the_district,
    must_see,
)

Name = Annotated[str, Field(min_length=1, max_length=50)]
Declaration = Annotated[UUID, Path(description="the declaration's id")]
Purpose = Annotated[
    str | None,
    Query(min_length=1, max_length=200, description="why the name is to be shown; recorded"),
]


class RegisterMember(Command):
    staff: UUID = Field(description="as tokens name them (`sub`); of a committee member any random id")
    name: Name
    capacity: Capacity = "staff"
    village: Village | None = Field(default=None, description="of whose committee")


class CorrectName(Command):
    version: Version = None
    name: Name


class DeclareRelative(Command):
    version: Version = None
    person: PersonId = Field(description="as the registry names them")
    relation: Relation
    since: date = Field(description="the first day of it, today at the latest; of a birth the birthday")


class WithdrawDeclaration(Command):
    version: Version = None
    reason: Literal["ended", "error"]
    since: date = Field(description="the first day on which it is not so")


class MemberLine(Answer):
    staff: UUID
    capacity: str
    village: str | None


class MemberShown(Answer):
    """A member, and the posts in which they act on the day `on`; the name only for a purpose."""

    staff: UUID
    capacity: str
    village: str | None
    on: date
    acting: tuple[str, ...] = Field(description="codes of posts held, or stood in for")
    away: bool
    version: int
    name: str | None = None


class RelativeShown(Answer):
    declaration: UUID
    staff: UUID
    person: UUID
    relation: Relation
    since: date
    until: date | None = Field(description="the first day no more")


class Relatives(Answer):
    items: tuple[RelativeShown, ...]


class TieShown(Answer):
    declaration: UUID
    staff: UUID
    person: UUID
    relation: Relation


class Ties(Answer):
    items: tuple[TieShown, ...]


class _After(Cursor):
    place: int = Field(ge=0, lt=1 << 63)


def member_routes(runtime: Runtime, offices: ViewReader) -> APIRouter:
    routes = APIRouter()
    _members(routes, runtime, offices)
    _relatives(routes, runtime)
    return routes


def _members(routes: APIRouter, runtime: Runtime, offices: ViewReader) -> None:
    @routes.post("/members", status_code=201, tags=["members"])
    def register(body: RegisterMember, request: Request, caller: Keeper) -> Written:
        """Somebody works on assistance, or sits on a village committee."""
        must_keep_the_district(caller)
        return act_on_member(
            request,
            runtime,
            caller,
            body.staff,
            None,
            lambda work: steps.register(work, body.staff, body.name, body.capacity, body.village),
        )

    @routes.get("/members", tags=["members"])
    def list_members(caller: Seer, cursor: CursorText = None, limit: Limit = 100) -> Page[MemberLine]:
        """Members in the order in which they were registered, without names."""
        after = _After.decode(cursor)
        with offices.reading() as tables:
            rows = views.members(tables, after=0 if after is None else after.place, limit=limit + 1)
        more = _After(place=rows[limit - 1][0]).encode() if len(rows) > limit else None
        found = tuple(
            MemberLine(staff=UUID(staff), capacity=capacity, village=village)
            for _, staff, capacity, village in rows[:limit]
        )
        return Page(items=found, next=more)

    @routes.get("/members/{staff}", tags=["members"])
    def show_member(
        staff: Staff, request: Request, caller: Anyone, on: On = None, purpose: Purpose = None
    ) -> MemberShown:
        """A member of staff and the posts in which they act on a day; with a purpose the name, too."""
        must_see(caller, staff)
        if purpose is not None:
            checked_purpose(purpose)
        cause = Cause(caller.to_actor(), request.state.request_id)
        return runtime.decide(lambda work: _shown(work, staff, on, purpose), cause)

    @routes.post("/members/{staff}/corrections", tags=["members"])
    def correct_name(staff: Staff, body: CorrectName, request: Request, caller: Keeper) -> Written:
        """The name was wrong, or has changed."""
        must_keep_the_district(caller)
        return act_on_member(
            request,
            runtime,
            caller,
            staff,
            body.version,
            lambda work: steps.correct_name(work, staff, body.name),
        )


def _relatives(routes: APIRouter, runtime: Runtime) -> None:
    @routes.get("/members/{staff}/relatives", tags=["relatives"])
    def relatives_of_a_member(staff: Staff, caller: Anyone) -> Relatives:
        """What a member has declared, ended ones too; withdrawn errors are in the history."""
        must_see(caller, staff)

        def read_them(work: Work) -> Relatives:
            member = keeping.member_of(work, staff)
            model.must_be_member(member)
            return Relatives(
                items=tuple(
                    RelativeShown(
                        declaration=UUID(id),
                        staff=staff,
                        person=one.person,
                        relation=one.relation,
                        since=one.since,
                        until=one.until,
                    )
                    for id, one in sorted(member.relatives.items())
                )
            )

        return runtime.decide(read_them)

    @routes.get("/relatives", tags=["relatives"])
    def staff_of_a_family(
        caller: Seer,
        person: Annotated[list[UUID], Query(min_length=1, max_length=50, description="the family's members")],
        on: On = None,
    ) -> Ties:
        """All of staff and village committees who are near relatives of these people on a day."""
        return runtime.decide(
            lambda work: Ties(items=tuple(map(_tie, keeping.kin(work, person, on or work.today))))
        )

    @routes.post("/members/{staff}/relatives", status_code=201, tags=["relatives"])
    def declare(staff: Staff, body: DeclareRelative, request: Request, caller: Anyone) -> Written:
        """A near relative is in the register; `self`: the member is."""
        must_be_theirs(caller, staff)
        return act_on_member(
            request,
            runtime,
            caller,
            staff,
            body.version,
            lambda work: declaring.declare(work, staff, body.person, body.relation, body.since),
        )

    @routes.post("/members/{staff}/relatives/{declaration}/corrections", tags=["relatives"])
    def correct(
        staff: Staff, declaration: Declaration, body: DeclareRelative, request: Request, caller: Keeper
    ) -> Written:
        """What was declared was wrong: all of it is told again, by somebody else than the member."""
        must_keep_the_district(caller)
        return act_on_member(
            request,
            runtime,
            caller,
            staff,
            body.version,
            lambda work: declaring.correct_declaration(
                work, staff, declaration, body.person, body.relation, body.since
            ),
        )

    @routes.post("/members/{staff}/relatives/{declaration}/withdrawal", tags=["relatives"])
    def withdraw(
        staff: Staff, declaration: Declaration, body: WithdrawDeclaration, request: Request, caller: Keeper
    ) -> Written:
        """It has ended, or never was so; said by somebody else: it sets the member free to decide."""
        must_keep_the_district(caller)
        return act_on_member(
            request,
            runtime,
            caller,
            staff,
            body.version,
            lambda work: declaring.withdraw_declaration(work, staff, declaration, body.reason, body.since),
        )


def _shown(work: Work, staff: UUID, on: date | None, purpose: str | None) -> MemberShown:
    member, day, id = keeping.member_of(work, staff), on or work.today, StaffId.of(staff)
    model.must_be_member(member)
    name = None
    if purpose is not None:
        [name] = unseal(work, purpose, steps.name_of(work, staff))
    return MemberShown(
        staff=staff,
        capacity=str(member.capacity),
        village=member.village,
        on=day,
        acting=tuple(post.code for post in keeping.acting(work, staff, day)),
        away=member.leave_on(day) is not None,
        version=work.version(id),
        name=name,
    )


def _tie(tie: Tie) -> TieShown:
    return TieShown(
        declaration=tie.declaration, staff=tie.staff, person=UUID(int=tie.person.int), relation=tie.relation
    )
