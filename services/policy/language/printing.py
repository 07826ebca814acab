"""From tree to text: `parse(to_text(node)) == node`. Brackets stand only where the language needs them."""

from __future__ import annotations

from typing import Final

from services.policy.language.tree import (
    Call,
    Choices,
    Compare,
    Day,
    Field,
    If,
    Interval,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Operation,
    Over,
    Text,
    Truth,
    Within,
)

CHOICE, OR, AND, NOT, TEST, SUM, PRODUCT, SIGNED, ATOM = range(9)
"""How tightly a form binds, loosest first."""

_OPERATIONS: Final = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}


def to_text(node: Node) -> str:
    """The expression as it would be written; a tree made by `parse` comes back equal."""
    return _text(node)[0]


def cell_text(node: Node) -> str:
    """A cell's test without its column: `< 1`, `'urban'`, `not {'a'}`."""
    match node:
        case Compare(operator="=", right=Text() | Truth() as right):
            return to_text(right)
        case Compare():
            return f"{node.operator} {_at_least(node.right, SUM)}"
        case Within():
            return _range(node.range)
        case Not(value=Within(range=found)):
            return f"not {_range(found)}"
    return to_text(node)


def _at_least(node: Node, level: int) -> str:
    text, binds = _text(node)
    return text if binds >= level else f"({text})"


def _range(found: Interval | Choices) -> str:
    if isinstance(found, Choices):
        return "{" + ", ".join(_at_least(item, SUM) for item in found.items) + "}"
    opening, closing = "[" if found.low_included else "(", "]" if found.high_included else ")"
    return f"{opening}{_at_least(found.low, SUM)}..{_at_least(found.high, SUM)}{closing}"


def _over(node: Over) -> str:
    where = "" if node.where is None else f" where {to_text(node.where)}"
    if node.value is None:
        return f"{node.fold}({node.row} in {node.list}{where})"
    return f"{node.fold}({to_text(node.value)} for {node.row} in {node.list}{where})"


def _text(node: Node) -> tuple[str, int]:
    match node:
        case Number():
            return str(node.value), ATOM
        case Text():
            return f"'{node.value}'", ATOM
        case Truth():
            return ("true" if node.value else "false"), ATOM
        case Day():
            return node.value.isoformat(), ATOM
        case Name():
            return node.name, ATOM
        case Field():
            return f"{node.row}.{node.name}", ATOM
        case Call():
            return f"{node.function}({', '.join(map(to_text, node.arguments))})", ATOM
        case Over():
            return _over(node), ATOM
        case Negative():
            return f"-{_at_least(node.value, SIGNED)}", SIGNED
        case Operation():
            level = _OPERATIONS[node.operator]
            left, right = _at_least(node.left, level), _at_least(node.right, level + 1)
            return f"{left} {node.operator} {right}", level
        case Compare():
            return f"{_at_least(node.left, SUM)} {node.operator} {_at_least(node.right, SUM)}", TEST
        case Within():
            return f"{_at_least(node.value, SUM)} in {_range(node.range)}", TEST
        case Interval() | Choices():
            return _range(node), ATOM
        case Not():
            return f"not {_at_least(node.value, NOT)}", NOT
        case Logic():
            level = OR if node.operator == "or" else AND
            return f" {node.operator} ".join(_at_least(item, level + 1) for item in node.items), level
        case If():
            # The condition and the first branch end at `then` and `else`; the last runs to the end.
            condition, then, other = to_text(node.condition), to_text(node.then), to_text(node.otherwise)
            return f"if {condition} then {then} else {other}", CHOICE
    raise TypeError(f"not a node of the language: {node!r}")
