"""Any sequence of changes keeps what must hold of households, and replaying the log gives the same state."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from events.ids import HouseholdId, PersonId, parse_subject
from events.registry import Category, Member
from services.chassis.refusal import Refused
from services.registry import model
from services.registry.acts import Place
from services.registry.people import Particulars
from tests.registry.given import (
    NEXT_VILLAGE,
    TODAY,
    TOWNSHIP,
    Office,
    a_district,
    said,
)

PICK = st.integers(0, 1_000)
RELATION = st.sampled_from(["10", "20", "30", "40", "50", "70", "99"])


class LifeCycle(RuleBasedStateMachine):
    """Asks for anything, sensible or not; a refusal must leave everything as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.office = Office(a_district(Path(self.folder.name)))
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
        assert district.differences("registry") == []
        district.close()
        self.folder.cleanup()


LifeCycle.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestLifeCycle = LifeCycle.TestCase
