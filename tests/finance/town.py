"""A small district for finance's tests: a registry and a living that say what they are told to, and finance itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from events import assistance as a
from events import finance as f
from events import registry as r
from events.ids import BatchId, CaseId, HouseholdId, PersonId, ReserveId
from events.sealed import Sealed
from services import finance
from services.chassis.departments import Department
from services.chassis.service import Service
from services.chassis.work import Work
from services.finance import book as books
from services.finance import closing, gathering, naming, returning
from services.finance.batch import BATCH
from services.finance.book import BOOK, Book, book_of
from services.finance.keeping import key_of
from tests.support import District, speaker

TOWN, VILLAGE = "431202101000", "431202101201"
MAKER, CHECKER, OTHER = (UUID(int=0xA0 + n, version=4) for n in range(3))
GOOD = "6222020200112230"
FUND, YEAR = "basic-living", 2020


def account_number(n: int) -> str:
    """A made-up account with a good check digit."""
    body = f"62220000{n:010d}"
    for last in "0123456789":
        digits = [int(one) for one in reversed(body + last)]
        if (sum(digits[::2]) + sum(sum(divmod(2 * one, 10)) for one in digits[1::2])) % 10 == 0:
            return body + last
    raise AssertionError("one of ten digits fits")


class Town(District):
    """`more`: the real policy; `real`: the real registry and living."""

    def __init__(self, folder: Path, more: Sequence[Service] = (), real: Sequence[Service] = ()) -> None:
        told = [speaker("registry", PersonId, HouseholdId), speaker("living", CaseId, ReserveId)]
        policies = more or [speaker("policy")]
        disability = speaker("disability", CaseId)
        super().__init__(folder, [*policies, *(real or told), disability, finance.SERVICE])
        self.count = 0
        self.readers = self.serve("finance", finance.routers, finance.VIEWS)
        self.finance = self.runtime("finance")

    def book(self, budget: int = 10**9, allocated: int = 10**9, fund: str = FUND, year: int = YEAR) -> None:
        def decide(work: Work) -> None:
            stream = book_of(fund, year)
            work.record(stream, books.set_budget(work.load(BOOK, stream), fund, year, budget, CHECKER))
            if allocated:
                held = work.load(BOOK, stream)
                work.record(stream, books.allocate(held, fund, year, allocated, "district", CHECKER))

        self.finance.decide(decide)

    def standing(self, fund: str = FUND, year: int = YEAR) -> Book:
        return self.finance.decide(lambda work: work.load(BOOK, book_of(fund, year)))

    def household(self, people: int = 1, account: bool = True) -> tuple[HouseholdId, tuple[PersonId, ...]]:
        home = HouseholdId.of(self.ids.random())
        members = tuple(PersonId.of(self.ids.random()) for _ in range(people))
        self.say(
            "registry",
            (
                home,
                r.HouseholdRegistered(
                    household=home, head=members[0], township=TOWN, village=VILLAGE, since=self.today,
                    members=tuple(r.Member(person=one, relation="02") for one in members),
                ),
            ),
        )  # fmt: skip
        if account:
            self.account(home, members[0])
        return home, members

    def account(
        self, home: HouseholdId, holder: PersonId, why: str = "first", number: str = "", **said: Any
    ) -> None:
        self.count += 1
        text = number or account_number(self.count)
        usual = {"bank": "ABC", "mandate": None, "since": self.today}
        person = said.pop("person", None)
        self.finance.decide(
            lambda work: naming.name(
                work, home, person, holder, text, "石某某", MAKER, why=why, **(usual | said)
            )
        )
        self.finance.decide(lambda work: naming.confirm(work, home, person, OTHER))

    def grant(
        self, home: HouseholdId, members: Sequence[PersonId], month: str, amount: int = 380_00,
        case: CaseId | None = None, programme: str = "dibao", by: str = "living",
    ) -> CaseId:  # fmt: skip
        case = case or CaseId.of(self.ids.random())
        said = {"case": case, "programme": programme, "household": home, "members": tuple(members)}
        first = date.fromisoformat(f"{month}-01")
        granted = a.SubsidyGranted(
            **said, amount_fen=amount, since=first, confirmed=first, officer=CHECKER, grounds=GROUNDS
        )
        due = a.MonthGranted(**said, month=month, amount_fen=amount, illustrative=True)
        self.say(by, (case, granted), (case, due))
        return case

    def month(
        self, case: CaseId, home: HouseholdId, members: Sequence[PersonId], month: str, amount: int,
        programme: str = "dibao", by: str = "living",
    ) -> None:  # fmt: skip
        self.say(
            by,
            (
                case,
                a.MonthGranted(
                    case=case, programme=programme, household=home, members=tuple(members), month=month,
                    amount_fen=amount, illustrative=True,
                ),
            ),
        )  # fmt: skip

    def dies(self, person: PersonId, on: date) -> None:
        self.say("registry", (person, r.Died(person=person, on=on)))

    @property
    def today(self) -> date:
        return self.clock.now().date()

    def pass_days(self, days: int) -> None:
        self.clock.advance_to(self.clock.now() + timedelta(days=days))
        self.host.drain()

    # -- batches -----------------------------------------------------------------------------------------

    def gathered(self, month: str = "2020-08", size: int = 500) -> BatchId:
        batch = self.finance.decide(lambda work: gathering.open_batch(work, month, MAKER))
        while self.finance.decide(lambda work: gathering.gather(work, batch, size)):
            pass
        return batch

    def closed(self, month: str = "2020-08", size: int = 500) -> BatchId:
        batch = self.gathered(month, size)
        self.finance.decide(lambda work: closing.close_by(work, batch, MAKER))
        return batch

    def approve(self, batch: BatchId) -> None:
        revision = self.finance.decide(lambda work: work.load(BATCH, batch)).revision
        self.finance.decide(lambda work: closing.approve(work, batch, revision, CHECKER))

    def handed_over(self, month: str = "2020-08", size: int = 500) -> BatchId:
        batch = self.closed(month, size)
        self.approve(batch)
        self.finance.decide(lambda work: closing.hand_over(work, batch, CHECKER))
        return batch

    def standing_in(self, batch: BatchId) -> list[dict[str, Any]]:
        from services.finance.standing import lines

        return self.finance.decide(lambda work: list(lines(work, batch)))

    def answer(self, batch: BatchId, results: Mapping[str, str] | None = None, usual: str = "paid") -> bytes:
        """The bank's file: `results` by payment, `failed` with a reason."""
        rows = [
            (row["id"], (results or {}).get(row["id"], usual), row["amount"])
            for row in self.standing_in(batch)
        ]
        return return_file(batch, rows)

    def returned(self, batch: BatchId, results: Mapping[str, str] | None = None, usual: str = "paid") -> None:
        content = self.answer(batch, results, usual)
        self.take_return(batch, content)

    def take_return(self, batch: BatchId, content: bytes) -> None:
        returning.take(self.finance.decide, batch, io.BytesIO(content), CHECKER)
        self.finance.decide(lambda work: returning.finish(work, batch))

    def paid(self, month: str = "2020-08") -> BatchId:
        batch = self.handed_over(month)
        self.returned(batch)
        return batch

    def payment(self, case: CaseId, period: str) -> dict[str, Any] | None:
        return self.finance.decide(lambda work: work.fact("payment", key_of(case, period)))

    def treasury(self) -> Any:
        return self.client("finance", Department.FINANCE, person=CHECKER)

    def office(self, person: UUID = MAKER, **said: Any) -> Any:
        return self.client("finance", Department.CIVIL_AFFAIRS, person=person, **said)


def return_file(batch: object, rows: Sequence[tuple[str, str, int]], **control: int) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    paid = sum(amount for _, result, amount in rows if result == "paid")
    table.writerow(["batch", "lines", "paid_fen"])
    table.writerow([batch, control.get("lines", len(rows)), control.get("paid_fen", paid)])
    table.writerow(["payment", "result", "amount_fen", "reason"])
    for payment, result, amount in rows:
        table.writerow([payment, result, amount, "account_closed" if result == "failed" else ""])
    return out.getvalue().encode()


GROUNDS = a.Grounds(
    papers=(a.Paper(number="鹤民发〔2020〕43号", clause="三(一)1"),),
    language="1",
    rows=("HOUSEHOLD",),
    illustrative=True,
)
__all__ = ["CHECKER", "FUND", "GOOD", "MAKER", "OTHER", "TOWN", "YEAR", "Sealed", "Town", "f", "return_file"]
