"""The syntax tree of the policy language: what every formula and every cell of a table is made of.

One tree, three readers: `check` works out kinds and ranges, `interpret` turns it into a Python function over
`Decimal`, `services.policy.sql` into DuckDB SQL over whole numbers. A node knows where it stands in its
source text (`at`, counted from 1), so that whatever is wrong is told with its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Arithmetic = Literal["+", "-", "*", "/"]
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]
Fold = Literal["count", "sum", "any", "all", "min", "max", "which"]
"""`which` no formula can write: the places of the records for which the test holds. Rows that admit some use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A whole number; anything else is a parameter, with its clause and source."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A member of a choice: `'urban'`."""

    value: str


@dataclass(frozen=True, slots=True)
class Truth(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Day(Node):
    """A date: `2026-07-01`."""

    value: date


@dataclass(frozen=True, slots=True)
class Name(Node):
    """An input, a parameter, a formula, a table's output, or the row of a fold (`m` in `for m in members`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A field of a row of a fold: `m.wage`."""

    row: str
    name: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    value: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    value: Node


@dataclass(frozen=True, slots=True)
class Operation(Node):
    operator: Arithmetic
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    operator: Comparison
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """`[1..3)`: bounds included or not."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class Choices(Node):
    """`{'a', 'b'}`"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Within(Node):
    """`x in [1..3)`, `x in {'a', 'b'}`"""

    value: Node
    range: Interval | Choices


@dataclass(frozen=True, slots=True)
class Logic(Node):
    operator: Literal["and", "or"]
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if c then x else y`"""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of the whitelist: `round_fen(x / y)`, `age(m.born, decision_day)`."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Over(Node):
    """A fold over a list of records: `sum(m.wage for m in members where m.employed)`.

    `value` is None for `count(m in members where ...)`.
    """

    fold: Fold
    value: Node | None
    row: str
    list: str
    where: Node | None
