"""The papers on dibao: they read, they are clean, and they pay what a person works out from the clauses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import services.policy
from services.policy.checking import check
from services.policy.examples import run
from services.policy.language.intake import InputWrong
from services.policy.paper import Paper
from services.policy.reading import ReadPaper, canonical, from_canonical, read_paper
from services.policy.rulebook import Rulebook

PAPERS = Path(services.policy.__file__).parent / "papers"
IDS = (
    "dibao-2012",
    "dibao-2021",
    "dibao-notice-2022-10",
    "hecheng-2020-43",
    "hecheng-successor-illustrative",
    "social-assistance-law-2026",
    "standards-illustrative",
)
BASES = {
    "dibao-2012",
    "dibao-2021",
    "dibao-notice-2022-10",
    "social-assistance-law-2026",
    "standards-illustrative",
}
STANDARDS = {True: ((date(2024, 12, 1), 703_00), (date.min, 588_00)),
             False: ((date(2024, 12, 1), 515_00), (date.min, 417_00))}  # fmt: skip
"""By urban: fen a head and month from a day on, as `standards-illustrative` says."""
NOBODY: dict[str, object] = {
    "年龄": 40,
    "工资": Decimal("0.00"),
    "有劳动能力": True,
    "就业": False,
    "残疾等级": 0,
    "残疾类别": "none",
    "重病": False,
    "医疗自付": Decimal("0.00"),
    "单独立户": False,
    "全日制高中以上就学": False,
    "学费": Decimal("0.00"),
    "三次拒绝工作": False,
}
NOTHING: dict[str, object] = {
    "地区": "rural",
    "经营净收入": Decimal("0.00"),
    "财产净收入": Decimal("0.00"),
    "转移净收入": Decimal("0.00"),
    "基础养老金": Decimal("0.00"),
    "财产符合": True,
    "单人户申请": False,
    "未脱贫建档立卡户": False,
    "原保障金额": Decimal("0.00"),
    "超标准月数": 0,
}


@cache
def shipped(paper: str) -> ReadPaper:
    return read_paper(PAPERS / paper)


@cache
def book(*papers: str) -> Rulebook:
    return Rulebook([shipped(paper).paper for paper in papers or IDS])


def others(paper: str) -> list[Paper]:
    return [shipped(other).paper for other in IDS if other != paper]


def person(**known: object) -> dict[str, object]:
    return {**NOBODY, **known}


def at_work(wage: str, **known: object) -> dict[str, object]:
    return person(工资=Decimal(wage), 就业=True, **known)


def decide(
    on: date, *members: dict[str, object], rules: Rulebook | None = None, **known: object
) -> tuple[str, str]:
    """The row that fired and the sum in yuan."""
    rules = rules or book()
    named = {**NOTHING, **known, "家庭成员": list(members)}
    definition = rules.definition("dibao", on)
    wanted = {*definition.inputs, *definition.history}
    outcome = rules.rule("dibao", on).decide({name: value for name, value in named.items() if name in wanted})
    return outcome.row, f"{Decimal(outcome.amount_fen) / 100:.2f}"


@pytest.mark.parametrize("paper", IDS)
def test_a_paper_is_clean_beside_the_others(paper):
    read = shipped(paper)
    assert [str(finding) for finding in check(read.paper, others(paper), read.places)] == []


@pytest.mark.parametrize("paper", IDS)
def test_the_examples_of_a_paper_come_out_as_it_says(paper):
    assert [str(finding) for finding in run(shipped(paper).paper, others(paper))] == []


@pytest.mark.parametrize("paper", IDS)
def test_a_paper_comes_back_from_its_canonical_text(paper):
    assert from_canonical(canonical(shipped(paper).paper)) == shipped(paper).paper


@pytest.mark.parametrize("paper", IDS)
def test_a_paper_carries_its_source_text_and_nothing_else(paper):
    text = (PAPERS / paper / "source.md").read_text(encoding="utf-8")
    assert shipped(paper).paper.identity.title.removesuffix("（示例）")[-4:] in text
    assert not [mark for mark in ("[[", "bookmark", "修订时间", "实施时间") if mark in text]


def test_a_family_without_members_is_refused_by_the_name_of_the_input():
    with pytest.raises(InputWrong, match="家庭成员"):
        decide(date(2021, 8, 2))


def test_article_27_pays_a_rural_couple_the_difference_before_the_plan_of_the_district():
    # 2012: 417 x 2 less a wage of 600: no deduction is known yet.
    assert decide(date(2020, 7, 26), at_work("600.00"), person()) == ("HOUSEHOLD", "234.00")


@pytest.mark.clause("B3", "B4")
def test_clause_3_1_1_deducts_work_illness_disability_and_schooling():
    # 417 x 4 = 1668. Wages 1900 and 150, less work 200 + 150, disability 200, illness 500 of 800, schooling 300 of 450.
    family = (
        at_work("1900.00"),
        at_work("150.00", 残疾等级=2, 残疾类别="physical"),
        person(重病=True, 医疗自付=Decimal("800.00")),
        person(年龄=17, 全日制高中以上就学=True, 学费=Decimal("450.00")),
    )
    assert decide(date(2020, 8, 10), *family) == ("HOUSEHOLD", "968.00")  # 1668 - (2050 - 1350)
    assert decide(date(2020, 7, 26), *family) == ("ABOVE", "0.00")  # 2050 whole is over 1668


@pytest.mark.clause("B2")
def test_clause_3_1_1_takes_the_seriously_ill_of_a_poor_household_as_a_single_person_case():
    family = (at_work("3000.00"), person(重病=True))
    assert decide(date(2020, 9, 1), *family, 单人户申请=True, 未脱贫建档立卡户=True) == ("SINGLE", "417.00")
    assert decide(date(2020, 9, 1), *family, 单人户申请=True) == ("ABOVE", "0.00")


@pytest.mark.clause("B2")
def test_article_8_takes_the_severely_disabled_of_a_margin_household_below_one_and_a_half_times_the_standard():
    # 588 x 2 = 1176; one and a half times 1764. Less work 200 and disability 200.
    below, at = at_work("2163.99"), at_work("2164.00")
    disabled = person(残疾等级=1, 残疾类别="visual", 有劳动能力=False)
    july = date(2021, 7, 1)
    assert decide(july, below, disabled, 地区="urban", 单人户申请=True) == ("SINGLE", "588.00")
    assert decide(july, at, disabled, 地区="urban", 单人户申请=True) == ("ABOVE", "0.00")


def test_article_34_stops_only_the_share_of_the_one_who_refuses_work():
    # 515 x 3 = 1545, less 45: 1500, two shares of three.
    family = (person(), person(年龄=70, 有劳动能力=False), person(三次拒绝工作=True))
    assert decide(date(2025, 3, 1), *family, 经营净收入=Decimal("45.00")) == ("HOUSEHOLD", "1000.00")


@pytest.mark.clause("B5")
def test_article_33_pays_the_former_sum_for_six_months_after_work_was_found():
    family = (at_work("4000.00"), person())
    paid = [
        decide(date(2023, 3, 1), *family, 原保障金额=Decimal("386.00"), 超标准月数=months)
        for months in range(8)
    ]
    assert paid == [("TAPER", "386.00")] * 6 + [("ABOVE", "0.00")] * 2


def test_the_basic_pension_is_left_out_until_the_end_of_2025_and_counts_before_and_after():
    sums = [
        decide(day, person(年龄=70), 基础养老金=Decimal("128.00"))[1]
        for day in (date(2021, 6, 30), date(2021, 7, 1), date(2025, 12, 31), date(2026, 1, 1))
    ]
    assert sums == ["289.00", "417.00", "515.00", "387.00"]


@pytest.mark.clause("B2")
def test_a_disabled_adult_out_of_work_may_apply_alone_from_the_notice_of_2022_on_whatever_the_family_earns():
    family = (at_work("9000.00"), person(年龄=18, 残疾等级=2, 残疾类别="mental", 有劳动能力=False))
    days = (date(2022, 10, 19), date(2022, 10, 20), date(2026, 7, 1))
    assert [decide(day, *family, 单人户申请=True)[0] for day in days] == ["ABOVE", "SINGLE", "SINGLE"]


@pytest.mark.clause("Z1")
def test_a_decision_the_day_after_the_lapse_does_not_rest_on_the_plan_of_the_district():
    last = {paper.identity.id for paper in book().definition("dibao", date(2025, 7, 26)).papers}
    after = book().definition("dibao", date(2025, 7, 27))
    assert "hecheng-2020-43" in last
    assert "hecheng-2020-43" not in {paper.identity.id for paper in after.papers}
    assert "未脱贫建档立卡户" not in after.inputs
    assert all(step.paper.identity.id != "hecheng-2020-43" for step in after.steps)


@pytest.mark.clause("B3")
def test_the_successor_carries_on_the_deduction_for_schooling_which_the_national_papers_do_not_know():
    family = (at_work("1500.00"), person(年龄=17, 全日制高中以上就学=True, 学费=Decimal("300.00")))
    day = date(2025, 7, 27)
    assert decide(day, *family) == ("HOUSEHOLD", "30.00")  # 1030 - (1500 - 200 - 300)
    assert decide(day, *family, rules=book(*BASES)) == ("ABOVE", "0.00")  # 1300 is over 1030
    assert decide(day, person(), rules=book(*BASES)) == ("HOUSEHOLD", "515.00")


def test_whatever_rests_on_the_standards_is_marked_illustrative():
    days = (date(2020, 8, 1), date(2021, 8, 1), date(2025, 8, 1), date(2026, 8, 1))
    assert all(book().rule("dibao", day).illustrative for day in days)


def test_only_figures_read_in_a_statute_are_marked_confirmed():
    confirmed = {
        (parameter.name, value.value)
        for paper in IDS
        for parameter in shipped(paper).paper.parameters
        for value in parameter.values
        if value.status == "confirmed"
    }
    assert confirmed == {
        ("入户抽查比例", "0.30"),
        ("单人户倍数", "1.5"),
        ("基础养老金不计收入", "true"),
        ("基础养老金不计收入", "false"),
        ("渐退月数", "6"),
    }


@pytest.mark.parametrize(
    ("on", "row", "clause"),
    [
        (date(2020, 8, 10), "HOUSEHOLD", "第四条"),
        (date(2021, 8, 10), "HOUSEHOLD", "第二十一条"),
        (date(2021, 8, 10), "SINGLE", "第八条"),
        (date(2021, 8, 10), "TAPER", "第三十三条"),
    ],
)
def test_a_row_cites_the_article_of_the_procedure_in_force(on, row, clause):
    tables = [step.table for step in book().definition("dibao", on).steps if hasattr(step, "table")]
    assert [each.clause for table in tables for each in table.rows if each.id == row] == [clause]


def test_from_july_2026_the_sum_rests_on_article_18_of_the_law():
    before = book().definition("dibao", date(2026, 6, 30)).amount
    after = book().definition("dibao", date(2026, 7, 1)).amount
    assert (before.paper.identity.id, before.amount.clause) == ("dibao-2021", "第二十三条")
    assert (after.paper.identity.id, after.amount.clause) == ("social-assistance-law-2026", "第十八条")


def limit(paper: str, procedure: str, step: str, which: str) -> tuple[int, str, str]:
    steps = {
        each.step: each
        for found in shipped(paper).paper.procedures
        if found.procedure == procedure
        for each in found.steps
    }
    known = getattr(steps[step], which)
    return known.count, known.unit, known.after


@pytest.mark.parametrize(
    ("paper", "procedure", "step", "which", "expected"),
    [
        ("dibao-2012", "dibao", "survey", "finish_within", (10, "working_days", "accept")),
        ("dibao-2012", "dibao", "appraisal", "finish_within", (5, "working_days", "survey")),
        ("dibao-2012", "dibao", "notice", "stands", (7, "calendar_days", "notice")),
        ("dibao-2012", "dibao", "review", "finish_within", (5, "working_days", "submit")),
        ("dibao-2012", "dibao", "tell_refusal", "finish_within", (3, "calendar_days", "review")),
        ("dibao-2012", "dibao", "district_notice", "stands", (7, "calendar_days", "district_notice")),
        ("dibao-2012", "dibao", "decide", "finish_within", (3, "working_days", "district_notice")),
        ("dibao-2012", "dibao", "inquire_again", "finish_within", (20, "working_days", "district_notice")),
        ("dibao-2021", "dibao", "survey", "start_within", (3, "working_days", "accept")),
        ("dibao-2021", "dibao", "check", "start_within", (3, "working_days", "request_check")),
        ("dibao-2021", "dibao", "review", "finish_within", (10, "working_days", "submit")),
        ("dibao-2021", "dibao", "tell_refusal", "finish_within", (3, "working_days", "decide")),
        (
            "dibao-notice-2022-10",
            "dibao",
            "review_after_death",
            "finish_within",
            (3, "months", "report_death"),
        ),
    ],
)
def test_a_step_has_the_limit_of_its_article(paper, procedure, step, which, expected):
    assert limit(paper, procedure, step, which) == expected


@pytest.mark.clause("B1")
def test_thirty_days_in_all_and_twenty_where_the_township_confirms():
    whole = {
        (paper, procedure.procedure): (
            procedure.whole and procedure.whole.count,
            procedure.hard and procedure.hard.count,
        )
        for paper in IDS
        for procedure in shipped(paper).paper.procedures
    }
    assert whole == {
        ("dibao-2012", "dibao"): (None, None),
        ("dibao-2021", "dibao"): (30, 45),
        ("dibao-notice-2022-10", "dibao"): (30, 45),
        ("dibao-notice-2022-10", "dibao-township"): (20, 45),
        ("social-assistance-law-2026", "dibao"): (30, 45),
        ("social-assistance-law-2026", "dibao-township"): (20, 45),
    }


def test_a_publication_shows_name_number_and_sum_and_nothing_else():
    for paper in IDS:
        for procedure in shipped(paper).paper.procedures:
            shown = [step.shows for step in procedure.steps if step.step == "publish"]
            assert shown == [("applicant_name", "member_count", "amount")]


def test_views_are_heard_only_under_the_law():
    heard = {
        paper
        for paper in IDS
        for procedure in shipped(paper).paper.procedures
        for step in procedure.steps
        if step.step == "hear"
    }
    assert heard == {"social-assistance-law-2026"}


def test_every_limit_runs_from_a_step_of_its_procedure():
    for paper in IDS:
        for procedure in shipped(paper).paper.procedures:
            names = {step.step for step in procedure.steps}
            limits = [procedure.whole, procedure.hard]
            limits += [
                each
                for step in procedure.steps
                for each in (step.start_within, step.finish_within, step.stands)
            ]
            assert {each.after for each in limits if each} <= names


def test_drinking_water_has_no_department_until_the_district_names_one():
    referrals = {each.referral: each.to for each in shipped("hecheng-2020-43").paper.referrals}
    assert [name for name, to in referrals.items() if to is None] == ["drinking_water"]
    assert set(referrals) == {"medical", "education", "housing", "employment", "drinking_water"}


@settings(max_examples=150, deadline=None)
@given(
    income=st.integers(0, 3_000_00),
    members=st.integers(1, 6),
    day=st.sampled_from(
        [date(2020, 3, 1), date(2020, 9, 1), date(2021, 8, 1), date(2024, 12, 1), date(2026, 8, 1)]
    ),
    urban=st.booleans(),
    within=st.booleans(),
)
def test_without_deductions_the_papers_pay_standard_times_heads_less_income(
    income, members, day, urban, within
):
    standard = next(fen for first, fen in STANDARDS[urban] if first <= day)
    lacking = standard * members - income
    expected = ("PROPERTY", 0) if not within else ("ABOVE", 0) if lacking <= 0 else ("HOUSEHOLD", lacking)
    row, amount = decide(
        day,
        *[person()] * members,
        地区="urban" if urban else "rural",
        转移净收入=Decimal(income) / 100,
        财产符合=within,
    )
    assert (row, amount) == (expected[0], f"{Decimal(expected[1]) / 100:.2f}")
