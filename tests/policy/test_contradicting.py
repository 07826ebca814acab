"""What of departments' data contradicts help, as a paper says it: checked at publication, and nothing else counts (V3)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from services.policy.contradicting import holds
from services.policy.finding import Refused
from services.policy.paper import Contradiction
from services.policy.reading import ReadPaper
from services.policy.rulebook import Rulebook
from tests.policy.test_checking import PROGRAMME, found, other, paper

pytestmark = pytest.mark.clause("V3")
CARS = '\ncontradicted_by:\n  - {source: vehicles, when: {kind: "{\'car\'}"}, clause: "2", zh: 有车, en: a car}\n'
DAY = date(2020, 6, 1)


def saying(folder: Path, old: str = "", new: str = "") -> ReadPaper:
    return paper(folder, {PROGRAMME: PROGRAMME + CARS.replace(old, new)})


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("kind:", "colour:", "unknown-name"),
        ("{'car'}", "{'car', 'tank'}", "kind"),
        ("{'car'}", "> 1", "kind"),
        ("{'car'}", "= 地区", "cell"),
        ('clause: "2"', 'clause: "9"', "clause"),
        ("{'car'}", "{'car'", "syntax"),
    ],
)
def test_a_part_that_could_never_hold_or_that_reads_anything_else_is_refused(
    tmp_path: Path, old: str, new: str, rule: str
) -> None:
    findings = found(saying(tmp_path, old, new))
    assert [one.rule for one in findings] == [rule], [str(one) for one in findings]
    assert findings[0].file.endswith("heating.yaml") and findings[0].line == 37


def test_a_source_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="source"):
        saying(tmp_path, "vehicles", "gossip")


def test_a_sound_one_is_taken_and_an_amending_paper_says_it_anew_for_its_source(tmp_path: Path) -> None:
    read = saying(tmp_path)
    assert found(read) == []
    first = read.paper
    again = other(read, amends=(first.identity.id,))
    [(part, by)] = Rulebook([first, again]).contradictions("heating", DAY)
    assert (part.source, by.identity.id) == ("vehicles", "other")
    assert Rulebook([first]).contradictions("fishing", DAY) == ()
    with pytest.raises(Refused, match="vehicles"):
        Rulebook([first, other(read)]).contradictions("heating", DAY)


@pytest.mark.parametrize(
    ("source", "when", "record", "whether"),
    [
        ("vehicles", {"kind": "{'car', 'truck'}"}, {"kind": "truck"}, True),
        ("vehicles", {"kind": "not {'car', 'truck'}"}, {"kind": "truck"}, False),
        ("vehicles", {"kind": "'car'", "registered": "> 2020-01-01"}, {"kind": "car", "registered": "2020-01-01"}, False),
        ("vehicles", {"kind": "'car'", "registered": ">= 2020-01-01"}, {"kind": "car", "registered": "2020-01-01"}, True),
        ("vehicles", {"kind": "'car'", "registered": "> 2020-01-01"}, {"kind": "car"}, False),
        ("deposits", {"balance": "> 30000"}, {"balance": 30_000_00}, False),
        ("deposits", {"balance": "> 30000"}, {"balance": 30_000_01}, True),
        ("disability_card", {"grade": "[3..5)"}, {"grade": 5}, False),
        ("death", {}, {"died": "2020-01-01"}, True),
    ],
)  # fmt: skip
def test_a_record_contradicts_where_every_test_of_the_part_holds(
    source: str, when: dict[str, str], record: dict[str, object], whether: bool
) -> None:
    part = Contradiction.model_validate(
        {"source": source, "when": when, "clause": "1", "zh": "有", "en": "it"}
    )
    assert holds(part, record) is whether
