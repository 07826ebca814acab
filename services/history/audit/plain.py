"""Decisions that are plainly right: every input as its event says it, the rule gives the same, its papers in force.

It asks what `reconstruct.Reader.first_two` asks, by the same functions, and only whether there is nothing to tell. It
never says of a decision that it is wrong: of whatever is not plain the whole account is made (the tests hold both
against each other).
"""

from __future__ import annotations

from events import assistance as a
from services.history.audit import admission, remedies
from services.history.audit.deriving import text
from services.history.audit.knowing import NOWHERE, Told
from services.history.audit.known import died, follows, inputs_again
from services.history.audit.lean import LeanLog
from services.history.audit.reading import Found
from services.history.audit.reconstruct import Reader
from services.history.audit.rows import Rows, numbers_in_force, papers_on
from services.history.audit.rule import (
    SUMS,
    Again,
    as_assessed,
    day_of_papers,
    decided,
    departs,
    departs_by_row,
    ended_by_event,
    recommended,
    same_recommendation,
    stands,
)
from services.history.audit.story import Story, day_of
from services.policy.finding import Refused
from services.policy.keeping import Altered
from services.policy.language.intake import InputWrong


class Plain:
    def __init__(self, log: LeanLog, reader: Reader) -> None:
        """`reader`: over this log."""
        self._log = log
        self._reader = reader
        self._everything = log.everything()

    def right(self, decision: Found) -> bool:
        """Of a case that lies ready: whether the first two parts of its reconstruction hold, and the rule is not open."""
        envelope = decision.recorded.envelope
        if envelope.stream in self._log.unsure or remedies.carries_out(decision):
            return False
        story = self._log.story(envelope.stream, envelope.source, envelope.sequence)
        try:
            return self._holds(decision, story)
        except (Refused, InputWrong, Altered):
            return False

    def _holds(self, decision: Found, story: Story) -> bool:
        source, decider = decision.line.source, self._log.decider(decision)
        assessed = self._reader.assessment(decision, story)
        again = None
        if assessed is not None:
            again = self._recommendation(decision, assessed)
            if again is None:
                return False
        rows = self._reader.papers(source, decider)
        return (
            _decision_holds(decision, story, rows, assessed, again)
            and _papers_hold(decision, self._reader.basis(story), rows)
            and self._alive(decision)
        )

    def _recommendation(self, decision: Found, assessed: Found) -> Again | None:
        """Worked out again, if that comes to the same."""
        source, stream = decision.line.source, decision.recorded.envelope.stream
        if assessed.line.source != source or assessed.recorded.envelope.stream != stream:
            return None  # another's: to be looked at
        decider = self._log.decider(assessed)
        rows = self._reader.papers(source, decider)
        story = self._log.story(stream, source, assessed.line.sequence)
        expected = inputs_again(self._log, assessed, story, rows, decider)
        if not self._as_told(assessed, expected):
            return None
        again = recommended(assessed, rows, story)
        same = same_recommendation(assessed.fact, again) and _same_way(assessed.fact, again)
        return again if same else None

    def _as_told(self, assessed: Found, expected: dict[str, Told]) -> bool:
        """Each is what its event says, and none is missing. That the event was known needs no look: it is of the case, by
        the service itself, and before the recommendation."""
        named: set[int] = set()
        for used in assessed.fact.inputs:
            value, source, event, _ = expected.pop(used.name, NOWHERE)
            if source == "none" or value not in (None, used.value):
                return False
            if used.event is None or (event is not None and used.event.int in (event.int, *named)):
                continue
            if event is None or not follows(self._log, used, assessed):
                return False
            named.add(used.event.int)
        return not expected

    def _alive(self, decision: Found) -> bool:
        if decision.fact.TYPE not in SUMS:
            return True
        on = day_of(decision)
        return not any(died(self._log, self._everything, on, one) for one in decision.fact.members)


def _same_way(fact: a.Assessed, again: Again) -> bool:
    """Every step on the way to the sum, as it was written down."""
    trace = again.outcome.trace
    assert trace is not None, "asked for"
    return len(fact.worked) == len(trace) and all(
        was.name == now.name
        and was.value == text(now.value)
        and was.clause == now.clause
        and was.paper == now.paper
        for was, now in zip(fact.worked, trace, strict=True)
    )


def _decision_holds(
    decision: Found, story: Story, rows: Rows, assessed: Found | None, recommended: Again | None
) -> bool:
    fact = decision.fact
    if fact.TYPE == a.Reviewed.TYPE:
        if fact.outcome != "unchanged" or assessed is None:
            return True
        return as_assessed(decision, story, rows, assessed, recommended).eligible or departs(fact)
    if ended_by_event(fact):
        return True
    again = decided(decision, story, rows, assessed, recommended)
    if again is None or not (stands(fact, again) or departs_by_row(fact, again)):
        return False
    return fact.TYPE not in SUMS or departs(fact) or admission.same(fact, again.admitted)


def _papers_hold(decision: Found, basis: str, rows: Rows) -> bool:
    grounds: a.Grounds | None = getattr(decision.fact, "grounds", None)
    if grounds is None:
        return True
    on = day_of_papers(decision)
    in_force = numbers_in_force(papers_on(rows, on), on)
    return all(
        one.digest in rows.published and (one.number in in_force or one.number == basis)
        for one in grounds.papers
    )
