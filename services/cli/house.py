"""The whole house: every service with its store, its views and its web, from one set of settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType

import typer
from fastapi import FastAPI

from events.base import check_upcasters
from services import (
    disability,
    finance,
    history,
    living,
    notification,
    policy,
    registry,
    staff,
    verification,
)
from services.chassis import letters_api
from services.chassis.clock import Clock, Ids, SystemClock, SystemIds
from services.chassis.database import Database, open_database
from services.chassis.embedded import Follower
from services.chassis.runtime import Runtime
from services.chassis.settings import Settings, refuse_unsafe_environment
from services.chassis.store import open_store
from services.chassis.tokens import Tokens, tokens_of
from services.chassis.vault import Vault, decode_master_key, load_master_key
from services.chassis.views import ViewReader
from services.chassis.web import create_app, mount
from services.history.proof.signing import Checkpoints
from services.history.timelines import Timelines
from services.insight import NAME as INSIGHT
from services.insight import Insight

#: In the order in which an embedded host pumps them; each has SERVICE, routers and, but for history, VIEWS.
ROOMS: dict[str, ModuleType] = {
    "policy": policy,
    "registry": registry,
    "staff": staff,
    "living": living,
    "verification": verification,
    "disability": disability,
    "finance": finance,
    "notification": notification,
    "history": history,
}
TITLES: dict[str, tuple[str, str]] = {
    "policy": ("政策文件", "Papers that decisions rest on, their rules in plain words, and working days."),
    "registry": ("对象登记", "People and households of the district, who is a beneficiary and why."),
    "staff": ("岗位与人员", "Posts and their roles, who holds them, leave, handover and near relatives."),
    "living": (
        "基本生活保障",
        "Dibao, tekun, temporary relief and rigid expenditure, from application to exit.",
    ),
    "disability": (
        "残疾人帮扶",
        "Cards, the two subsidies, devices, homes, the yearly sweep, placement and carers.",
    ),
    "verification": (
        "信息核对",
        "Consents, departments' data, checks of economic status, and the periodic comparison.",
    ),
    "finance": (
        "资金发放",
        "Budgets of earmarked funds, payments in batches, their files, and what comes back.",
    ),
    "notification": ("消息通知", "What was told to whom, and how it went."),
    "history": ("历史", "Everything that was recorded, as it was recorded: timelines and causes."),
}


LAKE_FOLDER = "lake"
"""In the data folder."""


@dataclass
class House:
    """The services named, opened. Whoever drives them (a host) is chosen by the caller."""

    settings: Settings
    names: Sequence[str] = tuple(ROOMS)
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=SystemIds)
    follow_lake: bool = False
    """Keep a lake also where no setting names its folder: for a clock that runs no faster than the day."""

    def __post_init__(self) -> None:
        refuse_unsafe_environment()
        check_upcasters()
        self.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)  # all that the district knows
        self.vault = open_vault(self.settings, self.clock)
        self.tokens: Tokens = tokens_of(self.settings)
        self.runtimes: dict[str, Runtime] = {}
        self.databases: dict[str, Database] = {}
        self.readers: dict[str, dict[str, ViewReader]] = {}
        self.timelines: Timelines | None = None
        """Of the district log; only where history is among the services opened."""
        self.checkpoints: Checkpoints | None = None
        """Over that log; where `timelines` is."""
        self.readiness: list[Callable[[], list[str]]] = []
        """What else must be well for any of them to be ready: the host."""
        self.insight: Insight | None = None
        """The live figures, where whoever drives the house wants them: they have no store to open."""
        self.closing: list[Callable[[], None]] = []
        """What else ends before the stores are closed."""
        for name in self.names:
            self._open(name)

    def _open(self, name: str) -> None:
        room = ROOMS[name]
        runtime = Runtime(
            room.SERVICE,
            open_store(store_url(self.settings, name), name),
            district=self.settings.district,
            clock=self.clock,
            ids=self.ids,
            keys=self.vault.for_reader(name),
            idempotency_days=self.settings.idempotency_days,
        )
        self.runtimes[name] = runtime
        database = open_database(view_url(self.settings, name), f"{name}_views")
        self.databases[name] = database
        self.readers[name] = {
            view.name: ViewReader(view, database, runtime.store, runtime.around.keys)
            for view in getattr(room, "VIEWS", ())
        }
        if room is history:
            self.timelines = Timelines(history.open_log(runtime, database, ROOMS))
            self.checkpoints = history.open_proof(
                runtime, self.timelines.log, key_file(self.settings), self.settings.checkpoint_minutes
            )

    @property
    def followers(self) -> list[Follower]:
        proof: list[Follower] = [] if self.checkpoints is None else [self.checkpoints.trees, self.checkpoints]
        readers = (reader for readers in self.readers.values() for reader in readers.values())
        return [*readers, *proof, *self._lake()]

    def _lake(self) -> list[Follower]:
        folder = lake_folder(self.settings)
        if self.timelines is None or folder is None or not (self.follow_lake or self.settings.lake):
            return []
        from services.history.lake.folder import Lake  # here: the columns' library is slow to load
        from services.history.lake.following import LakeFollower

        return [LakeFollower(self.timelines.log, Lake(folder), self.clock)]

    def web(self) -> FastAPI:
        """One port for all: `/registry`, `/living` ..."""
        apps = {name: self.app(name) for name in self.names}
        return mount(apps | ({INSIGHT: self.insight.app(self.tokens)} if self.insight else {}))

    def app(self, name: str) -> FastAPI:
        room, runtime = ROOMS[name], self.runtimes[name]
        read_from = (self.timelines, self.checkpoints) if room is history else (self.readers[name],)
        return create_app(
            name,
            *TITLES[name],
            [*room.routers(runtime, *read_from), letters_api.router(runtime)],
            settings=self.settings,
            tokens=self.tokens,
            metrics=runtime.metrics,
            readiness=partial(self._unready, name),
        )

    def _unready(self, name: str) -> list[str]:
        log = self.timelines.log if self.timelines is not None and ROOMS[name] is history else None
        reasons = self.runtimes[name].unready() + (log.unready() if log else [])
        if log is not None and self.checkpoints is not None:
            reasons += self.checkpoints.trees.unready() + self.checkpoints.unready()
        return reasons + [why for reason in self.readiness for why in reason()]

    def close(self) -> None:
        for close in self.closing:
            close()
        for runtime in self.runtimes.values():
            runtime.store.close()
        for database in self.databases.values():
            database.close()
        self.vault.close()


def existing(settings: Settings, names: Sequence[str]) -> House:
    """A house that was lived in: a command that looks at one must not found another in a wrong folder."""
    missing = [name for name in names if not (settings.data / f"{name}.sqlite").exists()]
    if missing and settings.postgres_url is None:
        typer.secho(
            f"there is no store of {', '.join(missing)} in {settings.data}: name the folder with --data",
            err=True,
            fg="red",
        )
        raise typer.Exit(2)
    return House(settings, names=names)


def store_url(settings: Settings, name: str) -> str:
    return settings.postgres(name) or f"sqlite:///{(settings.data / f'{name}.sqlite').resolve()}"


def view_url(settings: Settings, name: str) -> str:
    """On SQLite the views have a file of their own: whoever builds them never makes the committer wait."""
    return settings.postgres(name) or f"sqlite:///{(settings.data / f'{name}-views.sqlite').resolve()}"


def lake_folder(settings: Settings) -> Path | None:
    """Where a running history keeps its lake; None where it is told to keep none."""
    if settings.lake is not None and str(settings.lake) == "off":
        return None
    return settings.lake or settings.data / LAKE_FOLDER


def key_file(settings: Settings) -> Path:
    """Of the key that signs checkpoints."""
    return settings.checkpoint_key or settings.data / "checkpoint.key"


def open_vault(settings: Settings, clock: Clock) -> Vault:
    if settings.master_key is not None:
        key = decode_master_key(settings.master_key.get_secret_value())
    else:
        key = load_master_key(settings.master_key_file or settings.data / "master.key")
    file = (settings.data / "vault.sqlite").resolve()
    url = settings.vault_url.get_secret_value() if settings.vault_url else f"sqlite:///{file}"
    return Vault.open(url, key, clock=clock)


def store_files(settings: Settings) -> list[Path]:
    """The SQLite files of an embedded host, always in this order. The district log is among them: the checkpoints
    that were signed over it are nowhere else."""
    names = [*(f"{name}.sqlite" for name in ROOMS), "vault.sqlite", "history-views.sqlite"]
    return [file for file in (settings.data.resolve() / name for name in names) if file.exists()]
