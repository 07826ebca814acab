"""Decision tables in SQL: first which row holds, by its place from 1, then what that row gives."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from services.policy.definition import ParsedTable
from services.policy.language.tree import Node
from services.policy.sql.expressions import Scope, condition, value_of
from services.policy.sql.value import Value, aligned, number, plus, same_width
from services.policy.sql.writing import (
    Sql,
    all_of,
    any_of,
    binary,
    case,
    cast,
    column,
    each,
    error,
    opposite,
    text,
    truth,
    whole,
)


def row_column(table: str) -> str:
    """Holds the place of the row, from 1; no name of a paper has such a sign."""
    return f"{table}/row"


def hit_column(table: str, row: str) -> str:
    """Whether one row of a `collect` table holds."""
    return f"{table}/row/{row}"


def admitted_column(table: str) -> str:
    """Whom the row admits, where it admits some: a truth for each record of the list."""
    return f"{table}/admitted"


def admitting(parsed: ParsedTable, scope: Scope) -> Sql:
    """A list of truths where the row admits some, NULL where it admits all."""
    place = column(row_column(parsed.table.name))
    branches: list[tuple[Sql, Sql]] = []
    for at, one in enumerate(parsed.rows, 1):
        if one.admits is not None and one.admits.where is not None:
            inside = scope.of_record(one.admits.row, one.admits.list)
            truths = each(column(one.admits.list), one.admits.row, condition(one.admits.where, inside))
            branches.append((binary(exp.EQ, place.copy(), whole(at)), truths))
    return case(branches, None)


def choosing(parsed: ParsedTable, scope: Scope) -> list[tuple[str, Sql]]:
    """The columns that say which row holds. Where none does (or several of a `unique` table) the statement fails."""
    name = parsed.table.name
    tests = [(one, all_of([condition(cell, scope) for cell in one.when.values()])) for one in parsed.rows]
    if parsed.table.hit == "first":
        return [(row_column(name), _first(name, [test for _, test in tests]))]
    if parsed.table.hit == "unique":
        return [(row_column(name), _only(parsed, [test for _, test in tests]))]
    tested = [test for one, test in tests if one.when]
    left = opposite(any_of(tested))
    return [(hit_column(name, one.row.id), test if one.when else left) for one, test in tests]


def _first(name: str, tests: Sequence[Sql]) -> Sql:
    places = [(test, whole(place)) for place, test in enumerate(tests, 1)]
    always = next((place for place, test in enumerate(tests) if test == truth(True)), None)
    if always is not None:
        return case(places[:always], places[always][1])
    return case(places, _failing(f"table {name}: no row holds"))


def _only(parsed: ParsedTable, tests: Sequence[Sql]) -> Sql:
    """The sum of the places that hold, once it is certain that just one does; a row without tests where none does."""
    ones: list[Sql] = []
    places: list[Sql] = []
    left: Sql | None = None
    for place, (one, test) in enumerate(zip(parsed.rows, tests, strict=True), 1):
        if one.when:
            ones.append(case([(test, whole(1))], whole(0)))
            places.append(case([(test.copy(), whole(place))], whole(0)))
        else:
            left = whole(place)
    count = _sum(ones)
    branches = [(binary(exp.EQ, count, whole(1)), _sum(places))]
    if left is not None:
        branches.append((binary(exp.EQ, count.copy(), whole(0)), left))
    return case(branches, _failing(f"table {parsed.table.name}: not exactly one row holds"))


def _sum(parts: Sequence[Sql]) -> Sql:
    found = whole(0)
    for part in parts:
        found = binary(exp.Add, found, part)
    return found


def _failing(message: str) -> Sql:
    return cast(error(message), "BIGINT")


def giving(parsed: ParsedTable, scope: Scope) -> list[tuple[str, Value]]:
    """Each output as the chosen row gives it; of a `collect` table, the sum over the rows that hold."""
    found: list[tuple[str, Value]] = []
    for output in parsed.table.outputs:
        trees = [one.then[output.name] for one in parsed.rows]
        if parsed.table.hit == "collect":
            found.append((output.name, _collected(parsed, trees, scope)))
        else:
            found.append((output.name, _of_the_row(parsed, trees, scope)))
    return found


def _of_the_row(parsed: ParsedTable, trees: Sequence[Node], scope: Scope) -> Value:
    values = [value_of(tree, scope) for tree in trees]
    numbers = values[0].type == "number"
    values = aligned(values) if numbers else values
    written = same_width(values) if numbers else [value.sql for value in values]
    place = column(row_column(parsed.table.name))
    last = len(written)
    branches = [
        (binary(exp.EQ, place.copy(), whole(at)), sql) for at, sql in enumerate(written, 1) if at < last
    ]
    chosen = case(branches, written[-1])
    if not numbers:
        return Value(chosen, values[0].type)
    low, high = min(one.low for one in values), max(one.high for one in values)
    return number(chosen, values[0].scale, low, high)


def _collected(parsed: ParsedTable, trees: Sequence[Node], scope: Scope) -> Value:
    total: Value | None = None
    for one, tree in zip(parsed.rows, trees, strict=True):
        value = value_of(tree, scope)
        hit = column(hit_column(parsed.table.name, one.row.id))
        low, high = min(value.low, 0), max(value.high, 0)
        counted = number(case([(hit, value.sql)], whole(0)), value.scale, low, high)
        total = counted if total is None else plus(total, counted)
    assert total is not None
    return total


def row_said(parsed: ParsedTable) -> Sql:
    """The id of the row that holds; of a `collect` table the ids of all that do, as `A+B`."""
    name = parsed.table.name
    if parsed.table.hit == "collect":
        ids = [case([(column(hit_column(name, one.row.id)), text(one.row.id))], None) for one in parsed.rows]
        return exp.Anonymous(this="concat_ws", expressions=[text("+"), *ids])
    places = [
        (binary(exp.EQ, column(row_column(name)), whole(at)), text(one.row.id))
        for at, one in enumerate(parsed.rows, 1)
    ]
    return case(places[:-1], places[-1][1])
