"""Where the tests' Kafka and PostgreSQL come from, and the lines at the end of a run that say so.

Each is looked for in the same order: what an environment variable names, a throw-away container where a
Docker engine answers, a real local server. With none of these the tests that need it are skipped, or
fail under DOUDI_REQUIRE_BROKERS=1, so that a CI run cannot pass by leaving them out.
"""

import os
from typing import NoReturn

import pytest

KAFKA = "Kafka"
POSTGRES = "PostgreSQL"

_used: dict[str, str] = {}


def used(what: str, against: str) -> None:
    """Remember against which server the tests ran."""
    _used[what] = against


def not_to_be_had(what: str, reason: str) -> NoReturn:
    """Skip the test that asked, or fail it where the servers are required."""
    _used[what] = f"SKIPPED: {reason}"
    if os.environ.get("DOUDI_REQUIRE_BROKERS") == "1":
        pytest.fail(f"{what} is required here and cannot be had: {reason}", pytrace=False)
    pytest.skip(f"no {what}: {reason}")


def told() -> dict[str, str]:
    """What this process used, for whoever writes the closing lines: tests run in several."""
    return dict(_used)


def tell(others: dict[str, str]) -> None:
    """What another process used; that somewhere a server was missing is never forgotten."""
    for what, against in others.items():
        if not _used.get(what, "").startswith("SKIPPED"):
            _used[what] = against


def docker_answers() -> bool:
    """Whether a Docker engine can start a container for us."""
    try:
        import docker
        import testcontainers.core.container  # noqa: F401

        docker.from_env(timeout=3).ping()
    except Exception:  # noqa: BLE001  docker, requests and the socket each raise their own; none of them is our news
        return False
    return True


def closing_lines() -> list[str]:
    """One line a server: what the tests ran against."""
    return [f"{what}: {_used.get(what, 'not asked for')}" for what in (KAFKA, POSTGRES)]
