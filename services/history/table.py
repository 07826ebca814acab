"""A timeline as a table on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from rich.markup import escape
from rich.table import Table

from services.chassis.clock import civil_date
from services.history.lines import Line

Language = Literal["both", "zh", "en"]
_THROUGH = {"own": "", "duplicate": "重复登记", "predecessor": "原家庭", "household": "所在家庭"}


def render_timeline(lines: Iterable[Line], title: str = "", lang: Language = "both") -> Table:
    """A row an event, in causal order: 日期 is from when it counts, 登记 when it was recorded."""
    table = Table(title=title or None, title_justify="left", pad_edge=False)
    table.add_column("序号", justify="right", no_wrap=True)
    table.add_column("日期", no_wrap=True)
    table.add_column("登记", no_wrap=True)
    table.add_column("服务", no_wrap=True)
    table.add_column("内容", ratio=1)
    table.add_column("经办")
    for line in lines:
        marks = [
            mark
            for mark in ("迟报" if line.late else "", "更正" if line.corrects else "", _THROUGH[line.through])
            if mark
        ]
        note = f" [dim]〔{'、'.join(marks)}〕[/dim]" if marks else ""
        recorded = civil_date(line.recordedtime).isoformat()
        table.add_row(
            str(line.position),
            line.effective.isoformat(),
            f"[yellow]{recorded}[/yellow]" if line.late else recorded,
            line.service,
            _said(line, note, lang),
            escape("/".join(part for part in (line.department, line.post) if part)),
        )
    return table


def _said(line: Line, note: str, lang: Language) -> str:
    zh, en = f"{escape(line.zh)}{note}", escape(line.en)
    if lang == "both":
        return f"{zh}\n[dim]{en}[/dim]"
    return zh if lang == "zh" else f"{en}{note}"
