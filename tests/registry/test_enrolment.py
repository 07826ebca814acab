"""Who is a beneficiary: the definition of 鹤民发〔2020〕43号, and what living's decisions make of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from events import assistance, remedies
from events import registry as facts
from events.ids import CaseId, HouseholdId, PersonId
from events.registry import Category
from services.chassis.refusal import Conflict, Refused
from services.registry.enrolment import in_force, met_since
from services.registry.erasure import duty_to_keep
from tests.registry.given import POOR_AND_AIDED, TODAY, TOWNSHIP, WIFE, Office, a_district
from tests.support import District, speaker

POOR = {Category.REGISTERED_POOR: date(2018, 1, 1)}
GROUNDS = assistance.Grounds(
    papers=(assistance.Paper(number="2021", clause="13"),), language="1", rows=("1",), illustrative=True
)
CASE = CaseId(int=5)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with a_district(tmp_path) as district:
        yield Office(district)
        assert district.differences("registry") == []


def categorise(office: Office, person: PersonId, categories: dict[Category, date]) -> None:
    office.decide(lambda register: register.categorise(person, categories))


def story(office: Office) -> list[str]:
    told = (facts.Enrolled, facts.Recategorised, facts.Exited)
    return [type(fact).__name__ for fact in office.district.facts("registry", *told)]


def covers(home: HouseholdId, *members: PersonId) -> dict[str, object]:
    return {"case": CASE, "programme": "dibao", "household": home, "members": members}


def granted(home: HouseholdId, *members: PersonId, since: date = TODAY) -> assistance.SubsidyGranted:
    return assistance.SubsidyGranted(
        **covers(home, *members), amount_fen=1, since=since, confirmed=TODAY, officer=CASE, grounds=GROUNDS
    )


def adjusted(home: HouseholdId, *members: PersonId) -> assistance.Adjusted:
    return assistance.Adjusted(
        **covers(home, *members), amount_fen=1, since=TODAY, reason="members", grounds=GROUNDS
    )


def exited(home: HouseholdId, *members: PersonId) -> assistance.Exited:
    return assistance.Exited(**covers(home, *members), reason="request", since=TODAY, grounds=GROUNDS)


@pytest.mark.clause("G1")
@pytest.mark.parametrize(
    ("categories", "since"),
    [
        (POOR_AND_AIDED, date(2020, 7, 27)),
        (POOR | {Category.TEKUN: date(2020, 8, 1)}, date(2020, 8, 1)),
        ({Category.LIFTED: date(2020, 1, 1), Category.DIBAO: date(2020, 1, 1)}, date(2020, 7, 27)),
        (POOR, None),
        ({Category.DIBAO: date(2020, 1, 1)}, None),
        ({Category.DIBAO: date(2020, 1, 1), Category.MARGIN: date(2020, 1, 1)}, None),
    ],
)
def test_the_definition_is_registered_poor_and_dibao_or_tekun(
    categories: dict[Category, date], since: date | None
) -> None:
    assert met_since(categories) == since


@pytest.mark.clause("Z1")
def test_the_paper_is_in_force_for_five_years() -> None:
    days = [date(2020, 7, 26), date(2020, 7, 27), date(2025, 7, 26), date(2025, 7, 27)]
    assert [in_force(day) for day in days] == [False, True, True, False]


@pytest.mark.clause("G1")
def test_who_meets_the_definition_is_enrolled_once(office: Office) -> None:
    person = office.person(1)
    home = office.household([person])
    categorise(office, person, POOR)
    assert story(office) == []
    categorise(office, person, {Category.TEKUN: TODAY})
    [fact] = office.district.facts("registry", facts.Enrolled)
    assert (fact.person, fact.household, fact.since, fact.clause) == (person, home, TODAY, "一")
    categorise(office, person, {Category.TEKUN: TODAY})
    assert story(office) == ["Enrolled"]


@pytest.mark.clause("G1")
def test_whoever_is_on_dibao_and_not_registered_poor_is_in_the_register_and_not_enrolled(
    office: Office,
) -> None:
    person = office.person(1)
    office.household([person])
    categorise(office, person, {Category.DIBAO: TODAY})
    assert story(office) == []
    categorise(office, person, {Category.REGISTERED_POOR: TODAY})
    assert story(office) == ["Enrolled"]


@pytest.mark.clause("G1")
def test_one_number_is_one_person_and_the_dead_enter_no_population(office: Office) -> None:
    person = office.person(1)
    office.household([person])
    with pytest.raises(Conflict, match="id-number-taken") as taken:
        office.person(1)
    assert (taken.value.field, "已登记在另一人名下" in taken.value.zh) == ("id_number", True)
    office.decide(lambda register: register.die(person, TODAY))
    with pytest.raises(Refused, match="person-dead") as dead:
        categorise(office, person, POOR_AND_AIDED)
    assert "死亡" in dead.value.zh
    assert story(office) == []


def test_who_belongs_to_no_household_is_enrolled_on_joining_one(office: Office) -> None:
    person, home = office.person(1), office.household([office.person(2)])
    categorise(office, person, POOR_AND_AIDED)
    assert story(office) == []
    office.decide(lambda register: register.join(home, person, "99", TODAY, "return"))
    assert story(office) == ["Enrolled"]


@pytest.mark.clause("G2")
def test_leaving_poverty_alone_ends_nothing(office: Office) -> None:
    person = office.person(1)
    office.household([person])
    categorise(office, person, POOR_AND_AIDED)
    categorise(office, person, {Category.LIFTED: TODAY})
    assert story(office) == ["Enrolled", "Recategorised"]
    [ended] = office.district.facts("registry", facts.CategoryEnded)
    assert (ended.category, ended.reason) == (Category.REGISTERED_POOR, "lifted")
    [fact] = office.district.facts("registry", facts.Recategorised)
    assert fact.categories == (Category.DIBAO, Category.LIFTED)


def test_death_and_moving_away_end_it_with_their_reason(office: Office) -> None:
    head, wife = office.person(1), office.person(2)
    home = office.household([head, wife], [WIFE])
    for person in (head, wife):
        categorise(office, person, POOR_AND_AIDED)
    office.decide(lambda register: register.die(head, TODAY))
    office.decide(lambda register: register.move_away(home, TODAY))
    ends = office.district.facts("registry", facts.Exited)
    assert [(fact.person, fact.reason) for fact in ends] == [(head, "death"), (wife, "moved_away")]


def test_a_duplicate_exits_and_the_person_is_enrolled_in_its_place(office: Office) -> None:
    person, duplicate = office.person(1), office.person(2)
    office.household([duplicate])
    categorise(office, duplicate, POOR_AND_AIDED)
    office.decide(lambda register: register.merge_people(person, duplicate))
    assert story(office) == ["Enrolled", "Exited", "Enrolled"]
    assert office.district.facts("registry", facts.Exited)[0].reason == "duplicate"
    assert office.district.facts("registry", facts.Enrolled)[1].person == person


@pytest.mark.clause("G1")
def test_dibao_granted_by_living_enrols_the_registered_poor(office: Office) -> None:
    poor, other = office.person(1), office.person(2)
    home = office.household([poor, other])
    categorise(office, poor, POOR)
    office.district.say("living", (CASE, granted(home, poor, other, since=date(2020, 9, 1))))
    [fact] = office.district.facts("registry", facts.Enrolled)
    assert (fact.person, fact.since) == (poor, date(2020, 9, 1))
    assert office.decide(lambda register: register.person(other)).categories == {
        Category.DIBAO: date(2020, 9, 1)
    }


@pytest.mark.clause("G1")
def test_an_exit_from_dibao_ends_the_category_and_enrolment(office: Office) -> None:
    person = office.person(1)
    home = office.household([person])
    categorise(office, person, POOR)
    office.district.say("living", (CASE, granted(home, person)), (CASE, exited(home, person)))
    assert story(office) == ["Enrolled", "Exited"]
    [fact] = office.district.facts("registry", facts.Exited)
    assert fact.reason == "definition_no_longer_met"


def test_an_exit_from_dibao_leaves_enrolled_who_is_on_tekun(office: Office) -> None:
    person = office.person(1)
    home = office.household([person])
    categorise(office, person, POOR | {Category.TEKUN: TODAY})
    office.district.say("living", (CASE, granted(home, person)), (CASE, exited(home, person)))
    assert story(office) == ["Enrolled", "Recategorised", "Recategorised"]


def test_categories_follow_the_members_of_an_adjusted_case(office: Office) -> None:
    one, two, three = (office.person(n) for n in range(1, 4))
    home = office.household([one, two, three])
    office.district.say("living", (CASE, granted(home, one, two)), (CASE, adjusted(home, two, three)))
    held = [office.decide(lambda register, p=p: register.person(p)).categories for p in (one, two, three)]
    assert held == [{}, {Category.DIBAO: TODAY}, {Category.DIBAO: TODAY}]


def test_other_programmes_and_the_dead_are_passed_over(office: Office) -> None:
    person = office.person(1)
    home = office.household([person])
    office.decide(lambda register: register.die(person, TODAY))
    relief = granted(home, person).model_copy(update={"programme": "temporary_relief"})
    office.district.say("living", (CASE, granted(home, person)), (CaseId(int=6), relief))
    assert office.district.facts("registry", facts.Categorised) == []
    assert office.district.runtime("registry").unready() == []


def test_a_grant_to_a_duplicate_counts_for_the_person(office: Office) -> None:
    person, duplicate = office.person(1), office.person(2)
    home = office.household([person])
    office.decide(lambda register: register.merge_people(person, duplicate))
    office.district.say("living", (CASE, granted(home, duplicate)))
    assert Category.DIBAO in office.decide(lambda register: register.person(person)).categories


@pytest.mark.clause("Z1")
def test_nobody_is_newly_enrolled_under_a_lapsed_paper(tmp_path: Path) -> None:
    from services import registry

    lapsed = datetime(2025, 7, 27, 1, tzinfo=UTC)
    with District(tmp_path, [registry.SERVICE, speaker("living", CaseId)], start=lapsed) as district:
        office = Office(district)
        person = office.person(1)
        office.household([person])
        categorise(office, person, POOR_AND_AIDED)
        assert story(office) == []


def test_an_open_case_of_living_forbids_erasure_until_it_is_over(office: Office) -> None:
    person = office.person(1)
    home = office.household([person, office.person(2)])
    office.decide(lambda register: register.leave(home, person, TODAY, "other"))
    applied = assistance.Applied(
        **covers(home, person), applicant=person, township=TOWNSHIP, consent=True, on=TODAY
    )
    office.district.say("living", (CASE, applied))
    assert office.decide(lambda register: duty_to_keep(register, person)) == "open_case"
    withdrawn = assistance.Withdrawn(**covers(home, person), reason="request", on=TODAY)
    office.district.say("living", (CASE, withdrawn))
    assert office.decide(lambda register: duty_to_keep(register, person)) is None


def test_a_review_or_report_that_is_not_decided_forbids_erasure(office: Office) -> None:
    person = office.person(1)
    home = office.household([person, office.person(2)])
    office.decide(lambda register: register.leave(home, person, TODAY, "other"))
    said = {"contest": CASE, "decision": None, "authority": None, "on": TODAY, "officer": CASE}
    contested = remedies.ContestedDecision(
        **covers(home, person), **said, kind="report", by=None, decide_by=TODAY, provisional=False
    )
    office.district.say("living", (CASE, contested))
    assert office.decide(lambda register: duty_to_keep(register, person)) == "open_contest"
    decided = remedies.ReviewDecided(**covers(home, person), **said, outcome="unfounded", township=TOWNSHIP)
    office.district.say("living", (CASE, decided))
    assert office.decide(lambda register: duty_to_keep(register, person)) is None


def test_who_was_taken_over_is_aided_from_the_day_that_the_papers_say(office: Office) -> None:
    person = office.person(1)
    home = office.household([person])
    categorise(office, person, POOR)
    taken = assistance.TakenOver(
        **covers(home, person), addressee=person, township=TOWNSHIP, since=date(2018, 5, 1), amount_fen=1,
        first_month=TODAY, basis="鹤民低〔2018〕77号", review="yearly", review_on=TODAY, file="0" * 64, row=2, on=TODAY, officer=CASE,
    )  # fmt: skip
    office.district.say("living", (CASE, taken))
    assert story(office) == ["Enrolled"]
