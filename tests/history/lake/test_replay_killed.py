"""A replay that is killed: nothing of it stays behind, and what goes on gives what one that was not killed gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from services.history.library import History
from services.history.replay.checkpoint import AnotherReplay, alone

ROOT = Path(__file__).parents[3]
FOLD = Path(__file__).parent / "folds.py"
SLOW = """
import multiprocessing, time
KEY = "entity"
HERE = multiprocessing.parent_process() is None
def initial(): return 0
def evolve(state, fact):
    time.sleep(0 if HERE else 0.1)
    return state + fact.sequence
def result(state): return {"sum": state}
"""
REPLAY = """
import sys
from pathlib import Path
from services.history.library import History
from services.history.replay import running
if __name__ == "__main__":
    running.SOON = running.WORTH = 0
    with History.open(sys.argv[1]) as history:
        history.run(sys.argv[2], work=Path(sys.argv[3]), processes=2).close()
"""


def test_processes_of_a_killed_replay_end_with_it_and_it_goes_on_to_the_same(
    history: History, tmp_path: Path
) -> None:
    work, fold, script = tmp_path / "work", tmp_path / "slow.py", tmp_path / "replay.py"
    fold.write_text(SLOW, encoding="utf-8")
    script.write_text(REPLAY, encoding="utf-8")
    replay = subprocess.Popen(
        [sys.executable, str(script), str(history.lake.folder), str(fold), str(work)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    process = psutil.Process(replay.pid)
    deadline = time.monotonic() + 240
    helpers: list[psutil.Process] = []
    while len(list(work.glob("part-*.parquet"))) < 4 or not helpers:
        assert time.monotonic() < deadline and replay.poll() is None
        helpers = [one for one in process.children() if "spawn_main" in " ".join(one.cmdline())]
        time.sleep(0.05)
    replay.send_signal(signal.SIGKILL)
    replay.wait()
    assert psutil.wait_procs(helpers, timeout=30)[1] == []
    assert 4 <= len(list(work.glob("part-*.parquet"))) < 64
    with (
        history.run(fold, work=work, processes=1) as found,
        history.run(fold, processes=1) as fresh,
    ):
        assert found.digest() == fresh.digest() and len(found) > 0


def test_two_replays_never_go_on_in_one_folder_at_once(history: History, tmp_path: Path) -> None:
    with alone(tmp_path / "work"), pytest.raises(AnotherReplay, match="another process"):
        history.run(FOLD, work=tmp_path / "work", processes=1)
    with history.run(FOLD, work=tmp_path / "work", processes=1) as found:
        assert len(found) > 0
