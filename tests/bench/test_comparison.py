"""The periodic comparison: a department's file of a million rows against a hundred thousand recipients.

`DOUDI_BENCH_PEOPLE` says how many are helped (10,000; with DOUDI_BENCH_LONG=1 100,000, the aim's size); the file has ten times
as many rows.
"""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

import pytest
from pydantic import SecretStr

from events import assistance as a
from events import registry as r
from events.ids import AgreementId, CaseId, HouseholdId, PersonId
from events.sealed import Sealed
from services import policy, verification
from services.chassis.clock import SystemClock, SystemIds, civil_date
from services.chassis.embedded import EmbeddedHost
from services.chassis.runtime import Runtime
from services.chassis.settings import Settings
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault, Vault
from services.chassis.work import Work
from services.registry.identity import check_digit
from services.verification import comparing, consent, sharing, taking
from tests.bench.measuring import spent
from tests.bench.report import Line, Report
from tests.bench.workload import DISTRICT
from tests.papers import publish_shipped
from tests.support import speaker

pytestmark = pytest.mark.bench

PEOPLE = int(
    os.environ.get("DOUDI_BENCH_PEOPLE", "100000" if os.environ.get("DOUDI_BENCH_LONG") else "10000")
)
ROWS, HITS = 10 * PEOPLE, 100
AIM = "100,000 people against 1,000,000 rows under 60 s"
OFFICER = uuid4()
TEXT = """A CSV of ten rows for each recipient, one in ten of somebody helped: every ID number checked and indexed, looked
up in the register, good rows closed and kept, one event. Then the comparison of everybody helped in pieces of 1,000,
each with its consent looked at, one mismatch in a hundred people. Beside it a bare loop: the same file read with `csv` and
joined with a table of numbers in SQLite, and nothing else. By the clock, and of our own processor (not the server's)."""


def number_of(n: int) -> str:
    day, rest = n % 28 + 1, n // 28
    first = f"{431202 + rest // 400_000:06d}{1930 + rest % 80:04d}{rest // 80 % 12 + 1:02d}{day:02d}{rest // 960 % 1000:03d}"
    return first + check_digit(first)


