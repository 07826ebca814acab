"""A paper with one thing wrong is refused for that, at its file and line; the same paper without it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from services.policy.checking import check
from services.policy.finding import Finding
from services.policy.paper import Paper
from services.policy.reading import ReadPaper, read_paper

IDENTITY = """\
id: heat
language: 1
number: 民发〔2020〕1号
title: 取暖补贴办法
issuers: [民政局]
in_force: {from: 2020-01-01}
status: illustrative
pending: finish_old
outline: {"1": 标准, "2": 条件}
"""
PARAMETERS = """\
- name: 标准
  en: standard
  unit: yuan/month
  clause: "1"
  values:
    - {from: 2020-01-01, value: "500.00", source: 示例, status: illustrative}
    - {from: 2021-01-01, value: "550.00", source: 示例, status: illustrative}
- name: 倍数
  en: multiple
  unit: number
  clause: "1"
  values: [{from: 2020-01-01, value: "1.5", source: 示例, status: illustrative}]
"""
PROGRAMME = """\
programme: heating
title: {zh: 取暖, en: heating}
clause: "1"
inputs:
  - {name: 收入, en: income, type: money, unit: yuan/month, range: ["0", "10000"], source: survey, clause: "2"}
  - {name: 人数, en: people, type: count, range: ["1", "20"], source: registry, clause: "2"}
  - {name: 地区, en: area, type: choice, of: [urban, rural], source: registry, clause: "2"}
formulas:
  - name: 倍
    en: multiple of the standard
    formula: 收入 / (标准 * 人数)
    unit: number
    clause: "1"
  - {name: 差额, en: lack, formula: "max(0, 标准 * 人数 - 收入)", unit: yuan/month, clause: "1"}
tables:
  - name: 认定
    en: recognition
    hit: first
    columns: [倍, 地区]
    outputs: [{name: 去向, en: route, type: choice, of: [whole, half, none]}]
    rows:
      - {id: WHOLE, clause: "2", when: {倍: "< 1"}, then: {去向: "'whole'"}, zh: 全额, en: whole}
      - id: HALF
        clause: "2"
        when: {倍: "[1..倍数)", 地区: "'rural'"}
        then: {去向: "'half'"}
        zh: 半额
        en: half
      - {id: NONE, clause: "2", when: {}, then: {去向: "'none'"}, zh: 不予, en: none}
    clause: "2"
amount:
  formula: "if 去向 = 'none' then 0 else 差额"
  table: 认定
  clause: "1"
"""
EXAMPLES = """\
programme: heating
base: {人数: 1, 地区: rural}
examples:
  - {name: below, on: 2020-06-01, inputs: {收入: "499.99"}, row: WHOLE, amount: "0.01"}
  - {name: at the standard, on: 2020-06-01, inputs: {收入: "500"}, row: HALF, amount: "0"}
  - {name: at the multiple, on: 2020-06-01, inputs: {收入: "750"}, row: NONE, amount: "0"}
