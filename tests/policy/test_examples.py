"""The examples that a paper carries, run."""

from __future__ import annotations

from pathlib import Path

import pytest

import services.policy
from services.policy.examples import run
from services.policy.reading import read_paper
from tests.policy.little import PARAMETERS, aid, identity, paper

EXAMPLES = """
programme: aid
base: {收入: "700.00", 人数: 2, 别的: 1}
examples:
  - {name: below, on: 2020-02-01, inputs: {}, row: BELOW, amount: "100.00", outputs: {去向: grant}}
  - {name: at the standard, on: 2020-02-01, inputs: {收入: 800}, row: ABOVE, amount: "0"}
"""
PAPERS = Path(services.policy.__file__).parent / "papers"


def test_examples_that_come_out_give_no_finding(tmp_path):
    assert run(aid(tmp_path, {"examples/aid.yaml": EXAMPLES}), []) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"100.00"', '"100.01"', "expected 100.01 yuan, found 100.00"),
        ('"100.00"', '"1e2"', "expected 1e2 yuan"),
        ("row: BELOW", "row: ABOVE", "expected row ABOVE, found BELOW"),
        ("{去向: grant}", "{去向: refuse}", "expected refuse for 去向, found grant"),
        ("{去向: grant}", "{去处: grant}", "no output `去处`"),
        ("inputs: {}", "inputs: {户数: 1}", "户数: there is no such input"),
        ("inputs: {}", "inputs: {人数: 两}", "人数: expected a whole number"),
        ("inputs: {}", "inputs: {收入: 700.001}", "收入: expected at most 2 digits"),
        ("人数: 2, ", "", "人数: this input is missing"),
    ],
)
def test_an_example_that_comes_out_otherwise_is_told_with_its_line(tmp_path, old, new, said):
    aid(tmp_path, {"examples/aid.yaml": EXAMPLES.replace(old, new)})
    read = read_paper(tmp_path)
    found = run(read.paper, [], read.places)
    assert said in found[0].en and found[0].zh
    assert (found[0].rule, Path(found[0].file).name, found[0].line) == ("example", "aid.yaml", 5)


def test_examples_are_decided_together_with_the_papers_they_name(tmp_path):
    standards = paper(tmp_path / "s", {"paper.yaml": identity(id="standards"), "parameters.yaml": PARAMETERS})
    text = EXAMPLES.replace("programme: aid", "programme: aid\nwith: [standards]")
    one = aid(tmp_path / "a", {"parameters.yaml": "[]", "examples/aid.yaml": text})
    assert run(one, [standards]) == []
    assert "no paper standards" in run(one, [])[0].en


def test_papers_that_do_not_go_together_are_told_once(tmp_path):
    one = aid(tmp_path, {"parameters.yaml": "[]", "examples/aid.yaml": EXAMPLES})
    assert [finding.rule for finding in run(one, [])] == ["unknown-name"]


def test_the_examples_of_the_shipped_papers_come_out():
    papers = [read_paper(file.parent) for file in sorted(PAPERS.glob("*/paper.yaml"))]
    everything = [read.paper for read in papers]
    assert [str(one) for read in papers for one in run(read.paper, everything, read.places)] == []
    assert sum(len(group.examples) for one in everything for group in one.examples) > 100
