"""The category of the disabled, as cards make and end it: with the card's last day, and its grade in a closed box.

Disability records the cards, in its own order; here they come late, after a death, or under a registration that was merged
into another. Whoever the roster or a clerk recorded as disabled before keeps that day. A card that is void or over ends
the category, whoever said it first: where somebody is disabled without a card, a clerk records it again.
"""

from __future__ import annotations

from datetime import timedelta

from events import disability as d
from events.base import Recorded
from events.ids import PersonId
from events.registry import Category
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.registry.acts import Register


def keep_cards(service: Service) -> None:
    service.keep(d.CardIssued, d.CardChanged)(_valid)
    service.keep(d.CardVoided, d.CardExpired)(_no_longer)
    service.on(d.CardIssued, d.CardChanged)(shown)
    service.on(d.CardVoided, d.CardExpired)(over)


def _valid(shelf: Shelf, fact: Recorded[d.CardIssued | d.CardChanged]) -> None:
    shelf.put("card", fact.data.person, fact.data.until.isoformat())


def _no_longer(shelf: Shelf, fact: Recorded[d.CardVoided | d.CardExpired]) -> None:
    shelf.drop("card", fact.data.person)


def shown(work: Work, fact: Recorded[d.CardIssued | d.CardChanged]) -> None:
    told, register = fact.data, Register(work)
    person = register.survivor(told.person)
    if register.person(person).living:  # else dead or erased meanwhile
        # The last digit is the grade: closed again at once and shown to nobody, so this is no unsealing.
        grade = work.around.keys.open_text(told.number)[-1]
        register.show_card(person, told.since, told.until, grade)


def over(work: Work, fact: Recorded[d.CardVoided | d.CardExpired]) -> None:
    told, register = fact.data, Register(work)
    person = register.survivor(told.person)
    known = register.person(person)
    if known.erased or Category.DISABLED not in known.categories or _has_another(work, person):
        return
    if isinstance(told, d.CardExpired):
        until, reason = told.until + timedelta(days=1), "card_expired"
    else:
        until, reason = told.since, "death" if told.reason == "death" else "card_void"
    register.end_category(person, Category.DISABLED, until, reason)


def _has_another(work: Work, person: PersonId) -> bool:
    """Whether another registration of the same person holds a valid card."""
    registrations = (person, *(work.fact("duplicates", person) or ()))
    return any(work.fact("card", one) is not None for one in registrations)
