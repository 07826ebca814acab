"""The report of an import, for download: what became of every row of the roster, and why.

A report travels by mail and lies about on desks, so it names rows and never people: sheet, row, column,
rule and reason are all there is. Sheet names and headings come from an uploaded file and could be made to
start a formula in the clerk's spreadsheet program; they are written so that they stay text.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from services.chassis import workbook
from services.chassis.spreadsheet import harmless
from services.registry.reasons import Reason
from services.registry.roster_rows import Problem, RefusedRow, RosterRow, SheetNote

HEADINGS = ("工作表", "行", "列", "结果", "规则", "原因", "reason")
WIDTHS = (16, 8, 16, 10, 26, 60, 60)
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Outcome(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    REFUSED = "refused"
    SKIPPED = "skipped"

    @property
    def zh(self) -> str:
        return _OUTCOME_ZH[self]


_OUTCOME_ZH = {
    Outcome.ACCEPTED: "新增",
    Outcome.UNCHANGED: "无变化",
    Outcome.UPDATED: "已更新",
    Outcome.REFUSED: "已拒绝",
    Outcome.SKIPPED: "已跳过",
}


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """The outcome of one row (`row` 0: of a whole sheet); problems of an accepted row are only doubts."""

    sheet: str
    row: int
    outcome: Outcome
    problems: tuple[Problem, ...] = ()

    @classmethod
    def taken(cls, row: RosterRow, outcome: Outcome) -> RowOutcome:
        """An accepted, unchanged or updated row, with the doubts that reading it left."""
        return cls(row.sheet, row.row, outcome, row.doubts)

    @classmethod
    def refused(cls, row: RefusedRow) -> RowOutcome:
        return cls(row.sheet, row.row, Outcome.REFUSED, row.problems)

    @classmethod
    def refused_later(cls, row: RosterRow, column: str, reason: Reason) -> RowOutcome:
        """A well-read row that the register cannot take, for instance a person of another household."""
        return cls(row.sheet, row.row, Outcome.REFUSED, (Problem(column, *reason),))

    @classmethod
    def skipped(cls, note: SheetNote) -> RowOutcome:
        return cls(note.sheet, 0, Outcome.SKIPPED, (Problem("", note.rule, note.zh, note.en),))


def tally(outcomes: Iterable[RowOutcome]) -> Counter[Outcome]:
    """How many rows (for `skipped`: sheets) came to each outcome."""
    return Counter(outcome.outcome for outcome in outcomes)


def write_csv(outcomes: Iterable[RowOutcome], out: BinaryIO) -> None:
    """The report as UTF-8 with the mark that makes spreadsheet programs read it as such."""
    out.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows(map(harmless, line) for line in _lines(outcomes))
    text.flush()
    text.detach()


def write_workbook(outcomes: Iterable[RowOutcome], out: BinaryIO) -> None:
    """The report as .xlsx, streamed row by row."""
    workbook.write(out, workbook.Sheet("导入结果", HEADINGS, _lines(outcomes), WIDTHS))


def _lines(outcomes: Iterable[RowOutcome]) -> Iterator[tuple[str | int, ...]]:
    for one in outcomes:
        result = f"{one.outcome.zh} {one.outcome}"
        row = one.row or ""
        if not one.problems:
            yield (_clean(one.sheet), row, "", result, "", "", "")
        for problem in one.problems:
            texts = (problem.rule, problem.zh, problem.en)
            yield (_clean(one.sheet), row, _clean(problem.column), result, *map(_clean, texts))


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("", text)
