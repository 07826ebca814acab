"""What of remedies is told to whom: contests, what became of them, arrears, money that is to come back."""

from __future__ import annotations

from events import remedies as m
from events.base import Recorded
from services.chassis.work import Work
from services.notification.reactions import of_case, tell, yes


def contested(work: Work, fact: Recorded[m.ContestedDecision]) -> None:
    told = fact.data
    tell(
        work,
        of_case(work, fact),
        "contested",
        programme=told.programme,
        kind=told.kind,
        on=told.on,
        until=told.decide_by,
    )


def sued(work: Work, fact: Recorded[m.LawsuitFiled]) -> None:
    """Until when the office answers the court."""
    told = fact.data
    about = of_case(work, fact)
    tell(work, about, "contested", programme=told.programme, kind="lawsuit", on=told.on, until=told.answer_by)


def overdue(work: Work, fact: Recorded[m.ReviewOverdue]) -> None:
    told = fact.data
    tell(work, of_case(work, fact), "review_overdue", programme=told.programme, until=told.decide_by)


def decided(work: Work, fact: Recorded[m.ReviewDecided | m.CourtRuled]) -> None:
    told = fact.data
    about = of_case(work, fact)
    tell(work, about, "review_decided", programme=told.programme, outcome=told.outcome, on=told.on)


def arrears_granted(work: Work, fact: Recorded[m.ArrearsGranted]) -> None:
    told = fact.data
    tell(
        work,
        of_case(work, fact),
        "arrears_granted",
        programme=told.programme,
        months=len(told.months),
        amount_fen=told.amount_fen,
        illustrative=yes(told.illustrative),
    )


def recovery_ordered(work: Work, fact: Recorded[m.RecoveryOrdered]) -> None:
    told = fact.data
    tell(
        work,
        of_case(work, fact),
        "recovery_ordered",
        programme=told.programme,
        amount_fen=told.amount_fen,
        parts=told.parts,
        on=told.first_due,
    )
