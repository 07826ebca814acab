"""Reading rosters: what clerks write is understood; whatever is not is refused with its place and rule."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from services.registry.categories import Category
from services.registry.identity import check_digit
from services.registry.roster import Limits, RosterRefused, households, read_roster
from services.registry.roster_rows import RefusedRow, RosterHousehold, RosterRow, SheetNote
from services.registry.standards import DisabilityGrade, DisabilityKind, Health, Relation, Sex
from tests.registry.rosters import (
    GOOD,
    comma_separated,
    read,
    read_one,
    repacked,
    rules,
    with_shared_texts,
    workbook,
)

ID = "身份证号"


def numbered(sequence: int) -> str:
    first17 = f"43120219681116{sequence:03}"
    return first17 + check_digit(first17)


def refused(content: bytes, name: str = "roster.xlsx", limits: Limits | None = None) -> RosterRefused:
    with pytest.raises(RosterRefused) as raised:
        read(content, name, limits)
    assert raised.value.zh
    assert raised.value.en
    return raised.value


# What is understood


def test_a_full_row_is_read_into_its_codes():
    row = read_one(
        性别="男",
        民族="侗族",
        出生日期="1968年11月16日",
        住址="新街村3组12号",
        联系电话="143 0745 0001",
        人员类别="建档立卡贫困户、低保；残疾人",
        类别起始日期="2016-01-01、2018/3/5、2012.7.1",
        残疾类别="肢体",
        残疾等级="二级",
        残疾证号="43120219681116053742",
        健康状况="残疾、长期慢性病",
        备注="合成数据",
    )
    assert isinstance(row, RosterRow)
    assert (row.sheet, row.row) == ("花名册", 2)
    assert (row.relation, row.sex, row.ethnicity) == (Relation.HEAD, Sex.MALE, "12")
    assert row.birth_date == date(1968, 11, 16)
    assert (row.township, row.village) == ("431202005000", "431202005205")
    assert [(held.category, held.since) for held in row.categories] == [
        (Category.REGISTERED_POOR, date(2016, 1, 1)),
        (Category.DIBAO, date(2018, 3, 5)),
        (Category.DISABLED, date(2012, 7, 1)),
    ]
    assert row.disability is not None
    assert (row.disability.kind, row.disability.grade) == (DisabilityKind.PHYSICAL, DisabilityGrade.SECOND)
    assert row.health == (Health.DISABLED, Health.CHRONIC)
    assert row.phone == "14307450001"
    assert RosterRow.model_validate_json(row.model_dump_json()) == row


def test_headings_may_be_decorated_reordered_and_written_otherwise():
    other = {
        "* 村（居）": "新街",
        "乡镇\n街道": "坨院",
        "公民身份号码": "４３１２０２ 19681116 0537",
        "序号": 1,
        "家庭成员姓名": "测 试　甲",
        "关系": "本人",
        "家庭编号": 1001,
    }
    [row] = read(workbook(other, titles=["鹤城区兜底对象花名册", "填报单位：坨院街道"]))
    assert isinstance(row, RosterRow)
    assert (row.row, row.name, row.household_number) == (4, "测试甲", "1001")
    assert row.relation.is_head


@pytest.mark.parametrize(
    "day",
    [date(2020, 8, 1), "2020-08-01", " 2020-08-01 ", "2020/8/1", "2020.8.1", "2020年8月1日", 20200801],
)
def test_a_day_may_be_a_date_cell_or_any_usual_text(day: Any):
    row = read_one(人员类别="低保", 类别起始日期=day)
    assert isinstance(row, RosterRow)
    assert row.categories[0].since == date(2020, 8, 1)


def test_one_date_serves_all_categories_and_none_is_allowed():
    row = read_one(人员类别="低保,残疾", 类别起始日期="2020-08-01")
    assert isinstance(row, RosterRow)
    assert {held.since for held in row.categories} == {date(2020, 8, 1)}
    row = read_one(人员类别="低保")
    assert isinstance(row, RosterRow)
    assert row.categories[0].since is None


def test_marks_for_nothing_are_empty_cells():
    row = read_one(联系电话="/", 人员类别="无", 残疾类别="—", 残疾等级="-", 备注=" ")
    assert isinstance(row, RosterRow)
    assert (row.phone, row.categories, row.disability, row.note) == (None, (), None, None)


def test_blank_rows_are_skipped_and_row_numbers_stay_those_of_the_clerk():
    rows = read(workbook(GOOD, {}, {}, GOOD | {ID: numbered(55), "与户主关系": "配偶"}, {}))
    assert [row.row for row in rows if isinstance(row, RosterRow)] == [2, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_that_are_used(encoding: str):
    content = comma_separated(GOOD, GOOD | {ID: "'" + numbered(55), "与户主关系": "弟"}, encoding=encoding)
    first, second = read(content, "名单.CSV")
    assert isinstance(first, RosterRow)
    assert isinstance(second, RosterRow)
    assert (first.sheet, first.row, first.name) == ("CSV", 2, "测试甲")
    assert (second.row, second.id_number) == (3, numbered(55))


def test_texts_shared_between_cells_are_read_as_spreadsheet_programs_store_them():
    rows = [
        GOOD | {ID: numbered(sequence), "与户主关系": "弟", "住址": "甲 & 乙"} for sequence in range(10, 15)
    ]
    plain = workbook(*rows)
    shared = with_shared_texts(plain)
    assert b"inlineStr" not in zipfile.ZipFile(io.BytesIO(shared)).read("xl/worksheets/sheet1.xml")
    assert read(shared) == read(plain)
    assert len(read(shared)) == 5


def test_every_visible_sheet_is_read_and_hidden_or_other_sheets_are_noted():
    def more_sheets(book: Workbook) -> None:
        for name, number in (("二组", 55), ("旧", 57)):
            page = book.create_sheet(name)
            page.append(list(GOOD))
            page.append(list((GOOD | {ID: numbered(number)}).values()))
        book["旧"].sheet_state = "hidden"
        book.create_sheet("填表说明").append(["请认真填写"])

    rows = read(workbook(GOOD, touch=more_sheets))
    assert {(row.sheet, row.rule) for row in rows if isinstance(row, SheetNote)} == {
        ("旧", "sheet-hidden"),
        ("填表说明", "sheet-without-headings"),
    }
    assert [row.sheet for row in rows if isinstance(row, RosterRow)] == ["花名册", "二组"]


def test_a_doubtful_place_code_is_accepted_with_a_doubt():
    first17 = "99120219681116053"
    row = read_one(身份证号=first17 + check_digit(first17))
    assert isinstance(row, RosterRow)
    assert [(doubt.column, doubt.rule) for doubt in row.doubts] == [(ID, "id-number-place")]


def test_a_row_does_not_show_the_person_in_a_log():
    row = read_one(联系电话="14307450001", 住址="某处9号")
    for private in ("测试甲", "4312021968", "1968", "1430745", "某处"):
        assert private not in repr(row)


# Rows refused


@pytest.mark.parametrize(
    ("changes", "column", "rule"),
    [
        ({ID: "431202196811160538"}, ID, "id-number-check-digit"),
        ({ID: "43120219681116053"}, ID, "id-number-length"),
        ({ID: "431202196813160537"}, ID, "id-number-date"),
        ({ID: 431202196811160537}, ID, "id-number-as-number"),
        ({ID: "4.31202E+17"}, ID, "id-number-as-number"),
        ({ID: None}, ID, "cell-required"),
        ({ID: "=A1"}, ID, "formula"),
        ({"户编号": None}, "户编号", "cell-required"),
        ({"户编号": 1234567890123456}, "户编号", "number-precision"),
        ({"户编号": 12.5}, "户编号", "cell-kind"),
        ({"户编号": True}, "户编号", "cell-kind"),
        ({"姓名": "/"}, "姓名", "cell-required"),
        ({"姓名": "=HYPERLINK(1)"}, "姓名", "formula"),
        ({"姓名": "@SUM(1)"}, "姓名", "formula"),
        ({"姓名": "测试1"}, "姓名", "name-digits"),
        ({"姓名": "测" * 51}, "姓名", "text-too-long"),
        ({"姓名": date(2020, 1, 1)}, "姓名", "cell-kind"),
        ({"姓名": "测试乙"}, "户主姓名", "head-name-disagrees"),
        ({"与户主关系": "邻居"}, "与户主关系", "code-unknown"),
        ({"乡镇(街道)": "火星镇"}, "乡镇(街道)", "township-unknown"),
        ({"村(社区)": "新街社区"}, "村(社区)", "village-unknown"),
        ({"性别": "女"}, "性别", "sex-disagrees"),
        ({"民族": "火星族"}, "民族", "ethnicity-unknown"),
        ({"出生日期": "1968-11-17"}, "出生日期", "birth-date-disagrees"),
        ({"出生日期": "1968-02-30"}, "出生日期", "date-unreadable"),
        ({"出生日期": 25158}, "出生日期", "date-unreadable"),
        ({"联系电话": "12345"}, "联系电话", "phone-invalid"),
        ({"人员类别": "低保、贵宾"}, "人员类别", "code-unknown"),
        ({"人员类别": "低保、低保户"}, "人员类别", "category-twice"),
        ({"类别起始日期": "2020-01-01"}, "类别起始日期", "category-dates-uneven"),
        ({"人员类别": "低保", "类别起始日期": "2021-07-02"}, "类别起始日期", "date-in-future"),
        ({"类别": "低保", "起始日期": "2020-01-01、2020-01-02"}, "起始日期", "category-dates-uneven"),
        ({"残疾类别": "视力"}, "残疾等级", "disability-incomplete"),
        ({"残疾等级": "一级"}, "残疾类别", "disability-incomplete"),
        ({"残疾类别": "视力", "残疾等级": "5"}, "残疾等级", "code-unknown"),
        (
            {"残疾类别": "视力", "残疾等级": "1", "残疾证号": "43120219681116053712"},
            "残疾证号",
            "disability-card-disagrees",
        ),
        ({"备注": "#N/A"}, "备注", "cell-error"),
        ({"住址": "-2+3"}, "住址", "formula"),
    ],
)  # fmt: skip
def test_a_bad_cell_refuses_its_row_with_column_and_rule(changes: dict[str, Any], column: str, rule: str):
    assert rules(read_one(**changes)) == {(column, rule)}


def test_every_problem_of_a_row_is_told_at_once_in_both_languages_and_quotes_nobody():
    row = read_one(**{ID: "431202196811160538", "民族": "火星族", "联系电话": "98765"})
    assert isinstance(row, RefusedRow)
    assert row.household_number == "1001"
    assert {problem.column for problem in row.problems} == {ID, "民族", "联系电话"}
    for problem in row.problems:
        assert problem.zh
        assert problem.en.isascii()
        for private in ("431202", "火星", "98765", "测试甲"):
            assert private not in problem.zh + problem.en


def test_array_formulas_are_formulas_too():
    def touch(book: Workbook) -> None:
        book.worksheets[0]["C2"] = ArrayFormula("C2", "=A1:A2")

    [row] = read(workbook(GOOD, touch=touch))
    assert rules(row) == {("姓名", "formula")}


def test_formulas_in_a_csv_are_refused_and_a_plus_before_a_telephone_is_not():
    good = GOOD | {"联系电话": "+8614307450001"}
    bad = GOOD | {ID: numbered(55), "户主姓名": "+cmd", "联系电话": "=1+1"}
    first, second = read(comma_separated(good, bad), "a.csv")
    assert isinstance(first, RosterRow)
    assert rules(second) == {("户主姓名", "formula"), ("联系电话", "formula")}


def test_the_rows_under_a_merged_cell_are_refused_as_empty():
    def touch(book: Workbook) -> None:
        book.worksheets[0].merge_cells("A2:A3")

    first, second = read(workbook(GOOD, GOOD | {ID: numbered(55), "与户主关系": "子"}, touch=touch))
    assert isinstance(first, RosterRow)
    assert rules(second) == {("户编号", "cell-required")}
    assert isinstance(second, RefusedRow)
    assert "合并" in second.problems[0].zh


def test_one_id_number_twice_is_refused_at_the_second_row_naming_the_first():
    first, second = read(workbook(GOOD, GOOD | {"户编号": "1002"}))
    assert isinstance(first, RosterRow)
    assert rules(second) == {(ID, "duplicate-in-file")}
    assert isinstance(second, RefusedRow)
    assert "第2行" in second.problems[0].zh


def test_a_value_under_no_heading_is_not_lost_silently():
    def touch(book: Workbook) -> None:
        book.worksheets[0]["Z2"] = "要紧的话"

    [row] = read(workbook(GOOD, touch=touch))
    assert rules(row) == {("Z列", "cell-without-heading")}


# Files refused


def test_headings_that_are_unknown_doubled_or_missing_refuse_the_file_by_name():
    unknown = refused(workbook(GOOD | {"工资": 1}))
    assert unknown.rule == "heading-unknown"
    assert "工资" in unknown.zh
    doubled = refused(workbook(GOOD | {"公民身份号码": "1"}))
    assert doubled.rule == "heading-duplicated"
    assert "公民身份号码" in doubled.zh
    missing = refused(workbook({heading: cell for heading, cell in GOOD.items() if heading != "村(社区)"}))
    assert missing.rule == "heading-missing"
    assert "村(社区)" in missing.zh
    assert refused(workbook({"甲": 1})).rule == "headings-not-found"


def test_a_file_of_another_kind_is_refused():
    good = workbook(GOOD)
    assert refused(b"").rule == "file-empty"
    assert refused(good, "roster.pdf").rule == "file-kind"
    assert refused(b"not a workbook").rule == "workbook-damaged"
    assert refused(good, "roster.csv").rule == "csv-encoding"
    assert refused(b"\xff\xfe\xff\xff\xff", "roster.csv").rule == "csv-encoding"
    assert refused('"户编号,姓名\n'.encode(), "roster.csv").rule == "csv-malformed"
    assert refused(workbook({}, headings=list(GOOD))).rule == "roster-empty"


def test_a_damaged_workbook_is_refused_wherever_the_damage_is():
    good = workbook(GOOD)
    assert refused(good[: len(good) // 2]).rule == "workbook-damaged"
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/styles.xml"):
        broken = repacked(good, lambda name, old, part=part: old[:-40] if name == part else old)
        assert refused(broken).rule == "workbook-damaged", part
    flipped = bytearray(good)
    flipped[120] ^= 0xFF
    assert refused(bytes(flipped)).rule == "workbook-damaged"


def test_a_password_and_the_old_format_are_told_apart():
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000)
    assert refused(ole + "EncryptedPackage".encode("utf-16-le")).rule == "workbook-password"
    assert refused(ole + "Workbook".encode("utf-16-le"), "old.xls").rule == "workbook-old-format"
    encrypted = bytearray(workbook(GOOD))
    for place in _places(encrypted, b"PK\x01\x02"):
        encrypted[place + 8] |= 1
    assert refused(bytes(encrypted)).rule == "workbook-password"


def test_a_zip_bomb_is_refused_by_size_ratio_and_number_of_parts():
    good = workbook(GOOD)
    padded = repacked(good, lambda name, old: old + b" " * (2 << 20) if "sheet1" in name else old)
    assert refused(padded).rule == "workbook-bomb"
    roomy = replace(Limits(), ratio=100_000)
    assert len(read(padded, limits=roomy)) == 1
    assert refused(padded, limits=replace(roomy, inflated_bytes=1 << 20)).rule == "workbook-bomb"
    assert refused(good, limits=replace(Limits(), entries=3)).rule == "workbook-bomb"
    assert refused(good, limits=replace(Limits(), whole_part_bytes=5_000)).rule == "workbook-bomb"


def test_an_archive_that_lies_about_its_sizes_is_refused():
    bomb = bytearray(
        repacked(workbook(GOOD), lambda n, old: old + b" " * (2 << 20) if "sheet1" in n else old)
    )
    for place in _places(bomb, b"PK\x01\x02"):
        if struct.unpack_from("<I", bomb, place + 24)[0] > 1 << 20:
            struct.pack_into("<I", bomb, place + 24, 1000)
    assert refused(bytes(bomb)).rule == "workbook-damaged"


def test_an_entity_bomb_is_refused_before_it_is_parsed():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]>'
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        armed = repacked(workbook(GOOD), lambda name, old, part=part: bomb + old if name == part else old)
        assert refused(armed).rule == "workbook-entities"


def test_a_large_part_cannot_hide_behind_the_name_of_a_sheet():
    def disguise(name: str, old: bytes) -> bytes:
        return old.replace(b'PartName="/xl/styles.xml"', b'PartName="/xl/worksheets/styles.xml"')

    assert refused(repacked(workbook(GOOD), disguise)).rule == "workbook-damaged"


def test_files_and_rows_over_the_limit_are_refused():
    rows = [GOOD | {ID: numbered(sequence)} for sequence in range(10, 20)]
    assert refused(workbook(*rows), limits=replace(Limits(), rows=9)).rule == "rows-too-many"
    assert refused(workbook(*rows), limits=replace(Limits(), file_bytes=1000)).rule == "file-too-large"


def test_a_cell_at_the_far_end_of_a_sheet_does_not_cost_a_walk_through_all_of_it():
    good = workbook(GOOD)
    tight = replace(Limits(), cells=1000)
    assert len(read(good, limits=tight)) == 1
    low = repacked(good, lambda _, old: old.replace(b'<row r="2"', b'<row r="999999999"'))
    assert refused(low, limits=tight).rule == "workbook-bomb"
    wide = repacked(good, lambda _, old: old.replace(b'r="G2"', b'r="XFD2"'))
    assert refused(wide, limits=tight).rule == "workbook-bomb"


def _places(content: bytearray, mark: bytes) -> list[int]:
    return [place for place in range(len(content)) if content.startswith(mark, place)]


# Households


def test_rows_of_a_household_need_not_be_adjacent():
    rows = [GOOD | {"户编号": number, ID: numbered(10 + place)} for place, number in enumerate("ABABC")]
    found = [one for one in households(read(workbook(*rows))) if isinstance(one, RosterHousehold)]
    assert [(one.number, [row.row for row in one.rows]) for one in found] == [
        ("A", [2, 4]),
        ("B", [3, 5]),
        ("C", [6]),
    ]


def test_a_household_knows_how_many_of_its_rows_were_refused():
    rows = read(workbook(GOOD, GOOD | {ID: "1"}, GOOD | {ID: numbered(55), "村(社区)": "板山村"}))
    *bad, good = households(rows)
    assert [(type(one), rules(one)) for one in bad] == [
        (RefusedRow, {(ID, "id-number-length")}),
        (RefusedRow, {("村(社区)", "household-place-disagrees")}),
    ]
    assert isinstance(good, RosterHousehold)
    assert (good.refused, [row.row for row in good.rows]) == (2, [2])


def test_no_household_is_handed_out_before_the_file_is_read_to_its_end():
    rows = [GOOD | {"户编号": str(place), ID: numbered(place)} for place in range(10, 20)]

    def broken(name: str, old: bytes) -> bytes:
        return (
            old.replace(b'r="G11"', b'r="G11" t="s"><v>999999</v></c><c r="H11"') if "sheet1" in name else old
        )

    content = repacked(workbook(*rows), broken)
    stream = households(read_roster(io.BytesIO(content), "a.xlsx", date(2021, 7, 1)))
    with pytest.raises(RosterRefused):
        next(stream)


def test_a_column_filled_with_one_number_does_not_become_one_household():
    rows = [GOOD | {ID: numbered(sequence)} for sequence in range(10, 65)]
    *too_many, household = households(read(workbook(*rows)))
    assert isinstance(household, RosterHousehold)
    assert (len(household.rows), household.refused, len(too_many)) == (50, 5, 5)
    assert {rule for one in too_many for _, rule in rules(one)} == {"household-too-large"}


def test_an_archive_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    assert refused(out.getvalue()).rule == "workbook-damaged"
