"""Two processes on one store: what must hold of the whole register holds under concurrent requests too."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from events import registry as facts
from events.ids import PersonId
from events.registry import Category
from services import registry
from services.chassis.refusal import Refused
from services.registry.acts import Register
from tests.registry.given import POOR_AND_AIDED, TODAY, Office, a_district, said
from tests.support import District

ROUNDS = 6


def at_once(district: District, *acts: Callable[[Register], Any]) -> list[str]:
    """Each act in a thread and a process' runtime of its own; `done`, or the rule that refused it."""
    runtimes = [district.another(registry.SERVICE) for _ in acts]
    ready = threading.Barrier(len(acts))
    ends = [""] * len(acts)

    def run(index: int) -> None:
        ready.wait()
        try:
            runtimes[index].decide(lambda work: acts[index](Register(work)))
            ends[index] = "done"
        except Refused as refused:
            ends[index] = refused.slug

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for runtime in runtimes:
        runtime.store.close()
    district.runtime("registry").committer.forget()
    return sorted(ends)


def test_of_two_requests_with_one_id_number_exactly_one_wins(tmp_path: Path) -> None:
    with a_district(tmp_path) as district:
        for n in range(1, ROUNDS):
            ends = at_once(district, *[lambda register, n=n: register.register_person(said(n))] * 3)
            assert ends == ["done", "id-number-taken", "id-number-taken"]
        assert len(district.facts("registry", facts.PersonRegistered)) == ROUNDS - 1
        assert district.differences("registry") == []


def test_of_two_households_adopting_one_member_exactly_one_wins(tmp_path: Path) -> None:
    with a_district(tmp_path) as district:
        office = Office(district)
        homes = [office.household([office.person(n)]) for n in (1, 2)]
        for n in range(3, 3 + ROUNDS):
            child = office.person(n)

            def adopt(home: Any, child: PersonId = child) -> Callable[[Register], Any]:
                return lambda register: register.join(home, child, "20", TODAY, "adoption")

            ends = at_once(district, *[adopt(home) for home in homes])
            assert ends == ["done", "member-of-another-household"]
        assert district.differences("registry") == []


def test_a_category_racing_a_death_never_enrols_the_dead(tmp_path: Path) -> None:
    with a_district(tmp_path) as district:
        office = Office(district)
        for n in range(1, ROUNDS):
            person = office.person(n)
            office.household([person])
            at_once(
                district,
                lambda register, person=person: register.die(person, TODAY),
                lambda register, person=person: register.categorise(person, POOR_AND_AIDED),
            )
            state = office.decide(lambda register, person=person: register.person(person))
            assert state.died == TODAY
            assert state.announced is None
            assert set(state.categories) in (set(), {Category.DIBAO, Category.REGISTERED_POOR})
        assert district.differences("registry") == []
