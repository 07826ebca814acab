"""Temporary relief and rigid expenditure (B10, B11, B13): by the papers, once, in parts, first, and not twice."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from events import assistance as a
from events import living as l
from events import registry as r
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import steps
from services.assistance.model import Stage
from services.chassis.refusal import Conflict, Refused
from services.living import relief
from tests.living.aid import CLERK, EMERGENCY, EXPENDITURE, RIGID, SPENDING, Aid, found, named
from tests.living.office import OFFICER, SECOND, SURVEYOR, having
from tests.living.test_remedies import contest, decide


@pytest.fixture
def office(tmp_path: Path) -> Aid:
    return Aid(tmp_path)


@pytest.mark.clause("B10")
def test_an_emergency_is_granted_once_paid_at_once_and_completed(office: Aid) -> None:
    household, people = office.family(3)
    case = office.relieved(household, people[0], "fire-1", 救助人数=3)
    (granted,) = office.facts(case, a.SubsidyGranted)
    # 417 × 2 months × 3 people.
    assert (granted.amount_fen, granted.period, granted.since) == (2502_00, "once", office.today)
    assert granted.review_on is None
    assert granted.grounds.illustrative
    assert "民发〔2018〕23号" in [paper.number for paper in granted.grounds.papers]
    (part,) = office.facts(case, a.InstalmentGranted)
    assert (part.number, part.of, part.amount_fen, part.due) == (1, 1, 2502_00, office.today)
    (exited,) = office.facts(case, a.Exited)
    assert exited.reason == "completed"
    assert office.months(case) == []
    assert office.differs() == []


@pytest.mark.clause("B10")
def test_expenditure_goes_through_appraisal_and_notice_before_it_is_granted(office: Aid) -> None:
    household, people = office.family(3)
    case = office.assessed(household, people[0], "surgery-1", EXPENDITURE)
    with pytest.raises(Conflict, match=r"wrong-step|step-owed"):
        office.do(steps.confirm, case, OFFICER)
    office.ready(case)
    office.do(steps.confirm, case, OFFICER)
    assert office.facts(case, a.SubsidyGranted)[0].amount_fen == 2502_00
    assert [fact.step for fact in office.facts(case, a.StepTaken)] == ["appraise"]


@pytest.mark.clause("B10")
def test_one_approval_is_paid_in_stages_as_they_fall_due(office: Aid) -> None:
    household, people = office.family(3)
    case = office.assessed(household, people[0], 救助人数=3)
    today = office.today
    parts = [
        a.Instalment(due=today, amount_fen=1500_00),
        a.Instalment(due=today + timedelta(days=30), amount_fen=1002_00),
    ]
    office.do(steps.confirm, case, OFFICER, parts=parts)
    assert [one.amount_fen for one in office.facts(case, a.InstalmentGranted)] == [1500_00]
    office.until(today + timedelta(days=29))
    assert office.case(case).stage is Stage.GRANTED
    office.until(today + timedelta(days=31))
    assert [one.amount_fen for one in office.facts(case, a.InstalmentGranted)] == [1500_00, 1002_00]
    assert office.case(case).stage is Stage.EXITED
    assert office.differs() == []


@pytest.mark.clause("B13")
def test_stages_that_do_not_add_up_or_stand_in_for_dibao_are_refused(office: Aid) -> None:
    household, people = office.family(3)
    case = office.assessed(household, people[0], 救助人数=3)
    today = office.today

    def confirm(*parts: tuple[date, int]) -> None:
        told = [a.Instalment(due=due, amount_fen=fen) for due, fen in parts]
        office.do(steps.confirm, case, OFFICER, parts=told)

    with pytest.raises(Refused, match="instalments-sum"):
        confirm((today, 2501_99))
    with pytest.raises(Refused, match="instalments-order"):
        confirm((today, 1000_00), (today, 1502_00))
    with pytest.raises(Refused, match="instalments-order"):
        confirm((today - timedelta(days=1), 2502_00))
    with pytest.raises(Refused, match="relief-in-place-of-dibao"):
        confirm(*[(date(2020, 8 + month, 28), 625_50) for month in range(4)])
    assert office.case(case).stage is Stage.ACCEPTED


@pytest.mark.clause("B10")
def test_the_same_event_is_relieved_once_in_twelve_months_of_either_kind(office: Aid) -> None:
    household, people = office.family(3)
    office.relieved(household, people[0], "fire-1")
    case = office.assessed(household, people[0], "fire-1", EXPENDITURE)
    (advice,) = office.facts(case, a.Assessed)
    assert (advice.eligible, advice.reason) == (False, "REPEATED")
    office.do(steps.decline, case, OFFICER)
    office.until(office.today.replace(year=2021) + timedelta(days=1))
    again = office.assessed(household, people[0], "fire-1")
    assert office.facts(again, a.Assessed)[0].eligible


@pytest.mark.clause("B10")
def test_somebody_who_moved_out_is_not_relieved_again_for_the_same_event(office: Aid) -> None:
    household, people = office.family(2)
    office.relieved(household, people[0], "fire-1")
    office.tell(r.MemberLeft(household=household, person=people[1], reason="marriage", since=office.today))
    other, _ = office.family(1)
    office.tell(
        r.MemberJoined(
            household=other, person=people[1], relation="10", reason="marriage", since=office.today
        )
    )
    case = office.assessed(other, people[1], "fire-1")
    assert office.facts(case, a.Assessed)[0].reason == "REPEATED"


@pytest.mark.clause("B10")
def test_what_was_given_under_a_registration_that_was_merged_was_given_to_the_person(office: Aid) -> None:
    household, (twin,) = office.family(1)
    office.relieved(household, twin, "fire-1")
    home, (person,) = office.family(1)
    office.tell(r.PeopleMerged(person=person, duplicate=twin, household=home))
    again = office.assessed(home, person, "fire-1", 困难程度="grave")
    advice = office.facts(again, a.Assessed)[0]
    used = {one.name: one.value for one in advice.inputs}
    assert (advice.reason, used["十二月内救助次数"]) == ("REPEATED", "1")


@pytest.mark.clause("B10")
def test_what_a_review_granted_after_a_refusal_was_relief_for_its_event(office: Aid) -> None:
    household, (person,) = office.family(1)
    refused = office.assessed(household, person, "fire-1", 基本生活严重困难=False)
    office.do(steps.decline, refused, OFFICER)
    decide(office, refused, contest(office, refused, person), "changed", 500_00)
    assert office.facts(refused, a.SubsidyGranted)[0].amount_fen == 500_00
    again = office.assessed(household, person, "fire-1")
    assert office.facts(again, a.Assessed)[0].reason == "REPEATED"
    assert office.differs() == []


@pytest.mark.clause("B10")
def test_of_two_cases_assessed_side_by_side_the_second_is_assessed_again(office: Aid) -> None:
    household, people = office.family(3)
    first = office.assessed(household, people[0], "fire-1")
    second = office.assessed(household, people[0], "fire-1", EXPENDITURE)
    office.ready(second)
    office.do(steps.confirm, first, OFFICER)
    with pytest.raises(Conflict, match="assessed-on-less"):
        office.do(steps.confirm, second, OFFICER)
    office.do(steps.assess, second)  # although its notice is over
    assert office.facts(second, a.Assessed)[-1].reason == "REPEATED"
    office.do(steps.decline, second, OFFICER)


@pytest.mark.clause("B10")
def test_what_was_given_in_the_twelve_months_before_is_counted_over_both_kinds(office: Aid) -> None:
    household, people = office.family(1)
    office.relieved(household, people[0], "fire-1", 困难程度="grave")  # 417 × 3 = 1251
    office.relieved(household, people[0], "flood-2", 困难程度="grave")  # 1251: twice is the most, 2502
    case = office.assessed(household, people[0], "quake-3")
    assert office.facts(case, a.Assessed)[0].reason == "CAPPED"
    used = {one.name: one.value for one in office.facts(case, a.Assessed)[0].inputs}
    assert (used["十二月内救助金额"], used["十二月内救助次数"]) == ("2502.00", "2")


@pytest.mark.clause("B10")
def test_an_event_is_named_by_a_code_and_by_nothing_else(office: Aid) -> None:
    household, people = office.family(1)
    for event in ("", "ab"):
        with pytest.raises(Refused, match="event-not-named"):
            office.apply(household, people[0], programme=EMERGENCY, findings=named(event) if event else ())
    for words in ("欧阳测试家失火", "a b c"):
        with pytest.raises(ValidationError):
            named(words)


@pytest.mark.clause("B13")
def test_the_second_relief_within_a_year_asks_for_a_look_at_dibao(office: Aid) -> None:
    household, people = office.family(1)
    first = office.relieved(household, people[0], "fire-1")
    assert office.facts(first, a.CheckSuggested) == []
    second = office.relieved(household, people[0], "flood-2")
    (asked,) = office.facts(second, a.CheckSuggested)
    assert (asked.referral, asked.towards, asked.clause) == ("dibao_check", "dibao", "二(四)")
    assert asked.answer_by == date(2020, 8, 17)  # ten working days after Monday the 3rd


@pytest.mark.clause("B13")
def test_the_second_relief_of_a_family_on_dibao_opens_a_review_of_its_dibao_once(office: Aid) -> None:
    household, people = office.family(1)
    dibao = office.grant(household, people[0])
    group = {"对象类别": "dibao_rural"}
    office.relieved(household, people[0], "fire-1", **group)
    assert office.facts(dibao, a.ReviewOpened) == []
    second = office.relieved(household, people[0], "flood-2", **group)
    (opened,) = office.facts(dibao, a.ReviewOpened)
    assert opened.reason == "relief_repeated"
    assert opened.cause in [one.envelope.id for one in office.recorded(second)]
    assert office.facts(second, a.CheckSuggested) == []
    office.relieved(household, people[0], "storm-3", **group)
    assert len(office.facts(dibao, a.ReviewOpened)) == 1
    assert office.differs() == []


@pytest.mark.clause("B10", "B13")
def test_the_means_are_checked_for_heavy_expenditure_but_of_families_on_dibao(office: Aid) -> None:
    def surveyed(household: HouseholdId, person: PersonId, group: str) -> CaseId:
        case = office.asked(household, person, "surgery-1", EXPENDITURE)
        told = found(**(SPENDING | {"对象类别": group}))
        office.do(steps.survey, case, (SURVEYOR, SECOND), findings=told)
        return case

    household, people = office.family(1)
    case = surveyed(household, people[0], "none")
    with pytest.raises(Conflict, match="check-missing") as wrong:
        office.do(steps.assess, case)
    assert "信息核对尚未完成" in wrong.value.zh
    office.do(steps.check, case, findings=found(**SPENDING))
    office.do(steps.assess, case)
    home, others = office.family(1)
    office.grant(home, others[0])
    office.do(steps.assess, surveyed(home, others[0], "dibao_rural"))


@pytest.mark.clause("B13")
def test_whoever_is_refused_dibao_is_looked_at_for_relief(office: Aid) -> None:
    household, people = office.family(1)
    case = office.apply(household, people[0])
    office.do(steps.accept, case)
    office.look_into(case, having(9000_00))
    office.do(steps.decline, case, OFFICER)
    (asked,) = office.facts(case, a.CheckSuggested)
    assert (asked.referral, asked.towards, asked.reason) == ("relief_check", "temporary_relief", "ABOVE")


@pytest.mark.clause("B11")
def test_an_emergency_is_paid_first_and_its_papers_complete_it(office: Aid) -> None:
    household, people = office.family(2)
    office.advance(2000_00)
    case = office.assessed(household, people[0])
    office.do(relief.pay_first, case, CLERK)
    (paid,) = office.facts(case, l.PaidFirst)
    # No check, no appraisal, no notice; ten working days from Monday 2020-08-03.
    assert (paid.amount_fen, paid.papers_by, paid.illustrative) == (834_00, date(2020, 8, 17), True)
    assert not office.facts(case, a.Checked) + office.facts(case, a.NoticePosted)
    assert office.facts(case, a.InstalmentGranted) == []  # paid already
    assert office.reserve().balance_fen == 1166_00
    office.until(date(2020, 8, 17))
    office.do(steps.take_step, case, "complete_papers", (SURVEYOR,))
    office.until(date(2020, 8, 20))
    assert office.case(case).stage is Stage.EXITED
    assert office.facts(case, l.PapersOverdue) == []
    assert office.differs() == []


@pytest.mark.clause("B11")
def test_papers_never_completed_are_overdue_once_and_hold_up_no_other_emergency(office: Aid) -> None:
    household, people = office.family(2)
    office.advance(2000_00)
    case = office.assessed(household, people[0])
    office.do(relief.pay_first, case, CLERK)
    office.until(date(2020, 8, 17))
    assert office.facts(case, l.PapersOverdue) == []
    office.until(date(2020, 9, 20))
    assert [fact.papers_by for fact in office.facts(case, l.PapersOverdue)] == [date(2020, 8, 17)]
    office.assessed(household, people[0], "flood-2")
    office.do(steps.take_step, case, "complete_papers", (SURVEYOR,))
    assert office.case(case).stage is Stage.EXITED
    assert office.differs() == []


@pytest.mark.clause("B11")
def test_nothing_is_paid_first_that_is_not_small_not_urgent_or_for_expenditure(office: Aid) -> None:
    office.advance(9000_00)
    household, people = office.family(3)
    spending = office.assessed(household, people[0], "surgery-1", EXPENDITURE)
    with pytest.raises(Refused, match="not-an-emergency"):
        office.do(relief.pay_first, spending, CLERK)
    large = office.assessed(household, people[0], "fire-1", 救助人数=3)
    with pytest.raises(Refused, match="not-paid-first"):
        office.do(relief.pay_first, large, CLERK)
    household, people = office.family(1)
    calm = office.assessed(household, people[0], "fire-2", 需立即救助=False)
    with pytest.raises(Refused, match="not-paid-first"):
        office.do(relief.pay_first, calm, CLERK)
    with pytest.raises(Conflict, match="assessment-missing"):
        office.do(relief.pay_first, office.asked(*office.one(), "fire-3"), CLERK)
    office.do(steps.confirm, calm, OFFICER)
    with pytest.raises(Refused, match=r"wrong-step|nothing-paid-first"):
        office.do(steps.take_step, calm, "complete_papers", (SURVEYOR,))


def test_a_recognition_holds_its_months_and_lapses_by_itself(tmp_path: Path) -> None:
    office = Aid(tmp_path, start=date(2025, 1, 6))
    household, people = office.family(3)
    case = office.apply(household, people[0], programme=RIGID)
    office.do(steps.accept, case)
    assert office.facts(case, a.Accepted)[0].decide_by is not None
    office.do(steps.survey, case, (SURVEYOR, SECOND), findings=found(**office.ILL))
    office.do(steps.assess, case)
    office.ready(case)
    office.do(steps.confirm, case, OFFICER)
    (granted,) = office.facts(case, a.SubsidyGranted)
    assert (granted.amount_fen, granted.until) == (0, date(2026, 1, 5))
    office.until(date(2026, 1, 5))
    assert office.case(case).stage is Stage.GRANTED
    office.until(date(2026, 1, 6))
    (exited,) = office.facts(case, a.Exited)
    assert (exited.reason, exited.since) == ("lapsed", date(2026, 1, 6))
    assert office.facts(case, a.InstalmentGranted) == []
    assert office.differs() == []
