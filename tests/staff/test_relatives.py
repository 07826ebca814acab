"""Near relatives: declared, corrected, withdrawn; who is tied to a family does not decide about it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from events.ids import PersonId
from events.registry import PeopleMerged
from events.staff import NearRelativeCorrected, NearRelativeDeclared, Relation
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.staff import declaring, keeping, steps
from tests.staff.given import ANNA, BAO, CHEN, DING, MOTHER, SON, STRANGER, VILLAGE, Office, day


def declare(
    office: Office, who: object, person: PersonId, relation: str = "parent", since: int = -900
) -> object:
    return office.do(declaring.declare, who, person, Relation(relation), day(since)).declaration


def tied(office: Office, who: object, on: int, *people: PersonId) -> list[str]:
    return [one.relation.value for one in office.ask(keeping.ties, who, people, day(on))]


def test_an_official_is_tied_to_a_family_with_a_near_relative_and_independent_of_others(
    office: Office,
) -> None:
    declare(office, ANNA, MOTHER)
    assert tied(office, ANNA, 0, STRANGER, MOTHER) == ["parent"]
    assert tied(office, ANNA, 0, STRANGER, SON) == []
    assert tied(office, BAO, 0, MOTHER) == []


def test_what_is_heard_late_counts_from_its_day_and_what_ended_no_more_from_its_own(office: Office) -> None:
    id = declare(office, ANNA, SON, "spouse", -30)
    office.do(declaring.withdraw_declaration, ANNA, id, "ended", day(-3))
    assert [tied(office, ANNA, n, SON) for n in (-31, -30, -4, -3)] == [[], ["spouse"], ["spouse"], []]
    with pytest.raises(Conflict, match="relation-ended"):
        office.do(declaring.withdraw_declaration, ANNA, id, "ended", day(-2))
    declare(office, ANNA, SON, "spouse", -1)  # and married again
    assert [tied(office, ANNA, n, SON) for n in (-2, -1)] == [[], ["spouse"]]


def test_what_was_an_error_never_was(office: Office) -> None:
    id = declare(office, ANNA, SON)
    office.do(declaring.withdraw_declaration, ANNA, id, "error", day(0))
    assert tied(office, ANNA, -100, SON) == []
    assert office.ask(keeping.kin, [SON], day(-100)) == ()
    with pytest.raises(NotFound):
        office.do(declaring.correct_declaration, ANNA, id, SON, Relation.CHILD, day(-9))


def test_a_correction_takes_the_place_of_what_it_names(office: Office) -> None:
    id = declare(office, ANNA, STRANGER)
    office.do(declaring.correct_declaration, ANNA, id, SON, Relation.CHILD, day(-9))
    assert (tied(office, ANNA, 0, STRANGER), tied(office, ANNA, 0, SON)) == ([], ["child"])
    told = {type(one.data): one.envelope for one in office.district.log("staff")}
    assert told[NearRelativeCorrected].corrects == told[NearRelativeDeclared].id
    with pytest.raises(Conflict, match="nothing-changes"):
        office.do(declaring.correct_declaration, ANNA, id, SON, Relation.CHILD, day(-9))


def test_relatives_of_village_committees_are_found_from_the_family(office: Office) -> None:
    office.do(steps.register, DING, "村主任", "village_committee", VILLAGE)
    declare(office, DING, SON, "grandchild")
    declare(office, ANNA, MOTHER)
    found = office.ask(keeping.kin, [SON, MOTHER, STRANGER], day(0))
    assert {(one.staff, one.person, one.relation) for one in found} == {
        (DING, SON, Relation.GRANDCHILD),
        (ANNA, MOTHER, Relation.PARENT),
    }


def test_an_official_who_is_in_the_register_is_tied_to_the_own_family(office: Office) -> None:
    declare(office, ANNA, STRANGER, "self")
    assert tied(office, ANNA, 0, STRANGER) == ["self"]
    with pytest.raises(Conflict, match="self-declared"):
        declare(office, ANNA, MOTHER, "self")


def test_a_person_registered_twice_stays_a_relative_under_the_registration_that_goes_on(
    office: Office,
) -> None:
    twice, thrice = (PersonId.of(uuid4()) for _ in range(2))
    declare(office, ANNA, twice)
    declare(office, BAO, twice, "sibling")
    office.district.say("registry", (MOTHER, PeopleMerged(person=MOTHER, duplicate=twice)))
    assert (tied(office, ANNA, 0, MOTHER), tied(office, ANNA, 0, twice)) == (["parent"], [])
    assert tied(office, BAO, 0, MOTHER) == ["sibling"]
    office.district.say("registry", (SON, PeopleMerged(person=SON, duplicate=MOTHER)))
    assert tied(office, ANNA, 0, SON) == ["parent"]
    office.district.say("registry", (twice, PeopleMerged(person=twice, duplicate=thrice)))
    declare(office, CHEN, thrice, "child")  # by an id that is merged already
    assert tied(office, CHEN, 0, SON) == ["child"]


def test_nobody_frees_themselves_of_a_tie(office: Office) -> None:
    id = declare(office, ANNA, MOTHER)
    with pytest.raises(Refused, match="own-post"):
        office.do(declaring.withdraw_declaration, ANNA, id, "error", day(0), by=ANNA)
    with pytest.raises(Refused, match="own-post"):
        office.do(declaring.correct_declaration, ANNA, id, SON, Relation.CHILD, day(-9), by=ANNA)


def test_bad_declarations_are_refused(office: Office) -> None:
    declare(office, ANNA, MOTHER)
    with pytest.raises(Conflict, match="relative-declared"):
        declare(office, ANNA, MOTHER, "spouse")
    with pytest.raises(NotFound):
        declare(office, DING, MOTHER)
    with pytest.raises(NotFound):
        office.do(declaring.withdraw_declaration, ANNA, uuid4(), "error", day(0))
    for since in (1, -60_000):
        with pytest.raises(Malformed, match="day-out-of-range"):
            declare(office, ANNA, SON, "child", since)
    [id] = [one.declaration for one in office.district.facts("staff", NearRelativeDeclared)]
    with pytest.raises(Malformed, match="until-before-since"):
        office.do(declaring.withdraw_declaration, ANNA, id, "ended", day(-901))
