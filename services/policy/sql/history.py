"""What cases remember of their earlier months, in SQL: `services.policy.language.remember`, case by case the same.

The months lie in one table, no month twice: `case_id`, `series`, `month` (DATE, the first of the month) and `value`,
a BIGINT in hundredths (fen of a sum, 100 or 0 of a truth), since a fold does not say which of them its series holds.
The words `seen` and `counts` are explained there.
"""

from __future__ import annotations

from sqlglot import exp

from services.policy.definition import Definition
from services.policy.language.intake import as_input, digits_of
from services.policy.language.parse import parse
from services.policy.paper import Remembered
from services.policy.sql.expressions import Scope, condition
from services.policy.sql.inputs import quoted
from services.policy.sql.value import Value
from services.policy.sql.writing import Sql, all_of, alone, binary, call, cast, day, text, whole

SEEN = "seen"
HUNDREDTHS = 2
WIDEST = 10**14
"""The greatest value of a month, in hundredths."""


def remembering(definition: Definition, source: str, months: str) -> exp.Select:
    """The cases of `source` with a column for each remembered input, decided for the month of the definition's day.

    Raises ValueError for `months_since` without a window, and Wrong where a `where` is not a test of its series.
    """
    columns = [
        exp.alias_(
            folded(one, months, day(definition.on.replace(day=1)), exp.column("id", table="cases")),
            exp.to_identifier(name, quoted=True),
        )
        for name, one in definition.history.items()
    ]
    cases = exp.alias_(exp.to_table(quoted(source)), "cases", table=True)
    return exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier("cases")), *columns).from_(cases)


def folded(remembered: Remembered, months: str, deciding: Sql, case_id: Sql) -> Sql:
    """One fold over the months of the case `case_id`, as a subquery that gives one BIGINT. `deciding`: the first of the
    month that is decided for."""
    ago = call("datediff", text("month"), exp.column("month", table=SEEN), deciding.copy())
    counts = _counts(remembered)
    taken = counts if remembered.where is not None else None
    value: Sql = exp.column("value", table=SEEN)
    match remembered.fold:
        case "latest":
            found = _filtered(call("arg_max", value, exp.column("month", table=SEEN)), taken)
            answer = _in_its_digits(remembered, _or(found, whole(0)))
        case "sum":
            total = cast(_or(_filtered(exp.Sum(this=value), taken), whole(0)), "BIGINT")
            answer = _in_its_digits(remembered, total)
        case "count":
            answer = _filtered(exp.Count(this=exp.Star()), counts)
        case "months_since":
            if remembered.window is None:
                raise ValueError(f"{remembered.name}: months_since needs a window")
            answer = _or(_filtered(exp.Min(this=ago), counts), whole(remembered.window + 1))
        case _:
            answer = _run(ago, counts, 0 if remembered.with_this_month else 1)
    return exp.Subquery(this=_seen(remembered, months, deciding, case_id).select(answer, append=False))


def looked_back_on(remembered: Remembered, months: str, deciding: Sql, case_id: Sql) -> Sql:
    """Of how many months `folded` takes the value, for `latest` and `sum`."""
    taken = _counts(remembered) if remembered.where is not None else None
    count = _filtered(exp.Count(this=exp.Star()), taken)
    return exp.Subquery(this=_seen(remembered, months, deciding, case_id).select(count, append=False))


def _run(ago: Sql, counts: Sql, last: int) -> Sql:
    """How many months ago 1, 2, 3 … (from `last` on) all count: those in their sorted list that stand in their own place."""
    sorted_ = call("list_sort", _filtered(call("list", cast(ago, "BIGINT")), counts))
    row, place = exp.to_identifier("ago", quoted=True), exp.to_identifier("place", quoted=True)
    from_1 = binary(exp.Add, row, whole(1 - last))
    in_place = exp.Lambda(this=exp.EQ(this=from_1, expression=place), expressions=[row.copy(), place.copy()])
    return _or(cast(call("len", call("list_filter", sorted_, in_place)), "BIGINT"), whole(0))


def _seen(remembered: Remembered, months: str, deciding: Sql, case_id: Sql) -> exp.Select:
    month = exp.column("month", table=SEEN)
    tests = [
        binary(exp.EQ, exp.column("case_id", table=SEEN), case_id),
        binary(exp.EQ, exp.column("series", table=SEEN), text(remembered.of)),
        binary(exp.LTE if remembered.with_this_month else exp.LT, month, deciding.copy()),
    ]
    if remembered.window is not None:
        first = binary(exp.Sub, deciding.copy(), call("to_months", exp.Literal.number(remembered.window)))
        tests.append(binary(exp.GTE, month.copy(), cast(alone(first), "DATE")))
    table = exp.alias_(exp.to_table(quoted(months)), SEEN, table=True)
    return exp.select("*").from_(table).where(all_of(tests))


def _counts(remembered: Remembered) -> Sql:
    value: Sql = exp.column("value", table=SEEN)
    if remembered.where is None:
        return binary(exp.NEQ, value, whole(0))
    scope = Scope({remembered.of: Value(value, "number", HUNDREDTHS, -WIDEST, WIDEST)}, {})
    return condition(parse(remembered.where), scope)


def _filtered(aggregate: Sql, test: Sql | None) -> Sql:
    return aggregate if test is None else exp.Filter(this=aggregate, expression=exp.Where(this=test))


def _in_its_digits(remembered: Remembered, value: Sql) -> Sql:
    """Fen of money; anything else is whole."""
    digits = digits_of(as_input(remembered))
    return value if digits == HUNDREDTHS else binary(exp.IntDiv, value, whole(10**HUNDREDTHS))


def _or(value: Sql, otherwise: Sql) -> Sql:
    return call("coalesce", value, otherwise)
