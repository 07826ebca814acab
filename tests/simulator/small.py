"""A small district that has lived through some days: the demo's own parts, on a folder of the test's."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from rich.console import Console

from services.chassis.clock import SeededIds
from services.chassis.departments import Department
from services.chassis.embedded import EmbeddedHost
from services.chassis.tokens import Caller, issue_token
from services.cli.demo import OPENS, demo_host, demo_settings, play, take_roster
from services.cli.house import House
from services.simulator.clerk import InProcess, Office
from services.simulator.clock import ReleasedClock
from services.simulator.roster import roster_bytes
from services.simulator.year import Years


@contextmanager
def lived(folder: Path, households: int, days: int, seed: int = 7) -> Iterator[Small]:
    """With a roster of its own, after so many days."""
    with Small(folder, seed) as small:
        take_roster(small.house, roster_bytes(seed, households), seed, Console(file=io.StringIO()))
        small.life(days)
        yield small


class Small:
    """`life` plays the days; `office` is staff of its own, to ask something before or after. Closed by `with`, whatever
    fails in it: threads that answer would else keep the process from ending."""

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

    def token(self, department: Department, person: UUID | None = None) -> str:
        """Of somebody in the district's department."""
        caller = Caller(person=person or uuid4(), post="clerk", department=department)
        return issue_token(self.house.settings, caller)

    def __enter__(self) -> Small:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.house.close()
