"""What is known of a payment: whether it must wait, where it goes, and how much of it is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from events import finance as f
from services.chassis.work import Work
from services.finance.keeping import key_of
from services.finance.sources import FUNDS, PAID
from services.registry.keeping import ERASED, HOUSEHOLD, PERSON, alive, household_of, lives_in, survivor

Row = dict[str, Any]


class Knowing(Protocol):
    """What is kept: of a `Work`, or read beforehand."""

    @property
    def today(self) -> date: ...

    def fact(self, kind: str, key: object) -> Any | None: ...


def judged(work: Knowing, row: Row) -> tuple[f.Withholding | None, UUID | None]:
    """Why it must wait, or None and the account to which it goes (id of its AccountNamed event)."""
    if row["programme"] not in FUNDS:
        return "no_fund", None
    if not alive(work, row["members"]):
        return "death", None
    over = _over(work, row)
    if over is not None:
        return over, None
    named = _account(work, row)
    if named is None:
        return "no_account", None
    account: Row = work.fact("named", named) or {}
    if account["since"] > work.today.isoformat():
        return "no_account", None
    if work.fact(ERASED, account["holder"]):
        return "erased", None
    if not alive(work, [account["holder"]]):
        return "holder_dead", None
    holder = survivor(work, account["holder"])
    if not account["mandate"] and not lives_in(work, holder, row["household"]):
        return "no_account", None  # the holder has left the household since
    if row.get("state") == "failed" and row.get("account") == named:
        return "account_failed", None
    return None, UUID(named)


def due_fen(work: Knowing, row: Row) -> int:
    """What of the sum is due by what is known now: nothing for a time when nobody of the case lived or after its end,
    and no more than the sum that a month was lowered to since."""
    if not alive(work, row["members"], row["starts"]) or _over(work, row) is not None:
        return 0
    amount = int(row["amount"])
    if not is_month(row["period"]):
        return amount
    for source in PAID:
        for first, last, lowered in work.fact(f"lowered-{source}", row["case"]) or ():
            if first <= row["period"] <= last:
                amount = min(int(row["amount"]), lowered)  # the latest counts
    return amount


def ordered_fen(work: Knowing, row: Row) -> int:
    """What its domain has ordered back of a period."""
    key = key_of(row["case"], row["period"])
    return sum(work.fact(f"back-{source}", key) or 0 for source in PAID)


def _over(work: Knowing, row: Row) -> f.Withholding | None:
    """A month that begins after the case ended or the household moved away. What is paid once, or was decided to be
    paid afterwards, does not fall away."""
    if not is_month(row["period"]):
        return None
    if ended_by(work, row["case"], row["starts"]):
        return "ended"
    home = household_of(work, row["household"])
    moved = home is not None and home["gone"] == "moved_away" and row["starts"] > home["since"]
    return "moved_away" if moved else None


def is_month(period: str) -> bool:
    return len(period) == 7 and period[4] == "-" and period[:4].isdecimal()


def ended_by(work: Knowing, case: str, starts: str) -> bool:
    """Whether the case had ended when a month began."""
    ends = (work.fact(f"ended-{name}", case) for name in PAID)
    return any(since is not None and starts >= since for since in ends)


def _account(work: Knowing, row: Row) -> str | None:
    if len(row["members"]) == 1:
        own = work.fact("account", survivor(work, row["members"][0]))
        if own is not None:
            return str(own)
    found = work.fact("account", row["household"])
    return None if found is None else str(found)


class Foreseen:
    """What the judging of some rows asks for, read at once. Nothing of it is changed by what is ordered meanwhile; what was
    not foreseen is looked up."""

    def __init__(self, work: Work, rows: list[Row]) -> None:
        self.today, self._work = work.today, work
        self._kept: dict[str, dict[str, Any]] = {}
        cases = [row["case"] for row in rows]
        homes = [row["household"] for row in rows]
        people = [one for row in rows for one in row["members"]]
        for source in PAID:
            self._read(f"ended-{source}", cases)
            self._read(f"lowered-{source}", cases)
        self._read(HOUSEHOLD, homes)
        self._read("account", [*homes, *people])
        self._read("named", [named for named in self._kept["account"].values() if named is not None])
        holders = [account["holder"] for account in self._kept["named"].values()]
        self._read(PERSON, [*people, *holders])
        self._read(ERASED, holders)

    def _read(self, kind: str, keys: Iterable[str]) -> None:
        asked = dict.fromkeys(keys)
        self._kept[kind] = asked | self._work.facts_of(kind, list(asked))

    def fact(self, kind: str, key: object) -> Any | None:
        known = self._kept.get(kind, {})
        return known[key] if key in known else self._work.fact(kind, key)
