"""The one room that writes workbooks: what is written is what a spreadsheet reads."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from services.chassis import workbook
from services.chassis.workbook import WIDTH, Sheet, write


def test_every_sheet_has_its_fixed_headings_and_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "two.xlsx"
    one = Sheet("甲", ("名称", "数"), iter([("=1+1", 5), ("字", None)]), widths=(40,))
    two = Sheet("乙", [f"c{n}" for n in range(30)], [])
    write(file, one, two)
    first, second = load_workbook(file).worksheets
    assert [tuple(cell.value for cell in row) for row in first] == [("名称", "数"), ("=1+1", 5), ("字", None)]
    assert first["A2"].data_type == "s", "a text that begins like a formula is none"
    assert (first.freeze_panes, first.column_dimensions["A"].width, first.column_dimensions["B"].width) == (
        "A2", 40, WIDTH
    )  # fmt: skip
    assert second.max_row == 1 and second["AD1"].value == "c29"


def test_days_are_told_as_texts_and_sums_without_a_binary_fraction() -> None:
    file = io.BytesIO()
    write(file, Sheet("x", ("a", "b", "c"), [(date(2020, 9, 1), Decimal("0.10"), True)]))
    [page] = load_workbook(file).worksheets
    assert [cell.value for cell in page[2]] == ["2020-09-01", "0.10", True]


def test_what_is_more_than_a_sheet_holds_goes_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    file = io.BytesIO()
    write(file, Sheet("甲", ("数",), ((number,) for number in range(7))), Sheet("乙", ("数",), [(7,)]))
    pages = {
        page.title: [cell.value for (cell,) in page.iter_rows(min_row=2)] for page in load_workbook(file)
    }
    assert pages == {"甲": [0, 1, 2], "甲 2": [3, 4, 5], "甲 3": [6], "乙": [7]}
    assert all(page["A1"].value == "数" for page in load_workbook(file))


def test_a_character_that_no_workbook_can_hold_is_shown_as_replaced() -> None:
    file = io.BytesIO()
    write(file, Sheet("x", ("\x07a", "b"), [("查询\x12\uffff", "第一行\n第二行")]))
    [page] = load_workbook(file).worksheets
    assert [cell.value for cell in page[1]] == ["\ufffda", "b"]
    assert [cell.value for cell in page[2]] == ["查询\ufffd\ufffd", "第一行\n第二行"]
