"""A lake, or a replay that was cut off, over another log than the one that it began with: never mixed, always told."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from services.chassis.clock import SimulatedClock
from services.chassis.database import SqliteDatabase
from services.history.district_log import DistrictLog
from services.history.lake.checking import faults
from services.history.lake.folder import Lake, Line
from services.history.lake.following import LakeFollower, lines_of
from services.history.lake.manifest import NAME, AnotherLog
from services.history.library import History
from services.history.replay.checkpoint import AnotherReplay
from tests.history.lake.days import district, kept
from tests.history.logs import CLOCK, sources

FOLD = Path(__file__).parent / "folds.py"


@pytest.fixture
def continued(tmp_path: Path) -> Iterator[DistrictLog]:
    """A log put back from a backup and continued: the same families and two more, and another end."""
    database = SqliteDatabase(str(tmp_path / "continued.db"))
    other = DistrictLog(database, sources(), CLOCK)
    list(kept(other, district(families=14)))
    yield other
    database.close()


def test_a_lake_is_not_continued_with_a_log_that_was_put_back_and_went_on(
    lake: Lake, lines: list[Line], continued: DistrictLog
) -> None:
    lake.append(iter(lines))
    before = lake.manifest()
    follower = LakeFollower(continued, lake, SimulatedClock(CLOCK.now()), enough=10)
    follower.advance()
    assert follower.alarm is not None and "build it anew" in follower.alarm
    with pytest.raises(AnotherLog):
        lake.append(lines_of(continued, lake.manifest().position))
    assert lake.manifest() == before
    lake.begin_anew()
    assert lake.follow(partial(lines_of, continued)) > len(lines) and faults(lake) == []


def test_a_lake_that_goes_beyond_its_log_is_told(
    lake: Lake, lines: list[Line], continued: DistrictLog
) -> None:
    lake.append(lines_of(continued, 0))
    with pytest.raises(AnotherLog, match="build it anew"):
        lake.follow(lambda after: (line for line in lines if line[0] > after))
    shorter = SqliteDatabase(":memory:")
    follower = LakeFollower(DistrictLog(shorter, sources(), CLOCK), lake, SimulatedClock(CLOCK.now()))
    follower.advance()
    assert follower.alarm is not None and "goes beyond this log" in follower.alarm
    shorter.close()


def test_a_lake_from_before_ids_were_kept_goes_on(lake: Lake, lines: list[Line]) -> None:
    lake.append(islice(lines, 50))
    old = msgspec.json.decode((lake.folder / NAME).read_bytes())
    del old["ends"]
    (lake.folder / NAME).write_bytes(msgspec.json.encode(old))
    assert lake.follow(lambda after: (line for line in lines if line[0] > after)) == len(lines) - 50
    assert faults(lake) == []


def test_a_copy_of_topics_that_is_kept_goes_on_with_them(lake: Lake, lines: list[Line]) -> None:
    topics = [(0, envelope, data) for _, envelope, data in lines]  # without a position of the district's
    assert lake.follow(lambda after: topics[:60]) == 60
    assert lake.follow(lambda after: topics) == len(lines) - 60
    assert lake.follow(lambda after: topics) == 0 and faults(lake) == []


def test_a_file_that_the_manifest_has_forgotten_is_found(lake: Lake, lines: list[Line]) -> None:
    """Also where the events in it are not the last of their source."""
    lake.append(iter(lines), at_once=30)
    manifest = lake.manifest()
    first = next(file for file in manifest.files if file.events)
    rest = tuple(file for file in manifest.files if file != first)
    (lake.folder / NAME).write_bytes(msgspec.json.encode(manifest.changed(files=rest)))
    assert any("the manifest says" in fault for fault in faults(lake))


def test_a_replay_that_was_cut_off_does_not_go_on_over_another_history(
    history: History, continued: DistrictLog, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    with history.run(FOLD, work=work, processes=1) as found:
        begun = found.digest()
    with (
        History.open(tmp_path / "continued.db") as other,
        pytest.raises(AnotherReplay, match="another history"),
    ):
        other.run(FOLD, work=work, processes=1)
    with history.run(FOLD, work=work, processes=1) as found:
        assert found.digest() == begun
