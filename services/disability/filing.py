"""A disabled person's file as the office takes it: cards, consent, need of care, exclusions; both subsidies follow.

    runtime.decide(lambda work: filing.issue(work, person, number, since=day))

Refuses with the errors of `services.chassis.refusal`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from events import disability as d
from events import registry as r
from events.base import Recorded
from events.ids import PersonId
from services.assistance.rules import must_be_a_day_between
from services.chassis.refusal import Conflict, Refused
from services.chassis.work import Work
from services.disability import cards, training
from services.disability.cards import CardNumber
from services.disability.known import file_of, whose
from services.disability.noting import must_live, note, township_of
from services.disability.subsidies import follow
from services.registry.keeping import survivor

# -- cards -----------------------------------------------------------------------------------------------


def issue(
    work: Work,
    person: PersonId,
    number: str,
    *,
    since: date | None = None,
    until: date | None = None,
    at_home: bool = False,
) -> None:
    must_live(work, person)
    file, day = file_of(work, person), since or work.today
    read = _number_of(work, person, number)
    facts = cards.issue(
        whose(work, person), file, read, since=day, until=until, at_home=at_home,
        township=township_of(work, person), today=work.today,
    )  # fmt: skip
    note(work, person, *facts)
    follow(work, person, "card_issued", day)
    training.owe(work, person)


def change(
    work: Work,
    person: PersonId,
    number: str,
    reason: Literal["regraded", "renewed", "replaced"],
    *,
    since: date | None = None,
    until: date | None = None,
) -> None:
    must_live(work, person)
    file, day = file_of(work, person), since or work.today
    read = _number_of(work, person, number)
    facts = cards.change(
        whose(work, person), file, read, reason=reason, since=day, until=until, today=work.today
    )
    note(work, person, *facts)
    follow(work, person, "card_changed", day)


def void(
    work: Work,
    person: PersonId,
    reason: Literal["death", "recovered", "surrendered", "mistake"],
    since: date | None = None,
) -> None:
    day = since or work.today
    fact = cards.void(whose(work, person), file_of(work, person), reason=reason, since=day, today=work.today)
    note(work, person, fact)
    follow(work, person, "card_void", day)


def remind(work: Work, person: PersonId) -> None:
    """Some months before the card's last day."""
    card = file_of(work, person).card
    assert card is not None, "only of a valid card is anybody reminded"
    work.record(person, d.CardExpiring(person=person, until=card.until))


def expire(work: Work, person: PersonId) -> None:
    """The day after the card's last."""
    card = file_of(work, person).card
    assert card is not None, "only a valid card expires"
    work.record(
        person, d.CardExpired(person=person, until=card.until), effective=card.until + timedelta(days=1)
    )
    follow(work, PersonId.of(survivor(work, person)), "card_expired", card.until)


def _number_of(work: Work, person: PersonId, text: str) -> CardNumber:
    """Held against the ID number by its blind index: nobody's number is opened for that."""
    number = CardNumber.read(text, work.today)
    index = work.around.keys.blind_index("id-number", number.holder.value)
    if work.fact("id-number", index) != str(person):
        raise Refused(
            "card-of-another",
            "残疾人证号与该人员的身份证号不符。",
            "The card's number does not hold the person's ID number.",
            field="number",
        )
    return number


# -- what the subsidies ask for ----------------------------------------------------------------------------


def consent(work: Work, person: PersonId, by: d.By, on: date | None = None) -> None:
    must_live(work, person)
    day = _past(work, on)
    if file_of(work, person).consent:
        raise Conflict("consented", "已经同意免申即享。", "Consent is on file already.", field="person")
    note(work, person, d.SubsidyConsentGiven(person=whose(work, person), by=by, on=day))
    follow(work, person, "consent_given", day)


def withdraw(work: Work, person: PersonId, on: date | None = None) -> None:
    day = _past(work, on)
    if file_of(work, person).consent is not True:
        raise Conflict("no-consent", "没有同意记录。", "There is no consent on file.", field="person")
    note(work, person, d.SubsidyConsentWithdrawn(person=whose(work, person), on=day))
    follow(work, person, "consent_withdrawn", day)


def find_need(work: Work, person: PersonId, needed: bool, on: date | None = None) -> None:
    """Whether care is needed for a long time, by assessment."""
    must_live(work, person)
    day = _past(work, on)
    note(work, person, d.CareNeedFound(person=whose(work, person), needed=needed, on=day))
    follow(work, person, "care_need", day)


def exclude(work: Work, person: PersonId, what: d.Exclusion, since: date | None = None) -> None:
    must_live(work, person)
    day = _past(work, since)
    if what in file_of(work, person).exclusions:
        raise Conflict("noted", "该情形已登记。", "It is on file already.", field="what")
    note(work, person, d.ExclusionNoted(person=whose(work, person), what=what, since=day))
    follow(work, person, "exclusion", day)


def end_exclusion(work: Work, person: PersonId, what: d.Exclusion, until: date | None = None) -> None:
    day = _past(work, until)
    if what not in file_of(work, person).exclusions:
        raise Conflict("not-noted", "没有登记该情形。", "It is not on file.", field="what")
    note(work, person, d.ExclusionEnded(person=whose(work, person), what=what, until=day))
    follow(work, person, "exclusion_ended", day + timedelta(days=1))


def _past(work: Work, day: date | None) -> date:
    found = day or work.today
    must_be_a_day_between(found, date.min, work.today)
    return found


# -- by itself ---------------------------------------------------------------------------------------------


def died(work: Work, fact: Recorded[r.Died]) -> None:
    """A card ends with its holder; the kernel ends the cases."""
    person = fact.data.person
    if file_of(work, person).card is not None:
        void_fact = d.CardVoided(person=whose(work, person), reason="death", since=fact.data.on)
        note(work, person, void_fact)
