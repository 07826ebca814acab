"""How many digits after the point the interpreter writes a number with: SQL has the value, and not how it is written.

`Decimal` keeps the digits of what it was made of: 0 and 0.00 are the same number, and a decision says which of them it
was. A sum has as many as the longest of its parts, a product as many as both together, a choice those of what is chosen.
Kept as a number where it is the same for every case, else as SQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlglot import exp

from services.policy.language.tree import Call, Field, If, Name, Negative, Node, Number, Operation, Over
from services.policy.language.whitelist import ROUNDING
from services.policy.language.wrong import Wrong
from services.policy.paper import Input
from services.policy.sql.expressions import Scope, condition, value_of
from services.policy.sql.value import Value, compared, extreme
from services.policy.sql.writing import Sql, binary, call, case, cast, column, each, those, whole

Digits = int | Sql
OF_TYPE: Final = {"money": 2, "count": 0}
"""Of what a case brings: sums in yuan and fen, counts. Other numbers are written as they come."""
OF_DATES: Final = frozenset({"age", "months_between"})


class Writing:
    """`names`: the digits of every number that has a name, as far as the steps are compiled."""

    def __init__(self, scope: Scope, names: Mapping[str, Digits]) -> None:
        self._scope = scope
        self._names = names

    def of(self, node: Node) -> Digits:
        """Of a number, not of a quotient. Raises Wrong where it cannot be said."""
        return self._of(node, self._scope)

    def _of(self, node: Node, scope: Scope) -> Digits:
        match node:
            case Number():
                return digits(node)
            case Name() if node.name in self._names:
                return self._names[node.name]
            case Field():
                return self._of_field(node, scope)
            case Negative():
                return self._of(node.value, scope)
            case Operation(operator="+" | "-"):
                return most([self._of(node.left, scope), self._of(node.right, scope)])
            case Operation(operator="*"):
                return _together(self._of(node.left, scope), self._of(node.right, scope))
            case If():
                return chosen(
                    condition(node.condition, scope),
                    self._of(node.then, scope),
                    self._of(node.otherwise, scope),
                )
            case Call():
                return self._of_call(node, scope)
            case Over():
                return self._of_fold(node)
        raise _unsaid(node)

    def _of_field(self, node: Field, scope: Scope) -> Digits:
        # Under a row's name a scope has the fields of one list only.
        for list_ in scope.lists.values():
            for one in list_.fields:
                if one.name == node.name and f"{node.row}.{node.name}" in scope.names and one.type in OF_TYPE:
                    return OF_TYPE[one.type]
        raise _unsaid(node)

    def _of_call(self, node: Call, scope: Scope) -> Digits:
        if node.function in ROUNDING:
            return ROUNDING[node.function]
        if node.function in OF_DATES:
            return 0
        if node.function in ("abs", "yearly"):
            return self._of(node.arguments[0], scope)
        if node.function not in ("min", "max"):
            raise _unsaid(node)
        least = node.function == "min"
        found, written = value_of(node.arguments[0], scope), self._of(node.arguments[0], scope)
        for one in node.arguments[1:]:  # of two that are equal the first, as the interpreter has it
            value = value_of(one, scope)
            better = compared(exp.LT if least else exp.GT, value, found)
            written = chosen(better, self._of(one, scope), written)
            found = extreme("least" if least else "greatest", [found, value])
        return written

    def _of_fold(self, node: Over) -> Digits:
        if node.fold == "count":
            return 0
        inside = self._scope.of_record(node.row, node.list)
        if node.value is None:
            raise _unsaid(node)
        each_ = self._of(node.value, inside)
        if node.fold in ("min", "max") and isinstance(each_, int):
            return each_
        if node.fold != "sum":
            raise _unsaid(node)
        if each_ == 0:
            return 0
        records: Sql = column(node.list)
        if node.where is not None:
            records = those(records, node.row, condition(node.where, inside))
        longest = call("list_max", each(records, node.row, sql(each_)))
        return call("coalesce", longest, whole(0))


def digits(node: Number) -> int:
    exponent = node.value.as_tuple().exponent
    assert isinstance(exponent, int), "a number of a paper"
    return max(-exponent, 0)


def of_input(given: Input) -> int:
    """Raises Wrong for a number that is written as it comes."""
    if given.type not in OF_TYPE:
        raise Wrong(f"“{given.name}”的小数位数不定", f"`{given.name}` is written as it comes", rule="no-sql")
    return OF_TYPE[given.type]


def sql(of: Digits) -> Sql:
    return whole(of) if isinstance(of, int) else of.copy()


def chosen(test: Sql, then: Digits, otherwise: Digits) -> Digits:
    if isinstance(then, int) and then == otherwise:
        return then
    return case([(test, sql(then))], sql(otherwise))


def most(of: Sequence[Digits]) -> Digits:
    fixed = max((one for one in of if isinstance(one, int)), default=0)
    moving = [one for one in of if not isinstance(one, int)]
    if not moving:
        return fixed
    return call("greatest", *(one.copy() for one in moving), whole(fixed))


def _together(left: Digits, right: Digits) -> Digits:
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    return binary(exp.Add, sql(left), sql(right))


def shown(value: Value, of: Digits) -> Sql:
    """A number as a text with so many digits, which are all it has."""
    if isinstance(of, int):
        return _shown(value, of)
    ways = [(binary(exp.EQ, of.copy(), whole(one)), _shown(value, one)) for one in range(value.scale + 1)]
    return case(ways, None)


def _shown(value: Value, of: int) -> Sql:
    if of > value.scale:
        raise Wrong("小数位数超出", "a number has more digits than its value", rule="no-sql")
    number = value.sql.copy()
    if of < value.scale:
        number = binary(exp.IntDiv, number, whole(10 ** (value.scale - of)))
    if of == 0:
        return _text(number)
    unit = whole(10**of)
    size = number if value.low >= 0 else call("abs", number)
    yuan = _text(binary(exp.IntDiv, size, unit))
    rest = call(
        "lpad",
        _text(binary(exp.Mod, size.copy(), unit.copy())),
        exp.Literal.number(of),
        exp.Literal.string("0"),
    )
    parts = [yuan, exp.Literal.string("."), rest]
    if value.low < 0:
        negative = binary(exp.LT, number.copy(), whole(0))
        parts.insert(0, case([(negative, exp.Literal.string("-"))], exp.Literal.string("")))
    return call("concat", *parts)


def _text(value: Sql) -> Sql:
    return cast(value, "VARCHAR")


def _unsaid(node: Node) -> Wrong:
    return Wrong("小数位数无从确定", "with how many digits it is written cannot be said", node.at, "no-sql")
