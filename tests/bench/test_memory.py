"""Memory over the number of events: it must not grow with the log. A process of its own for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.bench.report import Line, Report

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]

ROOT = Path(__file__).parents[2]
LONG = os.environ.get("DOUDI_BENCH_LONG") == "1"
EVENTS = 1_000_000 if LONG else 100_000
CASES = (5_000, 50_000) if LONG else (1_000, 5_000)

TEXT = """Resident memory of a process that takes a synthetic log, made as it goes, on SQLite: at its start, after a tenth and after
all of it. An inbox remembers up to 20,000 rows that it has written or read, the youngest; history
remembers nothing."""


@pytest.mark.parametrize("what", ["history", "inbox"])
def test_memory(what: str, report: Report, tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tests.bench.memory", what, str(tmp_path), str(EVENTS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    marks: dict[str, list[str]] = defaultdict(list)
    for line in map(json.loads, said.splitlines()):
        marks[line["what"]].append(f"{line['events']:,}: **{line['mib']:.0f} MiB**")
    section = report.section("Memory", TEXT)
    for name, found in marks.items():
        report.add(section, Line(name, " · ".join(found), aim="flat"))
    if not LONG and not section.notes:
        section.notes.append("The run over a million events (`DOUDI_BENCH_LONG=1`) was not made this time.")


PIECES = """The most memory that each step held at once, on SQLite, in a process that made nothing of it itself: of a month's
batch, and of a comparison (by recipients; its file has ten rows for each). A process remembers up to 20,000 rows that it
has read or written, and keys of the vault for a minute."""


@pytest.mark.parametrize("what", ["batch", "comparison"])
def test_memory_of_pieces(what: str, report: Report, tmp_path: Path) -> None:
    marks: dict[str, list[str]] = defaultdict(list)
    for cases in CASES:
        folder = tmp_path / str(cases)
        folder.mkdir()
        said = subprocess.run(
            [sys.executable, "-m", "tests.bench.memory", what, str(folder), str(cases)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        for line in map(json.loads, said.splitlines()):
            marks[line["what"]].append(f"{cases:,}: **{line['mib']:.0f} MiB**")
    section = report.section("Memory of what goes in pieces", PIECES)
    for name, found in marks.items():
        report.add(section, Line(name, " · ".join(found), aim="flat"))
