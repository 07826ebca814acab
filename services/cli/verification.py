"""`doudi verification`: a department's file of any size, taken from disk, with its progress, cut off, it goes on; or cut
into the messages of the gate."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID, uuid4

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from events.base import Actor
from events.ids import AgreementId
from services.chassis.departments import Department
from services.chassis.refusal import Refused
from services.chassis.work import Cause
from services.cli.house import existing
from services.cli.up import read_settings
from services.verification import Records, cutting, taking
from services.verification.records import Reached

app = typer.Typer(help="核对 Checks of means: departments' files from disk.", no_args_is_help=True)


def register(whole: typer.Typer) -> None:
    whole.add_typer(app, name="verification")


@app.command()
def take(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=".csv or .jsonl, of any size")],
    agreement: Annotated[UUID, typer.Option(help="id of the agreement under which it is delivered")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the day whose state it is")],
    by: Annotated[UUID, typer.Option(help="who hands it in: id of a member of staff")],
    data: Annotated[Path | None, typer.Option(help="folder of stores and keys")] = None,
    postgres: Annotated[
        str | None, typer.Option(help="postgresql://…, {service} stands for the service")
    ] = None,
) -> None:
    """Take a file under its agreement. The service may be running. The same command again goes on where it was cut off,
    and changes nothing once the file is taken."""
    settings = read_settings(data=data, postgres_url=postgres)
    house = existing(settings, ["verification"])
    runtime = house.runtimes["verification"]
    records = Records.open(settings, runtime.around.keys)
    cause = Cause(Actor(Department.CIVIL_AFFAIRS.value, "operator", by), uuid4())
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        with file.open("rb") as content, Progress(*columns, console=Console(stderr=True)) as progress:
            bar = progress.add_task(_said(Reached(UUID(int=0))))
            row = taking.take(
                runtime, records, AgreementId.of(agreement), as_of.date(), content, file.name, cause,
                lambda reached: progress.update(bar, description=_said(reached)),
            )  # fmt: skip
    except Refused as refusal:
        _fail(f"{refusal.field}: {refusal.zh} {refusal.en}")
    finally:
        records.close()
        house.close()
    counts = " ".join(f"{name}={row[name]}" for name in ("rows", "matched", "strangers", "refused"))
    typer.echo(f"{row['feed']} {counts}{' late' if row['late'] else ''}")


@app.command()
def cut(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=".csv or .jsonl, of any size")],
    agreement: Annotated[UUID, typer.Option(help="id of the agreement under which it is delivered")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the day whose state it is")],
    key: Annotated[Path, typer.Option(exists=True, help="the agreement's public key, as /key of it answers")],
    source: Annotated[str, typer.Option(help="the department's name for the system that sends")] = "/feeds",
) -> None:
    """Cut a file into the messages of the gate, closed for the agreement's key: one a line, for kcat or any producer."""
    with file.open("rb") as content:
        messages = cutting.cut(
            content, file.name, sending=uuid4(), agreement=AgreementId.of(agreement), as_of=as_of.date(),
            jwk=json.loads(key.read_text()), source=source,
        )  # fmt: skip
        for message in messages:
            typer.echo(json.dumps(message))


def _said(reached: Reached) -> str:
    return (
        f"{reached.rows:,} 行 rows, {reached.kept:,} 匹配 matched, {reached.strangers:,} 非登记 of nobody registered,"
        f" {reached.refused:,} 拒收 refused"
    )


def _fail(message: str) -> NoReturn:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(2)
