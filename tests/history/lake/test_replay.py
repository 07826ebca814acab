"""Replay: projections of ours and the analyst's, from every source the same, cut off and gone on with."""

from __future__ import annotations

import csv
import sqlite3
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import polars as pl
import pytest

from events.base import Entry
from services.chassis.database import open_database
from services.chassis.spreadsheet import harmless
from services.history.district_log import DistrictLog
from services.history.lake.checking import content_digest
from services.history.lake.folder import Lake, Line
from services.history.lake.reading import BadQuery
from services.history.lake.selection import Selection
from services.history.library import History, source_at
from services.history.replay import running
from services.history.replay.checkpoint import AnotherReplay
from services.history.replay.projection import BadProjection, fold_of, load
from services.history.replay.result import CannotWrite
from services.history.replay.sources import NoHistory
from tests.history.lake.days import TOWNS, household_of, kept
from tests.history.logs import CLOCK, Logs, sources

HERE = Path(__file__).parent
FOLD, WHOLE = HERE / "folds.py", HERE / "whole.py"


def entries(logs: Logs, type_: str = "") -> list[Entry]:
    found = [entry for own in logs.of.values() for entry in own if entry.envelope.type.startswith(type_)]
    return sorted(found, key=lambda entry: entry.envelope.recordedtime)


def granted(logs: Logs) -> list[dict[str, Any]]:
    return [msgspec.json.decode(entry.data) for entry in entries(logs, "assistance.MonthGranted")]


def test_a_fold_by_household_gives_what_was_paid_to_each(history: History, logs: Logs) -> None:
    expected: dict[str, int] = defaultdict(int)
    for month in granted(logs):
        expected[month["household"]] += month["amount_fen"]
    with history.fold(FOLD, where="true -- all") as found:
        assert {row["household"]: row["fen"] for row in found.rows()} == expected


