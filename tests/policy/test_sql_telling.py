"""What SQL tells of the way to a sum is to the letter what the interpreter tells."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from services.history.audit.deriving import text
from services.policy.definition import DECISION_DAY
from services.policy.language.intake import as_input
from services.policy.language.wrong import Wrong
from services.policy.population import Population
from services.policy.rule import Rule
from services.policy.sql.inputs import put
from services.policy.sql.telling import WORKED, digits_column, tell
from tests.policy.test_sql_differential import DIBAO_DAYS, PROGRAMMES, rulebook

CASES = 400
BY_ITSELF = "price-link"
"""It asks for rates, which are written with as many digits as they were told with."""
OTHERS = {name: day for name, day in PROGRAMMES.items() if name not in ("dibao", BY_ITSELF)}
ASKED = [*(("dibao", day) for day in DIBAO_DAYS), *OTHERS.items()]


def as_laid_out(case: dict[str, Any], rule: Rule) -> dict[str, Any]:
    """Sums with two digits, as they are made of fen; but nothing granted before is a bare 0."""
    definition = rule.definition
    money = {name for name, one in definition.inputs.items() if one.type == "money"}
    found = {name: two(value) if name in money else value for name, value in case.items()}
    for name, one in definition.inputs.items():
        if one.type == "list":
            sums = {field.name for field in one.fields if field.type == "money"}
            found[name] = [
                {key: two(v) if key in sums else v for key, v in row.items()} for row in case[name]
            ]
    for name, remembered in definition.history.items():
        if as_input(remembered).type == "money":
            found[name] = two(case[name]) if case[name] else Decimal(0)
    return found


def two(value: Any) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"))


def written(rule: Rule, case: dict[str, Any]) -> str:
    trace = rule.decide(case, trace=True).trace
    assert trace is not None
    steps = [
        {"name": one.name, "value": text(one.value), "clause": one.clause, "paper": one.paper}
        for one in trace
    ]
    return json.dumps(steps, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(("programme", "day"), ASKED, ids=[f"{one} {on}" for one, on in ASKED])
def test_every_step_is_written_as_the_interpreter_writes_it(programme: str, day: date) -> None:
    rule = rulebook().rule(programme, day)
    definition = rule.definition
    cases = [as_laid_out(case, rule) for case in Population(definition, 7).cases(CASES)]
    with duckdb.connect() as connection:
        put(connection, "cases", definition, cases)
        digits = "".join(
            f', CASE WHEN "{name}" = 0 THEN 0 ELSE 2 END AS "{digits_column(name)}"'
            for name in definition.history
        )
        connection.execute(
            f"CREATE TABLE asked AS SELECT *, DATE '{day}' AS {DECISION_DAY}{digits} FROM cases"
        )
        told = connection.execute(
            f"SELECT {WORKED} FROM ({tell(rule, 'asked').sql()}) ORDER BY id"
        ).fetchall()
    for case, (found,) in zip(cases, told, strict=True):
        assert found == written(rule, case)


def test_a_rule_that_asks_for_a_number_written_as_it_comes_is_not_told_in_sql() -> None:
    with pytest.raises(Wrong, match="written as it comes"):
        tell(rulebook().rule(BY_ITSELF, PROGRAMMES[BY_ITSELF]), "asked")
