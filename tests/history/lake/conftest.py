from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.chassis.database import SqliteDatabase
from services.history.district_log import DistrictLog
from services.history.lake.folder import Lake, Line
from services.history.library import History
from tests.history.lake.days import district, kept
from tests.history.logs import CLOCK, Logs, sources


@pytest.fixture
def logs() -> Logs:
    return district()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[DistrictLog]:
    database = SqliteDatabase(str(tmp_path / "history.db"))
    yield DistrictLog(database, sources(), CLOCK)
    database.close()


@pytest.fixture
def lines(log: DistrictLog, logs: Logs) -> list[Line]:
    return list(kept(log, logs))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def history(lake: Lake, lines: list[Line]) -> History:
    lake.append(iter(lines), at_once=40)
    return History(lake)
