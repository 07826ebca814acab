"""Where one paper takes another's place: the last decision before that day and the first one after it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from rich.console import Console

from events.base import Entry
from services.chassis.clock import civil_date
from services.cli.house import House
from services.cli.summary import DECIDED
from services.history.lines import Sight, line
from services.history.table import render_timeline
from services.history.timelines import Found


@dataclass(frozen=True, slots=True)
class Change:
    """`old` and `new`: numbers of papers, as decisions cite them. `ends`: what is decided by the new one cites
    the old one no more."""

    on: date
    zh: str
    en: str
    old: str
    new: str
    ends: bool = True


CHANGES = (
    Change(date(2021, 7, 1), "审批程序更替", "The procedure changes", "民发〔2012〕220号", "民发〔2021〕57号"),
    Change(
        date(2025, 7, 27), "文件有效期满", "The paper lapses",
        "鹤民发〔2020〕43号", "（示例）鹤城区救助帮扶接续方案",
    ),
    Change(date(2026, 7, 1), "社会救助法施行", "The law comes into force", "民发〔2021〕57号", "社会救助法", ends=False),
)  # fmt: skip


def show_crossings(house: House, console: Console) -> None:
    """Print every change that decisions lie on both sides of, with the two nearest to it."""
    decisions = [entry for entry in house.runtimes["living"].log() if entry.envelope.type in DECIDED]
    sight = Sight(house.runtimes["history"].around.keys, restricted=True)
    for change in CHANGES:
        before, after = around(decisions, change)
        if before is None or after is None:
            continue
        lines = [line(Found(entry.envelope.sequence, "own", entry), sight) for entry in (before, after)]
        title = f"{change.on} {change.zh} {change.en}: {change.old} → {change.new}"
        console.print(render_timeline(lines, title))


def around(decisions: list[Entry], change: Change) -> tuple[Entry | None, Entry | None]:
    """The last decision before the change that cites the old paper, the first since then that cites the new."""
    before = after = None
    for entry in decisions:
        numbers = {paper["number"] for paper in json.loads(entry.data)["grounds"]["papers"]}
        if civil_date(entry.envelope.recordedtime) < change.on:
            before = entry if change.old in numbers else before
        elif after is None and change.new in numbers and not (change.ends and change.old in numbers):
            after = entry
    return before, after
