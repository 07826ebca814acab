"""The map of clauses says what is so: the page, the table behind it, and the marks on tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.policy.clauses import page, parts, sources, table
from tests.docs.pages import ROOT

TOLD = parts.parts()
FOUND = page.standings(ROOT)


def test_the_page_says_what_is_so() -> None:
    said = (ROOT / page.PAGE).read_text(encoding="utf-8")
    assert said == page.text(ROOT), "make clauses"


def test_all_83_duties_are_there_and_what_nobody_built_is_said_plainly() -> None:
    found = {standing.clause.id: standing for standing in FOUND}
    assert len(found) == 83
    for standing in found.values():
        nothing = not (standing.parts or standing.facts or standing.code or standing.tests)
        assert (standing.state == page.NONE) == nothing


def test_every_part_of_the_plan_serves_a_duty() -> None:
    known = [replace(clause, parts=()) if clause.id == "B15" else clause for clause in table.clauses()]
    with pytest.raises(ValueError, match="hecheng-2020-43/-/referral/medical"):
        parts.serving(known, TOLD)


def test_a_clause_of_one_duty_alone_gives_it_its_parts_without_a_pattern() -> None:
    known = [replace(clause, parts=()) if clause.id == "P2" else clause for clause in table.clauses()]
    assert [part.name for part in parts.serving(known, TOLD)["P2"]] == ["hecheng-2020-43/-/duty/help_plan"]


def test_a_pattern_of_what_no_paper_says_is_refused() -> None:
    first, *others = table.clauses()
    with pytest.raises(ValueError, match="G1: no paper has dibao-1999"):
        parts.serving([replace(first, parts=("dibao-1999/*",)), *others], TOLD)


def test_marks_are_read_from_functions_and_modules_and_name_their_facts(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text(
        "import pytest\n"
        'pytestmark = [pytest.mark.kafka, pytest.mark.clause("B1")]\n'
        '@pytest.mark.clause("B2", "B1")\n'
        "def test_two():\n    assert a.Accepted and Exited\n"
        "def test_three(): ...\n"
        "def helper(): ...\n"
    )
    types = frozenset({"assistance.Accepted", "assistance.Exited", "registry.Exited"})
    two, three = sources.marked_tests(tmp_path, types)
    assert (two.clauses, two.facts) == (("B1", "B2"), ("assistance.Accepted",))
    assert (str(three), three.clauses) == ("tests/test_one.py::test_three", ("B1",))


def test_a_mark_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text("@pytest.mark.clause(B1)\ndef test_two(): ...\n")
    with pytest.raises(ValueError, match="by its id"):
        sources.marked_tests(tmp_path, frozenset())
