"""What the benchmarks found, as lines on the terminal at once and as docs/benchmarks.md at the end."""

from __future__ import annotations

import os
import platform
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.measuring import Samples

FILE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
LIBRARIES = (
    "eventsourcing", "kafka-python", "psycopg", "msgspec", "pydantic", "fastapi", "cryptography", "openpyxl",
)  # fmt: skip

HEAD = """# Benchmarks

Written by `make bench`. Every figure is the median of several rounds, with the lowest and the highest. Beside it
stands a bare loop that does the same work with nothing of ours, measured in the same run and in turn with it (A B A
B …): the ratio says what the chassis costs and holds on another machine, too; the figures alone do not.
The aims come from the project's first issue and from its architecture. No test fails over a figure here.
"""

AGAIN = """## How to repeat

    make bench                                   # all of it, about five minutes; writes this page
    make bench ARGS=tests/bench/test_append.py   # one part; prints only
    DOUDI_BENCH_DECISIONS=400 make bench ARGS=tests/bench/test_audit.py
    DOUDI_BENCH_ASOF_EVENTS=10000000 make bench ARGS=tests/bench/test_asof.py   # long
    DOUDI_BENCH_LAKE_EVENTS=1000000 make bench ARGS=tests/bench/test_lake.py
    DOUDI_BENCH_LONG=1 make bench                # the aims' sizes: a million events, 50,000 cases, 100,000 people; an hour

Kafka and PostgreSQL are found as by `make test`: named by `DOUDI_TEST_KAFKA` and `DOUDI_TEST_POSTGRES`, else a
container, else a local server of the machine. A machine that does something else meanwhile gives wide spreads;
read the ratios then.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table. `bare` and `ratio` stay empty where there is no bare loop."""

    what: str
    ours: str
    bare: str = ""
    ratio: str = ""
    aim: str = ""


@dataclass
class Section:
    title: str
    text: str
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Report:
    def __init__(self) -> None:
        self.sections: dict[str, Section] = {}
        self.servers: list[str] = []

    def section(self, title: str, text: str) -> Section:
        return self.sections.setdefault(title, Section(title, text))

    def compare(
        self, section: Section, what: str, ours: Samples, bare: Samples, unit: str, aim: str = ""
    ) -> None:
        """Rates: more is better, and the ratio is ours by the bare one's."""
        self.add(section, Line(what, said(ours, unit), said(bare, unit), _said_ratio(ours.per(bare)), aim))

    def add(self, section: Section, line: Line) -> None:
        section.lines.append(line)
        bare = f"; bare {line.bare}; ratio {line.ratio}" if line.bare else ""
        aim = f"; aim {line.aim}" if line.aim else ""
        print(f"\n  {section.title} | {line.what}: {line.ours}{bare}{aim}", flush=True)

    def text(self) -> str:
        parts = [HEAD, self._where()]
        for section in self.sections.values():
            parts.append(f"## {section.title}\n\n{section.text}\n\n{_table(section.lines)}")
            parts += [f"{note}\n" for note in section.notes]
        return "\n".join([*parts, AGAIN])

    def _where(self) -> str:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        rows = {
            "day": f"{datetime.now(UTC):%Y-%m-%d}",
            "processor": f"{_processor()}, {os.cpu_count()} cores",
            "memory": f"{memory:.0f} GiB",
            "system": f"{platform.system()} {platform.release()}",
            "load when the report was written": f"{os.getloadavg()[1]:.1f} (mean of 5 minutes)",
            "Python": platform.python_version(),
            "SQLite": sqlite3.sqlite_version,
            "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
            "servers": "; ".join(dict.fromkeys(self.servers)) or "none",
        }
        return "\n".join(
            ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items()), ""]
        )


def said(samples: Samples, unit: str) -> str:
    """`1,234 (1,200–1,300) events/s`."""
    low, high = number(samples.low), number(samples.high)
    return f"**{number(samples.median)}** ({low}–{high}) {unit}"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _said_ratio(ratio: Samples) -> str:
    return f"**{ratio.median:.2f}** ({ratio.low:.2f}–{ratio.high:.2f})"


def _table(lines: list[Line]) -> str:
    heading = ["| what | ours | bare loop | ratio | aim |", "|---|---|---|---|---|"]
    rows = [f"| {one.what} | {one.ours} | {one.bare} | {one.ratio} | {one.aim} |" for one in lines]
    return "\n".join([*heading, *rows, ""])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if "model name" in line), platform.machine()
    )
