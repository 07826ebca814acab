"""One report for the whole run; it becomes docs/benchmarks.md when every benchmark ran and none failed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaAdminClient

from services.chassis.garbage import look_rarely
from tests.bench.report import FILE, Report
from tests.infrastructure.brokers import closing_lines
from tests.infrastructure.postgres import fresh_database

HERE = Path(__file__).parent
_report = Report()
_left_out: list[pytest.Item] = []


def pytest_deselected(items: list[pytest.Item]) -> None:
    _left_out.extend(item for item in items if item.path.parent == HERE)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if not _report.sections:
        return
    run = {item.path for item in session.items}
    whole = not _left_out and run >= set(HERE.glob("test_*.py"))
    if whole and exitstatus == 0 and session.testsfailed == 0:
        _report.servers += closing_lines()
        FILE.write_text(_report.text())
        print(f"\n\nwritten: {FILE.relative_to(HERE.parents[1])}")
    else:
        print(f"\n\nnot the whole run, or not all well: {FILE.name} stays as it was")


@pytest.fixture(scope="session", autouse=True)
def as_the_command_runs() -> None:
    look_rarely()


@pytest.fixture
def report() -> Report:
    return _report


@pytest.fixture(scope="session")
def kafka(kafka: str) -> str:
    """The shared broker; its version goes into the report."""
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    try:
        broker = admin.describe_cluster()["brokers"][0]["broker_id"]
        major, minor = admin.get_broker_version_data(broker).broker_version
        _report.servers.append(f"Apache Kafka {major}.{minor}")
    finally:
        admin.close()
    return kafka


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def new_url(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, report: Report
) -> Iterator[Callable[[], str]]:
    """Gives the URL of a database, another at each call: a file, or an empty database of the real server."""
    if engine == "SQLite":
        files = iter(range(1000))
        yield lambda: f"sqlite:///{tmp_path / f'{next(files)}.db'}"
        return
    server = request.getfixturevalue("postgres")
    with psycopg.connect(server) as connection:
        report.servers.append(f"PostgreSQL {connection.info.parameter_status('server_version')}")
    with ExitStack() as databases:
        yield lambda: databases.enter_context(fresh_database(server))
