"""Fixtures: a real PostgreSQL for the whole run, and a fresh database for a test."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from services.chassis.local_kafka import end_with_us, free_ports
from tests.infrastructure.brokers import POSTGRES, docker_answers, not_to_be_had, used

IMAGE = os.environ.get("DOUDI_TEST_POSTGRES_IMAGE", "postgres:17")
HOW_TO_GET = (
    "install its server (Debian: apt-get install postgresql), start Docker, "
    "or name a server in DOUDI_TEST_POSTGRES (postgresql://USER:PASSWORD@HOST:PORT/DATABASE)"
)


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL can run here; the message says why."""


def find_binaries() -> Path:
    """The folder of `initdb` and `postgres`: on PATH, Debian's newest, or where `pg_config` says."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: int(found.parts[-3]))
    if debian:
        return debian[-1].parent
    if config := shutil.which("pg_config"):
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        if (folder := Path(answer.stdout.strip())).joinpath("initdb").exists():
            return folder
    raise PostgresUnavailable("no initdb found")


def _other_user() -> tuple[int, int] | None:
    """Whom to run the server as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise PostgresUnavailable("running as root, and there is neither a user postgres nor nobody")


@contextmanager
def local_postgres() -> Iterator[str]:
    """A server on a free loopback port with its data in a temporary folder; durable like a real one."""
    binaries, owner, (port,) = find_binaries(), _other_user(), free_ports(1)
    folder = Path(tempfile.mkdtemp(prefix="doudi-postgres-"))
    data, log = folder / "data", folder / "log"
    uid, gid = owner or (None, None)
    if owner:
        os.chown(folder, *owner)
    try:
        initdb = [binaries / "initdb", "-D", data, "-U", "doudi", "-A", "trust", "-E", "UTF8", "--locale=C"]
        made = subprocess.run(
            initdb, cwd=folder, user=uid, group=gid, extra_groups=[] if owner else None, capture_output=True
        )
        if made.returncode != 0:
            raise PostgresUnavailable(f"initdb failed: {made.stderr.decode(errors='replace')}")
        options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
        options += ["-c", "max_connections=200"]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-p", str(port), *options],
                cwd=folder,
                user=uid,
                group=gid,
                extra_groups=[] if owner else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        watch = end_with_us(server.pid, signal.SIGQUIT)
        try:
            url = f"postgresql://doudi:doudi@127.0.0.1:{port}/postgres"
            _wait_until_it_answers(url, server, log)
            yield url
        finally:
            watch.kill()
            watch.communicate()
            server.send_signal(signal.SIGINT)  # "fast": it does not wait for clients that were left connected
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_answers(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError as refused:
            if server.poll() is not None or time.monotonic() > deadline:
                reason = f"the server did not start: {log.read_text(errors='replace')[-2000:]}"
                raise PostgresUnavailable(reason) from refused
            time.sleep(0.05)


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """URL of a new empty database on that server, dropped afterwards whoever is still connected."""
    name = f"doudi_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """`postgresql://` URL of a server on which the tests may create databases."""
    if given := os.environ.get("DOUDI_TEST_POSTGRES"):
        used(POSTGRES, f"{urlsplit(given).hostname}, named by DOUDI_TEST_POSTGRES")
        yield given
    elif docker_answers():
        from testcontainers.community.postgres import PostgresContainer

        with PostgresContainer(IMAGE, driver=None) as container:
            used(POSTGRES, f"a container of {IMAGE}")
            yield container.get_connection_url()
    else:
        with _local() as url:
            yield url


@contextmanager
def _local() -> Iterator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(local_postgres())
        except PostgresUnavailable as missing:
            not_to_be_had(POSTGRES, f"{missing}; {HOW_TO_GET}")
        used(POSTGRES, "a local server, started for this run")
        yield url


@pytest.fixture
def own_postgres() -> Iterator[str]:
    """URL of a local server of the test's own, for what concerns the whole server: roles, restarts."""
    with _local() as url:
        yield url


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """URL of an empty database of the test's own."""
    with fresh_database(postgres) as url:
        yield url