class Bureau:
    def __init__(self, new_url: Callable[[], str], folder: Path, vault: Vault | None = None) -> None:
        self.clock, self.ids = SystemClock(), SystemIds()
        self.vault = vault or MemoryVault(clock=self.clock)
        self.registry, self.living = (
            self.runtime(speaker("registry", PersonId, HouseholdId), new_url),
            self.runtime(speaker("living", CaseId), new_url),
        )
        self.bureau = self.runtime(verification.SERVICE, new_url)
        self.policy = self.runtime(policy.SERVICE, new_url)
        others = [self.policy, self.runtime(speaker("disability", CaseId), new_url)]
        self.host = EmbeddedHost([*others, self.registry, self.living, self.bureau])
        # The departments' rows lie on the same engine.
        url = new_url()
        server = SecretStr(url) if url.startswith("postgres") else None
        rows = Settings(data=folder, postgres_url=server)
        self.records = verification.Records.open(rows, self.bureau.around.keys)
        self.today = civil_date(self.clock.now())

    def runtime(self, service: Any, new_url: Callable[[], str]) -> Runtime:
        store, keys = open_store(new_url(), service.name), self.vault.for_reader(service.name)
        return Runtime(service, store, district=DISTRICT, clock=self.clock, ids=self.ids, keys=keys)

    def fill(self, count: int) -> AgreementId:
        """Recipients with a consent each, 1000 a transaction; the number of each tenth row is theirs."""
        publish_shipped(self.policy, ("dibao-2021",))
        for start in range(0, count, 1000):
            people = [
                (10 * n, PersonId.of(uuid4()), HouseholdId.of(uuid4())) for n in range(start, start + 1000)
            ]
            self.registry.decide(lambda work, people=people: self._registered(work, people))
            self.living.decide(lambda work, people=people: self._granted(work, people))
            self.host.drain()
            self.bureau.decide(lambda work, people=people: self._consented(work, people))

        def agree(work: Work) -> AgreementId:
            said = {
                "conditional": True,
                "every_months": 3,
                "floor_fen": 0,
                "until": date(self.today.year + 2, 1, 1),
            }
            identifier = sharing.request(
                work, "vehicles", ("id_number", "kind", "registered"), OFFICER, **said
            )
            sharing.grant(work, identifier, OFFICER)
            return identifier

        return self.bureau.decide(agree)

    def _registered(self, work: Work, people: list[tuple[int, PersonId, HouseholdId]]) -> None:
        for n, person, home in people:
            number = number_of(n)
            index = self.vault.blind_index("id-number", number)
            work.record(
                person,
                r.PersonRegistered(
                    person=person, name=Sealed.of("石某某", person), id_number=Sealed.of(number, person),
                    id_index=Sealed.of(index, person), sex="1", born=date(1980, 1, 1),
                ),
            )  # fmt: skip
            work.record(
                home,
                r.HouseholdRegistered(
                    household=home, head=person, members=(r.Member(person=person, relation="02"),),
                    township="431202101000", village="431202101201", since=date(2020, 1, 1),
                ),
            )  # fmt: skip

    def _granted(self, work: Work, people: list[tuple[int, PersonId, HouseholdId]]) -> None:
        for _, person, home in people:
            case = CaseId.of(uuid4())
            grounds = a.Grounds(
                papers=(a.Paper(number="1", clause="1"),), language="1", rows=(), illustrative=True
            )
            work.record(
                case,
                a.SubsidyGranted(
                    case=case, programme="dibao", household=home, members=(person,), amount_fen=380_00,
                    since=self.today, confirmed=self.today, officer=OFFICER, grounds=grounds,
                ),
            )  # fmt: skip

    def _consented(self, work: Work, people: list[tuple[int, PersonId, HouseholdId]]) -> None:
        for _, person, home in people:
            consent.give(work, person, home, "applicant", since=self.today)

    def take(self, file: Path, agreement: AgreementId) -> dict[str, Any]:
        with file.open("rb") as content:
            cause = self.bureau.cause()
            return taking.take(self.bureau, self.records, agreement, self.today, content, file.name, cause)

    def compare(self) -> tuple[int, int]:
        period, _ = comparing.period_of(self.today, 3)
        identifier = self.bureau.decide(lambda work: comparing.begin(work, period, OFFICER))
        while self.bureau.decide(lambda work: comparing.go_on(work, self.records, identifier)):
            pass
        state = self.bureau.decide(lambda work: work.load(comparing.COMPARISON, identifier))
        return state.people, sum(found for _, _, found in state.sums.values())


def write(out: TextIO, count: int) -> None:
    """A department's file."""
    writer = csv.writer(out)
    writer.writerow(("id_number", "kind", "registered"))
    writer.writerows(rows(count))


def rows(count: int) -> Iterator[tuple[str, str, str]]:
    for n in range(count):
        yield number_of(n), "car" if n % (10 * HITS) == 0 else "motorcycle", "2019-05-01"


def by_hand(file: Path, database: Path) -> int:
    """The same file joined with the numbers of everybody helped."""
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE helped (number TEXT PRIMARY KEY, person TEXT)")
    with connection:
        connection.executemany(
            "INSERT INTO helped VALUES (?, ?)", ((number_of(10 * n), str(n)) for n in range(PEOPLE))
        )
    found = 0
    with file.open(encoding="utf-8") as lines:
        for number, kind, _ in csv.reader(lines):
            row = connection.execute("SELECT person FROM helped WHERE number = ?", (number,)).fetchone()
            found += row is not None and kind == "car"
    connection.close()
    return found


def test_comparison(engine: str, new_url: Callable[[], str], tmp_path: Path, report: Report) -> None:
    bureau = Bureau(new_url, tmp_path)
    agreement = bureau.fill(PEOPLE)
    file = tmp_path / "cars.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        write(out, ROWS)
    with spent() as reading:
        taken = bureau.take(file, agreement)
    with spent() as comparing_:
        people, found = bureau.compare()
    with spent() as bare:
        assert by_hand(file, tmp_path / "bare.db") == PEOPLE // HITS
    assert (taken["matched"], people, found) == (PEOPLE, PEOPLE, PEOPLE // HITS)
    section = report.section(f"A comparison of {PEOPLE:,} people with {ROWS:,} rows on {engine}", TEXT)
    for name, ours in (
        ("file taken", reading), ("people compared", comparing_), ("both", reading.plus(comparing_)),
    ):  # fmt: skip
        report.add(section, Line(name, ours.said, bare.said, ours.ratio(bare), AIM))
