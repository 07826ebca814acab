"""What every test gets: real servers, markers that follow from the fixtures used, and the closing lines."""

from typing import Any

import pytest

from tests.infrastructure.brokers import closing_lines, tell, told

pytest_plugins = ["tests.infrastructure.kafka", "tests.infrastructure.postgres"]

MARKED_BY_FIXTURE = {
    "kafka": "kafka",
    "own_kafka": "kafka",
    "postgres": "postgres",
    "own_postgres": "postgres",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the servers they use, before `-m` chooses among them."""
    for item in items:
        for fixture, marker in MARKED_BY_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["brokers"] = told()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    tell(getattr(node, "workeroutput", {}).get("brokers", {}))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say last of all what Kafka and PostgreSQL were, so that a skipped suite cannot be overlooked."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter and not config.option.collectonly:
        for line in closing_lines():
            reporter.write_line(line)
