"""What follows for payments when something becomes known late: taken out of a batch, or asked back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from events import assistance as a
from events import finance as f
from events import registry as r
from events.base import Recorded
from events.ids import CaseId, HouseholdId, PersonId
from services.chassis.work import Work
from services.finance.closing import take_out
from services.finance.judging import Row, due_fen, ordered_fen
from services.finance.keeping import key_of
from services.finance.recovery import recovery_of
from services.finance.sources import ASKED_BACK, PAID
from services.registry.keeping import household_of


def died(work: Work, fact: Recorded[r.Died]) -> None:
    """Nothing more to the dead, and what was paid for a time when nobody of the case lived comes back."""
    _look_again(work, _cases_of(work, [str(fact.data.person)]), "death", fact.envelope.id)


def moved_away(work: Work, fact: Recorded[r.HouseholdMovedAway]) -> None:
    """Nothing for the months that begin after the household has left the district."""
    _look_again(work, _cases_of(work, map(str, fact.data.members)), "moved_away", fact.envelope.id)


def ended(work: Work, fact: Recorded[a.Exited]) -> None:
    """Nothing for the months from the end on, though they were granted before it was known."""
    _look_again(work, [str(fact.data.case)], "ended", fact.envelope.id)


def adjusted(work: Work, fact: Recorded[a.Adjusted]) -> None:
    """Months that were lowered after they were granted. What they were raised by is living's to grant."""
    _look_again(work, [str(fact.data.case)], "changed", fact.envelope.id)


def erased(work: Work, fact: Recorded[r.Erased]) -> None:
    """Nobody can be paid into an account that can be opened no more: those payments wait for another one."""
    gone = [str(one) for one in (fact.data.person, *fact.data.merged)]
    owners = [owner for one in gone for owner in work.fact("holds", one) or ()]
    families = [
        one for owner in owners for one in (household_of(work, owner) or {"members": [owner]})["members"]
    ]
    _look_again(work, _cases_of(work, [*gone, *families]), None, fact.envelope.id)


def _cases_of(work: Work, people: Iterable[str]) -> list[str]:
    return sorted({case for one in people for name in PAID for case in work.fact(f"cases-{name}", one) or ()})


def _look_again(work: Work, cases: Iterable[str], why: f.Asked | None, cause: UUID) -> None:
    """Before the hand-over a payment that must wait now is taken out; after it what is not due comes back."""
    for case in cases:
        for period in work.fact("periods", case) or ():
            row = work.fact("payment", key_of(case, period))
            if row is None:
                continue
            if row["state"] == "ordered":
                take_out(work, row)
                row = work.fact("payment", key_of(case, period)) or row
            if why is not None and row["state"] in ("ordered", "paid", "unknown"):
                _ask_back(work, row, why, cause)


def _ask_back(work: Work, row: Row, why: f.Asked, cause: UUID) -> None:
    """Of each fen once, however many news say that it was not due. But for a death only what the law has come back by
    itself: the rest is for the domain to order (`ordering`)."""
    if why != "death" and row["programme"] not in ASKED_BACK:
        return
    asked = (work.fact("recovered", row["id"]) or 0) + ordered_fen(work, row)
    more = row["amount"] - due_fen(work, row) - asked
    if more <= 0:
        return
    recovery = recovery_of(f"{row['id']}/{cause}")
    work.record(
        recovery,
        f.RecoveryOpened(
            recovery=recovery, case=CaseId(row["case"]), household=HouseholdId(row["household"]),
            members=tuple(PersonId(one) for one in row["members"]), amount_fen=more, why=why,
            payment=row["id"], fund=row["fund"], illustrative=row["illustrative"], cause=cause,
        ),
    )  # fmt: skip
