"""Starts lives, strikes them dead, and knows how each ended: the parent's side of `office.py`."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.crash.judging import remains
from tests.crash.office import Done, Life, as_line

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL


class Lives:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.office"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._born: queue.Queue[int] = queue.Queue()
        self._ends: dict[int, int] = {}
        self._ended = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def begin(self, life: Life) -> int:
        """A new process; its id."""
        assert self._process.stdin is not None
        self._process.stdin.write(as_line(life))
        self._process.stdin.flush()
        return self._born.get(timeout=60)

    def wait(self, pid: int, seconds: float) -> int | None:
        """How it ended, as an exit code; None if it lives on."""
        with self._ended:
            self._ended.wait_for(lambda: pid in self._ends, seconds)
            return self._ends.get(pid)

    def kill(self, pid: int) -> int:
        """SIGKILL, unless it has ended; how it ended."""
        if self.wait(pid, 0) is None:
            os.kill(pid, signal.SIGKILL)
        status = self.wait(pid, 30)
        assert status is not None
        return status

    def goes_on(self, pid: int, life: Life, commands: int, seconds: float = 150.0) -> None:
        """So many more commands are acknowledged; else the diary says where every thread of the life stands."""
        deadline, wanted = time.monotonic() + seconds, done(life) + commands
        while done(life) <= wanted:
            assert self.wait(pid, 0.05) is None, diary(life)
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGUSR1)
                time.sleep(1.0)
                raise AssertionError(
                    f"{done(life)} of {wanted} commands after {seconds:.0f} s\n{diary(life)}"
                )

    def finish(self, life: Life, seconds: float = 200.0) -> None:
        """A life that must reach its end by itself."""
        pid = self.begin(life)
        status = self.wait(pid, seconds)
        if status is None:
            self.kill(pid)
        assert status == 0, f"{life} ended with {status}:\n{diary(life)}"

    def end_together(self, life: Life, pids: list[int], seconds: float = 200.0) -> None:
        """Let lives that stay go on until nothing is on its way, then end; all must end well."""

        deadline = time.monotonic() + seconds
        with remains(life) as found:
            while waits := found.unsettled() if self._arrived(life) else ["the commands"]:
                assert time.monotonic() < deadline, f"{waits} after {seconds:.0f} s\n{diary(life)}"
                for pid in pids:
                    assert self.wait(pid, 0.1) is None, diary(life)
        end = Path(life.folder, "end")
        end.touch()
        for pid in pids:
            assert self.wait(pid, 60) == 0, diary(life)
        end.unlink()

    @staticmethod
    def _arrived(life: Life) -> bool:
        return life.until is None or done(life) >= life.until

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said: dict[str, Any] = json.loads(line)
            if "born" in said:
                self._born.put(said["born"])
            elif "ended" in said:
                with self._ended:
                    self._ends[said["ended"]] = said["status"]
                    self._ended.notify_all()


def diary(life: Life) -> str:
    return Path(life.folder, "diary").read_text(errors="replace")[-6000:]


def done(life: Life) -> int:
    """How many commands were acknowledged."""
    return len(dict(Done(Path(life.folder, "done")).read()))


@contextmanager
def lives() -> Iterator[Lives]:
    opened = Lives()
    try:
        yield opened
    finally:
        opened.close()


def wait_until(what: Any, seconds: float, wanted: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:.0f} s: {wanted}")
