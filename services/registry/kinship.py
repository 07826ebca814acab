"""Who heads a household when its head goes, and what the others are to the new head.

A clerk may name the new head. Where nobody does (a death reported by another department), the rule is: the
spouse; else the eldest living member. A relation that cannot be told from the
two old ones becomes 99, other, for a clerk to correct.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from events.ids import PersonId
from events.registry import Member
from services.registry.model import HEAD, Household, Person

SPOUSE, SON, SON_IN_LAW, DAUGHTER, DAUGHTER_IN_LAW = "10", "20", "28", "30", "38"
GRANDCHILD, PARENT, GRANDPARENT, SIBLING, OTHER = "40", "50", "60", "70", "99"
_CHILDREN = (SON, DAUGHTER)

# (what the new head was to the old one, what the member was) → what the member is to the new head.
_SEEN_BY_SPOUSE = {one: one for one in (SON, DAUGHTER, SON_IN_LAW, DAUGHTER_IN_LAW, GRANDCHILD, PARENT)}
_SEEN_BY_CHILD = {SPOUSE: PARENT, SON: SIBLING, DAUGHTER: SIBLING, PARENT: GRANDPARENT}
_SEEN_BY_PARENT = {PARENT: SPOUSE, SON: GRANDCHILD, DAUGHTER: GRANDCHILD}
_SEEN_BY_SIBLING = {SIBLING: SIBLING, PARENT: PARENT, GRANDPARENT: GRANDPARENT}


def heir(
    household: Household, gone: Collection[PersonId], people: Mapping[PersonId, Person]
) -> PersonId | None:
    """Who heads the household without those gone; None where nobody living is left."""
    left = [one for one in household.members if one not in gone and people[one].living]
    if not left:
        return None

    return min(
        left, key=lambda one: (household.members[one] != SPOUSE, people[one].born or date.max, one.int)
    )


def related_to(new: PersonId, household: Household, people: Mapping[PersonId, Person]) -> tuple[Member, ...]:
    """Every member's relation to the new head."""
    was = household.members[new]
    return tuple(
        Member(person=one, relation=HEAD if one == new else _relation(one, was, household, people))
        for one in household.members
    )


def _relation(one: PersonId, was: str, household: Household, people: Mapping[PersonId, Person]) -> str:
    if one == household.head:
        return _former_head(was, people[one].sex)
    relation = household.members[one]
    if was == SPOUSE:
        return _SEEN_BY_SPOUSE.get(relation, OTHER)
    if was in _CHILDREN:
        return _SEEN_BY_CHILD.get(relation, OTHER)
    if was == PARENT:
        return _SEEN_BY_PARENT.get(relation, OTHER)
    if was == SIBLING:
        return _SEEN_BY_SIBLING.get(relation, OTHER)
    return OTHER


def _former_head(was: str, sex: str) -> str:
    """What the former head is to the new one."""
    if was == SPOUSE:
        return SPOUSE
    if was in _CHILDREN:
        return PARENT
    if was == PARENT:
        return DAUGHTER if sex == "2" else SON
    if was == SIBLING:
        return SIBLING
    if was == GRANDCHILD:
        return GRANDPARENT
    return OTHER
