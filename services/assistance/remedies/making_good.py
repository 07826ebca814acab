"""What is owed for months gone by, once a decision has taken the place of another."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from events import assistance as a
from services.assistance.days import first_of_month, first_of_next_month
from services.assistance.entitlement import ruling_of, whom
from services.assistance.model import Case, Stage
from services.assistance.published import published
from services.assistance.remedies import settling
from services.assistance.remedies.state import Decided
from services.assistance.rules import Facts, about_those, grounds
from services.chassis.work import Work

DRIVEN_BY = "standard_changed"
"""Why the sum of a month is another than that of the decision made anew."""


def by_month(work: Work, case: Case, since: date) -> Facts:
    """The sums of the months gone by, each by the rule of its first day, as they would have been granted: of a decision
    made anew by the rule, which is that of its own day."""
    settled = case.settled
    if settled is None or not settled.by_rule:
        return ()
    facts: list[a.CaseFact] = []
    month, current, some = since, 0, case.admitted
    while month <= work.today:
        by = published(work, case.programme, month)
        ruling = ruling_of(case, by, settled, month)
        before = current or case.amount_in(month)
        if ruling is None or not ruling.eligible:
            month = first_of_next_month(month)
            continue
        admitted = whom(case, ruling)
        if ruling.amount_fen != before or case.covering(admitted) != case.covering(some):
            current, some = ruling.amount_fen, admitted
            reasons = grounds(case, by, "adjust", month, (DRIVEN_BY, ruling.row), ruling=ruling)
            facts.append(
                a.Adjusted(
                    **about_those(case, some),
                    amount_fen=current,
                    since=month,
                    reason=DRIVEN_BY,
                    grounds=reasons,
                )
            )
        month = first_of_next_month(month)
    return tuple(facts)


def owed_since(work: Work, case: Case, replaced: Decided, *, officer: UUID, acting: a.Acting | None) -> Facts:
    """`case`: as the new decision left it. Where nothing was granted since the old one (it had refused or ended), all
    months up to this one are owed at once, and the next is granted as usual."""
    until: date | None = None
    next_month: date | None = None
    this = first_of_month(work.today)
    if case.stage is Stage.GRANTED and case.next_month is not None:
        behind = case.next_month <= this
        until = this if behind else first_of_month(case.next_month - timedelta(days=1))
        next_month = first_of_next_month(this) if behind else None
    return settling.arrears(
        case,
        work.around.ids.random(),
        "suspension_lifted" if replaced.kind == "Suspended" else "changed_decision",
        replaced=replaced.id,
        until=until,
        next_month=next_month,
        officer=officer,
        acting=acting,
        today=work.today,
    )
