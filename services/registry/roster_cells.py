"""From what stands in a cell to a text or a date, or the reason why not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TypeVar

from services.registry.reasons import Reason, Refusal
from services.registry.roster_files import Cell, Odd
from services.registry.standards import Coded


class CellRefused(Refusal):
    """What stands in a cell cannot be taken."""


FORMULA = Reason(
    "formula",
    "单元格是公式，或以 = + - @ 开头；请粘贴为数值并去掉开头的符号",
    "the cell holds a formula or begins with = + - @; paste it as a value without that sign",
)
CELL_ERROR = Reason("cell-error", "单元格是错误值（如#N/A）", "the cell holds an error value such as #N/A")
CELL_KIND = Reason(
    "cell-kind",
    "单元格内容的类型不对；请将该列设为文本格式后重新填写",
    "the cell holds another kind of value; set the column to text format and fill it in again",
)
NUMBER_PRECISION = Reason(
    "number-precision",
    "长数字以数值保存，末几位已丢失；请将该列设为文本格式后重新录入",
    "a long number was stored as a numeric value and has lost its last digits; "
    "set the column to text format and enter it again",
)
ID_NUMBER_AS_NUMBER = Reason(
    "id-number-as-number",
    "身份证号以数值保存，末几位已丢失；请将该列设为文本格式后重新录入",
    "the identity number was stored as a numeric value and has lost its last digits; "
    "set the column to text format and enter it again",
)
REQUIRED = Reason(
    "cell-required",
    "该列必填；如使用了合并单元格，请取消合并并在每一行填写",
    "this column must be filled in; if cells were merged, unmerge them and fill in every row",
)
TEXT_CONTROL = Reason("text-control", "含有不可见的控制字符", "the text holds control characters")
TEXT_TOO_LONG = Reason("text-too-long", "文字过长", "the text is too long")
DATE_UNREADABLE = Reason(
    "date-unreadable",
    "日期不存在或无法识别，请写成 2020-08-01、2020/8/1 或 2020年8月1日",
    "no such date, or not readable; write 2020-08-01, 2020/8/1 or 2020年8月1日",
)
DATE_IN_FUTURE = Reason("date-in-future", "日期晚于今天", "the date lies in the future")

_EMPTY_MARKS = frozenset({"/", "-", "—", "——", "－", "无", "\\"})
_FORMULA_SIGNS = tuple("=+-@＝＋－＠")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_EXACT_IN_A_CELL = 10**15
_DATE = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?", re.ASCII)
_BARE_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[Ee]\+?\d+", re.ASCII)
_BETWEEN = re.compile(r"[、;；,，/|\n]+")


def cell_text(cell: Cell, longest: int = 200, signs: bool = False) -> str | None:
    """The trimmed text of a cell, None when empty; `signs` admits a leading + (telephones)."""
    if cell is None:
        return None
    if isinstance(cell, str):
        return _checked(cell, longest, signs)
    if isinstance(cell, Odd):
        raise CellRefused({Odd.FORMULA: FORMULA, Odd.ERROR: CELL_ERROR, Odd.OTHER: CELL_KIND}[cell])
    if isinstance(cell, date):
        raise CellRefused(CELL_KIND)
    if not 0 <= cell < _EXACT_IN_A_CELL:
        raise CellRefused(NUMBER_PRECISION if cell >= _EXACT_IN_A_CELL else CELL_KIND)
    if cell != int(cell):
        raise CellRefused(CELL_KIND)
    return str(int(cell))


def _checked(text: str, longest: int, signs: bool) -> str | None:
    text = text.translate(_INVISIBLE).strip()
    if not text or text in _EMPTY_MARKS:
        return None
    if text.startswith(_FORMULA_SIGNS) and not (signs and text[0] in "+＋"):
        raise CellRefused(FORMULA)
    if not text.isprintable():
        # Line breaks inside a cell are the clerk's; all else that cannot be seen is not.
        text = re.sub(r"[\r\n\t\u3000\u00a0\u2002\u2003]+", " ", text)
        if any(unicodedata.category(mark) in ("Cc", "Cs", "Co", "Cn") for mark in text):
            raise CellRefused(TEXT_CONTROL)
    if len(text) > longest:
        raise CellRefused(TEXT_TOO_LONG)
    return text


def id_number_text(cell: Cell) -> str | None:
    """The text of an identity number; a numeric cell has lost digits, whatever it shows."""
    if isinstance(cell, int | float):
        raise CellRefused(ID_NUMBER_AS_NUMBER)
    text = cell_text(cell)
    if text and _SCIENTIFIC.fullmatch(text):
        raise CellRefused(ID_NUMBER_AS_NUMBER)
    return text


def person_name(text: str) -> str:
    """A name as it is registered: no spaces between Chinese characters, one kind of middle dot."""
    joined = re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", text)
    joined = re.sub(r"[•・．‧∙]", "·", joined)
    if any(mark.isdigit() for mark in joined):
        raise CellRefused(Reason("name-digits", "姓名中不应有数字", "a name has no digits"))
    return joined


def cell_date(cell: Cell, today: date) -> date | None:
    """A day not later than today, from a date cell or one of the usual ways to write it."""
    if isinstance(cell, date):
        return _past(_day(cell), today)
    if isinstance(cell, int):
        text: str | None = str(cell)
    elif isinstance(cell, float):
        raise CellRefused(DATE_UNREADABLE)
    else:
        text = cell_text(cell)
    if text is None:
        return None
    return text_date(text, today)


def text_date(text: str, today: date) -> date:
    """A day not later than today, from text."""
    plain = "".join(text.split())
    found = _DATE.fullmatch(plain) or _BARE_DATE.fullmatch(plain)
    if found is None:
        raise CellRefused(DATE_UNREADABLE)
    try:
        return _past(date(*map(int, found.groups())), today)
    except ValueError as unreadable:
        if isinstance(unreadable, CellRefused):
            raise
        raise CellRefused(DATE_UNREADABLE) from None


def _day(cell: date) -> date:
    if not isinstance(cell, datetime):
        return cell
    if cell.time() != time():
        raise CellRefused(DATE_UNREADABLE)
    return cell.date()


def _past(day: date, today: date) -> date:
    if day > today:
        raise CellRefused(DATE_IN_FUTURE)
    return day


def several(text: str) -> Sequence[str]:
    """The words of a cell that lists several."""
    return [word.strip() for word in _BETWEEN.split(text) if word.strip()]


CodedT = TypeVar("CodedT", bound=Coded)


def coded(table: type[CodedT], text: str) -> CodedT:
    """The member of a code table that the text means."""
    member = table.named(text)
    if member is None:
        raise CellRefused(
            Reason(
                "code-unknown",
                f"不在代码表内；可填：{table.words_of_all()}",
                f"not in the code table; use one of: {table.words_of_all()}",
            )
        )
    return member
