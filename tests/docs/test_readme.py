"""README's commands, as far as they end: on this checkout, and in `make prove` from a fresh clone."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, page, shell_blocks
from tests.docs.shell import Shell

READMES = ("README.md", "README.zh-CN.md")
CLONED = "by the test of a fresh clone"
CHANGES_OF_PAPER = ("审批程序更替", "文件有效期满", "社会救助法施行", "依据：社会救助法")
"""Which the whole demo crosses, and shows decisions around."""


def test_every_command_of_the_readme_works(tmp_path: Path) -> None:
    shell = Shell(tmp_path, {})
    run = [shell.run(block) for block in shell_blocks(page("README.md")) if block.reason is None]
    assert any("Usage: " in text for text in run)


def test_both_readmes_name_the_same_commands_in_the_same_order() -> None:
    english, chinese = ([(b.text, b.reason) for b in shell_blocks(page(name))] for name in READMES)
    assert english == chinese


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_from_a_fresh_clone_the_readmes_commands_work_and_leave_nothing(tmp_path: Path) -> None:
    clone = tmp_path / "doudi"
    run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], tmp_path)
    for block in shell_blocks(clone / "README.md"):
        if block.reason in (CLONED, None):
            done = run(["bash", "-euo", "pipefail", "-c", block.text], clone)
            if "demo" in block.text:
                assert "all the same" in done and "DIFFERENT" not in done
                assert [change for change in CHANGES_OF_PAPER if change not in done] == []
    assert run(["git", "status", "--porcelain"], clone) == ""
    shutil.rmtree(clone)  # its .venv is large, and pytest keeps the folders of three runs


def run(command: list[str], folder: Path) -> str:
    left_out = ("DOUDI_", "VIRTUAL_ENV", "PYTHONPATH", "MAKE")  # what this very run has set
    environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=1100, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout
