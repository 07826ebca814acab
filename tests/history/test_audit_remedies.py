"""Both decisions are reconstructed, the first as it was and the one in its place; what was taken over is said to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest

from events import assistance as a
from events import remedies as m
from events.ids import CaseId
from services.assistance import steps
from services.assistance.remedies import taking
from services.assistance.remedies.decisions import decisions_of
from services.assistance.remedies.taking import Said
from services.chassis.work import Work
from services.history.audit.everything import findings, rules
from services.history.audit.verdict import Class
from services.history.whatif import facts as whatif
from tests.history.audited import Plant, Told, World, told_by
from tests.living.office import OFFICER, Office, having

pytestmark = pytest.mark.clause("B1")
FIXED = 600_00


@cache
def reviewed() -> tuple[Told, ...]:
    """A grant that a review raised, an end that a review revoked, and a case that was taken over."""
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        household, people = office.family(2)
        case = office.grant(household, people[0])
        office.until(date(2020, 10, 5))
        review(office, case, people[0], "changed", FIXED)
        other, others = office.family(1)
        ended = office.grant(other, others[0], having(200_00))
        office.do(steps.request_exit, ended)
        review(office, ended, others[0], "revoked")
        third, _ = office.family(1)
        take_over(office, third)
        office.until(date(2020, 12, 2))
        return told_by(office)


def review(office: Office, case: CaseId, by: Any, outcome: Any, amount_fen: int | None = None) -> None:
    def do(work: Work) -> None:
        first = decisions_of(work, case)[-1]
        id = taking.contest(
            work, case, first.id, by=by, authority="district_government", officer=OFFICER, statement="不服"
        )
        said = Said(outcome, work.today, "鹤政复决字〔2020〕3号", amount_fen)
        taking.decide(work, case, id, said, OFFICER)

    office.living.decide(do)


def take_over(office: Office, household: Any) -> None:
    def do(work: Work) -> None:
        case = CaseId.of(work.around.ids.random())
        members = tuple(work.fact("household", household)["members"])
        fact = a.TakenOver.model_validate(
            {
                "case": case, "programme": "dibao", "household": household, "members": members,
                "addressee": members[0], "township": "431202201000", "since": date(2018, 5, 1), "amount_fen": 417_00,
                "first_month": date(2020, 11, 1), "basis": "鹤民低〔2018〕77号", "review": "yearly",
                "review_on": date(2021, 5, 1), "file": "0" * 64, "row": 2, "on": work.today, "officer": OFFICER,
            }
        )  # fmt: skip
        steps.record(work, case, (fact,))

    office.living.decide(do)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., World]]:
    worlds: list[World] = []

    def make(plant: Plant = lambda told: told) -> World:
        worlds.append(World(tmp_path, plant, reviewed))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


def test_the_first_decision_and_the_one_in_its_place_both_hold(made: Callable[..., World]) -> None:
    world = made()
    with world.auditor.reading() as reader:
        decided = {kind: list(reader.log.of_types(frozenset({kind.TYPE}))) for kind in KINDS}
    first = next(one for one in decided[a.SubsidyGranted] if one.fact.replaces is None)
    (instead,) = [one for one in decided[a.Adjusted] if one.fact.replaces is not None]
    assert instead.fact.replaces == first.id
    before = world.auditor.reconstruct(first.id)
    after = world.auditor.reconstruct(instead.id)
    assert before.amount_fen == before.again_fen == 534_00, "the first is as it was"
    assert after.amount_fen == after.again_fen == FIXED
    assert {part.part: part.verdict for part in after.parts}["rule"] == "holds"
    again = next(one for one in decided[a.SubsidyGranted] if one.fact.replaces is not None)
    back = world.auditor.reconstruct(again.id)
    assert {part.part: part.verdict for part in back.parts}["rule"] == "holds"
    assert {part.part: part.verdict for part in back.parts}["procedure"] == "holds"


KINDS = (a.SubsidyGranted, a.Adjusted)


def test_nothing_is_found_wrong_with_what_a_review_brought_about(made: Callable[..., World]) -> None:
    world = made()
    assert [(one.kind, one.check.zh) for one in findings(world.auditor)] == []
    assert rules(world.auditor).differing == []


def test_another_sum_than_the_review_fixed_and_a_review_that_never_was_are_found(
    made: Callable[..., World],
) -> None:
    def planted(told: list[Told]) -> list[Told]:
        for one in told:
            if isinstance(one.fact, a.Adjusted) and one.fact.replaces is not None:
                one.fact = one.fact.model_copy(update={"amount_fen": FIXED + 100})
        return told

    world = made(planted)
    assert {one.kind for one in findings(world.auditor)} == {Class.ALTERED_AMOUNT}


def test_without_its_review_a_decision_in_the_place_of_another_is_found(made: Callable[..., World]) -> None:
    def planted(told: list[Told]) -> list[Told]:
        for one in told:
            if isinstance(one.fact, m.ReviewDecided) and one.fact.outcome == "changed":
                one.fact = one.fact.model_copy(update={"decision": uuid4()})
        return told

    world = made(planted)
    assert {one.kind for one in findings(world.auditor)} == {Class.ALTERED_AMOUNT}


def test_of_a_case_taken_over_it_is_said_that_its_decision_lies_before_the_log(
    made: Callable[..., World],
) -> None:
    world = made()
    found = world.auditor.reconstruct(world.decision(a.TakenOver))
    assert (found.verdict, found.amount_fen) == ("open", 417_00)
    said = {check.code for part in found.parts for check in part.checks}
    assert said >= {"before-the-log"}
    assert "原决定在本日志之前" in found.parts[0].checks[0].zh


def test_asked_under_other_papers_a_sum_that_a_review_fixed_stands_and_an_end_taken_back_is_none(
    made: Callable[..., World],
) -> None:
    world = made()
    with world.auditor.reading() as reader:
        cases = whatif.cases_of(reader.log.of_types(whatif.TYPES))
    first, ended, *_ = cases.values()
    assert first.episodes[-1].fixed and not first.episodes[0].fixed
    assert ended.in_aid(date(2020, 12, 1))
