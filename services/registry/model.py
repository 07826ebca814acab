"""What the facts of a person and of a household add up to. Pure: no time, no chance, no store.

Membership is told by the household's facts alone, so a person's state does not repeat it; who belongs where
is kept beside the log (`reactions.py`), where one person can have one household at the most.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from events import registry as facts
from events.ids import HouseholdId, PersonId
from events.registry import Category, Member
from events.sealed import Sealed
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, Malformed, NotFound

HEAD = "02"
"""GB/T 4761: the head of household."""


@dataclass(frozen=True, slots=True)
class Card:
    """What shows a disability: its last day, and its grade in a closed box."""

    until: date
    grade: Sealed | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `card`: of whoever is in the category of the disabled by a valid one. `announced`: the categories that
    were told last while enrolled; None: not enrolled."""

    born: date | None = None
    sex: facts.Sex = "0"
    ethnicity: str | None = None
    name: Sealed | None = None
    id_number: Sealed | None = None
    telephone: Sealed | None = None
    synthetic: bool = False
    died: date | None = None
    merged_into: PersonId | None = None
    erased: bool = False
    restricted: bool = False
    categories: dict[Category, date] = field(default_factory=dict)
    ended: dict[Category, date] = field(default_factory=dict)
    card: Card | None = None
    announced: tuple[Category, ...] | None = None
    enrolled_in: HouseholdId | None = None
    exited: date | None = None

    @property
    def living(self) -> bool:
        return self.born is not None and self.died is None and self.merged_into is None and not self.erased

    def must_be_known(self, where: str = "person") -> None:
        """Registered, not erased, and not another registration's duplicate."""
        if self.born is None or self.erased:
            raise NotFound("未登记此人。", "No such person is registered.", field=where)
        if self.merged_into is not None:
            raise Conflict(
                "person-merged",
                "该登记已并入同一人的另一登记。",
                "This registration was merged into another of the same person.",
                field=where,
            )

    def must_be_living(self, where: str = "person") -> None:
        self.must_be_known(where)
        if self.died is not None:
            raise Conflict("person-dead", "此人已登记死亡。", "This person is recorded as dead.", field=where)

    def must_be_born_by(self, day: date, where: str) -> None:
        if self.born is not None and day < self.born:
            raise Malformed(
                "before-birth", "日期早于出生日期。", "The date lies before the day of birth.", field=where
            )


@dataclass(frozen=True, slots=True)
class Household:
    """A family living together. `members` maps each to the relation to the head; empty once closed. `lived`: all who
    ever did."""

    known: bool = False
    number: str | None = None
    head: PersonId | None = None
    members: dict[PersonId, str] = field(default_factory=dict)
    township: str = ""
    village: str = ""
    address: Sealed | None = None
    closed: str | None = None
    lived: frozenset[PersonId] = frozenset()

    @property
    def people(self) -> tuple[PersonId, ...]:
        return tuple(self.members)

    def must_be_known(self, where: str = "household") -> None:
        if not self.known:
            raise NotFound("未登记该户。", "No such household is registered.", field=where)

    def must_be_open(self, where: str = "household") -> None:
        self.must_be_known(where)
        if self.closed is not None:
            raise Conflict("household-closed", "该户已销户。", "This household is closed.", field=where)

    def must_have(self, person: PersonId, where: str = "person") -> None:
        if person not in self.members:
            raise Conflict(
                "not-a-member",
                "此人不是该户成员。",
                "This person is no member of the household.",
                field=where,
            )

    def related(self, changed: tuple[Member, ...]) -> dict[PersonId, str]:
        """The members with the relations named in `changed`; who is no member is passed over."""
        new = {member.person: member.relation for member in changed}
        return {person: new.get(person, relation) for person, relation in self.members.items()}


def must_not_be_future(day: date, today: date, where: str) -> None:
    if day > today:
        raise Malformed("date-in-future", "日期不得晚于今天。", "The date lies in the future.", field=where)


person = Fold(Person())
household = Fold(Household())


@person.on(facts.PersonRegistered)
def _(state: Person, fact: facts.PersonRegistered) -> Person:
    return replace(
        state, born=fact.born, sex=fact.sex, ethnicity=fact.ethnicity, name=fact.name,
        id_number=fact.id_number, telephone=fact.telephone, synthetic=fact.synthetic,
    )  # fmt: skip


