"""B7: whoever is tekun and lives at home has a named carer, an agreement that ends, and visits."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from events import living as l
from events import registry as r
from events.ids import PersonId
from services.chassis.refusal import Refused
from services.living import caring
from tests.living.tekun import TekunOffice, items

pytestmark = pytest.mark.clause("B7")
UNTIL = date(2021, 9, 30)


def at_home(tmp_path: Path, unmet: int = 2) -> tuple[TekunOffice, PersonId]:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    office.tekun(household, person, unmet)
    return office, person


def test_the_grade_sets_what_care_is_paid_with_and_it_is_marked_as_illustrative(tmp_path: Path) -> None:
    office, person = at_home(tmp_path)
    office.act(caring.sign, person, carer_name="李测试", until=UNTIL, hours=40)
    (signed,) = office.of(person, l.CareAgreementSigned)
    assert signed.amount_fen == office.support(person).care_fen > 0
    assert signed.illustrative
    assert "李测试" not in repr(signed)


def test_an_agreement_ends_the_day_after_its_last_and_the_person_is_without_a_carer(tmp_path: Path) -> None:
    office, person = at_home(tmp_path)
    office.act(caring.sign, person, carer_name="李测试", until=UNTIL, hours=40)
    office.until(UNTIL)
    assert office.support(person).agreement is not None
    office.until(UNTIL + timedelta(days=1))
    assert office.support(person).agreement is None
    assert [fact.reason for fact in office.of(person, l.CareAgreementEnded)] == ["expired"]
    assert office.differs() == []


def test_a_month_without_a_visit_is_recorded_and_a_visit_moves_the_day(tmp_path: Path) -> None:
    office, person = at_home(tmp_path)
    begun = office.today
    office.act(caring.sign, person, carer_name="李测试", until=date(2022, 6, 30), hours=40)
    office.until(begun + timedelta(days=20))
    office.act(caring.visit, person, well=True)
    office.until(begun + timedelta(days=45))
    assert office.of(person, l.CareVisitMissed) == []
    office.until(begun + timedelta(days=55))
    (missed,) = office.of(person, l.CareVisitMissed)
    assert missed.missed == office.of(person, l.CareVisitRecorded)[0].visit_by


def test_a_carer_who_dies_ends_the_agreement(tmp_path: Path) -> None:
    office, person = at_home(tmp_path)
    _, carer = office.alone()
    office.act(caring.sign, person, carer=carer, until=UNTIL, hours=40)
    office.tell(r.Died(person=carer, on=office.today))
    assert [fact.reason for fact in office.of(person, l.CareAgreementEnded)] == ["carer_died"]
    with pytest.raises(Refused, match="carer-dead"):
        office.act(caring.sign, person, carer=carer, until=UNTIL, hours=40)


def test_who_cannot_care_for_themselves_cares_for_nobody(tmp_path: Path) -> None:
    office, person = at_home(tmp_path)
    household, carer = office.alone()
    office.act(caring.sign, person, carer=carer, until=UNTIL, hours=40)
    office.tekun(household, carer, 5)
    assert [fact.reason for fact in office.of(person, l.CareAgreementEnded)] == ["carer_dependent"]
    with pytest.raises(Refused, match="carer-dependent"):
        office.act(caring.sign, person, carer=carer, until=UNTIL, hours=40)


def test_a_carer_whose_self_care_worsens_is_a_carer_no_more(tmp_path: Path) -> None:
    office, person = at_home(tmp_path)
    household, carer = office.alone()
    office.tekun(household, carer, 0)
    office.act(caring.sign, person, carer=carer, until=UNTIL, hours=40)
    office.act(caring.reassess, carer, (PersonId(int=7),), items(4))
    assert [fact.reason for fact in office.of(person, l.CareAgreementEnded)] == ["carer_dependent"]


def test_what_makes_no_agreement_is_refused_by_name(tmp_path: Path) -> None:
    office, person = at_home(tmp_path)
    _, other = office.alone()
    refused = {
        "carer-self": {"carer": person},
        "carer-unknown": {"carer": PersonId(int=5)},
        "carer": {},
        "until": {"carer": other, "until": office.today - timedelta(days=1)},
    }
    for slug, told in refused.items():
        with pytest.raises(Refused) as caught:
            office.act(caring.sign, person, **{"until": UNTIL, "hours": 40, **told})
        assert caught.value.slug == slug
    office.act(caring.sign, person, carer=other, until=UNTIL, hours=40)
    with pytest.raises(Refused, match="has-carer"):
        office.act(caring.sign, person, carer=other, until=UNTIL, hours=40)
    with pytest.raises(Refused, match="not-tekun"):
        office.act(caring.sign, other, carer=person, until=UNTIL, hours=40)
