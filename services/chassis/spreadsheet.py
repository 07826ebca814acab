"""CSV for spreadsheets: a byte order mark in front, so that they read Chinese, and lines as RFC 4180 ends them.

A spreadsheet runs a text that begins like a formula: what people wrote (a name, a purpose) gets a quote in front.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.responses import StreamingResponse

FORMULA = r"[=+\-@\t\r\n＝＋－＠]"
"""How a text begins that a spreadsheet may take for one."""
NUMBER = r"[+-]?[0-9]+([.][0-9]+)?%?"
_begins_like_a_formula = re.compile(FORMULA).match
_is_a_number = re.compile(NUMBER).fullmatch


def harmless(cell: Any) -> Any:
    """The cell, a text as it is shown and never run."""
    risky = isinstance(cell, str) and _begins_like_a_formula(cell) and not _is_a_number(cell)
    return f"'{cell}" if risky else cell


def line(cells: Iterable[Any], *, mark: bool = False) -> bytes:
    """One line; `mark`: the first one, with the byte order mark."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(map(harmless, cells))
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")


def table(name: str, headings: Iterable[Any], lines: Iterable[Iterable[Any]]) -> StreamingResponse:
    """A download `name.csv`, written line by line."""
    return StreamingResponse(
        _written(headings, lines),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _written(headings: Iterable[Any], lines: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    yield line(headings, mark=True)
    for one in lines:
        yield line(one)
