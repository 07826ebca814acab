"""`doudi audit decision|all`: why a decision was made as it was, and whether all were."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from services.chassis.refusal import Malformed, Refused
from services.cli.house import House, existing, key_file
from services.cli.replay import lake_of
from services.cli.up import read_settings
from services.history.audit import Auditor, Reconstruction, signed
from services.history.audit import everything as every
from services.history.audit.advice import advice_on
from services.history.audit.finding import Window
from services.history.audit.verdict import OUTCOME_WORDS
from services.history.proof.keys import UnusableKey
from services.history.proof.note import Verifier
from services.history.proof.signing import Inconsistent

console = Console()
COLOURS = {"kept": "green", "broken": "red", "noted": "yellow", "open": "yellow"}
LISTED = 20
"""Of the decisions that cannot be worked out again."""
VERDICTS = {"holds": "bold green", "broken": "bold red", "open": "bold yellow"}
DAY = ["%Y-%m-%d"]
Data = Annotated[Path | None, typer.Option(help="folder of stores and keys")]
Postgres = Annotated[str | None, typer.Option(help="postgresql://…, {service} stands for the service")]
Since = Annotated[datetime | None, typer.Option("--from", formats=DAY, help="first day of decision")]
Until = Annotated[datetime | None, typer.Option("--to", formats=DAY, help="last day of decision")]


def register(audit: typer.Typer) -> None:
    audit.command("decision")(decision)
    audit.command("all")(everything)


def decision(
    event: Annotated[
        UUID, typer.Argument(help="id of the event that decided: granted, declined, adjusted …")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="print it as JSON")] = False,
    sign: Annotated[
        Path | None, typer.Option(help="write it with its proofs, signed, for `doudi audit verify`")
    ] = None,
    pdf: Annotated[Path | None, typer.Option(help="write it as PDF, to print and file")] = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Reconstruct a decision: known, rule, procedure, deciders, unchanged. Status 1 where a part does not hold."""
    with opened(data, postgres) as (house, auditor):
        try:
            found, proofs = auditor.with_proofs(event)
        except Refused as refused:
            _fail(f"{refused.zh} {refused.en}", 1)
        if sign is not None:
            assert house.checkpoints is not None, "history is among the services of this house"
            try:
                file = signed.sign_with(house.checkpoints, key_file(house.settings), found, proofs)
            except (Inconsistent, UnusableKey, FileNotFoundError) as error:
                _fail(f"不能签名。 Nothing is signed: {error}", 1)
            sign.write_text(file.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
    else:
        _show(found)
    if pdf is not None:
        from services.history.audit.printed import (
            to_pdf,  # the typesetter is slow to load, and seldom asked for
        )

        pdf.write_bytes(to_pdf(found))
    for written in filter(None, (sign, pdf)):
        typer.echo(f"{written}", err=as_json)
    raise typer.Exit(1 if found.verdict == "broken" else 0)


def everything(
    since: Since = None, until: Until = None, data: Data = None, postgres: Postgres = None
) -> None:
    """Work out every decision again: inputs from their sources, then the rule. Status 1 where one differs
    or cannot be read.

    From the lake as far as there is one (`doudi lake build`), case by case otherwise."""
    window = window_of(since, until)
    with (
        opened(data, postgres) as (house, auditor),
        Progress(console=Console(stderr=True), transient=True) as bar,
    ):
        task = bar.add_task("audit 审计", total=None)
        began = time.perf_counter()
        summary = every.rules(
            auditor,
            window,
            lake=lake_of(house.settings, None),
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )
        seconds = time.perf_counter() - began
    for id, check in summary.differing:
        typer.secho(f"{id}  {check.zh} {check.en}", fg="red")
    typer.echo(
        f"决定 decisions {summary.decisions:,} · 一致 equal {summary.equal:,}"
        f" · 不一致 differing {len({id for id, _ in summary.differing}):,}"
        f" · 无从计算 not to be worked out {len(summary.unjudged):,}"
        f" · 无法读取 unreadable {summary.unreadable:,} · {seconds:.1f} s"
    )
    for id in summary.unjudged[:LISTED]:
        typer.secho(f"{id}  无从计算 not to be worked out", fg="yellow")
    if summary.differing or summary.unjudged:
        typer.echo("逐项查看 To look into one: doudi audit decision EVENT")
    raise typer.Exit(0 if summary.right else 1)


def is_reconstruction(text: str) -> bool:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("format") == signed.FORMAT


def show_verified(text: str, trusted: Sequence[Verifier], witnesses: Sequence[Verifier]) -> None:
    """Unproven where it does not hold; ValueError where it is no such file."""
    found = signed.verify(signed.read(text), trusted, witnesses)
    typer.echo(
        f"签名有效 SIGNED by {found.by}, after checkpoint {found.checkpoint};"
        f" {len(found.proven)} proofs hold 项证明成立"
    )
    _show(found.reconstruction)


def _show(found: Reconstruction) -> None:
    mark = "〔示例标准 illustrative〕" if found.illustrative else ""
    zh, en = found.titled
    console.print(f"[bold]{escape(zh)}[/] {found.day} {mark}\n[dim]{escape(en)}[/]")
    console.print(f"[dim]{found.decision} · {found.service} {found.sequence} · {found.case}[/]")
    console.print(f"[{VERDICTS[found.verdict]}]{found.zh} {found.en}[/]")
    for part in found.parts:
        table = Table(title=f"{part.zh} · {part.en}", title_justify="left", show_header=False, expand=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold", ratio=1)
        for check in part.checks:
            said = f"{escape(check.zh)}{escape(check.where)}\n[dim]{escape(check.en)}[/]"
            table.add_row(f"[{COLOURS[check.outcome]}]{OUTCOME_WORDS[check.outcome]}[/]", said)
        console.print(table)
    for check in found.findings:
        assert check.finding is not None and check.sort is not None, "of a finding"
        next_ = advice_on(check.finding, check.sort)
        console.print(f"下一步 next: {escape(next_.zh)} [dim]{escape(next_.en)}[/]")
    for one in found.gone:
        console.print(f"[yellow]gone[/] {escape(one.zh)}\n[dim]{escape(one.en)}[/]")


def window_of(since: datetime | None, until: datetime | None) -> Window:
    first, last = (None if said is None else said.date() for said in (since, until))
    try:
        return Window(first, last)
    except Malformed as refused:
        raise typer.BadParameter(f"--to is before --from: {refused.zh}") from None


@contextmanager
def opened(data: Path | None, postgres: str | None) -> Iterator[tuple[House, Auditor]]:
    house = existing(read_settings(data=data, postgres_url=postgres), ["history"])
    try:
        assert house.timelines is not None, "history is among the services of this house"
        keys = house.runtimes["history"].around.keys
        yield house, Auditor(house.timelines.log, keys, house.checkpoints)
    finally:
        house.close()


def _fail(message: str, status: int = 2) -> NoReturn:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(status)
