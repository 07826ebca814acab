"""One report for the whole run; it becomes docs/benchmarks.md when every benchmark ran and none failed."""

from pathlib import Path

import pytest

from tests.bench.report import FILE, Report

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
        FILE.write_text(_report.text())
        print(f"\n\nwritten: {FILE.relative_to(HERE.parents[1])}")
    else:
        print(f"\n\nnot the whole run, or not all well: {FILE.name} stays as it was")


@pytest.fixture
def report() -> Report:
    return _report


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def new_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest, report: Report):
    """Gives the URL of a database, another at each call: a file, or an empty database of the real server."""
    if engine == "SQLite":
        files = iter(range(1000))
        yield lambda: f"sqlite:///{tmp_path / f'{next(files)}.db'}"
        return
    import psycopg

    from tests.infrastructure.postgres import fresh_database

    server = request.getfixturevalue("postgres")
    with psycopg.connect(server) as connection:
        report.servers.append(f"PostgreSQL {connection.info.parameter_status('server_version')}")
    from contextlib import ExitStack

    with ExitStack() as databases:
        yield lambda: databases.enter_context(fresh_database(server))
