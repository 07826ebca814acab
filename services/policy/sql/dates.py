"""The functions over dates, as the interpreter has them."""

from __future__ import annotations

from sqlglot import exp

from services.policy.language.wrong import Wrong
from services.policy.sql.value import Value, number
from services.policy.sql.writing import Sql, alone, binary, call, case, cast, whole

YEARS = 10_000
"""No two dates lie further apart."""


def dated(function: str, arguments: list[Value], at: int) -> Value:
    """Raises Wrong for what needs a calendar of working days."""
    first, second = arguments[0].sql, arguments[-1].sql
    match function:
        case "age":
            return number(_age(first, second), 0, -YEARS, YEARS)
        case "months_between":
            return number(_months(first, second), 0, -12 * YEARS, 12 * YEARS)
        case "next_month":
            return _day(
                binary(exp.Add, call("date_trunc", exp.Literal.string("month"), first), _in_months(whole(1)))
            )
        case "add_months":
            return _day(binary(exp.Add, first, _in_months(second)))
        case "add_days":
            return _day(binary(exp.Add, first, cast(second, "INTEGER")))
    raise Wrong(
        f"{function} 须用工作日历，不能译成 SQL", f"{function} needs a calendar and has no SQL", at, "no-sql"
    )


def _part(part: str, day: Sql) -> Sql:
    return call(part, day)


def _age(born: Sql, day: Sql) -> Sql:
    """Whole years; the birthday of 29 February is 1 March where there is none."""
    years = binary(exp.Sub, _part("year", day), _part("year", born))
    return binary(exp.Sub, years, _one_if(binary(exp.LT, _in_year(day), _in_year(born))))


def _in_year(day: Sql) -> Sql:
    return binary(exp.Add, binary(exp.Mul, _part("month", day), whole(100)), _part("day", day))


def _months(first: Sql, last: Sql) -> Sql:
    """Whole months that have gone by."""
    years = binary(exp.Sub, _part("year", last), _part("year", first))
    months = binary(exp.Sub, _part("month", last), _part("month", first))
    whole_months = binary(exp.Add, binary(exp.Mul, years, whole(12)), months)
    return binary(exp.Sub, whole_months, _one_if(binary(exp.LT, _part("day", last), _part("day", first))))


def _one_if(condition: Sql) -> Sql:
    return case([(condition, whole(1))], whole(0))


def _in_months(months: Sql) -> Sql:
    return call("to_months", cast(alone(months), "INTEGER"))


def _day(value: Sql) -> Value:
    return Value(cast(value, "DATE"), "date")
