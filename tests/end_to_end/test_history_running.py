"""History beside a running house: a decision reconstructed over HTTP, and the lake that follows the log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from events import assistance as a
from services.chassis.clock import SimulatedClock
from services.cli import app
from services.history.lake.checking import content_digest, faults
from services.history.lake.folder import Lake
from services.history.lake.following import LakeFollower, lines_of
from tests.end_to_end import families
from tests.end_to_end.systems import System


def granted(system: System) -> str:
    """The decision on the first case of a family."""
    head = families.register_person(system, "滕某某")
    household = families.register_household(system, head)
    families.registered_poor(system, head)
    families.grant(system, household, head)
    system.settle()
    return next(
        str(one.envelope.id) for one in system.log("living") if isinstance(one.data, a.SubsidyGranted)
    )


def test_a_decision_is_reconstructed_over_http(tmp_path: Path) -> None:
    system = System(tmp_path)
    try:
        decision = granted(system)
        client = system.client("history")
        path = f"decisions/{decision}/reconstruction"
        system.eventually(lambda: client.get(path).status_code == 200, "history has the decision")
        told = client.get(path).json()
        parts = {part["part"]: part["verdict"] for part in told["parts"]}
        assert parts["known"] == parts["rule"] == "holds"
        assert told["amount_fen"] == told["again_fen"] > 0
        printed = client.get(path, headers={"Accept": "application/pdf"})
        assert printed.headers["content-type"] == "application/pdf", printed.text
        assert printed.content.startswith(b"%PDF-")
        assert decision in printed.headers["content-disposition"]
    finally:
        system.close()


def test_the_lake_that_a_running_house_appends_to_equals_one_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOUDI_LAKE", str(tmp_path / "lake"))
    system = System(tmp_path / "data")
    try:
        granted(system)
        assert system.house.timelines is not None
        log, lake = system.house.timelines.log, Lake(tmp_path / "lake")
        appended = []
        for _ in range(2):
            system.clock.advance_to(system.clock.now() + timedelta(hours=7))
            before = appended[-1] if appended else 0
            system.eventually(lambda before=before: reached(lake) > before, "the lake was appended to")
            appended.append(reached(lake))
            families.register_person(system, "杨某某", born="19800101")
            system.settle()
        system.host.stop()  # nothing is appended from here on
        anew, end = Lake(tmp_path / "anew"), reached(lake)
        anew.append(line for line in lines_of(log, 0) if line[0] <= end)
        assert faults(lake) == []
        assert content_digest(lake) == content_digest(anew)
    finally:
        system.close()


def test_a_process_that_was_told_nothing_of_a_lake_keeps_one_in_its_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOUDI_LAKE", raising=False)
    system = System(tmp_path)
    families.register_person(system, "滕某某")
    system.settle()
    system.close()
    assert not (tmp_path / "lake").exists(), "a clock that leaps would append at every leap"
    for setting, kept in (("off", False), (None, True)):
        of = {"DOUDI_LAKE": setting} if setting else {}
        with up(tmp_path, of) as deadline:
            while kept and not reached(Lake(tmp_path / "lake")) and time.monotonic() < deadline:
                time.sleep(0.2)
        assert (tmp_path / "lake").exists() is kept
    told = CliRunner().invoke(app, ["lake", "check", "--data", str(tmp_path)])
    assert told.exit_code == 0 and "content" in told.output


@contextmanager
def up(data: Path, environment: dict[str, str]) -> Iterator[float]:
    """A process of `doudi up` that listens; gives by when what is waited for must have come."""
    process = subprocess.Popen(
        [sys.executable, "-m", "services.cli", "up", "--data", str(data), "--port", "0"],
        env=os.environ | environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None and "serves" in process.stdout.readline()
        yield time.monotonic() + 60
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_a_log_that_was_there_first_comes_in_piece_by_piece_and_then_in_large_ones(tmp_path: Path) -> None:
    system = System(tmp_path / "data")
    try:
        granted(system)
        assert system.house.timelines is not None
        log, lake, clock = (
            system.house.timelines.log,
            Lake(tmp_path / "lake"),
            SimulatedClock(system.clock.now()),
        )
        whole = at_rest(system)
        follower = LakeFollower(log, lake, clock, enough=10)
        for turn in range(1, whole // 10 + 2):
            assert follower.advance() == 0
            assert lake.manifest().events == min(turn * 10, whole)
        families.register_person(system, "杨某某", born="19800101")
        system.settle()
        system.eventually(lambda: sum(1 for _ in lines_of(log, 0)) > whole, "history has it")
        follower.advance()
        assert lake.manifest().events == whole, "a few wait for more, or for long"
        clock.advance_to(clock.now() + timedelta(hours=6))
        follower.advance()
        assert lake.manifest().events > whole
    finally:
        system.close()


def at_rest(system: System) -> int:
    """How many events history has, once nothing more comes."""
    assert system.house.timelines is not None
    before, now = -1, 0
    while before != now:
        system.settle()
        time.sleep(0.5)
        before, now = now, sum(1 for _ in lines_of(system.house.timelines.log, 0))
    return now


def reached(lake: Lake) -> int:
    return lake.manifest().position if (lake.folder / "manifest.json").exists() else 0
