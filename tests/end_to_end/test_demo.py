"""`doudi demo --exit` in a checkout of its own: its status, what it says, and that git shows nothing.

All its years are played by the test of a fresh clone (tests/docs/test_readme.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that git knows or would add, committed once more elsewhere."""
    listed = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], ROOT).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    run(["git", "init", "--quiet"], tmp_path)
    run(["git", "add", "--all"], tmp_path)
    author = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    run(["git", *author, "commit", "--quiet", "--message", "as it is", "--no-verify"], tmp_path)
    return tmp_path


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DOUDI_")}
    # Settings of a real district in the environment must not reach the demo.
    environment |= {"DOUDI_KAFKA": "nowhere:1", "DOUDI_TOKEN_JWKS_URL": "https://nowhere.example/keys"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done


@pytest.mark.timeout(600)
def test_the_demo_plays_checks_itself_and_leaves_nothing_in_the_checkout(checkout: Path):
    demo = [sys.executable, "-m", "services.cli", "demo", "--exit", "--households", "14", "--days", "75"]
    done = run(demo, checkout)
    for said in (
        "The years in figures",
        "示例标准 illustrative",
        "subsidies for the disabled",
        "One family's life",
        "申请最低生活保障",
        "all the same",
    ):
        assert said in done.stdout
    assert "DIFFERENT" not in done.stdout
    assert run(["git", "status", "--porcelain"], checkout).stdout == ""
    assert (checkout / "var" / "demo" / "registry.sqlite").is_file()
    household = done.stdout.split("household ", 1)[1].split()[0]
    shown = run(
        [sys.executable, "-m", "services.cli", "timeline", household, "--lang", "en", "--data", "var/demo"],
        checkout,
    )
    assert "Applied for dibao" in shown.stdout
    raw = run(
        [sys.executable, "-m", "services.cli", "events", "registry", "--from", "3", "--data", "var/demo"],
        checkout,
    )
    assert '"sequence":3,' in raw.stdout


def test_a_folder_that_no_demo_made_is_never_emptied(tmp_path: Path):
    (tmp_path / "precious").write_text("mine")
    command = [sys.executable, "-m", "services.cli", "demo", "--exit", "--data", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert (tmp_path / "precious").read_text() == "mine"
