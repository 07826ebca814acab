"""All decisions, one after another from one snapshot: known and rule only, or everything, for findings.

Decisions are found by their type in the log of each source; each is then judged from its own case's log.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from services.history.audit import contradicted, missed, money, months
from services.history.audit.finding import EVER, Finding, Progress, Window, finding
from services.history.audit.known import UNREAD
from services.history.audit.lean import LeanLog
from services.history.audit.plain import Plain
from services.history.audit.reading import Found
from services.history.audit.reconstruct import TYPES, Auditor, Reader
from services.history.audit.swept import SweptLog
from services.history.audit.verdict import Check, Outcome

if TYPE_CHECKING:
    from services.history.lake.folder import Lake

SWEEPS = (months.findings, money.findings, missed.findings, contradicted.findings)
CASES_AT_ONCE = 200
AT_LEAST = 10
"""Steps of a look through the whole log."""


@dataclass(slots=True)
class Summary:
    """`differing`: decisions whose inputs, row, formulas or sum are not equal when worked out again; `unjudged`: those
    whose rule could not be; `unreadable`: how many cannot be read at all, so that nothing can be said of them."""

    decisions: int = 0
    equal: int = 0
    differing: list[tuple[UUID, Check]] = field(default_factory=list)
    unjudged: list[UUID] = field(default_factory=list)
    unreadable: int = 0

    @property
    def right(self) -> bool:
        return not self.differing and not self.unreadable


def rules(
    auditor: Auditor,
    window: Window = EVER,
    *,
    lake: Lake | None = None,
    progress: Progress = lambda done, of: None,
) -> Summary:
    """What was known and the rule of every decision, worked out again: as sets from the lake, if there is one of this
    log; case by case what does not come out equal there, or is not in it yet. Of what is not plainly right then the
    whole account is made, in the order of the log. `progress`: how many steps are done, of how many."""
    with auditor.reading(LeanLog) as reader:
        equal, others = 0, None
        if lake is not None:
            from services.history.audit.columns import from_lake  # here: the columns' library is slow to load

            equal, others = from_lake(reader, lake, window, progress) or (0, None)
        if others is None:
            others = reader.log.positions_of(TYPES, *window.moments)
        right, doubtful = plainly(reader, reader.log.streams_at(others))
        whole = reader.over(SweptLog.beside(reader.log))
        return accounted(doubtful, whole, Summary(equal + right, equal + right))


def plainly(reader: Reader, by_case: Mapping[UUID, Sequence[int]]) -> tuple[int, list[int]]:
    """How many decisions are plainly right (`plain`), and where the others lie. `reader`: over a `LeanLog`; `by_case`:
    where the decisions lie, by their case."""
    log = reader.log
    assert isinstance(log, LeanLog), "as asked for"
    plain, right, doubtful = Plain(log, reader), 0, list[int]()
    cases = list(by_case.items())
    for start in range(0, len(cases), CASES_AT_ONCE):
        some = cases[start : start + CASES_AT_ONCE]
        log.lay_ready([stream for stream, _ in some])
        for stream, positions in some:
            read = {one.line.position: one for one in log.own(stream)}
            doubts = [one for one in positions if one not in read or not plain.right(read[one])]
            right += len(positions) - len(doubts)
            doubtful += doubts
    return right, sorted(doubtful)


def accounted(positions: list[int], reader: Reader, summary: Summary) -> Summary:
    """With what is said of the decisions that lie there, too."""
    summary.decisions += len(positions)
    summary.unreadable += len(positions)
    for decision in reader.log.of_positions(positions):
        summary.unreadable -= 1
        inputs, checks = reader.first_two(decision)
        unfounded = [check for check in inputs if check.outcome is Outcome.BROKEN]
        wrong = [check for check in checks if check.outcome is Outcome.BROKEN]
        summary.differing += [(decision.id, check) for check in (*unfounded, *wrong)]
        open_ = any(check.outcome is Outcome.OPEN for check in checks)
        open_ = open_ or any(check.code == UNREAD for check in inputs)
        if open_ and not wrong and not unfounded:
            summary.unjudged.append(decision.id)
        summary.equal += not wrong and not unfounded and not open_
    return summary


def findings(
    auditor: Auditor,
    window: Window = EVER,
    progress: Progress = lambda done, of: None,
) -> Generator[Finding]:
    """Of every decision recorded within the window; of payments and months; of who was left waiting.

    As they are found, from one snapshot that is held until all are told. `progress`: how many steps are done, of how many:
    a decision is one, and each look through the whole log as much as a fourth of them all.
    """
    with auditor.reading(SweptLog) as reader:
        assert isinstance(reader.log, SweptLog), "as asked for"
        positions = decisions(reader, window)
        sweep_steps = max(len(positions) // len(SWEEPS), AT_LEAST)
        of = len(positions) + sweep_steps * len(SWEEPS)
        progress(0, of)
        for done, decision in enumerate(reader.log.of_positions(positions), 1):
            yield from _of(decision, reader)
            progress(done, of)
        for number, sweep in enumerate(SWEEPS):
            before = len(positions) + number * sweep_steps

            def part(done: int, whole: int, before: int = before) -> None:
                progress(before + sweep_steps * done // max(whole, 1), of)

            yield from sweep(reader.log.plain, window, part)
            progress(before + sweep_steps, of)


def decisions(reader: Reader, window: Window = EVER) -> list[int]:
    """Where they lie, in the causal order of the log, by the civil day on which they were recorded."""
    return reader.log.positions_of(TYPES, *window.moments)


def _of(decision: Found, reader: Reader) -> Iterator[Finding]:
    return (finding(decision, check) for check in reader.of(decision, chains=False).findings)
