"""Facts laid out as columns: the values that the interpreter takes, and nobody whom it would refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from services.policy.language.intake import InputWrong
from services.policy.population import Population
from services.policy.reading import read_paper
from services.policy.rule import Rule
from services.policy.rulebook import Rulebook
from services.policy.sql.inputs import quoted, telling
from tests.history.whatif.laid import lay_out

PAPERS = Path(__file__).parents[3] / "services" / "policy" / "papers"
MEMBERS = "家庭成员"
Case = dict[str, Any]


@pytest.fixture(scope="module")
def rule() -> Rule:
    papers = [read_paper(folder).paper for folder in sorted(PAPERS.iterdir())]
    return Rulebook(papers).rule("dibao", date(2021, 8, 2))


def without(case: Case, random: Random) -> None:
    del case[random.choice([name for name in case if name != MEMBERS])]


def of_another_choice(case: Case, random: Random) -> None:
    case["地区"] = "moon"


def unread(case: Case, random: Random) -> None:
    case[random.choice(["地区", "财产符合", "经营净收入", MEMBERS])] = random.choice(["?", None])


def out_of_range(case: Case, random: Random) -> None:
    case["经营净收入"] = -case["经营净收入"] - 1


def of_a_tenth_of_a_fen(case: Case, random: Random) -> None:
    case["经营净收入"] += Decimal("0.001")


def nobody(case: Case, random: Random) -> None:
    case[MEMBERS] = []


def a_member_without(case: Case, random: Random) -> None:
    members = [dict(one) for one in case[MEMBERS]]
    del random.choice(members)[random.choice(["年龄", "工资", "重病", "残疾类别"])]
    case[MEMBERS] = members


def nothing(case: Case, random: Random) -> None: ...


FAULTS: tuple[Callable[[Case, Random], None], ...] = (
    nothing, without, of_another_choice, unread, out_of_range, of_a_tenth_of_a_fen, nobody, a_member_without
)  # fmt: skip


def test_who_is_laid_out_is_whom_the_interpreter_decides_with_the_same_values(rule: Rule) -> None:
    random, asked = Random(5), rule.definition.inputs
    cases: dict[int, Case] = {}
    for number, whole in enumerate(Population(rule.definition, seed=2).cases(300)):
        cases[number] = {name: whole[name] for name in asked}
        random.choice(FAULTS)(cases[number], random)
    decided = {number for number, case in cases.items() if _decides(rule, case)}
    assert 20 < len(decided) < 280
    with duckdb.connect() as connection:
        lay_out(connection, "facts", rule.definition, cases)
        names = list(asked)
        columns = ", ".join(map(quoted, names))
        found = connection.execute(f"SELECT id, {columns} FROM facts").fetchall()
    tell = [telling(one) for one in asked.values()]
    again = {
        id: dict(zip(names, (one(value) for one, value in zip(tell, values, strict=True)), strict=True))
        for id, *values in found
    }
    assert again == {number: case for number, case in cases.items() if number in decided}


def _decides(rule: Rule, case: Case) -> bool:
    history = {
        name: (0 if one.fold == "run_length" else Decimal("0.00"))
        for name, one in rule.definition.history.items()
    }
    try:
        rule.decide(case | history)
    except InputWrong:
        return False
    return True
