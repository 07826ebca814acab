"""`doudi audit`: that the log is the one that was signed, and proofs to take away and check elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from services.chassis.store import open_store
from services.cli import audit_decision, audit_findings, audit_report
from services.cli.brokers import reaching
from services.cli.house import ROOMS, existing, store_url
from services.cli.up import read_settings
from services.history.proof import leaf
from services.history.proof.auditing import Computed, compute, district_log, own_store, stored_tree, verdict
from services.history.proof.bundle import Unproven, check, hand_out, read
from services.history.proof.keeping import Missing
from services.history.proof.keys import UnusableKey
from services.history.proof.note import BadNote
from services.history.proof.signing import (
    Checkpoints,
    Inconsistent,
    checkpoints_in,
    last_checkpoint,
    public_keys,
)
from services.history.proof.witness import trusted_in

console = Console()
app = typer.Typer(help="Audit: what was signed, and whether it is what lies here.", no_args_is_help=True)

Data = Annotated[Path | None, typer.Option(help="folder of stores and keys")]
Postgres = Annotated[str | None, typer.Option(help="postgresql://…, {service} stands for the service")]
Kafka = Annotated[str | None, typer.Option(help="bootstrap server HOST:PORT; without: no topic is read")]


def register(whole: typer.Typer) -> None:
    audit_decision.register(app)
    audit_findings.register(app)
    audit_report.register(app)
    whole.add_typer(app, name="audit")


@app.command("log")
def log_command(
    service: Annotated[str, typer.Argument(help=f"of {', '.join(ROOMS)}")],
    data: Data = None,
    postgres: Postgres = None,
    kafka: Kafka = None,
) -> None:
    """Compute a service's tree anew from its own store, history's log and its topic; say which agree.

    Each is held against the stored tree and against every checkpoint ever signed. Status 1 where one differs.
    """
    if service not in ROOMS:
        _fail(f"no service {service}; there are {', '.join(ROOMS)}")
    settings = read_settings(data=data, postgres_url=postgres, kafka=kafka)
    source = settings.source(service)
    with _opened(data, postgres) as checkpoints, checkpoints.trees.reading() as snapshot:
        try:
            signed = {
                size: root
                for one in checkpoints_in(snapshot.session, checkpoints.origin)
                for size, root in [one.head.trees.get(source, (0, b""))]
                if size
            }
        except BadNote as bad:
            _fail(f"检查点的签名无效。 A checkpoint is not signed as it must be: {bad}")
        size = snapshot.sizes.get(source, 0)
        wanted = [*signed, size]
        found = [stored_tree(snapshot, source, wanted)]
        found.append(compute("district log", source, district_log(snapshot, source), snapshot, wanted))
        path = settings.data / f"{service}.sqlite"
        if settings.postgres_url is not None or path.exists():
            store = open_store(store_url(settings, service), service)
            found.append(compute("own store", source, own_store(store), snapshot, wanted))
            store.close()
        if settings.kafka is not None:
            from services.chassis.kafka.topics import (
                read_messages,
                topic_of,
            )  # here: the client is slow to load

            messages = read_messages(settings.kafka, topic_of(service), settings.partition, source)
            lines = (leaf.of_message(headers, value) for headers, value in messages)
            with reaching(settings.kafka):
                found.append(compute("topic", source, lines, snapshot, wanted))
        session, origin = snapshot.session, checkpoints.origin
        gone = last_checkpoint(session, origin) is None and public_keys(session, origin) is not None
    wrong = _show(service, found, size, signed)
    if gone:
        _fail(
            "有密钥而无检查点：检查点已丢失或被删除。 There is a key and no checkpoint: they were lost, or taken away.",
            1,
        )
    raise typer.Exit(1 if wrong else 0)


def _show(service: str, found: list[Computed], size: int, signed: dict[int, bytes]) -> bool:
    table = Table(title=f"{service}: {len(signed)} roots signed 已签名")
    for column in ("where 位置", "events 事件", "root 根", "verdict 结论"):
        table.add_column(column, overflow="fold")
    wrong = False
    for one in found:
        why = verdict(one, found[0], size, signed)
        wrong = wrong or bool(why)
        said = f"[red]不一致 DIFFERS: {why}[/]" if why else "[green]一致 agrees[/]"
        table.add_row(one.place, f"{one.size:,}", one.root.hex()[:16], said)
    console.print(table)
    if not signed:
        typer.secho(
            "没有检查点：一致只说明各处彼此相同。 Nothing is signed: that they agree says only that they are the same,"
            " not that nothing was altered.",
            err=True,
            fg="yellow",
        )
    return wrong


@app.command()
def checkpoint(
    sign: Annotated[
        bool, typer.Option("--sign", help="sign one now, if anything was recorded since")
    ] = False,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Print the last checkpoint, its signature checked; `--sign` signs a new one first."""
    with _opened(data, postgres) as checkpoints:
        if sign:
            checkpoints.trees.advance()
            try:
                checkpoints.sign()
            except (Inconsistent, Missing, UnusableKey, FileNotFoundError) as error:
                _fail(f"不能签名。 Nothing is signed: {error}", 1)
        note = checkpoints.note()
        if note is None:
            _fail("尚无检查点。 There is no checkpoint yet.", 1)
        try:
            with checkpoints.trees.reading() as snapshot:
                checkpoints_in(snapshot.session, checkpoints.origin)
        except BadNote as bad:
            _fail(f"检查点的签名无效。 A checkpoint is not signed as it must be: {bad}", 1)
        typer.echo(note, nl=False)


