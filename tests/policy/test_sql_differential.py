"""Every shipped programme decided twice, by the interpreter and in SQL: equal to the fen, the row and the outputs."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pytest

from services.policy.definition import Definition, ParsedTable
from services.policy.language.interpret import Interpreted
from services.policy.population import Case, Population
from services.policy.reading import read_paper
from services.policy.rule import Rule
from services.policy.rulebook import Rulebook
from services.policy.sql.inputs import put, refusals
from services.policy.sql.statement import built, called, compile_rule, places
from services.policy.sql.tables import row_said

PAPERS = Path(__file__).parents[2] / "services" / "policy" / "papers"
PROGRAMMES = {
    "dibao": date(2023, 3, 1),
    "tekun": date(2026, 8, 3),
    "relief-emergency": date(2023, 3, 1),
    "relief-expenditure": date(2023, 3, 1),
    "rigid-expenditure": date(2026, 8, 3),
    "price-link": date(2021, 8, 2),
    "disability-living": date(2026, 8, 3),
    "disability-care": date(2026, 8, 3),
    "assistive-device": date(2023, 3, 1),
    "home-adaptation": date(2023, 3, 1),
}
NO_THRESHOLD = {"disability-living", "assistive-device"}
"""Rules that ask yes or no only, or whose one threshold lies behind a table: nothing of an input can be aimed at."""
DIBAO_DAYS = (date(2020, 9, 1), date(2021, 8, 2), date(2023, 3, 1), date(2025, 8, 1), date(2026, 8, 3))
CASES = 20_000
OFTEN_ENOUGH = 20
"""How often each row of each table must be reached among them."""
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
    decide = Rule(rule, Interpreted(rule)).decide
    found: list[object] = []
    for case, (_, row, *outputs, fen, some) in zip(cases, answers, strict=True):
        told = decide(case)
        said = {one.name: one.said(value) for one, value in zip(compiled.outputs, outputs, strict=True)}
        answer = row, said, fen, places(some)
        if answer != (told.row, told.outputs, told.amount_fen, told.admitted):
            found.append((case, told, answer))
    return found[:3]


def reached(rule: Definition, cases: list[Case]) -> dict[tuple[str, str], int]:
    """How many of the cases each row of each table holds for, by the names of both."""
    building = built(rule)
    tables = [step for step in rule.steps if isinstance(step, ParsedTable)]
    chosen = [called(f"said/{one.table.name}", row_said(one)) for one in tables]
    with duckdb.connect() as connection:
        put(connection, "cases", rule, cases)
        said = connection.execute(building.over_steps("cases", chosen).sql("duckdb")).fetchall()
    found = {(one.table.name, row.row.id): 0 for one in tables for row in one.rows}
    for answer in said:
        for one, rows in zip(tables, answer, strict=True):
            for row in rows.split("+"):
                found[one.table.name, row] += 1
    return found


def test_every_programme_of_the_shipped_papers_is_compared() -> None:
    shipped = {name for on in DIBAO_DAYS for name in rulebook().programmes(on)}
    assert shipped == set(PROGRAMMES)


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_sql_and_interpreter_agree_on_cases_of_which_half_lie_on_thresholds(programme: str) -> None:
    rule = rulebook().definition(programme, PROGRAMMES[programme])
    population = Population(rule, seed=43)
    cases = list(population.cases(CASES))
    assert programme in NO_THRESHOLD or population.aimed >= CASES // 2
    assert {row: times for row, times in reached(rule, cases).items() if times < OFTEN_ENOUGH} == {}
    assert differing(rule, cases) == []


def test_the_same_seed_gives_the_same_cases_and_another_gives_others() -> None:
    rule = rulebook().definition("rigid-expenditure", PROGRAMMES["rigid-expenditure"])
    first, again, other = (list(Population(rule, seed).cases(300)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_dibao_agrees_on_a_million_cases() -> None:
    """Two hundred thousand on each of five days, under another basis each; a process for each processor, and the
    days in halves, so that none of them ends long before the others."""
    halves = [(on, half) for on in DIBAO_DAYS for half in (0, 1)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        found = dict(zip(halves, pool.map(differing_on, *zip(*halves, strict=True)), strict=True))
    assert found == {half: [] for half in halves}


def differing_on(on: date, half: int) -> list[object]:
    rule = rulebook().definition("dibao", on)
    population = Population(rule, seed=2 * on.toordinal() + half)
    for _ in range(MANY // 2 // CASES):
        if found := differing(rule, list(population.cases(CASES))):
            return found
    assert population.aimed >= MANY // 4
    return []
