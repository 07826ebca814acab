"""Kinds, units, digits and ranges of expressions, and what does not go together."""

from __future__ import annotations

from fractions import Fraction

import pytest

from services.policy.language.judging import kind_of
from services.policy.language.kind import BOOLEAN, DATE, Kind, choice, number
from services.policy.language.parse import Wrong, parse
from services.policy.language.ranges import ANY, Range
from services.policy.language.units import NUMBER, Unit, unit_of

MONEY = unit_of("yuan/month")


def between(low: int | None, high: int | None) -> Range:
    return Range(None if low is None else Fraction(low), None if high is None else Fraction(high))


MEMBER = (("wage", number(MONEY, 2, between(0, 1000))), ("works", BOOLEAN), ("born", DATE))
SCOPE = {
    "income": number(MONEY, 2, between(0, 5000)),
    "standard": number(MONEY, 2, between(500, 700)),
    "people": number(NUMBER, 0, between(1, 30)),
    "children": number(NUMBER, 0, between(0, 30)),
    "rate": number(NUMBER, 3, between(0, 1)),
    "months": number(Unit(month=1), 0, between(0, 12)),
    "fee": number(unit_of("yuan/year"), 2, between(0, 12)),
    "area": choice("urban", "rural"),
    "well": BOOLEAN,
    "day": DATE,
    "members": Kind("list", range=between(1, 20), fields=MEMBER),
    "others": Kind("list", range=between(0, 20), fields=MEMBER),
    "ratio": Kind("quotient"),
}


def kind(text: str) -> Kind:
    return kind_of(parse(text), SCOPE)


@pytest.mark.parametrize(
    ("text", "unit", "scale", "low", "high"),
    [
        ("income * people", "yuan/month", 2, 0, 150_000),
        ("income * rate", "yuan/month", 5, 0, 5000),
        ("standard * months", "yuan", 2, 0, 8400),
        ("standard - income", "yuan/month", 2, -4500, 700),
        ("max(0, standard - income)", "yuan/month", 2, 0, 700),
        ("if well then income else 0", "yuan/month", 2, 0, 5000),
        ("sum(m.wage for m in members)", "yuan/month", 2, 0, 20_000),
        ("count(m in members where m.works)", "number", 0, 0, 20),
        ("min(m.wage for m in members)", "yuan/month", 2, 0, 1000),
        ("round_fen(income * rate)", "yuan/month", 2, 0, 5000),
        ("ceil_yuan(income / people)", "yuan/month", 0, 0, 5000),
        ("round_fen(monthly(fee))", "yuan/month", 2, 0, 1),
        ("yearly(standard)", "yuan/year", 2, 6000, 8400),
        ("abs(income - standard)", "yuan/month", 2, 0, 4500),
    ],
)
def test_a_number_has_a_unit_digits_and_a_range(
    text: str, unit: str, scale: int, low: int, high: int
) -> None:
    assert kind(text) == number(unit_of(unit), scale, between(low, high))


def test_a_quotient_may_be_compared_tested_or_rounded() -> None:
    assert kind("income / people").type == "quotient"
    assert kind("income / people < standard") == BOOLEAN
    assert kind("income / standard in [1..3)") == BOOLEAN
    assert kind("ratio < 2") == BOOLEAN


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("income / people + standard", "kind"),
        ("if well then income / people else standard", "kind"),
        ("income + people", "unit"),
        ("income < 600", "unit"),
        ("min(income, months)", "unit"),
        ("months >= 3", "unit"),
        ("round_fen(rate)", "unit"),
        ("round_whole(income)", "unit"),
        ("monthly(income)", "unit"),
        ("area = 'urbn'", "kind"),
        ("area < 'urban'", "kind"),
        ("area in {'urban', 'x'}", "kind"),
        ("well + 1", "kind"),
        ("not income", "kind"),
        ("if income then 1 else 2", "kind"),
        ("if well then 1 else area", "kind"),
        ("day - day", "kind"),
        ("day > 1", "kind"),
        ("nobody", "unknown-name"),
        ("m.wage", "unknown-name"),
        ("sum(m.pay for m in members)", "unknown-name"),
        ("sum(m for m in members)", "unknown-name"),
        ("sum(day.wage for day in members)", "duplicate-name"),
        ("min(m.wage for m in others)", "kind"),
        ("min(m.wage for m in members where m.works)", "kind"),
        ("people in [3..1]", "kind"),
        ("people in (3..3]", "kind"),
        ("rate*rate*rate*rate*rate*rate*rate", "kind"),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, rule: str) -> None:
    with pytest.raises(Wrong) as refused:
        kind(text)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    "text",
    [
        "income / people < standard",
        "if children > 0 then round_fen(income / children) else 0",
        "if children = 0 then 0 else round_fen(income / children)",
        "if children < 1 or not well then 0 else round_fen(income / children)",
        "children != 0 and income / children < standard",
        "children = 0 or income / children < standard",
        "round_fen(income / max(children, 1))",
        "any(income / m.wage < 2 for m in members where m.wage > 0)",
    ],
)
def test_a_divisor_that_a_range_or_a_test_keeps_above_zero_is_taken(text: str) -> None:
    kind(text)


@pytest.mark.parametrize(
    "text",
    [
        "income / children < standard",
        "if children > 0 then 0 else round_fen(income / children)",
        "if well then round_fen(income / children) else 0",
        "children != 0 or income / children < standard",
        "income / (people - 1) < standard",
        "any(income / m.wage < 2 for m in members)",
        "income / 0 < standard",
    ],
)
def test_a_divisor_that_may_be_zero_is_refused(text: str) -> None:
    with pytest.raises(Wrong) as refused:
        kind(text)
    assert refused.value.rule == "division-by-zero"


def test_ranges_without_bounds_stay_without() -> None:
    positive, negative = between(1, None), between(None, -1)
    assert positive * positive == positive
    assert negative * negative == positive
    assert positive * negative == negative
    assert ANY * positive == ANY
    assert ANY * between(0, 0) == between(0, 0)
