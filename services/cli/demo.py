"""`doudi demo`: a district's years in one process, then their check, then the APIs to look around in.

Everything in it is made up. It has a folder of its own, which it empties at its start; it never reads another
and reaches nobody outside, whatever the environment's settings say.
"""

from __future__ import annotations

import io
import shutil
import time
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID, uuid4

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from events.base import Actor
from services.chassis.clock import CIVIL_ZONE, SeededIds, civil_date
from services.chassis.departments import Department
from services.chassis.embedded import OFFICE_OPENS, EmbeddedHost
from services.chassis.logs import configure
from services.chassis.settings import Settings
from services.chassis.tokens import Caller, issue_token
from services.chassis.work import Cause
from services.cli.beside import Beside
from services.cli.check import check
from services.cli.check_reading import check_reading
from services.cli.crossings import show_crossings
from services.cli.figures import count_beside, open_insight
from services.cli.house import House
from services.cli.parts import collectors_of, senders_of
from services.cli.policy import SHIPPED
from services.cli.show import show_timeline, wide_console
from services.cli.summary import summary
from services.cli.up import serving, wait_for_end
from services.insight import NAME as INSIGHT
from services.notification.channels import Channels
from services.policy.paper import Paper
from services.policy.reading import read_paper
from services.registry.importing import import_roster
from services.simulator.appointing import appoint
from services.simulator.clerk import InProcess, Office
from services.simulator.clock import ReleasedClock
from services.simulator.papers import Publisher
from services.simulator.payments import Payments
from services.simulator.roster import roster_bytes
from services.simulator.year import Years

FIRST = date(2020, 8, 1)
MONTHS = 77
"""To the end of 2026: over the change of procedure, the lapse of the paper and the law."""
OPENS = datetime(2020, 7, 31, 8, tzinfo=CIVIL_ZONE)
"""The day before: papers are published, and count from the first day on."""
SAMPLE = Path(__file__).parents[2] / "samples" / "roster.xlsx"
SAMPLE_HOUSEHOLDS = 300
MARK = ".doudi-demo"
MONDAY = 0
STORY = "一户家庭的经历 One family's life"
MOST_LINES = 2000
ROUTINE = ("notification.SendingStarted", "notification.Sent", "assistance.MonthGranted")
"""Left out of the timeline that is printed: that a message composed before was sent, and every month's sum."""


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    exit: Annotated[
        bool, typer.Option("--exit", help="end after the checks, with a status that tells")
    ] = False,
    port: Annotated[int, typer.Option(help="port of the HTTP APIs; 0: any free one")] = 8350,
    seed: Annotated[int, typer.Option(help="another seed, another year")] = 43,
    households: Annotated[
        int | None, typer.Option(min=12, max=5000, help="made from the seed; without: samples/roster.xlsx")
    ] = None,
    months: Annotated[int, typer.Option(min=1, max=120, help="how long to play")] = MONTHS,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="instead of months: so many days alone")
    ] = None,
    data: Annotated[Path, typer.Option(help="the demo's own folder, emptied at its start")] = Path(
        "var/demo"
    ),
) -> None:
    """Play a made-up district's years, check them by replay, and serve them until stopped."""
    began = time.monotonic()
    console = wide_console()
    configure("WARNING", False)
    settings = demo_settings(_emptied(data), port)
    checker = Beside(partial(_replayed, settings, console.is_terminal, console.width))
    clock = ReleasedClock(OPENS)
    house = House(settings, clock=clock, ids=SeededIds(seed))
    try:
        house.insight = open_insight(settings, clock)
        host = demo_host(house)
        take_roster(house, _roster(seed, households), seed, console)
        years = play(house, host, clock, seed, days or _days(months), console)
        console.print(summary(house))
        refused = ", ".join(f"{rule} {count}" for rule, count in sorted(years.refused.items()))
        console.print(f"被退回的办理 refused to clerks: {refused or 'none'}")
        if years.chosen is not None:
            show_timeline(house, UUID(years.chosen), console, title=STORY, without=ROUTINE, limit=MOST_LINES)
        show_crossings(house, console)
        good = _check(house, checker, console)
        console.print(f"[bold]{time.monotonic() - began:.1f} s[/] in all.")
        if exit:
            raise typer.Exit(0 if good else 1)
        _serve(house, host, clock, console)
        raise typer.Exit(1 if host.failure or not good else 0)
    finally:
        checker.close()
        house.close()


# -- before -----------------------------------------------------------------------------------------------


def demo_settings(data: Path, port: int) -> Settings:
    # Given here, they stand above the environment: a demo never opens a real district's database.
    return Settings(
        data=data, port=port, host="127.0.0.1", log_level="WARNING", token_development=True,
        token_jwks_url=None, token_public_key=None, kafka=None, postgres_url=None, vault_url=None,
        master_key=None, master_key_file=None, smtp_host=None,
    )  # fmt: skip


def _emptied(folder: Path) -> Path:
    """The demo's folder, empty. A folder that no demo has made is never touched."""
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            _fail(f"{folder} holds something that is not a demo's: name another folder with --data")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / MARK).write_text("Made by `doudi demo`, which empties this folder whenever it starts.\n")
    return folder


def demo_host(house: House) -> EmbeddedHost:
    host = EmbeddedHost(list(house.runtimes.values()))
    host.followers.extend(house.followers)
    host.senders.extend(senders_of(house, Channels()))  # to the console's log alone
    for collector in collectors_of(house):
        host.collect(collector)
    count_beside(house, host)
    return host


