"""Identity numbers: what is accepted, what each error is called, and that no slip goes unnoticed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.identity import (
    IdNumber,
    IdNumberCharacters,
    IdNumberCheckDigit,
    IdNumberDate,
    IdNumberInvalid,
    IdNumberLength,
    check_digit,
    normalise_id_number,
)
from services.registry.standards import Sex

TODAY = date(2026, 11, 24)


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    place = draw(st.sampled_from(("431202", "110101", "522221", "650102")))
    born = draw(st.dates(date(1900, 1, 1), TODAY))
    sequence = draw(st.integers(0, 999))
    first17 = f"{place}{born:%Y%m%d}{sequence:03}"
    return first17 + check_digit(first17)


def test_the_published_example_of_the_standard_has_its_check_character():
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"


@given(id_numbers())
def test_every_number_made_by_the_rule_is_valid(number: str):
    assert IdNumber.read(number, TODAY).value == number


@given(id_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_change_of_one_character_is_found(number: str, place: int, character: str):
    changed = number[:place] + character + number[place + 1 :]
    if changed != number:
        with pytest.raises(IdNumberInvalid):
            IdNumber.read(changed, TODAY)


@given(id_numbers(), st.integers(0, 16))
def test_every_swap_of_two_neighbours_is_found(number: str, place: int):
    changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if changed != number:
        with pytest.raises(IdNumberInvalid):
            IdNumber.read(changed, TODAY)


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("0123456789xXｘＸ０９ '　\t"), max_size=30))
def test_normalising_twice_changes_nothing_more(text: str):
    once = normalise_id_number(text)
    assert normalise_id_number(once) == once


@given(id_numbers())
def test_full_width_spaced_and_lower_case_spellings_mean_the_same_number(number: str):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    spaced = f" '{number[:6]} {number[6:14]}\u3000{number[14:].lower()}\u200b"
    assert IdNumber.read(wide, TODAY) == IdNumber.read(number, TODAY)
    assert IdNumber.read(spaced.strip(), TODAY) == IdNumber.read(number, TODAY)


@pytest.mark.parametrize(
    ("text", "error", "rule"),
    [
        ("", IdNumberLength, "id-number-length"),
        ("11010519491231002", IdNumberLength, "id-number-length"),
        ("110105491231002", IdNumberLength, "id-number-length"),
        ("1101051949123100XX", IdNumberCharacters, "id-number-characters"),
        ("11010519491231002Y", IdNumberCharacters, "id-number-characters"),
        ("٤31202196811160537", IdNumberCharacters, "id-number-characters"),
        ("11010519490231002X", IdNumberDate, "id-number-date"),
        ("110105000000000020", IdNumberDate, "id-number-date"),
        ("110105194912310021", IdNumberCheckDigit, "id-number-check-digit"),
    ],
)
def test_each_defect_has_its_own_error(text: str, error: type[IdNumberInvalid], rule: str):
    with pytest.raises(error) as raised:
        IdNumber.read(text, TODAY)
    assert raised.value.rule == rule
    assert raised.value.zh
    assert raised.value.en
    assert text not in str(raised.value) or not text


def test_a_birth_in_the_future_is_refused_and_today_is_not():
    first17 = "43120220261124001"
    number = first17 + check_digit(first17)
    assert IdNumber.read(number, TODAY).birth_date == TODAY
    with pytest.raises(IdNumberDate):
        IdNumber.read(number, date(2026, 11, 23))


def test_birth_date_sex_and_place_are_read_from_the_number():
    woman = IdNumber.read("11010519491231002X", TODAY)
    assert (woman.birth_date, woman.sex, woman.place_code) == (date(1949, 12, 31), Sex.FEMALE, "110105")
    assert IdNumber.read("431202196811160537", TODAY).sex is Sex.MALE


def test_an_unknown_place_is_a_doubt_and_no_error():
    first17 = "99010519491231002"
    doubted = IdNumber.read(first17 + check_digit(first17), TODAY)
    assert [doubt.rule for doubt in doubted.doubts()] == ["id-number-place"]
    assert IdNumber.read("11010519491231002X", TODAY).doubts() == ()


def test_a_number_does_not_show_itself_in_a_log():
    assert "1949" not in repr(IdNumber.read("11010519491231002X", TODAY))
