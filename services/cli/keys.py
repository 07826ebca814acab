"""Commands about the vault itself: put a backup back, change the master key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from events.registry import Erased
from services import registry
from services.chassis.clock import SystemClock
from services.chassis.codec import read
from services.chassis.runtime import log_of
from services.chassis.store import open_store
from services.chassis.vault import WrongMasterKey, load_master_key
from services.cli.house import open_vault, store_url
from services.cli.up import read_settings

Data = Annotated[Path | None, typer.Option(help="folder of stores and keys")]
Postgres = Annotated[str | None, typer.Option(help="postgresql://…, {service} stands for the service")]


def register(app: typer.Typer) -> None:
    app.command("vault-restore")(restore)
    app.command("vault-rekey")(rekey)


def restore(
    backup: Annotated[Path, typer.Argument(help="a copy of the vault, by `doudi backup`", exists=True)],
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Put keys of a backup back. Whoever was erased since, by the registry's log, stays erased."""
    settings = read_settings(data=data, postgres_url=postgres)
    vault = open_vault(settings, SystemClock())
    name = registry.SERVICE.name
    store = open_store(store_url(settings, name), name)
    keys = vault.for_reader(name)
    erased: set[UUID] = set()
    for entry in log_of(store):
        if entry.envelope.type == Erased.TYPE:
            fact = read(entry, keys).data
            if isinstance(fact, Erased):
                erased |= {fact.person, *fact.merged, *fact.households}
    store.close()
    vault.restore(backup, erased)
    vault.close()
    typer.echo(f"keys restored; {len(erased)} erased people and households stay erased")


def rekey(data: Data = None) -> None:
    """Make a new master key and wrap every key under it; the old file stays beside it, for backups."""
    settings = read_settings(data=data)
    if settings.master_key is not None:
        typer.secho(
            "the master key comes from DOUDI_MASTER_KEY: change it where it is kept", err=True, fg="red"
        )
        raise typer.Exit(2)
    file = settings.master_key_file or settings.data / "master.key"
    load_master_key(file, create=False)
    beside = file.with_name(file.name + ".new")
    new = load_master_key(
        beside
    )  # made durable before anything is wrapped under it; found again if cut short
    try:
        vault = open_vault(settings, SystemClock())
    except WrongMasterKey:  # cut short after the first key: the new one already opens it
        vault = open_vault(settings.model_copy(update={"master_key_file": beside}), SystemClock())
    vault.rewrap(new)
    vault.close()
    kept = file.with_name(file.name + ".old")
    file.replace(kept)
    beside.replace(file)
    typer.echo(f"every key is wrapped under the new master key in {file}; the old one is {kept}")
