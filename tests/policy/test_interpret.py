"""Formulas and tables decided: exact to the fen, and every wrong input named."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, Inexact, getcontext, setcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.policy.language.arithmetic import EXACT, compared, rounded, rounded_quotient, rounding_of
from services.policy.language.dates import NoCalendar, add_months, age, months_between, next_month
from services.policy.language.intake import InputWrong
from services.policy.language.interpret import NoRow
from services.policy.language.remember import fold
from services.policy.paper import Remembered
from services.policy.rule import Quotient, Rule
from services.policy.rulebook import Rulebook
from tests.policy.little import PARAMETERS, aid, identity, paper

DAY = date(2020, 6, 1)
HEAD = """
programme: calc
title: {{zh: 计算, en: Sums}}
clause: "1"
inputs:
  - {{name: a, en: a, type: money, unit: yuan, source: survey, clause: "1"}}
  - {{name: n, en: n, type: number, decimals: 1, range: ["-5", "9"], source: survey, clause: "1"}}
  - {{name: c, en: c, type: count, source: survey, clause: "1"}}
  - {{name: b, en: b, type: boolean, source: survey, clause: "1"}}
  - {{name: d, en: d, type: date, source: survey, clause: "1"}}
  - {{name: k, en: k, type: choice, of: [urban, rural], source: survey, clause: "1"}}
  - name: members
    en: members
    type: list
    range: ["0", "3"]
    source: registry
    clause: "1"
    fields:
      - {{name: wage, en: wage, type: money, unit: yuan, range: ["0", "9999"]}}
      - {{name: works, en: works, type: boolean}}
      - {{name: grade, en: grade, type: count, range: ["0", "4"]}}
formulas:
  - {{name: x, en: x, formula: "{formula}", unit: yuan, clause: "1"}}
tables:
  - name: t
    en: t
    hit: {hit}
    columns: [c, b]
    outputs: [{{name: o, en: o, type: number}}]
    rows: {rows}
    clause: "1"
