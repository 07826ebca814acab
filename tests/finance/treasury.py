"""The real finance beside others: a book, an account, and a month paid from batch to the bank's answer."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

from events.ids import CaseId, HouseholdId, PersonId
from services import finance
from services.chassis.embedded import EmbeddedHost
from services.chassis.runtime import Runtime
from services.chassis.work import Work
from services.finance import book as books
from services.finance import closing, gathering, naming, returning
from services.finance.book import BOOK, book_of
from services.finance.standing import lines
from tests.finance.town import CHECKER, FUND, MAKER, OTHER, account_number, return_file
from tests.living.office import Office
from tests.support import speaker


def beside(office: Office, year: int = 2020) -> Treasury:
    runtime = office.runtime(finance.SERVICE)
    silent = office.runtime(speaker("disability", CaseId))
    office.host = EmbeddedHost([*office.host.runtimes, silent, runtime])
    office.host.drain()
    return Treasury(runtime, lambda: office.today, lambda: office.host.drain(), year)


class Treasury:
    """`today` and `drain`: the day and the host of those beside whom it works."""

    def __init__(
        self,
        runtime: Runtime,
        today: Callable[[], date],
        drain: Callable[[], object],
        year: int = 2020,
        fund: str = FUND,
    ) -> None:
        self.runtime, self._today, self._drain = runtime, today, drain

        def decide(work: Work) -> None:
            stream = book_of(fund, year)
            work.record(stream, books.set_budget(work.load(BOOK, stream), fund, year, 10**9, CHECKER))
            held = work.load(BOOK, stream)
            work.record(stream, books.allocate(held, fund, year, 10**9, "district", CHECKER))

        self.runtime.decide(decide)

    def account(self, home: HouseholdId, holder: PersonId, number: str = account_number(1)) -> None:
        self.runtime.decide(
            lambda work: naming.name(
                work, home, None, holder, number, "石某某", MAKER, why="first", bank="ABC", mandate=None,
                since=self._today(),
            )
        )  # fmt: skip
        self.runtime.decide(lambda work: naming.confirm(work, home, None, OTHER))

    def pay(self, month: str) -> int:
        """A batch from gathering to the bank's answer; how many payments."""
        self._drain()
        batch = self.runtime.decide(lambda work: gathering.open_batch(work, month, MAKER))
        while self.runtime.decide(lambda work: gathering.gather(work, batch)):
            pass
        closed = self.runtime.decide(lambda work: closing.close_by(work, batch, MAKER))
        self.runtime.decide(lambda work: closing.approve(work, batch, closed.revision, CHECKER))
        self.runtime.decide(lambda work: closing.hand_over(work, batch, CHECKER))
        rows = self.runtime.decide(lambda work: list(lines(work, batch)))
        answer = return_file(batch, [(row["id"], "paid", row["amount"]) for row in rows])
        returning.take(self.runtime.decide, batch, io.BytesIO(answer), CHECKER)
        self.runtime.decide(lambda work: returning.finish(work, batch))
        self._drain()
        return len(rows)
