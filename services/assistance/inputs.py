"""What a rule is told: the words of the papers (家庭成员, 财产符合) for what was found. Pure.

What was found under the paper's own names is told as it is; the means of a household, which have a form of their own,
by the names that papers give them. Money comes in whole fen, or as text in yuan, and is told in yuan, exact. Of all
that is known a rule gets what it asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from events.assistance import Finding, Means, MemberMeans
from events.ids import PersonId
from services.policy.area import area_of
from services.policy.definition import Definition
from services.policy.language.remember import Series, fold
from services.policy.paper import Input, RecordField

ABOVE_STANDARD = frozenset({"single", "taper"})
"""Routes by which is paid although a head's income is not below the standard."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A month that was granted, `2020-09`: how much, and by which route."""

    month: str
    amount_fen: int
    route: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a survey or a check found: the means of a household, and whatever else the paper asks for by name."""

    means: Means | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def unstable(self) -> bool:
        return self.means is not None and self.means.unstable

    def then(self, later: Found) -> Found:
        """With what was found later: of the same thing that counts."""
        known = {one.name: one for one in self.findings} | {one.name: one for one in later.findings}
        return Found(later.means or self.means, tuple(known.values()))

    def of_members(self, members: tuple[PersonId, ...]) -> Found:
        """What was found of these alone; what the family has together stays."""
        means = self.means
        if means is None or len(means.members) == len(members):
            return self
        kept = tuple(one for one in means.members if one.person in members)
        return Found(means.model_copy(update={"members": kept}), self.findings)


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of one decision. `local`: what the service knows by itself; `month`: the month it is for; `paid`:
    those granted before."""

    found: Found
    township: str
    apart: bool
    local: Mapping[str, str]
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
FAMILY: Mapping[str, Callable[[Means], object]] = {
    "经营净收入": lambda means: yuan(means.business_income),
    "财产净收入": lambda means: yuan(means.property_income),
    "转移净收入": lambda means: yuan(means.transfer_income),
    "基础养老金": lambda means: yuan(means.basic_pension),
    "财产符合": lambda means: means.property_within_rule,
}
MEMBERS = "家庭成员"
APPLICATION: Mapping[str, Callable[[Told], object]] = {
    "地区": lambda told: area_of(told.township),
    "单人户申请": lambda told: told.apart,
}
"""What the application says of where and how."""
FOUND = frozenset({MEMBERS, *FAMILY})
"""Inputs that a check of means found."""
SERIES: Mapping[str, Callable[[Paid], Decimal | bool]] = {
    "granted_amount": lambda paid: yuan(paid.amount_fen),
    "above_standard": lambda paid: paid.route in ABOVE_STANDARD,
}


def inputs_of(definition: Definition, told: Told) -> dict[str, object]:
    """Exactly what the definition asks for; what nobody knows is left out, and the rule names it."""
    found: dict[str, object] = {}
    named = {one.name: one.value for one in told.found.findings}
    means = told.found.means
    for name, asked in definition.inputs.items():
        if name in named:
            found[name] = _typed(asked, named[name])
        elif name in told.local:
            found[name] = _typed(asked, told.local[name])
        elif name in APPLICATION:
            found[name] = APPLICATION[name](told)
        elif means is not None and name == MEMBERS:
            found[name] = _members(asked, means)
        elif means is not None and name in FAMILY:
            found[name] = FAMILY[name](means)
    for name, remembered in definition.history.items():
        if remembered.of in SERIES:
            series: Series = [(paid.month, SERIES[remembered.of](paid)) for paid in told.paid]
            value = fold(remembered, series, told.month)
            counted = remembered.fold in ("count", "run_length", "months_since")
            found[name] = int(value) if counted else value
        elif name in told.local:
            found[name] = Decimal(told.local[name])  # folded over more than this case
    return found


def _typed(asked: Input | RecordField, value: object) -> object:
    """As the rule takes it; what cannot be read so stays as it is, and the rule says what is wrong with it."""
    if isinstance(value, tuple) and isinstance(asked, Input):
        fields = {field.name: field for field in asked.fields}
        return [
            {name: _typed(fields[name], one) if name in fields else one for name, one in record.items()}
            for record in value
        ]
    if not isinstance(value, str | int) or isinstance(value, bool):
        return value
    try:
        match asked.type:
            case "money" | "number":
                return Decimal(value)
            case "count" if isinstance(value, str):
                return int(value)
            case "boolean" if value in ("true", "false"):
                return value == "true"
            case "date" if isinstance(value, str):
                return date.fromisoformat(value)
    except (InvalidOperation, ValueError):
        return value
    return value


def _members(asked: Input, means: Means) -> list[dict[str, Any]]:
    known = [field.name for field in asked.fields if field.name in MEMBER]
    return [{name: MEMBER[name](member) for name in known} for member in means.members]
