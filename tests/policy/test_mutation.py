"""Every slip in a shipped paper is noticed: by a check, by an example, or by the agreed list of limits."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
import yaml

import services.policy
from services.policy.checking.together import concerned, epochs
from services.policy.finding import Refused
from services.policy.mutation import Mutant, caught, limit_mutants, limits, mutants
from services.policy.mutation_text import Change, changes, digits_changed
from services.policy.paper import Paper
from services.policy.population import Case, Population
from services.policy.reading import read_paper
from services.policy.rule import Rule
from services.policy.rulebook import Rulebook

FOLDERS = sorted((Path(services.policy.__file__).parent / "papers").glob("*/paper.yaml"))
GOLDEN = Path(__file__).parent / "golden"
SEED, SAMPLE, CASES = 20261124, 60, 300


class Key(NamedTuple):
    paper: str
    where: str
    becomes: str


@cache
def shipped() -> tuple[Paper, ...]:
    return tuple(read_paper(file.parent).paper for file in FOLDERS)


def beside(paper: Paper) -> list[Paper]:
    return [other for other in shipped() if other.identity.id != paper.identity.id]


@cache
def all_mutants() -> tuple[Mutant, ...]:
    return tuple(one for paper in shipped() for one in mutants(paper, beside(paper)))


@cache
def equal() -> dict[Key, str]:
    """Mutants that decide as the paper does, with the reason why they must."""
    listed = yaml.safe_load((GOLDEN / "equivalent.yaml").read_text())
    return {
        Key(paper, where, becomes): why
        for paper, reasons in listed.items()
        for why, parts in reasons.items()
        for where, texts in parts.items()
        for becomes in texts
    }


def key(mutant: Mutant) -> Key:
    return Key(mutant.paper.identity.id, mutant.where, mutant.becomes)


def survivors(some: Iterable[Mutant]) -> list[str]:
    return [str(one) for one in some if key(one) not in equal() and not caught(one.paper, beside(one.paper))]


def expected_limits(papers: Sequence[Paper]) -> dict[str, dict[str, str]]:
    return {one.identity.id: said for one in papers if (said := limits(one, papers))}


# -- the shipped papers ------------------------------------------------------------------------------


def test_a_seeded_sample_of_slips_in_the_shipped_papers_is_caught() -> None:
    assert survivors(Random(SEED).sample(all_mutants(), SAMPLE)) == []


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_every_slip_in_a_shipped_paper_is_caught() -> None:
    """A process for each processor, a paper at a time."""
    ids = [paper.identity.id for paper in shipped()]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        found = dict(zip(ids, pool.map(survivors_of, ids), strict=True))
    assert found == {id: [] for id in ids}


def survivors_of(id: str) -> list[str]:
    return survivors(one for one in all_mutants() if one.paper.identity.id == id)


def test_what_is_listed_as_equal_is_still_a_slip_that_can_be_made() -> None:
    assert equal().keys() - {key(one) for one in all_mutants()} == set()


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_every_slip_listed_as_equal_decides_as_the_papers_do() -> None:
    assert different(equal_mutants(), CASES) == []


def test_the_limits_of_the_shipped_papers_are_those_agreed() -> None:
    assert expected_limits(shipped()) == yaml.safe_load((GOLDEN / "limits.yaml").read_text())


def test_every_slip_in_a_limit_differs_from_what_was_agreed() -> None:
    agreed = expected_limits(shipped())
    made = [one for paper in shipped() for one in limit_mutants(paper, beside(paper))]
    assert len(made) > 500
    unnoticed = [str(one) for one in made if not differs(one, agreed)]
    assert unnoticed == []


def differs(mutant: Mutant, agreed: dict[str, dict[str, str]]) -> bool:
    """A share may be told in another paper than its figure; everything else is told in its own."""
    paper, others = mutant.paper, beside(mutant.paper)
    if mutant.where.startswith("parameters"):
        return expected_limits([*others, paper]) != agreed
    return limits(paper, others) != agreed[paper.identity.id]


# -- equal ones --------------------------------------------------------------------------------------


def equal_mutants() -> list[Mutant]:
    return [one for one in all_mutants() if key(one) in equal()]


def different(some: Iterable[Mutant], count: int) -> list[str]:
    """Those that decide some case otherwise, with the first such case."""
    found = []
    for one in some:
        mutated = Rulebook([*beside(one.paper), one.paper])
        for programme, day in days(one.paper.identity.id):
            rule, cases = sample(programme, day, count)
            other = mutated.rule(programme, day)
            found += [f"{one}: {case}" for case in cases if rule.decide(case) != other.decide(case)][:1]
    return found


@cache
def rulebook() -> Rulebook:
    return Rulebook(shipped())


@cache
def days(paper: str) -> tuple[tuple[str, date], ...]:
    return tuple(_days(next(one for one in shipped() if one.identity.id == paper)))


def _days(paper: Paper) -> Iterator[tuple[str, date]]:
    """The programmes that a paper has a say in, on the first day of every epoch of its validity."""
    for day in epochs(rulebook(), paper):
        if paper not in rulebook().in_force(day):
            break
        for programme in concerned(paper, rulebook(), day):
            try:
                rulebook().rule(programme, day)
            except Refused:
                continue  # its figures are yet to come
            yield programme, day


@cache
def sample(programme: str, day: date, count: int) -> tuple[Rule, list[Case]]:
    rule = rulebook().rule(programme, day)
    return rule, list(Population(rule.definition, SEED).cases(count))


# -- how slips are made ------------------------------------------------------------------------------


def texts(expression: str, **members: str) -> set[str]:
    return {change.text for change in changes(expression, members)}


def test_comparisons_move_their_edge_or_turn_round() -> None:
    made = texts("a < 3")
    assert {"a <= 3", "a > 3", "a < 4", "a < 2", "ax < 3"} <= made


def test_signs_that_only_look_right_are_tried() -> None:
    assert {"a ＞ 10 and b", "a > １０ and b", "a > 10 且 b", "a 大于 10 and b"} <= texts("a > 10 and b")


def test_intervals_open_and_close() -> None:
    made = texts("x in [min(a, 1)..3) and y")
    assert {"x in (min(a, 1)..3) and y", "x in [min(a, 1)..3] and y"} <= made


def test_a_condition_of_a_fold_is_left_out() -> None:
    made = texts("sum(m.a for m in list where m.b in (0..max(1, 2)]) + 1")
    assert "sum(m.a for m in list) + 1" in made


def test_a_choice_becomes_another_of_its_members() -> None:
    assert Change("choice", "x = 'b'") in list(changes("x = 'a'", {"a": "b"}))


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("0.5", {"0.6", "0.4", "1.5", "-0.5"}),
        ("12", {"13", "11", "-12"}),
        ("0", {"1", "-1"}),
        ("1.00", {"1.01", "0.99", "2.00", "0.00", "-1.00"}),
    ],
)
def test_a_parameter_moves_by_its_last_digit_by_one_and_to_the_other_side_of_zero(
    value: str, made: set[str]
) -> None:
    assert set(digits_changed(value)) == made


def test_rows_are_left_out_and_exchanged() -> None:
    paper: Any = next(one for one in shipped() if one.identity.id == "dibao-2021")
    made = {one.becomes for one in mutants(paper) if one.where.endswith("tables/认定/rows")}
    assert {"without TAPER", "TAPER before SINGLE", "outputs of SINGLE and TAPER exchanged"} <= made