amount: {{formula: "0", table: t, clause: "1"}}
"""
ALL_ROWS = '[{id: R, clause: "1", when: {}, then: {o: "1"}, zh: 一, en: one}]'
INPUTS: dict[str, object] = {
    "a": Decimal("10.00"),
    "n": Decimal("0.5"),
    "c": 3,
    "b": True,
    "d": date(2000, 2, 29),
    "k": "urban",
    "members": [
        {"wage": Decimal("100.10"), "works": True, "grade": 0},
        {"wage": Decimal("0.00"), "works": False, "grade": 2},
    ],
}


@pytest.fixture
def calc(tmp_path):
    def made(formula: str = "0", hit: str = "first", rows: str = ALL_ROWS) -> Rule:
        text = HEAD.format(formula=formula, hit=hit, rows=rows)
        one = paper(tmp_path, {"paper.yaml": identity(), "programmes/calc.yaml": text})
        weekdays = Rulebook([one], works=lambda day: day.weekday() < 5)
        return weekdays.rule("calc", DAY)

    return made


def value(rule: Rule, **inputs: object) -> object:
    outcome = rule.decide({**INPUTS, **inputs}, trace=True)
    assert rule.decide({**INPUTS, **inputs})[:3] == outcome[:3]
    assert outcome.trace is not None
    return next(step.value for step in outcome.trace if step.name == "x")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a * n - 1", Decimal(4)),
        ("-a + 3 * c", Decimal(-1)),
        ("min(a, 3, 7)", Decimal(3)),
        ("max(0, a - 20)", Decimal(0)),
        ("abs(n - 5)", Decimal("4.5")),
        ("round_fen(a / 3)", Decimal("3.33")),
        ("ceil_fen(a / 3)", Decimal("3.34")),
        ("round_yuan(n * 1)", Decimal(1)),
        ("round_yuan(0 - n)", Decimal(-1)),
        ("floor_whole(c / 2)", Decimal(1)),
        ("ceil_whole((0 - c) / 2)", Decimal(-1)),
        ("floor_whole(c / (0 - 2))", Decimal(-2)),
        ("round_fen(monthly(a))", Decimal("0.83")),
        ("yearly(a)", Decimal(120)),
        ("if b and k = 'urban' then a else 0", Decimal(10)),
        ("b and not (c >= 4) or a < 0", True),
        ("a / 3 < 10 / 3", False),
        ("a / 3 = 10 / 3", True),
        ("a / (0 - 3) < c", True),
        ("a / 3 in [3..4)", True),
        ("a / 3 in {1, 2}", False),
        ("n in (0..1]", True),
        ("k in {'urban', 'rural'}", True),
        ("k != 'rural'", True),
        ("d < 2000-03-01", True),
        ("b = true", True),
        ("b = false", False),
        ("age(d, 2018-02-28)", Decimal(17)),
        ("age(d, 2018-03-01)", Decimal(18)),
        ("months_between(d, decision_day)", Decimal(243)),
        ("next_month(d)", date(2000, 3, 1)),
        ("add_months(d, 12)", date(2001, 2, 28)),
        ("add_days(d, 1)", date(2000, 3, 1)),
        ("add_working_days(2020-06-05, 1)", date(2020, 6, 8)),
        ("sum(m.wage for m in members where m.works)", Decimal("100.10")),
        ("sum(m.wage for m in members where m.grade > 3)", Decimal(0)),
        ("count(m in members)", Decimal(2)),
        ("count(m in members where m.grade in [1..2])", Decimal(1)),
        ("any(m.works for m in members)", True),
        ("all(m.works for m in members)", False),
        ("all(m.works for m in members where m.grade = 0)", True),
        ("max(m.wage for m in members)", Decimal("100.10")),
        ("min(m.wage * n for m in members)", Decimal(0)),
    ],
)
def test_a_formula_gives(calc, formula, expected):
    found = value(calc(formula))
    assert found == expected
    assert isinstance(found, bool | date | Decimal | int)


def test_a_quotient_stays_two_numbers(calc):
    assert value(calc("a / c")) == Quotient(Decimal(10), Decimal(3))


def test_the_branch_not_taken_is_not_worked_out(calc):
    rule = calc("if c > 0 then round_fen(a / c) else 0")
    assert value(rule, c=0) == 0


def test_a_divisor_of_zero_that_slipped_through_raises(calc):
    with pytest.raises(ArithmeticError):
        calc("round_fen(a / c)").decide({**INPUTS, "c": 0}, trace=True)
    with pytest.raises(ZeroDivisionError):
        calc("a / c < 1").decide({**INPUTS, "c": 0}, trace=True)


def test_the_callers_decimal_context_is_left_alone(calc):
    before = getcontext().copy()
    value(calc("a * n"))
    assert getcontext().prec == before.prec and getcontext().traps == before.traps


def test_an_amount_that_is_no_whole_number_of_fen_raises(tmp_path):
    one = aid(tmp_path, {"parameters.yaml": PARAMETERS.replace("400.00", "400.001")})
    with pytest.raises(Inexact):
        Rulebook([one]).rule("aid", DAY).decide({"收入": Decimal(0), "人数": 1})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("a", 600), ("a", 600.0), ("a", "600.00"), ("a", None), ("a", True), ("a", Decimal("0.001")),
        ("a", Decimal("NaN")), ("a", Decimal("sNaN")), ("a", Decimal("Infinity")), ("a", Decimal("1e40")),
        ("n", Decimal("0.25")), ("n", Decimal("9.1")), ("n", Decimal("-6")), ("n", 0.5), ("n", False),
        ("c", -1), ("c", True), ("c", "3"), ("c", Decimal(3)),
        ("b", 1), ("b", "true"),
        ("d", "2000-01-01"), ("d", datetime(2000, 1, 1)),  # noqa: DTZ001  a naive one is what must be refused
        ("k", "Urban"), ("k", ["urban"]),
        ("members", {"wage": 1}), ("members", [1]), ("members", "ab"), ("members", INPUTS["members"] * 2),
    ],
)  # fmt: skip
def test_a_wrong_input_is_refused_by_its_name(calc, name, wrong):
    rule = calc()
    for trace in (False, True):
        with pytest.raises(InputWrong) as caught:
            rule.decide({**INPUTS, name: wrong}, trace)
        assert caught.value.name.partition("[")[0] == name
        assert caught.value.zh and caught.value.en


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"wage": Decimal(1), "works": True}, "members[1].grade"),
        ({"wage": Decimal(1), "works": True, "grade": 1, "more": 1}, "members[1].more"),
        ({"wage": 1, "works": True, "grade": 1}, "members[1].wage"),
        ({"wage": Decimal(1), "works": 1, "grade": 1}, "members[1].works"),
        ({"wage": Decimal(1), "works": True, "grade": 5}, "members[1].grade"),
    ],
)
def test_a_wrong_field_of_a_record_is_refused_by_its_name(calc, row, name):
    with pytest.raises(InputWrong) as caught:
        calc().decide({**INPUTS, "members": [INPUTS["members"][0], row]})
    assert caught.value.name == name


def test_parts_of_a_fen_are_refused_even_where_they_add_up_to_one(calc):
    half = {**INPUTS["members"][0], "wage": Decimal("1.005")}
    with pytest.raises(InputWrong, match=r"^members\[0\]\.wage: "):
        calc().decide({**INPUTS, "members": [half, half]})
    with pytest.raises(InputWrong, match=r"^a: "):
        calc().decide({**INPUTS, "a": Decimal("1.005"), "members": [half]})


@pytest.mark.parametrize("told", ["1", "1.0", "1.000", "1.00", "1E+1", "-0.00", "0E-70", "0E+70"])
def test_money_may_be_written_with_fewer_digits_or_with_noughts(calc, told):
    one = {**INPUTS["members"][0], "wage": Decimal(told)}
    assert calc().decide({**INPUTS, "members": [one]}) == calc().decide(
        {**INPUTS, "members": [{**one, "wage": Decimal(told) + Decimal("0.00")}]}
    )


def test_an_input_missing_or_unknown_is_refused_by_its_name(calc):
    with pytest.raises(InputWrong, match=r"^c: "):
        calc().decide({name: told for name, told in INPUTS.items() if name != "c"})
    with pytest.raises(InputWrong, match=r"^unasked: "):
        calc().decide({**INPUTS, "unasked": 1})


ROWS = """
      - {id: A, clause: "1", when: {c: "< 2"}, then: {o: "10"}, zh: 一, en: one}
      - {id: B, clause: "2", when: {c: "< 4", b: "true"}, then: {o: "c"}, zh: 二, en: two}
