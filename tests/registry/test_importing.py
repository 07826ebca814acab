"""Import of a roster: each row accepted or refused with its reason; each household whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from events import registry as facts
from events.registry import Category
from services.registry.importing import Imported, import_roster
from services.registry.roster_report import Outcome, RowOutcome
from services.registry.roster_rows import RosterRefused
from tests.registry.given import TODAY, Office, a_district, number
from tests.registry.rosters import Cells, workbook


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with a_district(tmp_path) as district:
        yield Office(district)
        assert district.differences("registry") == []


def row(n: int, home: str = "1001", relation: str = "户主", **changed: Any) -> Cells:
    cells = {
        "户编号": home,
        "姓名": f"测试{'甲乙丙丁戊己庚'[n % 7]}",
        "身份证号": number(n),
        "与户主关系": relation,
        "乡镇(街道)": "城中街道",
        "村(社区)": "新街社区",
        "住址": "一组1号",
        "人员类别": "建档立卡、低保",
        "类别起始日期": "2018-01-01、2019-01-01",
    }
    return cells | changed


FAMILY = (row(1), row(2, relation="配偶"), row(3, relation="儿子"))


MADE: dict[str, bytes] = {}


def file_of(*rows: Cells) -> bytes:
    """The same rows make the same file: a workbook made twice differs by the second in which it was saved."""
    key = repr(rows)
    if key not in MADE:
        MADE[key] = workbook(*rows)
    return MADE[key]


class Import:
    def __init__(self, office: Office, *rows: Cells, **more: Any) -> None:
        self.outcomes: list[RowOutcome] = []
        before = office.district.runtime("registry").store.head().sequence
        self.result: Imported = import_roster(
            office.district.runtime("registry"),
            io.BytesIO(file_of(*rows)),
            "roster.xlsx",
            told=self.outcomes.append,
            **more,
        )
        self.facts = [one.data for one in office.district.log("registry") if one.envelope.sequence > before]

    @property
    def ends(self) -> list[Outcome]:
        return [one.outcome for one in sorted(self.outcomes, key=lambda one: one.row)]

    def rules(self, line: int) -> list[str]:
        [found] = [one for one in self.outcomes if one.row == line]
        return [problem.rule for problem in found.problems]

    @property
    def told(self) -> list[str]:
        return [type(fact).__name__ for fact in self.facts]


def test_a_family_is_registered_and_enrolled(office: Office) -> None:
    done = Import(office, *FAMILY)
    assert done.ends == [Outcome.ACCEPTED] * 3
    assert (done.result.rows, done.result.registered, done.result.refused) == (3, 3, 0)
    assert done.told.count("PersonRegistered") == done.told.count("Enrolled") == 3
    assert done.told.count("HouseholdRegistered") == 1
    assert done.told[-1] == "RosterImported"


def test_the_same_file_twice_changes_nothing(office: Office) -> None:
    Import(office, *FAMILY)
    again = Import(office, *FAMILY)
    assert again.ends == [Outcome.UNCHANGED] * 3
    assert again.facts == []


def test_the_same_file_changes_nothing_even_after_the_register_moved_on(office: Office) -> None:
    Import(office, *FAMILY)
    home = office.decide(lambda register: register.with_roster_number("1001"))
    assert home is not None
    office.decide(lambda register: register.move_away(home, TODAY))
    assert Import(office, *FAMILY).facts == []


def test_the_same_rows_in_another_file_record_only_that_it_was_read(office: Office) -> None:
    Import(office, *FAMILY)
    assert Import(office, *reversed(FAMILY)).told == ["RosterImported"]


def test_a_file_with_corrections_updates_just_what_changed(office: Office) -> None:
    Import(office, *FAMILY)
    one, two, three = (dict(cells) for cells in FAMILY)
    two["姓名"] = "测试改"
    three |= {"人员类别": "建档立卡、低保、留守儿童", "类别起始日期": "2018-01-01、2019-01-01、2020-01-01"}
    done = Import(office, one, two, three)
    assert done.ends == [Outcome.UNCHANGED, Outcome.UPDATED, Outcome.UPDATED]
    assert done.told == ["PersonCorrected", "Categorised", "Recategorised", "RosterImported"]


def test_a_household_that_moved_is_updated(office: Office) -> None:
    Import(office, *FAMILY)
    moved = [cells | {"村(社区)": "文化山社区", "住址": "二组2号"} for cells in FAMILY]
    done = Import(office, *moved)
    assert done.told == ["HouseholdMoved", "RosterImported"]
    assert done.ends == [Outcome.UPDATED] * 3
    corrected = [cells | {"住址": "三组3号"} for cells in moved]
    assert Import(office, *corrected).told == ["HouseholdCorrected", "RosterImported"]


def test_a_new_member_joins_and_another_head_takes_over(office: Office) -> None:
    Import(office, *FAMILY)
    one, two, three = (dict(cells) for cells in FAMILY)
    one["与户主关系"], two["与户主关系"] = "配偶", "户主"
    done = Import(office, one, two, three, row(4, relation="女儿"))
    assert done.ends == [Outcome.UPDATED, Outcome.UPDATED, Outcome.UPDATED, Outcome.ACCEPTED]
    assert "HeadChanged" in done.told
    assert "MemberJoined" in done.told
    assert "HouseholdCorrected" not in done.told


def test_a_mistyped_id_number_is_corrected_by_name_within_the_household(office: Office) -> None:
    Import(office, *FAMILY)
    done = Import(office, FAMILY[0], FAMILY[1] | {"身份证号": number(77)}, FAMILY[2])
    assert done.told == ["PersonCorrected", "RosterImported"]
    assert done.ends == [Outcome.UNCHANGED, Outcome.UPDATED, Outcome.UNCHANGED]


def test_silence_ends_nothing(office: Office) -> None:
    Import(office, *FAMILY)
    done = Import(office, FAMILY[0] | {"人员类别": "", "类别起始日期": ""})
    assert done.told == ["RosterImported"]


def test_one_refused_row_refuses_its_household_and_no_other(office: Office) -> None:
    wrong = FAMILY[1] | {"身份证号": number(2)[:17] + ("0" if number(2)[17] != "0" else "1")}
    done = Import(office, FAMILY[0], wrong, FAMILY[2], row(9, "1002"))
    assert done.ends == [Outcome.REFUSED, Outcome.REFUSED, Outcome.REFUSED, Outcome.ACCEPTED]
    assert done.rules(3) == ["id-number-check-digit"]
    assert done.rules(2) == done.rules(4) == ["household-incomplete"]
    assert len(office.district.facts("registry", facts.PersonRegistered)) == 1
    for outcome in done.outcomes:
        for problem in outcome.problems:
            assert problem.zh
            assert problem.en


def test_a_refused_household_can_be_imported_when_what_stood_against_it_is_gone(office: Office) -> None:
    Import(office, row(1, "1001"))
    both = row(2, "1002"), row(1, "1002", relation="配偶")
    done = Import(office, *both)
    assert done.ends == [Outcome.REFUSED] * 2
    assert (done.rules(2), done.rules(3)) == (["household-incomplete"], ["person-of-another-household"])
    assert done.told == ["RosterImported"]
    assert Import(office, *both).facts == []
    home = office.decide(lambda register: register.with_roster_number("1001"))
    assert home is not None
    office.decide(lambda register: register.close(home, TODAY))
    assert Import(office, *both).ends == [Outcome.ACCEPTED, Outcome.UPDATED]


@pytest.mark.parametrize(
    ("rows", "line", "rule"),
    [
        ([row(1, relation="配偶")], 2, "household-head-missing"),
        ([row(1), row(2)], 3, "household-heads-several"),
        ([row(1, **{"类别起始日期": "1979-01-01"})], 2, "before-birth"),
    ],
)
def test_what_the_register_cannot_take_is_refused_with_its_row(
    office: Office, rows: list[Cells], line: int, rule: str
) -> None:
    done = Import(office, *rows)
    assert rule in done.rules(line)
    assert done.told == ["RosterImported"]


def test_the_dead_are_refused(office: Office) -> None:
    Import(office, *FAMILY)
    found = office.decide(lambda register: register.work.facts("membership"))
    assert len(found) == 3
    dead = office.district.facts("registry", facts.PersonRegistered)[2].person
    office.decide(lambda register: register.die(dead, TODAY))
    done = Import(office, *FAMILY[:2], FAMILY[2] | {"联系电话": "14300000001"})
    assert done.rules(4) == ["person-dead"]


def test_a_category_that_ended_comes_back_only_with_a_later_date(office: Office) -> None:
    Import(office, row(1))
    person = office.district.facts("registry", facts.PersonRegistered)[0].person
    office.decide(lambda register: register.end_category(person, Category.DIBAO, TODAY, "request"))
    assert Import(office, row(1, **{"备注": "x"})).told == ["RosterImported"]
    dated = row(1, **{"类别起始日期": f"2018-01-01、{TODAY.isoformat()}"})
    assert Import(office, dated).told == ["Categorised", "Enrolled", "RosterImported"]


def test_a_disability_makes_the_category(office: Office) -> None:
    Import(office, row(1, **{"残疾类别": "视力", "残疾等级": "一级"}))
    categories = [fact.category for fact in office.district.facts("registry", facts.Categorised)]
    assert Category.DISABLED in categories


def test_a_township_clerk_imports_that_township_only(office: Office) -> None:
    done = Import(office, *FAMILY, may_act_in=lambda township: township == "431202002000")
    assert done.rules(2) == ["township-not-yours"]
    assert set(done.ends) == {Outcome.REFUSED}


def test_a_file_that_cannot_be_read_stores_nothing(office: Office) -> None:
    runtime = office.district.runtime("registry")
    before = runtime.store.head()
    with pytest.raises(RosterRefused):
        import_roster(runtime, io.BytesIO(b"PK\x03\x04 broken"), "roster.xlsx")
    assert runtime.store.head() == before


def test_households_registered_by_hand_are_found_by_their_head(office: Office) -> None:
    people = [office.person(n) for n in (1, 2)]
    home = office.household(people, ["10"], since=date(2020, 8, 1))
    done = Import(office, row(1), row(2, relation="配偶"))
    assert "HouseholdRegistered" not in done.told
    assert office.decide(lambda register: register.home(people[0])) == home
