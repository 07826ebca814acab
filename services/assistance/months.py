"""A granted case month by month: each is paid by the rule of its first day. Pure."""

from __future__ import annotations

from datetime import date

from events import assistance as a
from events import casework as c
from services.assistance.countable import any_expired
from services.assistance.days import month_of
from services.assistance.entitlement import end, may_reduce, month_as_decided, open_review, ruling_of, whom
from services.assistance.model import Case, Settled, Stage
from services.assistance.published import Published
from services.assistance.rules import Facts, about, about_those, grounds
from services.assistance.ruling import Ruling
from services.chassis.refusal import Refused


def grant_month(case: Case, by: Published, *, today: date) -> Facts:
    """The next month, once it has begun, by the rule of that month (`by`: the papers that count on its first day).

    While a review is open, where an officer has fixed another sum, or until a sum already decided begins, what
    was decided stands. Where the rule admits the family no longer, a review is opened and the sum runs on until
    its end; but a phasing-out that has run its months ends the case. A card or diagnosis out of date opens a review.
    Under the law of 2026 nobody's sum is lowered or ended unheard.
    """
    month, settled = case.next_month, case.settled
    if case.stage is not Stage.GRANTED or month is None or month > today:
        return ()
    suspension = case.suspended_in(month)
    if suspension is not None:
        return (c.MonthWithheld(**about(case), month=month_of(month), reason=suspension.reason),)
    if settled is None or not settled.by_rule or case.review_open or case.amounts[-1][0] > month:
        return (month_as_decided(case, month),)
    ruling = ruling_of(case, by, settled, month)
    if ruling is not None and ruling.eligible:
        facts = _month_by_rule(case, by, settled, ruling, month)
        reviewed = any(isinstance(one, a.ReviewOpened) for one in facts)
        if reviewed or not any_expired(settled.found, month):
            return facts
        return (*facts, *open_review(case, reason="certificate_expired"))
    if settled.route == "taper" and ruling is not None and may_reduce(by, month, settled.heard):
        rows = ("taper_ended", ruling.row)
        reasons = grounds(case, by, "end", month, rows, ruling=ruling)
        return end(case, "taper_ended", month, today, reasons)
    reason = "taper_ended" if settled.route == "taper" else "rule_changed"
    return (month_as_decided(case, month), *open_review(case, reason=reason))


def _month_by_rule(case: Case, by: Published, settled: Settled, ruling: Ruling, month: date) -> Facts:
    current = case.amount_in(month)
    before, admitted = case.admitted_in(month), whom(case, ruling)
    reduced = ruling.amount_fen < current or not case.covering(before) <= case.covering(admitted)
    if reduced and not may_reduce(by, month, heard=False):
        return (month_as_decided(case, month), *open_review(case, reason="rule_changed"))
    granted = a.MonthGranted(
        **about_those(case, admitted),
        month=month_of(month),
        amount_fen=ruling.amount_fen,
        illustrative=ruling.rule.illustrative,
        route=ruling.route,
    )
    same = case.covering(before) == case.covering(admitted)
    if ruling.amount_fen == current and ruling.route == settled.route and same:
        return (granted,)
    begins = ruling.route == "taper" and settled.route != "taper"
    reason = "taper" if begins else _why_changed(by, ruling, case.paid[-1].month if case.paid else "")
    adjusted = a.Adjusted(
        **about_those(case, admitted),
        amount_fen=ruling.amount_fen,
        since=month,
        reason=reason,
        grounds=grounds(case, by, "adjust", month, (reason, ruling.row), ruling=ruling),
    )
    return (adjusted, granted)


def _why_changed(by: Published, ruling: Ruling, before: str) -> str:
    """The same papers with other figures, or other papers than in the month before."""
    if before:
        try:
            was = by.rule(date.fromisoformat(f"{before}-01"))
        except Refused:
            return "rule_changed"
        if was.definition.papers != ruling.rule.definition.papers:
            return "rule_changed"
    return "standard_changed"
