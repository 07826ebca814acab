"""Declarations of near relatives: who may be declared, and what ties a decider to a family. Pure.

〔2012〕220号 art. 14 and 2021 办法 art. 11: applications of near relatives of those who work on them, and of
members of village committees, are registered apart; whoever is related does not decide.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events.ids import PersonId
from events.staff import Relation
from services.chassis.refusal import Conflict, Malformed, NotFound
from services.staff.member import Member, Relative
from services.staff.model import EARLIEST, must_be_member


@dataclass(frozen=True, slots=True)
class Tie:
    """Why somebody is not independent of a family; `declaration` names what was declared."""

    staff: UUID
    person: PersonId
    relation: Relation
    declaration: UUID


def ties_of(staff: UUID, member: Member, people: Collection[UUID], day: date) -> tuple[Tie, ...]:
    """The near relatives of a member among some people on a day, themselves included; by declaration."""
    return tuple(
        Tie(staff, PersonId.of(one.person), one.relation, UUID(declaration))
        for declaration, one in sorted(member.relatives.items())
        if one.on(day) and one.person in people
    )


def may_declare(member: Member, person: UUID, relation: Relation, since: date, today: date) -> None:
    """A relation that is not declared yet; nobody is two people."""
    must_be_member(member)
    _must_be_past(since, today)
    _must_be_new(member, "", person, relation)


def may_correct(
    member: Member, declaration: str, person: UUID, relation: Relation, since: date, today: date
) -> None:
    found = declared(member, declaration)
    _must_be_past(since, today)
    if (found.person, found.relation, found.since) == (person, relation, since):
        raise Conflict("nothing-changes", "申报内容没有变化。", "Nothing differs from what was declared.")
    if found.until is not None and since > found.until:
        raise _backwards()
    _must_be_new(member, declaration, person, relation)


def may_withdraw(member: Member, declaration: str, since: date, today: date) -> None:
    found = declared(member, declaration)
    if found.until is not None:
        raise Conflict("relation-ended", "该关系已终止。", "It has ended already.", field="declaration")
    _must_be_past(since, today)
    if since < found.since:
        raise _backwards()


def declared(member: Member, declaration: str) -> Relative:
    must_be_member(member)
    if declaration not in member.relatives:
        raise NotFound("没有该申报。", "There is no such declaration.", field="declaration")
    return member.relatives[declaration]


def _must_be_new(member: Member, apart_from: str, person: UUID, relation: Relation) -> None:
    others = [one for id, one in member.relatives.items() if id != apart_from and one.until is None]
    if any(one.person == person for one in others):
        raise Conflict(
            "relative-declared", "已申报与此人的关系。", "This person is declared already.", field="person"
        )
    if relation is Relation.SELF and any(one.relation is Relation.SELF for one in others):
        raise Conflict(
            "self-declared", "本人在册身份已申报。", "They are somebody else already.", field="relation"
        )


def _must_be_past(day: date, today: date) -> None:
    if not EARLIEST.replace(year=1900) <= day <= today:
        raise Malformed(
            "day-out-of-range",
            "日期不得早于1900年，也不得晚于今天。",
            "A day since 1900, today at the latest.",
            field="since",
        )


def _backwards() -> Malformed:
    return Malformed(
        "until-before-since", "终止日期早于开始日期。", "It ends before it begins.", field="since"
    )
