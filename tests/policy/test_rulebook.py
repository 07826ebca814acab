"""Papers put together: whose word counts on which day, and what does not go together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.policy.finding import Refused
from services.policy.paper import Paper
from services.policy.rulebook import Rulebook
from tests.policy.little import PARAMETERS, PROGRAMME, aid, identity, paper

INPUTS = {"收入": Decimal("700.00"), "人数": 2}
FORMULA = """
programme: aid
title: {zh: 补助, en: Aid}
clause: "1"
formulas:
  - {name: 人均, en: income a head, formula: "收入 / (人数 + 1)", unit: yuan/month, clause: "2"}
"""


def changing(folder: Path, id: str, more: str = "", first: str = "2020-03-01", last: str = "") -> Paper:
    """A paper that says otherwise what the income a head is."""
    head = identity(id=id, first=first, last=last, more=more)
    return paper(folder / id, {"paper.yaml": head, "programmes/aid.yaml": FORMULA})


def rules(papers: list[Paper], on: date) -> set[str]:
    with pytest.raises(Refused) as caught:
        Rulebook(papers).rule("aid", on)
    return {finding.rule for finding in caught.value.findings}


def row(papers: list[Paper], on: date, **inputs: object) -> str:
    return Rulebook(papers).rule("aid", on).decide({**INPUTS, **inputs}).row


def test_a_parameter_is_that_of_the_day(tmp_path):
    rulebook = Rulebook([aid(tmp_path)])
    assert rulebook.rule("aid", date(2020, 12, 31)).decide(INPUTS).amount_fen == 100_00
    assert rulebook.rule("aid", date(2021, 1, 1)).decide(INPUTS).amount_fen == 201_00


def test_a_rule_on_an_illustrative_figure_says_so(tmp_path):
    rulebook = Rulebook([aid(tmp_path)])
    assert not rulebook.rule("aid", date(2020, 12, 31)).illustrative
    assert rulebook.rule("aid", date(2021, 1, 1)).illustrative


def test_an_epoch_is_put_together_once_and_knows_its_day(tmp_path):
    rulebook = Rulebook([aid(tmp_path)])
    first, second = (rulebook.definition("aid", date(2020, 5, day)) for day in (1, 2))
    assert first.steps is second.steps and (first.on, second.on) == (date(2020, 5, 1), date(2020, 5, 2))
    assert rulebook.epoch(date(2020, 5, 1)) == (date(2020, 1, 1), date(2020, 12, 31))
    assert rulebook.epoch(date(2021, 5, 1)) == (date(2021, 1, 1), None)
    with pytest.raises(ValueError, match="2019"):
        rulebook.epoch(date(2019, 5, 1))


def test_an_amending_paper_counts_from_its_first_day_to_its_last(tmp_path):
    papers = [aid(tmp_path / "a"), changing(tmp_path, "b", "amends: [little]", last="2020-06-30")]
    rich = Decimal("900.00")
    assert row(papers, date(2020, 2, 29), 收入=rich) == "ABOVE"
    assert row(papers, date(2020, 3, 1), 收入=rich) == "BELOW"
    assert row(papers, date(2020, 6, 30), 收入=rich) == "BELOW"
    assert row(papers, date(2020, 7, 1), 收入=rich) == "ABOVE"


def test_who_amends_the_amender_counts_before_both(tmp_path):
    papers = [
        aid(tmp_path / "a"),
        changing(tmp_path, "b", "amends: [little]"),
        changing(tmp_path, "c", "amends: [b]", first="2020-05-01"),
    ]
    step = Rulebook(papers).definition("aid", date(2020, 5, 1)).steps[0]
    assert step.paper.identity.id == "c"


@pytest.mark.parametrize("more", ["", "amends: [other]"])
def test_two_papers_that_say_one_thing_conflict(tmp_path, more):
    papers = [aid(tmp_path / "a"), changing(tmp_path, "b", more)]
    assert row(papers, date(2020, 2, 29)) == "BELOW"
    assert rules(papers, date(2020, 3, 1)) == {"conflict"}


def test_two_papers_that_amend_each_other_or_the_same_third_conflict(tmp_path):
    base = aid(tmp_path / "a")
    each = [
        base,
        changing(tmp_path / "x", "b", "amends: [little, c]"),
        changing(tmp_path / "x", "c", "amends: [little, b]"),
    ]
    both = [
        base,
        changing(tmp_path / "y", "b", "amends: [little]"),
        changing(tmp_path / "y", "c", "amends: [little]"),
    ]
    assert rules(each, date(2020, 3, 1)) == rules(both, date(2020, 3, 1)) == {"conflict"}


def test_a_superseded_paper_ends_and_does_not_come_back(tmp_path):
    old = aid(tmp_path / "a")
    files = {
        "paper.yaml": identity(id="new", first="2020-03-01", last="2020-12-31", more="supersedes: [little]"),
        "parameters.yaml": PARAMETERS,
        "programmes/aid.yaml": PROGRAMME,
    }
    rulebook = Rulebook([old, paper(tmp_path / "b", files)])
    assert [one.identity.id for one in rulebook.in_force(date(2020, 2, 29))] == ["little"]
    assert [one.identity.id for one in rulebook.in_force(date(2020, 3, 1))] == ["new"]
    assert rulebook.in_force(date(2021, 1, 1)) == ()
    with pytest.raises(Refused, match="no-paper"):
        rulebook.rule("aid", date(2021, 1, 1))


def test_a_decision_rests_on_the_papers_of_which_something_counts(tmp_path):
    idle = paper(tmp_path / "z", {"paper.yaml": identity(id="idle")})
    papers = [aid(tmp_path / "a"), idle, changing(tmp_path, "b", "amends: [little]")]
    rulebook = Rulebook(papers)
    assert [one.identity.id for one in rulebook.in_force(date(2020, 3, 1))] == ["idle", "little", "b"]
    assert [one.identity.id for one in rulebook.definition("aid", date(2020, 3, 1)).papers] == ["little", "b"]
    assert rulebook.programmes(date(2020, 3, 1)) == ("aid",)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("收入 / 人数", "收入 / 户数", "unknown-name"),
        ("收入 / 人数", "收入 ＞ 人数", "syntax"),
        ("收入 / 人数", "收入 / 人均", "cycle"),
        ("收入 / 人数", "收入 * 0.5", "float-literal"),
        ("< 标准", "< < 标准", "syntax"),
        ("when: {人均:", "when: {人数:", "columns"),
        ("then: {去向: \"'grant'\"}", "then: {去处: \"'grant'\"}", "columns"),
        ("标准 * 人数 - 收入 else", "人均 else", "quotient"),
        ("table: 认定", "table: 认证", "unknown-name"),
        ("name: 去向,", "name: 收入,", "columns"),
        ("name: 人均,", "name: 收入,", "twice"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path, old, new, rule):
    assert old in PROGRAMME
    one = aid(tmp_path, {"programmes/aid.yaml": PROGRAMME.replace(old, new)})
    assert rule in rules([one], date(2020, 3, 1))


def test_a_programme_without_an_amount_is_refused(tmp_path):
    one = aid(tmp_path, {"programmes/aid.yaml": PROGRAMME[: PROGRAMME.index("amount:")]})
    assert rules([one], date(2020, 3, 1)) == {"no-amount"}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("from: 2020-01-01", "from: 2020-04-01", "no-value"),
        ('"400.00"', '"4e2"', "syntax"),
        ('"400.00"', '"NaN"', "syntax"),
        ('"400.00"', '" 400"', "syntax"),
        ("unit: yuan/month", "unit: boolean", "syntax"),
        ("unit: yuan/month", "unit: date", "syntax"),
    ],
)
def test_a_parameter_without_a_value_that_can_be_read_is_refused(tmp_path, old, new, rule):
    one = aid(tmp_path, {"parameters.yaml": PARAMETERS.replace(old, new, 1)})
    assert rules([one], date(2020, 3, 1)) == {rule}


def test_two_papers_with_one_id_and_another_language_are_refused(tmp_path):
    one = aid(tmp_path / "a")
    with pytest.raises(Refused, match="twice"):
        Rulebook([one, one])
    later = paper(tmp_path / "b", {"paper.yaml": identity(id="later").replace("language: 1", "language: 2")})
    with pytest.raises(Refused, match="language"):
        Rulebook([later])


def test_a_chain_of_formulas_may_be_longer_than_pythons_stack(tmp_path):
    links = "".join(
        f'  - {{name: f{n}, en: f, formula: "f{n + 1} + 1", unit: number, clause: "1"}}\n'
        for n in range(1500)
    )
    last = '  - {name: f1500, en: f, formula: "人数 + 0", unit: number, clause: "1"}\n'
    text = PROGRAMME.replace("formulas:\n", f"formulas:\n{links}{last}").replace("收入 / 人数", "收入 / f0")
    rule = Rulebook([aid(tmp_path, {"programmes/aid.yaml": text})]).rule("aid", date(2020, 3, 1))
    assert rule.decide(INPUTS).row == "BELOW"
    assert rule.decide(INPUTS, trace=True).trace is not None
