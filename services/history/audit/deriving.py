"""What a rule is told, derived from the log once more: by the papers' own names, from what each event says. Pure.

The service that decided does the same in its own rooms; that it is written twice is the point. What it knew beside the
case, by other facts of the log, is in `of_others`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import msgspec

from events.assistance import Input as Used
from events.assistance import Means
from services.history.audit.story import Inquiry, Paid, Story
from services.policy.definition import Definition
from services.policy.language.intake import counts_months
from services.policy.language.remember import Series, fold
from services.policy.paper import Input, RecordField
from services.policy.rule import Quotient

MEMBERS = "家庭成员"
_json = msgspec.json.Encoder().encode
OF_MEMBER = {
    "年龄": "age", "工资": "wage", "有劳动能力": "able_to_work", "就业": "in_work", "残疾等级": "disability_grade",
    "残疾类别": "disability_kind", "重病": "seriously_ill", "医疗自付": "medical_cost", "单独立户": "own_register",
    "全日制高中以上就学": "studying", "学费": "schooling_cost", "三次拒绝工作": "refused_work",
}  # fmt: skip
OF_FAMILY = {
    "经营净收入": "business_income", "财产净收入": "property_income", "转移净收入": "transfer_income",
    "基础养老金": "basic_pension", "财产符合": "property_within_rule",
}  # fmt: skip
IN_FEN = frozenset({"wage", "medical_cost", "schooling_cost", *OF_FAMILY.values()} - {"property_within_rule"})
PAID_ABOVE = frozenset({"single", "taper"})
"""Routes by which is paid although a head's income is not below the standard."""
SERIES: Mapping[str, Callable[[Paid], Decimal | bool]] = {
    "granted_amount": lambda paid: Decimal(paid.amount_fen).scaleb(-2),
    "above_standard": lambda paid: paid.route in PAID_ABOVE,
}


@dataclass(frozen=True, slots=True)
class Derivation:
    """`value` as the rule takes it; `source`: which kind of fact it comes from; `event`: the one that says it."""

    value: object
    source: str
    event: UUID | None


def derive(
    definition: Definition,
    story: Story,
    inquiry: Inquiry,
    township: str,
    month: str,
    members: Iterable[UUID] | None = None,
) -> dict[str, Derivation]:
    """Every input of the definition that the log gives; `members`: of these alone. `month`: `2020-10`, decided for."""
    found = derived_of(definition.inputs, story, inquiry, township, members)
    return found | remembered_by(definition, story, month)


def derived_of(
    inputs: Mapping[str, Input],
    story: Story,
    inquiry: Inquiry,
    township: str,
    members: Iterable[UUID] | None = None,
) -> dict[str, Derivation]:
    """Without what earlier months say."""
    said = dict(story.stated)
    means: tuple[Means, UUID] | None = None
    for found in (inquiry.survey, inquiry.check):
        if found is not None:
            said |= {one.name: (one.value, found.id) for one in found.fact.findings}
            means = (found.fact.means, found.id) if found.fact.means is not None else means
    kinds = {one.id: kind for kind, one in (("survey", inquiry.survey), ("check", inquiry.check)) if one}
    application = story.applied.id if story.applied is not None else None
    result: dict[str, Derivation] = {}
    for name, asked in inputs.items():
        if name in said:
            value, event = said[name]
            source = kinds.get(event) or ("application" if event == application else "step")
            result[name] = Derivation(typed(asked, value), source, event)
        elif name == "地区":
            result[name] = Derivation(area(township), "application", application)
        elif name == "单人户申请":
            result[name] = Derivation(story.apart, "application", application)
        elif means is not None and name == MEMBERS:
            result[name] = Derivation(_members(asked, means[0], members), kinds[means[1]], means[1])
        elif means is not None and name in OF_FAMILY:
            result[name] = Derivation(_value(means[0], OF_FAMILY[name]), kinds[means[1]], means[1])
    return result


def remembered_by(definition: Definition, story: Story, month: str) -> dict[str, Derivation]:
    """What earlier months say, of the series that a case's own log gives."""
    result: dict[str, Derivation] = {}
    for name, remembered in definition.history.items():
        if remembered.of in SERIES:
            series: Series = [(paid.month, SERIES[remembered.of](paid)) for paid in story.paid]
            value = fold(remembered, series, month)
            result[name] = Derivation(int(value) if counts_months(remembered) else value, "history", None)
    return result


def recorded(asked: Mapping[str, Input], used: Iterable[Used]) -> dict[str, object]:
    """The inputs that a decision recorded, as the rule takes them (`rows.asked_by`); what it recorded beside them is left
    out."""
    texts = {one.name: one.value for one in used}
    found: dict[str, object] = {}
    for name, one in asked.items():
        if one.type == "list":
            found[name] = typed(one, tuple(_records(name, texts)))
        elif name in texts:
            found[name] = typed(one, texts[name])
    return found


def _records(name: str, texts: Mapping[str, str]) -> Iterator[object]:
    number = 0
    while (text := texts.get(f"{name}[{number}]")) is not None:
        try:
            yield msgspec.json.decode(text)
        except msgspec.DecodeError:
            yield text  # as it is: the rule says that it is none
        number += 1


def typed(asked: Input | RecordField, value: object) -> object:
    """As the rule takes it; what cannot be read so stays as it is, and the rule says what is wrong with it."""
    if isinstance(value, tuple) and isinstance(asked, Input):
        fields = {one.name: one for one in asked.fields}
        return [
            {name: typed(fields[name], inner) if name in fields else inner for name, inner in record.items()}
            if isinstance(record, dict)
            else record
            for record in value
        ]
    if not isinstance(value, str | int) or isinstance(value, bool):
        return value
    try:
        if asked.type in ("money", "number"):
            return Decimal(value)
        if asked.type == "count":
            return int(value)
        if asked.type == "boolean" and value in ("true", "false"):
            return value == "true"
        if asked.type == "date" and isinstance(value, str):
            return date.fromisoformat(value)
    except (InvalidOperation, ValueError):
        return value
    return value


def text(value: object) -> str:
    """As an assessment writes values down."""
    return WRITTEN.get(type(value), str)(value)


def _quotient(value: Any) -> str:
    return f"{text(value.above)} / {text(value.below)}"


def _decimal(value: Any) -> str:
    return format(value, "f")


def _whether(value: Any) -> str:
    return "true" if value else "false"


WRITTEN: dict[type, Callable[[Any], str]] = {bool: _whether, Quotient: _quotient, Decimal: _decimal}


def texts(name: str, value: object) -> Iterator[tuple[str, str]]:
    """A list is written a record at a time."""
    if not isinstance(value, list):
        yield name, text(value)
        return
    for number, record in enumerate(value):
        plain = {key: one if isinstance(one, bool | int) else text(one) for key, one in record.items()}
        yield f"{name}[{number}]", _json(plain).decode()


def area(township: str) -> str:
    """Urban in a subdistrict (街道): digits 7 to 9 of its code are 001 to 099."""
    return "urban" if 1 <= int(township[6:9]) <= 99 else "rural"


def _members(asked: Input, means: Means, members: Iterable[UUID] | None) -> list[dict[str, Any]]:
    wanted = None if members is None else set(members)
    return [
        {one.name: _value(member, OF_MEMBER[one.name]) for one in asked.fields if one.name in OF_MEMBER}
        for member in means.members
        if wanted is None or member.person in wanted
    ]


def _value(told: object, name: str) -> object:
    value = getattr(told, name)
    return Decimal(value).scaleb(-2) if name in IN_FEN else value
