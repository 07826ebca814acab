"""Whether a department's record contradicts help, by a part of a paper: plain tests of its fields against fixed values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from services.policy.delivered import DELIVERED
from services.policy.language.parse import parse_cell
from services.policy.language.tree import (
    Choices,
    Compare,
    Day,
    Interval,
    Negative,
    Node,
    Not,
    Number,
    Text,
    Within,
)
from services.policy.paper import Contradiction

_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


def holds(part: Contradiction, record: Mapping[str, Any]) -> bool:
    """`record`: money in fen, days as ISO text, as departments' files are read. What a record does not say is no
    contradiction."""
    fields = DELIVERED[part.source]
    return all(
        name in record and _test(parse_cell(name, cell), _value(fields[name].type, record[name]))
        for name, cell in part.when.items()
    )


def is_plain(test: Node) -> bool:
    """Whether a test compares with fixed values only: `holds` knows nothing else."""
    match test:
        case Compare():
            return _is_fixed(test.right)
        case Within(range=Choices() as choices):
            return all(map(_is_fixed, choices.items))
        case Within(range=Interval() as interval):
            return _is_fixed(interval.low) and _is_fixed(interval.high)
        case Not():
            return is_plain(test.value)
    return False


def _is_fixed(node: Node) -> bool:
    return isinstance(node.value if isinstance(node, Negative) else node, Number | Text | Day)


def _test(test: Node, value: Any) -> bool:
    match test:
        case Compare():
            return bool(_COMPARED[test.operator](value, _fixed(test.right)))
        case Within(range=Choices() as choices):
            return value in [_fixed(one) for one in choices.items]
        case Within(range=Interval() as interval):
            low, high = (ge if interval.low_included else gt), (le if interval.high_included else lt)
            within = low(value, _fixed(interval.low)), high(value, _fixed(interval.high))
            return all(within)
        case Not():
            return not _test(test.value, value)
    raise TypeError(f"no plain test: {test!r}")


def _fixed(node: Node) -> Any:
    if isinstance(node, Negative):
        return -_fixed(node.value)
    assert isinstance(node, Number | Text | Day)
    return node.value


def _value(type: str, told: Any) -> Any:
    match type:
        case "money":
            return Decimal(told) / 100
        case "count":
            return Decimal(told)
        case "date":
            return date.fromisoformat(told)
    return told
