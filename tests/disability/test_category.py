"""A card makes the register's category of the disabled, with its last day and its grade; and ends it (三(七))."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from events import registry as r
from events.ids import PersonId
from events.registry import Category
from services import registry
from services.disability import filing
from services.registry.acts import Register
from services.registry.erasure import duty_to_keep
from services.registry.model import Person
from tests.disability.town import Town

pytestmark = pytest.mark.clause("D5")
DISABLED = Category.DISABLED


def known(town: Town, person: PersonId) -> Person:
    found: Person = town.registry(lambda register: register.person(register.survivor(person)))
    return found


def grade(town: Town, person: PersonId) -> str | None:
    card = known(town, person).card
    return None if card is None or card.grade is None else town.vault.open_text(card.grade)


def ended(town: Town) -> list[tuple[date, str]]:
    told = town.facts("registry", r.CategoryEnded)
    return [(one.until, one.reason) for one in told if one.category is DISABLED]


def test_a_card_puts_its_holder_among_the_disabled_with_its_last_day_and_grade(town: Town) -> None:
    person = town.alone()
    town.do(filing.issue, person, town.card_number(person, grade=2), since=date(2020, 7, 1))
    assert known(town, person).categories == {DISABLED: date(2020, 7, 1)}
    card = known(town, person).card
    assert card is not None and card.until == date(2030, 6, 30)
    assert grade(town, person) == "2"
    [entry] = [one for one in town.runtime("registry").log() if one.envelope.type == "registry.Categorised"]
    assert json.loads(entry.data)["grade"].keys() == {"of", "event", "field", "box"}, "only as a closed box"
    assert town.differences("registry") == []


def test_the_last_day_is_answered_to_everybody_and_the_grade_for_a_purpose_alone(town: Town) -> None:
    person = town.alone()
    town.do(filing.issue, person, town.card_number(person, grade=1))
    town.serve("registry", registry.routers, registry.VIEWS)
    shown = town.client("registry").get(f"/people/{person}").json()
    assert (shown["card_until"], shown["disability_grade"]) == ("2030-08-02", None)
    shown = town.client("registry").get(f"/people/{person}", params={"purpose": "办理护理补贴"}).json()
    assert shown["disability_grade"] == 1


def test_whom_the_roster_knew_as_disabled_keeps_that_day_and_gets_the_cards_grade(town: Town) -> None:
    person = town.alone()
    town.registry(lambda register: register.categorise(person, {DISABLED: date(2012, 5, 4)}))
    town.do(filing.issue, person, town.card_number(person, grade=3))
    assert known(town, person).categories == {DISABLED: date(2012, 5, 4)}
    town.until(date(2020, 9, 1))
    town.do(filing.change, person, town.card_number(person, grade=1), "regraded")
    assert known(town, person).categories == {DISABLED: date(2012, 5, 4)}
    assert grade(town, person) == "1"


def test_it_ends_the_day_after_the_cards_last_and_begins_again_with_a_new_one(town: Town) -> None:
    person = town.alone()
    last = town.today + timedelta(days=3)
    town.do(filing.issue, person, town.card_number(person), until=last)
    town.until(last + timedelta(days=10))
    assert ended(town) == [(last + timedelta(days=1), "card_expired")]
    assert known(town, person).card is None
    # a new card that says it began before the old one had ended counts from that end
    town.do(filing.issue, person, town.card_number(person), since=last)
    assert known(town, person).categories == {DISABLED: last + timedelta(days=1)}


def test_a_card_said_to_be_void_long_since_ends_it_from_that_day(town: Town) -> None:
    person = town.alone()
    town.do(filing.issue, person, town.card_number(person), since=date(2020, 2, 1))
    town.do(filing.void, person, "recovered", date(2020, 5, 1))
    assert ended(town) == [(date(2020, 5, 1), "card_void")]
    assert known(town, person).categories == {}


def test_a_card_heard_of_after_the_holders_death_makes_nothing_and_leaves_no_letter(town: Town) -> None:
    person = town.alone()
    number = town.card_number(person)
    # neither has heard of the other yet
    town.runtime("registry").decide(lambda work: Register(work).die(person, town.today))
    town.runtime("disability").decide(lambda work: filing.issue(work, person, number))
    town.host.drain()
    assert DISABLED not in known(town, person).categories
    assert town.runtime("registry").unready() == []


def test_a_death_ends_it_on_the_day_of_the_death(town: Town) -> None:
    _, (person, _) = town.family(2, enrolled=False)
    town.do(filing.issue, person, town.card_number(person), since=date(2020, 7, 1))
    town.registry(lambda register: register.die(person, date(2020, 8, 1)))
    assert ended(town) == [(date(2020, 8, 1), "death")]


def test_a_duplicates_card_becomes_the_persons_and_each_card_stands_for_itself(town: Town) -> None:
    person, duplicate, other = town.alone(), town.alone(), town.alone()
    soon = town.today + timedelta(days=5)
    town.do(filing.issue, duplicate, town.card_number(duplicate, grade=1), until=soon)
    town.registry(lambda register: register.merge_people(person, duplicate))
    assert (grade(town, person), known(town, person).categories) == ("1", {DISABLED: town.today})
    # somebody with a card of their own keeps it when the duplicate's is over
    second = town.alone()
    for one, until in ((other, None), (second, soon)):
        town.do(filing.issue, one, town.card_number(one, grade=4), until=until)
    town.registry(lambda register: register.merge_people(other, second))
    town.until(soon + timedelta(days=2))
    assert DISABLED not in known(town, person).categories
    assert DISABLED in known(town, other).categories
    assert grade(town, other) == "4"
    assert town.differences("registry") == []


def test_the_card_of_somebody_erased_runs_out_unnoticed(town: Town) -> None:
    person = town.alone()
    soon = town.today + timedelta(days=2)
    town.do(filing.issue, person, town.card_number(person), until=soon)
    town.say("registry", (person, r.Erased(person=person)))
    town.until(soon + timedelta(days=2))
    assert ended(town) == []
    assert town.runtime("registry").unready() == []


def test_whoever_a_subsidy_covers_is_not_erased(town: Town) -> None:
    person = town.alone()
    town.do(filing.issue, person, town.card_number(person, grade=1))
    town.do(filing.find_need, person, True)
    assert town.registry(lambda register: duty_to_keep(register, person, 5)) == "member_of_household"
    town.do(filing.consent, person, "person")
    assert town.registry(lambda register: duty_to_keep(register, person, 5)) == "open_case"
    town.do(filing.withdraw, person)
    assert town.registry(lambda register: duty_to_keep(register, person, 5)) == "member_of_household"
