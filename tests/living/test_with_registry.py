"""Living beside the real registry: what its decisions record, in its order, is followed to the same end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events.ids import CaseId, HouseholdId, PersonId
from events.registry import Category, Member
from services import living, policy, registry
from services.assistance import steps
from services.assistance.model import CASE, Case
from services.chassis.clock import civil_date, midnight
from services.registry.acts import Place, Register
from services.registry.identity import IdNumber, check_digit
from services.registry.people import Particulars
from tests.casework import take_owed
from tests.living.office import OFFICER, POOR, SECOND, SURVEYOR
from tests.papers import publish_shipped
from tests.support import District

PLACE = Place("431202101000", "431202101201")


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with District(tmp_path, [policy.SERVICE, registry.SERVICE, living.SERVICE]) as district:
        publish_shipped(district.runtime("policy"))
        district.host.drain()
        yield district
        for name in ("registry", "living"):
            assert district.differences(name) == []
            assert district.runtime(name).unready() == []
            assert district.runtime(name).store.kept_range("letter", "", "", 10) == []


def do(district: District, act: Any) -> Any:
    result = district.runtime("registry").decide(lambda work: act(Register(work)))
    district.host.drain()
    return result


def register(district: District, *names: str) -> list[PersonId]:
    def person(register: Register, number: int, name: str) -> PersonId:
        body = f"43120219700115{number:03d}"
        said = Particulars(name=name, id_number=IdNumber(body + check_digit(body)))
        return register.register_person(said, synthetic=True)

    taken = len(district.facts("registry"))
    return [
        do(district, lambda reg, n=number, name=name: person(reg, taken + n, name))
        for number, name in enumerate(names, 1)
    ]


def family(district: District, *people: PersonId) -> HouseholdId:
    members = [Member(person=one, relation="02" if one is people[0] else "20") for one in people]
    since = civil_date(district.clock.now())
    found: HouseholdId = do(district, lambda reg: reg.register_household(people[0], members, PLACE, since))
    return found


def until(district: District, day: date) -> None:
    while (today := civil_date(district.clock.now())) < day:
        district.clock.advance_to(midnight(today + timedelta(days=1)))
        district.host.settle(today + timedelta(days=1))


def grant(district: District, household: HouseholdId, applicant: PersonId) -> CaseId:
    decide = district.runtime("living").decide
    case: CaseId = decide(lambda work: steps.apply(work, "dibao", household, applicant, consent=True))
    decide(lambda work: steps.accept(work, case))
    means = POOR(case_of(district, case).members)
    decide(lambda work: steps.survey(work, case, (SURVEYOR, SECOND), means))
    decide(lambda work: steps.check(work, case, means))
    decide(lambda work: steps.assess(work, case))
    while decide(lambda work: take_owed(work, case, (SURVEYOR, SECOND))):
        decide(lambda work: steps.post_notice(work, case))
        until(district, civil_date(district.clock.now()) + timedelta(days=8))
    decide(lambda work: steps.confirm(work, case, OFFICER))
    district.host.drain()
    return case


def case_of(district: District, case: CaseId) -> Case:
    return district.runtime("living").decide(lambda work: work.load(CASE, case))


def dibao(district: District, person: PersonId) -> bool:
    found: bool = do(district, lambda reg: Category.DIBAO in reg.person(person).categories)
    return found


def test_a_grant_makes_the_category_and_the_last_death_ends_case_and_category(district: District) -> None:
    first, second = register(district, "甲", "乙")
    case = grant(district, family(district, first, second), first)
    assert dibao(district, first)
    until(district, date(2020, 9, 20))
    do(district, lambda reg: reg.die(second, date(2020, 9, 18)))
    assert case_of(district, case).members == (first,)
    do(district, lambda reg: reg.die(first, date(2020, 9, 19)))
    exits = district.facts("living", a.Exited)
    assert [(fact.reason, fact.since) for fact in exits] == [("death", date(2020, 10, 1))]


def test_a_duplicate_found_in_another_household_takes_nobody_else_along(district: District) -> None:
    first, second, third = register(district, "甲", "乙", "丙")
    home = grant(district, family(district, first, second), first)
    other = grant(district, family(district, third), third)
    do(district, lambda reg: reg.merge_people(second, third))
    assert case_of(district, home).members == (first, second)
    assert [fact.case for fact in district.facts("living", a.Exited)] == [other]
    assert district.facts("living", a.Exited)[0].reason == "household_gone"


def test_a_duplicate_without_a_home_of_the_other_keeps_the_case(district: District) -> None:
    first, second = register(district, "甲", "乙")
    case = grant(district, family(district, second), second)
    do(district, lambda reg: reg.merge_people(first, second))
    assert case_of(district, case).members == (first,)
    assert district.facts("living", a.Exited) == []


def test_moving_away_ends_the_case_once(district: District) -> None:
    first, second = register(district, "甲", "乙")
    household = family(district, first, second)
    grant(district, household, first)
    do(district, lambda reg: reg.move_away(household, civil_date(district.clock.now())))
    assert [fact.reason for fact in district.facts("living", a.Exited)] == ["moved_away"]
    assert not dibao(district, first)
