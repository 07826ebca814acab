"""A rule in plain words: who, how much, by which clause of which paper, and which figures are made up."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pytest

from services.policy.explaining import Explanation, explain
from services.policy.language.parse import parse
from services.policy.prose import Prose
from services.policy.rulebook import Rulebook
from tests.policy.heating import heating

Lang = Literal["zh", "en"]


def explained(lang: Lang) -> Explanation:
    return explain(Rulebook([heating()]).definition("heating", date(2021, 1, 5)), lang)


def test_in_chinese_it_says_who_how_much_and_by_which_clause() -> None:
    assert explained("zh").text.splitlines() == [
        "冬季取暖补贴（2021年1月5日）",
        "标有〔示例〕的数字没有公告依据，仅供演示。",
        "",
        "一、依据",
        "- 《冬季取暖补贴办法》鹤民发〔2020〕99号",
        "",
        "二、谁能享受",
        "- 情形1：未满规定年龄，不发。（鹤民发〔2020〕99号 一）",
        "- 情形2：达到规定年龄，按月发给。（鹤民发〔2020〕99号 一）",
        "",
        "三、钱数怎么算",
        "- 发放金额：如果属于情形2，就是取暖标准（120.00元/月〔示例〕）；否则，0（鹤民发〔2020〕99号 二）",
        "",
        "四、用到的标准和数字",
        "- 取暖年龄：70，自2020-07-01起（鹤民发〔2020〕99号 一）",
        "- 取暖标准：120.00元/月〔示例〕，自2020-07-01起（鹤民发〔2020〕99号 二）",
        "",
        "五、要了解的情况",
        "- 年龄（鹤民发〔2020〕99号 一）",
    ]


def test_in_english_it_says_the_same_in_the_words_of_the_labels() -> None:
    text = explained("en").text
    assert text.startswith("Winter heating, as of 2021-01-05\n")
    assert "- Case 1: Too young: nothing is paid. (鹤民发〔2020〕99号 一)" in text
    assert "if case 2 applies: “heating, a month” (120.00 yuan a month [illustrative]); otherwise: 0" in text
    assert "取暖标准" not in text


def test_every_statement_but_the_bases_has_its_clause_and_paper() -> None:
    [_, *sections] = explained("zh").sections
    for _, statements in sections:
        assert all(one.clause in ("一", "二") and one.number for one in statements)


def test_a_figure_that_no_notice_confirms_is_marked_wherever_it_shows() -> None:
    found = explained("zh")
    assert found.illustrative
    shown = [line for line in found.text.splitlines() if "120.00" in line]
    assert len(shown) == 2
    assert all("〔示例〕" in line for line in shown)


@pytest.mark.parametrize(
    ("formula", "zh", "en"),
    [
        ("max(0, 标准 * 人数 - 收入)", "标准 × 人数 − 收入（不足零的按零计算）", None),
        ("a + b * (c - d)", "a + （b × （c − d））", "“a” + (“b” × (“c” − “d”))"),
        ("a - (b - c)", "a − （b − c）", "“a” − (“b” − “c”)"),
        ("round_fen(a / b)", "a ÷ b（四舍五入到分）", "“a” ÷ “b”, rounded to the fen"),
        ("a < b and not c", "（a低于b），并且（并非c）", "(“a” below “b”) and (not “c”)"),
        ("a in [1..3)", "a不低于1、低于3", "“a” at least 1 and below 3"),
        ("a in {'x', 'y'}", "a是x、y之一", "“a” is one of x, y"),
        ("if a then b else c", "如果a，就是b；否则，c", "if “a”: “b”; otherwise: “c”"),
        ("a = true", "a", "“a”"),
        ("a = false", "并非a", "not “a”"),
        ("count(m in 家人)", "家人的人数", "how many of “家人” there are"),
        (
            "sum(m.工资 for m in 家人 where m.就业)",
            "家人中（就业）每人的（工资）之和",
            "the sum over “家人” with “就业” of (“工资”)",
        ),
        ("any(m.就业 for m in 家人)", "家人中有人就业", "one of “家人” has: “就业”"),
        ("min(a, b)", "a、b中最小的", "the least of “a”, “b”"),
        ("months_between(a, 2026-07-01)", "a到2026-07-01的满月数", "whole months from “a” to 2026-07-01"),
        ("-a", "−a", "−“a”"),
    ],
)
def test_a_formula_reads_as_a_sentence(formula: str, zh: str, en: str | None) -> None:
    tree = parse(formula)
    chinese = Prose("zh", str, lambda _, name: name, lambda _, member: "")
    english = Prose("en", lambda name: f"“{name}”", lambda _, name: f"“{name}”", lambda _, member: "")
    assert chinese.of(tree) == zh
    assert en is None or english.of(tree) == en
