"""Declarations of near relatives, step by step: each runs inside one decision and records what follows."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from events.base import Recorded
from events.ids import PersonId, StaffId
from events.registry import PeopleMerged
from events.staff import NearRelativeCorrected, NearRelativeDeclared, NearRelativeWithdrawn, Relation
from services.chassis.service import Shelf
from services.chassis.work import Work
from services.staff import keeping, relatives, steps
from services.staff.keeping import member_of

TOLD = "declaration-told"
"""Declaration → the event that told it last: what a correction corrects."""
MERGED = "merged"
"""Person registered twice → the one they are; of the registry."""


def declare(work: Work, staff: UUID, person: UUID, relation: Relation, since: date) -> NearRelativeDeclared:
    """A near relative in the register. That the person is registered is not asked here: who judges a family
    compares with its members, and an id of nobody ties nobody."""
    person = survivor(work, person)
    relatives.may_declare(member_of(work, staff), person, relation, since, work.today)
    id = StaffId.of(staff)
    fact = NearRelativeDeclared(
        declaration=work.around.ids.random(),
        staff=id,
        person=PersonId.of(person),
        relation=relation,
        since=since,
    )
    return work.record(id, fact, effective=since).data


def correct_declaration(
    work: Work, staff: UUID, declaration: UUID, person: UUID, relation: Relation, since: date
) -> NearRelativeCorrected:
    steps.must_be_another(work, staff, "declaration")
    person = survivor(work, person)
    relatives.may_correct(member_of(work, staff), str(declaration), person, relation, since, work.today)
    return _corrected(work, staff, declaration, person, relation, since, "error")


def withdraw_declaration(
    work: Work, staff: UUID, declaration: UUID, reason: Literal["ended", "error"], since: date
) -> NearRelativeWithdrawn:
    """Related no longer from `since` on, or, after an error, never."""
    steps.must_be_another(work, staff, "declaration")
    member = member_of(work, staff)
    relatives.may_withdraw(member, str(declaration), since, work.today)
    id = StaffId.of(staff)
    fact = NearRelativeWithdrawn(
        declaration=declaration,
        staff=id,
        person=PersonId.of(relatives.declared(member, str(declaration)).person),
        reason=reason,
        since=since,
    )
    return work.record(id, fact, effective=since, corrects=_told(work, declaration)).data


def follow_merge(work: Work, fact: Recorded[PeopleMerged]) -> None:
    """A person had been registered twice: what was declared of the duplicate is of the one they are."""
    duplicate, person = UUID(int=fact.data.duplicate.int), survivor(work, fact.data.person)
    for staff in work.fact(keeping.RELATED, duplicate) or ():
        for declaration, one in member_of(work, UUID(staff)).relatives.items():
            if one.person == duplicate:
                _corrected(work, UUID(staff), UUID(declaration), person, one.relation, one.since, "merged")


def survivor(work: Work, person: UUID) -> UUID:
    """The registration that a person goes on under."""
    while (into := work.fact(MERGED, person)) is not None:
        person = UUID(into)
    return UUID(int=person.int)


def _corrected(
    work: Work,
    staff: UUID,
    declaration: UUID,
    person: UUID,
    relation: Relation,
    since: date,
    reason: Literal["error", "merged"],
) -> NearRelativeCorrected:
    id = StaffId.of(staff)
    fact = NearRelativeCorrected(
        declaration=declaration,
        staff=id,
        person=PersonId.of(person),
        relation=relation,
        since=since,
        reason=reason,
    )
    return work.record(id, fact, effective=since, corrects=_told(work, declaration)).data


def keep_told(shelf: Shelf, fact: Recorded[NearRelativeDeclared | NearRelativeCorrected]) -> None:
    shelf.put(TOLD, fact.data.declaration, str(fact.envelope.id))


def keep_merged(shelf: Shelf, fact: Recorded[PeopleMerged]) -> None:
    shelf.put(MERGED, fact.data.duplicate, str(fact.data.person))


def _told(work: Work, declaration: UUID) -> UUID:
    return UUID(work.fact(TOLD, declaration))
