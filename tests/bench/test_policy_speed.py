"""The compiled rule of dibao beside the same rule written by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import services.policy
from services.policy.reading import read_paper
from services.policy.rulebook import Rulebook
from tests.bench import by_hand
from tests.bench.measuring import interleaved, rate
from tests.bench.report import Report, number

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

PAPERS = Path(services.policy.__file__).parent / "papers"
IDS = ("dibao-2021", "hecheng-2020-43", "standards-illustrative")
FAMILIES = 4_000

TEXT = f"""Dibao of August 2021, decided for {FAMILIES:,} random families of one to five: `Rule.decide`, which checks
every input first, and without and with the trace read to its end. Beside it: the same rule as a function written by
hand over `Decimal`, which checks nothing. Both give the same row, route and fen for every family."""


def test_decisions_a_second(report: Report) -> None:
    rule = Rulebook([read_paper(PAPERS / one).paper for one in IDS]).rule("dibao", date(2021, 8, 2))
    families = by_hand.families(FAMILIES)
    for family in families:
        outcome = rule.decide(family)
        assert (outcome.row, outcome.outputs["去向"], outcome.amount_fen) == by_hand.decide(family)

    found = interleaved(
        {
            "plain": lambda: rate(FAMILIES, lambda: [rule.decide(one) for one in families]),
            "traced": lambda: rate(FAMILIES, lambda: [rule.decide(one, trace=True) for one in families]),
            "read": lambda: rate(
                FAMILIES, lambda: [list(rule.decide(one, True).trace or ()) for one in families]
            ),
            "by hand": lambda: rate(FAMILIES, lambda: [by_hand.decide(one) for one in families]),
        }
    )
    section = report.section("Policy, the interpreter", TEXT)
    bare = found["by hand"]
    report.compare(section, "without trace", found["plain"], bare, "decisions/s", "0.5 of the hand-written")
    report.compare(section, "with trace", found["traced"], bare, "decisions/s", "a third of the hand-written")
    report.compare(section, "with trace, read to its end", found["read"], bare, "decisions/s")
    assert rule.definition.steps
    section.notes.append(f"{number(len(rule.definition.steps))} formulas and tables a decision.")
