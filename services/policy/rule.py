"""A programme's rule on one day: inputs in, outcome out. The same inputs give the same outcome, always."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, getcontext, setcontext
from typing import Any, Literal, NamedTuple, overload

from services.policy.definition import Definition
from services.policy.language.arithmetic import EXACT
from services.policy.language.interpret import Admitted, Interpreted, Named

LANGUAGE = 1
"""The version of the policy language that is understood here."""


class Quotient(NamedTuple):
    """A number that nobody rounded, as the trace tells it."""

    above: Decimal
    below: Decimal


class Step(NamedTuple):
    """One value on the way to an amount, with the clause it rests on and the paper of that clause."""

    name: str
    value: object
    clause: str
    paper: str
    kind: Literal["parameter", "formula", "row", "output", "amount"]


class Trace(Sequence[Step]):
    """The steps of one decision: the parameters, then formulas and tables in order, then the amount.

    Made when looked at: most decisions are never asked how they came about.
    """

    __slots__ = ("_named", "_parameters", "_values")

    def __init__(
        self, parameters: tuple[Step, ...], named: tuple[Named, ...], values: tuple[Any, ...]
    ) -> None:
        self._parameters = parameters
        self._named = named
        self._values = values

    def __len__(self) -> int:
        return len(self._parameters) + len(self._values)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | Sequence[Step]:
        return list(self)[index]

    def __iter__(self) -> Iterator[Step]:
        yield from self._parameters
        for named, value in zip(self._named, self._values, strict=True):
            shown = Quotient(*value) if isinstance(value, tuple) else value
            clause = named.clauses[value if named.kind == "row" and value in named.clauses else ""]
            yield Step(named.name, shown, clause, named.paper, named.kind)


class Outcome(NamedTuple):
    """`row`: of the table that gives the reason. `outputs`: of all tables. `trace`: None unless asked for. `admitted`:
    where the row admits some of the members, their places in the list, from 1; None: all."""

    row: str
    outputs: Mapping[str, object]
    amount_fen: int
    trace: Trace | None = None
    admitted: Admitted = None


# What a NamedTuple's own constructor does, without the Python function in between: it is a twentieth of a decision.
_new = tuple.__new__


class Rule:
    """Made by `services.policy.rulebook`; `definition.on` is the day of decision, `parameters` how every trace begins."""

    __slots__ = ("_compiled", "_decide", "_on", "definition", "illustrative", "parameters")

    def __init__(self, definition: Definition, compiled: Interpreted) -> None:
        self.definition = definition
        self._compiled, self._decide = compiled, compiled.decide
        self._on = definition.on
        self.parameters = tuple(
            Step(
                name, constant.value, constant.chosen.clause or constant.parameter.clause, constant.paper.identity.id, "parameter"
            )
            for name, constant in definition.constants.items()
        )  # fmt: skip
        self.illustrative = any(
            constant.chosen.status == "illustrative" for constant in definition.constants.values()
        ) or any(paper.identity.status == "illustrative" for paper in definition.papers)

    def decide(self, inputs: Mapping[str, object], trace: bool = False) -> Outcome:
        """`inputs`: exactly the inputs and remembered inputs of the definition, typed as `language.intake` says.

        Raises InputWrong, which names the field.
        """
        before = getcontext()
        setcontext(EXACT)
        try:
            if not trace:
                row, outputs, fen, admitted = self._decide(inputs, self._on)
                return _new(Outcome, (row, outputs, fen, None, admitted))
            tell, named = self._compiled.telling
            row, outputs, fen, admitted, values = tell(inputs, self._on)
            return _new(Outcome, (row, outputs, fen, Trace(self.parameters, named, values), admitted))
        finally:
            setcontext(before)