@person.on(facts.PersonCorrected)
def _(state: Person, fact: facts.PersonCorrected) -> Person:
    return replace(
        state,
        born=fact.born or state.born,
        sex=fact.sex or state.sex,
        ethnicity=fact.ethnicity or state.ethnicity,
        name=fact.name or state.name,
        id_number=fact.id_number or state.id_number,
        telephone=fact.telephone or state.telephone,
    )


@person.on(facts.PeopleMerged)
def _(state: Person, fact: facts.PeopleMerged) -> Person:
    return replace(state, merged_into=fact.person)


@person.on(facts.Died)
def _(state: Person, fact: facts.Died) -> Person:
    return replace(state, died=fact.on)


@person.on(facts.Categorised)
def _(state: Person, fact: facts.Categorised) -> Person:
    card = state.card if fact.until is None else Card(fact.until, fact.grade)
    return replace(state, categories=state.categories | {fact.category: fact.since}, card=card)


@person.on(facts.CategoryEnded)
def _(state: Person, fact: facts.CategoryEnded) -> Person:
    held = {category: since for category, since in state.categories.items() if category != fact.category}
    card = None if fact.category is Category.DISABLED else state.card
    return replace(state, categories=held, ended=state.ended | {fact.category: fact.until}, card=card)


@person.on(facts.Enrolled)
def _(state: Person, fact: facts.Enrolled) -> Person:
    return replace(state, announced=fact.categories, enrolled_in=fact.household, exited=None)


@person.on(facts.Recategorised)
def _(state: Person, fact: facts.Recategorised) -> Person:
    return replace(state, announced=fact.categories, enrolled_in=fact.household)


@person.on(facts.Exited)
def _(state: Person, fact: facts.Exited) -> Person:
    return replace(state, announced=None, exited=fact.since)


@person.on(facts.Restricted)
def _(state: Person, fact: facts.Restricted) -> Person:
    return replace(state, restricted=True)


@person.on(facts.Erased)
def _(state: Person, fact: facts.Erased) -> Person:
    return replace(state, erased=True)


@household.on(facts.HouseholdRegistered)
def _(state: Household, fact: facts.HouseholdRegistered) -> Household:
    return Household(
        known=True,
        number=fact.number,
        head=fact.head,
        members={member.person: member.relation for member in fact.members},
        township=fact.township,
        village=fact.village,
        address=fact.address,
        lived=frozenset(member.person for member in fact.members),
    )


@household.on(facts.HouseholdCorrected)
def _(state: Household, fact: facts.HouseholdCorrected) -> Household:
    return replace(
        state,
        members=state.related(fact.relations),
        township=fact.township or state.township,
        village=fact.village or state.village,
        address=fact.address or state.address,
    )


@household.on(facts.MemberJoined)
def _(state: Household, fact: facts.MemberJoined) -> Household:
    return _with(state, {fact.person: fact.relation})


@household.on(facts.MemberLeft)
def _(state: Household, fact: facts.MemberLeft) -> Household:
    return _without(state, {fact.person})


@household.on(facts.HeadChanged)
def _(state: Household, fact: facts.HeadChanged) -> Household:
    return replace(state, head=fact.head, members=state.related(fact.relations))


@household.on(facts.HouseholdSplit)
def _(state: Household, fact: facts.HouseholdSplit) -> Household:
    return _without(state, set(fact.members))


@household.on(facts.HouseholdsMerged)
def _(state: Household, fact: facts.HouseholdsMerged) -> Household:
    came = {member.person: member.relation for member in fact.members}
    return _with(state, came)


@household.on(facts.HouseholdMoved)
def _(state: Household, fact: facts.HouseholdMoved) -> Household:
    return replace(state, township=fact.township, village=fact.village, address=fact.address or state.address)


@household.on(facts.HouseholdMovedAway)
def _(state: Household, fact: facts.HouseholdMovedAway) -> Household:
    return replace(state, head=None, members={})


@household.on(facts.HouseholdClosed)
def _(state: Household, fact: facts.HouseholdClosed) -> Household:
    return replace(state, head=None, members={}, closed=fact.reason)


def _with(state: Household, came: dict[PersonId, str]) -> Household:
    return replace(state, members=state.members | came, lived=state.lived | came.keys())


def _without(state: Household, gone: set[PersonId]) -> Household:
    left = {member: relation for member, relation in state.members.items() if member not in gone}
    return replace(state, members=left, head=None if state.head in gone else state.head)
