"""The lake: what lies in it, how it grows, and that nothing half-written ever counts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from services.history.district_log import DistrictLog
from services.history.lake.checking import content_digest, faults
from services.history.lake.columns import bucket_of
from services.history.lake.folder import Lake, Line
from services.history.lake.locks import LakeBusy, writing
from services.history.lake.manifest import NoLake
from tests.history.lake.days import BOX, CIPHERTEXT, DIGEST, household_of
from tests.history.logs import Logs

ROOT = Path(__file__).parents[3]


def rows(lake: Lake, sql: str) -> list[tuple[object, ...]]:
    paths = lake.paths(lake.manifest().files)
    return duckdb.sql(
        f"WITH lake AS (FROM read_parquet({paths!r}, hive_partitioning = false)) {sql}"
    ).fetchall()


def test_every_event_lies_once_under_its_own_and_once_under_each_other_whom_it_concerns(
    lake: Lake, lines: list[Line], logs: Logs
) -> None:
    assert lake.append(iter(lines)) == len(lines) == lake.manifest().events
    expected = sorted(
        (str(one), str(e.id))
        for entries in logs.of.values()
        for e in (entry.envelope for entry in entries)
        for one in {e.stream, *e.concerns}
    )
    assert sorted(rows(lake, "SELECT entity, id FROM lake")) == expected
    assert faults(lake) == []


def test_every_entity_lies_in_the_bucket_of_its_hash_in_order(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines), at_once=50)
    lake.compact()
    for file in lake.manifest().files:
        found = pl.read_parquet(lake.folder / file.path)
        assert {bucket_of(entity) for entity in found["entity"]} == {file.bucket}
        order = ["own", "entity", "recordedtime", "source", "sequence"]
        assert found.equals(found.sort(order, descending=[True, False, False, False, False]))


def test_an_event_is_read_once_without_the_rows_that_repeat_it(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines), at_once=50)
    lake.compact()
    for file in lake.manifest().files:
        read = pq.ParquetFile(lake.folder / file.path)
        groups = [read.read_row_group(place, ["own"])["own"] for place in range(read.num_row_groups)]
        assert all(len(set(group.to_pylist())) == 1 for group in groups)


def test_a_fact_has_its_sum_papers_and_rows_in_columns_of_their_own(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines))
    [granted, *_] = rows(
        lake,
        "SELECT amount_fen, paper_digests, paper_numbers, row_ids, illustrative, programme FROM lake"
        " WHERE own AND type = 'assistance.SubsidyGranted' ORDER BY amount_fen",
    )
    assert granted == (10_000, [DIGEST], ["2021"], ["income.2"], True, "dibao")


def test_nothing_sealed_and_nothing_written_freely_comes_into_the_lake(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines))
    told = "\n".join(str(row) for row in rows(lake, "SELECT * FROM lake"))
    for secret in (BOX, "王小明", "13800000000", "册-17"):
        assert secret not in told
    assert any(
        secret in bytes(data).decode(errors="replace") for _, _, data in lines for secret in ("王小明",)
    )


def test_what_is_restricted_stays_closed(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines))
    found = rows(
        lake, "SELECT DISTINCT closed, data, amount_fen, programme FROM lake WHERE audience = 'living'"
    )
    assert found == [(CIPHERTEXT, None, None, None)]
    assert rows(lake, "SELECT count(*) FROM lake WHERE audience IS NULL AND closed IS NOT NULL") == [(0,)]


def test_bytes_that_are_no_fact_do_not_stop_the_lake(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines))
    assert rows(lake, "SELECT data FROM lake WHERE type = 'registry.Torn'") == [(None,)]


def test_appended_bit_by_bit_and_compacted_it_equals_one_built_from_scratch(
    lake: Lake, lines: list[Line], tmp_path: Path
) -> None:
    for start in range(0, len(lines), 17):
        lake.append(iter(lines[start : start + 17]))
    at_once = Lake(tmp_path / "at-once")
    at_once.append(iter(lines))
    assert content_digest(lake) == content_digest(at_once)
    assert lake.compact() > 0
    assert max(len(lake.manifest().of_bucket(bucket)) for bucket in range(64)) == 1
    assert content_digest(lake) == content_digest(at_once) and faults(lake) == []
    one_less = Lake(tmp_path / "one-less")
    one_less.append(iter(lines[:-1]))
    assert content_digest(one_less) != content_digest(lake)


def test_what_is_here_already_is_left_out_and_another_log_is_refused(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines))
    assert lake.append(iter(lines)) == 0
    moved = [(position + 10_000, envelope, data) for position, envelope, data in lines]
    with pytest.raises(ValueError, match="another log"):
        lake.append(iter(moved))
    assert faults(lake) == []


def test_two_writers_never_write_at_once(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines[:10]))
    with writing(lake.folder), pytest.raises(LakeBusy):
        lake.append(iter(lines))
    assert lake.append(iter(lines)) == len(lines) - 10


def test_files_put_together_stay_while_somebody_reads_them(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines), at_once=40)
    with lake.reading() as manifest:
        lake.compact()
        assert all(Path(path).exists() for path in lake.paths(manifest.files))
        assert pl.read_parquet(lake.paths(manifest.files), hive_partitioning=False).height == manifest.rows
    lake.compact()
    on_disk = {f"{path.parent.name}/{path.name}" for path in lake.folder.glob("bucket=*/*")}
    assert on_disk == {file.path for file in lake.manifest().files}


def test_files_stay_also_for_who_may_only_read_the_folder(
    lake: Lake, lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.append(iter(lines), at_once=40)
    may = os.access
    with monkeypatch.context() as only_reading:
        only_reading.setattr(
            os, "access", lambda path, mode, **how: mode != os.W_OK and may(path, mode, **how)
        )
        reading = lake.reading()
        manifest = reading.__enter__()
    lake.compact()
    assert all(Path(path).exists() for path in lake.paths(manifest.files))
    reading.__exit__(None, None, None)
    lake.compact()
    assert not all(Path(path).exists() for path in lake.paths(manifest.files))


def test_a_damaged_or_missing_file_is_found(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines))
    first, second = (lake.folder / file.path for file in lake.manifest().files[:2])
    damaged = bytearray(first.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    first.write_bytes(damaged)
    second.unlink()
    found = faults(lake)
    assert len(found) == 2 and "not as it was written" in found[0] and "missing" in found[1]


def test_a_folder_without_a_manifest_is_no_lake(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(NoLake):
        lake.manifest()
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "manifest.json").write_text("{")
    with pytest.raises(NoLake), lake.reading():
        pass


def test_built_anew_nothing_of_before_counts(lake: Lake, lines: list[Line]) -> None:
    lake.append(iter(lines[:30]))
    lake.begin_anew()
    assert lake.manifest().events == 0
    lake.append(iter(lines))
    assert lake.manifest().events == len(lines) and faults(lake) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from services.history.lake import manifest, folder
from services.history.lake.following import lines_of
from services.history.district_log import DistrictLog
from services.chassis.database import SqliteDatabase
from tests.history.logs import CLOCK, sources

left = int(sys.argv[3])
whole = manifest.flush
def flush(descriptor):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    whole(descriptor)
manifest.flush = folder.flush = flush
log = DistrictLog(SqliteDatabase(sys.argv[1]), sources(), CLOCK)
lake = folder.Lake(Path(sys.argv[2]))
lake.append(lines_of(log, 0), at_once=60)
lake.compact()
"""


@pytest.mark.parametrize("after", [0, 30, 65, 140])
def test_killed_at_any_moment_the_lake_is_whole_and_goes_on(
    after: int, log: DistrictLog, lines: list[Line], lake: Lake, tmp_path: Path
) -> None:
    lake.append(iter(lines[:20]))
    began = lake.manifest().events
    died = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "history.db"), str(lake.folder), str(after)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    assert faults(lake) == [] and lake.manifest().events >= began
    lake.append(iter(lines))
    whole = Lake(tmp_path / "whole")
    whole.append(iter(lines))
    assert content_digest(lake) == content_digest(whole) and faults(lake) == []
    on_disk = {f"{path.parent.name}/{path.name}" for path in lake.folder.glob("bucket=*/*")}
    assert {file.path for file in lake.manifest().files} <= on_disk


def test_a_household_is_read_from_one_bucket(lake: Lake, lines: list[Line], logs: Logs) -> None:
    lake.append(iter(lines))
    household = str(household_of(logs, 0))
    files = lake.paths(lake.manifest().of_bucket(bucket_of(household)))
    found = pl.scan_parquet(files, hive_partitioning=False).filter(pl.col("entity") == household).collect()
    assert found.height > 3 and found["own"].sum() >= 1
