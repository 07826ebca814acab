"""Findings as a table: by column, in words that officials read, with what to do next."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.workbook import Sheet
from services.history.audit.advice import advice_on
from services.history.audit.classing import SAID
from services.history.audit.finding import TITLES, FindingLine
from services.history.audit.verdict import OUTCOME_WORDS
from services.history.words import SERVICES, of

HEADINGS = (
    "类别", "何时可知", "结论", "日期", "部门", "案件", "事件", "内容", "What", "文件", "条款", "下一步", "Next",
)  # fmt: skip
WIDTHS = (16, 18, 10, 12, 12, 38, 38, 60, 60, 22, 14, 40, 40)


def cells(one: FindingLine) -> tuple[object, ...]:
    assert one.finding is not None and one.sort is not None, "of a finding"
    next_ = advice_on(one.finding, one.sort)
    return (
        TITLES[one.finding], SAID[one.sort][0], OUTCOME_WORDS[one.outcome], one.day, of(SERVICES, one.service).zh, one.case or "",
        one.event, one.zh, one.en, one.paper, one.clause, next_.zh, next_.en,
    )  # fmt: skip


def sheet(found: Iterable[FindingLine]) -> Sheet:
    return Sheet("审计发现", HEADINGS, map(cells, found), WIDTHS)
