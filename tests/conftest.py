"""What every test gets: real servers, markers that follow from the fixtures used, and the closing lines."""

import pytest

from tests.infrastructure.brokers import closing_lines

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


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say last of all what Kafka and PostgreSQL were, so that a skipped suite cannot be overlooked."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter and not config.option.collectonly:
        for line in closing_lines():
            reporter.write_line(line)
