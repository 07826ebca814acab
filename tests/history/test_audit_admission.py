"""Of a family of whom one is admitted (单人户): the audit works out again who, and counterfactuals count heads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from events import assistance as a
from services.assistance import steps
from services.history import wording
from services.history.audit.everything import rules
from services.history.audit.verdict import Class
from services.history.whatif.papers import read_folders
from services.history.whatif.running import whatif
from services.history.words import Words
from tests.finance.treasury import beside
from tests.history.audited import Plant, Told, World, told_by
from tests.history.test_audit import changed, found
from tests.living.office import OFFICER, Office, having

ALONE = {"disability_grade": 1, "disability_kind": "physical", "own_register": True}
MORE = Path(__file__).parents[2] / "samples" / "policies" / "standards-plus-10-illustrative"
Make = Callable[..., World]


@cache
def single() -> tuple[Told, ...]:
    """Husband and wife; he is severely disabled, she earns: he alone is granted dibao, and is paid for two months; then a
    review finds the same."""
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        household, people = office.family(2)
        treasury = beside(office)
        means = having(2000_00, first=ALONE)
        case = office.grant(household, people[0], means, apart=True)
        treasury.account(household, people[0])
        for month in ("2020-09", "2020-10"):
            office.until(date.fromisoformat(f"{month}-02"))
            treasury.pay(month)
        office.do(steps.open_review, case, "report")
        office.look_into(case, means)
        office.do(steps.conclude_review, case, OFFICER)
        return told_by(office, treasury)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Make]:
    worlds: list[World] = []

    def make(plant: Plant = lambda told: told) -> World:
        worlds.append(World(tmp_path, plant, base=single))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


def for_all(*kinds: type[Any]) -> Plant:
    """What the log said before: everybody of the family is covered."""

    def plant(told: list[Told]) -> Iterable[Told]:
        for kind in kinds:
            told = list(changed(kind, lambda fact: {"admitted": ()})(told))
        return told

    return plant


def for_her(told: list[Told]) -> Iterable[Told]:
    return changed(a.MonthGranted, lambda fact: {"admitted": fact.members[1:]})(told)


def test_who_is_admitted_is_worked_out_again_and_equal(made: Make) -> None:
    world = made()
    assert found(world) == []
    decision = world.auditor.reconstruct(world.decision())
    [check] = [one for part in decision.parts for one in part.checks if one.code == "admitted"]
    assert check.finding is None and check.en.startswith("Equal: for ")
    summary = rules(world.auditor)
    assert summary.equal == summary.decisions > 0


@pytest.mark.parametrize(
    ("plant", "classes"),
    [
        (for_all(a.SubsidyGranted, a.MonthGranted, a.Reviewed), {Class.NOT_ELIGIBLE}),
        (for_all(a.Assessed), {Class.ALTERED_AMOUNT}),
        (for_her, {Class.NOT_ELIGIBLE}),
    ],
)
def test_who_is_admitted_against_the_rule_or_paid_in_place_of_another_is_found(
    made: Make, plant: Plant, classes: set[Class]
) -> None:
    assert {kind for kind, _ in found(made(plant))} == classes


def test_an_officers_reason_is_no_finding_and_both_ways_of_checking_agree(made: Make) -> None:
    world = made(for_all(a.SubsidyGranted, a.MonthGranted, a.Reviewed))
    assert len(rules(world.auditor).differing) == 1


def test_the_timeline_says_for_whom() -> None:
    told = [one.fact for one in single() if isinstance(one.fact, a.SubsidyGranted | a.Assessed)]
    for fact in told:
        he, she = fact.members
        line = wording.told(fact, lambda sealed: Words("…", "…")).zh
        assert f"其中{str(he)[:8]}（参照单人户）" in line and str(she)[:8] not in line


def test_a_counterfactual_counts_one_head_of_two(made: Make) -> None:
    world = made()
    since, until = date(2020, 9, 1), date(2020, 10, 1)
    with whatif(world.log, world.keys, read_folders((MORE,)), since, until) as answer:
        months = [(one["people_before"], one["people_after"]) for one in answer.table("cost")]
        assert months == [(1, 1), (1, 1)]
        [family] = answer.table("families")
        assert (family["outcome"], family["people_before"], family["people_after"]) == ("gains", 1, 1)
        assert answer.unexplained == 0
