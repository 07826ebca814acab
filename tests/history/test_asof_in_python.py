"""`History.state` is the as-of of a running house, asked of its files or its database by whoever may read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.history.asof import AsOf
from services.history.asof.states import PersonState
from services.history.district_log import DistrictLog
from services.history.library import History
from services.history.replay.projection import BadProjection
from services.history.replay.sources import NoHistory
from tests.history.logs import sources
from tests.history.test_asof import APRIL, MARCH, Office
from tests.history.worlds import FIRST, World


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'history-views.sqlite'}"


@pytest.fixture
def log(where: str) -> Iterator[DistrictLog]:
    database = open_database(where, "history_views")
    yield DistrictLog(database, sources(), SystemClock())
    database.close()


def test_a_death_told_late_shows_on_both_days_in_python(where: str, log: DistrictLog) -> None:
    office = Office(log)
    office.logs.days(100)  # it is the 11th of April
    office.died(office.child, MARCH)
    log.pump(office.logs.feeds())
    with History.open(where) as history:
        before = history.state(office.child, effective=MARCH, known=APRIL - timedelta(days=1))
        after = history.state(office.child, effective=MARCH, known=APRIL)
        assert isinstance(before, PersonState) and isinstance(after, PersonState)
        assert before.alive and not after.alive
        assert history.asof(office.child, known=APRIL).lagging == ("registry",)


@pytest.mark.parametrize("seed", range(3))
def test_it_says_what_the_running_house_says_of_everybody_on_any_two_days(
    where: str, log: DistrictLog, seed: int
) -> None:
    world = World(seed)
    log.pump(world.logs.feeds())
    asof = AsOf(log, SystemClock())
    with History.open(where) as history:
        for subject in (*world.people, *world.homes, *world.cases):
            for day in (0, world.days // 2, world.days):
                asked = {"effective": FIRST + timedelta(day), "known": FIRST + timedelta(world.days // 2)}
                for by in (None, "living"):
                    try:
                        told = asof.state(subject, **asked, by=by)
                    except LookupError:
                        continue
                    assert history.state(subject, **asked, by=by) == told.state


def test_a_lake_has_no_as_of_and_says_where_to_ask(where: str, log: DistrictLog, tmp_path: Path) -> None:
    office = Office(log)
    log.pump(office.logs.feeds())
    with History.open(where, keep=tmp_path / "lake"):
        pass
    with History.open(tmp_path / "lake") as history:
        with pytest.raises(NoHistory, match="data folder"):
            history.state(office.child, effective=date(2026, 3, 1))
        with pytest.raises(BadProjection):
            history.state(office.child, "timelines", by="living")


def test_an_index_of_another_version_is_not_read(where: str, log: DistrictLog) -> None:
    office = Office(log)
    log.pump(office.logs.feeds())
    with log.database.transaction() as session:
        session.execute("UPDATE log_head SET version = version + 1")
    with History.open(where) as history, pytest.raises(NoHistory, match="version"):
        history.state(office.child)
