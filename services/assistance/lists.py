"""Reading the list of cases: filtered, page by page, and as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.assistance import listing
from services.assistance.listing import ROWS_AT_ONCE
from services.assistance.model import Stage
from services.assistance.programme import PROGRAMMES
from services.assistance.rules import STAGE_ZH
from services.chassis.spreadsheet import line
from services.chassis.views import ViewReader

NAMES = (
    "id", "programme", "opened", "version", "household", "township", "members", "state", "step", "basis", "applied",
    "survey_by", "decide_by", "notice_until", "decided", "amount_fen", "illustrative", "since", "months",
    "last_month", "review_open", "review_on", "ended", "reason",
)  # fmt: skip
HEADINGS = (
    "案件编号", "救助项目", "家庭编号", "乡镇街道代码", "人数", "状态", "申请日期", "程序依据", "月保障金额（分）",
    "金额起算日", "是否示例标准", "已核发月数", "停保日期", "原因代码",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    programme: str | None = None
    state: Stage | None = None
    township: str | None = None
    review_open: bool | None = None


def rows_after(reader: ViewReader, wanted: Filter, after: int, limit: int) -> list[dict[str, Any]]:
    """Rows of the view in the order of application."""
    asked = {
        "programme": wanted.programme,
        "state": wanted.state.value if wanted.state else None,
        "township": wanted.township,
        "review_open": None if wanted.review_open is None else int(wanted.review_open),
    }
    return listing.rows_after(reader, "cases", NAMES, asked, after, limit)


def table(reader: ViewReader, wanted: Filter) -> Iterator[bytes]:
    """CSV with a byte order mark, as spreadsheets want it: no names, and every sum with its mark."""
    yield line(HEADINGS, mark=True)
    after = 0
    while rows := rows_after(reader, wanted, after, ROWS_AT_ONCE):
        yield b"".join(line(_cells(row)) for row in rows)
        after = rows[-1]["opened"]


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    shown = row["amount_fen"] is not None
    return (
        row["id"], PROGRAMMES[row["programme"]].title[0], row["household"], row["township"], row["members"],
        STAGE_ZH[Stage(row["state"])],
        row["applied"], row["basis"], row["amount_fen"], row["since"],
        ("是" if row["illustrative"] else "否") if shown else "", row["months"], row["ended"], row["reason"],
    )  # fmt: skip
