"""Every shipped programme decided twice, by the interpreter and in SQL: equal to the fen, the row and the outputs."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import pytest

from services.policy.definition import Definition
from services.policy.language.interpret import compile_definition
from services.policy.population import Case, Population
from services.policy.reading import read_paper
from services.policy.rule import Rule
from services.policy.rulebook import Rulebook
from services.policy.sql.inputs import put, refusals
from services.policy.sql.statement import compile_rule

PAPERS = Path(__file__).parents[2] / "services" / "policy" / "papers"
PROGRAMMES = {
    "dibao": date(2023, 3, 1),
    "tekun": date(2026, 8, 3),
    "relief-emergency": date(2023, 3, 1),
    "relief-expenditure": date(2023, 3, 1),
    "rigid-expenditure": date(2026, 8, 3),
}
DIBAO_DAYS = (date(2020, 9, 1), date(2021, 8, 2), date(2023, 3, 1), date(2025, 8, 1), date(2026, 8, 3))
CASES = 20_000
MANY = 200_000


@cache
def rulebook() -> Rulebook:
    return Rulebook([read_paper(folder).paper for folder in sorted(PAPERS.iterdir()) if folder.is_dir()])


def differing(rule: Definition, cases: list[Case]) -> list[object]:
    """The first of the cases on which the two do not agree, with what each said."""
    compiled = compile_rule(rule, "cases")
    with duckdb.connect() as connection:
        put(connection, "cases", rule, cases)
        assert connection.execute(refusals(rule, "cases").sql("duckdb")).fetchall() == []
        answers = connection.execute(f"{compiled.sql()} ORDER BY id").fetchall()
    decide = Rule(rule, compile_definition(rule)).decide
    found: list[object] = []
    for case, (_, row, *outputs, fen) in zip(cases, answers, strict=True):
        told = decide(case)
        said = {one.name: one.said(value) for one, value in zip(compiled.outputs, outputs, strict=True)}
        if (row, said, fen) != (told.row, told.outputs, told.amount_fen):
            found.append((case, told, (row, said, fen)))
    return found[:3]


def test_every_programme_of_the_shipped_papers_is_compared() -> None:
    shipped = {name for on in DIBAO_DAYS for name in rulebook().programmes(on)}
    assert shipped == set(PROGRAMMES)


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_sql_and_interpreter_agree_on_cases_of_which_half_lie_on_thresholds(programme: str) -> None:
    rule = rulebook().definition(programme, PROGRAMMES[programme])
    population = Population(rule, seed=43)
    cases = list(population.cases(CASES))
    assert population.aimed >= CASES // 2
    assert differing(rule, cases) == []


def test_the_same_seed_gives_the_same_cases_and_another_gives_others() -> None:
    rule = rulebook().definition("rigid-expenditure", PROGRAMMES["rigid-expenditure"])
    first, again, other = (list(Population(rule, seed).cases(300)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("on", DIBAO_DAYS, ids=str)
def test_dibao_agrees_on_a_million_cases(on: date) -> None:
    """Two hundred thousand on each of five days, under another basis each."""
    rule = rulebook().definition("dibao", on)
    population = Population(rule, seed=on.toordinal())
    left = MANY
    while left:
        cases = list(population.cases(CASES))
        assert differing(rule, cases) == []
        left -= len(cases)
    assert population.aimed >= MANY // 2
