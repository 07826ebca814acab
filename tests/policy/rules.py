"""Small programmes written in a test, put together by the real rulebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from services.policy.definition import Definition
from services.policy.language.interpret import Interpreted
from services.policy.paper import Paper
from services.policy.rule import Outcome, Rule
from services.policy.rulebook import Rulebook
from services.policy.sql.inputs import put
from services.policy.sql.statement import Compiled, compile_rule, places

DAY = date(2026, 7, 1)
SAID = {"zh": "试", "en": "trial"}
ALL = {"id": "ALL", "clause": "1", "when": {}, "then": {"route": "'paid'"}, **SAID}
TABLE = {
    "name": "reason", "en": "reason", "hit": "first", "columns": (), "clause": "1", "rows": [ALL],
    "outputs": [{"name": "route", "en": "route", "type": "choice", "of": ("paid",)}],
}  # fmt: skip


def given(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "en": name, "type": kind, "source": "survey", "clause": "1", **more}


def field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "en": name, "type": kind, **more}


def formula(name: str, text: str, unit: str = "number") -> dict[str, Any]:
    return {"name": name, "en": name, "formula": text, "unit": unit, "clause": "1"}


def parameter(name: str, value: str, unit: str = "number") -> dict[str, Any]:
    first = {"from": "2020-01-01", "value": value, "source": "trial", "status": "confirmed"}
    return {"name": name, "en": name, "unit": unit, "clause": "1", "values": [first]}


def definition(
    inputs: Sequence[Mapping[str, Any]],
    *,
    formulas: Sequence[Mapping[str, Any]] = (),
    parameters: Sequence[Mapping[str, Any]] = (),
    tables: Sequence[Mapping[str, Any]] = (),
    history: Sequence[Mapping[str, Any]] = (),
    amount: str = "0",
) -> Definition:
    """Without tables: one table `reason` whose only row is ALL."""
    tables = tables or [TABLE]
    programme = {
        "programme": "trial", "title": SAID, "clause": "1", "inputs": inputs, "formulas": formulas,
        "tables": tables, "history": history,
        "amount": {"formula": amount, "table": tables[0]["name"], "clause": "1"},
    }  # fmt: skip
    identity = {
        "id": "trial", "language": 1, "number": "试〔2020〕1号", "title": "试", "issuers": ["试"],
        "in_force": {"from": "2020-01-01"}, "status": "confirmed", "pending": "finish_old", "outline": {"1": "试"},
    }  # fmt: skip
    paper = Paper.model_validate({"identity": identity, "parameters": parameters, "programmes": [programme]})
    return Rulebook([paper]).definition("trial", DAY)


def in_sql(rule: Definition, cases: Sequence[Mapping[str, object]]) -> tuple[Compiled, list[dict[str, Any]]]:
    """Every case as SQL answers it, numbers as `Decimal`, in the order of the cases."""
    compiled = compile_rule(rule, "cases", formulas=True)
    with duckdb.connect() as connection:
        put(connection, "cases", rule, cases)
        found = connection.execute(f"{compiled.sql()} ORDER BY id")
        names = [column[0] for column in found.description]
        answers = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for one in (*compiled.outputs, *compiled.formulas):
        for answer in answers:
            answer[one.name] = one.said(answer[one.name])
    return compiled, answers


def interpreted(rule: Definition, cases: Sequence[Mapping[str, object]]) -> list[Outcome]:
    decide = Rule(rule, Interpreted(rule)).decide
    return [decide(one, trace=True) for one in cases]


def values(outcome: Outcome) -> dict[str, object]:
    """The formulas of a trace by name."""
    assert outcome.trace is not None
    return {step.name: step.value for step in outcome.trace if step.kind == "formula"}


def agree(rule: Definition, cases: Sequence[Mapping[str, object]]) -> list[dict[str, Any]]:
    """SQL and interpreter say the same of row, outputs, amount and formulas (but quotients); gives the answers."""
    _, answers = in_sql(rule, cases)
    for outcome, answer in zip(interpreted(rule, cases), answers, strict=True):
        assert (answer["row"], answer["amount_fen"]) == (outcome.row, outcome.amount_fen)
        assert places(answer["admitted"]) == outcome.admitted
        assert {name: answer[name] for name in outcome.outputs} == outcome.outputs
        for name, value in values(outcome).items():
            if name in answer:
                assert answer[name] == value, name
    return answers
