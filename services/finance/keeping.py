"""What finance keeps beside its log.

Of the registry what `services.registry.keeping` folds: people, and who is of the margin.
Of each domain whose grants are paid, with its name behind: `queue-…` (in the order of its log: what is due to be paid),
`once-…` (case → its place there), `ended-…` (case → from when on nothing is due), `cases-…` (person → cases), `spent-…`
(case → what a township's reserve has paid already), `month-…` (month|case: whom it covered), `latest-…` (case → last
month granted), `lowered-…` (case → first and last month and the sum that these were adjusted to after they were granted),
`arrears-…` (case|month that was paid afterwards), `back-…` (case|month → fen that the domain ordered back).
Of policy: its papers and calendars.
Of its own: `payment` (case|period: **the claim** that each is paid once), `line` (batch|payment → that key), `waiting`
(what the next batch looks at again), `periods` (case → its latest periods), `account` and `named`, `holds` (person →
owners of the accounts in their name), `gone` (source → how far its queue is taken), `running` (the batch), `file`
(digests of return files), `recovered` (payment → fen asked back), `reserve` (township → reserve).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from events import assistance as a
from events import finance as f
from events import living as l
from events import remedies as m
from events.base import Recorded
from events.ids import PersonId
from services.chassis.clock import civil_date
from services.chassis.service import Service, Shelf

PERIODS_KEPT = 60
OWN = "price"
"""The queue of what finance itself grants: the price link, and what comes back to a family."""


def recipients(told: a.CaseFact | f.PriceAllowanceGranted | f.RefundGranted) -> tuple[PersonId, ...]:
    """For whom a sum is: of a family of whom some are admitted, for these."""
    return told.covered if isinstance(told, a.CaseFact) else told.members


def queue_up(
    shelf: Shelf,
    source: str,
    fact: Recorded[a.CaseFact | f.PriceAllowanceGranted | f.RefundGranted],
    programme: str,
    period: str,
    amount: int,
    starts: str,
    illustrative: bool,
) -> str:
    """One more sum to be paid, behind the others of its source; gives its place in the queue."""
    told, place = fact.data, f"{fact.envelope.sequence:012d}"
    shelf.put(
        f"queue-{source}",
        place,
        {
            "case": str(told.case), "period": period, "household": str(told.household),
            "members": [str(one) for one in recipients(told)], "programme": programme, "amount": amount,
            "starts": starts, "illustrative": illustrative, "source": source,
        },
    )  # fmt: skip
    return place


def keep_grants(service: Service, source: str) -> None:
    """Everything that one domain's grants say about what is to be paid."""

    def due(shelf: Shelf, fact: Recorded[Any], period: str, amount: int, starts: str, mark: bool) -> str:
        told: a.CaseFact = fact.data
        return queue_up(shelf, source, fact, told.programme, period, amount, starts, mark)

    def month(shelf: Shelf, fact: Recorded[a.MonthGranted]) -> None:
        told = fact.data
        row = {
            "case": str(told.case), "household": str(told.household), "programme": told.programme,
            "members": [str(one) for one in told.covered],
        }  # fmt: skip
        shelf.put(f"month-{source}", f"{told.month}|{told.case}", row)
        shelf.put(f"latest-{source}", told.case, told.month)
        due(shelf, fact, told.month, told.amount_fen, f"{told.month}-01", told.illustrative)

    def covers(shelf: Shelf, fact: Recorded[a.SubsidyGranted | a.TakenOver]) -> None:
        for person in fact.data.members:
            cases = shelf.get(f"cases-{source}", person) or []
            if str(fact.data.case) not in cases:
                shelf.put(f"cases-{source}", person, [*cases, str(fact.data.case)])

    def granted(shelf: Shelf, fact: Recorded[a.SubsidyGranted]) -> None:
        told = fact.data
        if told.replaces is not None:  # an end that was taken back: what it held up is due again
            shelf.drop(f"ended-{source}", told.case)
        covers(shelf, fact)
        spent = (shelf.get(f"spent-{source}", told.case) or 0) if told.period == "once" else 0
        if told.period == "once" and told.amount_fen > spent:
            left = told.amount_fen - spent
            place = due(shelf, fact, "once", left, told.since.isoformat(), told.grounds.illustrative)
            shelf.put(f"once-{source}", told.case, place)

    def once_is_not_due(shelf: Shelf, case: object) -> None:
        place = shelf.get(f"once-{source}", case)
        if place is not None:
            shelf.drop(f"queue-{source}", place)
            shelf.drop(f"once-{source}", case)

    def planned(shelf: Shelf, fact: Recorded[a.InstalmentsPlanned]) -> None:
        once_is_not_due(shelf, fact.data.case)  # its parts are, each on its day

    def part(shelf: Shelf, fact: Recorded[a.InstalmentGranted]) -> None:
        told = fact.data
        due(shelf, fact, f"part-{told.number}", told.amount_fen, told.due.isoformat(), told.illustrative)

    def spent(shelf: Shelf, fact: Recorded[l.ReserveSpent]) -> None:
        """The township's reserve has paid it: of the grant only the rest is left."""
        told = fact.data
        shelf.put(f"spent-{source}", told.case, told.amount_fen)
        place = shelf.get(f"once-{source}", told.case)
        row = shelf.get(f"queue-{source}", place) if place is not None else None
        if row is not None and row["amount"] > told.amount_fen:
            shelf.put(f"queue-{source}", place, {**row, "amount": row["amount"] - told.amount_fen})
        else:
            once_is_not_due(shelf, told.case)

    def ended(shelf: Shelf, fact: Recorded[a.Exited]) -> None:
        shelf.put(f"ended-{source}", fact.data.case, fact.data.since.isoformat())

    def arrears(shelf: Shelf, fact: Recorded[m.ArrearsGranted]) -> None:
        """Paid once, whatever becomes of the case."""
        told = fact.data
        starts = f"{told.months[0].month}-01"
        due(shelf, fact, f"arrears-{told.arrears}", told.amount_fen, starts, told.illustrative)
        for one in told.months:
            shelf.put(f"arrears-{source}", key_of(told.case, one.month), str(told.arrears))

    def ordered_back(shelf: Shelf, fact: Recorded[m.RecoveryOrdered]) -> None:
        for month, fen in m.shares(fact.data):
            key = key_of(fact.data.case, month.month)
            shelf.put(f"back-{source}", key, (shelf.get(f"back-{source}", key) or 0) + fen)

    def adjusted(shelf: Shelf, fact: Recorded[a.Adjusted]) -> None:
        """From a day in the past: the months granted until now were too high or too low by it."""
        told, latest = fact.data, shelf.get(f"latest-{source}", fact.data.case)
        first = f"{told.since:%Y-%m}"
        if latest is not None and first <= latest:
            known = shelf.get(f"lowered-{source}", told.case) or []
            shelf.put(f"lowered-{source}", told.case, [*known, [first, latest, told.amount_fen]])

    service.keep(a.MonthGranted, of=source)(month)
    service.keep(m.ArrearsGranted, of=source)(arrears)
    service.keep(m.RecoveryOrdered, of=source)(ordered_back)
    service.keep(a.Adjusted, of=source)(adjusted)
    service.keep(a.SubsidyGranted, of=source)(granted)
    service.keep(a.TakenOver, of=source)(covers)
    service.keep(a.InstalmentsPlanned, of=source)(planned)
    service.keep(a.InstalmentGranted, of=source)(part)
    service.keep(a.Exited, of=source)(ended)
    if source == "living":
        service.keep(l.ReserveSpent, of=source)(spent)


