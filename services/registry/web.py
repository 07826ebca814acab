"""What the registry's routes share: who may register and see what, and how a change answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from events.ids import HouseholdId, Identifier, PersonId
from events.registry import Relation, Township, Village
from services.chassis.auth import allow, allow_any_department
from services.chassis.commands import execute, expect
from services.chassis.departments import Department
from services.chassis.problems import not_allowed
from services.chassis.refusal import Malformed
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Cause, Work
from services.registry.acts import Place, Register
from services.registry.identity import IdNumber
from services.registry.reasons import Refusal
from services.registry.roster_cells import person_name
from services.registry.standards import ETHNICITIES, phone_number

T = TypeVar("T")

REGISTRARS = (Department.CIVIL_AFFAIRS, Department.POVERTY_ALLEVIATION)
TEN = tuple(one for one in Department if one not in (Department.DISTRICT, Department.AUDIT))
"""The departments that the paper names."""

Registrar = Annotated[Caller, allow(*REGISTRARS)]
AnyCaller = Annotated[Caller, allow_any_department()]
OfTheTen = Annotated[Caller, allow(*TEN)]
Purpose = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        description="why names and numbers are to be shown; recorded. Leave out to see neither.",
    ),
]
Version = Annotated[
    int | None, Field(ge=0, description="the version the caller has seen; 409 where it is no longer so")
]
Day = Annotated[date, Field(description="YYYY-MM-DD, today at the latest")]
Text = Annotated[str, Field(min_length=1, max_length=200)]
JoinReason = Literal["birth", "marriage", "return", "adoption", "transfer", "registration", "other"]
LeaveReason = Literal["marriage", "work", "transfer", "other"]


class Written(BaseModel):
    """What was changed: its id, its version now, and the number of the last event recorded for it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    version: int = Field(ge=0)
    sequence: int = Field(ge=0)


class MemberGiven(Command):
    person: PersonId
    relation: Relation


class PlaceGiven(Command):
    township: Township
    village: Village

    @property
    def place(self) -> Place:
        return Place(self.township, self.village)


def act(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    decide: Callable[[Register], Identifier],
    version: tuple[Identifier, int | None] | None = None,
) -> Written:
    """One command, once for an Idempotency-Key; answers with what `decide` names."""

    def written(work: Work) -> Written:
        register = Register(work)
        if version is not None and register.knows(version[0]):
            expect(work, *version)
        id = decide(register)
        return Written(id=UUID(int=id.int), version=work.version(id), sequence=work.sequence)

    return execute(request, runtime, caller, Written, written)


def ask(request: Request, runtime: Runtime, caller: Caller, decide: Callable[[Register], T]) -> T:
    """A question that may record who asked; never kept for an Idempotency-Key, since answers hold names."""
    cause = Cause(caller.to_actor(), request.state.request_id)
    return runtime.decide(lambda work: decide(Register(work)), cause)


def must_act_in(caller: Caller, township: str | None) -> None:
    """403 for a township's clerk outside of it; what belongs to no township is anybody's."""
    if township is not None and not caller.may_act_in(township):
        raise not_allowed("只能办理本乡镇（街道）的业务。", "This is another township's.")


def must_act_on_person(caller: Caller, register: Register, *people: PersonId) -> None:
    for person in people:
        must_act_in(caller, register.township_of(person))


def must_act_on_household(caller: Caller, register: Register, *households: HouseholdId) -> None:
    for id in households:
        home = register.household(id)
        must_act_in(caller, home.township if home.known else None)


def must_see_names(caller: Caller, departments: tuple[Department, ...] = REGISTRARS) -> None:
    if caller.department not in departments:
        raise not_allowed("贵单位无权查看个人姓名和号码。", "Names and numbers are not shown to you.")


def given_name(text: str) -> str:
    return _by_the_standards("name", lambda: person_name(text))


def given_id_number(text: str, today: date) -> IdNumber:
    return _by_the_standards("id_number", lambda: IdNumber.read(text, today))


def given_telephone(text: str) -> str:
    number = phone_number(text)
    if number is None:
        raise Malformed(
            "phone-invalid",
            "联系电话不是有效的手机或固定电话号码。",
            "Not a valid mobile or landline number.",
            field="telephone",
        )
    return number


def given_ethnicity(code: str) -> str:
    if code not in ETHNICITIES:
        raise Malformed(
            "ethnicity-unknown", "民族代码不在GB/T 3304之内。", "Not a code of GB/T 3304.", field="ethnicity"
        )
    return code


def _by_the_standards(field: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except Refusal as refusal:
        raise Malformed(refusal.rule, refusal.zh, refusal.en, field=field) from None
