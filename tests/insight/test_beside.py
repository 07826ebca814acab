"""The figures in a whole house, and in a process of their own."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
from rich.console import Console
from typer.testing import CliRunner

from services.chassis.departments import Department
from services.chassis.local_kafka import LocalKafka
from services.chassis.tokens import Caller, issue_token
from services.cli import app
from services.cli.demo import take_roster
from services.cli.figures import count_beside, open_insight
from services.simulator.clerk import InProcess
from services.simulator.roster import roster_bytes
from tests.insight.streams import eventually
from tests.simulator.small import Small
from tests.support import CLERK


def test_a_district_that_lives_counts_what_its_services_hold(tmp_path: Path) -> None:
    with Small(tmp_path / "small") as small:
        small.house.insight = open_insight(small.house.settings, small.clock)
        count_beside(small.house, small.host)
        take_roster(small.house, roster_bytes(7, 20), 7, Console(file=io.StringIO()))
        small.life(45)
        small.host.follow()
        caller = Caller(person=CLERK, post="clerk", department=Department.AUDIT)
        headers = {"Authorization": f"Bearer {issue_token(small.house.settings, caller)}"}
        with httpx.Client(
            transport=InProcess(small.house.web()), base_url="http://doudi", headers=headers
        ) as web:
            total = web.get("/insight/figures").json()["total"]["values"]
            rows = [
                row
                for domain in ("living", "disability")
                for row in web.get(f"/{domain}/cases", params={"limit": 200}).json()["items"]
            ]
    assert len(rows) == total["applications"] > 0
    assert sum(row["state"] == "granted" for row in rows) == total["active"]
    assert total["enrolled"] > 0


def test_figures_alone_need_a_kafka() -> None:
    refused = CliRunner().invoke(app, ["up", "insight"])
    assert refused.exit_code == 2 and "Kafka" in refused.output


def test_figures_alone_become_ready_and_end_in_good_order(tmp_path: Path, own_kafka: LocalKafka) -> None:
    command = [sys.executable, "-m", "services.cli", "up", "insight", "--kafka", own_kafka.bootstrap]
    process = subprocess.Popen(
        [*command, "--port", "0", "--data", str(tmp_path)],
        env=os.environ | {"DOUDI_TOKEN_DEVELOPMENT": "true", "PYTHONPATH": ".", "DOUDI_DISTRICT": "431299"},
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert process.stdout is not None
        told = process.stdout.readline()
        [url] = re.findall(r"http://\S+", told)
        eventually(lambda: httpx.get(f"{url}/insight/health/ready").status_code == 200)
        assert httpx.get(f"{url}/insight/figures").status_code == 401
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
    left = [file.name for file in tmp_path.iterdir()]
    assert left == ["development-token-key.pem"]  # of the test's own tokens; no store, no vault, no other key