def _roster(seed: int, households: int | None) -> bytes:
    if households is None and SAMPLE.is_file():
        return SAMPLE.read_bytes()
    return roster_bytes(seed, households or SAMPLE_HOUSEHOLDS)


def take_roster(house: House, roster: bytes, seed: int, console: Console) -> None:
    """The clerks' workbook through the real import."""
    actor = Actor(Department.CIVIL_AFFAIRS.value, "register-officer", SeededIds(seed).random())
    cause = Cause(actor, SeededIds(seed).random())
    done = import_roster(house.runtimes["registry"], io.BytesIO(roster), "roster.xlsx", cause)
    console.print(
        f"花名册导入 roster: {done.rows} rows, {done.registered} registered, {done.refused} refused"
    )


# -- the years --------------------------------------------------------------------------------------------


def play(
    house: House, host: EmbeddedHost, clock: ReleasedClock, seed: int, days: int, console: Console
) -> Years:
    """Posts are filled and papers published the day before; then day by day."""
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[events]:,} events"),
        TimeElapsedColumn(), console=console,
    )  # fmt: skip
    with InProcess(house.web()) as line, progress:
        office = Office(line, seed=seed, token_for=lambda caller: issue_token(house.settings, caller))
        publisher = Publisher(office, _shipped(), civil_date(OPENS), console.print)

        def opening(day: date) -> None:
            open_offices(office, day, console)
            publisher.morning(day)

        host.drain()
        host.live_through(clock, FIRST, opening)
        years = Years(office, seed=seed, first=FIRST, days=days)
        payments = Payments(office, seed=seed)
        task = progress.add_task("", total=days, events=0)

        def morning(day: date) -> None:
            if day.weekday() == MONDAY:
                host.follow()  # lists of cases are read on Mondays
                progress.update(task, description=f"{day:%Y-%m}", events=_events(house))
            publisher.morning(day)
            years.morning(day)
            payments.morning(day)
            progress.advance(task)

        host.follow()
        host.live_through(clock, FIRST + timedelta(days=days), morning)
        host.follow()
        progress.update(task, completed=days, events=_events(house))
    return years


def open_offices(office: Office, today: date, console: Console) -> None:
    """Posts are filled before the first application."""
    posts = appoint(office, today)
    console.print(f"岗位 posts: {posts} created and filled by an officer who holds none of them")


def _shipped() -> list[Paper]:
    return [read_paper(file.parent).paper for file in sorted(SHIPPED.glob("*/paper.yaml"))]


def _days(months: int) -> int:
    """How many days so many months from the first day on have."""
    years, month = divmod(FIRST.month - 1 + months, 12)
    return (date(FIRST.year + years, month + 1, 1) - FIRST).days


def _events(house: House) -> int:
    return sum(runtime.store.head().sequence for runtime in house.runtimes.values())


def _check(house: House, checker: Beside[tuple[bool, str]], console: Console) -> bool:
    """The logs are replayed in the other process while what is read is built anew in this one."""
    checker.begin()
    reading = io.StringIO()
    again = check_reading(house, _like(console.is_terminal, console.width, reading))
    same, said = checker.result() or (False, "  [not checked]\n")
    console.print("\n重放核对 Replayed from the logs alone, and compared with what the services hold:")
    console.out(said, end="", highlight=False)
    console.print("查询与历史 What is read, built anew and compared:")
    console.out(reading.getvalue(), end="", highlight=False)
    good = same and again
    console.print("[green]全部一致 all the same[/]" if good else "[red]不一致 something differs[/]")
    return good


def _replayed(settings: Settings, terminal: bool, width: int) -> tuple[bool, str]:
    said = io.StringIO()
    house = House(settings)
    try:
        return check(house, _like(terminal, width, said)), said.getvalue()
    finally:
        house.close()


def _like(terminal: bool, width: int, file: io.StringIO) -> Console:
    """Writes what can be printed later as it is."""
    return Console(file=file, force_terminal=terminal, width=width)


# -- after ------------------------------------------------------------------------------------------------


def _serve(house: House, host: EmbeddedHost, clock: ReleasedClock, console: Console) -> None:
    clock.advance_to(clock.now() + OFFICE_OPENS)
    clock.release()
    caller = Caller(person=uuid4(), post="clerk", department=Department.CIVIL_AFFAIRS)
    token = issue_token(house.settings, caller)
    host.start()
    try:
        with serving(house) as server:
            url = f"http://127.0.0.1:{server.port}"
            console.print(f"\n[bold]{url}[/] serves on; it is {civil_date(clock.now())} there.")
            for name in (*house.names, INSIGHT):
                console.print(f"  {url}/{name}/docs", highlight=False)
            console.print("\nTo try it, as a clerk of civil affairs (good for 8 hours):", highlight=False)
            # Plain prints: a token broken over lines would be no token.
            typer.echo(f"\nTOKEN={token}\n")
            typer.echo(f'curl -H "Authorization: Bearer $TOKEN" "{url}/living/cases?state=granted&limit=3"')
            typer.echo(f'curl -H "Authorization: Bearer $TOKEN" "{url}/registry/households?limit=3"')
            typer.echo(f'curl -N -H "Authorization: Bearer $TOKEN" "{url}/insight/stream"\n')
            typer.echo("Stop with Ctrl-C.")
            wait_for_end(host.ended)
    finally:
        host.stop()
    if host.failure:
        typer.secho(host.failure, err=True, fg="red")


def _fail(message: str) -> NoReturn:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(2)
