"""A rule applied to a case: entitled or not, how much, by which row, and how that was worked out. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from events import assistance as a
from services.assistance.inputs import APPLICATION, FOUND, Told, inputs_of
from services.assistance.model import Admitted
from services.assistance.terms import terms_of
from services.chassis.refusal import Refused
from services.policy.language.intake import InputWrong
from services.policy.rule import Outcome, Quotient, Rule

ROUTE = "去向"
APPROVER = "审批机关"
VALID_MONTHS = "有效月数"
NOTHING_DUE = "nothing_due"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule made of the facts. `inputs` are as they were told, by the papers' names."""

    rule: Rule
    told: Told
    inputs: Mapping[str, object]
    outcome: Outcome

    @property
    def row(self) -> str:
        return self.outcome.row

    @property
    def route(self) -> str:
        """As the paper names it: household, single, taper, tekun ... or refuse."""
        return str(self.outcome.outputs[ROUTE])

    @property
    def amount_fen(self) -> int:
        return self.outcome.amount_fen if self.eligible else 0

    @property
    def eligible(self) -> bool:
        return self.route != "refuse" and (self.outcome.amount_fen > 0 or self.brings_no_money)

    @property
    def brings_no_money(self) -> bool:
        """A status that opens other doors (低收入家庭认定): its paper names no fund."""
        return terms_of(self.rule).fund is None

    @property
    def admitted(self) -> Admitted:
        """Of the members those whom the row admits (参照单人户); empty: all."""
        places, means = self.outcome.admitted, self.told.found.means
        if places is None or means is None or not self.eligible:
            return ()
        return tuple(means.members[place - 1].person for place in places)

    @property
    def township_may_decide(self) -> bool:
        """The paper leaves a decision of this kind and sum to the township (乡镇审批)."""
        return self.outcome.outputs.get(APPROVER) == "township"

    @property
    def valid_months(self) -> int | None:
        """For how long a status holds, where its paper says so."""
        months = self.outcome.outputs.get(VALID_MONTHS)
        return int(str(months)) if months is not None else None

    @property
    def reason(self) -> str:
        """The row that fired; where that admits the family and nothing is left to be paid, so much."""
        return NOTHING_DUE if self.route != "refuse" and not self.eligible else self.row


def rule_on(rule: Rule, told: Told, *, trace: bool = False) -> Ruling:
    """Refused where the rule asks for what is not known, or what was found is outside its ranges."""
    inputs = inputs_of(rule.definition, told)
    try:
        return Ruling(rule, told, inputs, rule.decide(inputs, trace))
    except InputWrong as wrong:
        raise Refused(
            "means-outside-rule",
            f"“{wrong.name}”不能按政策文件计算：{wrong.zh}。",
            f"The papers cannot decide on `{wrong.name}`: {wrong.en}.",
            field=wrong.name,
        ) from wrong


def inputs_used(
    ruling: Ruling, on: date, check: UUID | None, application: UUID | None
) -> tuple[a.Input, ...]:
    """The inputs as texts, each member of the family by itself, with the events that they came from."""
    events = dict.fromkeys(FOUND, check) | dict.fromkeys(APPLICATION, application)
    events |= {one.name: check for one in ruling.told.found.findings}
    return (
        a.Input(name="decision_day", value=on.isoformat()),
        *(
            a.Input(name=name, value=value, event=events.get(whole), local=whole in ruling.told.local)
            for whole, told in ruling.inputs.items()
            for name, value in _texts(whole, told)
        ),
    )


def worked(ruling: Ruling) -> tuple[a.Worked, ...]:
    """Every value on the way to the sum, in order."""
    assert ruling.outcome.trace is not None, "only a decision that was traced is told"
    return tuple(
        a.Worked(name=step.name, value=_text(step.value), clause=step.clause, paper=step.paper)
        for step in ruling.outcome.trace
    )


def _texts(name: str, told: object) -> Iterator[tuple[str, str]]:
    if not isinstance(told, list):
        yield name, _text(told)
        return
    for number, record in enumerate(told):
        texts = {field: _plain(value) for field, value in record.items()}
        yield f"{name}[{number}]", json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> Any:
    return value if isinstance(value, bool | int) else _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Quotient):
        return f"{_text(value.above)} / {_text(value.below)}"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)
