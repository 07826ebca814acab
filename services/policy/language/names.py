"""Walking a tree: its children, all its nodes, the names it reads."""

from __future__ import annotations

from collections.abc import Iterator

from services.policy.language.tree import (
    Call,
    Choices,
    Compare,
    If,
    Interval,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    Operation,
    Over,
    Within,
)


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, in the order of the text."""
    match node:
        case Negative() | Not():
            return (node.value,)
        case Operation() | Compare():
            return (node.left, node.right)
        case Interval():
            return (node.low, node.high)
        case Choices() | Logic():
            return node.items
        case Within():
            return (node.value, node.range)
        case If():
            return (node.condition, node.then, node.otherwise)
        case Call():
            return node.arguments
        case Over():
            return tuple(part for part in (node.value, node.where) if part is not None)
    return ()


def nodes(node: Node) -> Iterator[Node]:
    """The node and everything under it."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(children(here)))


def depth(node: Node) -> int:
    """How deep the tree is nested; a literal or a name is 1. Does not recurse."""
    deepest = 0
    waiting = [(node, 1)]
    while waiting:
        here, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((child, level + 1) for child in children(here))
    return deepest


def names_in(node: Node) -> set[str]:
    """The names read from outside: lists of folds are among them, the rows of folds are not."""
    if isinstance(node, Name):
        return {node.name}
    found: set[str] = set()
    for child in children(node):
        found |= names_in(child)
    if isinstance(node, Over):
        found.discard(node.row)
        found.add(node.list)
    return found
