"""A timeline as a table on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from services.chassis.clock import civil_date
from services.history.lines import Line

_THROUGH = {"own": "", "duplicate": "重复登记", "predecessor": "原家庭", "household": "所在家庭"}


def render_timeline(lines: Iterable[Line], title: str = "") -> Table:
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
            f"{escape(line.zh)}{note}\n[dim]{escape(line.en)}[/dim]",
            escape("/".join(part for part in (line.department, line.post) if part)),
        )
    return table
