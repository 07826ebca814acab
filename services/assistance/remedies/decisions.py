"""The decisions of a case by the events that made them: what can be contested, and what took whose place."""

from __future__ import annotations

from uuid import UUID

from events.ids import CaseId
from events.letters import LetterIssued, LetterServed
from services.assistance.letters.numbering import letters_of
from services.assistance.remedies.keeping import DECISIONS
from services.assistance.remedies.state import Decided
from services.chassis.refusal import NotFound
from services.chassis.work import Work


def decisions_of(work: Work, case: CaseId) -> tuple[Decided, ...]:
    """In the order in which they were recorded."""
    return tuple(Decided.of(row) for row in work.fact(DECISIONS, case) or ())


def decision_of(work: Work, case: CaseId, id: UUID) -> Decided:
    found = next((one for one in decisions_of(work, case) if one.id == id), None)
    if found is None:
        raise NotFound("该案件没有此决定。", "The case has no such decision.", field="decision")
    return found


def letter_of(work: Work, case: CaseId, decision: UUID) -> tuple[LetterIssued, LetterServed | None] | None:
    """The letter that told of a decision, the first that was served; None where none was issued."""
    letters = [one for one in letters_of(work, case) if one[0].decision == decision and one[0].remedies]
    return next((one for one in letters if one[1] is not None), letters[0] if letters else None)
