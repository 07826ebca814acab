"""As-of over random worlds, beside a model written apart from it; and what a decider knew, beside the walk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.chassis.database import open_database
from services.chassis.refusal import NotFound
from services.history.asof import AsOf
from services.history.asof.states import CaseState, HouseholdState, PersonState, TownshipState
from services.history.district_log import DistrictLog
from tests.history.by_brute_force import Model, known_to, known_to_the_district
from tests.history.logs import CLOCK, sources
from tests.history.worlds import FIRST, TOWNS, World, reader

WORLDS = 304
SERVICE = reader()


@dataclass
class Asked:
    world: World
    asof: AsOf
    model: Model
    effective: date
    known: date
    by: str | None

    def state(self, subject: UUID | str) -> Any:
        """None where nothing is known of it; an empty state says the same."""
        try:
            answer = self.asof.state(subject, effective=self.effective, known=self.known, by=self.by)
        except NotFound:
            return None
        assert not answer.unreadable
        return answer.state


def questions(world: World, asof: AsOf, seed: int) -> Iterator[Asked]:
    draw = random.Random(seed)
    for by in (None, "living"):
        known = FIRST + timedelta(draw.randrange(world.days))
        effective = known + timedelta(draw.choice((-9, -3, 0, 0, 4, 60)))
        entries = (
            known_to_the_district(world.logs.of, known)
            if by is None
            else known_to(SERVICE, world.logs.of, known)
        )
        yield Asked(world, asof, Model(entries, effective), effective, known, by)


@pytest.mark.parametrize("shard", range(8))
def test_every_state_is_that_of_the_plain_model(shard: int, tmp_path: Path) -> None:
    for seed in range(shard, WORLDS, 8):
        world = World(seed)
        database = open_database(f"sqlite:///{tmp_path / f'{seed}.db'}", "history")
        log = DistrictLog(database, sources(), CLOCK)
        log.pump(world.logs.feeds())
        if seed % 4 == 0:
            log.rebuild()
        for asked in questions(world, AsOf(log, CLOCK), seed):
            told = f"seed {seed}, effective {asked.effective}, known {asked.known}, by {asked.by}"
            draw = random.Random(seed)
            for case in draw.sample(world.cases, 1):
                assert the_case(asked.state(case)) == asked.model.case(case), told
            for one in draw.sample(world.people, 2):
                check_person(asked, one, told)
            for home in draw.sample(world.homes, 1):
                found = asked.model.household(home, world.people)
                assert the_household(asked.state(home)) == found, told
            for town in TOWNS[seed % 2 :][:1]:
                check_township(asked, town, told)
        database.close()


def the_case(state: CaseState | None) -> dict[str, Any] | None:
    return None if state is None else {
        "stage": state.stage,
        "members": list(state.members),
        "household": state.household,
        "amounts": [(one.since, one.until, one.amount_fen) for one in state.amounts],
        "paid": [(one.month, one.amount_fen, one.township) for one in state.paid],
        "township": state.township,
    }  # fmt: skip


def the_household(state: HouseholdState | None) -> dict[str, Any]:
    if state is None:
        return {"township": "", "closed": False, "members": []}
    members = [one.person for one in state.members]
    assert len({*members}) == len(members)
    return {"township": state.township, "closed": bool(state.closed), "members": sorted(members)}


def check_person(asked: Asked, one: UUID, told: str) -> None:
    world, model, state = asked.world, asked.model, asked.state(one)
    survivor = model.survivor(one)
    group = {other for other in world.people if model.survivor(other) == survivor}
    cases = {case for case in world.cases if (of := model.case(case)) and not group.isdisjoint(of["members"])}
    died, home = model.died(group), model.home(group, survivor)
    if state is None:
        assert (died, home, model.categories(group), cases, model.sex(group, survivor)) == (
            None, None, [], set(), None,
        ), told  # fmt: skip
        return
    assert isinstance(state, PersonState)
    assert (state.id, {state.id, *state.same}) == (survivor, group), told
    assert (state.home and state.home.household) == home, told
    assert [belonging.category for belonging in state.categories] == model.categories(group), told
    assert (state.died, state.alive) == (died, died is None), told
    assert {case.id for case in state.cases} == cases, told
    assert (state.identity and state.identity.sex) == model.sex(group, survivor), told


def check_township(asked: Asked, town: str, told: str) -> None:
    world, model, state = asked.world, asked.model, asked.state(town)
    homes = {home: model.household(home, world.people) for home in world.homes}
    here = [one for one in homes.values() if one["township"] == town and not one["closed"]]
    assert state is None or isinstance(state, TownshipState)
    assert (state.households if state else 0) == len(here), told
    assert (state.people if state else 0) == sum(len(one["members"]) for one in here), told


def test_a_timeline_has_the_lines_that_were_known_and_count_by_the_day(tmp_path: Path) -> None:
    for seed in range(40):
        world = World(seed)
        database = open_database(f"sqlite:///{tmp_path / f'{seed}.db'}", "history")
        log = DistrictLog(database, sources(), CLOCK)
        log.pump(world.logs.feeds())
        for asked in questions(world, AsOf(log, CLOCK), seed):
            placed = {one.id: one.day for one in asked.model.every_fact()}
            for case in world.cases:
                lines, after = [], 0
                while after is not None:
                    try:
                        page = asked.asof.timeline(
                            case,
                            effective=asked.effective,
                            known=asked.known,
                            by=asked.by,
                            after=after,
                            limit=3,
                        )
                    except NotFound:
                        break
                    lines += [found.entry.envelope.id for found in page.lines]
                    after = page.after
                expected = [
                    entry.envelope.id
                    for entry in world.logs.of["/431202/living"]
                    if entry.envelope.stream == case
                    and placed.get(entry.envelope.id, date.max) <= asked.effective
                ]
                assert lines == expected
        database.close()
