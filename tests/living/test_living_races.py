"""Two processes of living on one store: what one decided on what the other has changed is decided again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from events import assistance as a
from events import registry as r
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import reactions, steps
from services.assistance.model import Stage
from services.chassis.refusal import Conflict
from services.chassis.runtime import Runtime
from services.chassis.work import Work
from services.living import SERVICE
from tests.living.office import Office


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    if request.param == "postgres":
        return Office(str(request.getfixturevalue("postgres_url")))
    return Office(tmp_path)


def second_process(office: Office) -> Runtime:
    other = office.runtime(SERVICE)
    other.start(office.living.feeds)
    return other


def interrupted(step: Callable[[Work], object], rival: Callable[[], object]) -> Callable[[Work], None]:
    """A decision that a rival commits into, the first time it runs."""
    came = threading.Event()

    def decide(work: Work) -> None:
        step(work)
        if not came.is_set():
            came.set()
            rival()

    return decide


def granted_alone(office: Office) -> tuple[HouseholdId, PersonId, CaseId]:
    household, people = office.family()
    case = office.grant(household, people[0])
    office.until(date(2020, 9, 30))
    return household, people[0], case


def test_a_month_is_not_granted_after_a_death_that_another_process_took_meanwhile(office: Office) -> None:
    household, person, case = granted_alone(office)
    rival = second_process(office)
    office.note(r.Died(person=person, household=household, on=date(2020, 9, 28)))
    office.clock.advance_to(office.clock.now().replace(month=10, day=2))
    grant = interrupted(lambda work: reactions.month_begins(work, case), rival.pump)
    office.living.decide(grant)
    office.host.settle(office.today)
    assert office.months(case) == ["2020-09"]
    assert office.facts(case, a.Exited)[0].since == date(2020, 10, 1)
    assert office.differs() == []


def test_a_grant_is_not_confirmed_for_one_whose_death_another_process_took_meanwhile(office: Office) -> None:
    household, people = office.family()
    case = office.post(household, people[0])
    office.ready(case)
    rival = second_process(office)
    office.note(r.Died(person=people[0], household=household, on=date(2020, 8, 10)))
    confirm = interrupted(lambda work: steps.confirm(work, case, people[0]), rival.pump)
    with pytest.raises(Conflict, match="wrong-step"):
        office.living.decide(confirm)
    assert office.case(case).stage is Stage.WITHDRAWN


def test_of_two_applications_for_one_household_in_two_processes_one_stands(office: Office) -> None:
    household, people = office.family(2)
    rival = second_process(office)

    def other() -> None:
        rival.decide(lambda work: steps.apply(work, "dibao", household, people[1], consent=True))

    with pytest.raises(Conflict, match="case-exists"):
        office.living.decide(
            interrupted(lambda work: steps.apply(work, "dibao", household, people[0], consent=True), other)
        )


def test_two_processes_settling_the_same_days_grant_each_month_once(office: Office) -> None:
    cases = []
    for _ in range(4):
        household, people = office.family()
        cases.append(office.post(household, people[0]))
    office.ready(*cases)
    for case in cases:
        office.do(steps.confirm, case, people[0])
    office.clock.advance_to(office.clock.now().replace(year=2021, month=1, day=2))
    both = [office.living, second_process(office)]
    threads = [threading.Thread(target=one.settle_dues, args=(office.today,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for case in cases:
        assert office.months(case) == ["2020-09", "2020-10", "2020-11", "2020-12", "2021-01"]
    assert office.differs() == []
