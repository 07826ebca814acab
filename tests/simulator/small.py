"""A small district that has lived through some days: the demo's own parts, on a folder of the test's."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import uuid4

import httpx
from rich.console import Console

from services.chassis.clock import SeededIds
from services.chassis.departments import Department
from services.chassis.embedded import EmbeddedHost
from services.chassis.tokens import Caller, issue_token
from services.cli.demo import OPENS, demo_host, demo_settings, play
from services.cli.house import House
from services.simulator.clerk import InProcess, Office
from services.simulator.clock import ReleasedClock
from services.simulator.year import Years


class Small:
    """`life` plays the days; `office` is staff of its own, to ask something before or after."""

    def __init__(self, folder: Path, seed: int = 7) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.seed = seed
        self.clock = ReleasedClock(OPENS)
        self.house = House(demo_settings(folder, 0), clock=self.clock, ids=SeededIds(seed))
        self.host: EmbeddedHost = demo_host(self.house)
        self.client = httpx.Client(transport=InProcess(self.house.web()), base_url="http://doudi")
        settings = self.house.settings
        self.office = Office(self.client, seed=1, token_for=lambda caller: issue_token(settings, caller))

    def life(self, days: int) -> Years:
        quiet = Console(file=io.StringIO())
        return play(self.house, self.host, self.clock, self.seed, days, quiet)

    def token(self, department: Department) -> str:
        """Of somebody in the district's department."""
        caller = Caller(person=uuid4(), post="clerk", department=department)
        return issue_token(self.house.settings, caller)

    def close(self) -> None:
        self.client.close()
        self.house.close()
