"""Which procedure counts on a day: by the same precedence of papers as every other part."""

from __future__ import annotations

from datetime import date

import pytest

from services.policy.finding import Refused
from services.policy.rulebook import Rulebook
from tests.papers import DIBAO, shipped


@pytest.mark.parametrize(
    ("day", "paper"),
    [
        (date(2021, 6, 30), "dibao-2012"),
        (date(2021, 7, 1), "dibao-2021"),
        (date(2022, 10, 20), "dibao-notice-2022-10"),
        (date(2026, 6, 30), "dibao-notice-2022-10"),
        (date(2026, 7, 1), "social-assistance-law-2026"),
    ],
)
def test_the_procedure_of_a_day_is_that_of_the_paper_that_amends_the_others(day: date, paper: str) -> None:
    procedure, found = Rulebook(map(shipped, DIBAO)).procedure("dibao", day)
    assert (procedure.procedure, found.identity.id) == ("dibao", paper)


def test_where_no_paper_in_force_has_it_the_refusal_names_it() -> None:
    with pytest.raises(Refused) as refusal:
        Rulebook([shipped("dibao-2021")]).procedure("dibao", date(2021, 6, 30))
    assert [finding.rule for finding in refusal.value.findings] == ["no-procedure"]


def test_two_papers_with_one_procedure_and_none_above_the_other_conflict() -> None:
    other = shipped("dibao-2021")
    twin = other.model_copy(update={"identity": other.identity.model_copy(update={"id": "twin"})})
    with pytest.raises(Refused) as refusal:
        Rulebook([other, twin]).procedure("dibao", date(2022, 1, 1))
    assert [finding.rule for finding in refusal.value.findings] == ["conflict"]
