"""Routes about households: register, list, show, correct, and every change of their life."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from events.ids import HouseholdId, PersonId
from events.registry import Member, Township, Village
from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.unsealing import checked_purpose, unseal
from services.chassis.views import ViewReader
from services.registry.acts import Place, Register
from services.registry.listing import caught_up
from services.registry.web import (
    AnyCaller,
    Day,
    JoinReason,
    LeaveReason,
    MemberGiven,
    PlaceGiven,
    Purpose,
    Registrar,
    Text,
    Version,
    Written,
    act,
    ask,
    must_act_in,
    must_act_on_household,
    must_act_on_person,
    must_see_names,
)

Members = Annotated[tuple[MemberGiven, ...], Field(min_length=1, max_length=50)]
Relations = Annotated[tuple[MemberGiven, ...], Field(max_length=50)]
RosterNumber = Annotated[
    str, Field(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f]+$", description="in the roster")
]


class RegisterHousehold(PlaceGiven):
    head: PersonId
    members: Members
    address: Text | None = None
    number: RosterNumber | None = None
    since: Day


class CorrectHousehold(Command):
    """Nobody has moved and nobody came or went: only what is given and differs changes."""

    version: Version = None
    place: PlaceGiven | None = None
    address: Text | None = None
    relations: Relations = ()


class Join(MemberGiven):
    version: Version = None
    since: Day
    reason: JoinReason


class Leave(Command):
    version: Version = None
    person: PersonId
    since: Day
    reason: LeaveReason
    new_head: PersonId | None = Field(default=None, description="where the head leaves")


class ChangeHead(Command):
    version: Version = None
    head: PersonId
    since: Day
    relations: Relations = ()


class Split(Command):
    """`members` leave and form a household under `head`; `new_head` heads those who stay."""

    version: Version = None
    head: PersonId
    members: Members
    since: Day
    new_head: PersonId | None = None
    place: PlaceGiven | None = None
    address: Text | None = None


class Merge(Command):
    version: Version = None
    absorbed: HouseholdId
    relations: Relations = Field(default=(), description="of those who come, to the head")
    since: Day


class Move(PlaceGiven):
    version: Version = None
    address: Text | None = None
    since: Day


class Since(Command):
    version: Version = None
    since: Day


class MemberShown(BaseModel):
    person: PersonId
    relation: str
    name: str | None = None


class HouseholdShown(BaseModel):
    """A household as recorded; names and address only with a purpose."""

    id: HouseholdId
    version: int
    number: str | None
    head: UUID | None
    members: tuple[MemberShown, ...]
    township: str
    village: str
    closed: str | None
    address: str | None = None


class HouseholdLine(BaseModel):
    id: HouseholdId
    number: str | None
    head: UUID | None
    township: str
    village: str
    members: int
    closed: str | None


class After(Cursor):
    id: str


def router(runtime: Runtime, view: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/households", tags=["households"])

    @routes.post("", status_code=201)
    def register_household(request: Request, body: RegisterHousehold, caller: Registrar) -> Written:
        """Register a family with its head and members; 409 where one belongs to another household."""

        def decide(register: Register) -> HouseholdId:
            must_act_in(caller, body.township)
            return register.register_household(
                body.head, _members(body.members), body.place, body.since,
                address=body.address, number=body.number,
            )  # fmt: skip

        return act(request, runtime, caller, decide)

    @routes.get("")
    def listed(
        caller: AnyCaller,
        township: Annotated[Township | None, Query()] = None,
        village: Annotated[Village | None, Query()] = None,
        closed: bool = False,
        cursor: CursorText = None,
        limit: Limit = 100,
    ) -> Page[HouseholdLine]:
        """Households by township or village, in a fixed order. A township's clerk sees that township."""
        if township is not None:
            must_act_in(caller, township)
        place = township or caller.township
        return _page(view, place, village, closed, After.decode(cursor), limit)

    @routes.get("/{id}")
    def show_household(
        request: Request, id: HouseholdId, caller: AnyCaller, purpose: Purpose = None
    ) -> HouseholdShown:
        """A household as recorded; with a purpose also names and address."""
        if purpose is not None:
            must_see_names(caller)
            checked_purpose(purpose)
        return ask(request, runtime, caller, lambda register: _show(register, caller, id, purpose))

    @routes.post("/{id}/corrections")
    def correct_household(
        request: Request, id: HouseholdId, body: CorrectHousehold, caller: Registrar
    ) -> Written:
        """What was recorded was wrong; nothing is recorded where nothing differs."""

        def decide(register: Register) -> HouseholdId:
            must_act_on_household(caller, register, id)
            place = body.place.place if body.place else None
            if place is not None:
                must_act_in(caller, place.township)
            register.correct_household(
                id, place=place, address=body.address, relations=_members(body.relations)
            )
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/members")
    def join(request: Request, id: HouseholdId, body: Join, caller: Registrar) -> Written:
        """A person joins; 409 while they belong to another household."""

        def decide(register: Register) -> HouseholdId:
            must_act_on_household(caller, register, id)
            must_act_on_person(caller, register, body.person)
            register.join(id, body.person, body.relation, body.since, body.reason)
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/departures")
    def leave(request: Request, id: HouseholdId, body: Leave, caller: Registrar) -> Written:
        """A member leaves; the household closes behind its last one."""

        def decide(register: Register) -> HouseholdId:
            must_act_on_household(caller, register, id)
            register.leave(id, body.person, body.since, body.reason, body.new_head)
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/head")
    def change_head(request: Request, id: HouseholdId, body: ChangeHead, caller: Registrar) -> Written:
        """Another member heads the household; relations not given follow from the old ones."""

        def decide(register: Register) -> HouseholdId:
            must_act_on_household(caller, register, id)
            register.change_head(id, body.head, body.since, _members(body.relations))
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/split", status_code=201)
    def split(request: Request, id: HouseholdId, body: Split, caller: Registrar) -> Written:
        """Some members form a household of their own, which is answered with."""

        def decide(register: Register) -> HouseholdId:
            must_act_on_household(caller, register, id)
            return register.split(
                id, body.head, _members(body.members), body.since, new_head=body.new_head,
                place=body.place.place if body.place else None, address=body.address,
            )  # fmt: skip

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/merge")
    def merge(request: Request, id: HouseholdId, body: Merge, caller: Registrar) -> Written:
        """All members of another household come to this one; the other closes."""

        def decide(register: Register) -> HouseholdId:
            must_act_on_household(caller, register, id, body.absorbed)
            register.merge_households(id, body.absorbed, body.since, _members(body.relations))
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/move")
    def move(request: Request, id: HouseholdId, body: Move, caller: Registrar) -> Written:
        """The household moves inside the district; the township it leaves records it."""

        def decide(register: Register) -> HouseholdId:
            must_act_on_household(caller, register, id)
            register.move(id, Place(body.township, body.village), body.since, body.address)
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/departure")
    def move_away(request: Request, id: HouseholdId, body: Since, caller: Registrar) -> Written:
        """The household leaves the district: what it gets here ends, and it closes."""

        def decide(register: Register) -> HouseholdId:
            must_act_on_household(caller, register, id)
            register.move_away(id, body.since)
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/closure")
    def close(request: Request, id: HouseholdId, body: Since, caller: Registrar) -> Written:
        """The household was registered in error; its people stay registered."""

        def decide(register: Register) -> HouseholdId:
            must_act_on_household(caller, register, id)
            register.close(id, body.since)
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    return routes


