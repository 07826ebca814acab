"""A finding: something that was not as it had to be; and the days of which is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from services.chassis.clock import midnight
from services.chassis.refusal import Malformed
from services.chassis.service import name_of
from services.history.audit.reading import Found
from services.history.audit.story import day_of
from services.history.audit.verdict import Check, Class, Sort

TITLES: dict[Class, str] = {
    Class.LATE: "逾期", Class.KIN: "近亲属未回避", Class.PAPER_OUT_OF_FORCE: "依据文件不在有效期",
    Class.AFTER_DEATH: "死亡后仍予救助", Class.ALTERED_AMOUNT: "金额与规则不符", Class.SWAPPED_INPUT: "依据的事实与来源不符",
    Class.SKIPPED_NOTICE: "未公示或公示不足", Class.SKIPPED_STEP: "缺少步骤", Class.TOO_FEW_PEOPLE: "经办人数不足",
    Class.NOT_AUTHORISED: "无相应岗位职责", Class.UNHEARD: "未听取意见", Class.ALTERED_LOG: "日志被改动",
    Class.NOT_ELIGIBLE: "不符合条件", Class.OVER_PROPERTIED: "财产超标", Class.JAILED: "服刑期间仍予救助",
    Class.DOUBLE: "重复救助", Class.MISSED: "应保未保", Class.UNPAID: "未发放", Class.PAID_WITHOUT_DECISION: "无决定支付",
    Class.ALTERED_PAYMENT: "支付金额不符", Class.PAID_TWICE: "重复支付", Class.PAID_AFTER_DEATH: "死亡后仍支付",
    Class.PAID_AFTER_END: "终止后仍支付", Class.UNFOUNDED: "依据的事实没有来源", Class.WRONG_FUND: "资金来源不符",
}  # fmt: skip


Progress = Callable[[int, int], None]
"""How many steps are done, of how many."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`event`: the act that it is about (a decision, a payment), or what called for the one that is missing. `sort`:
    see `verdict.Sort`. `day`: of the act, or by which it was due."""

    kind: Class
    sort: Sort
    event: UUID
    case: UUID | None
    service: str
    day: date
    check: Check


class FindingLine(Check):
    """A finding as it is told. `event`: what it is about; `day`: of the act, or by which it was due."""

    event: UUID
    case: UUID | None
    service: str
    day: date


def line(one: Finding) -> FindingLine:
    told = one.check.model_dump()
    return FindingLine(**told, event=one.event, case=one.case, service=one.service, day=one.day)


def finding(act: Found, check: Check, day: date | None = None) -> Finding:
    assert check.finding is not None, "that makes it one"
    return Finding(
        check.finding,
        check.sort or "had",
        act.id,
        getattr(act.fact, "case", None),
        name_of(act.line.source),
        day or day_of(act),
        check,
    )


@dataclass(frozen=True, slots=True)
class Window:
    """Civil days, both included; None: without end. Malformed where the last is before the first: an answer about
    no day at all would read as if all were well."""

    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise Malformed(
                "days-reversed", "截止日早于起始日。", "The last day is before the first.", field="until"
            )

    def covers(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def days(self, column: str) -> str:
        """As a test of SQL, over a column of days."""
        since = [] if self.since is None else [f"{column} >= DATE '{self.since.isoformat()}'"]
        until = [] if self.until is None else [f"{column} <= DATE '{self.until.isoformat()}'"]
        return " AND ".join((*since, *until)) or "true"

    def holds(self, act: Found) -> bool:
        return self.covers(day_of(act))

    @property
    def moments(self) -> tuple[str | None, str | None]:
        """As the log writes times down: from, and before which."""
        first = None if self.since is None else midnight(self.since).isoformat()
        end = (
            None if self.until is None else midnight(date.fromordinal(self.until.toordinal() + 1)).isoformat()
        )
        return first, end


EVER: Final = Window()
