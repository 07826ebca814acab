"""The kinds of everything a definition names: inputs, remembered inputs, constants, formulas, outputs of tables.

    kinds(definition)["人均收入"]  ->  Kind("quotient", unit=yuan/month, ...)

`Survey` goes on behind the first thing that is wrong and tells all; `kinds` raises it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from services.policy.definition import Definition, ParsedFormula, ParsedTable
from services.policy.language.judging import kind_of
from services.policy.language.kind import (
    BOOLEAN,
    Kind,
    choice,
    decision_day,
    kind_of_input,
    kind_of_remembered,
    kind_of_value,
)
from services.policy.language.names import names_in
from services.policy.language.ranges import Range
from services.policy.language.tree import Node
from services.policy.language.uniting import must_be, united
from services.policy.language.units import Unit, unit_of
from services.policy.language.wrong import Wrong
from services.policy.paper import Output

__all__ = ["Kind", "Range", "Survey", "Unit", "Wrong", "kind_of", "kinds"]

Tell = Callable[[object, tuple[str | int, ...], Wrong], None]
"""What is told of a wrong part: the parsed formula, table or amount, where in it, and what is wrong."""


def kinds(definition: Definition) -> dict[str, Kind]:
    """Name → kind, the decision day among them. Raises Wrong at the first formula that does not fit."""

    def refuse(_part: object, _within: tuple[str | int, ...], wrong: Wrong) -> None:
        raise wrong

    return Survey(definition, refuse).scope


class Survey:
    """`scope`: the kinds found; `broken`: names whose kind could not be told, and that is reported once only."""

    def __init__(self, definition: Definition, tell: Tell) -> None:
        self.tell = tell
        self.broken: set[str] = set()
        self.scope: dict[str, Kind] = decision_day()
        for name, constant in definition.constants.items():
            self.scope[name] = kind_of_value(constant.value, constant.parameter.unit)
        for name, given in definition.inputs.items():
            self.scope[name] = kind_of_input(given)
        for name, remembered in definition.history.items():
            self.scope[name] = kind_of_remembered(remembered)
        for step in definition.steps:
            if isinstance(step, ParsedFormula):
                self._formula(step)
            else:
                self._table(step)
        self._amount(definition)

    def _kind(self, part: object, within: tuple[str | int, ...], tree: Node) -> Kind | None:
        if self.broken and names_in(tree) & self.broken:
            return None
        try:
            return kind_of(tree, self.scope)
        except Wrong as wrong:
            self.tell(part, within, wrong)
            return None

    def _formula(self, parsed: ParsedFormula) -> None:
        formula = parsed.formula
        found = self._kind(parsed, ("formula",), parsed.tree)
        if found is not None:
            try:
                self.scope[formula.name] = as_declared(found, formula.unit, parsed.tree)
                return
            except Wrong as wrong:
                self.tell(parsed, ("unit",), wrong)
        self.broken.add(formula.name)

    def _table(self, parsed: ParsedTable) -> None:
        for index, row in enumerate(parsed.rows):
            for column, test in row.when.items():
                found = self._kind(parsed, ("rows", index, "when", column), test)
                assert found is None or found.type == "boolean"
        for output in parsed.table.outputs:
            kind = self._output(parsed, output)
            if kind is None:
                self.broken.add(output.name)
            else:
                self.scope[output.name] = kind

    def _output(self, parsed: ParsedTable, output: Output) -> Kind | None:
        if parsed.table.hit == "collect" and output.type != "number":
            at = ("outputs", parsed.table.outputs.index(output))
            zh, en = "collect 表只能汇总数", "a table that collects sums numbers, and nothing else"
            self.tell(parsed, at, Wrong(zh, en, 1, "kind"))
            return None
        whole: Kind | None = None
        for index, row in enumerate(parsed.rows):
            tree, within = row.then[output.name], ("rows", index, "then", output.name)
            found = self._kind(parsed, within, tree)
            if found is None:
                return None
            try:
                must_be(found, output.type, tree)
                if output.type == "choice":
                    _members(found, output, tree)
                whole = found if whole is None else united(whole, found, tree)
            except Wrong as wrong:
                self.tell(parsed, within, wrong)
                return None
        assert whole is not None
        if output.type == "choice":
            return choice(*output.of)
        if output.type == "boolean":
            return BOOLEAN
        if parsed.table.hit == "collect":
            times = Range(Fraction(0), Fraction(len(parsed.rows)))
            return replace(whole, range=whole.range * times)
        return whole

    def _amount(self, definition: Definition) -> None:
        amount = definition.amount
        found = self._kind(amount, ("formula",), amount.tree)
        if found is None:
            return
        try:
            must_be(found, "number", amount.tree)
            if found.unit is not None and found.unit.yuan != 1:
                raise Wrong(f"金额的单位是 {found.unit}", f"an amount of {found.unit}, not yuan", 1, "unit")
            if found.scale > 2:
                raise Wrong("金额须取整到分或元", "the amount must be rounded to fen or yuan", 1, "kind")
        except Wrong as wrong:
            self.tell(amount, ("formula",), wrong)


def as_declared(found: Kind, unit: str, tree: Node) -> Kind:
    """The kind of a formula, which must be what its paper declares. Raises Wrong."""
    if unit in ("boolean", "date", "choice"):
        return must_be(found, unit, tree)  # type: ignore[arg-type]  # narrowed by the line above
    if found.type not in ("number", "quotient"):
        must_be(found, "number", tree)
    declared = unit_of(unit)
    if found.unit not in (None, declared):
        raise Wrong(f"写明单位 {unit}，算出 {found.unit}", f"declared {unit}, found {found.unit}", 1, "unit")
    return replace(found, unit=declared)


def _members(found: Kind, output: Output, tree: Node) -> None:
    strange = [member for member in found.of if member not in output.of]
    if strange:
        named = ", ".join(map(repr, strange))
        raise Wrong(f"没有选项 {named}", f"{named} is not a member of `{output.name}`", tree.at, "kind")


def known(scope: Mapping[str, Kind], tree: Node) -> Fraction | None:
    """The one value a number, day or truth can have, if it can have only one. Raises Wrong."""
    return kind_of(tree, scope).range.single
