"""Routes about people: register, find, show, correct, categories, death, duplicates, erasure."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from events.ids import PersonId
from events.registry import Category, Ethnicity, LookedUp
from services.chassis.auth import allow
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.refusal import Conflict, NotFound
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.unsealing import checked_purpose, unseal
from services.registry import erasure
from services.registry.acts import Register
from services.registry.people import Particulars
from services.registry.web import (
    AnyCaller,
    Day,
    Purpose,
    Registrar,
    Text,
    Version,
    Written,
    act,
    ask,
    given_ethnicity,
    given_id_number,
    given_name,
    given_telephone,
    must_act_on_person,
    must_see_names,
)

IdText = Annotated[str, Field(min_length=1, max_length=40, description="GB 11643")]
NameText = Annotated[str, Field(min_length=1, max_length=50)]
TelephoneText = Annotated[str, Field(min_length=1, max_length=40)]


class RegisterPerson(Command):
    """Birth and sex are told by the ID number."""

    name: NameText
    id_number: IdText
    ethnicity: Ethnicity | None = None
    telephone: TelephoneText | None = None
    synthetic: bool = Field(default=False, description="made up for demonstration")


class CorrectPerson(Command):
    """Only what is given and differs changes."""

    version: Version = None
    name: NameText | None = None
    id_number: IdText | None = None
    ethnicity: Ethnicity | None = None
    telephone: TelephoneText | None = None


class RecordDeath(Command):
    version: Version = None
    on: Day
    new_head: PersonId | None = Field(
        default=None, description="who heads the household from here on, where its head died"
    )


class MergePeople(Command):
    version: Version = None
    duplicate: PersonId


class Categorise(Command):
    version: Version = None
    category: Category
    since: Day


class EndCategory(Command):
    version: Version = None
    until: Day
    reason: Literal["no_longer_met", "request", "error", "other"]


class SearchPerson(Command):
    id_number: IdText
    purpose: Text


class EraseKeys(Command):
    reason: erasure.Reason


class Erasure(BaseModel):
    """`requested`: a second person is needed; `erased`: the keys are destroyed; `was_erased`: they were before, and
    nothing was done. `since`: the day of the erasure."""

    status: Literal["requested", "erased", "restricted", "was_erased"]
    since: date | None = None


class Found(BaseModel):
    person: PersonId


class PersonShown(BaseModel):
    """A person as recorded; names, numbers and how grave a disability is only with a purpose."""

    id: PersonId
    version: int
    born: date
    sex: str
    ethnicity: str | None
    died: date | None
    restricted: bool
    household: UUID | None
    categories: dict[Category, date]
    card_until: date | None = Field(description="last day of the disabled person's card; missing: none valid")
    enrolled: bool
    exited: date | None
    synthetic: bool
    name: str | None = None
    id_number: str | None = None
    telephone: str | None = None
    disability_grade: int | None = Field(default=None, description="of the card, 1 the gravest")


def router(runtime: Runtime, destroy_keys: erasure.KeyDestroyer) -> APIRouter:
    routes = APIRouter(prefix="/people", tags=["people"])

    @routes.post("", status_code=201)
    def register_person(request: Request, body: RegisterPerson, caller: Registrar) -> Written:
        """Register a person; 409 where the ID number belongs to somebody registered."""
        return act(
            request,
            runtime,
            caller,
            lambda register: register.register_person(_said(register, body), synthetic=body.synthetic),
        )

    @routes.post("/search")
    def search(request: Request, body: SearchPerson, caller: Registrar) -> Found:
        """Find a person by ID number. That it was looked for is recorded, found or not."""
        purpose = checked_purpose(body.purpose)

        def find(register: Register) -> PersonId | None:
            work = register.work
            person = register.with_number(given_id_number(body.id_number, work.today))
            work.record(work.service.own(work.around.district), LookedUp(purpose=purpose, person=person))
            return person

        found = ask(request, runtime, caller, find)
        if found is None:
            raise NotFound("未登记该身份证号。", "Nobody is registered with it.", field="id_number")
        return Found(person=found)

    @routes.get("/{id}")
    def show_person(
        request: Request, id: PersonId, caller: AnyCaller, purpose: Purpose = None
    ) -> PersonShown:
        """A person as recorded; with a purpose also name, ID number, telephone and the card's grade."""
        if purpose is not None:
            must_see_names(caller)
            checked_purpose(purpose)
        return ask(request, runtime, caller, lambda register: _show(register, caller, id, purpose))

    @routes.post("/{id}/corrections")
    def correct_person(request: Request, id: PersonId, body: CorrectPerson, caller: Registrar) -> Written:
        """What was recorded was wrong; nothing is recorded where nothing differs."""

        def decide(register: Register) -> PersonId:
            must_act_on_person(caller, register, id)
            register.correct_person(id, _said(register, body))
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/death")
    def death(request: Request, id: PersonId, body: RecordDeath, caller: Registrar) -> Written:
        """The person died: leaves the household, which goes on under another head or closes."""

        def decide(register: Register) -> PersonId:
            must_act_on_person(caller, register, id)
            register.die(id, body.on, body.new_head)
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/duplicates")
    def duplicates(request: Request, id: PersonId, body: MergePeople, caller: Registrar) -> Written:
        """Another registration is of this person: its household and categories become this one's."""

        def decide(register: Register) -> PersonId:
            must_act_on_person(caller, register, id, body.duplicate)
            register.merge_people(id, body.duplicate)
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/categories")
    def categorise(request: Request, id: PersonId, body: Categorise, caller: Registrar) -> Written:
        """The person belongs to a population from a day on; enrolment follows by itself."""

        def decide(register: Register) -> PersonId:
            must_act_on_person(caller, register, id)
            register.must_not_be_future(body.since)
            register.categorise(id, {body.category: body.since})
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/categories/{category}/end")
    def end_category(
        request: Request, id: PersonId, category: Category, body: EndCategory, caller: Registrar
    ) -> Written:
        """The person no longer belongs to a population from a day on."""

        def decide(register: Register) -> PersonId:
            must_act_on_person(caller, register, id)
            register.must_not_be_future(body.until, "until")
            register.end_category(id, category, body.until, body.reason)
            return id

        return act(request, runtime, caller, decide, (id, body.version))

    @routes.post("/{id}/erasure")
    def erase(
        request: Request,
        id: PersonId,
        body: EraseKeys,
        caller: Annotated[Caller, allow(Department.CIVIL_AFFAIRS)],
    ) -> Erasure:
        """Ask for the erasure of a person's keys; two different people have to. 409 while a duty to keep
        the data runs: the person is then restricted."""

        def decide(register: Register) -> Erasure:
            must_act_on_person(caller, register, id)
            status, since = erasure.ask(register.work, id, body.reason)
            return Erasure(status=status, since=since)

        answer = execute(request, runtime, caller, Erasure, lambda work: decide(Register(work)))
        if answer.status == "restricted":
            raise Conflict(
                "erasure-refused",
                "依法仍须保存该数据，已限制处理，暂不能删除。",
                "A duty to keep the data still runs: its processing is restricted, and it is not erased.",
                field="id",
            )
        if answer.status in ("erased", "was_erased"):  # of a crash before the keys went: now
            destroy_keys()
        return answer

    return routes


