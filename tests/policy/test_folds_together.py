"""Many folds over one list: worked out in one pass, each still gives what it would give alone."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

from services.policy.sql.statement import compile_rule
from tests.policy.rules import agree, definition, field, formula, given, parameter

LONGEST = 7
MOST = Decimal("999.99")
MEMBERS = given(
    "members", "list", range=("0", str(LONGEST)),
    fields=[
        field("wage", "money", unit="yuan", range=("0", "999.99")),
        field("debt", "money", unit="yuan", range=("-999.99", "999.99")),
        field("grade", "count", range=("0", "4")),
        field("works", "boolean"),
    ],
)  # fmt: skip
FORMULAS = [
    formula("wages", "sum(m.wage for m in members)", "yuan"),
    formula("of_work", "sum(min(m.wage, cost) for m in members where m.works)", "yuan"),
    formula("severe", "count(m in members where m.grade in [1..2])"),
    formula("severe_again", "count(m in members where m.grade in [1..2])"),
    formula("grades", "sum(m.grade * m.grade for m in members where m.works)"),
    formula("debts", "sum(m.debt for m in members)", "yuan"),
    formula("some", "any(m.works for m in members where m.grade > 2)", "boolean"),
    formula("each", "all(m.works for m in members where m.grade > 2)", "boolean"),
    formula("over", "sum(m.wage - wages for m in members where wages > cost)", "yuan"),
    formula("shares", "sum(round_fen(m.wage / 3) for m in members)", "yuan"),
]


def rule() -> Any:
    return definition(
        [MEMBERS], parameters=[parameter("cost", "20.5", "yuan")], formulas=FORMULAS, amount="shares"
    )


def member(wage: Decimal, debt: Decimal, grade: int, works: bool) -> dict[str, object]:
    return {"wage": wage, "debt": debt, "grade": grade, "works": works}


def test_folds_give_together_what_they_give_alone() -> None:
    kinds = [
        member(*one)
        for one in product((Decimal("0.00"), MOST), (-MOST, Decimal("0.01")), (0, 2, 4), (True, False))
    ]
    families = [kinds[at : at + many] for many in range(LONGEST + 1) for at in range(len(kinds) - many)]
    # The longest list of the greatest values: every stretch of bits is full to its end.
    families += [[one] * LONGEST for one in kinds]
    answers = agree(rule(), [{"members": family} for family in families])
    assert max(one["wages"] for one in answers) == MOST * LONGEST
    assert {(one["some"], one["each"]) for one in answers} >= {(True, True), (False, True), (False, False)}


def test_a_list_is_walked_through_once_for_as_many_folds_as_fit_together() -> None:
    text = compile_rule(rule(), "cases", formulas=True).sql().lower()
    # Seven different sums in two packs; one each for what may be negative (debts) and for what reads another formula (over).
    assert text.count("list_sum(") == 4
