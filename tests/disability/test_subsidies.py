"""The two subsidies begin, change and end by themselves (免申即享): D1, 国发〔2015〕52号."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from events import assistance as a
from events.ids import CaseId, HouseholdId, PersonId
from events.registry import Member
from services.assistance import steps
from services.assistance.model import Stage
from services.chassis.refusal import Refused
from services.disability import filing
from services.registry.acts import Place
from services.registry.divisions import hecheng
from tests.disability.town import HERE, OFFICER, Town

LIVING, CARE = "disability-living", "disability-care"


@pytest.fixture
def family(town: Town) -> tuple[HouseholdId, list[PersonId]]:
    """Mother and son on dibao since September; the son consents, and has a card of grade 1."""
    home, people = town.family(2)
    son = people[1]
    town.dibao(home, people, date(2020, 9, 1))
    town.do(filing.issue, son, town.card_number(son, kind=4, grade=1))
    town.do(filing.consent, son, "guardian")
    return home, people


@pytest.mark.clause("D1")
def test_a_card_holder_on_dibao_gets_the_living_subsidy_without_applying(town: Town, family: Any) -> None:
    _, (_, son) = family
    [granted] = town.told(a.SubsidyGranted)
    assert (granted.members, granted.since, granted.amount_fen) == ((son,), date(2020, 8, 1), 60_00)
    assert granted.grounds.rows == ("DISABLED_IN_NEED",) and granted.grounds.illustrative
    [applied] = town.told(a.Applied)
    assert applied.consent and applied.cause is not None
    town.until(date(2020, 10, 2))
    assert town.months() == ["2020-08", "2020-09", "2020-10"]


@pytest.mark.clause("D1")
def test_the_care_subsidy_waits_for_the_assessment_of_the_need(town: Town, family: Any) -> None:
    _, (_, son) = family
    assert town.case(son, CARE) is None
    town.do(filing.find_need, son, True)
    case = town.case(son, CARE)
    assert case is not None and case.stage is Stage.GRANTED and case.members == (son,)


def test_nothing_begins_without_consent_and_everything_ends_when_it_is_withdrawn(town: Town) -> None:
    home, (person,) = town.family()
    town.dibao(home, [person], date(2020, 9, 1))
    town.do(filing.issue, person, town.card_number(person))
    assert town.case(person) is None
    town.do(filing.consent, person, "person")
    assert town.case(person) is not None
    town.do(filing.withdraw, person)
    assert town.case(person) is None
    [exited] = town.told(a.Exited)
    assert (exited.since, exited.grounds.rows) == (date(2020, 9, 1), ("NO_CONSENT",))


def test_dibao_that_begins_later_begins_the_subsidy_with_its_own_first_month(town: Town) -> None:
    home, (person,) = town.family()
    town.do(filing.issue, person, town.card_number(person))
    town.do(filing.consent, person, "person")
    assert town.case(person) is None
    town.dibao(home, [person], date(2020, 9, 1))
    [granted] = town.told(a.SubsidyGranted)
    assert granted.since == date(2020, 9, 1)


def test_dibao_that_ran_before_begins_the_subsidy_this_month_for_those_whom_it_is_for(town: Town) -> None:
    home, people = town.family(2)
    for person in people:
        town.do(filing.issue, person, town.card_number(person))
        town.do(filing.consent, person, "person")
    case = CaseId.of(town.ids.random())
    taken = a.TakenOver(
        case=case, programme="dibao", household=home, members=tuple(people), admitted=(people[0],), addressee=people[0],
        township=HERE.township, since=date(2018, 5, 1), amount_fen=400_00, first_month=date(2020, 9, 1),
        basis="鹤民低〔2018〕77号", review="yearly", review_on=date(2021, 8, 3), file="0" * 64, row=2, on=town.today,
        officer=OFFICER,
    )  # fmt: skip
    town.say("living", (case, taken))
    [granted] = town.told(a.SubsidyGranted)
    assert (granted.members, granted.since) == ((people[0],), date(2020, 8, 1))


@pytest.mark.clause("D1")
def test_the_end_of_dibao_ends_the_living_subsidy_and_leaves_that_for_care(town: Town) -> None:
    home, people = town.family(2)
    son = people[1]
    dibao = town.dibao(home, people, date(2020, 9, 1))
    town.do(filing.issue, son, town.card_number(son, grade=1))
    town.do(filing.consent, son, "guardian")
    town.do(filing.find_need, son, True)
    town.until(date(2020, 10, 20))
    town.dibao_ends(dibao, home, people, date(2020, 11, 1))
    town.until(date(2020, 12, 2))
    [exited] = town.told(a.Exited)
    assert (exited.since, exited.grounds.rows) == (date(2020, 11, 1), ("NO_DIBAO",))
    assert town.months() == ["2020-08", "2020-09", "2020-10"]
    assert town.months(CARE)[-1] == "2020-12"


@pytest.mark.clause("D1")
def test_tekun_brings_money_for_care_and_ends_both(town: Town, family: Any) -> None:
    home, (_, son) = family
    town.do(filing.find_need, son, True)
    town.dibao(home, [son], date(2020, 10, 1), programme="tekun")
    assert town.case(son) is None and town.case(son, CARE) is None
    assert {one.grounds.rows for one in town.facts("disability", a.Exited)} == {("TEKUN_CARE",)}


@pytest.mark.clause("D1")
@pytest.mark.parametrize(
    ("what", "row", "ends_care"),
    [
        ("prison", "IN_PRISON", True),
        ("injury_care", "INJURY_CARE", True),
        ("full_child_allowance", "FULL_ALLOWANCE", False),
    ],
)
def test_an_exclusion_stops_the_next_month_and_its_end_begins_again(
    town: Town, family: Any, what: Any, row: str, ends_care: bool
) -> None:
    _, (_, son) = family
    town.do(filing.find_need, son, True)
    town.until(date(2020, 9, 15))
    town.do(filing.exclude, son, what)
    [exited] = town.told(a.Exited)
    assert (exited.since, exited.grounds.rows) == (date(2020, 10, 1), (row,))
    assert (town.case(son, CARE) is None) == ends_care
    town.until(date(2020, 12, 10))
    town.do(filing.end_exclusion, son, what)
    town.until(date(2021, 1, 2))
    assert town.months() == ["2020-08", "2020-09", "2020-12", "2021-01"]


@pytest.mark.clause("D1")
def test_whoever_is_excluded_and_let_in_again_within_a_month_is_paid_for_it_once(
    town: Town, family: Any
) -> None:
    _, (_, son) = family
    town.until(date(2020, 9, 10))
    town.do(filing.exclude, son, "prison")
    town.until(date(2020, 9, 20))
    town.do(filing.end_exclusion, son, "prison")
    town.until(date(2020, 11, 2))
    assert town.months() == ["2020-08", "2020-09", "2020-10", "2020-11"]
    assert [one.since for one in town.told(a.SubsidyGranted)] == [date(2020, 8, 1), date(2020, 10, 1)]


@pytest.mark.clause("D1")
def test_whoever_forms_a_household_of_their_own_keeps_the_subsidy(town: Town, family: Any) -> None:
    home, (_, son) = family
    town.do(filing.find_need, son, True)
    before = town.case(son, CARE)
    town.until(date(2020, 9, 15))
    town.registry(
        lambda register: register.split(home, son, [Member(person=son, relation="02")], date(2020, 9, 13))
    )
    town.until(date(2020, 11, 2))
    after = town.case(son, CARE)
    assert before is not None and after is not None and after.id == before.id
    assert town.months(CARE) == ["2020-08", "2020-09", "2020-10", "2020-11"]
    assert town.told(a.Exited) == []


@pytest.mark.clause("D1")
@pytest.mark.parametrize("alone", [False, True], ids=["into another's", "into their own"])
def test_whoever_lives_nowhere_for_some_days_is_paid_every_month_once(
    town: Town, family: Any, alone: bool
) -> None:
    home, (mother, son) = family
    other, _ = town.family(1)
    town.do(filing.find_need, son, True)
    before = town.case(son, CARE)
    town.until(date(2020, 9, 28))
    town.registry(lambda register: register.leave(home, son, town.today, "work"))
    town.until(date(2020, 10, 3))
    here = [Member(person=son, relation="02")]
    town.registry(
        lambda register: (
            register.register_household(son, here, HERE, town.today)
            if alone
            else register.join(other, son, "28", town.today, "other")
        )
    )
    town.registry(lambda register: register.die(mother, town.today))
    town.until(date(2020, 12, 2))
    after = town.case(son, CARE)
    assert before is not None and after is not None and after.id == before.id and not after.review_open
    assert town.months(CARE) == ["2020-08", "2020-09", "2020-10", "2020-11", "2020-12"]
    assert town.told(a.Exited, CARE) == []


@pytest.mark.clause("D1")
def test_whoever_lives_nowhere_for_a_month_loses_the_subsidy_and_has_it_again_at_home(
    town: Town, family: Any
) -> None:
    home, (_, son) = family
    other, _ = town.family(1)
    town.do(filing.find_need, son, True)
    town.until(date(2020, 9, 28))
    town.registry(lambda register: register.leave(home, son, town.today, "work"))
    town.until(date(2020, 12, 10))
    [exited] = town.told(a.Exited, CARE)
    assert (exited.reason, exited.since) == ("household_gone", date(2020, 11, 1))
    town.registry(lambda register: register.join(other, son, "28", date(2020, 10, 20), "return"))
    town.until(date(2021, 1, 2))
    assert town.months(CARE) == ["2020-08", "2020-09", "2020-10", "2020-12", "2021-01"]


@pytest.mark.clause("D1")
def test_a_void_card_and_an_expired_one_stop_the_next_month(town: Town) -> None:
    home, people = town.family(2)
    town.dibao(home, people, date(2020, 9, 1))
    for one in people:
        town.do(
            filing.issue, one, town.card_number(one), until=date(2020, 10, 31) if one is people[0] else None
        )
        town.do(filing.consent, one, "person")
    town.until(date(2020, 9, 10))
    town.do(filing.void, people[1], "surrendered")
    town.until(date(2020, 11, 2))
    ends = {one.members[0]: (one.since, one.grounds.rows) for one in town.told(a.Exited)}
    assert ends == {
        people[1]: (date(2020, 10, 1), ("NO_CARD",)),
        people[0]: (date(2020, 11, 1), ("NO_CARD",)),
    }


@pytest.mark.clause("D1")
def test_a_death_ends_both_with_its_month(town: Town, family: Any) -> None:
    _, (_, son) = family
    town.do(filing.find_need, son, True)
    town.until(date(2020, 9, 20))
    town.registry(lambda register: register.die(son, date(2020, 9, 18)))
    ends = [(one.programme, one.reason, one.since) for one in town.facts("disability", a.Exited)]
    assert ends == [(LIVING, "death", date(2020, 10, 1)), (CARE, "death", date(2020, 10, 1))]
    assert town.file(son).card is None


def test_another_grade_ends_the_care_subsidy_only(town: Town, family: Any) -> None:
    _, (_, son) = family
    town.do(filing.find_need, son, True)
    town.do(filing.change, son, town.card_number(son, grade=3), "regraded")
    assert town.case(son) is not None and town.case(son, CARE) is None
    [exited] = town.told(a.Exited, CARE)
    assert exited.grounds.rows == ("GRADE",)


def test_a_move_within_the_district_is_looked_at_and_changes_nothing(town: Town, family: Any) -> None:
    home, (_, son) = family
    there = next(one.code for one in hecheng().townships if one.code != HERE.township)
    place = Place(there, hecheng().villages(there)[0].code)
    town.registry(lambda register: register.move(home, place, town.today))
    case = town.case(son)
    assert case is not None and case.township == there and not case.review_open
    assert [one.outcome for one in town.told(a.Reviewed)] == ["unchanged"]


def test_the_yearly_review_of_an_automatic_case_needs_nobody(town: Town, family: Any) -> None:
    _, (_, son) = family
    town.until(date(2021, 8, 10))
    assert [one.outcome for one in town.told(a.Reviewed)] == ["unchanged"]
    case = town.case(son)
    assert case is not None and not case.review_open
    assert len(town.months()) == 13


def test_somebody_may_still_apply_and_nothing_is_typed_into_the_case(town: Town) -> None:
    home, (person,) = town.family()
    town.dibao(home, [person], date(2020, 9, 1))
    town.do(filing.issue, person, town.card_number(person))
    finding = (a.Finding(name="低保家庭", value=True),)
    with pytest.raises(Refused, match="known-not-entered"):
        town.do(steps.apply, LIVING, home, person, consent=True, findings=finding)
    case = town.do(steps.apply, LIVING, home, person, consent=True)
    town.do(steps.accept, case)
    town.do(steps.assess, case)
    town.do(steps.confirm, case, OFFICER)
    [granted] = town.told(a.SubsidyGranted)
    assert granted.officer == OFFICER and granted.since == date(2020, 9, 1)
    town.do(filing.exclude, person, "prison")
    assert town.case(person) is None


def test_what_people_are_looking_at_is_left_to_them(town: Town, family: Any) -> None:
    _, (_, son) = family
    case = town.case(son)
    assert case is not None and case.id is not None
    town.do(steps.open_review, case.id, "report")
    town.do(filing.exclude, son, "prison")
    left = town.case(son)
    assert left is not None and left.review_open


def test_a_card_that_was_issued_to_a_duplicate_expires_for_the_person(town: Town) -> None:
    home, (person,) = town.family()
    town.dibao(home, [person], date(2020, 9, 1))
    town.do(filing.issue, person, town.card_number(person), until=date(2020, 9, 30))
    town.do(filing.consent, person, "person")
    twin = town.person()
    town.registry(lambda register: register.merge_people(twin, person))
    town.until(date(2020, 10, 2))
    assert town.case(twin) is None
    [exited] = town.told(a.Exited)
    assert (exited.members, exited.since) == ((twin,), date(2020, 10, 1))


def test_a_file_goes_on_under_the_registration_that_stays(town: Town, family: Any) -> None:
    _, (mother, son) = family
    twin = town.person("石某某")
    town.registry(lambda register: register.merge_people(twin, son))
    case = town.case(twin)
    assert case is not None and case.members == (twin,) and not case.review_open
    town.do(filing.void, twin, "surrendered")
    assert town.case(twin) is None
    assert mother != twin
