"""B8: self-care is assessed by six items, again within ten working days of a report, and wishes are recorded."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from events import assistance as a
from events import living as l
from events import registry as r
from services.assistance import steps
from services.chassis.refusal import Refused
from services.living import caring
from tests.living.office import OFFICER, SECOND, SURVEYOR
from tests.living.tekun import ITEMS, SURVEYED, TekunOffice, findings, items, wishing

pytestmark = pytest.mark.clause("B8")


@pytest.mark.parametrize(
    ("unmet", "grade"), [(0, "self"), (1, "semi"), (3, "semi"), (4, "full"), (6, "full")]
)
def test_the_grade_follows_from_the_items_not_met(tmp_path: Path, unmet: int, grade: str) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    office.opinion(household, person, unmet)
    (assessed,) = office.of(person, l.SelfCareAssessed)
    assert (assessed.grade, assessed.unmet) == (grade, unmet)


@pytest.mark.parametrize("missing", ITEMS)
def test_an_item_that_is_missing_is_refused_with_its_name(tmp_path: Path, missing: str) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.apply(household, person, programme="tekun", findings=wishing())
    office.do(steps.accept, case)
    told = tuple(one for one in items() if one.name != missing)
    with pytest.raises(Refused, match="self-care-item-missing") as refused:
        office.do(steps.take_step, case, "assess_self_care", (OFFICER,), findings=told)
    assert refused.value.field == missing


def test_a_grade_typed_by_hand_is_refused_and_so_are_items_found_by_another_step(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.apply(household, person, programme="tekun", findings=wishing())
    office.do(steps.accept, case)
    typed = (*items(), *findings({"自理档次": "full"}))
    with pytest.raises(Refused, match="worked-out-not-entered"):
        office.do(steps.take_step, case, "assess_self_care", (OFFICER,), findings=typed)
    for told in ({"自主吃饭": True}, {"供养方式": "centralised"}, {"继续领取低保": False}):
        with pytest.raises(Refused, match="not-of-this-step"):
            office.do(steps.survey, case, (SURVEYOR, SECOND), findings=findings(SURVEYED | told))


def test_a_reported_change_is_assessed_within_ten_working_days_and_paid_from_the_next_month(
    tmp_path: Path,
) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.tekun(household, person)
    office.until(date(2021, 8, 2))
    office.act(caring.report, person, "village")
    (reported,) = office.of(person, l.SelfCareChangeReported)
    assert reported.reassess_by == date(2021, 8, 16)
    with pytest.raises(Refused, match="reported"):
        office.act(caring.report, person, "carer")
    office.act(caring.reassess, person, (OFFICER,), items(4))
    office.until(date(2021, 9, 2))
    assert [fact.amount_fen for fact in office.facts(case, a.MonthGranted)] == [696_10, 1056_10]
    (adjusted,) = office.facts(case, a.Adjusted)
    assert (adjusted.reason, adjusted.since) == ("self_care", date(2021, 9, 1))
    assert any("第二十三条" in paper.clause for paper in adjusted.grounds.papers)
    (again,) = office.of(person, l.SelfCareReassessed)
    assert (again.before, again.grade) == ("self", "full")
    assert office.of(person, l.ReassessmentOverdue) == []
    assert office.differs() == []


def test_a_report_that_nobody_answers_is_overdue_on_the_day_after(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    office.tekun(household, person)
    office.act(caring.report, person, "person")
    last = office.of(person, l.SelfCareChangeReported)[0].reassess_by
    office.until(last)
    assert office.of(person, l.ReassessmentOverdue) == []
    office.until(last + timedelta(days=3))
    assert len(office.of(person, l.ReassessmentOverdue)) == 1


def test_the_wish_of_the_application_is_recorded_and_may_change(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    office.tekun(household, person, mode="centralised")
    assert office.support(person).wish == "centralised"
    office.act(caring.wish, person, "scattered")
    assert [fact.wish for fact in office.of(person, l.PlacementWishRecorded)] == ["centralised", "scattered"]


def test_self_care_is_assessed_every_year_and_who_was_not_is_listed(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path)
    household, person = office.alone()
    case = office.tekun(household, person)
    duties = lambda kind: [one for one in office.owed(kind) if one.code == "self_care_assessment"]  # noqa: E731
    assert [(one.period, one.illustrative) for one in duties(a.DutyArose)] == [("2021", True)]
    assert [one.period for one in duties(a.DutyMet)] == ["2021"], "by the assessment of the application"
    office.until(date(2022, 3, 1))
    office.act(caring.reassess, person, (OFFICER,), items(4))
    assert [one.period for one in duties(a.DutyMet)] == ["2021", "2022"]
    office.until(date(2024, 1, 2))
    assert [one.period for one in duties(a.DutyOverdue)] == ["2023"]
    office.tell(r.Died(person=person, household=household, on=date(2024, 1, 2)))
    office.until(date(2025, 1, 2))
    assert [one.reason for one in duties(a.DutyLapsed)] == ["nobody_left"]
    assert office.names(case)[-1] == "Exited"
    assert office.differs() == []


def test_from_july_2026_a_lower_grade_waits_until_the_person_was_heard(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path, start=date(2026, 7, 6))
    household, person = office.alone()
    case = office.tekun(household, person, 4)
    office.until(date(2026, 8, 20))
    with pytest.raises(Refused, match="family-not-heard"):
        office.act(caring.reassess, person, (OFFICER,), items(0))
    assert office.facts(case, a.Adjusted) == []
    office.act(caring.reassess, person, (OFFICER,), items(0), heard=office.today)
    (again,) = office.of(person, l.SelfCareReassessed)
    assert (again.before, again.grade, again.heard) == ("full", "self", office.today)
    assert len(office.facts(case, a.Adjusted)) == 1
