"""B2, B3: what must not be deducted, a certificate out of date, a minor whom nobody represents: each is refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from events import assistance as a
from events import registry as r
from events.ids import CaseId, PersonId
from events.sealed import Sealed
from services.assistance import steps
from services.assistance.countable import must_be_countable, must_be_receipted
from services.chassis.refusal import Refused
from tests.living.office import SECOND, SURVEYOR, Office, having
from tests.living.tekun import TekunOffice, wishing

ILL = {"seriously_ill": True}
CARD = {"disability_grade": 2, "disability_kind": "physical"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    assert found.differs() == []


def surveyed(office: Office, **first: Any) -> CaseId:
    household, people = office.family(2)
    case = office.apply(household, people[0])
    office.do(steps.accept, case)
    office.do(steps.survey, case, (SURVEYOR, SECOND), having(300_00, first=first)(people))
    return case


@pytest.mark.clause("B3")
@pytest.mark.parametrize(
    ("found", "slug", "field"),
    [
        (ILL | {"medical_cost": 800_00, "medical_bill": 800_00, "medical_paid_back": 500_00}, "counted-twice", "medical_cost"),
        (ILL | {"medical_cost": 0, "medical_bill": 100_00, "medical_paid_back": 100_01}, "reimbursed-above-bill", "medical_paid_back"),
        (ILL | {"medical_cost": 100_00, "medical_paid_back": 50_00}, "medical-without-bill", "medical_bill"),
        ({"age": 4, "studying": True, "schooling_cost": 300_00}, "schooling-not-deducted", "studying"),
        ({"age": 5, "school": "preschool", "studying": True}, "schooling-not-deducted", "school"),
        ({"age": 13, "school": "compulsory", "studying": True}, "schooling-not-deducted", "school"),
        ({"age": 19, "school": "higher", "studying": True, "part_time": True}, "schooling-part-time", "part_time"),
        ({"age": 19, "school": "higher", "part_time": True, "schooling_cost": 300_00}, "schooling-not-deducted", "schooling_cost"),
    ],
)  # fmt: skip
def test_what_must_not_be_deducted_is_refused_with_the_member_the_field_and_the_clause(
    found: dict[str, Any], slug: str, field: str
) -> None:
    with pytest.raises(Refused) as wrong:
        must_be_countable(having(first=found)((PersonId.of(uuid4()),)), date(2020, 8, 3))
    assert (wrong.value.slug, wrong.value.field) == (slug, f"means.members.0.{field}")
    assert "鹤民发〔2020〕43号三(一)1" in wrong.value.zh


@pytest.mark.clause("B3")
def test_what_is_left_of_the_bill_and_full_time_senior_high_are_taken(office: Office) -> None:
    left = ILL | {"medical_cost": 300_00, "medical_bill": 800_00, "medical_paid_back": 500_00}
    surveyed(office, **left)
    with pytest.raises(Refused, match="counted-twice"):
        surveyed(office, **(left | {"medical_cost": 300_01}))
    surveyed(office, age=17, studying=True, school="vocational", schooling_cost=300_00)


@pytest.mark.clause("B3")
@pytest.mark.parametrize(
    ("told", "slug"),
    [
        ({"seriously_ill": True, "medical_cost": 1}, "medical-without-bill"),
        ({"age": 17, "studying": True, "schooling_cost": 1}, "schooling-without-school"),
    ],
)
def test_whoever_types_a_cost_in_says_what_it_is_made_of(told: dict[str, Any], slug: str) -> None:
    with pytest.raises(Refused, match=slug):
        must_be_receipted(having(first=told)((PersonId.of(uuid4()),)))


@pytest.mark.clause("B2")
def test_a_card_or_diagnosis_out_of_date_counts_for_nobody(office: Office) -> None:
    yesterday = date(2020, 8, 2)
    for counted in (CARD, ILL):
        with pytest.raises(Refused, match="certificate-expired") as wrong:
            surveyed(office, **counted, certificate_until=yesterday)
        assert wrong.value.field == "means.members.0.certificate_until"
        assert "2020-08-02到期" in wrong.value.zh
    surveyed(office, **CARD, certificate_until=office.today)
    surveyed(office, certificate_until=yesterday)  # of whom nothing is counted on it


@pytest.mark.clause("B2")
def test_a_card_that_expires_while_the_notice_stands_is_renewed_and_surveyed_before_the_decision(
    office: Office,
) -> None:
    household, people = office.family(2)
    case = office.post(
        household, people[0], having(300_00, first=CARD | {"certificate_until": date(2020, 8, 9)})
    )
    office.ready(case)
    with pytest.raises(Refused, match="certificate-expired") as wrong:
        office.do(steps.confirm, case, uuid4())
    assert wrong.value.status == 409


@pytest.mark.clause("B2", "B3")
def test_when_a_card_expires_the_month_is_paid_and_the_case_is_looked_at_once(office: Office) -> None:
    household, people = office.family(2)
    card = CARD | {"certificate_until": date(2020, 10, 15)}
    case = office.grant(household, people[0], having(300_00, first=card))
    office.until(date(2020, 12, 2))
    assert office.months(case) == ["2020-09", "2020-10", "2020-11", "2020-12"]
    (opened,) = office.facts(case, a.ReviewOpened)
    assert opened.reason == "certificate_expired"


def child(office: Office, person: PersonId, born: date) -> None:
    sealed = Sealed.of("测试", person)
    office.tell(
        r.PersonRegistered(
            person=person, name=sealed, id_number=sealed, id_index=sealed, sex="1", born=born, synthetic=True
        )
    )


@pytest.mark.clause("B2")
def test_a_minor_asks_apart_only_through_a_guardian_of_age(office: Office) -> None:
    household, (orphan, sister, aunt) = office.family(3)
    child(office, orphan, date(2002, 8, 4))  # eighteen tomorrow
    child(office, sister, date(2005, 1, 1))
    child(office, aunt, date(1980, 1, 1))

    def asks(**through: Any) -> CaseId:
        told = a.OnBehalf.model_validate(through) if through else None
        return office.apply(household, orphan, apart=True, through=told)

    for nobody in ({}, {"kind": "mandated", "mandate": "a" * 64}, {"kind": "discovered"}):
        with pytest.raises(Refused, match="guardian-needed") as wrong:
            asks(**nobody)
        assert (wrong.value.field, "监护人" in wrong.value.zh) == ("through", True)
    for unfit in (orphan, sister):
        with pytest.raises(Refused, match="guardian-unfit"):
            asks(kind="guardian", person=unfit)
    case = asks(kind="guardian", person=aunt)
    (applied,) = office.facts(case, a.Applied)
    assert (applied.applicant, applied.through.person) == (orphan, aunt)


@pytest.mark.clause("B2")
def test_who_is_of_age_today_asks_alone_or_gives_a_written_mandate(office: Office) -> None:
    household, people = office.family(2)
    child(office, people[0], date(2002, 8, 3))
    with pytest.raises(Refused, match="mandate-missing"):
        office.apply(household, people[0], through=a.OnBehalf(kind="mandated"))
    office.apply(household, people[0])


@pytest.mark.clause("B6")
def test_an_orphan_comes_to_tekun_through_the_village_where_nobody_is_guardian(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, orphan = office.alone()
    child(office, orphan, date(2012, 5, 1))
    asked: dict[str, Any] = {"programme": "tekun", "findings": wishing()}
    with pytest.raises(Refused, match="guardian-needed"):
        office.apply(household, orphan, **asked)
    case = office.apply(household, orphan, through=a.OnBehalf(kind="committee"), **asked)
    assert office.facts(case, a.Applied)[0].through.kind == "committee"
    assert office.differs() == []
