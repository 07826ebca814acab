"""What notification keeps beside its log: of whom a fact speaks, what a month came to, what is to be sent.

Each kind of row is folded from the facts of one source:

- from the registry: `name` (person → closed box), `home` (household → township, head), `member` (person → the household
  where they lived last), `same` (duplicate → person) and `also`, the other way;
- from each service whose grants are paid (`PAYING`): `paid` (case → household, and its last months), of others than
  living with the name behind;
- from verification: `asked` (agreement → the department that was asked for its data);
- of its own: `outbox` (when → message to be sent), `started` (when → attempt without an end), `place`
  (message → where its row lies, and what it follows from), `summary` and `gathered` (domain and month ↔ message).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from events import assistance, registry, verification
from events.base import Recorded
from events.notification import (
    GivenUp,
    MessageComposed,
    MessageFact,
    RetryAsked,
    SendingFailed,
    SendingStarted,
    Sent,
    SummaryBegun,
)
from services.chassis.service import Service, Shelf

MONTHS_REMEMBERED = 3
SUMMARY_DUE = "summary"
PAYING: tuple[str, ...] = ("living", "disability")
"""Services whose months are summed up: one line here, and what is told of them in `tellings.MONTHS`."""

# -- of the registry ---------------------------------------------------------------------------------------


def name(
    shelf: Shelf, fact: Recorded[registry.PersonRegistered] | Recorded[registry.PersonCorrected]
) -> None:
    if fact.data.name is not None:
        shelf.put("name", fact.data.person, fact.data.name.to_json())


def no_name(shelf: Shelf, fact: Recorded[registry.Erased]) -> None:
    for person in (fact.data.person, *fact.data.merged):
        shelf.drop("name", person)


def home(shelf: Shelf, fact: Recorded[registry.HouseholdRegistered]) -> None:
    _home(shelf, fact.data.household, township=fact.data.township, head=str(fact.data.head))


def home_moved(
    shelf: Shelf, fact: Recorded[registry.HouseholdMoved] | Recorded[registry.HouseholdCorrected]
) -> None:
    if fact.data.township is not None:
        _home(shelf, fact.data.household, township=fact.data.township)


def head(shelf: Shelf, fact: Recorded[registry.HeadChanged]) -> None:
    _home(shelf, fact.data.household, head=str(fact.data.head))


def lives(shelf: Shelf, fact: Recorded[registry.HouseholdRegistered | registry.HouseholdsMerged]) -> None:
    for one in fact.data.members:
        shelf.put("member", one.person, str(fact.data.household))


def joined(shelf: Shelf, fact: Recorded[registry.MemberJoined]) -> None:
    shelf.put("member", fact.data.person, str(fact.data.household))


def same(shelf: Shelf, fact: Recorded[registry.PeopleMerged]) -> None:
    person, duplicate = str(fact.data.person), str(fact.data.duplicate)
    others = [duplicate, *(shelf.get("also", duplicate) or ())]
    for one in others:
        shelf.put("same", one, person)
    shelf.put("also", person, [*(shelf.get("also", person) or ()), *others])


def _home(shelf: Shelf, household: object, **changed: str) -> None:
    shelf.put("home", household, (shelf.get("home", household) or {}) | changed)


# -- of the domains ----------------------------------------------------------------------------------------


def paid_by(domain: str) -> str:
    """Living's rows are called as they were when it was alone: a store from then goes on."""
    return "paid" if domain == "living" else f"paid-{domain}"


def keep_paid(service: Service, domain: str) -> None:
    """One row a case, however long it runs: its last months, sum and mark each."""
    kind = paid_by(domain)

    def paid(shelf: Shelf, fact: Recorded[assistance.MonthGranted]) -> None:
        told = fact.data
        months = (shelf.get(kind, told.case) or {"months": {}})["months"]
        months = months | {told.month: [told.amount_fen, told.illustrative]}
        latest = dict(sorted(months.items())[-MONTHS_REMEMBERED:])
        shelf.put(kind, told.case, {"household": str(told.household), "months": latest})

    service.keep(assistance.MonthGranted, of=domain)(paid)


def asked(shelf: Shelf, fact: Recorded[verification.ShareRequested]) -> None:
    shelf.put("asked", fact.data.agreement, fact.data.department)


# -- of its own --------------------------------------------------------------------------------------------


def gathering(shelf: Shelf, fact: Recorded[SummaryBegun]) -> None:
    told = fact.data
    of = summary_of(told.domain, told.month)
    shelf.put("summary", of, str(told.message))
    shelf.put("gathered", told.message, of)
    shelf.remind(told.closes, SUMMARY_DUE, told.message)


def summary_of(domain: str, month: str) -> str:
    return month if domain == "living" else f"{month}|{domain}"


def to_send(shelf: Shelf, fact: Recorded[MessageComposed]) -> None:
    message = fact.data.message
    gathered = shelf.get("gathered", message)
    if gathered is not None:
        shelf.drop("summary", gathered)
        shelf.drop("gathered", message)
        shelf.forget(SUMMARY_DUE, message)
    e = fact.envelope
    follows = {"event": str(e.id), "correlation": str(e.correlationid), "depth": e.depth}
    follows["composed"] = moment(e.recordedtime)
    # What was never tried comes before what waits for its hour, in the order in which it was composed.
    _place(shelf, message, "outbox", f"0|{e.sequence:020d}|{message}", follows)


def being_sent(shelf: Shelf, fact: Recorded[SendingStarted]) -> None:
    at = moment(fact.envelope.recordedtime)
    _move(shelf, fact.data, "started", f"{at}|{fact.data.message}")


def to_send_again(shelf: Shelf, fact: Recorded[SendingFailed]) -> None:
    if fact.data.again is None:
        _move(shelf, fact.data, "", "")
    else:
        _move(shelf, fact.data, "outbox", f"{moment(fact.data.again)}|{fact.data.message}")


def to_send_now(shelf: Shelf, fact: Recorded[RetryAsked]) -> None:
    _move(shelf, fact.data, "outbox", f"0|{fact.envelope.sequence:020d}|{fact.data.message}")


def settled(shelf: Shelf, fact: Recorded[Sent]) -> None:
    row = shelf.get("place", fact.data.message)
    if row is not None:
        _take_away(shelf, row)
        shelf.drop("place", fact.data.message)


def set_aside(shelf: Shelf, fact: Recorded[GivenUp]) -> None:
    _move(shelf, fact.data, "", "")


def moment(at: datetime) -> str:
    """A moment as text that sorts as time does: always UTC, always with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _move(shelf: Shelf, fact: MessageFact, kind: str, key: str) -> None:
    row = shelf.get("place", fact.message)
    if row is not None:  # None: sent, by an attempt that had been in doubt
        _take_away(shelf, row)
        follows = {part: value for part, value in row.items() if part not in ("kind", "key")}
        _place(shelf, fact.message, kind, key, follows)


def _place(shelf: Shelf, message: object, kind: str, key: str, follows: dict[str, Any]) -> None:
    if kind:
        shelf.put(kind, key, str(message))
    shelf.put("place", message, follows | {"kind": kind, "key": key})


def _take_away(shelf: Shelf, row: dict[str, Any]) -> None:
    if row["kind"]:
        shelf.drop(row["kind"], row["key"])
