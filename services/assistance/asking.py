"""What a step of a case may bring: what the rule asks for, and asks for of this step."""

from __future__ import annotations

from collections.abc import Mapping

from events.assistance import Finding
from services.chassis.refusal import Refused
from services.policy.paper import Input

Sources = Mapping[str, frozenset[str]]
"""Step → the `source`s that the paper names of the inputs that it may bring; other steps bring none."""


def must_be_asked(inputs: Mapping[str, Input], sources: Sources, step: str, one: Finding) -> None:
    """Refused where the rule does not ask for it, asks it of another step, or knows no such choice."""
    asked = inputs.get(one.name)
    if asked is None:
        raise Refused(
            "worked-out-not-entered",
            f"“{one.name}”不是填写项：由系统计算或者掌握，不得手工填写。",
            f"`{one.name}` is not an input of the rule: what it works out is not entered by hand.",
            field=one.name,
        )
    if asked.source not in sources.get(step, frozenset()):
        raise not_of_this_step(one.name)
    if asked.type == "choice" and one.value not in asked.of:
        raise Refused(
            "not-on-the-list",
            f"“{one.name}”只能是目录内的：{'、'.join(asked.of)}。",
            f"`{one.name}` is one of the paper's list: {', '.join(asked.of)}.",
            field=one.name,
        )


def not_of_this_step(name: str) -> Refused:
    return Refused(
        "not-of-this-step",
        f"“{name}”不在此步骤填写。",
        f"`{name}` is not found by this step.",
        field=name,
    )
