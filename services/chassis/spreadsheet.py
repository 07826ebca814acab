"""CSV for spreadsheets: a byte order mark in front, so that they read Chinese, and lines as RFC 4180 ends them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.responses import StreamingResponse


def line(cells: Iterable[Any], *, mark: bool = False) -> bytes:
    """One line; `mark`: the first one, with the byte order mark."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
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
