"""What was decided once is decided the same for ever: golden decisions of every version of the language.

They rest on papers of their own, so that shipped papers may change. A line of `decisions.jsonl` is one decision: the
day, the inputs, and what came out with every value on the way. A line is never rewritten: whoever changes one changes
what the past means. New ones are added with `append` below and read by a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.policy.checking.placing import written
from services.policy.language.names import nodes
from services.policy.language.tree import Call, Compare, Logic, Operation, Over
from services.policy.language.whitelist import FOLDS, FUNCTIONS
from services.policy.population import Population
from services.policy.reading import canonical, digest, read_paper
from services.policy.rule import Outcome, Quotient, Rule
from services.policy.rulebook import Rulebook

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = ("language-1", "language-1-admits")
"""A folder each: of version 1 the language as it began, and the rows that admit some, which came later."""
PROGRAMME = "everything"
FIRST, DAYS = date(2020, 1, 1), (date(2021, 2, 28), date(2024, 2, 29), date(2026, 11, 24))
EACH = 70
WITHOUT_A_CALENDAR = {"add_working_days"}
"""Needs published days; its own tests are in `tests/policy/test_calendars.py`."""


def folder(version: str) -> Path:
    return GOLDEN / version


def rule(version: str, on: date) -> Rule:
    return Rulebook([read_paper(folder(version)).paper]).rule(PROGRAMME, on)


def plain(value: object) -> Any:
    """As JSON: a number as text under its kind, so that `1`, `1.0` and `true` are three things."""
    if isinstance(value, Quotient):
        return {"quotient": [str(value.above), str(value.below)]}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def typed(value: Any) -> Any:
    """From JSON again."""
    if isinstance(value, dict):
        if "decimal" in value:
            return Decimal(value["decimal"])
        if "date" in value:
            return date.fromisoformat(value["date"])
        return {name: typed(one) for name, one in value.items()}
    return [typed(one) for one in value] if isinstance(value, list) else value


def told(outcome: Outcome) -> dict[str, Any]:
    return {
        "row": outcome.row,
        "outputs": plain(dict(outcome.outputs)),
        "amount_fen": outcome.amount_fen,
        **({} if outcome.admitted is None else {"admitted": list(outcome.admitted)}),
        "trace": [[step.name, plain(step.value), step.clause, step.kind] for step in outcome.trace or ()],
    }


def append(version: str) -> None:
    """Adds seeded decisions: `python -c "from tests.policy.test_golden import append; append('language-1')"`."""
    paper = read_paper(folder(version)).paper
    with (folder(version) / "decisions.jsonl").open("a") as file:
        for seed, day in enumerate(DAYS):
            ruling = rule(version, day)
            for case in Population(ruling.definition, seed).cases(EACH):
                line = {"on": day.isoformat(), "paper": digest(paper), "inputs": plain(case)}
                line |= told(ruling.decide(case, trace=True))
                file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def decisions(version: str) -> Iterator[dict[str, Any]]:
    with (folder(version) / "decisions.jsonl").open() as file:
        yield from map(json.loads, file)


EVERY = pytest.mark.parametrize("version", VERSIONS)


@EVERY
def test_every_golden_decision_comes_out_as_it_did(version: str) -> None:
    rules = {day: rule(version, day) for day in DAYS}
    seen = 0
    for line in decisions(version):
        day, inputs = date.fromisoformat(line.pop("on")), typed(line.pop("inputs"))
        del line["paper"]
        assert told(rules[day].decide(inputs, trace=True)) == line, inputs
        without = rules[day].decide(inputs)
        assert (without.row, without.amount_fen) == (line["row"], line["amount_fen"])
        seen += 1
    assert seen >= EACH * len(DAYS)


@EVERY
def test_the_golden_paper_is_the_one_that_was_decided_by(version: str) -> None:
    paper = read_paper(folder(version)).paper
    assert {line["paper"] for line in decisions(version)} == {digest(paper)}, canonical(paper).decode()


@EVERY
def test_the_golden_decisions_go_through_every_row(version: str) -> None:
    [programme] = read_paper(folder(version)).paper.programmes
    seen = {
        (name, row)
        for line in decisions(version)
        for name, value, _, kind in line["trace"]
        if kind == "row"
        for row in value.split("+")
    }
    assert {(table.name, row.id) for table in programme.tables for row in table.rows} == seen


def test_the_golden_paper_uses_the_whole_language() -> None:
    paper = read_paper(folder("language-1")).paper
    trees = [node for one in written(paper) for node in nodes(one.tree())]
    assert {
        node.function for node in trees if isinstance(node, Call)
    } == FUNCTIONS.keys() - WITHOUT_A_CALENDAR
    assert {node.fold for node in trees if isinstance(node, Over)} == set(FOLDS)
    assert {node.operator for node in trees if isinstance(node, Operation)} == set("+-*/")
    assert {node.operator for node in trees if isinstance(node, Logic)} == {"and", "or"}
    assert {node.operator for node in trees if isinstance(node, Compare)} == {"=", "!=", "<", "<=", ">", ">="}
    assert {table.hit for one in paper.programmes for table in one.tables} == {"first", "unique", "collect"}
