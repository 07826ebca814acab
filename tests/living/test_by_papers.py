"""Dibao by the published papers: deductions, phasing out, papers that come, lapse or change, and what grounds say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events import registry as r
from events.ids import CaseId, PersonId
from events.policy import PaperPublished
from services.assistance import inputs, steps
from services.assistance.inputs import Paid, Told
from services.assistance.ruling import rule_on
from services.chassis.clock import midnight
from services.chassis.codec import read
from services.chassis.refusal import Refused
from services.policy.paper import Paper, Parameter, Value
from tests.living.office import OFFICER, POOR, RURAL, Found, Office, by, having
from tests.papers import DIBAO, shipped

WITHOUT_SUCCESSOR = tuple(id for id in DIBAO if id != "hecheng-successor-illustrative")
ALL_FOUR: dict[str, dict[str, Any]] = {
    "first": {"wage": 900_00, "in_work": True, "able_to_work": True},
    "second": {
        "disability_grade": 2,
        "disability_kind": "physical",
        "seriously_ill": True,
        "medical_cost": 800_00,
    },
    "third": {"age": 17, "studying": True, "schooling_cost": 450_00},
}


def all_four(people: Sequence[PersonId]) -> a.Means:
    """One who works, one disabled and seriously ill, one at school; 600 yuan a month from the farm."""
    members = (
        a.MemberMeans.model_validate({"person": person, "age": 40} | told)
        for person, told in zip(people, ALL_FOUR.values(), strict=True)
    )
    return a.Means(members=tuple(members), business_income=600_00, property_within_rule=True)


def with_value(paper: Paper, name: str, value: str, since: date) -> Paper:
    """The paper with another figure from a day on: `standards-illustrative` as published anew."""

    def said(one: Parameter) -> Parameter:
        if one.name != name:
            return one
        new = Value.model_validate(
            {"from": since, "value": value, "source": "测试公告", "status": "illustrative"}
        )
        return one.model_copy(update={"values": (*one.values, new)})

    return paper.model_copy(update={"parameters": tuple(map(said, paper.parameters))})


def amounts(office: Office, case: CaseId) -> dict[str, int]:
    return {fact.month: fact.amount_fen for fact in office.facts(case, a.MonthGranted)}


def review(office: Office, case: CaseId, found: Found, **named: Any) -> None:
    if not office.case(case).review_open:
        office.do(steps.open_review, case, "report")
    office.look_into(case, found)
    office.do(steps.conclude_review, case, OFFICER, **named)


@pytest.mark.clause("B3", "B4")
def test_every_deduction_of_the_papers_is_in_the_sum_and_told_with_its_clause(tmp_path: Path) -> None:
    office = Office(tmp_path)
    household, people = office.family(3)
    case = office.grant(household, people[0], all_four)
    # 900 + 600 less 200 for work, 200 for the disability, 500 (of 800) for treatment, 300 (of 450) for school
    # leaves 300; 3 × 417 − 300 = 951.
    assert office.facts(case, a.SubsidyGranted)[0].amount_fen == 951_00
    assessed = office.facts(case, a.Assessed)[0]
    worked = {one.name: (one.value, one.clause, one.paper) for one in assessed.worked}
    hecheng = ("三(一)1", "hecheng-2020-43")
    assert worked["就业成本扣减"] == ("200", *hecheng)
    assert worked["就业成本定额"] == ("200", "二", "standards-illustrative")
    assert float(worked["残疾扣减"][0]) == 200
    assert float(worked["大病扣减"][0]) == 500
    assert worked["就学扣减"] == ("300.00", *hecheng)
    assert worked["人均收入倍数"][0] == "300.00 / 1251"
    assert worked["认定"] == ("HOUSEHOLD", "第四条", "dibao-2012")
    assert (assessed.reason, assessed.route) == ("HOUSEHOLD", "household")
    checked = next(one for one in office.recorded(case) if isinstance(one.data, a.Checked))
    told = {one.name: one for one in assessed.inputs}
    member = told["家庭成员[1]"]
    assert json.loads(member.value)["医疗自付"] == "800.00"
    assert member.event == told["经营净收入"].event == checked.envelope.id
    assert (told["地区"].value, told["decision_day"].value) == ("rural", "2020-08-03")
    assert office.differs() == []


def test_grounds_name_each_paper_by_number_clause_and_the_digest_published(tmp_path: Path) -> None:
    office = Office(tmp_path)
    household, people = office.family()
    case = office.grant(household, people[0])
    facts = (read(entry, office.vault).data for entry in office.policy.store.entries(0, 1000))
    digests = {fact.number: fact.digest for fact in facts if isinstance(fact, PaperPublished)}
    granted = office.facts(case, a.SubsidyGranted)[0]
    assert [(paper.number, paper.clause) for paper in granted.grounds.papers] == [
        ("民发〔2012〕220号", "第二十九条、第四条、第二十七条"),
        ("（示例）低保标准公告", "一、二、三"),
        ("鹤民发〔2020〕43号", "三(一)1"),
    ]
    assert all(paper.digest == digests[paper.number] for paper in granted.grounds.papers)
    assert (granted.grounds.language, granted.grounds.illustrative) == ("1", True)


@pytest.mark.clause("B5")
def test_who_finds_work_is_phased_out_for_six_months_and_then_the_case_ends(tmp_path: Path) -> None:
    office = Office(tmp_path)
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.until(date(2020, 11, 10))
    works = having(first={"wage": 1300_00, "in_work": True, "able_to_work": True})
    review(office, case, works)  # 1,300 − 200 = 1,100: not below 834
    adjusted = office.facts(case, a.Adjusted)[0]
    assert (adjusted.reason, adjusted.amount_fen, adjusted.since) == ("taper", 534_00, date(2020, 12, 1))
    assert office.facts(case, a.Assessed)[-1].route == "taper"
    office.until(date(2021, 7, 5))
    routes = {fact.month: fact.route for fact in office.facts(case, a.MonthGranted)}
    assert routes == {
        **dict.fromkeys(("2020-09", "2020-10", "2020-11"), "household"),
        **dict.fromkeys(("2020-12", "2021-01", "2021-02", "2021-03", "2021-04", "2021-05"), "taper"),
    }
    assert set(amounts(office, case).values()) == {534_00}
    exited = office.facts(case, a.Exited)[0]
    assert (exited.reason, exited.since) == ("taper_ended", date(2021, 6, 1))
    assert exited.grounds.rows == ("taper_ended", "ABOVE")
    assert office.differs() == []


@pytest.mark.clause("B5")
def test_who_loses_the_work_again_is_no_longer_phased_out(tmp_path: Path) -> None:
    office = Office(tmp_path)
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.until(date(2020, 11, 10))
    review(office, case, having(first={"wage": 1300_00, "in_work": True}))
    office.until(date(2021, 1, 10))
    review(office, case, POOR)
    office.until(date(2021, 7, 5))
    assert office.facts(case, a.Exited) == []
    assert office.facts(case, a.MonthGranted)[-1].route == "household"


@pytest.mark.clause("B5")
def test_under_the_law_of_2026_a_phasing_out_begins_only_with_a_hearing_and_then_ends_by_itself(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path, date(2026, 7, 1))
    household, people = office.family(2)
    case = office.grant(household, people[0], having(500_00))
    office.until(date(2026, 9, 10))
    works = having(first={"wage": 1400_00, "in_work": True})
    office.do(steps.open_review, case, "report")
    office.look_into(case, works)
    with pytest.raises(Refused, match="family-not-heard"):
        office.do(steps.conclude_review, case, OFFICER)
    office.do(steps.conclude_review, case, OFFICER, heard=office.today)
    office.until(date(2027, 4, 2))
    assert office.facts(case, a.Exited)[0].since == date(2027, 4, 1)


@pytest.mark.clause("B5")
def test_a_phasing_out_begun_unheard_is_reviewed_at_its_end_once_the_law_is_in_force(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2026, 1, 5))
    household, people = office.family(2)
    case = office.grant(household, people[0], having(500_00))
    office.until(date(2026, 2, 10))
    review(office, case, having(first={"wage": 1400_00, "in_work": True}))
    office.until(date(2026, 9, 2))
    assert office.facts(case, a.Exited) == []
    assert office.facts(case, a.ReviewOpened)[-1].reason == "taper_ended"
    assert office.months(case)[-1] == "2026-09"


def test_a_case_from_before_july_2021_keeps_its_procedure_and_is_decided_by_the_new_rule(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path, date(2021, 6, 25))
    household, people = office.family(2)
    case = office.apply(household, people[0])
    office.do(steps.accept, case)
    accepted = office.facts(case, a.Accepted)[0]
    assert (accepted.basis, accepted.decide_by) == ("民发〔2012〕220号", None)
    assert (accepted.survey_by, accepted.provisional) == (date(2021, 7, 9), False)  # ten working days
    office.look_into(case, having(300_00, basic_pension=113_00))
    assert office.facts(case, a.Assessed)[0].amount_fen == 2 * 417_00 - 413_00
    office.take_what_is_owed(case)
    office.do(steps.post_notice, case)
    office.ready(case)  # the second notice of 2012: the case keeps its procedure
    office.do(steps.confirm, case, OFFICER)
    granted = office.facts(case, a.SubsidyGranted)[0]
    # The papers of the day of decision: from July 2021 the basic pension does not count.
    assert granted.amount_fen == 2 * 417_00 - 300_00
    assert [paper.number for paper in granted.grounds.papers] == [
        "民发〔2012〕220号", "（示例）低保标准公告", "鹤民发〔2020〕43号", "民发〔2021〕57号",
    ]  # fmt: skip
    assert granted.review_on == date(2022, 7, 11)


@pytest.mark.clause("B1")
def test_a_limit_skips_the_public_holidays_of_a_published_year(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2021, 9, 29))
    household, people = office.family()
    case = office.apply(household, people[0])
    office.do(steps.accept, case)
    accepted = office.facts(case, a.Accepted)[0]
    # 30 September, then the National Day until the 7th; the 8th and the worked Saturday, the 9th.
    assert (accepted.survey_by, accepted.provisional) == (date(2021, 10, 9), False)


@pytest.mark.clause("B3", "Z1")
@pytest.mark.parametrize(
    ("papers", "august"),
    [(WITHOUT_SUCCESSOR, 2 * 515_00 - 800_00), (DIBAO, 2 * 515_00 - 500_00)],
)
def test_when_the_districts_paper_lapses_its_deduction_ends_unless_a_successor_has_it(
    tmp_path: Path, papers: tuple[str, ...], august: int
) -> None:
    office = Office(tmp_path, date(2025, 5, 6), papers)
    household, people = office.family(2)
    studies = having(800_00, first={"age": 18, "studying": True, "schooling_cost": 400_00})
    case = office.grant(household, people[0], studies)
    office.until(date(2025, 8, 2))
    assert amounts(office, case) == {
        "2025-06": 2 * 515_00 - 500_00,
        "2025-07": 2 * 515_00 - 500_00,
        "2025-08": august,
    }
    reasons = [fact.reason for fact in office.facts(case, a.Adjusted)]
    assert reasons == (["rule_changed"] if papers is WITHOUT_SUCCESSOR else [])


def test_who_is_entitled_no_longer_once_a_paper_lapses_is_reviewed_and_paid_until_then(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path, date(2025, 5, 6), WITHOUT_SUCCESSOR)
    household, people = office.family(2)
    studies = having(1200_00, first={"age": 18, "studying": True, "schooling_cost": 400_00})
    case = office.grant(household, people[0], studies)
    office.until(date(2025, 9, 2))
    assert set(amounts(office, case).values()) == {2 * 515_00 - 900_00}
    assert [fact.reason for fact in office.facts(case, a.ReviewOpened)] == ["rule_changed"]


@pytest.mark.clause("Z1")
def test_an_assessment_under_a_paper_that_lapsed_before_the_decision_does_not_make_the_sum(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path, date(2025, 7, 20), WITHOUT_SUCCESSOR)
    household, people = office.family(2)
    studies = having(800_00, first={"age": 18, "studying": True, "schooling_cost": 400_00})
    case = office.grant(household, people[0], studies)
    assert office.facts(case, a.Assessed)[0].amount_fen == 2 * 515_00 - 500_00
    granted = office.facts(case, a.SubsidyGranted)[0]
    assert granted.amount_fen == 2 * 515_00 - 800_00
    assert "鹤民发〔2020〕43号" not in [paper.number for paper in granted.grounds.papers]


def test_a_case_is_taken_over_by_the_law_of_2026_at_its_next_step(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2026, 6, 24))
    household, people = office.family()
    case = office.grant(household, people[0])
    granted = office.facts(case, a.SubsidyGranted)[0]
    assert office.case(case).basis == "民发〔2022〕83号"
    assert [paper.number for paper in granted.grounds.papers][:2] == ["民发〔2022〕83号", "社会救助法"]
    assert granted.grounds.papers[1].clause == "第四十四条、第十八条"


def test_a_standard_published_later_changes_the_next_month_and_none_before(tmp_path: Path) -> None:
    office = Office(tmp_path)
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.until(date(2020, 11, 20))
    new = with_value(shipped("standards-illustrative"), "农村低保标准", "450", date(2020, 10, 1))
    office.publish(new)
    office.until(date(2020, 12, 2))
    assert amounts(office, case) == {
        "2020-09": 534_00, "2020-10": 534_00, "2020-11": 534_00, "2020-12": 2 * 450_00 - 300_00,
    }  # fmt: skip
    adjusted = office.facts(case, a.Adjusted)[0]
    assert (adjusted.reason, adjusted.since) == ("standard_changed", date(2020, 12, 1))
    assert office.differs() == []


def test_a_figure_that_lowers_the_sum_waits_for_a_hearing_under_the_law_of_2026(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2026, 7, 1))
    household, people = office.family(2)
    case = office.grant(household, people[0], having(first={"wage": 600_00, "in_work": True}))
    lower = with_value(shipped("standards-illustrative"), "就业成本定额", "100", date(2026, 10, 1))
    office.publish(lower)
    office.until(date(2026, 11, 2))
    assert set(amounts(office, case).values()) == {2 * 515_00 - 400_00}
    assert [fact.reason for fact in office.facts(case, a.ReviewOpened)] == ["rule_changed"]
    review(office, case, having(first={"wage": 600_00, "in_work": True}), heard=office.today)
    office.until(date(2026, 12, 2))
    assert amounts(office, case)["2026-12"] == 2 * 515_00 - 500_00


def test_before_that_law_a_month_follows_its_rule_also_where_that_gives_less(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2025, 10, 9))
    household, people = office.family(2)
    case = office.grant(household, people[0], having(300_00, basic_pension=200_00))
    office.until(date(2026, 1, 5))
    # From 2026 on the basic pension counts as income again.
    assert amounts(office, case) == {
        "2025-11": 2 * 515_00 - 300_00, "2025-12": 2 * 515_00 - 300_00, "2026-01": 2 * 515_00 - 500_00,
    }  # fmt: skip


def test_a_sum_that_an_officer_fixed_stands_whatever_the_papers_say_later(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2024, 9, 3))
    household, people = office.family(2)
    case = office.post(household, people[0])
    office.ready(case)
    office.do(steps.confirm, case, OFFICER, amount_fen=600_00, departs="户主重病")
    office.until(date(2025, 1, 2))
    assert set(amounts(office, case).values()) == {600_00}
    assert {fact.route for fact in office.facts(case, a.MonthGranted)} == {"officer"}


@pytest.mark.clause("B2")
def test_whoever_asks_apart_is_granted_alone_where_the_family_is_over_the_standard(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2021, 8, 3))
    household, people = office.family(2)
    ill = having(1000_00, first={"seriously_ill": True, "wage": 100_00})
    assert office.facts(office.grant(household, people[0], ill, apart=True), a.Assessed)[0].route == "single"
    other, others = office.family(2)
    case = office.post(other, others[0], ill)
    assert office.facts(case, a.Assessed)[0].reason == "ABOVE"


@pytest.mark.clause("B2")
def test_the_seriously_ill_of_a_registered_poor_household_are_granted_alone(tmp_path: Path) -> None:
    office = Office(tmp_path)
    household, people = office.family(2)
    office.tell(r.Categorised(person=people[1], category=r.Category.REGISTERED_POOR, since=office.today))
    ill = having(2000_00, first={"seriously_ill": True})
    case = office.grant(household, people[0], ill, apart=True)
    assert office.facts(case, a.SubsidyGranted)[0].amount_fen == 417_00
    poor, today = r.Category.REGISTERED_POOR, office.today
    office.tell(r.CategoryEnded(person=people[1], category=poor, until=today, reason="lifted"))
    office.tell(r.Categorised(person=people[1], category=r.Category.LIFTED, since=office.today))
    office.do(steps.open_review, case, "report")
    office.look_into(case, ill)
    assert office.facts(case, a.Assessed)[-1].reason == "ABOVE"
    assert office.differs() == []


def test_after_a_death_the_wage_of_the_one_who_died_is_gone(tmp_path: Path) -> None:
    office = Office(tmp_path)
    household, people = office.family(3)
    case = office.grant(household, people[0], having(100_00, first={"wage": 700_00, "in_work": True}))
    assert office.facts(case, a.SubsidyGranted)[0].amount_fen == 3 * 417_00 - 600_00
    office.until(date(2020, 10, 14))
    office.tell(r.Died(person=people[0], household=household, on=date(2020, 10, 12)))
    assert office.facts(case, a.Adjusted)[0].amount_fen == 2 * 417_00 - 100_00


def test_where_every_paper_is_missing_months_run_on_and_a_person_looks_at_the_case(tmp_path: Path) -> None:
    figures = shipped("standards-illustrative")
    ended = figures.identity.in_force.model_copy(update={"last": date(2020, 10, 15)})
    office = Office(tmp_path, papers=[id for id in DIBAO if id != "standards-illustrative"])
    identity = figures.identity.model_copy(update={"in_force": ended})
    office.publish(figures.model_copy(update={"identity": identity}), on=date(2020, 7, 31))
    household, people = office.family()
    case = office.grant(household, people[0])
    office.until(date(2020, 12, 2))
    assert office.months(case) == ["2020-09", "2020-10", "2020-11", "2020-12"]
    assert [fact.reason for fact in office.facts(case, a.ReviewOpened)] == ["rule_changed"]
    office.do(steps.survey, case, (OFFICER, PersonId(int=1)), POOR(people))
    office.do(steps.check, case, POOR(people))
    with pytest.raises(Refused, match="no-rule"):
        office.do(steps.assess, case)


NOT_POOR = {"未脱贫建档立卡户": "false"}


@pytest.mark.clause("B5")
def test_months_of_phasing_out_are_counted_in_a_row() -> None:
    def routes(*paid: str) -> str:
        months = tuple(Paid(f"2020-{number:02d}", 400_00, route) for number, route in enumerate(paid, 1))
        means = having(first={"wage": 2000_00, "in_work": True})((PersonId(int=1),))
        month = f"2020-{len(paid) + 1:02d}"
        return rule_on(
            by().rule(date(2020, 9, 1)), Told(inputs.Found(means), RURAL, False, NOT_POOR, month, months)
        ).route

    assert routes() == "refuse"
    assert routes("household") == "taper"
    assert routes("household", *["taper"] * 5) == "taper"
    assert routes("household", *["taper"] * 6) == "refuse"
    assert routes(*["taper"] * 6, "household", "taper") == "taper"


def test_a_month_still_owed_is_paid_as_it_was_when_a_review_has_decided_for_the_next(tmp_path: Path) -> None:
    office = Office(tmp_path)
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.until(date(2020, 10, 31))
    office.do(steps.open_review, case, "report")
    office.look_into(case, having(500_00))
    office.clock.advance_to(midnight(date(2020, 11, 1)))  # and nothing that is due has been settled yet
    office.do(steps.conclude_review, case, OFFICER)
    office.until(date(2020, 12, 2))
    assert list(amounts(office, case).values()) == [534_00, 534_00, 534_00, 334_00]
