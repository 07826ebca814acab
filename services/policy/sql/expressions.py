"""From the syntax tree to SQL: one small function a kind of node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as field_
from typing import Final

from sqlglot import exp

from services.policy.language.names import names_in
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
from services.policy.language.whitelist import ROUNDING
from services.policy.language.wrong import Wrong
from services.policy.paper import Input
from services.policy.sql.dates import dated
from services.policy.sql.inputs import longest, read
from services.policy.sql.packing import Packs
from services.policy.sql.rounding import rounded
from services.policy.sql.value import (
    Value,
    absolute,
    chosen,
    compared,
    exact,
    extreme,
    minus,
    minus_sign,
    number,
    over,
    plus,
    times,
)
from services.policy.sql.writing import (
    Sql,
    all_of,
    any_of,
    binary,
    call,
    case,
    column,
    day,
    each,
    field,
    opposite,
    text,
    those,
    truth,
    whole,
)

COMPARISONS: Final[dict[str, type[exp.Binary]]] = {
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
ARITHMETIC: Final[dict[str, Callable[[Value, Value], Value]]] = {"+": plus, "-": minus, "*": times, "/": over}


@dataclass(frozen=True, slots=True)
class Scope:
    """What every name stands for; `lists`: the inputs that are lists; `packs`: takes the folds that fit together."""

    names: Mapping[str, Value]
    lists: Mapping[str, Input]
    packs: Packs = field_(default_factory=Packs)

    def of_record(self, row: str, list_: str) -> Scope:
        """Inside a fold: `m.wage` is kept under the name `m.wage`, which no other name can be."""
        inside = {f"{row}.{one.name}": read(one, field(row, one.name)) for one in self.lists[list_].fields}
        return Scope({**self.names, **inside}, self.lists, self.packs)


def value_of(node: Node, scope: Scope) -> Value:
    """Raises Wrong where SQL cannot say it: a calendar, numbers beyond HUGEINT, a quotient where none may stand."""
    match node:
        case Number():
            return exact(node.value)
        case Text():
            return Value(text(node.value), "choice")
        case Truth():
            return Value(truth(node.value), "boolean")
        case Day():
            return Value(day(node.value), "date")
        case Name():
            return scope.names[node.name]
        case Field():
            return scope.names[f"{node.row}.{node.name}"]
        case Negative():
            return minus_sign(_number(node.value, scope))
        case Operation():
            left, right = _number(node.left, scope), _number(node.right, scope)
            return ARITHMETIC[node.operator](left, right)
        case If():
            return _if(node, scope)
        case Call():
            return _call(node, scope)
        case Over():
            return _fold(node, scope)
    return Value(condition(node, scope), "boolean")


def condition(node: Node, scope: Scope) -> Sql:
    """A test, as an SQL truth."""
    match node:
        case Compare():
            return _compared(node.operator, node.left, node.right, scope)
        case Logic():
            parts = [condition(item, scope) for item in node.items]
            return all_of(parts) if node.operator == "and" else any_of(parts)
        case Not():
            return opposite(condition(node.value, scope))
        case Within(range=Interval() as range_):
            low = _compared(">=" if range_.low_included else ">", node.value, range_.low, scope)
            high = _compared("<=" if range_.high_included else "<", node.value, range_.high, scope)
            return all_of([low, high])
        case Within(range=Choices() as choices):
            return any_of([_compared("=", node.value, item, scope) for item in choices.items])
    return value_of(node, scope).sql


def _compared(operator: str, left: Node, right: Node, scope: Scope) -> Sql:
    return compared(COMPARISONS[operator], value_of(left, scope), value_of(right, scope))


def _number(node: Node, scope: Scope) -> Value:
    value = value_of(node, scope)
    if value.type != "number":
        raise Wrong(
            "此处须是数，商须先取整", "a number must stand here; a quotient is rounded first", node.at, "kind"
        )
    return value


def _if(node: If, scope: Scope) -> Value:
    then, otherwise = value_of(node.then, scope), value_of(node.otherwise, scope)
    if "quotient" in (then.type, otherwise.type):
        raise Wrong("商不能作为 if 的结果", "a quotient may not be the result of an `if`", node.at, "kind")
    return chosen(condition(node.condition, scope), then, otherwise)


def _call(node: Call, scope: Scope) -> Value:
    arguments = [value_of(argument, scope) for argument in node.arguments]
    twelve = number(whole(12), 0, 12, 12)
    match node.function:
        case "min":
            return extreme("least", arguments)
        case "max":
            return extreme("greatest", arguments)
        case "abs":
            return absolute(arguments[0])
        case "monthly":
            return over(arguments[0], twelve)
        case "yearly":
            return times(arguments[0], twelve)
    if node.function in ROUNDING:
        return rounded(node.function, arguments[0])
    return dated(node.function, arguments, node.at)


def _fold(node: Over, scope: Scope) -> Value:
    """A record left out counts as nothing: filtering the list first would copy it.

    Only where the test also looks outside the record is it filtered: what is outside is then copied for fewer records.
    """
    records, inside = column(node.list), scope.of_record(node.row, node.list)
    where = truth(True) if node.where is None else condition(node.where, inside)

    filtered = node.where is not None and not _alone(node.where, scope)

    def over_all(counted: Sql, left_out: Sql | None) -> Sql:
        if filtered:
            return each(those(records, node.row, where), node.row, counted)
        kept = counted if node.where is None else case([(where, counted)], left_out)
        return each(records, node.row, kept)

    def total(value: Value) -> Value:
        if (packed := _packed(node, value, where, scope)) is not None:
            return packed
        summed = call("coalesce", call("list_sum", over_all(value.sql, whole(0))), whole(0))
        most = longest(scope.lists[node.list])
        low, high = min(value.low, 0) * most, max(value.high, 0) * most
        return number(summed, value.scale, low, high, huge=True)

    if node.value is None and node.where is None:
        return number(call("len", records), 0, 0, longest(scope.lists[node.list]))
    if node.value is None:
        return total(_ONE)
    match node.fold:
        case "any":
            if (found := _packed(node, _ONE, _both(where, condition(node.value, inside)), scope)) is not None:
                return Value(binary(exp.GT, found.sql, whole(0)), "boolean")
            tested = over_all(condition(node.value, inside), truth(False))
            return Value(call("coalesce", call("list_bool_or", tested), truth(False)), "boolean")
        case "all":
            failed = _both(where, opposite(condition(node.value, inside)))
            if (found := _packed(node, _ONE, failed, scope)) is not None:
                return Value(binary(exp.EQ, found.sql, whole(0)), "boolean")
            tested = over_all(condition(node.value, inside), truth(True))
            return Value(call("coalesce", call("list_bool_and", tested), truth(True)), "boolean")
        case "min" | "max":
            value = _number(node.value, inside)
            return Value(
                call(f"list_{node.fold}", over_all(value.sql, None)),
                "number",
                value.scale,
                value.low,
                value.high,
            )
    return total(_number(node.value, inside))


_ONE: Final = Value(whole(1), "number", 0, 0, 1)


def _both(where: Sql, test: Sql) -> Sql:
    return test if where == truth(True) else all_of([where, test])


def _packed(node: Over, value: Value, where: Sql, scope: Scope) -> Value | None:
    """A sum that shares its pass over the list with others; None if it reads more than the record, or may be negative."""
    if value.low < 0 or not all(_alone(part, scope) for part in (node.value, node.where) if part is not None):
        return None
    most = value.high * longest(scope.lists[node.list])
    test = None if where == truth(True) else where
    summed = scope.packs.sum(node.list, node.row, test, value.sql, most)
    return None if summed is None else number(summed, value.scale, 0, most)


def _alone(part: Node, scope: Scope) -> bool:
    """Whether it reads nothing outside the record but what is fixed."""
    return not any(scope.names[name].sql.find(exp.Column) for name in names_in(part) if name in scope.names)
