from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.chassis.database import Database, open_database
from services.history.district_log import DistrictLog
from tests.history.logs import CLOCK, sources

Open = Callable[[], DistrictLog]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the district log; called again, it is another process on the same database."""
    postgres = request.param == "postgres"
    url = str(request.getfixturevalue("postgres_url")) if postgres else f"sqlite:///{tmp_path / 'history.db'}"
    databases: list[Database] = []

    def another() -> DistrictLog:
        databases.append(open_database(url, "history"))
        return DistrictLog(databases[-1], sources(), CLOCK)

    yield another
    for database in databases:
        database.close()


@pytest.fixture
def log(opened: Open) -> DistrictLog:
    return opened()