def test_several_processes_give_what_one_gives(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    class Pool(ProcessPoolExecutor):
        def __init__(self, count: int, **how: Any) -> None:
            started.append(count)
            super().__init__(count, **how)

    monkeypatch.setattr(running, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(running, "SOON", 0)
    monkeypatch.setattr(running, "WORTH", 0)
    monkeypatch.setattr(running, "SHARES", 1)
    with history.run(FOLD, processes=2) as two, history.run(FOLD, processes=1) as one:
        assert len(one) == len(two) > 5 and one.digest() == two.digest()
        assert one.to_arrow() == two.to_arrow()
    assert started == [2]


def test_a_fold_that_is_done_before_another_process_would_have_started_starts_none(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "ProcessPoolExecutor", None)  # whoever starts one fails
    told: list[tuple[int, int]] = []
    with history.run(FOLD, processes=2, progress=lambda *how: told.append(how)) as found:
        assert len(found) > 5
    assert told == sorted(told) and told[0] == (0, told[-1][1]) and told[-1][0] == told[-1][1]


def test_a_fold_over_the_whole_history_sees_each_event_once_as_it_was_recorded(
    history: History, logs: Logs
) -> None:
    with history.run(WHOLE) as found:
        [row] = found.rows()
    assert row["count"] == len(entries(logs))
    assert row["months"] == [month["amount_fen"] for month in granted(logs)]


def test_spend_adds_up_and_follows_a_family_that_moved(history: History, logs: Logs) -> None:
    with history.run("spend") as found:
        rows = list(found.rows())
    months = granted(logs)
    assert sum(row["amount_fen"] for row in rows) == sum(month["amount_fen"] for month in months)
    assert all(row["amount_fen"] == row["illustrative_fen"] for row in rows)
    expected = Counter()
    numbers = {str(household_of(logs, number)): number for number in range(12)}
    moved = [str(entry.envelope.stream) for entry in entries(logs, "registry.HouseholdMoved")]
    for month in months:
        number = numbers[month["household"]]
        there = (
            number % 2 if month["month"] < "2026-04" or month["household"] not in moved else 1 - number % 2
        )
        expected[month["month"], TOWNS[there]] += month["amount_fen"]
    assert {(row["month"], row["township"]): row["amount_fen"] for row in rows} == expected


def test_beneficiaries_are_counted_at_the_end_of_every_month(history: History) -> None:
    with history.run("beneficiaries") as found:
        counted = Counter()
        for row in found.rows():
            counted[row["month"]] += row["beneficiaries"]
    # Of twelve, numbers 0, 4 and 8 exit on the fifth of March.
    assert counted["2026-01"] == counted["2026-02"] == 12 and counted["2026-03"] == 9


def test_cases_are_counted_by_their_last_step(history: History) -> None:
    with history.run("cases") as found:
        stages = Counter()
        for row in found.rows():
            assert row["programme"] == "dibao"
            stages[row["stage"]] += row["cases"]
    assert stages == {"granted": 11, "withdrawn": 1}


def test_timelines_count_what_lies_in_each(history: History, logs: Logs) -> None:
    expected = Counter(one for e in (x.envelope for x in entries(logs)) for one in {e.stream, *e.concerns})
    with history.run("timelines") as found:
        assert {row["entity"]: row["events"] for row in found.rows()} == {
            str(one): count for one, count in expected.items()
        }


def test_only_what_counts_between_two_days_and_was_known_by_a_third(history: History, logs: Logs) -> None:
    count = "SELECT count(*) AS n FROM facts"
    for days in (
        {"since": date(2026, 2, 1), "until": date(2026, 2, 28)},
        {"known": date(2026, 1, 1)},
        {"where": "programme = 'dibao' OR false"},
    ):
        with history.sql(count, **days) as found:
            [row] = found.rows()
        envelopes = [entry.envelope for entry in entries(logs)]
        if "since" in days:
            wanted = sum(e.effective.month == 2 for e in envelopes)
        elif "known" in days:
            # The civil day ends at 16:00 UTC.
            wanted = sum((e.recordedtime.day, e.recordedtime.hour) < (1, 16) for e in envelopes)
            assert 0 < wanted < len(envelopes)
        else:
            wanted = sum(e.type.startswith("assistance.") and e.audience is None for e in envelopes)
        assert row["n"] == wanted


def test_timeline_and_state_of_one_household(history: History, logs: Logs) -> None:
    household = household_of(logs, 0)
    mine = [e.id for e in (x.envelope for x in entries(logs)) if household in (e.stream, *e.concerns)]
    assert [fact.id for fact in history.timeline(household)] == [str(id) for id in mine]
    all_of_it = history.state(household, FOLD)
    early = history.state(household, FOLD, effective=date(2026, 2, 28))
    assert early["fen"] == 10_000 and early["months"] == ["2026-02"] and all_of_it["fen"] >= early["fen"]
    assert history.state(household, FOLD, known=date(2025, 1, 1)) == {"months": [], "fen": 0}


def test_the_district_log_and_its_lake_give_the_same(
    history: History, log: DistrictLog, tmp_path: Path
) -> None:
    with History.open(tmp_path / "history.db") as other:
        for projection in ("spend", "cases", "beneficiaries", "timelines", FOLD, WHOLE):
            with history.run(projection) as one, other.run(projection) as two:
                assert one.digest() == two.digest() and len(one) > 0


def test_a_copy_that_is_kept_goes_on_with_the_log(
    log: DistrictLog, lines: list[Line], tmp_path: Path
) -> None:
    for _ in range(2):
        with History.open(tmp_path / "history.db", keep=tmp_path / "copy") as history:
            assert history.manifest.events == len(lines)
    assert history.manifest.generation == 1


def test_a_fold_by_key_that_was_cut_off_goes_on(history: History, tmp_path: Path) -> None:
    work = tmp_path / "work"
    calls: list[int] = []

    def stop(done: int, of: int) -> None:
        calls.append(done)
        if len(calls) == 21:  # the first call tells where it begins
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        history.run(FOLD, work=work, processes=1, progress=stop)
    assert len(list(work.glob("part-*.parquet"))) == 20
    again: list[int] = []
    with (
        history.run(FOLD, work=work, processes=1, progress=lambda done, of: again.append(done)) as found,
        history.run(FOLD, processes=2) as fresh,
    ):
        assert len(again) == 1 + 44 and again[0] == calls[-1] > 0
        assert found.digest() == fresh.digest()


def test_a_whole_fold_that_was_cut_off_goes_on_with_the_history_it_began_with(
    history: History, lines: list[Line], lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Lake(tmp_path / "short")
    short.append(iter(lines[:90]))
    monkeypatch.setattr(running, "SAVED_EVERY", 25)
    fold = load(str(WHOLE))
    seen = 0

    def evolve(state: Any, fact: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == 60:
            raise KeyboardInterrupt
        return fold.evolve(state, fact)

    cut = fold_of(
        {"initial": fold.initial, "evolve": evolve, "result": fold.result}, name="x", digest=fold.digest
    )
    with pytest.raises(KeyboardInterrupt):
        running.run(cut, short, work=tmp_path / "work")
    short.append(iter(lines))
    seen = 1_000
    with running.run(cut, short, work=tmp_path / "work") as found:
        [row] = found.rows()
    assert row["count"] == 90 and seen == 1_000 + 40


def test_a_checkpoint_of_another_replay_is_refused(history: History, tmp_path: Path) -> None:
    work = tmp_path / "work"
    history.run(FOLD, work=work, processes=1)
    for other in (
        lambda: history.run(WHOLE, work=work),
        lambda: history.run(FOLD, Selection(where="own"), work=work),
    ):
        with pytest.raises(AnotherReplay):
            other()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    with pytest.raises(AnotherReplay):
        history.run(FOLD, work=tmp_path / "full")


def test_results_are_written_as_parquet_csv_and_workbook(history: History, tmp_path: Path) -> None:
    with history.sql(
        "SELECT '=1+1' AS text, 12 AS fen, DATE '2026-01-02' AS day UNION ALL SELECT 'b', 7, NULL"
    ) as found:
        for name in ("out.parquet", "out.csv", "out.xlsx"):
            found.write(tmp_path / name)
        with pytest.raises(CannotWrite):
            found.write(tmp_path / "out.doc")
    for read in (pl.read_parquet(tmp_path / "out.parquet"), pl.read_csv(tmp_path / "out.csv")):
        assert read["fen"].sort().to_list() == [7, 12]
    cells = [
        [(c.value, c.data_type) for c in row] for row in openpyxl.load_workbook(tmp_path / "out.xlsx").active
    ]
    assert [("=1+1", "s"), (12, "n"), ("2026-01-02", "s")] in cells


@pytest.mark.parametrize(
    "query",
    ["COPY facts TO '/tmp/doudi-out.csv'", "SELECT * FROM read_csv('/etc/passwd')", "ATTACH '/tmp/x.db'", "SELECT nothing",
     "SET enable_external_access = true", "INSTALL httpfs"],
)  # fmt: skip
def test_sql_reaches_nothing_beside_the_lake(history: History, query: str) -> None:
    with pytest.raises(BadQuery):
        history.sql(query)


def test_a_text_that_would_be_a_formula_is_shown_and_not_run(history: History, tmp_path: Path) -> None:
    told = ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "＝1", "-12.50", "+86", "a=1", "王小明"]
    query = " UNION ALL ".join(
        f"SELECT {place} AS place, '{text}' AS \"它's\"" for place, text in enumerate(told)
    )
    with history.sql(f"FROM ({query}) ORDER BY place") as found:
        found.write(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        heading, *written = csv.reader(file)
    assert heading == ["place", "它's"]
    assert [text for _, text in written] == [str(harmless(text)) for text in told]
    assert [text for _, text in written][:7] == [
        "'=1+1",
        "'+cmd",
        "'-x",
        "'@SUM(A1)",
        "'\tx",
        "'＝1",
        "-12.50",
    ]


def test_neither_sql_nor_a_condition_writes_into_the_lake(history: History) -> None:
    manifest = history.lake.folder / "manifest.json"
    before = manifest.read_bytes()
    written = f"(SELECT 1 AS x) TO '{manifest}' (FORMAT csv)"
    for query in (
        f"COPY {written}",
        f"SELECT 1; COPY {written}; SELECT 2",
        f"PREPARE p AS COPY {written}; EXECUTE p",
        f"ATTACH '{history.lake.folder}/mine.db' AS mine; CREATE TABLE mine.x AS SELECT 1; SELECT 1",
    ):
        with pytest.raises(BadQuery, match="a projection reads"):
            history.sql(query)
    for where in (f"true); COPY {written}; SELECT (true", f"true) UNION SELECT (1); COPY {written}; --"):
        with pytest.raises(BadQuery):
            history.sql("SELECT count(*) FROM facts", where=where)
        with pytest.raises(BadQuery):
            history.fold(FOLD, where=where)
    assert manifest.read_bytes() == before and not (history.lake.folder / "mine.db").exists()
    with history.sql("CREATE MACRO twice(x) AS 2 * x; SELECT twice(1) AS two") as found:
        assert [*found.rows()] == [{"two": 2}]


def test_a_bad_condition_is_refused_and_cannot_break_out(history: History) -> None:
    for where in ("programme =", "nothing = 1", "true); DROP VIEW lake; --"):
        with pytest.raises(BadQuery):
            history.sql("SELECT count(*) FROM facts", where=where)


def test_the_log_is_opened_so_that_nothing_can_be_written(
    log: DistrictLog, lines: list[Line], tmp_path: Path
) -> None:
    source = source_at(tmp_path / "history.db")
    assert not isinstance(source, Lake)
    before = (tmp_path / "history.db").read_bytes()
    assert len(list(source.lines())) == len(lines)
    assert (tmp_path / "history.db").read_bytes() == before
    sqlite3.connect(tmp_path / "empty.db").execute("CREATE TABLE x (y)").connection.commit()
    with pytest.raises(NoHistory):
        list(source_at(tmp_path / "empty.db").lines())


def test_what_is_no_projection_and_no_history_is_refused(tmp_path: Path) -> None:
    for name in ("nothing", str(tmp_path), str(HERE / "test_replay.py")):
        with pytest.raises(BadProjection):
            load(name)
    for where in (tmp_path, "kafka://localhost:1", tmp_path / "none"):
        with pytest.raises(NoHistory):
            source_at(where)


def test_an_empty_history_gives_empty_results(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "empty")
    lake.append([])
    history = History(lake)
    for projection in ("timelines", "spend", "cases", "beneficiaries", FOLD):
        with history.run(projection, processes=1) as found:
            assert len(found) == 0 and len(found.digest()) == 64
    with history.run(WHOLE) as found:
        assert [row["count"] for row in found.rows()] == [0]


@pytest.mark.kafka
def test_the_topics_of_a_cluster_give_what_the_lake_gives(
    history: History, logs: Logs, kafka: str, tmp_path: Path
) -> None:
    from kafka import KafkaProducer

    from services.chassis.codec import to_headers
    from services.chassis.kafka.topics import create_topics, topic_of

    create_topics(kafka, [topic_of(source.rpartition("/")[2]) for source in logs.of], 1, 1)
    producer = KafkaProducer(bootstrap_servers=kafka)
    for source, own in logs.of.items():
        # The last ones twice, as after a restore.
        for entry in [*own, *own[-3:]]:
            producer.send(
                topic_of(source.rpartition("/")[2]),
                entry.data,
                headers=to_headers(entry.envelope),
                partition=0,
            )
    producer.flush()
    producer.close()
    with History.open(f"kafka://{kafka}/431202") as topics:
        assert content_digest(topics.lake) == content_digest(history.lake)
        for projection in ("spend", FOLD, WHOLE):
            with history.run(projection) as one, topics.run(projection) as two:
                assert one.digest() == two.digest()


@pytest.mark.postgres
def test_a_district_log_in_postgresql_gives_what_the_lake_gives(
    history: History, logs: Logs, postgres_url: str
) -> None:
    database = open_database(postgres_url, "history_views")
    kept(DistrictLog(database, sources(), CLOCK), logs)
    database.close()
    with History.open(postgres_url) as there:
        assert content_digest(there.lake) == content_digest(history.lake)
        for projection in ("spend", FOLD, WHOLE):
            with history.run(projection) as one, there.run(projection) as two:
                assert one.digest() == two.digest() and len(one) > 0


@pytest.mark.postgres
def test_a_database_without_a_district_log_is_said_to_have_none(postgres_url: str) -> None:
    with pytest.raises(NoHistory, match="history_views"), History.open(postgres_url):
        pass
