"""`doudi evidence`: attachments that no event names, listed and swept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.chassis.evidence import GRACE, Evidence
from services.chassis.evidence_folder import Kept
from services.chassis.refusal import Conflict
from services.cli.house import ROOMS, existing
from services.cli.up import read_settings

app = typer.Typer(help="Attachments: what no event names, listed and swept.", no_args_is_help=True)

Service = Annotated[str, typer.Argument(help=f"of {', '.join(ROOMS)}")]
Data = Annotated[Path | None, typer.Option(help="folder of stores and keys")]
Postgres = Annotated[str | None, typer.Option(help="postgresql://…, {service} stands for the service")]


def register(whole: typer.Typer) -> None:
    whole.add_typer(app, name="evidence")


@app.command()
def orphans(service: Service, data: Data = None, postgres: Postgres = None) -> None:
    """Files handed in that no event named within the grace; a crash, or a clerk who gave up, leaves them."""
    _with(service, data, postgres, sweep=False)


@app.command()
def sweep(service: Service, data: Data = None, postgres: Postgres = None) -> None:
    """Take the orphans away. The service may be running; never one that an event names."""
    _with(service, data, postgres, sweep=True)


def _with(service: str, data: Path | None, postgres: str | None, sweep: bool) -> None:
    if service not in ROOMS:
        _fail(f"no service {service}; there are {', '.join(ROOMS)}")
    settings = read_settings(data=data, postgres_url=postgres)
    house = existing(settings, [service])
    try:
        evidence = Evidence.of(house.runtimes[service], settings)
        _print(evidence.sweep() if sweep else evidence.orphans(), "swept" if sweep else "orphans")
    except Conflict as refusal:
        _fail(f"{refusal.zh} {refusal.en}")
    finally:
        house.close()


def _print(found: Sequence[Kept], word: str) -> None:
    for one in found:
        typer.echo(f"{one.since:%Y-%m-%d %H:%M}  {one.size:>12,}  {one.digest or 'unfinished'}")
    typer.echo(f"{len(found)} {word}, past the grace of {GRACE.days} days")


def _fail(message: str) -> None:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(2)