def keep_own(service: Service) -> None:
    keep: Callable[..., Any] = service.keep
    keep(f.AccountNamed)(_named)
    keep(f.AccountConfirmed)(_confirmed)
    keep(f.BatchOpened)(_opened)
    keep(f.PieceGathered)(_gathered)
    keep(f.PaymentOrdered)(_ordered)
    keep(f.PaymentWithheld)(_withheld)
    keep(f.BatchClosed, f.BatchDropped)(_not_running)
    keep(f.ReturnTaken)(_returned)
    keep(f.PaymentPaid)(_paid)
    keep(f.PaymentFailed)(_failed)
    keep(f.PaymentUnknown)(_unknown)
    keep(f.RecoveryOpened)(_recovery)
    keep(f.RefundGranted)(_refund)
    keep(f.ReserveFunded)(_reserve)


def key_of(case: object, period: str) -> str:
    return f"{case}|{period}"


def owner_of(fact: f.AccountFact) -> str:
    return str(fact.person or fact.household)


def _named(shelf: Shelf, fact: Recorded[f.AccountNamed]) -> None:
    told = fact.data
    row = {
        "account": told.account.to_json(), "name": told.name.to_json(), "bank": told.bank,
        "holder": str(told.holder), "mandate": told.mandate is not None,
        "household": str(told.household), "since": told.since.isoformat(),
    }  # fmt: skip
    shelf.put("named", fact.envelope.id, row)
    shelf.put("to-confirm", owner_of(told), str(fact.envelope.id))
    holds = shelf.get("holds", told.holder) or []
    if owner_of(told) not in holds:
        shelf.put("holds", told.holder, [*holds, owner_of(told)])


