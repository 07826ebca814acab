"""A person as of a day: what identity is on record, where they live, categories, whether alive.

One person may stand in the log under several ids. What was told under a duplicate's belongs to the survivor
from the moment the merger is known, for all days; the survivor's own home and identity come first.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from events import registry as r
from events.ids import HouseholdId, PersonId
from services.history.asof.placing import Placed
from services.history.asof.shape import Shape

SEALED = ("name", "id_number", "telephone")


@dataclass(frozen=True, slots=True)
class Identity:
    """`sealed`: which sealed texts are on record; never what they say."""

    sex: str
    born: date
    ethnicity: str | None
    sealed: tuple[str, ...]
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Home:
    household: UUID
    relation: str
    since: date


@dataclass(frozen=True, slots=True)
class Living:
    """While it is folded: by registration, and for the person as a whole."""

    ids: frozenset[UUID]
    identities: dict[UUID, Identity] = field(default_factory=dict)
    homes: dict[UUID, Home] = field(default_factory=dict)
    categories: dict[str, date] = field(default_factory=dict)
    enrolled: date | None = None
    died: date | None = None
    restricted: bool = False
    erased: bool = False


PERSON: Shape[Living] = Shape()


@PERSON.on(r.PersonRegistered)
def _registered(one: Living, fact: r.PersonRegistered, placed: Placed) -> Living:
    sealed = tuple(name for name in SEALED if getattr(fact, name) is not None)
    identity = Identity(fact.sex, fact.born, fact.ethnicity, sealed, fact.synthetic)
    return replace(one, identities={**one.identities, fact.person: identity})


@PERSON.on(r.PersonCorrected)
def _corrected(one: Living, fact: r.PersonCorrected, placed: Placed) -> Living:
    known = one.identities.get(fact.person)
    if known is None:
        return one
    sealed = tuple(name for name in SEALED if name in known.sealed or getattr(fact, name) is not None)
    identity = replace(
        known,
        sex=fact.sex or known.sex,
        born=fact.born or known.born,
        ethnicity=fact.ethnicity or known.ethnicity,
        sealed=sealed,
    )
    return replace(one, identities={**one.identities, fact.person: identity})


@PERSON.on(r.HouseholdRegistered)
def _founded(one: Living, fact: r.HouseholdRegistered, placed: Placed) -> Living:
    for member in fact.members:
        one = _settle(one, member.person, fact.household, member.relation, fact.since)
    return one


@PERSON.on(r.MemberJoined)
def _joined(one: Living, fact: r.MemberJoined, placed: Placed) -> Living:
    return _settle(one, fact.person, fact.household, fact.relation, fact.since)


@PERSON.on(r.HouseholdSplit)
def _split(one: Living, fact: r.HouseholdSplit, placed: Placed) -> Living:
    for person in fact.members:
        home = one.homes.get(person)
        if home is None or home.household != fact.into:  # the new household's own registration says more
            one = _settle(one, person, fact.into, "", fact.since)
    return one


@PERSON.on(r.HouseholdsMerged)
def _merged(one: Living, fact: r.HouseholdsMerged, placed: Placed) -> Living:
    for member in fact.members:
        one = _settle(one, member.person, fact.household, member.relation, fact.since)
    return one


@PERSON.on(r.MemberLeft)
def _left(one: Living, fact: r.MemberLeft, placed: Placed) -> Living:
    home = one.homes.get(fact.person)
    if home is None or home.household != fact.household:
        return one
    return replace(one, homes={id: home for id, home in one.homes.items() if id != fact.person})


@PERSON.on(r.HeadChanged)
def _headed(one: Living, fact: r.HeadChanged, placed: Placed) -> Living:
    return _related(one, fact.household, fact.relations)


@PERSON.on(r.HouseholdCorrected)
def _household_corrected(one: Living, fact: r.HouseholdCorrected, placed: Placed) -> Living:
    return _related(one, fact.household, fact.relations)


def _related(one: Living, household: HouseholdId, relations: tuple[r.Member, ...]) -> Living:
    homes = dict(one.homes)
    for member in relations:
        home = homes.get(member.person)
        if home is not None and home.household == household:
            homes[member.person] = replace(home, relation=member.relation)
    return replace(one, homes=homes)


def _settle(one: Living, person: PersonId, household: HouseholdId, relation: str, since: date) -> Living:
    if person not in one.ids:
        return one
    return replace(one, homes={**one.homes, person: Home(household, relation, since)})


@PERSON.on(r.Died)
def _died(one: Living, fact: r.Died, placed: Placed) -> Living:
    return replace(one, died=fact.on, homes={})


@PERSON.on(r.Categorised)
def _categorised(one: Living, fact: r.Categorised, placed: Placed) -> Living:
    return replace(one, categories={**one.categories, fact.category.value: fact.since})


@PERSON.on(r.CategoryEnded)
def _category_ended(one: Living, fact: r.CategoryEnded, placed: Placed) -> Living:
    ended = fact.category.value
    return replace(one, categories={name: day for name, day in one.categories.items() if name != ended})


@PERSON.on(r.Enrolled)
def _enrolled(one: Living, fact: r.Enrolled, placed: Placed) -> Living:
    return replace(one, enrolled=fact.since)


@PERSON.on(r.Exited)
def _exited(one: Living, fact: r.Exited, placed: Placed) -> Living:
    return replace(one, enrolled=None)


@PERSON.on(r.Restricted)
def _restricted(one: Living, fact: r.Restricted, placed: Placed) -> Living:
    return replace(one, restricted=True)


@PERSON.on(r.Erased)
def _erased(one: Living, fact: r.Erased, placed: Placed) -> Living:
    return replace(one, erased=True)


def home_of(one: Living, survivor: UUID) -> Home | None:
    """The survivor's own; else the one moved to last under a duplicate's id."""
    own = one.homes.get(survivor)
    others = sorted(one.homes.items(), key=lambda item: (item[1].since, item[0]))
    return own or (others[-1][1] if others else None)


def identity_of(one: Living, survivor: UUID) -> Identity | None:
    own = one.identities.get(survivor)
    others = [identity for _, identity in sorted(one.identities.items())]
    return own or next(iter(others), None)
