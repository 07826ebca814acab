"""What a rule of dibao is told: the words of the papers (家庭成员, 财产符合) for what was found of a family. Pure.

Money comes in whole fen and is told in yuan, exact. Of all that living knows a rule gets what it asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from events.assistance import Means, MemberMeans
from services.living.area import area_of
from services.policy.definition import Definition
from services.policy.language.remember import Series, fold
from services.policy.paper import Input

REGISTERED_POOR = "未脱贫建档立卡户"
ABOVE_STANDARD = frozenset({"single", "taper"})
"""Routes by which is paid although a head's income is not below the standard."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A month that was granted, `2020-09`: how much, and by which route."""

    month: str
    amount_fen: int
    route: str


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of one decision. `month`: the month it is for; `paid`: those granted before."""

    means: Means
    township: str
    apart: bool
    poor: bool
    month: str
    paid: tuple[Paid, ...] = ()


@lru_cache(maxsize=4096)
def yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


MEMBER: Mapping[str, Callable[[MemberMeans], object]] = {
    "年龄": lambda member: member.age,
    "工资": lambda member: yuan(member.wage),
    "有劳动能力": lambda member: member.able_to_work,
    "就业": lambda member: member.in_work,
    "残疾等级": lambda member: member.disability_grade,
    "残疾类别": lambda member: member.disability_kind,
    "重病": lambda member: member.seriously_ill,
    "医疗自付": lambda member: yuan(member.medical_cost),
    "单独立户": lambda member: member.own_register,
    "全日制高中以上就学": lambda member: member.studying,
    "学费": lambda member: yuan(member.schooling_cost),
    "三次拒绝工作": lambda member: member.refused_work,
}
FAMILY: Mapping[str, Callable[[Told], object]] = {
    "地区": lambda told: area_of(told.township),
    "经营净收入": lambda told: yuan(told.means.business_income),
    "财产净收入": lambda told: yuan(told.means.property_income),
    "转移净收入": lambda told: yuan(told.means.transfer_income),
    "基础养老金": lambda told: yuan(told.means.basic_pension),
    "财产符合": lambda told: told.means.property_within_rule,
    "单人户申请": lambda told: told.apart,
    REGISTERED_POOR: lambda told: told.poor,
}
FOUND = frozenset({"家庭成员", "经营净收入", "财产净收入", "转移净收入", "基础养老金", "财产符合"})
"""Inputs that the check of means found."""
SERIES: Mapping[str, Callable[[Paid], Decimal | bool]] = {
    "granted_amount": lambda paid: yuan(paid.amount_fen),
    "above_standard": lambda paid: paid.route in ABOVE_STANDARD,
}


def inputs_of(definition: Definition, told: Told) -> dict[str, object]:
    """Exactly what the definition asks for; what living does not know is left out, and the rule names it."""
    found: dict[str, object] = {}
    for name, asked in definition.inputs.items():
        if name == "家庭成员":
            found[name] = _members(asked, told.means)
        elif name in FAMILY:
            found[name] = FAMILY[name](told)
    for name, remembered in definition.history.items():
        if remembered.of in SERIES:
            series: Series = [(paid.month, SERIES[remembered.of](paid)) for paid in told.paid]
            value = fold(remembered, series, told.month)
            counted = remembered.fold in ("count", "run_length", "months_since")
            found[name] = int(value) if counted else value
    return found


def _members(asked: Input, means: Means) -> list[dict[str, Any]]:
    known = [field.name for field in asked.fields if field.name in MEMBER]
    return [{name: MEMBER[name](member) for name in known} for member in means.members]
