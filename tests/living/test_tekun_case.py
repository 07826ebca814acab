"""B6: whoever qualifies is supported as tekun in time, and never together with dibao."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from events import assistance as a
from events import registry as r
from services.assistance import steps
from services.chassis.refusal import Refused
from tests.living.office import OFFICER, POOR, SECOND, SURVEYOR
from tests.living.tekun import ITEMS, SON, SURVEYED, TekunOffice, findings, items, wishing

pytestmark = pytest.mark.clause("B6")


def test_somebody_alone_old_and_without_income_is_supported_from_the_next_month(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.opinion(household, person)
    (accepted,) = office.facts(case, a.Accepted)
    assert accepted.survey_by == date(2021, 7, 26)  # 15 working days (13)
    office.do(steps.post_notice, case)
    office.ready(case)
    office.do(steps.confirm, case, OFFICER)
    office.until(date(2021, 9, 2))
    (granted,) = office.facts(case, a.SubsidyGranted)
    assert (granted.amount_fen, granted.since) == (696_10, date(2021, 8, 1))
    assert office.months(case) == ["2021-08", "2021-09"]
    assert {"民发〔2021〕43号"} <= {paper.number for paper in granted.grounds.papers}
    assert [fact.step for fact in office.facts(case, a.StepTaken)] == ["assess_self_care", "submit", "review"]
    assert office.differs() == []


def test_a_son_who_can_support_his_father_is_the_reason_for_a_refusal(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.opinion(household, person, 法定义务人=(SON,))
    assert office.facts(case, a.Assessed)[-1].reason == "SUPPORTER"
    office.do(steps.decline, case, OFFICER)
    assert office.facts(case, a.Declined)[0].reason == "SUPPORTER"


def test_an_objection_sends_the_case_back_to_a_new_survey(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.opinion(household, person)
    office.do(steps.post_notice, case)
    office.do(steps.lodge_objection, case, "有一子在外务工")
    office.do(steps.survey, case, (SURVEYOR, SECOND), findings=findings(SURVEYED | {"法定义务人": (SON,)}))
    office.do(steps.assess, case)
    assert office.facts(case, a.Assessed)[-1].reason == "SUPPORTER"


def test_without_the_self_care_items_there_is_no_opinion_and_the_item_is_named(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.apply(household, person, programme="tekun", findings=wishing())
    office.do(steps.accept, case)
    office.do(steps.survey, case, (SURVEYOR, SECOND), findings=findings(SURVEYED))
    with pytest.raises(Refused) as refused:
        office.do(steps.assess, case)
    assert refused.value.field in ITEMS


def test_self_care_assessed_after_the_notice_changes_the_sum_that_is_decided(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.opinion(household, person)
    office.do(steps.post_notice, case)
    office.ready(case)
    office.do(steps.take_step, case, "assess_self_care", (OFFICER,), findings=items(4))
    office.do(steps.confirm, case, OFFICER)
    (granted,) = office.facts(case, a.SubsidyGranted)
    assert granted.amount_fen == 1056_10
    last = [one for one in office.recorded(case) if isinstance(one.data, a.Assessed)][-1]
    assert granted.grounds.assessment == last.envelope.id


def test_who_is_paid_dibao_is_refused_tekun_until_they_say_that_they_leave_it(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    office.grant(household, person)
    case = office.opinion(household, person)
    assert office.facts(case, a.Assessed)[-1].reason == "DIBAO"


def test_dibao_of_somebody_alone_ends_where_tekun_begins(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    dibao = office.grant(household, person)
    office.until(date(2021, 8, 2))
    tekun = office.tekun(household, person, pledge=True)
    office.until(date(2021, 10, 2))
    assert office.months(dibao) == ["2021-08"]
    assert office.months(tekun) == ["2021-09", "2021-10"]
    assert [fact.reason for fact in office.facts(dibao, a.Exited)] == ["tekun"]
    assert office.differs() == []


def test_a_dibao_family_of_whom_one_becomes_tekun_is_reviewed_and_paid_for_the_others(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, people = office.family(2)
    dibao = office.grant(household, people[0], POOR)
    office.until(date(2021, 8, 2))
    tekun = office.tekun(household, people[1], pledge=True)
    office.until(date(2021, 10, 2))
    assert [fact.reason for fact in office.facts(dibao, a.ReviewOpened)] == ["tekun"]
    paid = {fact.month: fact.amount_fen for fact in office.facts(dibao, a.MonthGranted)}
    assert paid == {"2021-08": 2 * 417_00 - 300_00, "2021-09": 117_00, "2021-10": 117_00}
    assert office.months(tekun) == ["2021-09", "2021-10"]
    assert office.case(dibao).members == (people[0],)


def test_a_tekun_person_is_not_counted_when_the_family_applies_for_dibao(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, people = office.family(2)
    office.tekun(household, people[1])
    dibao = office.apply(household, people[0])
    assert office.case(dibao).members == (people[0],)


def test_a_death_ends_tekun_with_the_month(tmp_path: Path) -> None:
    from events import registry as r

    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.tekun(household, person)
    office.until(date(2021, 8, 20))
    office.tell(r.Died(person=person, household=household, on=date(2021, 8, 19)))
    (ended,) = office.facts(case, a.Exited)
    assert (ended.reason, ended.since) == ("death", date(2021, 9, 1))


def test_whoever_leaves_a_household_is_supported_on_and_people_look_where_they_live(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.tekun(household, person)
    office.until(date(2021, 8, 20))
    office.tell(r.MemberLeft(household=household, person=person, since=office.today, reason="work"))
    office.tell(r.HouseholdClosed(household=household, reason="nobody_left", since=office.today))
    office.until(date(2021, 9, 2))
    (opened,) = office.facts(case, a.ReviewOpened)
    assert opened.reason == "member_left"
    assert office.months(case) == ["2021-08", "2021-09"]
    assert office.facts(case, a.Exited) == [] and office.differs() == []


def test_an_application_of_whoever_lives_nowhere_for_some_days_goes_on(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.opinion(household, person)
    office.tell(r.MemberLeft(household=household, person=person, since=office.today, reason="work"))
    assert office.facts(case, a.Withdrawn) == []
    office.do(steps.post_notice, case)
    office.ready(case)
    office.do(steps.confirm, case, OFFICER)
    assert len(office.facts(case, a.SubsidyGranted)) == 1
