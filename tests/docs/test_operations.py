"""What docs/operations.md says of an embedded installation, done as it says: backup, restore, verify."""

from __future__ import annotations

import shutil
import stat

import pytest

from tests.docs.pages import Block, page
from tests.docs.shell import Shell

PAGE = page("docs/operations.md")


def run(shell: Shell, command: str) -> str:
    return shell.run(Block(PAGE, 0, "sh", command + "\n", None))


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """An operator's folder with a small district in `live` and its backup in `saved`."""
    shell = Shell(tmp_path_factory.mktemp("operator"), {}, DOUDI_LOG_LEVEL="ERROR")
    run(shell, "doudi demo --exit --households 12 --days 5 --data live")
    run(shell, "doudi backup saved --data live")
    return shell


def test_an_embedded_district_is_restored_from_one_cut_and_the_master_key(shell: Shell) -> None:
    restored = shell.folder / "restored"
    shutil.copytree(shell.folder / "saved", restored)
    shutil.copy2(shell.folder / "live" / "master.key", restored)
    assert "DIFFERENT" not in run(shell, "doudi verify --data restored")


def test_a_backup_of_the_vault_is_its_owners_alone(shell: Shell) -> None:
    assert stat.S_IMODE((shell.folder / "saved" / "vault.sqlite").stat().st_mode) == 0o600
