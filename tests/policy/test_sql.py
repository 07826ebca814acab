"""Rules as SQL: the same values as the interpreter, case by case, where arithmetic is easily wrong."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

import duckdb
import pytest

from services.policy.language.remember import fold
from services.policy.language.wrong import Wrong
from services.policy.sql.history import remembering
from services.policy.sql.inputs import put, refusals
from services.policy.sql.statement import compile_rule
from tests.policy.rules import DAY, SAID, agree, definition, field, formula, given, in_sql, parameter

MEMBERS = given(
    "members",
    "list",
    fields=[
        field("wage", "money", unit="yuan"),
        field("able", "boolean"),
        field("born", "date"),
        field("grade", "count"),
    ],
)


def money(*sums: str) -> list[dict[str, Decimal]]:
    return [{"x": Decimal(one)} for one in sums]


@pytest.mark.parametrize(
    "function", [f"{way}_{to}" for way, to in product(("round", "ceil", "floor"), ("fen", "yuan"))]
)
def test_every_rounding_is_the_interpreters_on_both_sides_of_zero(function: str) -> None:
    rule = definition(
        [given("x", "money", unit="yuan", range=("-1000", "1000"))],
        parameters=[parameter("rate", "0.125")],
        formulas=[formula("of_product", f"{function}(x * rate)", "yuan"), formula("of_quotient", f"{function}(x / 3)", "yuan"),
                  formula("of_half", f"{function}(x / 2)", "yuan")],
        amount="of_product + of_quotient * 0 + of_half",
    )  # fmt: skip
    agree(rule, money(*(str(Decimal(fen).scaleb(-2)) for fen in range(-1000, 1001, 1))))


def test_half_a_fen_is_rounded_away_from_zero() -> None:
    rule = definition(
        [given("x", "money", unit="yuan")],
        formulas=[formula("half", "round_fen(x / 2)", "yuan")],
        amount="half",
    )
    assert [one["half"] for one in agree(rule, money("0.01", "-0.01", "0.03", "-0.03"))] == [
        Decimal("0.01"), Decimal("-0.01"), Decimal("0.02"), Decimal("-0.02"),
    ]  # fmt: skip


def test_a_named_quotient_is_compared_exactly() -> None:
    rule = definition(
        [given("x", "money", unit="yuan", range=("0", "10000")), given("n", "count", range=("1", "9"))],
        parameters=[parameter("line", "703.00", "yuan"), parameter("times", "1.5")],
        formulas=[formula("head", "x / n", "yuan"), formula("below", "head < line", "boolean"),
                  formula("margin", "head in [line..line * times)", "boolean")],
        amount="if below then line else if margin then 1 else 0",
    )  # fmt: skip
    cases = [
        {"x": Decimal(703 * n * k + fen).scaleb(-2), "n": n}
        for n in range(1, 10)
        for k in (100, 150)
        for fen in (-1, 0, 1)
    ]
    assert {one["below"] for one in agree(rule, cases)} == {True, False}


def test_folds_over_a_list_leave_out_what_the_test_leaves_out_and_an_empty_list_gives_nothing() -> None:
    rule = definition(
        [MEMBERS],
        formulas=[
            formula("all_wages", "sum(m.wage for m in members)", "yuan"),
            formula("able_wages", "sum(m.wage for m in members where m.able)", "yuan"),
            formula("people", "count(m in members)"),
            formula("severe", "count(m in members where m.grade in [1..2])"),
            formula("some", "any(m.wage > people for m in members where m.able)", "boolean")
            | {"formula": "any(m.wage > 0 for m in members where m.able)"},
            formula("every", "all(m.able for m in members where m.grade = 0)", "boolean"),
            formula("light", "sum(m.wage for m in members where m.grade < people)", "yuan"),
            formula("any_light", "any(m.able for m in members where m.grade < people)", "boolean"),
            formula("all_light", "all(m.able for m in members where m.grade < people)", "boolean"),
            formula("lights", "count(m in members where m.grade < people)"),
            formula("old", "any(age(m.born, decision_day) >= 60 for m in members)", "boolean"),
        ],
        amount="all_wages + able_wages",
    )
    random = Random(7)
    people = [
        [
            {"wage": Decimal(random.randrange(3) * 1001).scaleb(-2), "able": random.random() < 0.5,
             "born": date(1966, 6, 29) + timedelta(days=random.randrange(5)), "grade": random.randrange(5)}
            for _ in range(size % 4)
        ]
        for size in range(200)
    ]  # fmt: skip
    first = agree(rule, [{"members": one} for one in people])[0]
    assert (first["all_wages"], first["people"], first["some"], first["every"]) == (0, 0, False, True)


def test_dates_are_the_interpreters_around_month_ends_and_leap_days() -> None:
    rule = definition(
        [given("a", "date"), given("b", "date"), given("n", "count", range=("0", "40"))],
        formulas=[
            formula("years", "age(a, b)"), formula("months", "months_between(a, b)"),
            formula("first", "next_month(a)", "date"), formula("later", "add_months(a, n)", "date"),
            formula("days", "add_days(a, n)", "date"), formula("earlier", "a <= b", "boolean"),
        ],
    )  # fmt: skip
    days = [date(2024, 2, 27) + timedelta(days=step) for step in range(4)]
    days += [date(2025, 2, 28), date(2025, 3, 1), date(2023, 12, 31), date(2024, 1, 31), date(2028, 2, 29)]
    agree(rule, [{"a": a, "b": b, "n": n} for a in days for b in days for n in (0, 1, 13)])


ROWS = [("A", "< 10", "1"), ("B", "[10..20)", "2"), ("C", ">= 15", "4")]


@pytest.mark.parametrize(
    ("hit", "rows"), [("first", ROWS), ("unique", ROWS[:2]), ("collect", ROWS), ("collect", ROWS[1:])]
)
def test_tables_of_every_hit_policy_give_the_same_row_and_outputs(
    hit: str, rows: list[tuple[str, str, str]]
) -> None:
    tested = [
        {"id": id_, "clause": "1", "when": {"x": cell}, "then": {"points": then}, **SAID}
        for id_, cell, then in rows
    ]
    left = {"id": "LEFT", "clause": "1", "when": {}, "then": {"points": "0"}, **SAID}
    table = {
        "name": "t", "en": "t", "hit": hit, "columns": ["x"], "clause": "1", "rows": [*tested, left],
        "outputs": [{"name": "points", "en": "points", "type": "number"}],
    }  # fmt: skip
    rule = definition([given("x", "count", range=("0", "30"))], tables=[table], amount="points * 0")
    assert len({one["row"] for one in agree(rule, [{"x": x} for x in range(31)])}) >= 3


def test_numbers_beyond_64_bits_stay_exact() -> None:
    rule = definition(
        [given("x", "money", unit="yuan"), given("n", "count", range=("1", "1000000"))],
        parameters=[parameter("line", "999999999999.99", "yuan")],
        formulas=[formula("below", "x / n < line / n", "boolean")],
        amount="if below then 1 else 0",
    )
    assert "INT128" in compile_rule(rule, "cases").sql()
    agree(
        rule,
        [{"x": Decimal(x), "n": 999_999} for x in ("999999999999.98", "999999999999.99", "1000000000000")],
    )


def test_what_could_grow_beyond_127_bits_is_refused() -> None:
    rule = definition(
        [given("x", "money", unit="yuan")], formulas=[formula("big", "x * x * x > 0", "boolean")]
    )
    with pytest.raises(Wrong) as refused:
        compile_rule(rule, "cases")
    assert refused.value.rule == "too-large"


def test_working_days_have_no_sql() -> None:
    rule = definition([given("a", "date")], formulas=[formula("due", "add_working_days(a, 5)", "date")])
    with pytest.raises(Wrong, match="calendar"):
        compile_rule(rule, "cases")


def test_names_that_sql_cannot_tell_apart_are_refused() -> None:
    rule = definition([given("Wage", "count"), given("wage", "count")])
    with pytest.raises(Wrong, match="cannot tell"):
        compile_rule(rule, "cases")


def test_a_name_with_a_quotation_mark_or_of_a_keyword_is_only_a_name() -> None:
    rule = definition([given("select", "count"), given("金额", "choice", of=("it's", "b"))], amount="0")
    _, answers = in_sql(rule, [{"select": 1, "金额": "it's"}])
    assert answers[0]["row"] == "ALL"


def test_cases_that_the_rule_must_not_be_asked_about_are_named_with_their_fields() -> None:
    rule = definition(
        [given("x", "money", unit="yuan", range=("0", "10")), given("area", "choice", of=("a", "b")), MEMBERS]
    )
    person: dict[str, Any] = {"wage": Decimal(1), "able": True, "born": DAY, "grade": 1}
    cases = [
        {"x": Decimal(10), "area": "a", "members": [person]},
        {"x": Decimal("10.01"), "area": "c", "members": []},
        {"x": Decimal(0), "area": "b", "members": [person, person | {"grade": -1}]},
    ]
    with duckdb.connect() as connection:
        put(connection, "cases", rule, cases)
        found = connection.execute(refusals(rule, "cases").sql("duckdb")).fetchall()
    assert sorted(found) == [(1, ["x", "area"]), (2, ["members"])]


FOLDS = [
    {"fold": "latest", "window": None}, {"fold": "latest", "window": 4, "where": "paid > 5"},
    {"fold": "sum", "window": 12}, {"fold": "sum", "window": None, "where": "paid > 5"},
    {"fold": "count", "window": 6}, {"fold": "count", "window": None, "where": "paid in [0..5]"},
    {"fold": "run_length", "window": None}, {"fold": "run_length", "window": 3},
    {"fold": "months_since", "window": 12}, {"fold": "months_since", "window": 12, "where": "paid = 0"},
]  # fmt: skip
FOLDS += [one | {"with_this_month": True} for one in FOLDS]


def test_what_a_case_remembers_is_the_interpreters_fold_over_its_months() -> None:
    history = [
        {"name": f"h{at}", "en": "h", "of": "paid", "clause": "1",
         "unit": "yuan" if one["fold"] in ("latest", "sum") else "month", **one}
        for at, one in enumerate(FOLDS)
    ]  # fmt: skip
    rule = definition([given("x", "count")], history=history)
    random = Random(3)
    series = {
        case: [
            (2025 + (month // 12), month % 12 + 1, random.choice((0, 300, 500, 501, 900)))
            for month in range(24)
            if random.random() < 0.7
        ]
        for case in range(40)
    } | {40: []}
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE cases AS SELECT range AS id, 0::BIGINT AS x FROM range(41)")
        connection.execute("CREATE TABLE months (case_id BIGINT, series VARCHAR, month DATE, value BIGINT)")
        rows = [(case, "paid", date(y, m, 1), fen) for case, months in series.items() for y, m, fen in months]
        connection.executemany(
            "INSERT INTO months VALUES (?, ?, ?, ?)", [*rows, (40, "other", date(2026, 6, 1), 9)]
        )
        statement = remembering(rule, "cases", "months").sql("duckdb")
        found = connection.execute(f"SELECT * FROM ({statement}) ORDER BY id").fetchall()
    for id_, _, *folded in found:
        months = [(f"{y}-{m:02}", Decimal(fen).scaleb(-2)) for y, m, fen in series[id_]]
        wanted = [fold(one, months, "2026-07") for one in rule.history.values()]
        scales = [2 if one.unit == "yuan" else 0 for one in rule.history.values()]
        assert [Decimal(value).scaleb(-scale) for value, scale in zip(folded, scales, strict=True)] == wanted
