"""Code tables, contact data, and the divisions of the district."""

from __future__ import annotations

import pytest

from services.registry.categories import Category
from services.registry.divisions import hecheng
from services.registry.standards import (
    ETHNICITIES,
    Coded,
    DisabilityGrade,
    DisabilityKind,
    Health,
    HukouKind,
    Labour,
    Relation,
    Schooling,
    Sex,
    ethnicity_code,
    phone_number,
)

TABLES: list[type[Coded]] = [
    Sex, Relation, DisabilityKind, DisabilityGrade, Health, HukouKind, Schooling, Labour, Category,
]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_every_word_of_a_table_means_exactly_one_code(table: type[Coded]):
    words = [word for member in table for word in member.words]
    assert len(words) == len(set(words))
    for member in table:
        assert table.named(member.value) is member
        assert all(table.named(f" {word} ") is member for word in member.words)
    assert table.named("没有这个词") is None


def test_the_56_ethnic_groups_have_their_codes():
    assert len([code for code in ETHNICITIES if code <= "56"]) == 56
    expected = {
        "汉": "01",
        "苗族": "06",
        "侗": "12",
        "瑶族": "13",
        "土家族": "15",
        "基诺族": "56",
        "满族": "11",
        "12": "12",
    }
    assert {word: ethnicity_code(word) for word in expected} == expected
    assert ethnicity_code("火星族") is None


def test_relations_have_the_codes_of_the_standard():
    expected = {"本人": "01", "户主": "02", "妻": "10", "长子": "20", "女儿": "30", "孙女": "40",
                "母亲": "50", "奶奶": "60", "弟": "70", "儿媳": "38", "其他": "99"}  # fmt: skip
    assert {word: str(Relation.named(word)) for word in expected} == expected


def test_every_category_names_its_clause():
    assert all(category.clause for category in Category)
    assert Category.named("五保户") is Category.TEKUN
    assert Category.REGISTERED_POOR.clause == "一"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("14307450001", "14307450001"),
        ("+86 143-0745-0001", "14307450001"),
        ("008614307450001", "14307450001"),
        ("１４３０７４５０００１", "14307450001"),
        ("0745-2234567", "07452234567"),
        ("12307450001", None),
        ("143074500", None),
        ("+1 143 0745 0001", None),
    ],
)
def test_telephones_are_kept_in_digits(text: str, number: str | None):
    assert phone_number(text) == number


def test_the_district_has_11_townships_and_their_villages():
    district = hecheng()
    assert district.district_code == "431202"
    assert len(district.townships) == 11
    assert sum(len(district.villages(town.code)) for town in district.townships) == 128
    for town in district.townships:
        assert district.township_named(town.name) == town == district.by_code(town.code)
        for village in district.villages(town.code):
            assert district.village_named(village.name, town.code) == village
            assert district.village_named(village.code, town.code) == village


def test_a_village_name_is_resolved_within_its_township():
    district = hecheng()
    towns = {town.name: town.code for town in district.townships}
    found = {
        town: district.village_named("新街", towns[town]) for town in ("城中街道", "坨院街道", "城南街道")
    }
    assert {town: unit.name if unit else None for town, unit in found.items()} == {
        "城中街道": "新街社区",
        "坨院街道": "新街村",
        "城南街道": None,
    }
    assert district.village_named("团结村", towns["迎丰街道"]) is None


@pytest.mark.parametrize(
    "text", ["城中街道", "城中", "城中街道办事处", "鹤城区城中街道", "431202001000", " 城中 街道 "]
)
def test_a_township_is_known_by_the_names_clerks_write(text: str):
    found = hecheng().township_named(text)
    assert found is not None
    assert found.code == "431202001000"


@pytest.mark.parametrize("text", ["坨院村", "坨院", "坨院村委会", "坨院村民委员会"])
def test_a_village_is_known_by_the_names_clerks_write(text: str):
    found = hecheng().village_named(text, "431202005000")
    assert found is not None
    assert found.name == "坨院村"
