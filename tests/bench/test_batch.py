"""A month's batch, end to end: gathered, closed, approved, the file written, the bank's answer taken.

`DOUDI_BENCH_CASES` says how many cases (5,000; with DOUDI_BENCH_LONG=1 50,000, the aim's size).
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

import pytest

from events import assistance as a
from events import finance as f
from events import registry as r
from events.ids import BatchId, CaseId, HouseholdId, PersonId
from events.sealed import Sealed
from services import finance
from services.chassis.clock import SystemClock, SystemIds, civil_date
from services.chassis.embedded import EmbeddedHost
from services.chassis.runtime import Runtime
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault, Vault
from services.chassis.work import Work
from services.finance import book, closing, gathering, returning
from services.finance.batch import BATCH
from services.finance.book import BOOK, book_of
from services.finance.standing import lines
from tests.bench.measuring import spent
from tests.bench.report import Line, Report
from tests.bench.workload import DISTRICT
from tests.support import speaker

pytestmark = pytest.mark.bench

CASES = int(os.environ.get("DOUDI_BENCH_CASES", "50000" if os.environ.get("DOUDI_BENCH_LONG") else "5000"))
MAKER, CHECKER = uuid4(), uuid4()
TEXT = """From `BatchOpened` to `ReturnTaken`: every case of a month ordered in pieces of 500, closed, approved, its file
written with every account unsealed, handed over, and the bank's answer checked and taken in pieces: two events a payment.
Beside it: the same number of rows written twice to SQLite as JSON, in as many transactions, and nothing else. By the clock,
and of our own processor (not the server's)."""


class Office:
    """`say`: called after each step of a batch."""

    def __init__(
        self, new_url: Callable[[], str], vault: Vault | None = None, say: Callable[[str], None] = str
    ) -> None:
        self.clock, self.ids, self.say = SystemClock(), SystemIds(), say
        vault = vault or MemoryVault(clock=self.clock)

        def runtime(service: finance.Service) -> Runtime:
            store = open_store(new_url(), service.name)
            keys = vault.for_reader(service.name)
            return Runtime(service, store, district=DISTRICT, clock=self.clock, ids=self.ids, keys=keys)

        self.registry = runtime(speaker("registry", PersonId, HouseholdId))
        self.living = runtime(speaker("living", CaseId))
        self.finance = runtime(finance.SERVICE)
        others = [runtime(speaker("policy")), runtime(speaker("disability", CaseId))]
        self.host = EmbeddedHost([*others, self.registry, self.living, self.finance])
        self.month = f"{civil_date(self.clock.now()):%Y-%m}"

    def fill(self, count: int) -> None:
        """Families with an account and a grant each, 1000 a transaction."""
        families = [(HouseholdId.of(uuid4()), PersonId.of(uuid4()), CaseId.of(uuid4())) for _ in range(count)]
        for start in range(0, count, 1000):
            piece = families[start : start + 1000]
            self.registry.decide(lambda work, piece=piece: self._registered(work, piece))
            self.living.decide(lambda work, piece=piece: self._granted(work, piece))
            self.finance.decide(lambda work, piece=piece: self._named(work, piece))
        self.host.drain()
        year = int(self.month[:4])

        def decide(work: Work) -> None:
            stream = book_of("basic-living", year)
            work.record(
                stream, book.set_budget(work.load(BOOK, stream), "basic-living", year, 10**12, CHECKER)
            )
            held = work.load(BOOK, stream)
            work.record(stream, book.allocate(held, "basic-living", year, 10**12, "district", CHECKER))

        self.finance.decide(decide)

    def _registered(self, work: Work, families: list[tuple[HouseholdId, PersonId, CaseId]]) -> None:
        for home, person, _ in families:
            member = r.Member(person=person, relation="02")
            work.record(
                home,
                r.HouseholdRegistered(
                    household=home, head=person, members=(member,), township="431202101000",
                    village="431202101201", since=date(2020, 1, 1),
                ),
            )  # fmt: skip

    def _granted(self, work: Work, families: list[tuple[HouseholdId, PersonId, CaseId]]) -> None:
        for home, person, case in families:
            due = a.MonthGranted(
                case=case, programme="dibao", household=home, members=(person,), month=self.month,
                amount_fen=380_00, illustrative=True,
            )  # fmt: skip
            work.record(case, due)

    def _named(self, work: Work, families: list[tuple[HouseholdId, PersonId, CaseId]]) -> None:
        for home, person, _ in families:
            named = f.AccountNamed(
                household=home, holder=person, account=Sealed.of("6222020200112230", person), why="first",
                name=Sealed.of("石某某", person), bank="ABC", since=date(2020, 1, 1), officer=MAKER,
            )  # fmt: skip
            id = work.record(home, named).envelope.id
            work.record(home, f.AccountConfirmed(household=home, named=id, officer=CHECKER))

    def pay(self) -> int:
        runtime = self.finance
        batch = runtime.decide(lambda work: gathering.open_batch(work, self.month, MAKER))
        while runtime.decide(lambda work: gathering.gather(work, batch)):
            pass
        self.say("gathering")
        runtime.decide(lambda work: closing.close_by(work, batch, MAKER))
        self.say("closing")
        runtime.decide(lambda work: closing.approve(work, batch, 1, CHECKER))
        runtime.decide(lambda work: closing.hand_over(work, batch, CHECKER))
        self.say("the file to the bank")
        with tempfile.TemporaryFile() as answer:
            self._answer(batch, answer)
            self.say("the bank's own work")
            returning.take(runtime.decide, batch, answer, CHECKER)
        runtime.decide(lambda work: returning.finish(work, batch))
        self.say("the bank's answer")
        return runtime.decide(lambda work: work.load(BATCH, batch)).payments

    def _answer(self, batch: BatchId, file: BinaryIO) -> None:
        """What the bank makes of the batch: everything paid."""

        def write(work: Work) -> None:
            held = work.load(BATCH, batch)
            head = ["batch,lines,paid_fen", f"{batch},{held.payments},{held.total_fen}"]
            file.write("\r\n".join([*head, "payment,result,amount_fen,reason", ""]).encode())
            for row in lines(work, batch):
                file.write(f"{row['id']},paid,{row['amount']},\r\n".encode())

        self.finance.decide(write)


def by_hand(file: Path, count: int) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE payments (id TEXT, data TEXT)")
    for start in range(0, 2 * count, 500):
        rows = [
            (str(UUID(int=start + n)), json.dumps({"case": start + n, "month": "2021-08", "fen": 38_000}))
            for n in range(min(500, 2 * count - start))
        ]
        with connection:
            connection.executemany("INSERT INTO payments VALUES (?, ?)", rows)
    connection.close()


def test_batch(engine: str, new_url: Callable[[], str], tmp_path: Path, report: Report) -> None:
    office = Office(new_url)
    office.fill(CASES)
    with spent() as ours:
        paid = office.pay()
    with spent() as bare:
        by_hand(tmp_path / "bare.db", CASES)
    assert paid == CASES
    section = report.section(f"A month's batch on {engine}", TEXT)
    said = f"{CASES:,} cases, end to end", ours.said, bare.said, ours.ratio(bare), "50,000 under 60 s"
    report.add(section, Line(*said))
