"""A district that lived through some months, decided again: nothing differs that the log does not explain."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from events.ids import PersonId
from events.service import Unsealed
from services.chassis.codec import read
from services.chassis.departments import Department
from services.chassis.metrics import Metrics
from services.chassis.problems import Problem
from services.chassis.runtime import log_of
from services.chassis.web import create_app
from services.cli.whatif import entitled, name, show
from services.history.audit import Auditor
from services.history.audit.columns import from_lake
from services.history.audit.everything import Summary, accounted, decisions, rules
from services.history.audit.finding import Window
from services.history.audit.lean import LeanLog
from services.history.audit.swept import SweptLog
from services.history.jobs import Jobs
from services.history.lake.folder import Lake
from services.history.lake.following import lines_of
from services.history.whatif import api, running
from services.history.whatif.answer import Answer
from services.history.whatif.asking import Found
from services.history.whatif.papers import read_folders
from services.history.whatif.running import whatif
from tests.simulator.small import Small, lived

MORE = Path(__file__).parents[3] / "samples" / "policies" / "standards-plus-10-illustrative"
HOUSEHOLDS, DAYS = 60, 130


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with lived(tmp_path_factory.mktemp("whatif"), HOUSEHOLDS, DAYS) as small:
        yield small


def again(small: Small, *folders: Path, until: date = date(2020, 12, 1)) -> AbstractContextManager[Answer]:
    assert small.house.timelines is not None
    keys = small.house.runtimes["history"].around.keys
    return whatif(small.house.timelines.log, keys, read_folders(folders), date(2020, 8, 1), until)


@pytest.fixture(scope="module")
def more(district: Small) -> Iterator[Answer]:
    """Under a standard a tenth higher."""
    with again(district, MORE) as answer:
        yield answer


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


def test_a_higher_standard_takes_from_nobody_and_the_tables_agree(more: Answer) -> None:
    families, costs = more.table("families"), more.table("cost")
    assert families
    departed = {m["case"] for m in more.table("months") if m["code"] == "officer"}
    assert {one["outcome"] for one in families if one["case"] not in departed} == {"gains"}
    gained = sum(one["difference_fen"] for one in families)
    assert (
        gained
        == sum(one["difference_fen"] for one in costs)
        == sum(m["difference_fen"] for m in more.table("moves"))
    )
    totals = more.table("totals")
    assert gained == sum(one["gained_fen"] - one["lost_fen"] for one in totals)
    assert len(families) == sum(one["families_gain"] + one["families_lose"] for one in totals)
    assert [sum(one[sums] for one in totals) for sums in ("before_fen", "after_fen", "static_fen")] == [
        sum(one[sums] for one in costs) for sums in ("before_fen", "after_fen", "static_fen")
    ]
    assert {m["programme"] for m in costs if m["difference_fen"]} <= {"dibao", "tekun"}
    assert more.unexplained == 0


def test_a_district_in_pieces_gives_the_same_tables_as_whole(
    district: Small, more: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {name: more.table(name) for name in ("cost", "families", "months", "explained")}
    decided = more.judged, more.decided
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


def web(small: Small, families: list[dict[str, Any]], department: Department) -> TestClient:
    """Of a question that was answered with these families, as its asker sees it."""
    house, history = small.house, small.house.runtimes["history"]
    assert house.timelines is not None
    jobs: Jobs[Found] = Jobs("whatif")
    asker = uuid4()
    job = jobs.ask(lambda job: Found({}, families, Path()), asker)
    until = time.monotonic() + 60
    while job.state == "running":
        assert time.monotonic() < until
        time.sleep(0.01)
    app = create_app(
        "history", "历史", "under test", [api.names_router(history, house.timelines.log, jobs)],
        settings=house.settings, tokens=house.tokens, metrics=Metrics("history"),
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {small.token(department, asker)}"}
    return TestClient(app, base_url=f"http://doudi/whatif/{job.id}/", headers=headers)


def looks(small: Small) -> list[Unsealed]:
    found = log_of(small.house.runtimes["history"].store)
    return [fact for entry in found if isinstance(fact := read(entry).data, Unsealed)]


def test_families_are_named_for_a_purpose_only_and_that_is_recorded(district: Small, more: Answer) -> None:
    families = more.table("families")
    audit, before = web(district, families, Department.AUDIT), len(looks(district))
    plain = audit.get("families", params={"limit": 2}).json()
    assert len(plain["items"]) == 2 and {one["name"] for one in plain["items"]} == {None}
    assert len(looks(district)) == before
    named = audit.get(
        "families", params={"limit": 2, "cursor": plain["next"], "purpose": "测算提标影响"}
    ).json()
    assert all(one["name"] for one in named["items"])
    [look] = looks(district)[before:]
    assert (look.purpose, set(look.people)) == (
        "测算提标影响",
        {PersonId(one["applicant"]) for one in named["items"]},
    )
    sent = audit.get("families.xlsx", params={"purpose": "测算提标影响"})
    sheet = load_workbook(io.BytesIO(sent.content))["families"]
    assert sheet.max_row == 1 + len(families) and sheet.cell(1, sheet.max_column).value == "name"
    assert looks(district)[-1].count == len({one["applicant"] for one in families})
    assert audit.get("families", params={"purpose": " "}).status_code == 422
    other = {"Authorization": f"Bearer {district.token(Department.AUDIT)}"}
    for path in ("families", "families.xlsx"):
        assert audit.get(path, headers=other, params={"purpose": "x"}).status_code == 404
    assert len(looks(district)) == before + 2, "what somebody else asked is named to nobody"
    health = web(district, families, Department.HEALTH)
    assert {health.get(path).status_code for path in ("families", "families.xlsx")} == {403}


def test_on_a_terminal_names_are_shown_to_whoever_a_token_entitles(
    district: Small, more: Answer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = len(looks(district))
    for department in (Department.HEALTH, Department.FINANCE):
        with pytest.raises(Problem):
            entitled(district.house, district.token(department))
    with pytest.raises(Problem):
        entitled(district.house, None)
    caller = entitled(district.house, district.token(Department.CIVIL_AFFAIRS))
    name(district.house, more, "测算提标影响", caller)
    show(more)
    rows = more.table("named")
    assert [one["case"] for one in rows] == [one["case"] for one in more.table("families")]
    assert all(one["name"] for one in rows) and rows[0]["name"] in capsys.readouterr().out
    files = more.write(tmp_path, "csv")
    assert [path.stem for path in files if rows[0]["name"] in path.read_text("utf-8")] == ["named"]
    assert {path.stat().st_mode & 0o077 for path in files} == {0}, "for their owner alone"
    [look] = looks(district)[before:]
    assert (look.purpose, look.count) == ("测算提标影响", len({one["applicant"] for one in rows}))


def audited(small: Small, lake: Lake) -> Summary:
    """All decisions, from a lake and case by case; every one of them by the whole account as well, which comes to the
    same."""
    assert small.house.timelines is not None
    auditor = Auditor(small.house.timelines.log, small.house.runtimes["history"].around.keys)
    lake.append(lines_of(small.house.timelines.log, 0))
    found = rules(auditor)
    assert rules(auditor, lake=lake) == found
    with auditor.reading(LeanLog) as reader:
        equal, _ = from_lake(reader, lake, Window()) or (0, [])
    assert equal > found.decisions // 3, "dibao, of families whose means were checked"
    with auditor.reading(SweptLog) as reader:
        assert accounted(decisions(reader), reader, Summary()) == found
    return found


def test_every_decision_of_a_district_is_right_and_plainly_so(district: Small, tmp_path: Path) -> None:
    found = audited(district, Lake(tmp_path / "lake"))
    assert found.decisions == found.equal > 10


@pytest.mark.prove
def test_a_year_over_the_change_of_july_2021_is_given_again(tmp_path: Path) -> None:
    with (
        lived(tmp_path / "year", HOUSEHOLDS, 420) as small,
        again(small, until=date(2021, 9, 1)) as answer,
    ):
        assert audited(small, Lake(tmp_path / "lake")).decisions > 50
        assert answer.until >= date(2021, 8, 1)
        assert answer.unexplained == 0, (
            answer.differences,
            [m for m in answer.table("months") if m["code"] == "unexplained"],
        )
