"""`doudi replay` and `doudi lake`: the whole history counted again, and laid out in columns for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from services.chassis.settings import Settings
from services.cli.house import LAKE_FOLDER, lake_folder, view_url
from services.cli.show import Data, Postgres, wide_console
from services.cli.up import read_settings
from services.history.replay.projections import built_in

if TYPE_CHECKING:
    # Arrow and DuckDB are seconds of a start: they are loaded by the commands that use them.
    from services.history.lake.folder import Lake
    from services.history.replay.result import Result
    from services.history.replay.running import Progress

SHOWN = 200
LISTED = 3
"""Of a list, on the terminal; a file has all."""
lakes = typer.Typer(help="The log in columns: build it, compact it, check it.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Option("--lake", help="the lake's folder; without: DOUDI_LAKE, or lake in --data")
]


def register(app: typer.Typer) -> None:
    app.command()(replay)
    app.add_typer(lakes, name="lake")


def replay(
    projection: Annotated[str, typer.Argument(help=f"{', '.join(built_in())}, or a file: .sql or .py")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first day on which it counts")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="last day on which it counts")
    ] = None,
    known: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="only what was recorded by the end of this day"),
    ] = None,
    where: Annotated[
        str | None, typer.Option(help="a condition in SQL, e.g. \"programme = 'dibao'\"")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source", help="a lake's folder, kafka://HOST:PORT/DISTRICT …; without: the district log"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help=".parquet, .csv or .xlsx; without: on the terminal")
    ] = None,
    work: Annotated[Path | None, typer.Option(help="folder in which a fold that is cut off goes on")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="without: one a core")] = None,
    limit: Annotated[int, typer.Option(min=1, help="most rows on the terminal")] = SHOWN,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Count the whole history again, by a projection of ours or your own; nothing is recorded or sent."""
    from services.history.lake.selection import Selection
    from services.history.library import History, must_be_known
    from services.history.replay.projection import load

    settings = read_settings(data=data, postgres_url=postgres)
    with _refusals(), ExitStack() as stack:
        selection = Selection(_day(since), _day(until), _day(known), where)
        # What is wrong with the question is said before the history is laid out, which may take minutes.
        must_be_known(selection)
        loaded = load(projection)
        where_from = source or _log_of(settings)
        history = stack.enter_context(History.open(where_from, partition=settings.partition))
        progress = stack.enter_context(_bar(loaded.name))
        found = stack.enter_context(
            history.run(loaded, selection, work=work, processes=processes, progress=progress)
        )
        if out is None:
            _show(found, loaded.name, limit)
        else:
            found.write(out)
            typer.echo(f"{len(found):,} rows in {out}")


@lakes.command()
def build(
    folder: Folder = None,
    anew: Annotated[bool, typer.Option(help="from the start")] = False,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Bring the lake up to the district log; build it first where there is none."""
    from services.history.lake.folder import Lake
    from services.history.library import source_at
    from services.history.replay.sources import NoHistory

    settings = read_settings(data=data, postgres_url=postgres)
    with _refusals():
        lake = lake_of(settings, folder)
        source = source_at(_log_of(settings))
        if isinstance(source, Lake):
            raise NoHistory(f"{_log_of(settings)} is a lake itself")
        if anew:
            lake.begin_anew()
        count = lake.follow(source.lines)
        typer.echo(f"{count:,} events appended; {lake.manifest().events:,} in {lake.folder}")


@lakes.command()
def compact(folder: Folder = None, data: Data = None) -> None:
    """Put the files of every bucket into one."""
    with _refusals():
        lake = lake_of(read_settings(data=data), folder)
        typer.echo(f"{lake.compact():,} files fewer in {lake.folder}")


@lakes.command()
def check(folder: Folder = None, data: Data = None) -> None:
    """Whether every file is as it was written and every event is there once; ends with 1 if not."""
    from services.history.lake.checking import content_digest, faults

    with _refusals():
        lake = lake_of(read_settings(data=data), folder)
        found = faults(lake)
        for fault in found:
            typer.secho(fault, err=True, fg="red")
        if found:
            raise typer.Exit(1)
        manifest = lake.manifest()
        typer.echo(f"{manifest.events:,} events in {manifest.rows:,} rows; content {content_digest(lake)}")


def lake_of(settings: Settings, folder: Path | None) -> Lake:
    from services.history.lake.folder import Lake

    return Lake(folder or lake_folder(settings) or settings.data / LAKE_FOLDER)


def _log_of(settings: Settings) -> str:
    return view_url(settings, "history")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _show(found: Result, title: str, limit: int) -> None:
    table = Table(title=title, title_justify="left", pad_edge=False)
    rows = list(islice(found.rows(), limit))
    for name in dict.fromkeys(name for row in rows for name in row):
        table.add_column(escape(name), overflow="fold")
    for row in rows:
        table.add_row(*(escape(_brief(row.get(str(column.header), ""))) for column in table.columns))
    console = wide_console()
    console.print(table)
    if len(found) > limit:
        console.print(f"… of {len(found):,} rows; --limit shows more, --out writes all")


def _brief(value: object) -> str:
    if isinstance(value, list):
        more = f" … ({len(value)})" if len(value) > LISTED else ""
        return ", ".join(map(str, value[:LISTED])) + more
    return "" if value is None else str(value)


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    bar = Bar(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


@contextmanager
def _refusals() -> Iterator[None]:
    """What is expected to go wrong, as a sentence and not a traceback."""
    from services.chassis.kafka.topics import Unreadable
    from services.cli.asof import refusing
    from services.history.lake.locks import LakeBusy
    from services.history.lake.manifest import AnotherLog, NoLake
    from services.history.lake.reading import BadQuery
    from services.history.lake.selection import BadSelection
    from services.history.replay.checkpoint import AnotherReplay
    from services.history.replay.failing import FoldFailed
    from services.history.replay.projection import BadProjection
    from services.history.replay.result import CannotWrite
    from services.history.replay.sources import NoHistory

    try:
        with refusing():
            yield
    except (
        AnotherLog, AnotherReplay, BadProjection, BadQuery, BadSelection, CannotWrite, FoldFailed, LakeBusy, NoHistory,
        NoLake, Unreadable,
    ) as error:  # fmt: skip
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(2) from None
    except OSError as error:  # no permission, a full disk
        if isinstance(error, BrokenPipeError):
            raise
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(2) from None
