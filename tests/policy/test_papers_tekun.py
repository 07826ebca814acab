"""Tekun: the three conditions, self-care by six items, and amounts worked out by hand from the clauses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.policy.paper import Limit
from tests.policy.relief_papers import SUPPORTER, shipped, step, tekun

WORKING = "working_days"


def test_a_rural_tekun_at_home_gets_130_percent_of_dibao_and_a_tenth_of_the_minimum_wage() -> None:
    # 417 × 1.3 = 542.10; 1540 / 10 = 154
    outcome = tekun()
    assert (outcome.row, outcome.amount_fen) == ("TEKUN", 54210 + 15400)


def test_full_care_in_an_institution_is_counted_up_to_whole_yuan() -> None:
    # 703 × 1.3 = 913.90; 1900 × 1.2 / 3 = 760
    needs_all = dict.fromkeys(("自主吃饭", "自主穿衣", "自主上下床", "自主如厕"), False)
    outcome = tekun("2024-12-01", 地区="urban", 供养方式="centralised", **needs_all)
    assert (outcome.outputs["自理档次"], outcome.amount_fen) == ("full", 91390 + 76000)
    # 1540 / 6 = 256.67, which is 257
    assert tekun(自主洗澡=False).amount_fen == 54210 + 25700


@pytest.mark.parametrize(
    ("unmet", "grade"), [(0, "self"), (1, "semi"), (3, "semi"), (4, "full"), (6, "full")]
)
def test_the_grade_of_care_is_counted_from_the_six_items(unmet: int, grade: str) -> None:
    items = ["自主吃饭", "自主穿衣", "自主上下床", "自主如厕", "室内自主行走", "自主洗澡"]
    assert tekun(**dict.fromkeys(items[:unmet], False)).outputs["自理档次"] == grade


def test_one_able_supporter_among_several_is_enough_to_refuse() -> None:
    unable = {**SUPPORTER, "特困": True}
    assert tekun(法定义务人=[unable, unable]).row == "TEKUN"
    assert tekun(法定义务人=[unable, SUPPORTER]).row == "SUPPORTER"


def test_an_old_supporter_of_low_income_is_unable_only_if_property_is_within_the_rule() -> None:
    old = {**SUPPORTER, "周岁": 70, "本人年收入": Decimal("19999.99")}
    assert tekun(法定义务人=[old]).row == "SUPPORTER"
    assert tekun(法定义务人=[{**old, "低收入财产符合": True}]).row == "TEKUN"


def test_who_turned_18_in_support_and_is_at_school_goes_on_from_july_2026() -> None:
    pupil = {"周岁": 18, "在校": True, "上月供养金额": Decimal("859.50")}
    assert tekun("2026-06-30", **pupil).row == "ABLE"
    assert tekun("2026-07-01", **pupil).row == "TEKUN"


def test_tekun_is_not_paid_together_with_dibao() -> None:
    assert (tekun(继续领取低保=True).row, tekun(继续领取低保=True).amount_fen) == ("DIBAO", 0)


@pytest.mark.parametrize(
    ("cause", "row"),
    [("dead", "DEATH"), ("missing", "DEATH"), ("prison", "PRISON"), ("withdrawn", "WITHDRAWN")],
)
def test_support_ends_for_each_ground_of_article_24(cause: str, row: str) -> None:
    assert tekun(终止情形=cause).row == row
    assert tekun(周岁=59).row == "ABLE"
    assert tekun(工资性收入=Decimal("417.00")).row == "INCOME"
    assert tekun(财产符合=False).row == "PROPERTY"


def test_a_trace_tells_the_clause_of_each_step() -> None:
    trace = tekun().trace
    assert trace is not None
    told = {(one.name, one.clause, one.paper) for one in trace}
    assert ("有能力义务人数", "第八条", "tekun-2021") in told
    assert ("特困基本生活倍数", "一", "standards-relief-illustrative") in told


def test_the_limits_of_tekun_are_those_of_its_articles() -> None:
    found = step("tekun-2021", "tekun", "survey")
    assert (found.finish_within, found.clause) == (Limit(count=15, unit=WORKING, after="accept"), "第十三条")
    assert step("tekun-2021", "tekun", "review").finish_within == Limit(
        count=15, unit=WORKING, after="submit"
    )
    assert step("tekun-2021", "tekun", "spot_check").share == "特困抽查比例"
    share = next(one for one in shipped("tekun-2021").paper.parameters if one.name == "特困抽查比例")
    assert [value.value for value in share.values] == ["0.3"]
    assert step("tekun-2021", "tekun", "notice").stands == Limit(
        count=7, unit="calendar_days", after="notice"
    )
    reassess = step("tekun-2021", "tekun-reassessment", "assess_self_care")
    assert reassess.finish_within == Limit(count=10, unit=WORKING, after="report")