@app.command()
def keys(data: Data = None, postgres: Postgres = None) -> None:
    """The first public key, to be handed to whoever checks, and the notes by which others followed."""
    with _opened(data, postgres) as checkpoints:
        found = checkpoints.public_keys()
        if found is None:
            _fail("尚无密钥。 There is no key before the first checkpoint.", 1)
        typer.echo(found.first)
        for note in found.notes:
            typer.echo(f"\n{note}", nl=False)


@app.command()
def rotate(data: Data = None, postgres: Postgres = None) -> None:
    """Let a new key sign from now on. Both sign the note of it; the old private key is overwritten."""
    with _opened(data, postgres) as checkpoints:
        try:
            typer.echo(checkpoints.rotate(), nl=False)
        except (Inconsistent, Missing, UnusableKey, FileNotFoundError) as error:
            _fail(f"不能更换密钥。 The key cannot be changed: {error}", 1)


@app.command()
def inclusion(
    event: Annotated[UUID, typer.Argument(help="id of an event")],
    out: Annotated[Path | None, typer.Option(help="file to write; without: to the terminal")] = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """The proof that an event stands under the last checkpoint, as JSON for `doudi audit verify`."""
    with _opened(data, postgres) as checkpoints:
        try:
            proof = hand_out(checkpoints.trees, checkpoints.origin, event)
        except Unproven as unproven:
            _fail(f"未证明 NOT PROVEN: {unproven.zh} {unproven.en}", 1)
    if proof is None:
        _fail("没有覆盖该事件的检查点。 No checkpoint covers such an event.", 1)
    text = proof.model_dump_json(indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"{out}")


@app.command()
def verify(
    file: Annotated[
        Path,
        typer.Argument(
            help="a proof, or a signed reconstruction by `doudi audit decision`", exists=True, dir_okay=False
        ),
    ],
    key: Annotated[list[str], typer.Option(help="public key that you trust, name+id+base64")],
    witness: Annotated[
        list[str] | None, typer.Option(help="public key of a witness that must have signed")
    ] = None,
) -> None:
    """Check a proof offline, with nothing but the file and a public key; status 1 where it does not hold."""
    try:
        trusted, seen = trusted_in(key), trusted_in(witness or [])
    except BadNote as bad:
        _fail(f"公钥格式错误。 Not a public key: {bad}")
    try:
        text = file.read_text(encoding="utf-8")
        if audit_decision.is_reconstruction(text):
            audit_decision.show_verified(text, trusted, seen)
            return
        found = check(read(text), trusted, seen)
    except Unproven as unproven:
        _fail(f"未证明 NOT PROVEN: {unproven.zh} {unproven.en}", 1)
    except ValueError:
        _fail("未证明 NOT PROVEN: 文件格式错误。 The file is no proof.", 1)
    typer.echo(f"已证明 PROVEN by {found.by}, checkpoint {found.checkpoint}, {found.signed.isoformat()}")
    typer.echo(f"  {found.type} {found.event}, {found.source} {found.sequence}, {found.recordedtime}")
    typer.echo(f"  data SHA-256 {found.data_sha256}")
    for name in found.witnesses:
        typer.echo(f"  witnessed by {name}")


@contextmanager
def _opened(data: Path | None, postgres: str | None) -> Iterator[Checkpoints]:
    house = existing(read_settings(data=data, postgres_url=postgres), ["history"])
    try:
        assert house.checkpoints is not None, "history is among the services of this house"
        yield house.checkpoints
    finally:
        house.close()


def _fail(message: str, status: int = 2) -> NoReturn:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(status)
