"""What the papers in force say of a programme beside its rule: whose it is, how often paid, out of which fund. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from services.policy.rule import Rule


@dataclass(frozen=True, slots=True)
class Terms:
    """`fund`: None for a status that brings no money by itself."""

    unit: Literal["household", "person"]
    period: Literal["month", "term", "year", "once"]
    fund: str | None


@lru_cache(maxsize=1024)
def terms_of(rule: Rule) -> Terms:
    return Terms(
        unit=_said(rule, "unit") or "household",
        period=_said(rule, "period") or "month",
        fund=_said(rule, "fund"),
    )


def _said(rule: Rule, name: str) -> Any:
    """By the last of the papers that says it: they stand in the order of the rulebook, amendments behind."""
    definition = rule.definition
    parts = (part for paper in reversed(definition.papers) for part in paper.programmes)
    wanted = (part for part in parts if part.programme == definition.programme)
    return next((value for part in wanted if (value := getattr(part, name)) is not None), None)