"""


def paper(folder: Path, change: dict[str, str] | None = None) -> ReadPaper:
    """The paper with each text replaced by another; a text that is not there is a mistake of the test."""
    files = {
        "paper.yaml": IDENTITY,
        "parameters.yaml": PARAMETERS,
        "programmes/heating.yaml": PROGRAMME,
        "examples/heating.yaml": EXAMPLES,
    }
    for old, new in (change or {}).items():
        assert sum(text.count(old) for text in files.values()), old
        files = {name: text.replace(old, new) for name, text in files.items()}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return read_paper(folder)


def found(read: ReadPaper, others: Sequence[Paper] = ()) -> list[Finding]:
    return check(read.paper, others, read.places)


def test_a_sound_paper_is_taken(tmp_path: Path) -> None:
    assert found(paper(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("收入 / (标准 * 人数)", "收入 ／ (标准 * 人数)", "syntax", ("programmes/heating.yaml", 11)),
        ("收入 / (标准 * 人数)", "收入 / (标准 * 0.5)", "float-literal", ("programmes/heating.yaml", 11)),
        ("收入 / (标准 * 人数)", "收入 / (标准 * 人头)", "unknown-name", ("programmes/heating.yaml", 11)),
        ("收入 / (标准 * 人数)", "收入 / (标准 + 人数)", "unit", ("programmes/heating.yaml", 11)),
        ("收入 / (标准 * 人数)", "收入 / (标准 * 人数) + 1", "kind", ("programmes/heating.yaml", 11)),
        ("收入 / (标准 * 人数)", "收入 * (标准 * 人数)", "unit", ("programmes/heating.yaml", 12)),
        ('range: ["1", "20"]', 'range: ["0", "20"]', "division-by-zero", ("programmes/heating.yaml", 11)),
        ("name: 差额, en: lack", "name: 人数, en: lack", "twice", ("programmes/heating.yaml", 14)),
        ("max(0, 标准 * 人数 - 收入)", "差额", "cycle", ("programmes/heating.yaml", 14)),
        ("then 0 else 差额", "then 0 else 标准 - 收入", "unused-name", ("programmes/heating.yaml", 14)),
        ("then 0 else 差额", "then 0 else 人数", "unit", ("programmes/heating.yaml", 32)),
        ("'none' then 0", "'nobody' then 0", "kind", ("programmes/heating.yaml", 32)),
        ("去向: \"'half'\"", "去向: \"'part'\"", "kind", ("programmes/heating.yaml", 26)),
        ("去向: \"'half'\"", '去向: "人数"', "kind", ("programmes/heating.yaml", 26)),
        ("地区: \"'rural'\"", "地区: \"'mountain'\"", "kind", ("programmes/heating.yaml", 25)),
        ("地区: \"'rural'\"", '地区: "> 1"', "kind", ("programmes/heating.yaml", 25)),
        ("[1..倍数)", "[1..人数)", "cell", ("programmes/heating.yaml", 16)),
        ("[1..倍数)", "[0..1)", "unreachable", ("programmes/heating.yaml", 23)),
        ("when: {}", "when: {倍: \"> 倍数\"}", "gap", ("programmes/heating.yaml", 21)),
        ("[1..倍数)", "[0..倍数)", "overlap", ("programmes/heating.yaml", 23)),
        ("hit: first", "hit: collect", "kind", ("programmes/heating.yaml", 20)),
        ('{"1": 标准, "2": 条件}', '{"2": 条件}', "clause", ("parameters.yaml", 4)),
        ("from: 2021-01-01, value", "from: 2019-01-01, value", "value-order", ("parameters.yaml", 7)),
        ('value: "1.5"', 'value: "1,5"', "value", ("parameters.yaml", 12)),
        ('values: [{from: 2020-01-01', 'values: [{from: 2020-01-02', "no-value", ("parameters.yaml", 8)),
        ("row: HALF", "row: NONE", "example", ("examples/heating.yaml", 5)),
        ('"499.99"', '"500"', "no-example", ("programmes/heating.yaml", 22)),
        ('收入: "750"', '收入: "600", 地区: urban', "no-example", ("programmes/heating.yaml", 25)),
    ],
)  # fmt: skip
def test_one_thing_wrong_is_found_at_its_line(
    tmp_path: Path, old: str, new: str, rule: str, line: tuple[str, int]
) -> None:
    findings = found(paper(tmp_path, {old: new}))
    told = [(one.rule, Path(one.file).relative_to(tmp_path).as_posix(), one.line) for one in findings]
    assert (rule, *line) in told, [str(one) for one in findings]


def test_an_overlap_that_is_declared_is_taken(tmp_path: Path) -> None:
    overlap = {
        "[1..倍数)": "[0..倍数)",
        '    clause: "2"\namount': '    overlaps: [[WHOLE, HALF]]\n    clause: "2"\namount',
    }
    assert found(paper(tmp_path, overlap)) == []


def test_what_recurs_in_every_epoch_is_told_once(tmp_path: Path) -> None:
    findings = found(paper(tmp_path, {"收入 / (标准 * 人数)": "收入 / (标准 + 人数)"}))
    assert [one.rule for one in findings].count("unit") == 1


def other(read: ReadPaper, **changes: object) -> Paper:
    identity = read.paper.identity.model_copy(update={"id": "other", **changes})
    return read.paper.model_copy(update={"identity": identity})


def test_two_papers_in_force_that_say_the_same_conflict(tmp_path: Path) -> None:
    read = paper(tmp_path)
    assert {one.rule for one in found(read, [other(read)])} == {"conflict"}
    assert all(one.file and one.line for one in found(read, [other(read)]))


def test_a_paper_that_amends_or_supersedes_the_other_does_not_conflict(tmp_path: Path) -> None:
    read = paper(
        tmp_path, {"status: illustrative\npending": "status: illustrative\namends: [other]\npending"}
    )
    assert found(read, [other(read, amends=())]) == []


def test_an_amended_paper_must_be_there(tmp_path: Path) -> None:
    read = paper(
        tmp_path, {"status: illustrative\npending": "status: illustrative\namends: [absent]\npending"}
    )
    assert [one.rule for one in found(read)] == ["no-paper"]


def test_a_paper_is_checked_beside_its_earlier_self(tmp_path: Path) -> None:
    read = paper(tmp_path)
    assert found(read, [read.paper]) == []
