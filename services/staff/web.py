"""What the routes of staff share: who may maintain and who may see what, and how a change answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from events.ids import Identifier, StaffId
from events.staff import PostCode
from services.chassis.auth import allow, allow_any_department
from services.chassis.commands import execute, expect
from services.chassis.departments import Department
from services.chassis.problems import not_allowed
from services.chassis.refusal import NotFound
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Work

KEEPERS = (Department.CIVIL_AFFAIRS, Department.DISTRICT)
SEEING = (*KEEPERS, Department.AUDIT)

Seer = Annotated[Caller, allow(*SEEING)]
Keeper = Annotated[Caller, allow(*KEEPERS)]
Anyone = Annotated[Caller, allow_any_department()]
InPath = Annotated[PostCode, Path()]
Staff = Annotated[UUID, Path(description="the member of staff, as tokens name them (`sub`)")]
On = Annotated[date | None, Query(description="the day asked about; today, unless said")]
Version = Annotated[
    int | None, Field(ge=0, description="the version the caller has seen; 409 where it is no longer so")
]
Day = Annotated[date, Field(description="YYYY-MM-DD")]


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Written(Answer):
    """What was changed: its id, its version now, and the number of the last event recorded for it."""

    id: str = Field(description="code of a post, or id of a member of staff")
    version: int = Field(ge=0)
    sequence: int = Field(ge=0)


def act(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    id: str,
    stream_of: Callable[[Work], Identifier],
    version: int | None,
    do: Callable[[Work], object],
) -> Written:
    """One command on a post or a member, once for an Idempotency-Key."""

    def decide(work: Work) -> Written:
        stream = stream_of(work)
        expect(work, stream, version)
        do(work)
        return Written(id=id, version=work.version(stream), sequence=work.sequence)

    return execute(request, runtime, caller, Written, decide)


def act_on_member(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    staff: UUID,
    version: int | None,
    do: Callable[[Work], object],
) -> Written:
    return act(request, runtime, caller, str(staff), lambda work: StaffId.of(staff), version, do)


def must_keep_the_district(caller: Caller) -> None:
    """403 for a township's clerk: posts are filled by those above them."""
    if caller.township is not None:
        raise not_allowed("岗位由区级部门管理。", "Posts are kept for the whole district.")


def must_be_theirs(caller: Caller, staff: UUID) -> None:
    """For others than the member and who keeps staff there is no such member."""
    _must_be(caller, staff, KEEPERS)


def must_see(caller: Caller, staff: UUID) -> None:
    """For others than the member, and who keeps or audits staff, there is no such member."""
    _must_be(caller, staff, SEEING)


def _must_be(caller: Caller, staff: UUID, others: tuple[Department, ...]) -> None:
    # Not 403: it would tell whether somebody of this id is registered.
    if caller.person != staff and (caller.township is not None or caller.department not in others):
        raise NotFound("未登记该工作人员。", "No such member of staff is registered.", field="staff")
