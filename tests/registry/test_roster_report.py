"""The import report: every row in it, nobody named in it, nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

from openpyxl import Workbook, load_workbook

from services.registry.reasons import Reason
from services.registry.roster_report import HEADINGS, Outcome, RowOutcome, tally, write_csv, write_workbook
from services.registry.roster_rows import RefusedRow, RosterRow, SheetNote
from tests.registry.rosters import GOOD, read, workbook

DEAD = Reason("person-dead", "该人已登记死亡", "this person is registered as dead")


def outcomes() -> list[RowOutcome]:
    def touch(book: Workbook) -> None:
        book.create_sheet("=cmd|calc").append(["说明"])

    found = []
    for row in read(workbook(GOOD, GOOD | {"身份证号": "431202196811160538", "民族": "无此族"}, touch=touch)):
        if isinstance(row, RosterRow):
            found += [RowOutcome.taken(row, Outcome.UPDATED), RowOutcome.refused_later(row, "身份证号", DEAD)]
        elif isinstance(row, RefusedRow):
            found.append(RowOutcome.refused(row))
        elif isinstance(row, SheetNote):
            found.append(RowOutcome.skipped(row))
    return found


def csv_lines(given: list[RowOutcome]) -> list[list[str]]:
    out = io.BytesIO()
    write_csv(given, out)
    return list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))


def test_each_row_and_each_problem_has_a_line():
    headings, *lines = csv_lines(outcomes())
    assert tuple(headings) == HEADINGS
    assert [(line[1], line[2], line[3].split()[1], line[4]) for line in lines] == [
        ("", "", "skipped", "sheet-without-headings"),
        ("2", "", "updated", ""),
        ("2", "身份证号", "refused", "person-dead"),
        ("3", "身份证号", "refused", "id-number-check-digit"),
        ("3", "民族", "refused", "ethnicity-unknown"),
    ]
    assert all(line[5] and line[6] for line in lines if line[4])


def test_workbook_and_csv_say_the_same_and_the_workbook_holds_no_formula():
    out = io.BytesIO()
    write_workbook(outcomes(), out)
    page = load_workbook(io.BytesIO(out.getvalue())).worksheets[0]
    cells = [list(row) for row in page.iter_rows()]
    assert all(cell.data_type != "f" for row in cells for cell in row)
    texts = [["" if cell.value is None else str(cell.value) for cell in row] for row in cells]
    assert texts[1][0] == "=cmd|calc"
    assert [[cell.lstrip("'") for cell in line] for line in csv_lines(outcomes())] == texts


def test_a_sheet_named_like_a_formula_stays_text_in_the_csv():
    given = [RowOutcome(name, 1, Outcome.ACCEPTED) for name in ("=1+1", "+1+1", "-1+1", "@a", "\t=1", "安全")]
    assert [line[0] for line in csv_lines(given)[1:]] == ["'=1+1", "'+1+1", "'-1+1", "'@a", "'\t=1", "安全"]


def test_the_report_names_rows_and_never_people():
    out = io.BytesIO()
    write_csv(outcomes(), out)
    text = out.getvalue().decode("utf-8-sig")
    for private in ("测试甲", "4312021968", "无此族", "1001"):
        assert private not in text


def test_outcomes_are_counted():
    assert tally(outcomes()) == {Outcome.SKIPPED: 1, Outcome.UPDATED: 1, Outcome.REFUSED: 2}
