"""States of people, households, cases, townships and funds, put together from what each look finds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events import assistance as a
from events import registry as r
from services.history.asof.case import CASE, RUNNING, Case, CaseState, shown
from services.history.asof.fund import FUND, FundState
from services.history.asof.household import HOUSEHOLD, Place
from services.history.asof.looking import Look
from services.history.asof.person import PERSON, Home, Identity, Living, home_of, identity_of
from services.history.asof.placing import Placed

PEOPLE_TYPES = PERSON.types | CASE.types
HOUSEHOLD_TYPES = HOUSEHOLD.types | PERSON.types | CASE.types
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Belonging:
    category: str
    since: date


@dataclass(frozen=True, slots=True)
class PersonState:
    """`same`: ids of registrations merged into this one. `cases`: those that cover the person."""

    id: UUID
    same: tuple[UUID, ...]
    identity: Identity | None
    alive: bool
    died: date | None
    home: Home | None
    categories: tuple[Belonging, ...]
    enrolled: date | None
    restricted: bool
    erased: bool
    cases: tuple[CaseState, ...]


@dataclass(frozen=True, slots=True)
class MemberState:
    person: UUID
    relation: str
    since: date


@dataclass(frozen=True, slots=True)
class HouseholdState:
    """`closed`: code of the reason, empty while it is open."""

    id: UUID
    since: date | None
    township: str
    village: str
    head: UUID | None
    members: tuple[MemberState, ...]
    closed: str
    closed_on: date | None
    cases: tuple[CaseState, ...]


@dataclass(frozen=True, slots=True)
class Running:
    programme: str
    cases: int


@dataclass(frozen=True, slots=True)
class Paid:
    """What was granted for a month to cases that were in the township then; in fen."""

    month: str
    programme: str
    cases: int
    amount_fen: int
    illustrative: bool


@dataclass(frozen=True, slots=True)
class TownshipState:
    """Open households and the people living in them, cases before their decision or granted, months paid."""

    code: str
    households: int
    people: int
    running: tuple[Running, ...]
    months: tuple[Paid, ...]


State = PersonState | HouseholdState | CaseState | TownshipState | FundState


@dataclass(frozen=True, slots=True)
class _Person:
    survivor: UUID
    ids: tuple[UUID, ...]
    living: Living
    cases: frozenset[UUID]
    counted: int

    @property
    def home(self) -> Home | None:
        return home_of(self.living, self.survivor)


def person(look: Look, id: UUID) -> PersonState | None:
    [one] = _people(look, [id])
    found = _cases(look, one.cases)
    cases = [case for case in found if not {*case.members}.isdisjoint(one.ids)]
    if not one.counted and not cases:
        return None
    living = one.living
    return PersonState(
        id=one.survivor,
        same=one.ids[1:],
        identity=identity_of(living, one.survivor),
        alive=living.died is None,
        died=living.died,
        home=one.home,
        categories=tuple(Belonging(name, since) for name, since in sorted(living.categories.items())),
        enrolled=living.enrolled,
        restricted=living.restricted,
        erased=living.erased,
        cases=_sorted(cases),
    )


def household(look: Look, id: UUID) -> HouseholdState | None:
    return next(_households(look, [id]), None)


def case(look: Look, id: UUID) -> CaseState | None:
    return next(iter(_cases(look, [id])), None)


def fund(look: Look, id: UUID) -> FundState | None:
    """None before anything is recorded in the book."""
    counting = look.of([id], look.facts([id], FUND.types, own=True))
    return FUND.fold(FundState(id), counting) if counting else None


def township(look: Look, code: str) -> TownshipState | None:
    """None where no household known ever lived there."""
    candidates = [
        UUID(bytes=bytes(home))
        for home, position in look.session.execute(
            f"SELECT household, min(position) FROM residence_{look.generation} WHERE township = ?"
            " GROUP BY household ORDER BY household",
            (code,),
        )
    ]
    households, people, seen = 0, 0, set[UUID]()
    running: Counter[str] = Counter()
    sums: dict[tuple[str, str], Paid] = {}
    for start in range(0, len(candidates), AT_ONCE):
        look.forget()
        for home in _households(look, candidates[start : start + AT_ONCE]):
            if home.township == code and not home.closed:
                households += 1
                people += len(home.members)
            for one in home.cases:
                if one.id in seen:
                    continue
                seen.add(one.id)
                running[one.programme] += one.stage in RUNNING and one.township == code
                for month in one.paid:
                    if month.township == code:
                        key = month.month, one.programme
                        sums[key] = _add(sums.get(key), key, month.amount_fen, month.illustrative)
    if not households and not sums and not +running:
        return None
    return TownshipState(
        code,
        households,
        people,
        tuple(Running(programme, cases) for programme, cases in sorted((+running).items())),
        tuple(paid for _, paid in sorted(sums.items())),
    )


def _add(before: Paid | None, key: tuple[str, str], amount_fen: int, illustrative: bool) -> Paid:
    if before is None:
        return Paid(*key, 1, amount_fen, illustrative)
    return Paid(*key, before.cases + 1, before.amount_fen + amount_fen, before.illustrative or illustrative)


def _people(look: Look, ids: Iterable[UUID]) -> list[_Person]:
    groups = look.groups(ids)
    facts = look.facts([id for same in groups.values() for id in same], PEOPLE_TYPES)
    found = []
    for survivor, same in groups.items():
        counting = look.of(same, facts)
        living = PERSON.fold(Living(frozenset(same)), counting)
        counted = sum(not isinstance(one.fact, a.CaseFact) for one in counting)
        found.append(_Person(survivor, same, living, _named(f for id in same for f in facts[id]), counted))
    return found


def _households(look: Look, ids: Sequence[UUID]) -> Iterator[HouseholdState]:
    """Those of which anything counts on the day; with all of their cases."""
    facts = look.facts(ids, HOUSEHOLD_TYPES)
    people = _people(look, {one for id in ids for one in _ever_in(id, facts[id])})
    members: defaultdict[UUID, list[MemberState]] = defaultdict(list)
    for one in people:
        if (home := one.home) is not None:
            members[home.household].append(MemberState(one.survivor, home.relation, home.since))
    cases: defaultdict[UUID, list[CaseState]] = defaultdict(list)
    for of in _cases(look, {named for id in ids for named in _named(facts[id])}):
        if of.household is not None:
            cases[of.household].append(of)
    for id in ids:
        counting = [one for one in look.of([id], facts) if not isinstance(one.fact, a.CaseFact)]
        if not counting and not cases[id]:
            continue
        place = HOUSEHOLD.fold(Place(id), counting)
        lives = tuple(sorted(members[id], key=lambda one: (one.since, one.person)))
        yield HouseholdState(
            id, place.since, place.township, place.village, place.head, lives, place.closed,
            place.closed_on, _sorted(cases[id]),
        )  # fmt: skip


def _ever_in(id: UUID, facts: Iterable[Placed]) -> Iterator[UUID]:
    """Whoever is said to have belonged to the household; a superset of those who do on the day."""
    for placed in facts:
        match placed.fact:
            case r.HouseholdRegistered(household=home, members=members) if home == id:
                yield from (member.person for member in members)
            case r.HouseholdsMerged(household=home, members=members) if home == id:
                yield from (member.person for member in members)
            case r.HouseholdSplit(into=home, members=people) if home == id:
                yield from people
            case r.MemberJoined(household=home, person=one) if home == id:
                yield one


def _named(facts: Iterable[Placed]) -> frozenset[UUID]:
    return frozenset(one.fact.case for one in facts if isinstance(one.fact, a.CaseFact))


def _cases(look: Look, ids: Iterable[UUID]) -> list[CaseState]:
    """Those that have begun by the day."""
    wanted = list(dict.fromkeys(ids))
    facts = look.facts(wanted, CASE.types, own=True) if wanted else {}
    folded = [CASE.fold(Case(id), look.of([id], facts)) for id in wanted]
    return [shown(case) for case in folded if case.stage]


def _sorted(cases: Iterable[CaseState]) -> tuple[CaseState, ...]:
    return tuple(sorted(cases, key=lambda one: (one.applied or date.min, one.id)))
