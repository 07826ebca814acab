"""A ledger for spreadsheets: the same lines as CSV or Excel, row by row, every sum with its mark, nobody's name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from services.assistance.ledger.figures import Figure, on_time_rate

Cell = str | int | float | None
Line = Sequence[Cell]

FIGURES = ("月份", "乡镇街道代码", "项目", "件数", "人数", "金额（元）", "是否示例标准")
CASES = (
    "案件编号", "家庭编号", "乡镇街道代码", "人数", "申请日期", "受理日期", "程序依据", "入户调查期限", "办结期限",
    "期限是否暂定", "入户调查日期", "办结日期", "结果", "是否按期", "认定方式", "月保障金额（元）", "是否示例标准",
    "渐退起始", "停保日期", "原因代码",
)  # fmt: skip
OUTCOMES = {"granted": "批准", "declined": "不予批准", "withdrawn": "撤回"}
ROUTES = {"household": "全家", "single": "单人户", "taper": "渐退", "officer": "人工核定"}


def figure_lines(figures: Iterable[Figure]) -> Iterator[Line]:
    """A line a figure, and behind those of a township and month the share decided in time."""
    for (month, township), group in groupby(figures, lambda one: (one.month, one.township)):
        of_both = list(group)
        for one in of_both:
            money = one.amount_fen > 0
            yield (
                month, township, one.title, one.cases, one.people,
                _yuan(one.amount_fen) if money else None, _whether(one.illustrative) if money else None,
            )  # fmt: skip
        rate = on_time_rate(of_both)
        if rate is not None:
            yield (month, township, f"按期办结率{rate}%", None, None, None, None)


def case_lines(rows: Iterable[dict[str, Any]]) -> Iterator[Line]:
    for row in rows:
        decided, last = row["decided"], row["decide_by"]
        in_time = _whether(decided <= last) if decided and last else None
        shown = row["amount_fen"] is not None
        yield (
            row["id"], row["household"], row["township"], row["people"], row["applied"], row["accepted"],
            row["basis"], row["survey_by"], last, _whether(row["provisional"]) if row["accepted"] else None,
            row["surveyed"], decided, OUTCOMES.get(row["outcome"] or ""), in_time,
            ROUTES.get(row["route"] or "", row["route"]), _yuan(row["amount_fen"]) if shown else None,
            _whether(row["illustrative"]) if shown else None, row["taper_since"], row["ended"], row["reason"],
        )  # fmt: skip


def _yuan(fen: int) -> str:
    # As text: a spreadsheet's numbers are binary fractions.
    return f"{fen // 100}.{fen % 100:02}"


def _whether(told: object) -> str:
    return "是" if told else "否"
