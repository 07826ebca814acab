"""Little papers for the tests, given as YAML and read like any other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from services.policy.paper import Paper
from services.policy.reading import read_paper

IDENTITY = """
id: {id}
language: 1
number: 〔2020〕1号
title: 一份文件
issuers: [某局]
in_force: {{from: {first}{last}}}
status: {status}
{more}
pending: finish_old
outline: {{"1": 第一条, "2": 第二条}}
"""


def identity(
    id: str = "little", first: str = "2020-01-01", last: str = "", more: str = "", status: str = "confirmed"
) -> str:
    return IDENTITY.format(id=id, first=first, last=f", to: {last}" if last else "", more=more, status=status)


def lay(folder: Path, files: Mapping[str, str]) -> Path:
    """Writes the files of a paper."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def paper(folder: Path, files: Mapping[str, str]) -> Paper:
    return read_paper(lay(folder, files)).paper


PARAMETERS = """
- name: 标准
  en: standard
  unit: yuan/month
  clause: "1"
  values:
    - {from: 2020-01-01, value: "400.00", source: 公告, status: confirmed}
    - {from: 2021-01-01, value: "450.50", source: 公告, status: illustrative}
"""
PROGRAMME = """
programme: aid
title: {zh: 补助, en: Aid}
clause: "1"
inputs:
  - {name: 收入, en: income, type: money, unit: yuan/month, range: ["0", "100000"], source: survey, clause: "1"}
  - {name: 人数, en: people, type: count, range: ["1", "20"], source: registry, clause: "1"}
formulas:
  - {name: 人均, en: income a head, formula: "收入 / 人数", unit: yuan/month, clause: "1"}
tables:
  - name: 认定
    en: outcome
    hit: first
    columns: [人均]
    outputs: [{name: 去向, en: route, type: choice, of: [grant, refuse]}]
    rows:
      - {id: BELOW, clause: "1", when: {人均: "< 标准"}, then: {去向: "'grant'"}, zh: 低于标准, en: below}
      - {id: ABOVE, clause: "2", when: {}, then: {去向: "'refuse'"}, zh: 不低于标准, en: not below}
    clause: "1"
amount:
  formula: "if 去向 = 'grant' then 标准 * 人数 - 收入 else 0"
  table: 认定
  clause: "2"
"""


def aid(folder: Path, more: Mapping[str, str] | None = None) -> Paper:
    """A standard, an income a head below it, the difference."""
    files = {"paper.yaml": identity(), "parameters.yaml": PARAMETERS, "programmes/aid.yaml": PROGRAMME}
    return paper(folder, {**files, **(more or {})})
