"""`doudi audit report`: who looked at whom, what was entered late, who departed, whose role changed."""

from __future__ import annotations

from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from services.cli.audit_decision import Data, Postgres, Since, Until, opened, window_of
from services.cli.audit_writing import Writing
from services.history.audit.reports import LATE_DAYS, TITLES, Report, Row
from services.history.audit.tables import REPORT_HEADINGS, report_cells

console = Console()


def register(audit: typer.Typer) -> None:
    audit.command("report")(report)


def report(
    kind: Annotated[Report, typer.Argument(help="what is listed")],
    since: Since = None,
    until: Until = None,
    late: Annotated[
        int, typer.Option(min=1, help="of backdated entries: so many days before they were recorded, or more")
    ] = LATE_DAYS,
    limit: Annotated[int, typer.Option(min=1, help="lines to print")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="a line of JSON each, all of them")] = False,
    out: Annotated[
        Path | None, typer.Option(help="write all of them to a file: .csv, .xlsx or .jsonl")
    ] = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """List what an auditor looks through beside the findings; names stay sealed."""
    window, to = window_of(since, until), None if out is None else Writing(out)
    with opened(data, postgres) as (_, auditor), closing(auditor.report(kind, window, late)) as rows:
        if to is not None:
            to.write(TITLES[kind].zh, REPORT_HEADINGS, report_cells, rows)
            typer.echo(f"{out}")
            return
        if as_json:
            for row in rows:
                typer.echo(row.model_dump_json())
            return
        console.print(f"[bold]{TITLES[kind].zh} {TITLES[kind].en}[/]")
        first = next(rows, None)
        for row in chain([] if first is None else [first], islice(rows, limit - 1)):
            _print(row)
        if next(rows, None) is not None:
            console.print(
                "[dim]还有更多未列出。 There are more: --limit, --from, --to, or --out FILE.csv.[/]"
            )
        elif first is None:
            console.print("[dim]没有。 None.[/]")


def _print(row: Row) -> None:
    who = " ".join(filter(None, (row.department, row.post, str(row.person or "")[:8])))
    late = f" · 生效 effective {row.effective} (+{row.late})" if row.late else ""
    console.print(f"[bold]{row.day}[/]{late} · {escape(who or '系统 system')}")
    console.print(f"  {escape(row.zh)}\n  [dim]{escape(row.en)}\n  {row.event}[/]", soft_wrap=True)
