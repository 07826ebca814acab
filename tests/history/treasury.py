"""The real finance beside an office: an account, a book, and a month paid from batch to the bank's answer."""

from __future__ import annotations

import io
from datetime import date
from uuid import UUID

from events.ids import BatchId, CaseId, HouseholdId, PersonId
from services import finance
from services.chassis.embedded import EmbeddedHost
from services.chassis.work import Work
from services.finance import book as books
from services.finance import closing, gathering, naming, returning
from services.finance.batch import BATCH
from services.finance.book import BOOK, book_of
from services.finance.standing import lines
from tests.finance.town import account_number, return_file
from tests.living.office import Office
from tests.support import speaker

CLERK, OTHER, TREASURER = (UUID(int=0xF0 + n, version=4) for n in range(3))
FUND = "basic-living"


class Treasury:
    def __init__(self, office: Office, year: int = 2020) -> None:
        self.office = office
        self.runtime = office.runtime(finance.SERVICE)
        silent = office.runtime(speaker("disability", CaseId))
        office.host = EmbeddedHost([*office.host.runtimes, silent, self.runtime])
        office.host.drain()

        def decide(work: Work) -> None:
            stream = book_of(FUND, year)
            work.record(stream, books.set_budget(work.load(BOOK, stream), FUND, year, 10**9, TREASURER))
            held = work.load(BOOK, stream)
            work.record(stream, books.allocate(held, FUND, year, 10**9, "district", TREASURER))

        self.runtime.decide(decide)

    def account(self, home: HouseholdId, holder: PersonId, number: str = account_number(1)) -> None:
        self.runtime.decide(
            lambda work: naming.name(
                work, home, None, holder, number, "石某某", CLERK, why="first", bank="ABC", mandate=None,
                since=self.today,
            )
        )  # fmt: skip
        self.runtime.decide(lambda work: naming.confirm(work, home, None, OTHER))

    @property
    def today(self) -> date:
        return self.office.today

    def handed_over(self, month: str) -> BatchId:
        self.office.host.drain()
        batch = self.runtime.decide(lambda work: gathering.open_batch(work, month, CLERK))
        while self.runtime.decide(lambda work: gathering.gather(work, batch)):
            pass
        closed = self.runtime.decide(lambda work: closing.close_by(work, batch, CLERK))
        self.runtime.decide(lambda work: closing.approve(work, batch, closed.revision, TREASURER))
        assert self.runtime.decide(lambda work: work.load(BATCH, batch)).payments
        self.runtime.decide(lambda work: closing.hand_over(work, batch, TREASURER))
        return batch

    def pay(self, month: str) -> None:
        batch = self.handed_over(month)
        rows = self.runtime.decide(lambda work: list(lines(work, batch)))
        answer = return_file(batch, [(row["id"], "paid", row["amount"]) for row in rows])
        returning.take(self.runtime.decide, batch, io.BytesIO(answer), TREASURER)
        self.runtime.decide(lambda work: returning.finish(work, batch))
        self.office.host.drain()
