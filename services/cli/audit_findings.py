"""`doudi audit findings`: what was not as it had to be, as it is found; counted, with what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from services.cli.audit_decision import COLOURS, Data, Postgres, Since, Until, opened, window_of
from services.cli.audit_writing import Writing
from services.history.audit import everything as every
from services.history.audit.advice import advice_on
from services.history.audit.classing import SAID
from services.history.audit.finding import TITLES, FindingLine, line
from services.history.audit.spool import Counts, Spool
from services.history.audit.tables import HEADINGS, SHEET, WIDTHS, cells
from services.history.audit.verdict import OUTCOME_WORDS, Class, Sort
from services.history.words import SERVICES, of

console, beside = Console(), Console(stderr=True)


def register(audit: typer.Typer) -> None:
    audit.command("findings")(findings)


def findings(
    since: Since = None,
    until: Until = None,
    finding: Annotated[list[Class] | None, typer.Option(help="only of this class; may be repeated")] = None,
    known: Annotated[Sort | None, typer.Option(help="only those that could be known so")] = None,
    limit: Annotated[int, typer.Option(min=0, help="lines to print; all are counted")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="a line of JSON each, as they are found")] = False,
    out: Annotated[
        Path | None, typer.Option(help="write all of them to a file: .csv, .xlsx or .jsonl")
    ] = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """What was not as it had to be: decisions, months and payments of some days, and who was left waiting.

    Status 1 where there is anything. What nobody could know yet is told apart (2021 办法 39).
    """
    window, to = window_of(since, until), None if out is None else Writing(out)
    spool = Spool()
    with (
        opened(data, postgres) as (_, auditor),
        Progress(console=beside, transient=True, disable=not beside.is_terminal) as bar,
    ):
        task = bar.add_task("audit 审计", total=None)
        found = every.findings(
            auditor,
            window,
            lambda done, of: bar.update(task, completed=done, total=of),
        )
        with closing(found):
            for one in map(line, found):
                if (finding and one.finding not in finding) or known not in (None, one.sort):
                    continue
                spool.add(one)
                if as_json:
                    typer.echo(one.model_dump_json())
    spool.finish()
    if not as_json:
        _show(spool, limit, out)
    if to is not None:
        to.write(SHEET, HEADINGS, cells, _lines(spool), WIDTHS)
        typer.echo(f"{out}", err=as_json)
    raise typer.Exit(1 if spool.lines else 0)


# -- to the terminal ----------------------------------------------------------------------------------------


def _show(spool: Spool, limit: int, out: Path | None) -> None:
    if not spool.lines:
        console.print("[green]没有发现。 Nothing was found.[/]")
        return
    for one, _ in zip(_lines(spool), range(limit), strict=False):
        _print(one)
    if limit < spool.lines and out is None:
        rest = spool.lines - limit
        console.print(
            f"[dim]另有{rest:,}项未列出。 {rest:,} more: --limit, --finding, --known, or --out FILE.csv.[/]\n"
        )
    console.print(_counted(spool.counts()))
    console.print("[dim]查看一项决定： To look into one decision:[/] doudi audit decision EVENT")


def _lines(spool: Spool) -> Iterator[FindingLine]:
    return (one for _, one in spool.read())


def _print(one: FindingLine) -> None:
    assert one.finding is not None and one.sort is not None, "of a finding"
    colour, service = COLOURS[one.outcome], of(SERVICES, one.service)
    console.print(
        f"[{colour}]{OUTCOME_WORDS[one.outcome]}[/] [bold]{TITLES[one.finding]}[/] {one.finding} · {one.day}"
        f" · {service.zh} {one.service} · {SAID[one.sort][0]} {one.sort}"
    )
    console.print(
        f"  {escape(one.zh)}{escape(one.where)}\n  [dim]{escape(one.en)}\n  {one.event}[/]", soft_wrap=True
    )


def _counted(counts: Counts) -> Table:
    """By class, most first: how many of which sort, and what to do next."""
    table = Table(title=f"审计发现 Findings: {sum(sum(some.values()) for some in counts.values()):,}")
    table.add_column("类别 class", overflow="fold")
    sorts: dict[Sort, str] = {"had": "已知", "unread": "未读", "later": "事后"}
    for sort, word in sorts.items():
        table.add_column(f"{word}\n{sort}", justify="right")
    table.add_column("下一步 next", overflow="fold", ratio=1)
    most = Counter({kind: sum(some.values()) for kind, some in counts.items()})
    for kind, _ in most.most_common():
        next_ = advice_on(kind, "later" if counts[kind].keys() == {"later"} else "had")
        told = (f"{counts[kind].get(sort, 0):,}" for sort in sorts)
        table.add_row(f"{TITLES[kind]}\n[dim]{kind}[/]", *told, f"{next_.zh}\n[dim]{escape(next_.en)}[/]")
    return table
