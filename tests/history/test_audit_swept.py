"""Many decisions are audited whole cases at a time; what is found is what each gives by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from events import assistance as a
from events import registry as r
from events.base import Event
from events.ids import PersonId
from services.history.audit.everything import decisions
from services.history.audit.reading import Log
from services.history.audit.swept import SweptLog
from services.history.audit.verdict import Check
from tests.history.audited import EVERYTHING, Plant, Told, World
from tests.history.test_audit import before, changed, death, the

Checks = list[tuple[str, str, str, str, str | None, str | None]]


def raised(told: list[Told]) -> Iterable[Told]:
    return changed(a.SubsidyGranted, lambda fact: {"amount_fen": fact.amount_fen + 1_00})(told)


def swapped(told: list[Told]) -> Iterable[Told]:
    return changed(
        a.Assessed,
        lambda fact: {"inputs": tuple(
            one.model_copy(update={"value": "9.00"}) if one.name == "经营净收入" else one for one in fact.inputs
        )},
    )(told)  # fmt: skip


def died_known(told: list[Told]) -> Iterable[Told]:
    granted = next(one for one in told if isinstance(one.fact, a.SubsidyGranted))
    granted.known = {**granted.known, "registry": EVERYTHING}
    return before(told, a.SubsidyGranted, death(told))


def died_later(told: list[Told]) -> Iterable[Told]:
    return [*told, replace(death(told), at=told[-1].at)]


POOR = r.Category.REGISTERED_POOR
YEAR = date(2020, 1, 1)


def poor(
    told: list[Told], *, ended: bool = False, wrong: bool = False, merged: bool = False
) -> Iterable[Told]:
    """A member is registered as poor, as the recommender knew; or was, or by mistake, or under another registration."""
    assessed, family = the(told, a.Assessed), the(told, a.Applied).fact
    assessed.known = {**assessed.known, "registry": EVERYTHING}
    member, at = family.members[1], assessed.at
    person = PersonId.of(uuid4()) if merged else member
    more = [registered(r.Categorised(person=person, category=POOR, since=YEAR), person, at)]
    if ended:
        more.append(
            registered(r.CategoryEnded(person=person, category=POOR, until=YEAR, reason="x"), person, at)
        )
    if wrong:
        other = r.Categorised(person=person, category=r.Category.DISABLED, since=YEAR)
        more.append(replace(registered(other, person, at), corrects=more[0].id))
    if merged:
        more.append(registered(r.PeopleMerged(person=member, duplicate=person), person, at))
    return before(told, a.Assessed, *more)


def registered(fact: Event, person: PersonId, at: datetime) -> Told:
    id = uuid4()
    return Told("registry", person, fact, at, YEAR, id, id)


PLANTS: dict[str, Plant] = {
    "clean": lambda told: told,
    "an altered amount": raised,
    "a swapped input": swapped,
    "a death known": died_known,
    "a death unread": lambda told: before(told, a.SubsidyGranted, death(told)),
    "a death told later": died_later,
    "registered as poor": poor,
    "no longer registered as poor": lambda told: poor(told, ended=True),
    "registered as poor by mistake": lambda told: poor(told, wrong=True),
    "registered as poor under a duplicate": lambda told: poor(told, merged=True),
}


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS.keys())
def test_whole_cases_at_a_time_give_what_single_decisions_give(tmp_path: Path, plant: Plant) -> None:
    world = World(tmp_path, plant)
    try:
        alone, swept = told_by(world, Log), told_by(world, SweptLog)
        assert alone and alone == swept
        [reconstructed] = [world.auditor.reconstruct(world.decision())]
        by_parts = [said(part.checks) for part in reconstructed.parts[:2]]
        assert [by_parts] == swept
    finally:
        world.close()


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS.keys())
def test_a_whole_reconstruction_is_the_same_of_whole_cases(tmp_path: Path, plant: Plant) -> None:
    world = World(tmp_path, plant)
    try:
        with world.auditor.reading(Log) as reader:
            alone = [reader.of(one) for one in reader.log.of_positions(decisions(reader))]
        with world.auditor.reading(SweptLog) as reader:
            assert [reader.of(one) for one in reader.log.of_positions(decisions(reader))] == alone
    finally:
        world.close()


def test_who_is_registered_as_poor_is_found_by_either_way(tmp_path: Path) -> None:
    found = {}
    for name in ("registered as poor", "no longer registered as poor", "registered as poor by mistake",
                 "registered as poor under a duplicate"):  # fmt: skip
        (tmp_path / name).mkdir()
        world = World(tmp_path / name, PLANTS[name])
        [[known, _]] = told_by(world, SweptLog)
        found[name] = any(outcome == "broken" and "未脱贫" in zh for _, outcome, zh, *_ in known)
        world.close()
    assert list(found.values()) == [True, False, False, True]


def told_by(world: World, kind: type[Log]) -> list[list[Checks]]:
    with world.auditor.reading(kind) as reader:
        return [
            [said(checks) for checks in reader.first_two(one)]
            for one in reader.log.of_positions(decisions(reader))
        ]


def said(checks: Iterable[Check]) -> Checks:
    return [(one.code, one.outcome, one.zh, one.en, one.finding, one.sort) for one in checks]


def test_what_a_service_knew_is_the_same_from_its_envelope(tmp_path: Path) -> None:
    world = World(tmp_path)
    every = frozenset(entry.envelope.type for log in world.logs.of.values() for entry in log)
    try:
        with world.auditor.reading(Log) as reader:
            lines = list(reader.log.of_types(every))
            alone = [reader.log.decider(one) for one in lines]
        with world.auditor.reading(SweptLog) as reader:
            assert [reader.log.decider(one) for one in lines] == alone
        assert len(lines) > 40
    finally:
        world.close()
