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

TEXT = """Resident memory of a process that takes a synthetic log, made as it goes, on SQLite: at its start, after a tenth and after
all of it. An inbox remembers up to 200,000 rows that it has written or read, and forgets them all then; history
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
