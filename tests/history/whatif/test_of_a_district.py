"""A district that lived through some months, decided again: nothing differs that the log does not explain."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from services.cli.demo import take_roster
from services.history.audit import Auditor
from services.history.audit.everything import Summary, accounted, decisions, rules
from services.history.audit.swept import SweptLog
from services.history.whatif import running
from services.history.whatif.answer import Answer
from services.history.whatif.papers import read_folders
from services.history.whatif.running import whatif
from services.simulator.roster import roster_bytes
from tests.simulator.small import Small

MORE = Path(__file__).parents[3] / "samples" / "policies" / "standards-plus-10-illustrative"
HOUSEHOLDS, DAYS = 60, 130


def lived(folder: Path, days: int) -> Small:
    small = Small(folder)
    take_roster(small.house, roster_bytes(7, HOUSEHOLDS), 7, Console(file=io.StringIO()))
    small.life(days)
    return small


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    small = lived(tmp_path_factory.mktemp("whatif"), DAYS)
    yield small
    small.close()


def again(small: Small, *folders: Path, until: date = date(2020, 12, 1)) -> AbstractContextManager[Answer]:
    assert small.house.timelines is not None
    keys = small.house.runtimes["history"].around.keys
    return whatif(small.house.timelines.log, keys, read_folders(folders), date(2020, 8, 1), until)


def test_the_papers_in_force_give_the_whole_log_again(district: Small) -> None:
    with again(district) as answer:
        assert answer.judged > 10
        months = answer.table("months")
        assert sum(line["recorded_fen"] > 0 for line in months) > 20
        assert answer.unexplained == 0, (
            answer.differences,
            [m for m in months if m["code"] == "unexplained"],
        )
        # A sum that an officer fixed lives on in what is phased out by the log; by the rule alone another does.
        departed = {m["case"] for m in months if m["code"] == "officer"}
        assert {one["case"] for one in answer.table("families")} <= departed
        plain = [m for m in months if not m["code"] and m["case"] not in departed]
        assert len(plain) > 10
        assert [m["after_fen"] for m in plain] == [m["recorded_fen"] for m in plain]


def test_a_higher_standard_takes_from_nobody_and_the_tables_agree(district: Small) -> None:
    with again(district, MORE) as answer:
        families, costs = answer.table("families"), answer.table("cost")
        assert families
        departed = {m["case"] for m in answer.table("months") if m["code"] == "officer"}
        assert {one["outcome"] for one in families if one["case"] not in departed} == {"gains"}
        gained = sum(one["difference_fen"] for one in families)
        assert (
            gained
            == sum(one["difference_fen"] for one in costs)
            == sum(m["difference_fen"] for m in answer.table("moves"))
        )
        assert {m["programme"] for m in costs if m["difference_fen"]} <= {"dibao", "tekun"}
        assert answer.unexplained == 0


def test_a_district_in_pieces_gives_the_same_tables_as_whole(
    district: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    with again(district, MORE) as answer:
        whole = {name: answer.table(name) for name in ("cost", "families", "months", "explained")}
        decided = answer.judged, answer.decided
    monkeypatch.setattr(running, "CASES_AT_ONCE", 7)
    steps: list[tuple[int, int]] = []
    assert district.house.timelines is not None
    keys = district.house.runtimes["history"].around.keys
    asked = whatif(
        district.house.timelines.log, keys, read_folders([MORE]), date(2020, 8, 1), date(2020, 12, 1),
        progress=lambda done, of: steps.append((done, of)),
    )  # fmt: skip
    with asked as answer:
        assert {name: answer.table(name) for name in whole} == whole
        assert (answer.judged, answer.decided) == decided
        assert answer.sampled > 0
    assert len(steps) > 10 and [done for done, _ in steps] == list(range(1, steps[-1][1] + 1))


def audited(small: Small) -> Summary:
    """All decisions; every one of them by the whole account as well, which comes to the same."""
    assert small.house.timelines is not None
    auditor = Auditor(small.house.timelines.log, small.house.runtimes["history"].around.keys)
    found = rules(auditor)
    with auditor.reading(SweptLog) as reader:
        assert accounted(decisions(reader), reader, Summary()) == found
    return found


def test_every_decision_of_a_district_is_right_and_plainly_so(district: Small) -> None:
    found = audited(district)
    assert found.decisions == found.equal > 10


@pytest.mark.prove
def test_a_year_over_the_change_of_july_2021_is_given_again(tmp_path: Path) -> None:
    small = lived(tmp_path / "year", 420)
    assert audited(small).decisions > 100
    with again(small, until=date(2021, 9, 1)) as answer:
        assert answer.until >= date(2021, 8, 1)
        assert answer.unexplained == 0, (
            answer.differences,
            [m for m in answer.table("months") if m["code"] == "unexplained"],
        )
    small.close()