"""
REST = '      - {id: REST, clause: "1", when: {}, then: {o: "0"}, zh: 其余, en: rest}\n'


@pytest.mark.parametrize(
    ("hit", "rows", "c", "b", "row", "output"),
    [
        ("first", ROWS + REST, 1, True, "A", 10),
        ("first", ROWS + REST, 3, True, "B", 3),
        ("first", ROWS + REST, 3, False, "REST", 0),
        ("first", ROWS, 3, False, NoRow, None),
        ("unique", ROWS + REST, 1, False, "A", 10),
        ("unique", REST + ROWS, 3, True, "B", 3),
        ("unique", ROWS + REST, 9, True, "REST", 0),
        ("unique", ROWS + REST, 1, True, NoRow, None),
        ("unique", ROWS, 9, True, NoRow, None),
        ("collect", ROWS, 1, True, "A+B", 11),
        ("collect", ROWS, 9, True, "", 0),
        ("collect", REST + ROWS, 9, True, "REST", 0),
        ("collect", REST + ROWS, 3, True, "B", 3),
    ],
)
def test_a_table_hits(calc, hit, rows, c, b, row, output):
    rule = calc(hit=hit, rows="\n" + rows)
    inputs = {**INPUTS, "c": c, "b": b}
    if row is NoRow:
        with pytest.raises(NoRow, match="t"):
            rule.decide(inputs)
        return
    outcome = rule.decide(inputs, trace=True)
    assert (outcome.row, outcome.outputs) == (row, {"o": output})
    clause = next(step.clause for step in outcome.trace or () if step.kind == "row")
    assert clause == ("2" if row == "B" else "1")


def test_the_trace_tells_values_clauses_and_papers(tmp_path):
    rule = Rulebook([aid(tmp_path)]).rule("aid", DAY)
    outcome = rule.decide({"收入": Decimal("700.00"), "人数": 2}, trace=True)
    assert outcome[:3] == ("BELOW", {"去向": "grant"}, 10000)
    assert outcome.trace is not None
    assert [step[:4] for step in outcome.trace] == [
        ("标准", Decimal("400.00"), "1", "little"),
        ("人均", (Decimal(700), 2), "1", "little"),
        ("认定", "BELOW", "1", "little"),
        ("去向", "grant", "1", "little"),
        ("amount", Decimal("100.00"), "2", "little"),
    ]
    assert len(outcome.trace) == 5 and outcome.trace[-1].kind == "amount"


NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(above=NUMBERS, below=NUMBERS.filter(bool), function=st.sampled_from(["round", "ceil", "floor"]))
def test_a_rounded_quotient_is_that_of_fractions(above, below, function):
    mode, digits = rounding_of(f"{function}_fen")
    exact = Fraction(above) / Fraction(below) * 100
    down = exact.numerator // exact.denominator
    half = abs(exact) + Fraction(1, 2)
    away = half.numerator // half.denominator
    expected = {"floor": down, "ceil": down + (exact != down), "round": away if exact >= 0 else -away}[
        function
    ]
    before = getcontext().copy()
    try:
        setcontext(EXACT.copy())
        assert rounded_quotient(above, below, digits, mode) == Decimal(expected).scaleb(-2)
        assert rounded(above, Decimal("0.01"), mode) == rounded_quotient(above, Decimal(1), 2, mode)
    finally:
        setcontext(before)


@given(NUMBERS, NUMBERS.filter(bool), NUMBERS, NUMBERS.filter(bool))
def test_quotients_compare_as_fractions_do(a, b, c, d):
    one, other = Fraction(a) / Fraction(b), Fraction(c) / Fraction(d)
    assert compared("<", a, b, c, d) == (one < other)
    assert compared(">=", a, b, c, d) == (one >= other)


def test_a_tie_goes_away_from_zero_on_either_side():
    mode, _ = rounding_of("round_yuan")
    assert [rounded(Decimal(text), Decimal(1), mode) for text in ("0.5", "-0.5", "1.5", "-1.5")] == [
        1,
        -1,
        2,
        -2,
    ]
    assert str(rounded(Decimal("-0.4"), Decimal(1), mode)) == "0"


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
@settings(max_examples=50)
def test_months_and_years_agree(start, end):
    assert age(start, end) == months_between(start, end) // 12 or months_between(start, end) < 0
    assert next_month(start).day == 1 and timedelta(0) < next_month(start) - start <= timedelta(31)
    assert add_months(add_months(start.replace(day=1), Decimal(5)), Decimal(-5)) == start.replace(day=1)


def test_working_days_need_a_calendar(tmp_path):
    text = HEAD.format(formula="add_working_days(d, 1)", hit="first", rows=ALL_ROWS)
    one = paper(tmp_path, {"paper.yaml": identity(), "programmes/calc.yaml": text})
    with pytest.raises(NoCalendar):
        Rulebook([one]).rule("calc", DAY).decide(INPUTS, trace=True)


SERIES = [
    ("2020-05", Decimal(5)),
    ("2020-01", Decimal(1)),
    ("2020-03", Decimal(0)),
    ("2020-04", Decimal("4.50")),
]


@pytest.mark.parametrize(
    ("kind", "window", "where", "month", "expected"),
    [
        ("latest", None, None, "2020-06", 5),
        ("latest", 1, None, "2020-07", 0),
        ("latest", None, "s < 2", "2020-06", 0),
        ("latest", None, None, "2020-05", Decimal("4.50")),
        ("sum", None, None, "2020-06", Decimal("10.50")),
        ("sum", 2, None, "2020-06", Decimal("9.50")),
        ("sum", None, "s > 2", "2020-05", Decimal("4.50")),
        ("count", None, None, "2020-06", 3),
        ("count", None, "s >= 0", "2020-06", 4),
        ("count", 2, None, "2020-04", 0),
        ("run_length", None, None, "2020-06", 2),
        ("run_length", 1, None, "2020-06", 1),
        ("run_length", None, "s >= 0", "2020-06", 3),
        ("run_length", None, None, "2020-07", 0),
        ("months_since", 12, None, "2020-06", 1),
        ("months_since", 12, "s = 1", "2020-06", 5),
        ("months_since", 3, "s = 1", "2020-06", 4),
    ],
)
def test_history_is_folded(kind, window, where, month, expected):
    remembered = Remembered(
        name="r", en="r", fold=kind, of="s", window=window, where=where, unit="number", clause="1"
    )
    found = fold(remembered, SERIES, month)
    assert found == expected and isinstance(found, Decimal)


@pytest.mark.parametrize(
    ("kind", "window", "where", "month", "expected"),
    [
        ("latest", None, None, "2020-05", 5),
        ("latest", 1, None, "2020-06", 5),
        ("sum", None, None, "2020-05", Decimal("10.50")),
        ("sum", 1, None, "2020-05", Decimal("9.50")),
        ("count", 2, None, "2020-05", 2),
        ("run_length", None, None, "2020-05", 2),
        ("run_length", 1, "s >= 0", "2020-05", 2),
        ("run_length", None, None, "2020-06", 0),
        ("months_since", 12, None, "2020-05", 0),
        ("months_since", 3, "s = 1", "2020-05", 4),
    ],
)
def test_history_may_see_the_deciding_month(kind, window, where, month, expected):
    remembered = Remembered(
        name="r", en="r", fold=kind, of="s", window=window, where=where, unit="number", clause="1",
        with_this_month=True,
    )  # fmt: skip
    assert fold(remembered, SERIES, month) == expected


def test_a_fold_refuses_a_month_twice_and_months_since_without_a_window():
    remembered = Remembered(name="r", en="r", fold="months_since", of="s", unit="month", clause="1")
    with pytest.raises(ValueError, match="window"):
        fold(remembered, SERIES, "2020-06")
    with pytest.raises(ValueError, match="twice"):
        fold(remembered, [("2020-01", True), ("2020-01", False)], "2020-06")
    with pytest.raises(ValueError, match="month like"):
        fold(remembered, [("2020-13", True)], "2020-06")
