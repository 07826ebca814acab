"""The life of people and households: what each change records, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from events import registry as facts
from events.ids import PersonId
from events.registry import Category, Member
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.registry import model
from services.registry.acts import Place
from services.registry.people import Particulars
from tests.registry.given import (
    FATHER,
    HOME,
    NEXT_VILLAGE,
    SON,
    TODAY,
    TOWNSHIP,
    WIFE,
    Office,
    a_district,
    said,
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with a_district(tmp_path) as district:
        yield Office(district)
        assert district.differences("registry") == []


def recorded(office: Office, *types: type[facts.Event]) -> list[facts.Event]:
    return office.district.facts("registry", *types)


def refused(slug: str) -> pytest.RaisesExc[Refused]:
    return pytest.RaisesExc(Refused, check=lambda error: error.slug == slug)


def test_one_id_number_belongs_to_one_person(office: Office) -> None:
    office.person(1)
    with refused("id-number-taken"):
        office.person(1)
    assert len(recorded(office, facts.PersonRegistered)) == 1


def test_nothing_that_identifies_a_person_lies_in_the_log_in_clear(office: Office) -> None:
    one = said(1, "向秀英", telephone="14300000001")
    office.decide(lambda register: register.register_person(one))
    assert one.id_number is not None
    stored = b"".join(path.read_bytes() for path in office.district.folder.iterdir() if path.is_file())
    for text in ("向秀英", one.id_number.value, "14300000001"):
        assert text.encode() not in stored


def test_a_corrected_id_number_frees_the_mistaken_one(office: Office) -> None:
    person = office.person(1)
    right = Particulars(id_number=said(2).id_number)
    assert office.decide(lambda register: register.correct_person(person, right))
    assert office.person(1) != person
    with refused("id-number-taken"):
        office.person(2)


def test_a_correction_names_the_event_that_it_corrects(office: Office) -> None:
    person = office.person(1)
    office.decide(lambda register: register.correct_person(person, Particulars(name="改名")))
    registered, corrected = [one.envelope for one in office.district.log("registry")][-2:]
    assert corrected.corrects == registered.id


def test_a_correction_that_says_nothing_new_records_nothing(office: Office) -> None:
    person = office.person(1)
    assert not office.decide(lambda register: register.correct_person(person, said(1)))
    assert recorded(office, facts.PersonCorrected) == []


def test_nobody_is_a_member_of_two_households(office: Office) -> None:
    person = office.person(1)
    office.household([person])
    home = office.household([office.person(2)])
    with refused("member-of-another-household"):
        office.household([person])
    with refused("member-of-another-household"):
        office.decide(lambda register: register.join(home, person, "99", TODAY, "marriage"))


def test_dates_in_the_future_and_before_birth_are_refused(office: Office) -> None:
    head, child = office.person(1), office.person(2, born=date(2020, 7, 1))
    home = office.household([head])
    with refused("date-in-future"):
        office.decide(lambda register: register.join(home, child, SON, date(2020, 8, 4), "birth"))
    with refused("before-birth"):
        office.decide(lambda register: register.join(home, child, SON, date(2020, 6, 30), "birth"))
    with refused("before-birth"):
        office.decide(lambda register: register.die(child, date(2020, 6, 30)))
    with refused("date-in-future"):
        office.decide(lambda register: register.move(home, HOME, date(2020, 8, 4)))


def test_the_dead_join_nothing_and_die_once(office: Office) -> None:
    dead, home = office.person(1), office.household([office.person(2)])
    office.decide(lambda register: register.die(dead, TODAY))
    with refused("person-dead"):
        office.decide(lambda register: register.join(home, dead, "99", TODAY, "other"))
    with refused("person-dead"):
        office.household([dead])
    with refused("person-dead"):
        office.decide(lambda register: register.die(dead, TODAY))


def test_when_the_head_dies_the_spouse_heads_the_household(office: Office) -> None:
    head, father, wife, son = (office.person(n) for n in range(1, 5))
    home = office.household([head, father, wife, son], [FATHER, WIFE, SON])
    office.decide(lambda register: register.die(head, TODAY))
    [changed] = office.district.facts("registry", facts.HeadChanged)
    assert changed.head == wife
    state = office.decide(lambda register: register.household(home))
    assert state.head == wife
    assert state.members == {father: FATHER, wife: model.HEAD, son: SON}


def test_a_household_closes_behind_its_last_member(office: Office) -> None:
    person = office.person(1)
    home = office.household([person])
    office.decide(lambda register: register.leave(home, person, TODAY, "work"))
    [closed] = office.district.facts("registry", facts.HouseholdClosed)
    assert (closed.household, closed.reason) == (home, "nobody_left")
    with refused("household-closed"):
        office.decide(lambda register: register.join(home, person, "99", TODAY, "return"))


def test_a_new_head_is_named_only_where_the_head_goes(office: Office) -> None:
    head, wife, son = (office.person(n) for n in range(1, 4))
    home = office.household([head, wife, son], [WIFE, SON])
    with refused("new-head-not-needed"):
        office.decide(lambda register: register.leave(home, son, TODAY, "work", wife))
    office.decide(lambda register: register.leave(home, head, TODAY, "work", son))
    state = office.decide(lambda register: register.household(home))
    assert (state.head, state.members[wife]) == (son, FATHER)


def test_those_who_split_off_form_a_household_with_a_head(office: Office) -> None:
    head, wife, son, his_wife = (office.person(n) for n in range(1, 5))
    home = office.household([head, wife, son, his_wife], [WIFE, SON, "38"])
    leaving = [Member(person=son, relation="02"), Member(person=his_wife, relation=WIFE)]
    into = office.decide(lambda register: register.split(home, son, leaving, TODAY))
    old, new = (office.decide(lambda register, id=id: register.household(id)) for id in (home, into))
    assert old.people == (head, wife)
    assert (new.head, new.members) == (son, {son: model.HEAD, his_wife: WIFE})
    with refused("nobody-would-stay"):
        everybody = [Member(person=one, relation="99") for one in old.people]
        office.decide(lambda register: register.split(home, head, everybody, TODAY))


def test_of_two_households_merged_one_closes(office: Office) -> None:
    head, other, his_wife = (office.person(n) for n in range(1, 4))
    home, absorbed = office.household([head]), office.household([other, his_wife], [WIFE])
    office.decide(lambda register: register.merge_households(home, absorbed, TODAY))
    state = office.decide(lambda register: register.household(home))
    assert (state.head, state.people) == (head, (head, other, his_wife))
    assert office.decide(lambda register: register.household(absorbed)).closed == "merged"
    assert office.decide(lambda register: register.home(his_wife)) == home


def test_a_village_of_another_township_is_refused(office: Office) -> None:
    home = office.household([office.person(1)])
    with refused("village-unknown"):
        office.decide(lambda register: register.move(home, Place(TOWNSHIP, "431202002001"), TODAY))
    office.decide(lambda register: register.move(home, Place(TOWNSHIP, NEXT_VILLAGE), TODAY))
    assert office.decide(lambda register: register.household(home)).village == NEXT_VILLAGE


def test_a_family_that_moved_away_may_be_registered_again(office: Office) -> None:
    head, wife = office.person(1), office.person(2)
    home = office.household([head, wife], [WIFE])
    office.decide(lambda register: register.move_away(home, TODAY))
    assert office.decide(lambda register: register.home(wife)) is None
    assert office.household([head, wife], [WIFE]) != home


def test_a_duplicate_heading_a_household_is_replaced_by_the_person(office: Office) -> None:
    person, duplicate, wife = (office.person(n) for n in range(1, 4))
    home = office.household([duplicate, wife], [WIFE])
    since = date(2019, 1, 1)
    office.decide(lambda register: register.categorise(duplicate, {Category.DISABLED: since}))
    office.decide(lambda register: register.merge_people(person, duplicate))
    state = office.decide(lambda register: register.household(home))
    assert (state.head, set(state.members)) == (person, {person, wife})
    assert office.decide(lambda register: register.person(person)).categories == {Category.DISABLED: since}
    found = said(2).id_number
    assert found is not None
    assert office.decide(lambda register: register.with_number(found)) == person
    with refused("person-merged"):
        office.decide(lambda register: register.join(home, duplicate, "99", TODAY, "other"))


def test_who_is_not_registered_is_not_found(office: Office) -> None:
    nobody = PersonId(int=7)
    for act in (
        lambda register: register.die(nobody, TODAY),
        lambda register: register.correct_person(nobody, Particulars(name="无")),
        lambda register: register.categorise(nobody, {Category.DIBAO: TODAY}),
    ):
        with pytest.raises(NotFound):
            office.decide(act)


def test_a_household_registered_in_error_leaves_its_people(office: Office) -> None:
    head, wife = office.person(1), office.person(2)
    home = office.household([head, wife], [WIFE])
    office.decide(lambda register: register.close(home, TODAY))
    assert office.household([wife, head]) != home


def test_a_relation_is_corrected_without_making_a_second_head(office: Office) -> None:
    head, other = office.person(1), office.person(2)
    home = office.household([head, other])
    wife = [Member(person=other, relation=WIFE)]
    assert office.decide(lambda register: register.correct_household(home, relations=wife))
    assert not office.decide(lambda register: register.correct_household(home, relations=wife))
    second = [Member(person=other, relation=model.HEAD)]
    with pytest.raises(Conflict):
        office.decide(lambda register: register.correct_household(home, relations=second))
    with pytest.raises(Malformed):
        office.decide(
            lambda register: register.change_head(home, other, TODAY, [Member(person=head, relation="02")])
        )
