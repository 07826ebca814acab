"""Dibao in the second half of 2021 as a person would write it in Python: what the compiled rule is measured against."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ZERO = Decimal(0)
FEN = Decimal("0.01")
STANDARDS = {"urban": Decimal("588"), "rural": Decimal("417")}
WORK, SEVERE, OTHER = Decimal(200), Decimal(200), Decimal(100)
ILLNESS, SCHOOLING = Decimal(500), Decimal(300)
SINGLE, TAPER = Decimal("1.5"), 6


def decide(case: Mapping[str, Any]) -> tuple[str, str, int]:
    """Row, route and fen, by the papers `dibao-2021`, `hecheng-2020-43` and `standards-illustrative`."""
    members = case["家庭成员"]
    standard = STANDARDS[case["地区"]]
    number = len(members)
    income = case["经营净收入"] + case["财产净收入"] + case["转移净收入"]
    income += sum((m["工资"] for m in members), ZERO)
    deducted = sum((min(m["工资"], WORK) for m in members if m["就业"]), ZERO)
    deducted += sum(1 for m in members if 1 <= m["残疾等级"] <= 2) * SEVERE
    deducted += sum(1 for m in members if 3 <= m["残疾等级"] <= 4) * OTHER
    deducted += sum((min(m["医疗自付"], ILLNESS) for m in members if m["重病"]), ZERO)
    deducted += sum((min(m["学费"], SCHOOLING) for m in members if m["全日制高中以上就学"]), ZERO)
    counted = max(income - deducted, ZERO)
    lacking = max(standard * number - counted, ZERO)
    if not case["财产符合"]:
        return "PROPERTY", "refuse", 0
    if counted < standard * number:
        sharing = sum(1 for m in members if not (m["三次拒绝工作"] and m["有劳动能力"] and not m["就业"]))
        amount = (lacking * sharing / number).quantize(FEN, ROUND_HALF_UP)
        return "HOUSEHOLD", "household", int(amount * 100)
    if case["单人户申请"]:
        apart = _apart(case, members, standard, counted < SINGLE * standard * number)
        if apart > 0:
            return "SINGLE", "single", int(apart * 100)
    if case["原保障金额"] > 0 and any(m["就业"] for m in members) and case["超标准月数"] < TAPER:
        return "TAPER", "taper", int(case["原保障金额"] * 100)
    return "ABOVE", "refuse", 0


def _apart(
    case: Mapping[str, Any], members: Sequence[Mapping[str, Any]], standard: Decimal, margin: bool
) -> Decimal:
    """What those who may ask alone lack."""
    total = ZERO
    for m in members:
        severe = m["残疾等级"] in (1, 2) or m["重病"]
        third = m["残疾等级"] == 3 and m["残疾类别"] in ("intellectual", "mental")
        if (margin and (severe or third)) or (case["未脱贫建档立卡户"] and severe):
            total += max(standard - m["工资"], ZERO)
    return total


def families(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Random families of one to five, most of them poor."""
    chance = random.Random(seed)

    def money(most: int) -> Decimal:
        return Decimal(chance.randrange(most * 100)).scaleb(-2) if chance.random() < 0.4 else Decimal("0.00")

    def member() -> dict[str, Any]:
        return {
            "年龄": chance.randrange(100),
            "工资": money(1500),
            "有劳动能力": chance.random() < 0.6,
            "就业": chance.random() < 0.4,
            "残疾等级": chance.choice((0, 0, 0, 0, 1, 2, 3, 4)),
            "残疾类别": chance.choice(("none", "visual", "intellectual", "mental")),
            "重病": chance.random() < 0.2,
            "医疗自付": money(800),
            "单独立户": chance.random() < 0.2,
            "全日制高中以上就学": chance.random() < 0.2,
            "学费": money(600),
            "三次拒绝工作": chance.random() < 0.1,
        }

    return [
        {
            "地区": chance.choice(("urban", "rural")),
            "家庭成员": [member() for _ in range(chance.choice((1, 1, 2, 2, 3, 4, 5)))],
            "经营净收入": money(800),
            "财产净收入": money(300),
            "转移净收入": money(300),
            "基础养老金": money(100),
            "财产符合": chance.random() < 0.9,
            "单人户申请": chance.random() < 0.4,
            "未脱贫建档立卡户": chance.random() < 0.2,
            "原保障金额": money(500),
            "超标准月数": chance.randrange(9),
        }
        for _ in range(count)
    ]