def _confirmed(shelf: Shelf, fact: Recorded[f.AccountConfirmed]) -> None:
    shelf.put("account", owner_of(fact.data), str(fact.data.named))
    shelf.drop("to-confirm", owner_of(fact.data))


def _opened(shelf: Shelf, fact: Recorded[f.BatchOpened]) -> None:
    shelf.put("running", "batch", str(fact.data.batch))


def _gathered(shelf: Shelf, fact: Recorded[f.PieceGathered]) -> None:
    if fact.data.queue != "waiting" and fact.data.upto:
        shelf.put("gone", fact.data.queue, fact.data.upto)


def _not_running(shelf: Shelf, fact: Recorded[f.BatchClosed | f.BatchDropped]) -> None:
    if shelf.get("running", "batch") == str(fact.data.batch):
        shelf.drop("running", "batch")


def _ordered(shelf: Shelf, fact: Recorded[f.PaymentOrdered]) -> None:
    told = fact.data
    key = key_of(told.case, told.period)
    shelf.put("payment", key, {**_row(told), "state": "ordered", "fund": told.fund, "year": told.year,
                               "account": str(told.named)})  # fmt: skip
    shelf.put("line", f"{told.batch}|{told.payment}", key)
    shelf.drop("waiting", key)
    periods = shelf.get("periods", told.case) or []
    if told.period not in periods:
        shelf.put("periods", told.case, [*periods, told.period][-PERIODS_KEPT:])


def _withheld(shelf: Shelf, fact: Recorded[f.PaymentWithheld]) -> None:
    told = fact.data
    key = key_of(told.case, told.period)
    shelf.put("payment", key, {**_row(told), "state": "withheld", "reason": told.reason})
    shelf.put("waiting", key, told.reason)
    shelf.drop("line", f"{told.batch}|{told.payment}")


def _row(told: f.PaymentOrdered | f.PaymentWithheld) -> dict[str, Any]:
    return {
        "id": str(told.payment), "batch": str(told.batch), "case": str(told.case), "period": told.period,
        "household": str(told.household), "members": [str(one) for one in told.members],
        "amount": told.amount_fen, "programme": told.programme, "starts": told.starts.isoformat(),
        "illustrative": told.illustrative,
    }  # fmt: skip


def _returned(shelf: Shelf, fact: Recorded[f.ReturnTaken]) -> None:
    shelf.put("file", fact.data.file, str(fact.data.batch))


def _paid(shelf: Shelf, fact: Recorded[f.PaymentPaid]) -> None:
    _state(shelf, fact.data, state="paid")


def _failed(shelf: Shelf, fact: Recorded[f.PaymentFailed]) -> None:
    key = key_of(fact.data.case, fact.data.period)
    _state(shelf, fact.data, state="failed", reason=fact.data.reason)
    shelf.put("waiting", key, "account_failed")


def _unknown(shelf: Shelf, fact: Recorded[f.PaymentUnknown]) -> None:
    _state(shelf, fact.data, state="unknown")


def _state(shelf: Shelf, fact: f.PaymentFact, **changed: str) -> None:
    key = key_of(fact.case, fact.period)
    row = shelf.get("payment", key)
    assert row is not None, "the bank answers only what was ordered"
    shelf.put("payment", key, {**row, **changed})


def _recovery(shelf: Shelf, fact: Recorded[f.RecoveryOpened]) -> None:
    told = fact.data
    if told.payment is not None:
        asked = shelf.get("recovered", told.payment) or 0
        shelf.put("recovered", told.payment, asked + told.amount_fen)


def _refund(shelf: Shelf, fact: Recorded[f.RefundGranted]) -> None:
    """Paid once, whatever becomes of the case."""
    told, starts = fact.data, civil_date(fact.envelope.recordedtime).isoformat()
    period = f"refund-{told.recovery}"
    queue_up(shelf, OWN, fact, told.programme, period, told.amount_fen, starts, told.illustrative)


def _reserve(shelf: Shelf, fact: Recorded[f.ReserveFunded]) -> None:
    shelf.put("reserve", fact.data.township, str(fact.data.reserve))
