"""What the tests of the vault share: an hour, seconds that pass when told, a vault opened, a text closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from events.sealed import Sealed
from services.chassis.vault import Vault

MASTER = bytes(range(32))
OWNER, OTHER, EVENT = uuid4(), uuid4(), uuid4()


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, 12, tzinfo=UTC)


class Ticks:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def opened(url: str, master: bytes = MASTER, reader: str = "", ticks: Ticks | None = None) -> Vault:
    return Vault.open(url, master, clock=Noon(), reader=reader, ticks=ticks or Ticks())


def closed(vault: Vault, text: str = "向阳花", *owners: UUID) -> Sealed:
    owners = owners or (OWNER,)
    vault.ensure(owners)
    return vault.close_text(Sealed.of(text, *owners), EVENT, "name")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def vault_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'vault.db'}"


@pytest.fixture
def vault(vault_url: str) -> Iterator[Vault]:
    vault = opened(vault_url)
    yield vault
    vault.close()


@pytest.fixture
def second_vault(vault_url: str, vault: Vault) -> Iterator[Vault]:
    """Another process's hold on the same vault, as far as the vault can tell."""
    second_vault = opened(vault_url)
    yield second_vault
    second_vault.close()
