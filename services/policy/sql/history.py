"""What cases remember of their earlier months, in SQL: `services.policy.language.remember`, case by case the same.

The months lie in one table, no month twice: `case_id`, `series`, `month` (DATE, the first of the month) and `value`,
a BIGINT in hundredths (fen of a sum, 100 or 0 of a truth), since a fold does not say which of them its series holds.
The words `seen` and `counts` are explained there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlglot import exp

from services.policy.definition import Definition
from services.policy.language.intake import as_input, digits_of
from services.policy.language.parse import parse
from services.policy.paper import Remembered
from services.policy.sql.expressions import Scope, condition
from services.policy.sql.inputs import quoted
from services.policy.sql.value import Value
from services.policy.sql.writing import Sql, all_of, alone, binary, call, case, cast, day, text, whole

SEEN, TOLD, VALUE = "seen", "told", "folded"
HUNDREDTHS = 2
NO_DIGITS: Mapping[str, str] = MappingProxyType({})
WIDEST = 10**14
"""The greatest value of a month, in hundredths."""


def remembering(
    definition: Definition,
    source: str,
    months: str,
    deciding: Sql | None = None,
    digits: Mapping[str, str] = NO_DIGITS,
) -> exp.Select:
    """The cases of `source` with a column for each remembered input. `deciding`: the first of the month that is decided
    for, or a column of the months that says it, the same for all of a case; that of the definition's day if not told.
    `digits`: by remembered input, the column that says with how many digits it is written: none where it sees no month.

    Each fold goes by itself, over those months alone that it sees. Raises ValueError for `months_since` without a window,
    and Wrong where a `where` is not a test of its series.
    """
    cases = exp.alias_(exp.to_table(quoted(source)), "cases", table=True)
    found = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier("cases"))).from_(cases)
    month = day(definition.on.replace(day=1)) if deciding is None else deciding
    for place, (name, one) in enumerate(definition.history.items()):
        told, fold = f"{TOLD}_{place}", folded(one, month)
        case_id = exp.column("case_id", table=told)
        value = call("coalesce", exp.column(VALUE, table=told), whole(fold.nothing))
        found = found.select(exp.alias_(value, _quoted(name)))
        if name in digits:
            saw = exp.Not(this=exp.Is(this=case_id, expression=exp.Null()))
            found = found.select(
                exp.alias_(case([(saw, whole(HUNDREDTHS))], whole(0)), _quoted(digits[name]))
            )
        same = binary(exp.EQ, exp.column("id", table="cases"), case_id.copy())
        found = found.join(_by_case(fold, months).subquery(told), on=same, join_type="left")
    return found


def _by_case(fold: Folded, months: str) -> exp.Select:
    case_id = exp.column("case_id", table=SEEN)
    seen = exp.alias_(exp.to_table(quoted(months)), SEEN, table=True)
    value = exp.alias_(fold.value, VALUE)
    return exp.select(case_id, value).from_(seen).where(fold.sees).group_by(case_id.copy())


@dataclass(frozen=True, slots=True)
class Folded:
    """`value`: a BIGINT, over the months of one case; `sees`: the test that a month has to meet to make any
    difference; `nothing`: what the fold gives where no month does."""

    value: Sql
    sees: Sql
    nothing: int = 0


def folded(remembered: Remembered, deciding: Sql) -> Folded:
    """One fold over rows of the table of months. `deciding`: the first of the month that is decided for."""
    ago = call("datediff", text("month"), exp.column("month", table=SEEN), deciding.copy())
    counts, seen = _counts(remembered), _seen(remembered, deciding)
    counted = all_of([*seen, counts])
    taken = all_of(seen) if remembered.where is None else counted
    value: Sql = exp.column("value", table=SEEN)
    match remembered.fold:
        case "latest":
            found = _filtered(call("arg_max", value, exp.column("month", table=SEEN)), taken)
            return Folded(_in_its_digits(remembered, _or(found, whole(0))), taken)
        case "sum":
            total = cast(_or(_filtered(exp.Sum(this=value), taken), whole(0)), "BIGINT")
            return Folded(_in_its_digits(remembered, total), taken)
        case "count":
            return Folded(_filtered(exp.Count(this=exp.Star()), counted), counted)
        case "months_since":
            if remembered.window is None:
                raise ValueError(f"{remembered.name}: months_since needs a window")
            never = remembered.window + 1
            return Folded(_or(_filtered(exp.Min(this=ago), counted), whole(never)), counted, never)
        case _:
            return Folded(_run(ago, counted, 0 if remembered.with_this_month else 1), counted)


def _run(ago: Sql, counted: Sql, last: int) -> Sql:
    """How many months ago 1, 2, 3 … (from `last` on) all count: those in their sorted list that stand in their own place."""
    sorted_ = call("list_sort", _filtered(call("list", cast(ago, "BIGINT")), counted))
    row, place = _quoted("ago"), _quoted("place")
    from_1 = binary(exp.Add, row, whole(1 - last))
    in_place = exp.Lambda(this=exp.EQ(this=from_1, expression=place), expressions=[row.copy(), place.copy()])
    return _or(cast(call("len", call("list_filter", sorted_, in_place)), "BIGINT"), whole(0))


def _seen(remembered: Remembered, deciding: Sql) -> list[Sql]:
    month = exp.column("month", table=SEEN)
    tests = [
        binary(exp.EQ, exp.column("series", table=SEEN), text(remembered.of)),
        binary(exp.LTE if remembered.with_this_month else exp.LT, month, deciding.copy()),
    ]
    if remembered.window is not None:
        first = binary(exp.Sub, deciding.copy(), call("to_months", exp.Literal.number(remembered.window)))
        tests.append(binary(exp.GTE, month.copy(), cast(alone(first), "DATE")))
    return tests


def _counts(remembered: Remembered) -> Sql:
    value: Sql = exp.column("value", table=SEEN)
    if remembered.where is None:
        return binary(exp.NEQ, value, whole(0))
    scope = Scope({remembered.of: Value(value, "number", HUNDREDTHS, -WIDEST, WIDEST)}, {})
    return condition(parse(remembered.where), scope)


def _filtered(aggregate: Sql, test: Sql) -> Sql:
    return exp.Filter(this=aggregate, expression=exp.Where(this=test.copy()))


def _quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _in_its_digits(remembered: Remembered, value: Sql) -> Sql:
    """Fen of money; anything else is whole."""
    digits = digits_of(as_input(remembered))
    return value if digits == HUNDREDTHS else binary(exp.IntDiv, value, whole(10**HUNDREDTHS))


def _or(value: Sql, otherwise: Sql) -> Sql:
    return call("coalesce", value, otherwise)
