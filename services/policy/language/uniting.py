"""Two kinds side by side: compared, added, or the branches of one `if`."""

from __future__ import annotations

from dataclasses import replace

from services.policy.language.kind import WORDS, Kind, Type
from services.policy.language.tree import Node
from services.policy.language.units import Unit
from services.policy.language.wrong import Wrong


def must_be(kind: Kind, wanted: Type, node: Node) -> Kind:
    """The kind itself. Raises Wrong; a quotient where a number is wanted is told how to mend that."""
    if kind.type == wanted:
        return kind
    if kind.type == "quotient" and wanted == "number":
        raise Wrong(
            "商只能比较、取整或命名，不能再计算",
            "a quotient may be compared, rounded by a named function or named, and nothing else",
            node.at,
            "kind",
        )
    zh, en = kind.words()
    raise Wrong(f"应为{WORDS[wanted]}，却是{zh}", f"expected a {wanted}, found a {en}", node.at, "kind")


def one_unit(left: Kind, right: Kind, node: Node) -> Unit | None:
    """The unit of both; a literal 0 takes the other's. Raises Wrong."""
    if left.unit is None:
        return right.unit
    if right.unit is not None and left.unit != right.unit:
        raise Wrong(
            f"单位不同：{left.unit} 与 {right.unit}",
            f"different units: {left.unit} and {right.unit}",
            node.at,
            "unit",
        )
    return left.unit


def comparable(left: Kind, right: Kind, operator: str, node: Node) -> None:
    """Raises Wrong where the two cannot be compared so."""
    numbers = ("number", "quotient")
    if left.type in numbers and right.type in numbers:
        one_unit(left, right, node)
        return
    if left.type != right.type or left.type == "list":
        (left_zh, left_en), (right_zh, right_en) = left.words(), right.words()
        raise Wrong(
            f"{left_zh}与{right_zh}不能比较",
            f"a {left_en} cannot be compared with a {right_en}",
            node.at,
            "kind",
        )
    if left.type in ("boolean", "choice") and operator not in ("=", "!="):
        raise Wrong(
            f"{WORDS[left.type]}只能用 = 或 !=", f"a {left.type} is compared by = or !=", node.at, "kind"
        )
    if left.type == "choice" and not (set(left.of) <= set(right.of) or set(right.of) <= set(left.of)):
        strange = sorted(set(right.of) - set(left.of))
        named = ", ".join(repr(member) for member in strange)
        raise Wrong(f"没有选项 {named}", f"{named} is not a member of the choice", node.at, "kind")


def united(then: Kind, other: Kind, node: Node) -> Kind:
    """The kind of what is one or the other. Raises Wrong."""
    if then.type != other.type or then.type == "list":
        (then_zh, then_en), (other_zh, other_en) = then.words(), other.words()
        raise Wrong(
            f"两个分支种类不同：{then_zh}与{other_zh}",
            f"the branches differ: a {then_en} and a {other_en}",
            node.at,
            "kind",
        )
    if then.type == "quotient":
        raise Wrong("分支不能是商，请先取整", "a branch may not be a quotient: round it", node.at, "kind")
    unit = one_unit(then, other, node) if then.type == "number" else then.unit
    members = then.of + tuple(member for member in other.of if member not in then.of)
    return replace(
        then, unit=unit, scale=max(then.scale, other.scale), range=then.range.hull(other.range), of=members
    )
