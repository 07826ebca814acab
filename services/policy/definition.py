"""A programme as the papers in force on a day define it: their parts put together, parsed, in order.

Made by `services.policy.rulebook`; read by the checks, the interpreter, the SQL compiler and the explanation.
Names of inputs, remembered inputs, parameters, formulas and table outputs share one space.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.policy.language.tree import Node, Over
from services.policy.paper import Amount, Input, NamedFormula, Paper, Parameter, Remembered, Row, Table, Value

DECISION_DAY = "decision_day"
"""The day of the decision, which every formula may name."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A parameter as it stands on the day."""

    parameter: Parameter
    chosen: Value
    value: Decimal | bool | date
    paper: Paper


@dataclass(frozen=True, slots=True)
class ParsedFormula:
    formula: NamedFormula
    tree: Node
    paper: Paper


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """`when`: tests over the names of the columns, all of which must hold; none: whatever is left. `admits`: the records
    admitted, as a `which`; None: all."""

    row: Row
    when: dict[str, Node]
    then: dict[str, Node]
    admits: Over | None = None


@dataclass(frozen=True, slots=True)
class ParsedTable:
    table: Table
    rows: tuple[ParsedRow, ...]
    paper: Paper


@dataclass(frozen=True, slots=True)
class ParsedAmount:
    amount: Amount
    tree: Node
    paper: Paper


@dataclass(frozen=True, slots=True)
class Definition:
    """`steps`: formulas and tables, each behind all that it reads."""

    programme: str
    on: date
    papers: tuple[Paper, ...]
    constants: dict[str, Constant]
    inputs: dict[str, Input]
    history: dict[str, Remembered]
    steps: tuple[ParsedFormula | ParsedTable, ...]
    amount: ParsedAmount
