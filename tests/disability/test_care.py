"""Placement by will, a named carer for each who stays at home, training every year: D6, D7, D2."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from events import assistance as a
from events import disability as d
from events import living as l
from events.ids import HouseholdId, InstitutionId, PersonId
from services.chassis.refusal import Refused
from services.disability import care, filing, training
from tests.disability.town import HERE, Town


@pytest.fixture
def severe(town: Town) -> tuple[HouseholdId, PersonId, PersonId]:
    """Mother, and a son with a card of grade 1; beneficiaries both."""
    home, (mother, son) = town.family(2)
    town.do(filing.issue, son, town.card_number(son, grade=1))
    return home, mother, son


@pytest.fixture
def institution(town: Town) -> InstitutionId:
    place = InstitutionId.of(uuid4())
    fact = l.InstitutionRegistered(institution=place, title="中心敬老院", township=HERE.township, beds=2)
    town.say("living", (place, fact))
    return place


def owed(town: Town, kind: type, code: str) -> list[Any]:
    return [one for one in town.facts("disability", kind) if one.code == code]


@pytest.mark.clause("D6")
def test_nobody_is_placed_without_a_recorded_will(
    town: Town, severe: Any, institution: InstitutionId
) -> None:
    _, _, son = severe
    with pytest.raises(Refused, match="no-will"):
        town.do(care.place, son, institution)
    town.do(care.wish, son, "home", "person")
    with pytest.raises(Refused, match="no-will"):
        town.do(care.place, son, institution)
    town.do(care.wish, son, "institution", "guardian")
    town.do(care.place, son, institution)
    assert town.file(son).institution == institution
    with pytest.raises(Refused, match="placed"):
        town.do(care.place, son, institution)


@pytest.mark.clause("D6")
def test_care_is_for_severely_disabled_beneficiaries(town: Town) -> None:
    _, (slight,) = town.family()
    _, (stranger,) = town.family(enrolled=False)
    town.do(filing.issue, slight, town.card_number(slight, grade=3))
    town.do(filing.issue, stranger, town.card_number(stranger, grade=1))
    for person in (slight, stranger):
        with pytest.raises(Refused, match="not-entitled"):
            town.do(care.wish, person, "institution", "person")


@pytest.mark.clause("D6")
def test_who_leaves_by_wish_is_owed_a_carer_at_home(
    town: Town, severe: Any, institution: InstitutionId
) -> None:
    _, _, son = severe
    town.do(care.wish, son, "institution", "person")
    with pytest.raises(Refused, match="not-placed"):
        town.do(care.leave, son, "wish")
    town.do(care.place, son, institution)
    town.do(care.leave, son, "wish")
    assert (town.file(son).institution, town.file(son).wish) == (None, "home")
    assert len(owed(town, a.DutyArose, care.CARER)) == 1


@pytest.mark.clause("D7")
def test_who_stays_at_home_is_owed_a_carer_within_the_quarter(town: Town, severe: Any) -> None:
    _, mother, son = severe
    town.do(care.wish, son, "home", "person")
    [arose] = owed(town, a.DutyArose, care.CARER)
    assert (arose.until, arose.people, arose.illustrative) == (date(2020, 9, 30), (son,), True)
    town.until(date(2020, 10, 1))
    assert len(owed(town, a.DutyOverdue, care.CARER)) == 1
    town.do(care.name_carer, son, "kin", carer=mother)
    assert town.file(son).cared_for
    town.until(date(2021, 1, 1))
    assert len(owed(town, a.DutyOverdue, care.CARER)) == 1
    assert len(owed(town, a.DutyLapsed, care.CARER)) == 1


@pytest.mark.clause("D7")
def test_a_carer_who_dies_leaves_the_person_without_one_again(town: Town, severe: Any) -> None:
    _, mother, son = severe
    town.do(care.wish, son, "home", "person")
    town.do(care.name_carer, son, "kin", carer=mother)
    town.until(date(2020, 10, 15))
    town.registry(lambda register: register.die(mother, date(2020, 10, 10), new_head=son))
    [gone] = town.facts("disability", d.CarerGone)
    assert (gone.reason, gone.carer) == ("carer_died", mother)
    assert [one.period for one in owed(town, a.DutyArose, care.CARER)] == ["2020-Q3", "2020-Q4"]


@pytest.mark.clause("D7")
@pytest.mark.parametrize("bad", ["nobody", "both", "self", "unknown", "disabled"])
def test_a_carer_who_cannot_care_is_refused(town: Town, severe: Any, bad: str) -> None:
    _, mother, son = severe
    town.do(care.wish, son, "home", "person")
    town.do(filing.issue, mother, town.card_number(mother, grade=1))
    said: dict[str, Any] = {
        "nobody": {},
        "both": {"carer": mother, "carer_name": "石某某"},
        "self": {"carer": son},
        "unknown": {"carer": PersonId.of(uuid4())},
        "disabled": {"carer": mother},
    }[bad]
    with pytest.raises(Refused, match="carer"):
        town.do(care.name_carer, son, "kin", **said)
    assert town.facts("disability", d.CarerNamed) == []


@pytest.mark.clause("D7")
def test_a_name_is_sealed_and_another_carer_takes_the_place(town: Town, severe: Any) -> None:
    _, mother, son = severe
    with pytest.raises(Refused, match="no-will"):
        town.do(care.name_carer, son, "kin", carer=mother)
    town.do(care.wish, son, "home", "person")
    town.do(care.name_carer, son, "neighbour", carer_name="邻居某某")
    town.do(care.name_carer, son, "kin", carer=mother)
    first, _ = town.facts("disability", d.CarerNamed)
    assert first.carer_name.clear is None
    assert [one.reason for one in town.facts("disability", d.CarerGone)] == ["replaced"]
    town.do(care.carer_gone, son)
    assert not town.file(son).cared_for


@pytest.mark.clause("D2")
def test_a_beneficiary_of_working_age_with_a_card_is_owed_training_or_work_every_year(
    town: Town, severe: Any
) -> None:
    _, _, son = severe
    [arose] = owed(town, a.DutyArose, training.CODE)
    assert (arose.people, arose.until) == ((son,), date(2020, 12, 31))
    town.do(training.train, son, "skills")
    town.until(date(2022, 1, 2))
    assert [one.period for one in owed(town, a.DutyMet, training.CODE)] == ["2020"]
    assert [one.period for one in owed(town, a.DutyOverdue, training.CODE)] == ["2021"]


@pytest.mark.clause("D2")
def test_a_need_of_work_goes_to_human_resources(town: Town, severe: Any) -> None:
    _, _, son = severe
    town.do(training.refer, son)
    [sent] = town.facts("disability", a.ReferralSent)
    assert (sent.to, sent.people) == ("human-resources", (son,))
    with pytest.raises(Refused, match="referral-open"):
        town.do(training.refer, son)
    stranger = town.alone()
    with pytest.raises(Refused, match="no-card"):
        town.do(training.train, stranger, "skills")


@pytest.mark.clause("D3")
def test_rehabilitation_is_recorded_and_says_nothing_in_clear(town: Town, severe: Any) -> None:
    _, _, son = severe
    town.do(training.rehabilitate, son, "training")
    [entry] = [one for one in town.log("disability") if isinstance(one.data, d.RehabGiven)]
    assert entry.envelope.audience == "disability" and entry.data.service == "training"
