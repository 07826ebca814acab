"""A decision by which a review was carried out: that the review is in the log, and says this sum; and cases taken over.

No rule is applied: the sum is the authority's (行政复议法 63), or the one that counted before what was revoked (64).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events import assistance as a
from events import remedies as m
from services.history.audit.reading import Found
from services.history.audit.rule import Ruled, yuan
from services.history.audit.story import until
from services.history.audit.verdict import Check, Class, Part, broken, kept, part, unknown

ROW = "remedy"
"""The row that such a decision names."""


def carries_out(decision: Found) -> bool:
    grounds: a.Grounds | None = getattr(decision.fact, "grounds", None)
    return grounds is not None and ROW in grounds.rows


def ruled(decision: Found, own: Sequence[Found]) -> Ruled:
    """`own`: what is recorded of the case, by the service that decided."""
    fact, found = decision.fact, Ruled()
    before = [one for one in own if one.line.sequence < decision.line.sequence]
    first = next((one for one in before if one.id == fact.replaces), None)
    review = next((one for one in reversed(before) if _changes(one, fact.replaces)), None)
    if first is None or review is None:
        zh, en = (
            "日志中没有变更或撤销原决定的复议结果。",
            "No review in the log changed the decision it replaces.",
        )
        found.checks.append(broken("review", Class.ALTERED_AMOUNT, zh, en))
        return found
    fixed = review.fact.amount_fen
    if fixed is None and isinstance(first.fact, a.Adjusted | a.Exited):
        fixed = until(own, first.line.sequence).amount_in(first.fact.since)
    found.amount_fen, found.again_fen = fact.amount_fen, fixed
    found.illustrative = fact.grounds.illustrative
    found.checks.append(_compared(fact.amount_fen, fixed, first.id, review))
    return found


def _changes(one: Found, replaced: UUID | None) -> bool:
    fact = one.fact
    return (
        isinstance(fact, m.ReviewDecided | m.CourtRuled)
        and fact.decision == replaced
        and fact.outcome in m.CHANGES
    )


def _compared(amount_fen: int, fixed: int | None, first: UUID, review: Found) -> Check:
    about = {"events": (first, review.id), "clause": "行政复议法第六十三条、第六十四条"}
    paper = review.fact.paper or ""
    if fixed is None:
        zh, en = f"复议结果{paper}未载明金额。", f"The review {paper} names no sum."
        return unknown("review-sum", zh, en, **about)
    zh = f"执行复议决定{paper}：{yuan(amount_fen)}元，复议确定（或原先）{yuan(fixed)}元"
    en = f"carries out review {paper}: {yuan(amount_fen)} yuan; fixed, or before, {yuan(fixed)}"
    if amount_fen == fixed:
        return kept(
            "review-sum", f"{zh}，一致；原决定仍在日志中。", f"Equal: {en}; the first stays.", **about
        )
    return broken("review-sum", Class.ALTERED_AMOUNT, f"{zh}，不一致。", f"Differs: {en}.", **about)


def procedure() -> list[Check]:
    zh, en = (
        "执行行政复议决定，不另行办理公示等程序。",
        "It carries out a review; no notice is owed for that.",
    )
    return [kept("by-review", zh, en, clause="行政复议法第七十七条")]


def before_the_log(fact: a.TakenOver) -> tuple[Part, ...]:
    """Of a case that was taken over nothing can be shown but that it was, and from which document."""
    zh = f"本案自{fact.since.isoformat()}起享受，依据{fact.basis}；原决定在本日志之前，无从重现。"
    en = f"Paid since {fact.since} under {fact.basis}: it was decided before this log, which cannot show it."
    check = unknown("before-the-log", zh, en)
    return (
        part("known", [check]),
        part("rule", [check]),
        part("procedure", [check]),
        part("deciders", [check]),
    )