def _said(register: Register, body: RegisterPerson | CorrectPerson) -> Particulars:
    return Particulars(
        name=given_name(body.name) if body.name else None,
        id_number=given_id_number(body.id_number, register.work.today) if body.id_number else None,
        ethnicity=given_ethnicity(body.ethnicity) if body.ethnicity else None,
        telephone=given_telephone(body.telephone) if body.telephone else None,
    )


def _show(register: Register, caller: Caller, id: PersonId, purpose: str | None) -> PersonShown:
    id = register.survivor(id)
    person = register.person(id)
    person.must_be_known("id")
    must_act_on_person(caller, register, id)
    assert person.born is not None, "who is known was registered"
    name = id_number = telephone = grade = None
    card = person.card
    closed = card.grade if card else None
    if purpose is not None:
        name, id_number, telephone, grade = unseal(
            register.work, purpose, person.name, person.id_number, person.telephone, closed
        )
    return PersonShown(
        id=id,
        version=register.work.version(id),
        born=person.born,
        sex=person.sex,
        ethnicity=person.ethnicity,
        died=person.died,
        restricted=person.restricted,
        household=register.home(id),
        categories=dict(sorted(person.categories.items())),
        card_until=card.until if card else None,
        enrolled=person.announced is not None,
        exited=person.exited,
        synthetic=person.synthetic,
        name=name,
        id_number=id_number,
        telephone=telephone,
        disability_grade=None if grade is None else int(grade),
    )
