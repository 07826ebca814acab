"""What disability keeps of its own facts, what falls due, and what the registry's facts bring.

Rows `disability-cares-for` (carer → whom they care for at home), `adapted` (household →
the day on which its home was accepted).
"""

from __future__ import annotations

from datetime import timedelta

from events import disability as d
from events import registry as r
from events.base import Recorded
from events.ids import PersonId
from services.assistance.days import months_after
from services.chassis.service import Service, Shelf
from services.disability import care, filing, training
from services.disability.model import FILE

EXPIRY, EXPIRING = "card-expiry", "card-expiring"
REMINDED_MONTHS = 3
"""So many months before a card's last day its holder is reminded; illustrative."""


def keep_files(service: Service) -> None:
    """Once, after `carry_cases`."""
    service.stream(PersonId, FILE)
    service.keep(d.CardIssued, d.CardChanged)(_valid)
    service.keep(d.CardVoided, d.CardExpired)(_invalid)
    service.keep(d.CardExpiring)(_reminded)
    service.keep(d.CarerNamed)(_carer_named)
    service.keep(d.CarerGone)(_carer_gone)
    service.keep(d.HomeAdapted)(_adapted)
    service.on(r.Died)(filing.died)
    service.on(r.Died)(care.died)
    service.on(r.Enrolled)(training.enrolled)
    service.due(EXPIRY)(filing.expire)
    service.due(EXPIRING)(filing.remind)


def _valid(shelf: Shelf, fact: Recorded[d.CardIssued | d.CardChanged]) -> None:
    told = fact.data
    shelf.remind(told.until + timedelta(days=1), EXPIRY, told.person)
    reminded = months_after(told.until, -REMINDED_MONTHS)
    if reminded > told.since:
        shelf.remind(reminded, EXPIRING, told.person)
    else:  # valid for less than that: whoever takes it knows its last day
        shelf.forget(EXPIRING, told.person)


def _invalid(shelf: Shelf, fact: Recorded[d.CardVoided | d.CardExpired]) -> None:
    for due in (EXPIRY, EXPIRING):
        shelf.forget(due, fact.data.person)


def _reminded(shelf: Shelf, fact: Recorded[d.CardExpiring]) -> None:
    shelf.forget(EXPIRING, fact.data.person)


def _carer_named(shelf: Shelf, fact: Recorded[d.CarerNamed]) -> None:
    told = fact.data
    if told.carer is not None:
        others = shelf.get("disability-cares-for", told.carer) or []
        shelf.put("disability-cares-for", told.carer, [*others, str(told.person)])


def _carer_gone(shelf: Shelf, fact: Recorded[d.CarerGone]) -> None:
    told = fact.data
    if told.carer is None:
        return
    row = shelf.get("disability-cares-for", told.carer) or []
    others = [one for one in row if one != str(told.person)]
    if others:
        shelf.put("disability-cares-for", told.carer, others)
    else:
        shelf.drop("disability-cares-for", told.carer)


def _adapted(shelf: Shelf, fact: Recorded[d.HomeAdapted]) -> None:
    shelf.put("adapted", fact.data.household, fact.data.on.isoformat())
