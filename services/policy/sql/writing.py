"""The few shapes of SQL that a compiled rule is made of, as sqlglot expressions; no text is put together anywhere.

Operands are always put in parentheses: sqlglot prints a tree as it stands and does not add them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from sqlglot import exp

Sql = exp.Expr

BIGINT = 2**63 - 1
HUGEINT = 2**127 - 1
"""The greatest numbers of DuckDB's two types of whole numbers; the least are taken as their negatives."""


def column(name: str) -> Sql:
    return exp.column(exp.to_identifier(name, quoted=True))


def field(row: str, name: str) -> Sql:
    """A field of the record that a lambda looks at."""
    return exp.Dot(this=exp.to_identifier(row, quoted=True), expression=exp.to_identifier(name, quoted=True))


def whole(number: int) -> Sql:
    """With its type: DuckDB would take a small one for 32 bits and overflow in a product of two."""
    literal = exp.Literal.number(abs(number))
    return cast(exp.Neg(this=literal) if number < 0 else literal, type_of(number, number))


def text(value: str) -> Sql:
    return exp.Literal.string(value)


def truth(value: bool) -> Sql:
    return exp.Boolean(this=value)


def day(value: date) -> Sql:
    return cast(text(value.isoformat()), "DATE")


def type_of(low: int, high: int) -> str:
    return "BIGINT" if low >= -BIGINT and high <= BIGINT else "HUGEINT"


def cast(value: Sql, kind: str) -> Sql:
    return exp.Cast(this=value, to=_kind(kind).copy())


@cache
def _kind(name: str) -> exp.DataType:
    """Read once: for every number of a rule it would be a fifth of the time that it takes to compile."""
    return exp.DataType.build(name, dialect="duckdb")


def call(function: str, *arguments: Sql) -> Sql:
    return exp.Anonymous(this=function, expressions=list(arguments))


def alone(value: Sql) -> Sql:
    """In parentheses, unless it already holds together."""
    if isinstance(value, exp.Binary | exp.Unary | exp.Case) and not isinstance(value, exp.Dot | exp.Paren):
        return exp.Paren(this=value)
    return value


def binary(kind: type[exp.Binary], left: Sql, right: Sql) -> Sql:
    return kind(this=alone(left), expression=alone(right))


def negative(value: Sql) -> Sql:
    return exp.Neg(this=alone(value))


def opposite(value: Sql) -> Sql:
    return exp.Not(this=alone(value))


def all_of(conditions: Sequence[Sql]) -> Sql:
    """True where there is none."""
    return _joined(exp.And, conditions, whole_if_none=True)


def any_of(conditions: Sequence[Sql]) -> Sql:
    """False where there is none."""
    return _joined(exp.Or, conditions, whole_if_none=False)


def _joined(kind: type[exp.Binary], conditions: Sequence[Sql], *, whole_if_none: bool) -> Sql:
    if not conditions:
        return truth(whole_if_none)
    found, *others = conditions
    for other in others:
        found = binary(kind, found, other)
    return found


def case(branches: Sequence[tuple[Sql, Sql]], otherwise: Sql | None) -> Sql:
    if not branches and otherwise is not None:
        return otherwise
    return exp.Case(ifs=[exp.If(this=test, true=value) for test, value in branches], default=otherwise)


def each(values: Sql, row: str, value: Sql) -> Sql:
    """The list of what `value` gives for every record of `values`."""
    lambda_ = exp.Lambda(this=value, expressions=[exp.to_identifier(row, quoted=True)])
    return call("list_transform", values, lambda_)


def those(values: Sql, row: str, test: Sql) -> Sql:
    """The records of `values` for which the test holds."""
    lambda_ = exp.Lambda(this=test, expressions=[exp.to_identifier(row, quoted=True)])
    return call("list_filter", values, lambda_)


def error(message: str) -> Sql:
    return call("error", text(message))
