"""Reading the list of cases: filtered, page by page, and as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.chassis.paging import Cursor
from services.chassis.views import ViewReader
from services.living.model import Stage
from services.living.rules import STAGE_ZH

NAMES = (
    "id", "opened", "version", "household", "township", "members", "state", "step", "basis", "applied",
    "survey_by", "decide_by", "notice_until", "decided", "amount_fen", "illustrative", "since", "months",
    "last_month", "review_open", "review_on", "ended", "reason",
)  # fmt: skip
HEADINGS = (
    "案件编号", "家庭编号", "乡镇街道代码", "人数", "状态", "申请日期", "程序依据", "月保障金额（分）",
    "金额起算日", "是否示例标准", "已核发月数", "停保日期", "原因代码",
)  # fmt: skip
ROWS_AT_ONCE = 500


class Place(Cursor):
    """Behind the case opened at this place of the log."""

    opened: int


@dataclass(frozen=True, slots=True)
class Filter:
    state: Stage | None = None
    township: str | None = None
    review_open: bool | None = None


def rows_after(reader: ViewReader, wanted: Filter, after: int, limit: int) -> list[dict[str, Any]]:
    """Rows of the view in the order of application."""
    conditions, values = ["opened > ?"], [after]
    for column, value in (
        ("state", wanted.state.value if wanted.state else None),
        ("township", wanted.township),
        ("review_open", None if wanted.review_open is None else int(wanted.review_open)),
    ):
        if value is not None:
            conditions.append(f"{column} = ?")
            values.append(value)  # type: ignore[arg-type]  # parameters of both kinds
    sql = f"SELECT {', '.join(NAMES)} FROM {{cases}} WHERE {' AND '.join(conditions)} ORDER BY opened LIMIT ?"
    with reader.reading() as tables:
        return [dict(zip(NAMES, row, strict=True)) for row in tables.execute(sql, (*values, limit))]


def table(reader: ViewReader, wanted: Filter) -> Iterator[bytes]:
    """CSV with a byte order mark, as spreadsheets want it: no names, and every sum with its mark."""
    yield _line(HEADINGS, mark=True)
    after = 0
    while rows := rows_after(reader, wanted, after, ROWS_AT_ONCE):
        yield b"".join(_line(_cells(row)) for row in rows)
        after = rows[-1]["opened"]


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    shown = row["amount_fen"] is not None
    return (
        row["id"], row["household"], row["township"], row["members"], STAGE_ZH[Stage(row["state"])],
        row["applied"], row["basis"], row["amount_fen"], row["since"],
        ("是" if row["illustrative"] else "否") if shown else "", row["months"], row["ended"], row["reason"],
    )  # fmt: skip


def _line(cells: tuple[Any, ...], mark: bool = False) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")
