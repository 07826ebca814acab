"""Decisions on households: pure functions from what is recorded to the facts that follow, or a refusal.

Each takes a `Family`, the household and its members as they are, and gives facts with the stream each is
recorded in. What every one of them keeps: exactly one living head while there are members, nobody in two
households, nobody dead or merged among those who join.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from events import registry as facts
from events.base import Event
from events.ids import HouseholdId, Identifier, PersonId
from events.registry import Member
from events.sealed import Sealed
from services.chassis.refusal import Conflict, Malformed
from services.registry.kinship import heir, related_to
from services.registry.model import HEAD, Household, Person, must_not_be_future

Facts = list[tuple[Identifier, Event]]


@dataclass(frozen=True, slots=True)
class Family:
    """A household, its members, and today. `people` may hold more than the members: those to join."""

    id: HouseholdId
    household: Household
    people: Mapping[PersonId, Person]
    today: date

    def must_be_dated(self, day: date, people: Iterable[PersonId], where: str = "since") -> None:
        must_not_be_future(day, self.today, where)
        for person in people:
            self.people[person].must_be_born_by(day, where)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is to belong to a household, and where they belong now."""

    person: PersonId
    relation: str
    household: HouseholdId | None

    def must_be_free(self, where: str) -> None:
        if self.household is not None:
            raise Conflict(
                "member-of-another-household",
                "此人已是另一户的成员，须先迁出。",
                "This person is a member of a household already and has to leave it first.",
                field=where,
            )


def register(
    family: Family,
    head: PersonId,
    newcomers: Sequence[Newcomer],
    place: tuple[str, str],
    since: date,
    *,
    address: Sealed | None = None,
    number: str | None = None,
) -> Facts:
    """A family is registered. Its head is one of the newcomers."""
    _must_be_once([one.person for one in newcomers])
    if head not in [one.person for one in newcomers]:
        raise Malformed(
            "head-not-a-member",
            "户主须是家庭成员之一。",
            "The head has to be one of the members.",
            field="head",
        )
    for index, one in enumerate(newcomers):
        where = f"members.{index}.person"
        family.people[one.person].must_be_living(where)
        one.must_be_free(where)
    must_not_be_future(since, family.today, "since")
    family.people[head].must_be_born_by(since, "since")
    members = tuple(
        Member(person=one.person, relation=HEAD if one.person == head else one.relation) for one in newcomers
    )
    return [
        (
            family.id,
            facts.HouseholdRegistered(
                household=family.id, number=number, head=head, members=members,
                township=place[0], village=place[1], address=address, since=since,
            ),
        )
    ]  # fmt: skip


def join(family: Family, one: Newcomer, since: date, reason: str) -> Facts:
    family.household.must_be_open()
    family.people[one.person].must_be_living()
    one.must_be_free("person")
    family.must_be_dated(since, [one.person])
    fact = facts.MemberJoined(
        household=family.id, person=one.person, relation=one.relation, since=since, reason=reason
    )
    return [(family.id, fact)]


def leave(family: Family, person: PersonId, since: date, reason: str, new_head: PersonId | None) -> Facts:
    """A member leaves; the household closes behind its last one."""
    family.household.must_be_open()
    family.household.must_have(person)
    family.must_be_dated(since, [person])
    left = facts.MemberLeft(household=family.id, person=person, since=since, reason=reason)
    return [
        *_succession(family, {person}, since, new_head),
        (family.id, left),
        *_last(family, {person}, since),
    ]


def change_head(family: Family, head: PersonId, since: date, relations: Sequence[Member] = ()) -> Facts:
    """Another member heads the household; relations that are not given follow from the old ones."""
    home = family.household
    home.must_be_open()
    home.must_have(head, "head")
    family.people[head].must_be_living("head")
    if home.head == head:
        raise Conflict(
            "already-head",
            "此人已是户主。",
            "This person heads the household already.",
            field="head",
        )
    _must_be_once([one.person for one in relations])
    for one in relations:
        home.must_have(one.person, "relations")
    family.must_be_dated(since, [head])
    return _new_head(family, head, since, {one.person: one.relation for one in relations})


def split(
    family: Family,
    into: HouseholdId,
    head: PersonId,
    leaving: Sequence[Member],
    since: date,
    *,
    new_head: PersonId | None = None,
    place: tuple[str, str] | None = None,
    address: Sealed | None = None,
) -> Facts:
    """Some members form a household under `head`; who stays is headed by `new_head` where the head leaves."""
    home = family.household
    home.must_be_open()
    gone = [one.person for one in leaving]
    _must_be_once(gone)
    for index, person in enumerate(gone):
        home.must_have(person, f"members.{index}.person")
        family.people[person].must_be_living(f"members.{index}.person")
    if len(gone) == len(home.members):
        raise Conflict(
            "nobody-would-stay",
            "分户后原户须有成员。",
            "Somebody has to stay in the household.",
            field="members",
        )
    must_not_be_future(since, family.today, "since")
    parted = facts.HouseholdSplit(household=family.id, into=into, members=tuple(gone), since=since)
    founding = Family(into, Household(), family.people, family.today)
    newcomers = [Newcomer(one.person, one.relation, None) for one in leaving]
    return [
        *_succession(family, set(gone), since, new_head),
        (family.id, parted),
        *register(founding, head, newcomers, place or (home.township, home.village), since, address=address),
    ]


