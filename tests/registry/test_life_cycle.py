"""Any sequence of changes keeps what must hold of households, replaying the log gives the same state, and whoever listens
to the registry knows the same of people and households."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from events.ids import CaseId, HouseholdId, PersonId, parse_subject
from events.registry import Category, Member
from services import registry
from services.chassis.refusal import Refused
from services.chassis.service import Service
from services.chassis.work import Work
from services.registry import keeping, model
from services.registry.acts import Place
from services.registry.people import Particulars
from tests.registry.given import (
    NEXT_VILLAGE,
    TODAY,
    TOWNSHIP,
    Office,
    said,
)
from tests.support import District, speaker

KEPT = (Category.MARGIN, Category.REGISTERED_POOR)
PICK = st.integers(0, 1_000)
RELATION = st.sampled_from(["10", "20", "30", "40", "50", "70", "99"])


def listener() -> Service:
    """It keeps of the registry whatever can be kept."""
    service = Service("listener", listens=("registry",))
    keeping.keep_people(service)
    keeping.keep_births(service)
    keeping.keep_numbers(service)
    for category in KEPT:
        keeping.keep_category(service, category)
    return service


class LifeCycle(RuleBasedStateMachine):
    """Asks for anything, sensible or not; a refusal must leave everything as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        services = [registry.SERVICE, speaker("living", CaseId), listener()]
        self.office = Office(District(Path(self.folder.name), services))
        self.people: list[PersonId] = []
        self.households: list[HouseholdId] = []

    @initialize()
    def some_families(self) -> None:
        self.people = [self.office.person(n) for n in range(1, 8)]
        self.households = [
            self.office.household(self.people[:3], ["10", "20"]),
            self.office.household(self.people[3:5], ["50"]),
        ]

    def ask(self, act: Any) -> Any:
        try:
            return self.office.decide(act)
        except Refused:
            return None

    def one(self, pick: int) -> PersonId:
        return self.people[pick % len(self.people)]

    def home(self, pick: int) -> HouseholdId:
        return self.households[pick % len(self.households)]

    @precondition(lambda self: len(self.people) < 14)
    @rule()
    def register_person(self) -> None:
        self.people.append(self.office.person(len(self.people) + 1))

    @rule(picks=st.lists(PICK, min_size=1, max_size=3), relation=RELATION)
    def register_household(self, picks: list[int], relation: str) -> None:
        people = [self.one(pick) for pick in picks]
        with contextlib.suppress(Refused):
            self.households.append(self.office.household(people, [relation] * len(people)))

    @rule(home=PICK, person=PICK, relation=RELATION)
    def join(self, home: int, person: int, relation: str) -> None:
        self.ask(lambda r: r.join(self.home(home), self.one(person), relation, TODAY, "other"))

    @rule(home=PICK, person=PICK, heir=st.none() | PICK)
    def leave(self, home: int, person: int, heir: int | None) -> None:
        new_head = None if heir is None else self.one(heir)
        self.ask(lambda r: r.leave(self.home(home), self.one(person), TODAY, "other", new_head))

    @rule(home=PICK, person=PICK)
    def change_head(self, home: int, person: int) -> None:
        self.ask(lambda r: r.change_head(self.home(home), self.one(person), TODAY))

    @rule(home=PICK, picks=st.lists(PICK, min_size=1, max_size=3))
    def split(self, home: int, picks: list[int]) -> None:
        leaving = [Member(person=self.one(pick), relation="99") for pick in picks]
        into = self.ask(lambda r: r.split(self.home(home), leaving[0].person, leaving, TODAY))
        if into is not None:
            self.households.append(into)

    @rule(home=PICK, other=PICK)
    def merge(self, home: int, other: int) -> None:
        self.ask(lambda r: r.merge_households(self.home(home), self.home(other), TODAY))

    @rule(home=PICK)
    def move(self, home: int) -> None:
        self.ask(lambda r: r.move(self.home(home), Place(TOWNSHIP, NEXT_VILLAGE), TODAY, "二组"))

    @rule(home=PICK, pick=st.integers(0, 5))
    def end(self, home: int, pick: int) -> None:
        # Rarely: else nothing is left to happen.
        if pick == 0:
            self.ask(lambda r: r.move_away(self.home(home), TODAY))
        elif pick == 1:
            self.ask(lambda r: r.close(self.home(home), TODAY))

    @rule(person=PICK)
    def die(self, person: int) -> None:
        self.ask(lambda r: r.die(self.one(person), TODAY))

    @rule(person=PICK, other=PICK)
    def merge_people(self, person: int, other: int) -> None:
        self.ask(lambda r: r.merge_people(self.one(person), self.one(other)))

    @rule(person=PICK, n=st.integers(15, 40))
    def correct(self, person: int, n: int) -> None:
        self.ask(lambda r: r.correct_person(self.one(person), Particulars(id_number=said(n).id_number)))

    @rule(person=PICK, category=st.sampled_from(Category))
    def categorise(self, person: int, category: Category) -> None:
        self.ask(lambda r: r.categorise(self.one(person), {category: TODAY}))

    @rule(person=PICK, category=st.sampled_from(Category))
    def end_category(self, person: int, category: Category) -> None:
        self.ask(lambda r: r.end_category(self.one(person), category, TODAY, "other"))

    @invariant()
    def every_household_with_members_has_one_living_head(self) -> None:
        def check(register: Any) -> None:
            belongs: dict[PersonId, HouseholdId] = {}
            for id in self.households:
                home = register.household(id)
                assert bool(home.members) == (home.closed is None)
                assert (home.head is not None) == bool(home.members)
                heads = [one for one, relation in home.members.items() if relation == model.HEAD]
                assert heads == ([home.head] if home.head else [])
                for one in home.members:
                    assert register.person(one).living
                    assert belongs.setdefault(one, id) == id, "in two households"
            for one in self.people:
                assert register.home(one) == belongs.get(one)

        if self.people:
            self.office.decide(check)

    @invariant()
    def enrolment_follows_the_definition(self) -> None:
        def check(register: Any) -> None:
            for one in self.people:
                person = register.person(one)
                if person.announced is not None:
                    assert person.living
                    assert set(person.announced) == set(person.categories)

        self.office.decide(check)

    def teardown(self) -> None:
        district = self.office.district
        folded: dict[Any, Any] = {}
        folds = {PersonId: model.person, HouseholdId: model.household}
        for recorded in district.log("registry"):
            stream = parse_subject(recorded.envelope.subject)
            fold: Any = folds.get(type(stream))
            if fold is not None:
                folded[stream] = fold.evolve(folded.get(stream, fold.initial), recorded.data)
        for id in (*self.people, *self.households):
            state = self.office.decide(lambda r, id=id: r.work.load(folds[type(id)], id))
            assert folded.get(id, type(state)()) == state
        district.host.drain()
        district.runtime("listener").decide(self.listener_knows_the_same)
        assert district.differences("registry") == district.differences("listener") == []
        district.close()
        self.folder.cleanup()

    def listener_knows_the_same(self, work: Work) -> None:
        """But that a family that has moved away is remembered as it went: what it got here ends for each of them."""
        for id in self.households:
            home = self.office.decide(lambda r, id=id: r.household(id))
            known = keeping.household_of(work, id)
            assert known is not None
            assert (known["township"], known["village"]) == (home.township, home.village)
            assert bool(known["gone"]) == (home.closed is not None)
            if known["gone"] != "moved_away":
                assert set(known["members"]) == {str(one) for one in home.members}
        for one in self.people:
            person, lives, survivor, indexes = self.office.decide(
                lambda r, one=one: (r.person(one), r.home(one), r.survivor(one), r.work.fact("id-of", one))
            )
            row = keeping.person_of(work, one)
            place = keeping.household_of(work, row["household"]) or {"gone": ""}
            if place["gone"] != "moved_away":
                assert row["household"] == (None if lives is None else str(lives))
            assert keeping.survivor(work, one) == str(survivor)
            died = self.office.decide(lambda r, survivor=survivor: r.person(survivor).died)
            assert keeping.alive(work, [one]) == (died is None)
            assert work.fact("born", one) == person.born.isoformat()
            assert work.fact("id-of", one) == indexes
            assert all(work.fact("id-number", index) == str(one) for index in indexes or ())
            if person.living:
                for category in KEPT:
                    since = keeping.belongs_since(work, one, category)
                    assert (since is not None) == (category in person.categories)


LifeCycle.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestLifeCycle = LifeCycle.TestCase
