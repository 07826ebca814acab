"""The columns a compiled rule reads: their DuckDB types, the ranges they must keep, and how cases are put in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from duckdb import DuckDBPyConnection
from sqlglot import exp

from services.policy.definition import Definition
from services.policy.language.intake import Asked, as_input, bounds_of, digits_of
from services.policy.paper import Input
from services.policy.sql.value import Value
from services.policy.sql.writing import (
    Sql,
    any_of,
    call,
    case,
    column,
    each,
    field,
    text,
    whole,
)

LONGEST_LIST = 1000
"""No list of a case has more records; the ranges of sums rest on it."""

BATCH = 5000
TYPES: dict[str, str] = {"boolean": "BOOLEAN", "date": "DATE", "choice": "VARCHAR"}


def range_of(given: Asked) -> tuple[int, int]:
    """Of the whole number in the column: fen for money."""
    low, high = (int(end.scaleb(digits_of(given))) for end in bounds_of(given))
    return low, high


def longest(given: Input) -> int:
    """The most records a list may have."""
    return LONGEST_LIST if given.range is None else min(int(given.range[1]), LONGEST_LIST)


def read(given: Asked, sql: Sql) -> Value:
    """The column, or the field of a record, as a value of an expression."""
    match given.type:
        case "boolean" | "date" | "choice" | "list":
            return Value(sql, given.type)
    low, high = range_of(given)
    # Not `number`: a range of one value is still read from the column.
    return Value(sql, "number", digits_of(given), low, high)


def givens(definition: Definition) -> dict[str, Input]:
    """Everything a case must bring, remembered inputs too."""
    return {**definition.inputs, **{name: as_input(one) for name, one in definition.history.items()}}


def column_type(given: Asked) -> str:
    """In DuckDB's words: `BIGINT`, `STRUCT("wage" BIGINT)[]`."""
    if isinstance(given, Input) and given.type == "list":
        fields = ", ".join(f"{quoted(one.name)} {column_type(one)}" for one in given.fields)
        return f"STRUCT({fields})[]"
    return TYPES.get(given.type, "BIGINT")


def quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def storing(given: Asked) -> Callable[[Any], object]:
    """From a value as the interpreter takes it to what stands in the column (a date as text, for `put`). ValueError where
    a number has more digits than its column holds: cut off, it would be decided as another."""
    if isinstance(given, Input) and given.type == "list":
        parts = [(one.name, storing(one)) for one in given.fields]
        return lambda records: [{name: store(record[name]) for name, store in parts} for record in records]
    if given.type in ("boolean", "choice"):
        return lambda value: value
    if given.type == "date":
        return date.isoformat
    unit = 10 ** digits_of(given)

    def store(value: Any) -> int:
        scaled = value * unit
        if (whole_ := int(scaled)) != scaled:
            raise ValueError(f"{given.name}: {value} has too many digits")
        return whole_

    return store


def telling(given: Asked) -> Callable[[Any], object]:
    """Back from what `storing` gives to a value as the interpreter takes it."""
    if isinstance(given, Input) and given.type == "list":
        parts = [(one.name, telling(one)) for one in given.fields]
        return lambda records: [{name: tell(record[name]) for name, tell in parts} for record in records]
    if given.type in ("boolean", "choice", "count"):
        return lambda value: value
    if given.type == "date":
        return date.fromisoformat
    digits = -digits_of(given)
    return lambda value: Decimal(value).scaleb(digits)


def put(
    connection: DuckDBPyConnection, table: str, definition: Definition, cases: Iterable[Mapping[str, object]]
) -> int:
    """A new table of these cases, numbered by `id` from 0; gives their number."""
    parts = [(name, storing(given)) for name, given in givens(definition).items()]
    stored = ({name: store(one[name]) for name, store in parts} for one in cases)
    return put_stored(connection, table, definition, stored)


def put_stored(
    connection: DuckDBPyConnection, table: str, definition: Definition, cases: Iterable[Mapping[str, object]]
) -> int:
    """`put` of cases that are already as `storing` makes them."""
    columns = {"id": "BIGINT", **{name: column_type(given) for name, given in givens(definition).items()}}
    kinds = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE TABLE {quoted(table)} ({kinds})")
    shape = json.dumps([_shape(definition, columns)], ensure_ascii=False)
    into = f"INSERT INTO {quoted(table)} SELECT one.* FROM (SELECT unnest(from_json(?, ?)) AS one)"
    numbered = iter(enumerate(cases))
    count = 0
    while batch := list(islice(numbered, BATCH)):
        rows = [{"id": id_, **one} for id_, one in batch]
        connection.execute(into, [json.dumps(rows, ensure_ascii=False), shape])
        count += len(rows)
    return count


def _shape(definition: Definition, columns: Mapping[str, str]) -> dict[str, object]:
    """The structure that `from_json` is told: a list of one object, with the types of its fields."""
    lists = {name: given for name, given in definition.inputs.items() if given.type == "list"}
    return {
        name: [{one.name: column_type(one) for one in lists[name].fields}] if name in lists else kind
        for name, kind in columns.items()
    }


def refusals(definition: Definition, source: str) -> exp.Select:
    """Cases that the rule must not be asked about: `id` and the names of the inputs that are missing, out of range
    or not of their choice. What the interpreter refuses one by one; look here before relying on the statement."""
    tests = _tests(givens(definition))
    wrong = [case([(test.copy(), text(name))], None) for name, test in tests.items()]
    names = call("list_filter", call("list_value", *wrong), _present())
    # Almost nobody is refused: names are gathered only for who is.
    found = exp.select(column("id"), exp.alias_(names, "wrong")).from_(exp.to_table(quoted(source)))
    return found.where(any_of(list(tests.values())))


def refused(given: Mapping[str, Input]) -> Sql:
    """Whether any of these, as columns, is such that the rule must not be asked."""
    return any_of(list(_tests(given).values()))


def _tests(given: Mapping[str, Input]) -> dict[str, Sql]:
    return {name: _refused(one, column(name)) for name, one in given.items()}


def _present() -> Sql:
    name = exp.to_identifier("name", quoted=True)
    return exp.Lambda(this=exp.Not(this=exp.Is(this=name, expression=exp.Null())), expressions=[name.copy()])


def _refused(given: Asked, sql: Sql) -> Sql:
    missing = exp.Is(this=sql, expression=exp.Null())
    if isinstance(given, Input) and given.type == "list":
        one = any_of([_refused(part, field("one", part.name)) for part in given.fields])
        bad = call("list_bool_or", each(sql, "one", one))
        length = exp.Between(
            this=call("len", sql.copy()), low=whole(int(bounds_of(given)[0])), high=whole(longest(given))
        )
        beyond = exp.Not(this=exp.Paren(this=length))
        return any_of([missing, beyond, call("coalesce", bad, exp.false())])
    if given.type in ("boolean", "date"):
        return missing
    if given.type == "choice":
        members = exp.In(this=sql.copy(), expressions=[text(member) for member in given.of])
        return any_of([missing, exp.Not(this=exp.Paren(this=members))])
    low, high = range_of(given)
    outside = exp.Between(this=sql.copy(), low=whole(low), high=whole(high))
    return any_of([missing, exp.Not(this=exp.Paren(this=outside))])
