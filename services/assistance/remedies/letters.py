"""Letters of remedies, worded from the case as it stands; None where nothing calls for one of the kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from events import assistance as a
from events import remedies as m
from events.letters import LetterKind
from services.assistance.letters import remedies as words
from services.assistance.letters.letter import Clause, Letter
from services.assistance.letters.templates import Matter
from services.assistance.model import Case
from services.assistance.remedies.state import Decided

KINDS: frozenset[LetterKind] = frozenset({"review_notice", "changed_decision", "recovery"})
REVIEW_LAW = "中华人民共和国行政复议法"
LAW = "中华人民共和国社会救助法"


def clauses(case: Case, kind: LetterKind) -> tuple[Clause, ...]:
    """Of the law, where the letter rests on it alone; else the decision's own stand."""
    ordered = case.remedies.ordered
    if kind == "review_notice":
        return (Clause(paper=REVIEW_LAW, article="第二十条"), Clause(paper=REVIEW_LAW, article="第六十二条"))
    if kind == "recovery" and ordered is not None and ordered.clause is not None:
        return (Clause(paper=LAW, article=ordered.clause.removeprefix("社会救助法")),)
    return ()


def worded(
    case: Case, decisions: Sequence[Decided], kind: LetterKind, matter: Matter, serial: int, on: date
) -> Letter | None:
    found, by_id = case.remedies, {one.id: one for one in decisions}
    if kind == "review_notice":
        open_ = [one for one in found.contests if one.kind == "reconsideration"]
        first = by_id.get(open_[-1].decision) if open_ and open_[-1].decision else None
        if first is None:
            return None
        return words.review_notice(
            matter, serial, on, contested=first.kind, decided=first.on, lodged=open_[-1].on,
            decide_by=open_[-1].decide_by,
        )  # fmt: skip
    if kind == "recovery":
        return None if found.ordered is None else words.recovery(matter, serial, on, found.ordered)
    instead, review = case.decided, found.decided
    if not isinstance(instead, a.SubsidyGranted | a.Adjusted) or review is None or instead.replaces is None:
        return None
    first = by_id.get(instead.replaces)
    if first is None or review.decision != instead.replaces:
        return None
    owed = found.arrears
    return words.changed_decision(
        matter,
        serial,
        on,
        contested=first.kind,
        decided=first.on,
        by=f"{review.court}判决" if isinstance(review, m.CourtRuled) else f"{matter.reconsider_at}行政复议",
        paper=review.paper or "",
        outcome=review.outcome,
        amount_fen=instead.amount_fen,
        since=instead.since,
        once=case.once is not None,
        arrears=owed if owed is not None and owed.replaced == first.id else None,
    )
