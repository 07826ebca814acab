"""`doudi up`: the services named (all, unless said) in this process, over Kafka or on the embedded feed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import structlog
import typer
import uvicorn
from pydantic import ValidationError

from services.chassis.embedded import EmbeddedHost
from services.chassis.local_kafka import LocalKafka
from services.chassis.logs import configure
from services.chassis.settings import Settings, UnsafeEnvironment, unknown_variables
from services.cli.brokers import must_answer, reaching
from services.cli.figures import Alone, count_beside, open_insight
from services.cli.house import ROOMS, House
from services.cli.parts import collectors_of, gates_of, senders_of
from services.insight import NAME as INSIGHT

if TYPE_CHECKING:
    from services.chassis.kafka.host import KafkaHost

log = structlog.get_logger(__name__)


def register(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(kafka)


def read_settings(**changes: Any) -> Settings:
    """The settings, with what the command line says on top; a bad one ends the command with its name."""
    try:
        settings = Settings(**{name: value for name, value in changes.items() if value is not None})
    except (ValidationError, UnsafeEnvironment) as error:
        typer.secho(f"settings: {error}", err=True, fg="red")
        raise typer.Exit(2) from None
    configure(settings.log_level, settings.log_console)
    for warning in unknown_variables():
        log.warning(warning)
    return settings


def up(
    services: Annotated[
        list[str] | None, typer.Argument(help=f"of {', '.join((*ROOMS, INSIGHT))}; all, unless said")
    ] = None,
    kafka: Annotated[str | None, typer.Option(help="bootstrap server HOST:PORT; without: embedded")] = None,
    postgres: Annotated[
        str | None, typer.Option(help="postgresql://…, {service} stands for the service; without: SQLite")
    ] = None,
    port: Annotated[int | None, typer.Option(help="port of the HTTP APIs; 0: any free one")] = None,
    data: Annotated[Path | None, typer.Option(help="folder of stores and keys")] = None,
) -> None:
    """Run services until stopped."""
    settings = read_settings(kafka=kafka, postgres_url=postgres, port=port, data=data)
    asked = services or [*ROOMS, INSIGHT]
    names = [name for name in asked if name != INSIGHT]
    unknown = [name for name in names if name not in ROOMS]
    if unknown:
        there = ", ".join((*ROOMS, INSIGHT))
        typer.secho(f"no service {', '.join(unknown)}; there are {there}", err=True, fg="red")
        raise typer.Exit(2)
    if not settings.kafka and set(names) != set(ROOMS):
        typer.secho("single services meet over Kafka only: give --kafka HOST:PORT", err=True, fg="red")
        raise typer.Exit(2)
    must_answer(settings.kafka)
    if not names:
        _count_alone(settings)
        return
    house = House(settings, names=names, follow_lake=True)
    if INSIGHT in asked:
        house.insight = open_insight(settings, house.clock)
    try:
        with reaching(settings.kafka):
            host = start(house)
    except typer.Exit:
        house.close()
        raise
    try:
        with serving(house) as server:
            typer.echo(f"http://{settings.host}:{server.port} serves {', '.join(asked)}; stop with Ctrl-C")
            wait_for_end(host.ended)
    finally:
        host.stop()
        house.close()
    if host.failure:
        typer.secho(host.failure, err=True, fg="red")
        raise typer.Exit(1)


def _count_alone(settings: Settings) -> None:
    """The figures in a process of their own: without stores, vault or database."""
    alone = Alone(settings)
    alone.host.start()
    try:
        with serving(alone) as server:
            typer.echo(f"http://{settings.host}:{server.port} serves {INSIGHT}; stop with Ctrl-C")
            wait_for_end(alone.host.ended)
    finally:
        alone.host.stop()
    if alone.host.failure:
        typer.secho(alone.host.failure, err=True, fg="red")
        raise typer.Exit(1)


def start(house: House) -> KafkaHost | EmbeddedHost:
    """The host that the settings ask for, running."""
    host: KafkaHost | EmbeddedHost
    bootstrap = house.settings.kafka
    host = _on_kafka(house, bootstrap) if bootstrap else EmbeddedHost(list(house.runtimes.values()))
    host.followers.extend(house.followers)
    host.senders.extend(senders_of(house))
    for collector in collectors_of(house):
        host.collect(collector)
    count_beside(house, host)
    house.readiness.append(host.unready)
    host.start()
    return host


def _on_kafka(house: House, bootstrap: str) -> KafkaHost:
    from services.chassis.kafka.host import KafkaHost

    settings = house.settings
    host = KafkaHost(
        list(house.runtimes.values()),
        bootstrap,
        partition=settings.partition,
        partitions=max(settings.partitions, settings.partition + 1),
    )
    for gate in gates_of(house):
        host.open_gate(*gate)
    return host


FAREWELL_SECONDS = 10
"""For answers under way at the end. Who has stopped reading would else keep a failed host from being started again."""


class Serving:
    """The HTTP server in a thread of its own: the main thread waits for signals."""

    def __init__(self, house: House | Alone) -> None:
        config = uvicorn.Config(
            house.web(), host=house.settings.host, port=house.settings.port, log_config=None, access_log=False,
            timeout_graceful_shutdown=FAREWELL_SECONDS,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="http", daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise typer.Exit(1)  # the port is taken: uvicorn has said so
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@contextmanager
def serving(house: House | Alone) -> Iterator[Serving]:
    server = Serving(house)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def wait_for_end(ended: threading.Event) -> None:
    """Until a signal asks to stop, or the host has failed."""

    def stop(number: int, frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    while not ended.wait(0.5):
        pass


def kafka(
    data: Annotated[Path | None, typer.Option(help="folder to keep its data in; without: forgotten")] = None,
    port: Annotated[int | None, typer.Option(help="its port; without: any free one")] = None,
) -> None:
    """Run a local Apache Kafka (needs Java 17 and Maven) until stopped."""
    with LocalKafka(data, port=port) as broker:
        typer.echo(f"Apache Kafka answers at {broker.bootstrap}; stop with Ctrl-C")
        typer.echo(f"now, in another terminal: doudi up --kafka {broker.bootstrap}")
        wait_for_end(threading.Event())
