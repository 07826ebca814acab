"""HTTP of posts: created, filled, vacated, handed over and closed; who acts in them on a day.

Everybody reads posts; no name is among them. Civil affairs and the district keep them, and nobody gives a post
to themselves (`steps.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from events.registry import Township
from events.staff import PostCode, Role
from services.chassis.departments import Department
from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.refusal import NotFound
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.views import ViewReader
from services.chassis.work import Work
from services.staff import keeping, steps, views
from services.staff.web import (
    Answer,
    Anyone,
    Day,
    InPath,
    Keeper,
    On,
    Version,
    Written,
    act,
    must_keep_the_district,
)

Tasks = Annotated[int, Field(ge=0, le=1_000_000, description="how many are open in the post, as told")]


class CreatePost(Command):
    post: PostCode
    title: str = Field(min_length=1, max_length=50, description="as officials call it")
    department: Department
    township: Township | None = Field(default=None, description="leave out for the whole district")
    roles: tuple[Role, ...] = Field(min_length=1, max_length=len(Role))
    since: Day


class ChangeRoles(Command):
    version: Version = None
    roles: tuple[Role, ...] = Field(min_length=1, max_length=len(Role))
    since: Day


class AssignPost(Command):
    version: Version = None
    staff: UUID
    since: Day
    until: date | None = Field(default=None, description="the last day, where it is known beforehand")


class VacatePost(Command):
    version: Version = None
    staff: UUID
    since: date = Field(description="the first day without them")


class HandOver(Command):
    version: Version = None
    staff: UUID = Field(description="the next holder")
    since: Day
    tasks: Tasks


class ClosePost(Command):
    version: Version = None
    since: date = Field(description="the first day without the post")
    successor: PostCode | None = Field(default=None, description="the post that takes its open tasks")
    tasks: Tasks = 0


class TenureShown(Answer):
    staff: UUID
    since: date
    until: date | None = Field(description="the first day no more")
    taken_over: bool


class PostShown(Answer):
    """A post as it is on the day `on`; `acting`: its holder or, while away, the deputy; absent: nobody."""

    post: str
    title: str
    department: str
    township: str | None
    since: date
    closed: date | None
    on: date
    roles: tuple[Role, ...]
    holder: UUID | None
    acting: UUID | None
    version: int


class PostFile(PostShown):
    tenures: tuple[TenureShown, ...]


class ChangeLine(Answer):
    """One change: what, from which day on, by whom, and when it was recorded."""

    what: str
    since: date
    until: date | None
    staff: UUID | None
    former: UUID | None
    roles: tuple[Role, ...] | None
    tasks: int | None
    successor: str | None
    by: UUID | None
    by_post: str
    recorded: datetime


class _AfterCode(Cursor):
    code: str


class _After(Cursor):
    place: int = Field(ge=0, lt=1 << 63)


def post_routes(runtime: Runtime, offices: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/posts", tags=["posts"])
    _reading(routes, runtime, offices)

    def on_post(
        request: Request, caller: Caller, post: str, version: int | None, do: Callable[[Work], object]
    ) -> Written:
        must_keep_the_district(caller)
        return act(request, runtime, caller, post, lambda work: steps.post_id(work, post), version, do)

    @routes.post("", status_code=201)
    def create(body: CreatePost, request: Request, caller: Keeper) -> Written:
        """A department has a new post; its code is its name in tokens and is never used again."""
        return on_post(
            request,
            caller,
            body.post,
            None,
            lambda work: steps.create(
                work,
                body.post,
                title=body.title,
                department=body.department.value,
                township=body.township,
                roles=body.roles,
                since=body.since,
            ),
        )

    @routes.post("/{post}/roles")
    def change_roles(post: InPath, body: ChangeRoles, request: Request, caller: Keeper) -> Written:
        """Other roles from a day on; not by whoever acts in the post."""
        return on_post(
            request,
            caller,
            post,
            body.version,
            lambda work: steps.change_roles(work, post, body.roles, body.since),
        )

    @routes.post("/{post}/assignment")
    def assign(post: InPath, body: AssignPost, request: Request, caller: Keeper) -> Written:
        """A member of staff holds the post on days on which nobody does; also days gone by."""
        return on_post(
            request,
            caller,
            post,
            body.version,
            lambda work: steps.assign(work, post, body.staff, body.since, body.until),
        )

    @routes.post("/{post}/vacancy")
    def vacate(post: InPath, body: VacatePost, request: Request, caller: Keeper) -> Written:
        """The holder leaves the post; its open tasks stay in it."""
        return on_post(
            request, caller, post, body.version, lambda work: steps.vacate(work, post, body.staff, body.since)
        )

    @routes.post("/{post}/handover")
    def hand_over(post: InPath, body: HandOver, request: Request, caller: Keeper) -> Written:
        """The next holder takes post and open tasks over; the one before leaves it on that day."""
        return on_post(
            request,
            caller,
            post,
            body.version,
            lambda work: steps.hand_over(work, post, body.staff, body.since, body.tasks),
        )

    @routes.post("/{post}/closure")
    def close(post: InPath, body: ClosePost, request: Request, caller: Keeper) -> Written:
        """The post ends; where tasks are open another takes them."""
        return on_post(
            request,
            caller,
            post,
            body.version,
            lambda work: steps.close(work, post, body.since, body.successor, body.tasks),
        )

    return routes


def _reading(routes: APIRouter, runtime: Runtime, offices: ViewReader) -> None:
    @routes.get("")
    def list_posts(
        caller: Anyone,
        department: Department | None = None,
        township: Annotated[Township | None, Query()] = None,
        on: On = None,
        cursor: CursorText = None,
        limit: Limit = 100,
    ) -> Page[PostShown]:
        """Posts by code, closed ones too, each as on the day."""
        after = _AfterCode.decode(cursor)
        with offices.reading() as tables:
            codes = views.posts(
                tables,
                department=department,
                township=township,
                after="" if after is None else after.code,
                limit=limit + 1,
            )
        more = _AfterCode(code=codes[limit - 1]).encode() if len(codes) > limit else None
        shown = runtime.decide(lambda work: tuple(_shown(work, code, on) for code in codes[:limit]))
        return Page(items=shown, next=more)

    @routes.get("/{post}")
    def show_post(post: InPath, caller: Anyone, on: On = None) -> PostFile:
        """A post as on a day, and everybody who has held it."""

        def read(work: Work) -> PostFile:
            shown = _shown(work, post, on)
            tenures = tuple(
                TenureShown(staff=one.staff, since=one.since, until=one.until, taken_over=one.taken_over)
                for one in keeping.post_of(work, post).tenures
            )
            return PostFile(**dict(shown), tenures=tenures)

        return runtime.decide(read)

    @routes.get("/{post}/changes")
    def changes_of_a_post(
        post: InPath, caller: Anyone, cursor: CursorText = None, limit: Limit = 100
    ) -> Page[ChangeLine]:
        """What was ever changed about a post, by whom, in the order in which it was recorded."""
        after = _After.decode(cursor)
        offices.advance()  # whoever has just changed something sees it
        with offices.reading() as tables:
            rows = views.changes(tables, post, after=0 if after is None else after.place, limit=limit + 1)
        if not rows and after is None:
            raise NotFound("没有该岗位。", "There is no such post.", field="post")
        more = _After(place=rows[limit - 1].place).encode() if len(rows) > limit else None
        return Page(items=tuple(map(_line, rows[:limit])), next=more)


def _shown(work: Work, code: str, on: date | None) -> PostShown:
    post, day = keeping.post_of(work, code), on or work.today
    if not post.known:
        raise NotFound("没有该岗位。", "There is no such post.", field="post")
    return PostShown(
        post=code,
        title=post.title,
        department=post.department,
        township=post.township,
        since=post.since,
        closed=post.closed,
        on=day,
        roles=tuple(sorted(post.roles_on(day))),
        holder=post.holder_on(day),
        acting=keeping.who_acts(work, code, day),
        version=work.version(steps.post_id(work, code)),
    )


def _line(row: views.Change) -> ChangeLine:
    return ChangeLine.model_validate(
        {
            "what": row.what,
            "since": row.since,
            "until": row.until,
            "staff": row.staff,
            "former": row.former,
            "roles": None if row.roles is None else row.roles.split(","),
            "tasks": row.tasks,
            "successor": row.successor,
            "by": row.by_person,
            "by_post": row.by_post,
            "recorded": row.recorded,
        }
    )
