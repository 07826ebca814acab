"""The papers on tekun, relief and rigid expenditure, and inputs that qualify, for the tests to change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import services.policy
from services.policy.paper import Paper, Step
from services.policy.reading import ReadPaper, read_paper
from services.policy.rule import Outcome, Rule
from services.policy.rulebook import Rulebook

PAPERS = Path(services.policy.__file__).parent / "papers"
IDS = ("tekun-2021", "temporary-relief-2018", "rigid-expenditure-2025", "standards-relief-illustrative")
WITH = (*IDS, "standards-illustrative")
PERSON: dict[str, object] = {
    "地区": "rural",
    "周岁": 70,
    "在校": False,
    "残疾类别": "none",
    "残疾等级": 0,
    "省定无劳动能力": False,
    "工资性收入": Decimal("0.00"),
    "经营净收入": Decimal("0.00"),
    "财产净收入": Decimal("0.00"),
    "转移净收入": Decimal("0.00"),
    "不计入的转移收入": Decimal("0.00"),
    "财产符合": True,
    "法定义务人": [],
    "选择孤儿保障": False,
    "继续领取低保": False,
    "终止情形": "none",
    "自主吃饭": True,
    "自主穿衣": True,
    "自主上下床": True,
    "自主如厕": True,
    "室内自主行走": True,
    "自主洗澡": True,
    "供养方式": "scattered",
    "上月供养金额": Decimal("0.00"),
}
SUPPORTER: dict[str, object] = {
    "特困": False,
    "低保": False,
    "周岁": 40,
    "残疾类别": "none",
    "残疾等级": 0,
    "本人年收入": Decimal("30000.00"),
    "低收入财产符合": False,
    "无民事行为能力": False,
    "被宣告失踪": False,
    "在监狱服刑": False,
    "省定无履行义务能力": False,
}
NEED: dict[str, object] = {
    "地区": "rural",
    "对象类别": "none",
    "困难程度": "heavier",
    "困难持续月数": 2,
    "基本生活严重困难": True,
    "同一事由已救助": False,
    "一事一议": False,
    "一事一议金额": Decimal("0.00"),
    "十二月内救助金额": Decimal("0.00"),
    "十二月内救助次数": 0,
}
EMERGENCY = {**NEED, "救助人数": 1, "急难情形": "accident", "需立即救助": True}
SPENDING = {
    **NEED,
    "家庭人口": 3,
    "家庭年可支配收入": Decimal("30000.00"),
    "财产符合": True,
    "必需支出": [{"类别": "medical", "金额": Decimal("25000.00"), "报销补助": Decimal("5000.00")}],
}
RIGID: dict[str, object] = {
    "已纳入类别": "none",
    "家庭人口": 3,
    "家庭年总收入": Decimal("60000.00"),
    "财产符合": True,
    "符合地方条件": True,
    "刚性支出": [],
}


@cache
def shipped(paper: str) -> ReadPaper:
    return read_paper(PAPERS / paper)


@cache
def book() -> Rulebook:
    return Rulebook([shipped(paper).paper for paper in WITH])


def others(paper: str) -> list[Paper]:
    return [shipped(other).paper for other in WITH if other != paper]


def rule(programme: str, on: str) -> Rule:
    return book().rule(programme, date.fromisoformat(on))


def decided(programme: str, on: str, base: Mapping[str, object], **changed: object) -> Outcome:
    return rule(programme, on).decide({**base, **changed}, trace=True)


def tekun(on: str = "2021-07-01", **changed: object) -> Outcome:
    return decided("tekun", on, PERSON, **changed)


def step(paper: str, procedure: str, name: str) -> Step:
    found = next(one for one in shipped(paper).paper.procedures if one.procedure == procedure)
    return next(one for one in found.steps if one.step == name)
