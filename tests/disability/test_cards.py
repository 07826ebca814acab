"""Cards: what a number says, whose it is, and how long it is valid (GB/T 26341)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from events import disability as d
from services.chassis.refusal import Refused
from services.disability import filing, sweeps
from services.disability.cards import CardNumber
from tests.disability.town import OFFICER, Town, id_number

TODAY = date(2020, 8, 3)


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        (id_number(1) + "4", "card-number-length"),
        (id_number(1) + "421", "card-number-length"),
        (id_number(1)[:17] + ("0" if id_number(1)[17] != "0" else "1") + "42", "card-number-id"),
        ("43120219800230" + "0014" + "42", "card-number-id"),
        (id_number(1) + "82", "card-number-kind"),
        (id_number(1) + "02", "card-number-kind"),
        (id_number(1) + "45", "card-number-grade"),
        (id_number(1) + "40", "card-number-grade"),
    ],
)
def test_a_number_that_is_none_is_refused_by_the_part_that_is_wrong(number: str, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        CardNumber.read(number, TODAY)
    assert (refused.value.slug, refused.value.field) == (rule, "number")
    assert number not in str(refused.value)


def test_a_number_tells_holder_category_and_grade_and_is_not_shown() -> None:
    read = CardNumber.read(f" {id_number(1)}７１ ", TODAY)
    assert (read.kind, read.grade, read.holder.value) == ("multiple", 1, id_number(1))
    assert id_number(1) not in repr(read)


def test_the_card_of_another_person_is_refused(town: Town) -> None:
    person, other = town.alone(), town.alone()
    with pytest.raises(Refused, match="card-of-another"):
        town.do(filing.issue, person, town.card_number(other))
    assert town.facts("disability", d.CardIssued) == []


def test_a_card_is_valid_for_ten_years_and_no_longer(town: Town) -> None:
    person = town.alone()
    town.do(filing.issue, person, town.card_number(person), since=date(2020, 8, 1))
    card = town.file(person).card
    assert card is not None and card.until == date(2030, 7, 31)
    other = town.alone()
    for until in (date(2020, 8, 2), date(2030, 8, 4)):
        with pytest.raises(Refused, match="until"):
            town.do(filing.issue, other, town.card_number(other), until=until)
    with pytest.raises(Refused, match="day-in-future"):
        town.do(filing.issue, other, town.card_number(other), since=date(2020, 8, 4))


@pytest.mark.parametrize(
    ("act", "values", "rule"),
    [
        (filing.issue, ("42",), "has-card"),
        (filing.change, ("43", "renewed"), "grade-differs"),
        (filing.change, ("52", "replaced"), "grade-differs"),
    ],
)
def test_what_does_not_fit_the_card_on_file_is_refused(town: Town, act: Any, values: Any, rule: str) -> None:
    person = town.alone()
    town.do(filing.issue, person, town.card_number(person, 4, 2))
    number, *rest = values
    with pytest.raises(Refused, match=rule):
        town.do(act, person, town.numbers[person] + number, *rest)


def test_what_needs_a_card_is_refused_without(town: Town) -> None:
    person = town.alone()
    for act, values in (
        (filing.void, ("surrendered",)),
        (filing.change, (town.card_number(person), "renewed")),
    ):
        with pytest.raises(Refused, match="no-card"):
            town.do(act, person, *values)


def test_a_card_says_what_was_assessed(town: Town) -> None:
    person, well = town.alone(), town.alone()
    town.do(sweeps.assess, person, "visual", 1, (OFFICER,), at_home=True)
    with pytest.raises(Refused, match="grade-differs"):
        town.do(filing.issue, person, town.card_number(person, 1, 2))
    town.do(filing.issue, person, town.card_number(person, 1, 1), at_home=True)
    town.do(sweeps.assess, well, None, 0, (OFFICER,), at_home=False)
    with pytest.raises(Refused, match="not-disabled"):
        town.do(filing.issue, well, town.card_number(well))


def test_no_card_for_the_dead_nor_for_nobody(town: Town) -> None:
    person = town.alone()
    town.registry(lambda register: register.die(person, date(2020, 8, 2)))
    with pytest.raises(Refused, match="person-dead"):
        town.do(filing.issue, person, town.card_number(person))
