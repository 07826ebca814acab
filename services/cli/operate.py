"""Commands of whoever runs the system: tokens, letters, backup and restore, rebuilding, checking."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Annotated, NoReturn, TypeVar
from uuid import UUID, uuid4

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from events.base import Actor, Entry
from events.ids import PersonId
from services import registry
from services.chassis import letters
from services.chassis.clock import SystemClock
from services.chassis.departments import Department
from services.chassis.letters_api import shown
from services.chassis.refusal import Refused
from services.chassis.restore import RESTORING, back_up, compare, restore
from services.chassis.runtime import Runtime
from services.chassis.service import name_of
from services.chassis.store import open_store, set_aside
from services.chassis.tokens import Caller, issue_token
from services.chassis.work import Cause, Work
from services.cli.brokers import reaching
from services.cli.check import check
from services.cli.house import ROOMS, House, existing, open_vault, store_files, store_url
from services.cli.up import read_settings

T = TypeVar("T")
ERASURE = {
    "requested": (
        "Recorded. A second person has to ask for it too, with --by. 已登记，须由另一人再次申请。",
        0,
    ),
    "erased": ("The keys are destroyed: nobody can read who this was. 密钥已销毁。", 0),
    "was_erased": ("Erased since {since} already; nothing was done. 已于{since}删除，未作任何操作。", 0),
    "restricted": (
        "Refused: a duty to keep the data runs. It is now only stored. 保存义务未终止，仅限存储。",
        1,
    ),
}
console = Console()

Data = Annotated[Path | None, typer.Option(help="folder of stores and keys")]
Kafka = Annotated[str | None, typer.Option(help="bootstrap server HOST:PORT")]
Postgres = Annotated[str | None, typer.Option(help="postgresql://…, {service} stands for the service")]
Person = Annotated[str, typer.Option("--by", help="who asks: id of a member of staff")]


def register(app: typer.Typer) -> None:
    app.command()(token)
    app.command("letters")(letters_command)
    app.command("backup")(backup_command)
    app.command("restore")(restore_command)
    app.command()(erase)
    app.command()(rebuild)
    app.command()(verify)


def token(
    department: Annotated[Department, typer.Argument(help="department of the holder")],
    post: Annotated[str, typer.Option(help="post of the holder")] = "clerk",
    person: Annotated[str | None, typer.Option(help="id of the holder; without: a new random one")] = None,
    township: Annotated[str | None, typer.Option(help="division code, for a clerk of one township")] = None,
    hours: Annotated[int, typer.Option(min=1, max=24 * 30, help="how long it is good")] = 8,
    data: Data = None,
) -> None:
    """Issue a bearer token for development (DOUDI_TOKEN_DEVELOPMENT=true)."""
    settings = read_settings(data=data)
    holder = Caller(
        person=UUID(person) if person else uuid4(), post=post, department=department, township=township
    )
    typer.echo(issue_token(settings, holder, valid_for=timedelta(hours=hours)))


def letters_command(
    service: Annotated[str, typer.Argument(help=f"of {', '.join(ROOMS)}")],
    retry: Annotated[int | None, typer.Option(help="ask for a retry of this letter")] = None,
    discard: Annotated[int | None, typer.Option(help="never take this letter")] = None,
    retry_all: Annotated[bool, typer.Option("--retry-all", help="ask for a retry of every letter")] = False,
    reason: Annotated[str, typer.Option(help="why; needed to discard, recorded, never personal data")] = "",
    by: Person = "",
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """List the letters that wait, ask for retries, or discard one with a reason.

    A retry is a recorded request: the running service's inbox does it and the letter stays if it fails again.
    """
    house = _house(service, data, postgres)
    runtime = house.runtimes[service]
    try:
        if discard is not None:
            if not reason or not by:
                _fail("discarding needs --reason and --by: it is recorded, and it is for ever")
            _decide(runtime, by, lambda work: letters.discard(work, discard, reason))
            typer.echo(f"letter {discard} will never be taken")
            return
        wanted = [retry] if retry is not None else []
        found = runtime.decide(lambda work: shown(work, 0, 10_000))
        if retry_all:
            wanted = [letter.number for letter in found.items]
        for number in wanted:
            _decide(runtime, by, partial(letters.ask_retry, number=number, reason=reason or "asked"))
        if wanted:
            typer.echo(f"{len(wanted)} to be retried; `doudi letters {service}` shows what stays")
            return
        table = Table(title=f"{service}: letters waiting")
        for column in ("number", "from", "sequence", "type", "about", "why", "retry asked"):
            table.add_column(column)
        for letter in found.items:
            asked = "yes" if letter.retry_requested else ""
            table.add_row(
                str(letter.number),
                name_of(letter.source),
                str(letter.sequence),
                letter.type,
                letter.subject,
                letter.reason,
                asked,
            )
        console.print(table if found.items else f"{service}: no letter waits")
    finally:
        house.close()


def backup_command(
    folder: Annotated[Path, typer.Argument(help="a folder that does not exist yet")], data: Data = None
) -> None:
    """Copy the stores of an embedded host, and the vault, as of one moment; the host may be running."""
    settings = read_settings(data=data)
    if folder.exists():
        _fail(f"{folder} exists already: name a new folder")
    for copy in back_up(store_files(settings), folder):
        typer.echo(f"{copy}  {copy.stat().st_size:,} bytes")
    typer.echo("Keep the master key elsewhere: without it the vault's copy opens nothing.")


def restore_command(
    service: Annotated[str, typer.Argument(help=f"of {', '.join(ROOMS)}")],
    kafka: Kafka = None,
    postgres: Postgres = None,
    data: Data = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Build a service's store anew from its topic; what the store held is set aside, never deleted."""
    from services.chassis.kafka.topics import read_topic, topic_of  # Kafka's client: only where it is needed

    settings = read_settings(kafka=kafka, postgres_url=postgres, data=data)
    bootstrap = settings.kafka
    if bootstrap is None:
        _fail(
            "the topics are the source: give --kafka HOST:PORT (an embedded host is restored from a backup)"
        )
    room = _room(service)
    source = settings.source(service)

    def logs(wanted: str) -> Iterable[Entry]:
        return read_topic(bootstrap, topic_of(name_of(wanted)), settings.partition, wanted)

    url = store_url(settings, service)
    found = open_store(url, service)
    with reaching(bootstrap):
        parted = compare(found, logs(source))
    cut_off = (
        found.kept(*RESTORING) is not None
    )  # it may hold every event, and nothing of what belongs beside
    found.close()
    typer.echo(
        f"{service}: the topic holds {parted.published} events, the store {parted.stored};"
        f" the first {parted.agreed} are the same"
    )
    if parted.agreed == parted.published and not cut_off:
        typer.echo("Nothing to restore: the store holds all that was published.")
        return
    if parted.only_stored:
        typer.echo(f"{parted.only_stored} events are only in the store. They stay in what is set aside.")
    if not yes and not typer.confirm("Set the store aside and build it anew?"):
        raise typer.Exit(1)
    typer.echo(f"set aside as {set_aside(url, service)}")
    vault = open_vault(settings, SystemClock())
    empty = open_store(url, service)
    with (
        reaching(bootstrap),
        Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console) as progress,
    ):
        task = progress.add_task("reading")
        count = restore(
            room.SERVICE,
            settings.district,
            vault.for_reader(service),
            empty,
            logs,
            lambda done: progress.update(task, description=f"{done:,} events"),
        )
    empty.close()
    vault.close()
    typer.echo(f"{service}: {count} events restored; start it again")


