"""`doudi timeline` and `doudi events`: what is recorded, on a terminal. Names stay sealed here."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from services.cli.asof import By, Effective, Known, day, refusing, show_state, show_timeline_asof
from services.cli.house import ROOMS, House, existing
from services.cli.up import read_settings
from services.history.lines import Sight, line
from services.history.subjects import Subject, subject_of
from services.history.table import render_timeline

Data = Annotated[Path | None, typer.Option(help="folder of stores and keys")]
Postgres = Annotated[str | None, typer.Option(help="postgresql://…, {service} stands for the service")]
NAMED = "id of a person, household or case; a township's code; or a fund and year as basic-living/2022"
LIMIT = 200
WIDE = 160


class Language(StrEnum):
    BOTH = "both"
    ZH = "zh"
    EN = "en"


def wide_console() -> Console:
    """A terminal as wide as it is; a file or a pipe wide enough for a table."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDE)


def register(app: typer.Typer) -> None:
    app.command()(timeline)
    app.command()(state)
    app.command()(events)


def timeline(
    id: Annotated[str, typer.Argument(help=NAMED)],
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="most lines")] = LIMIT,
    lang: Annotated[Language, typer.Option(help="in which language")] = Language.BOTH,
    effective: Effective = None,
    known: Known = None,
    by: By = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """All that was recorded of whatever is named, in causal order; or as of two days."""
    house = existing(read_settings(data=data, postgres_url=postgres), ["history"])
    try:
        with refusing():
            named = subject_of(id)
        if effective or known or by:
            show_timeline_asof(
                house, named, wide_console(), limit, lang.value, day(effective), day(known), by
            )
        elif not show_timeline(house, named, wide_console(), limit=limit, lang=lang):
            typer.secho(f"nothing is recorded of {id}", err=True, fg="red")
            raise typer.Exit(1)
    finally:
        house.close()


def state(
    id: Annotated[str, typer.Argument(help=NAMED)],
    effective: Effective = None,
    known: Known = None,
    by: By = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """What was the case on one day, as it was known on another; names stay sealed. As JSON."""
    house = existing(read_settings(data=data, postgres_url=postgres), ["history"])
    try:
        show_state(house, id, day(effective), day(known), by)
    finally:
        house.close()


def show_timeline(
    house: House,
    id: Subject,
    console: Console,
    *,
    limit: int = LIMIT,
    lang: Language = Language.BOTH,
    title: str = "",
    without: Collection[str] = (),
) -> bool:
    """Print it but for events of the types `without`, with what is restricted to the office; whether there
    is anything."""
    assert house.timelines is not None, "history is among the services of this house"
    page = house.timelines.page(id, limit=limit)
    if page is None:
        return False
    sight = Sight(house.runtimes["history"].around.keys, restricted=True)
    lines = [line(found, sight) for found in page.lines if found.entry.envelope.type not in without]
    table = render_timeline(lines, f"{title} {page.kind} {id}".strip(), lang.value)
    for column in table.columns:
        column.overflow = "fold"  # nothing of a sentence may be lost on a narrow terminal
    console.print(table)
    if page.after is not None:
        console.print(f"… and more; --limit shows more than {limit}")
    return True


def events(
    service: Annotated[str, typer.Argument(help=f"of {', '.join(ROOMS)}")],
    first: Annotated[int, typer.Option("--from", min=1, help="sequence of the first")] = 1,
    limit: Annotated[int, typer.Option(min=1, help="most lines")] = 100,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """A service's log as it is stored, a line of JSON an event; what is sealed or restricted stays closed."""
    if service not in ROOMS:
        typer.secho(f"no service {service}; there are {', '.join(ROOMS)}", err=True, fg="red")
        raise typer.Exit(2)
    house = existing(read_settings(data=data, postgres_url=postgres), [service])
    try:
        store = house.runtimes[service].store
        for entry in store.entries(first - 1, limit):
            told = {"envelope": entry.envelope, "data": msgspec.Raw(_as_json(entry.data))}
            typer.echo(msgspec.json.encode(told).decode())
        # Beside it: a pipe that counts the lines would take a piece for the log.
        if (left := store.head().sequence - (first - 1 + limit)) > 0:
            typer.secho(
                f"… {left:,} more: --from {first + limit}, or a larger --limit", err=True, fg="yellow"
            )
    finally:
        house.close()


def _as_json(data: bytes) -> bytes:
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except msgspec.DecodeError:  # restricted: bytes that only its audience can read
        return msgspec.json.encode(data)
    return data
