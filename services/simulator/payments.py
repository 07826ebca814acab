"""Paying: every month a batch to the bank, a week later its answer, and now and then the price link.

On the first Monday from the 5th on accounts are taken down for new cases and the batch goes out; on the Monday after
it the bank answers, of whose payments one in eighty fails. The clerks read lists on Mondays: views are fresh then.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from services.simulator.clerk import Office, Refused

FUNDS = {"basic-living": 50_000_000_00, "price-link": 1_000_000_00, "disability-subsidies": 1_000_000_00}
"""What a year's budget is, all allocated at once, in fen. Illustrative."""
INDICES = {
    "2022-08": ("2.5", "6.1", "2.6", date(2022, 9, 9)),
    "2022-09": ("2.8", "8.8", "2.9", date(2022, 10, 14)),
    "2022-10": ("2.1", "7.0", "2.2", date(2022, 11, 9)),
    "2022-11": ("1.6", "3.7", "1.7", date(2022, 12, 9)),
}
"""Consumer, food and low-income price rises, and when they were released. Illustrative."""
DOMAINS = ("living", "disability")
"""Whose grants are paid into the account of the household."""
FAILING = 1 / 80
MONDAY = 0


class Payments:
    def __init__(self, office: Office, *, seed: int) -> None:
        self.paid = 0
        self._office = office
        self._random = Random(f"{seed} payments")
        self._years: set[int] = set()
        self._named: set[str] = set()
        self._months: set[str] = set()
        self._indices = dict(INDICES)
        self._waiting: str | None = None

    def morning(self, day: date) -> None:
        """What is done about payments on this day; to be called for every day in turn."""
        if day.weekday() != MONDAY:
            return
        if self._waiting is not None:
            self._answer(self._waiting)
        self._prices(day)
        if day.day >= 5 and f"{day:%Y-%m}" not in self._months:
            self._months.add(f"{day:%Y-%m}")
            self._funds(day.year)
            self._name_accounts(day)
            self._batch(f"{day:%Y-%m}")

    def _funds(self, year: int) -> None:
        if year not in self._years:
            self._years.add(year)
            for fund, amount in FUNDS.items():
                at = f"/finance/funds/{fund}/{year}"
                self._office.finance.post(f"{at}/budget", {"amount_fen": amount})
                self._office.finance.post(f"{at}/allocations", {"amount_fen": amount, "level": "district"})

    def _name_accounts(self, day: date) -> None:
        for domain in DOMAINS:
            for case in self._office.county.pages(f"/{domain}/cases", state="granted", limit=500):
                if str(case["household"]) not in self._named:
                    self._name(str(case["household"]), "first", day)

    def _name(self, household: str, why: str, day: date) -> None:
        """In the name of the head, whom the registry makes a member who lives; taken down by one, confirmed by another."""
        home = self._office.county.get(f"/registry/households/{household}")
        if home["head"] is None or home["closed"] is not None:
            return
        clerk = self._office.township(str(home["township"]))
        said = {
            "household": household, "holder": home["head"], "account": self._account(), "name": "（演示户主）",
            "bank": "DEMO", "why": why, "since": day.isoformat(),
        }  # fmt: skip
        try:
            clerk.post("/finance/accounts", said)
            self._office.county.post("/finance/accounts/confirmation", {"household": household})
        except Refused:
            return  # a head who has died in the meantime: next month there is another
        self._named.add(household)

    def _account(self) -> str:
        """Made up; only its check digit is right."""
        body = f"6200{self._random.randrange(10**12):012d}"
        doubled = [sum(divmod(2 * int(one), 10)) for one in body[::-2]]
        return body + str(-(sum(doubled) + sum(map(int, body[-2::-2]))) % 10)

    def _batch(self, month: str) -> None:
        county, treasury = self._office.county, self._office.finance
        batch = county.post("/finance/batches", {"month": month})["batch"]
        at = f"/finance/batches/{batch}"
        while county.post(f"{at}/pieces", {})["left"]:
            pass
        closed = county.post(f"{at}/closure", {})
        treasury.post(f"{at}/approval", {"revision": closed["revision"]})
        treasury.post(f"{at}/handover", {})
        self._waiting = batch

    def _answer(self, batch: str) -> None:
        """The bank's file, as it comes back; accounts that failed are corrected at once."""
        treasury = self._office.finance
        rows = list(treasury.pages("/finance/payments", batch=batch, state="ordered", limit=500))
        lines, failed, paid = [], [], 0
        for row in rows:
            fails = self._random.random() < FAILING
            result = "failed" if fails else "paid"
            lines.append(f"{row['payment']},{result},{row['amount_fen']},{'account_closed' if fails else ''}")
            paid += 0 if fails else row["amount_fen"]
            failed += [str(row["household"])] if fails else []
        head = ["batch,lines,paid_fen", f"{batch},{len(rows)},{paid}", "payment,result,amount_fen,reason"]
        content = "\r\n".join([*head, *lines, ""]).encode()
        day = treasury.send(f"/finance/batches/{batch}/return", "return.csv", content)
        self._waiting, self.paid = None, self.paid + paid
        for household in sorted(set(failed)):
            self._correct(household, str(day["month"]))

    def _correct(self, household: str, month: str) -> None:
        self._name(household, "closed", date.fromisoformat(f"{month}-01"))

    def _prices(self, day: date) -> None:
        for month, (consumer, food, scpi, released) in list(self._indices.items()):
            if released < day:
                del self._indices[month]
                said: dict[str, Any] = {
                    "consumer": consumer, "food": food, "scpi": scpi, "released": released.isoformat(),
                }  # fmt: skip
                told = self._office.finance.post(f"/finance/prices/{month}", said)
                while told["left"]:
                    told = self._office.county.post(f"/finance/prices/{month}/allowances", {})