def erase(
    person: Annotated[UUID, typer.Argument(help="id of the person whose data is to be made unreadable")],
    by: Annotated[
        str, typer.Option("--by", help="who asks: id of a member of staff; a second one must ask too")
    ],
    reason: Annotated[
        str, typer.Option(help="request, purpose_fulfilled, consent_withdrawn, unlawful or other; recorded")
    ] = "request",
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Ask for a person's keys to be destroyed. Two people have to ask; refused while a duty to keep runs.

    What happened to the id stays on record and every proof holds; who it was can then be read by nobody.
    """
    house = _house(registry.SERVICE.name, data, postgres)
    runtime = house.runtimes[registry.SERVICE.name]
    try:
        status, since = _decide(
            runtime, by, lambda work: registry.ask_erasure(work, PersonId.of(person), reason)
        )
        if status in ("erased", "was_erased"):  # of a crash before the keys went: now
            registry.KeyDestroyer.of(runtime)()
        said, code = ERASURE[status]
        typer.echo(said.format(since=since))
        raise typer.Exit(code)
    finally:
        house.close()


def rebuild(
    service: Annotated[str, typer.Argument(help=f"of {', '.join(ROOMS)}")],
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Build a service's views anew beside the live ones, then swap; the service may be running."""
    house = _house(service, data, postgres)
    for reader in house.readers[service].values():
        typer.echo(f"{reader.view.name}: {reader.rebuild()} events read")
    if house.timelines is not None:
        typer.echo(f"timelines: {house.timelines.log.rebuild()} events read")
    if house.checkpoints is not None:
        typer.echo(f"proof: {house.checkpoints.trees.rebuild()} events in trees")
    house.close()


def verify(data: Data = None, postgres: Postgres = None) -> None:
    """Replay every log and compare with what each service holds; status 1 where they differ."""
    settings = read_settings(data=data, postgres_url=postgres)
    house = existing(settings, list(ROOMS))
    good = check(house, console)
    house.close()
    raise typer.Exit(0 if good else 1)


def _house(service: str, data: Path | None, postgres: str | None) -> House:
    _room(service)
    return existing(read_settings(data=data, postgres_url=postgres), [service])


def _room(service: str) -> ModuleType:
    if service not in ROOMS:
        _fail(f"no service {service}; there are {', '.join(ROOMS)}")
    return ROOMS[service]


def _decide(runtime: Runtime, by: str, decide: Callable[[Work], T]) -> T:
    try:
        actor = Actor(Department.DISTRICT.value, "operator", UUID(by) if by else None)
    except ValueError:
        _fail(f"--by takes the id of a member of staff, not {by!r}")
    try:
        return runtime.decide(decide, Cause(actor, uuid4()))
    except Refused as refusal:
        _fail(f"{refusal.zh} {refusal.en}")


def _fail(message: str) -> NoReturn:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(2)
