"""Relief and rigid expenditure: the papers read, are clean, and pay what a person works out from the clauses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.policy.checking import check
from services.policy.examples import run
from services.policy.language.remember import fold
from services.policy.paper import Limit
from services.policy.reading import canonical, from_canonical
from services.policy.rule import Outcome
from tests.policy.relief_papers import (
    EMERGENCY,
    IDS,
    PAPERS,
    RIGID,
    SPENDING,
    decided,
    others,
    rule,
    shipped,
)

WORKING = "working_days"


@pytest.mark.parametrize("paper", IDS)
def test_a_paper_reads_and_its_canonical_text_is_the_same_paper(paper: str) -> None:
    read = shipped(paper).paper
    assert from_canonical(canonical(read)) == read


@pytest.mark.parametrize("paper", IDS)
def test_a_paper_is_clean(paper: str) -> None:
    assert [str(one) for one in check(shipped(paper).paper, others(paper), shipped(paper).places)] == []


@pytest.mark.parametrize("paper", IDS)
def test_every_example_comes_out_as_the_paper_says(paper: str) -> None:
    assert [str(one) for one in run(shipped(paper).paper, others(paper), shipped(paper).places)] == []


@pytest.mark.parametrize("paper", IDS)
def test_a_paper_carries_its_text_without_what_is_not_of_it(paper: str) -> None:
    text = (PAPERS / paper / "source.md").read_text("utf-8")
    assert text.startswith("# ")
    assert "|" not in text
    assert "实施时间" not in text


def test_an_emergency_is_paid_first_up_to_the_small_limit() -> None:
    # one person, two months of 417
    small = decided("relief-emergency", "2020-08-01", EMERGENCY)
    assert (small.amount_fen, small.outputs["办理方式"]) == (83400, "pay_first")
    family = decided("relief-emergency", "2020-08-01", EMERGENCY, 救助人数=3)
    assert (family.amount_fen, family.outputs["办理方式"]) == (250200, "simplified")
    assert family.outputs["审批机关"] == "district"


def test_relief_is_never_more_than_what_is_left_of_the_year() -> None:
    # six months of 417 are 2,502
    almost = decided("relief-emergency", "2020-08-01", EMERGENCY, 十二月内救助金额=Decimal("2501.99"))
    assert (almost.row, almost.amount_fen) == ("RELIEF", 1)
    used = decided("relief-emergency", "2020-08-01", EMERGENCY, 十二月内救助金额=Decimal("2502.00"))
    assert (used.row, used.amount_fen) == ("CAPPED", 0)


def test_the_second_relief_within_12_months_opens_a_dibao_check_unless_on_dibao() -> None:
    first = decided("relief-emergency", "2020-08-01", EMERGENCY)
    second = decided("relief-emergency", "2020-08-01", EMERGENCY, 十二月内救助次数=1)
    on_dibao = decided(
        "relief-emergency", "2020-08-01", EMERGENCY, 十二月内救助次数=1, 对象类别="dibao_rural"
    )
    assert [one.outputs["核查低保"] for one in (first, second, on_dibao)] == [False, True, False]


def test_relief_for_spending_is_never_more_than_what_the_family_cannot_bear() -> None:
    # 20,000 of its own less half of 30,000 is 5,000; the standard gives 417 × 2 × 3 = 2,502
    assert decided("relief-expenditure", "2020-08-01", SPENDING).amount_fen == 250200
    less = [{"类别": "medical", "金额": Decimal("20000.00"), "报销补助": Decimal("4000.00")}]
    assert decided("relief-expenditure", "2020-08-01", SPENDING, 必需支出=less).amount_fen == 100000


def test_a_family_on_dibao_is_only_asked_about_its_spending() -> None:
    rich = {"家庭年可支配收入": Decimal("57000.00"), "财产符合": False}
    assert decided("relief-expenditure", "2020-08-01", SPENDING, **rich).row == "INCOME"
    assert (
        decided("relief-expenditure", "2020-08-01", SPENDING, **rich, 对象类别="dibao_rural").row
        == "BEARABLE"
    )


def test_rigid_spending_has_to_exceed_its_part_of_income_and_pays_nothing_itself() -> None:
    # 60 % of 60,000 is 36,000
    def spent(money: str) -> Outcome:
        spending = {"类别": "medical", "金额": Decimal(money), "报销补助": Decimal("0.00")}
        record = {**spending, "同类公办标准": Decimal("0.00"), "符合规定": True}
        return decided("rigid-expenditure", "2025-01-01", RIGID, 刚性支出=[record])

    assert (spent("36000.00").row, spent("36000.01").row) == ("SHARE", "RIGID")
    assert (spent("36000.01").amount_fen, spent("36000.01").outputs["有效月数"]) == (0, 12)


@pytest.mark.parametrize("covered", ["dibao", "tekun", "margin"])
def test_who_is_covered_otherwise_is_no_rigid_expenditure_household(covered: str) -> None:
    assert decided("rigid-expenditure", "2025-01-01", RIGID, 已纳入类别=covered).row == "COVERED"


@pytest.mark.parametrize(
    "programme", ["tekun", "relief-emergency", "relief-expenditure", "rigid-expenditure"]
)
def test_every_amount_that_rests_on_a_made_up_figure_says_so(programme: str) -> None:
    assert rule(programme, "2026-07-01").illustrative


@pytest.mark.parametrize("paper", ["tekun-2021", "rigid-expenditure-2025"])
def test_what_a_law_itself_says_is_confirmed(paper: str) -> None:
    parameters = shipped(paper).paper.parameters
    assert {value.status for one in parameters for value in one.values} == {"confirmed"}


@pytest.mark.parametrize("paper", IDS)
def test_every_limit_runs_from_a_step_of_its_procedure(paper: str) -> None:
    for procedure in shipped(paper).paper.procedures:
        steps = {one.step for one in procedure.steps}
        for one in procedure.steps:
            limits = (one.start_within, one.finish_within, one.stands)
            assert {limit.after for limit in limits if limit} <= steps


def test_rigid_expenditure_is_decided_in_30_working_days_or_45_in_hard_cases() -> None:
    (procedure,) = shipped("rigid-expenditure-2025").paper.procedures
    assert procedure.whole == Limit(count=30, unit=WORKING, after="accept")
    assert procedure.hard == Limit(count=45, unit=WORKING, after="accept")


def test_relief_and_dibao_refer_to_each_other() -> None:
    referrals = {one.referral for one in shipped("temporary-relief-2018").paper.referrals}
    assert {"dibao_check", "relief_check"} <= referrals


@pytest.mark.parametrize("programme", ["relief-emergency", "relief-expenditure"])
def test_relief_given_earlier_in_the_same_month_counts_towards_the_cap(programme: str) -> None:
    paper = shipped("temporary-relief-2018").paper
    history = next(one.history for one in paper.programmes if one.programme == programme)
    given = next(one for one in history if one.name == "十二月内救助金额")
    months = [("2026-03", Decimal(800)), ("2025-03", Decimal(70)), ("2025-02", Decimal(6))]
    assert fold(given, months, "2026-03") == 870
