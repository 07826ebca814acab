"""Lawsuits over decisions: what the court has sent, and its judgment as a fact. Pure.

行政诉讼法: six months from the day on which the decision became known (46), fifteen days after a review (45); whether a suit
is in time the court says, not the office. Fifteen days to answer (67). A judgment counts once it is in force, and is
carried out like the outcome of a review (69, 70, 77); not to the plaintiff's disadvantage (77).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from events import remedies as m
from events.ids import PersonId
from services.assistance.letters.serving import remedies_from
from services.assistance.model import Case
from services.assistance.remedies.contesting import (
    Told,
    must_be_a_day,
    must_be_contestable,
    must_fit,
    open_contest,
    sealed,
)
from services.assistance.remedies.state import Decided
from services.assistance.rules import Facts, about
from services.chassis.refusal import Conflict, Malformed
from services.policy.calendars import WorkingDays

ANSWER_DAYS = 15
SPOKEN = frozenset({"upheld", "changed", "revoked", "remade"})
"""Judgments; the rest are orders that need no number here."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the court decided, as its judgment says."""

    outcome: m.Judgment
    on: date
    paper: str | None = None
    amount_fen: int | None = None
    remake_by: date | None = None
    reason: str | None = None


def sued(
    case: Case,
    id: UUID,
    first: Decided,
    told: Told,
    days: WorkingDays,
    *,
    by: PersonId,
    court: str,
    docket: str | None,
    received: date,
    today: date,
    officer: UUID,
    statement: str | None = None,
) -> Facts:
    whose = about(case)
    must_be_contestable(case, first, by)
    must_be_a_day(received, first.on, today, "received")
    served = None if told.served is None else told.served.on
    last, provisional = days.after(received + timedelta(days=ANSWER_DAYS), 0)
    return (
        m.LawsuitFiled(
            **whose,
            contest=id,
            decision=first.id,
            by=by,
            court=court,
            docket=docket,
            letter=None if told.letter is None else told.letter.number,
            served=served,
            until=None if served is None else remedies_from(served, days).lawsuit,
            received=received,
            answer_by=last,
            provisional=provisional,
            on=today,
            officer=officer,
            statement=sealed(case, statement),
        ),
    )


def contested(case: Case, id: UUID, decisions: Sequence[Decided]) -> Decided:
    """The decision that an open lawsuit is about."""
    found = open_contest(case, id)
    if found.kind != "lawsuit":
        raise Conflict(
            "not-before-the-court",
            "该事项不是行政诉讼，请登记复议结果或者举报处理结果。",
            "This is not before the court: record what the review or the report came to.",
            field="contest",
        )
    return next(one for one in decisions if one.id == found.decision)


def ruled(
    case: Case,
    id: UUID,
    first: Decided,
    said: Said,
    *,
    remake_since: date | None,
    today: date,
    officer: UUID,
) -> Facts:
    found = open_contest(case, id)
    must_be_a_day(said.on, first.on, today)
    if said.outcome in SPOKEN and not said.paper:
        raise Malformed(
            "judgment-paper", "须填写判决书文号。", "Say the number of the judgment.", field="paper"
        )
    must_fit(said.outcome, said.amount_fen, first)
    if said.remake_by is not None and said.outcome != "remade":
        raise Malformed(
            "remake-by",
            "只有责令重新作出决定的判决才填写期限。",
            "Only a judgment that orders a new decision sets a day for it.",
            field="remake_by",
        )
    return (
        m.CourtRuled(
            **about(case),
            contest=id,
            outcome=said.outcome,
            decision=first.id,
            township=case.township,
            court=found.court,
            paper=said.paper,
            amount_fen=said.amount_fen,
            remake_since=remake_since,
            remake_by=said.remake_by,
            on=said.on,
            officer=officer,
            reason=sealed(case, said.reason),
        ),
    )
