"""`doudi audit report`: who looked at whom, what was entered late, who departed, whose role changed."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.cli.audit_decision import Data, Postgres, Since, Until, day_of, opened
from services.history.audit.finding import Window
from services.history.audit.reports import LATE_DAYS, TITLES, Report


def register(audit: typer.Typer) -> None:
    audit.command("report")(report)


def report(
    kind: Annotated[Report, typer.Argument(help="what is listed")],
    since: Since = None,
    until: Until = None,
    late: Annotated[
        int, typer.Option(min=1, help="of backdated entries: so many days before they were recorded, or more")
    ] = LATE_DAYS,
    as_json: Annotated[bool, typer.Option("--json", help="a line of JSON each")] = False,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """List what an auditor looks through beside the findings; names stay sealed."""
    window = Window(day_of(since), day_of(until))
    table = Table(title=f"{TITLES[kind].zh} {TITLES[kind].en}")
    for column in ("记录日 day", "生效日 effective", "何人 who", "内容 what"):
        table.add_column(column, overflow="fold")
    with opened(data, postgres) as (_, auditor):
        for row in auditor.report(kind, window, late):
            if as_json:
                typer.echo(row.model_dump_json())
                continue
            who = " ".join(filter(None, (row.department, row.post, str(row.person or "")[:8])))
            said = f"{escape(row.zh)}\n[dim]{escape(row.en)}[/]"
            table.add_row(row.day.isoformat(), row.effective.isoformat(), escape(who), said)
    if not as_json:
        Console().print(table)
