"""Arrears and recoveries, worked out from the months and never typed in. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from events import assistance as a
from events import remedies as m
from events.remedies import MonthDifference
from events.sealed import Sealed
from services.assistance.model import Case, Stage
from services.assistance.remedies.difference import balance, differences
from services.assistance.rules import Facts, about
from services.chassis.refusal import Conflict, NotFound, Refused

LAW = date(2026, 7, 1)
"""From this day 社会救助法 holds: 73 on what was obtained by deceit, 74 on what is kept without ground."""


def arrears(
    case: Case,
    id: UUID,
    why: Literal["changed_decision", "suspension_lifted"],
    *,
    replaced: UUID | None = None,
    until: date | None = None,
    next_month: date | None = None,
    officer: UUID,
    acting: a.Acting | None = None,
    today: date,
) -> Facts:
    """Everything that is owed for months gone by; nothing where nothing is."""
    lifted = why == "suspension_lifted"
    owed = tuple(one for one in differences(case, until=until, lifted=lifted) if one.due_fen > one.had_fen)
    if not owed:
        return ()
    return (
        m.ArrearsGranted(
            **about(case),
            arrears=id,
            months=owed,
            amount_fen=sum(one.due_fen - one.had_fen for one in owed),
            why=why,
            replaced=replaced,
            next_month=next_month,
            illustrative=case.illustrative,
            on=today,
            officer=officer,
            acting=acting,
        ),
    )


def overpaid(case: Case) -> tuple[MonthDifference, ...]:
    """What a revoked order had asked for may be kept, though it is not due: nobody is asked for it twice."""
    kept = dict(case.remedies.kept)
    found = (
        one.model_copy(update={"due_fen": one.due_fen + kept.get(one.month, 0)}) for one in differences(case)
    )
    return tuple(one for one in found if one.had_fen > one.due_fen)


def order_back(
    case: Case,
    id: UUID,
    *,
    months: Collection[str] = (),
    amount_fen: int | None = None,
    parts: int = 1,
    first_due: date,
    officer: UUID,
    acting: a.Acting | None = None,
    today: date,
) -> m.RecoveryOrdered:
    """What was had above what is due, of all months or of some; less, where the office asks for less."""
    found = _chosen(case, months)
    whole = sum(one.had_fen - one.due_fen for one in found)
    asked = whole if amount_fen is None else amount_fen
    if asked <= 0:
        raise Refused(
            "nothing-asked", "追回金额须大于零。", "A sum above nothing comes back.", field="amount_fen"
        )
    if asked > whole:
        raise Refused(
            "more-than-overpaid",
            f"追回金额不得超过多发的{whole}分。",
            f"{whole} fen were had too much.",
            field="amount_fen",
        )
    if first_due < today:
        raise Refused(
            "due-past", "首期日期不得早于今天。", "The first part is due today or later.", field="first_due"
        )
    if parts > asked:
        raise Refused("too-many-parts", "期数过多。", "More parts than fen.", field="parts")
    return m.RecoveryOrdered(
        **about(case),
        order=id,
        months=found,
        amount_fen=asked,
        why=_why(case),
        parts=parts,
        first_due=first_due,
        clause=clause_on(today, _why(case)),
        illustrative=case.illustrative,
        on=today,
        officer=officer,
        acting=acting,
    )


def waive(
    case: Case,
    order: UUID,
    why: Literal["hardship", "no_estate", "error_of_office", "revoked", "other"],
    *,
    officer: UUID,
    acting: a.Acting | None = None,
    remarks: str | None = None,
    today: date,
) -> Facts:
    """What is still open need not come back; of a `revoked` order what has come back is paid again, waived or not."""
    if order in case.remedies.waived and why != "revoked":
        raise Conflict("waived-already", "该追回已免除。", "It was waived already.", field="order")
    if order not in (*case.remedies.orders, *case.remedies.waived):
        raise NotFound("没有该追回事项。", "There is no such recovery.", field="order")
    return (
        m.RecoveryWaived(
            **about(case),
            order=order,
            why=why,
            on=today,
            officer=officer,
            acting=acting,
            remarks=Sealed.of(remarks, *case.members) if remarks else None,
        ),
    )


def clause_on(day: date, why: str) -> str | None:
    """Of the law under which something is ordered back; before it, the changed decision's own papers."""
    if day < LAW:
        return None
    return "社会救助法第七十三条" if why == "fraud" else "社会救助法第七十四条"


def _chosen(case: Case, months: Collection[str]) -> tuple[MonthDifference, ...]:
    found = overpaid(case)
    known = {one.month for one in balance(case)}
    strange = sorted(set(months) - known)
    if strange:
        raise Refused(
            "month-not-covered",
            f"{'、'.join(strange)}不在本案发放月份内。",
            f"Nothing was granted in this case for {', '.join(strange)}.",
            field="months",
        )
    chosen: Sequence[MonthDifference] = [one for one in found if not months or one.month in months]
    if not chosen:
        raise Conflict(
            "nothing-overpaid",
            "没有多发，或者已经责令退回。",
            "Nothing was had too much, or it was ordered back already.",
            field="case",
        )
    return tuple(chosen)


def _why(case: Case) -> Literal["death", "exit", "changed_decision", "fraud"]:
    if case.stage is not Stage.EXITED or not isinstance(case.decided, a.Exited):
        return "changed_decision"
    if case.decided.reason == "completed":
        return "changed_decision"
    if case.decided.reason in ("death", "fraud"):
        return "death" if case.decided.reason == "death" else "fraud"
    return "exit"
