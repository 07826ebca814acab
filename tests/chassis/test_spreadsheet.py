"""A CSV for a spreadsheet: its texts are shown, whatever somebody wrote into a name or a purpose."""

from __future__ import annotations

import csv
from datetime import date

from services.chassis.spreadsheet import line


def test_what_would_be_a_formula_is_a_text_and_numbers_stay_numbers() -> None:
    formulas = ["=HYPERLINK(1)", "+cmd|x", "-1+1", "@SUM(A1)", "\tx", "＝1", "＠x"]
    plain = ["", "王小明", "a=1", "-12.50", "+8613800000000", "-3%"]
    [told] = csv.reader([line([*formulas, *plain, -5, 1.5, date(2026, 1, 2), None]).decode()])
    assert told == [f"'{text}" for text in formulas] + [*plain, "-5", "1.5", "2026-01-02", ""]