def _members(given: tuple[MemberGiven, ...]) -> list[Member]:
    return [Member(person=one.person, relation=one.relation) for one in given]


def _show(register: Register, caller: Caller, id: HouseholdId, purpose: str | None) -> HouseholdShown:
    must_act_on_household(caller, register, id)
    home = register.household(id)
    home.must_be_known("id")
    names: list[str | None] = [None] * (len(home.members) + 1)
    if purpose is not None:
        sealed = [register.person(one).name for one in home.members]
        names = unseal(register.work, purpose, *sealed, home.address)
    return HouseholdShown(
        id=id,
        version=register.work.version(id),
        number=home.number,
        head=home.head,
        members=tuple(
            MemberShown(person=one, relation=relation, name=name)
            for (one, relation), name in zip(home.members.items(), names[:-1], strict=True)
        ),
        township=home.township,
        village=home.village,
        closed=home.closed,
        address=names[-1],
    )


def _page(
    view: ViewReader, township: str | None, village: str | None, closed: bool, after: After | None, limit: int
) -> Page[HouseholdLine]:
    conditions = ["id > ?"]
    values: list[object] = [after.id if after else ""]
    for column, value in (("township", township), ("village", village)):
        if value is not None:
            conditions.append(f"{column} = ?")
            values.append(value)
    if not closed:
        conditions.append("closed IS NULL")
    caught_up(view)
    with view.reading() as tables:
        rows = tables.execute(
            "SELECT id, number, head, township, village, members, closed FROM {households} WHERE "
            + " AND ".join(conditions)
            + " ORDER BY id LIMIT ?",
            (*values, limit + 1),
        )
    columns = ("id", "number", "head", "township", "village", "members", "closed")
    items = tuple(HouseholdLine.model_validate(dict(zip(columns, row, strict=True))) for row in rows[:limit])
    following = After(id=str(items[-1].id)).encode() if len(rows) > limit else None
    return Page(items=items, next=following)
