"""Findings, and the lists beside them, as tables: by column, in words that officials read; of a finding what to do next."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.departments import Department
from services.chassis.workbook import Sheet
from services.history.audit.advice import advice_on
from services.history.audit.classing import SAID
from services.history.audit.finding import TITLES, FindingLine
from services.history.audit.reports import Row
from services.history.audit.verdict import OUTCOME_WORDS
from services.history.words import SERVICES, of

SHEET = "审计发现"
HEADINGS = (
    "类别", "何时可知", "结论", "日期", "部门", "案件", "事件", "内容", "What", "文件", "条款", "下一步", "Next",
)  # fmt: skip
REPORT_HEADINGS = (
    "记录日", "生效日", "迟报天数", "部门", "类型", "人员", "岗位", "所属单位", "内容", "What", "事件",
)  # fmt: skip
WIDTHS = (16, 18, 10, 12, 12, 38, 38, 60, 60, 22, 14, 40, 40)


def cells(one: FindingLine) -> tuple[object, ...]:
    assert one.finding is not None and one.sort is not None, "of a finding"
    next_ = advice_on(one.finding, one.sort)
    return (
        TITLES[one.finding], SAID[one.sort][0], OUTCOME_WORDS[one.outcome], one.day, of(SERVICES, one.service).zh, one.case or "",
        one.event, one.zh, one.en, one.paper, one.clause, next_.zh, next_.en,
    )  # fmt: skip


def report_cells(row: Row) -> tuple[object, ...]:
    department = Department(row.department).zh if row.department in set(Department) else row.department
    return (
        row.day, row.effective, row.late, of(SERVICES, row.service).zh, row.type, row.person or "", row.post,
        department, row.zh, row.en, row.event,
    )  # fmt: skip


def sheet(found: Iterable[FindingLine]) -> Sheet:
    return Sheet(SHEET, HEADINGS, map(cells, found), WIDTHS)