def merge(family: Family, absorbed: Family, since: date, relations: Sequence[Member] = ()) -> Facts:
    """All members of `absorbed` now belong to this household; relations not given are 99, other."""
    family.household.must_be_open()
    absorbed.household.must_be_open("absorbed")
    if family.id == absorbed.id:
        raise Malformed("same-household", "两户相同。", "The two households are one.", field="absorbed")
    _must_be_once([one.person for one in relations])
    for one in relations:
        absorbed.household.must_have(one.person, "relations")
    given = {one.person: one.relation for one in relations}
    if HEAD in given.values():
        raise _second_head()
    must_not_be_future(since, family.today, "since")
    came = tuple(Member(person=one, relation=given.get(one, "99")) for one in absorbed.household.members)
    return [
        (
            family.id,
            facts.HouseholdsMerged(household=family.id, absorbed=absorbed.id, members=came, since=since),
        ),
        (absorbed.id, facts.HouseholdClosed(household=absorbed.id, reason="merged", since=since)),
    ]


def move(family: Family, place: tuple[str, str], since: date, address: Sealed | None = None) -> Facts:
    home = family.household
    home.must_be_open()
    must_not_be_future(since, family.today, "since")
    moved = facts.HouseholdMoved(
        household=family.id, members=home.people, township=place[0], village=place[1],
        address=address, since=since,
    )  # fmt: skip
    return [(family.id, moved)]


def move_away(family: Family, since: date) -> Facts:
    """The family leaves the district; should it return, it is registered anew with the same people."""
    home = family.household
    home.must_be_open()
    must_not_be_future(since, family.today, "since")
    return [
        (
            family.id,
            facts.HouseholdMovedAway(household=family.id, members=home.people, since=since),
        ),
        (family.id, facts.HouseholdClosed(household=family.id, reason="moved_away", since=since)),
    ]


def close(family: Family, since: date) -> Facts:
    """The household was registered in error; its people stay registered, without a household."""
    home = family.household
    home.must_be_open()
    must_not_be_future(since, family.today, "since")
    left: Facts = [
        (family.id, facts.MemberLeft(household=family.id, person=one, since=since, reason="other"))
        for one in home.members
    ]
    return [*left, (family.id, facts.HouseholdClosed(household=family.id, reason="error", since=since))]


def _succession(family: Family, gone: Collection[PersonId], since: date, chosen: PersonId | None) -> Facts:
    """The change of head that is needed before these go; a head chosen for no need is refused."""
    home = family.household
    if chosen is not None:
        home.must_have(chosen, "new_head")
        if chosen in gone or home.head not in gone:
            raise Malformed(
                "new-head-not-needed",
                "只有户主离开时才指定新户主，且新户主须留在户内。",
                "A new head is named only where the head goes, from those who stay.",
                field="new_head",
            )
        family.people[chosen].must_be_living("new_head")
    if home.head not in gone:
        return []
    new = chosen or heir(home, gone, family.people)
    return [] if new is None else _new_head(family, new, since, {})


def _new_head(family: Family, head: PersonId, since: date, given: Mapping[PersonId, str]) -> Facts:
    home = family.household
    if any(relation == HEAD for one, relation in given.items() if one != head):
        raise _second_head()
    assert home.head is not None, "an open household has a head"
    relations = tuple(
        Member(
            person=one.person, relation=given.get(one.person, one.relation) if one.person != head else HEAD
        )
        for one in related_to(head, home, family.people)
    )
    fact = facts.HeadChanged(
        household=family.id, head=head, former=home.head, relations=relations, since=since
    )
    return [(family.id, fact)]


def _last(family: Family, gone: Collection[PersonId], since: date) -> Facts:
    if any(one not in gone for one in family.household.members):
        return []
    return [(family.id, facts.HouseholdClosed(household=family.id, reason="nobody_left", since=since))]


def _must_be_once(people: Sequence[PersonId]) -> None:
    if len(set(people)) < len(people):
        raise Malformed("person-twice", "同一人出现两次。", "One person is named twice.", field="members")


def _second_head() -> Malformed:
    return Malformed(
        "second-head", "一户只能有一名户主。", "A household has one head only.", field="relations"
    )
