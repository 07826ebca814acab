"""The synthetic roster: reproducible to the byte, readable without a problem, marked, and lifelike."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from services.registry.categories import Category
from services.registry.divisions import hecheng
from services.registry.roster import households, read_roster
from services.registry.roster_rows import RosterHousehold, RosterRow, SheetNote
from services.simulator.people import SYNTHETIC
from services.simulator.roster import AS_OF, roster_bytes

SAMPLE = Path(__file__).parents[2] / "samples" / "roster.xlsx"


@pytest.fixture(scope="module")
def rows() -> list[RosterRow]:
    with SAMPLE.open("rb") as file:
        read = list(read_roster(file, SAMPLE.name, AS_OF))
    assert [type(one) for one in read if not isinstance(one, RosterRow)] == [SheetNote]
    return [one for one in read if isinstance(one, RosterRow)]


@pytest.fixture(scope="module")
def families(rows: list[RosterRow]) -> list[RosterHousehold]:
    found = list(households(rows))
    return [one for one in found if isinstance(one, RosterHousehold)]


def test_the_committed_sample_comes_byte_for_byte_from_its_seed():
    assert roster_bytes(43, 300) == SAMPLE.read_bytes()


def test_another_seed_gives_other_people():
    assert roster_bytes(1, 12) == roster_bytes(1, 12) != roster_bytes(2, 12)


def test_about_300_households_and_900_people_live_in_all_townships(
    rows: list[RosterRow], families: list[RosterHousehold]
):
    assert len(families) == 300
    assert 850 <= len(rows) <= 950
    assert {row.township for row in rows} == {town.code for town in hecheng().townships}


def test_everyone_is_marked_as_synthetic(rows: list[RosterRow]):
    assert {row.note for row in rows} == {SYNTHETIC}
    properties = load_workbook(io.BytesIO(SAMPLE.read_bytes()), read_only=True).properties
    assert SYNTHETIC in properties.title
    assert properties.modified.date() == AS_OF


def test_each_household_has_one_head_who_is_of_age_and_first(families: list[RosterHousehold]):
    for family in families:
        assert [row.relation.is_head for row in family.rows] == [True] + [False] * (len(family.rows) - 1)
        assert family.rows[0].birth_date.year <= AS_OF.year - 18
        assert {row.head_name for row in family.rows} == {family.rows[0].name}


def test_no_category_begins_before_its_holder_was_born_or_after_the_roster(rows: list[RosterRow]):
    for row in rows:
        for held in row.categories:
            assert held.since is not None
            assert max(row.birth_date, date(2008, 1, 1)) <= held.since <= AS_OF


def test_the_populations_that_the_demo_needs_are_there(families: list[RosterHousehold]):
    heads = Counter(frozenset(held.category for held in family.rows[0].categories) for family in families)

    def count(having: set[Category], lacking: set[Category]) -> int:
        return sum(n for held, n in heads.items() if having <= held and not lacking & held)

    poor, dibao, tekun = Category.REGISTERED_POOR, Category.DIBAO, Category.TEKUN
    assert count({poor, dibao}, set()) >= 50
    assert count({poor, tekun}, set()) >= 10
    assert count({poor}, {dibao, tekun}) >= 50
    assert count({dibao, tekun}, set()) == 0
    assert any(row.disability for family in families for row in family.rows)


def test_a_dibao_household_is_admitted_as_a_whole(families: list[RosterHousehold]):
    for family in families:
        assert len({Category.DIBAO in {held.category for held in row.categories} for row in family.rows}) == 1
