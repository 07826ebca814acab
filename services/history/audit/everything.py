"""All decisions, one after another from one snapshot: known and rule only, or everything, for findings.

Decisions are found by their type in the log of each source; each is then judged from its own case's log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.history.audit import contradicted, missed, money, months
from services.history.audit.finding import Finding, Window, finding
from services.history.audit.reading import Found
from services.history.audit.reconstruct import TYPES, Auditor, Reader
from services.history.audit.swept import SweptLog
from services.history.audit.verdict import Check, Outcome

Progress = Callable[[int, int], None]
SWEEPS = (months.findings, money.findings, missed.findings, contradicted.findings)


@dataclass(slots=True)
class Summary:
    """`differing`: decisions whose inputs, row, formulas or sum are not equal when worked out again; `unjudged`: those
    whose rule could not be."""

    decisions: int = 0
    equal: int = 0
    differing: list[tuple[UUID, Check]] = field(default_factory=list)
    unjudged: list[UUID] = field(default_factory=list)


def rules(auditor: Auditor, since: date | None = None, until: date | None = None) -> Summary:
    """What was known and the rule of every decision, worked out again; whole cases at a time (`swept`)."""
    summary = Summary()
    with auditor.reading(SweptLog) as reader:
        for decision in decisions(reader, since, until):
            summary.decisions += 1
            inputs, checks = reader.first_two(decision)
            unfounded = [check for check in inputs if check.outcome is Outcome.BROKEN]
            wrong = [check for check in checks if check.outcome is Outcome.BROKEN]
            summary.differing += [(decision.id, check) for check in (*unfounded, *wrong)]
            open_ = any(check.outcome is Outcome.OPEN for check in checks)
            if open_ and not wrong and not unfounded:
                summary.unjudged.append(decision.id)
            summary.equal += not wrong and not unfounded and not open_
    return summary


def findings(
    auditor: Auditor,
    since: date | None = None,
    until: date | None = None,
    progress: Progress = lambda done, of: None,
) -> list[Finding]:
    """Of every decision recorded from a day to a day, both included; of payments and months; of who was left waiting.

    `progress`: how many steps are done, of how many: a decision is one, and so is each look through the whole log.
    """
    window = Window(since, until)
    with auditor.reading(SweptLog) as reader:
        assert isinstance(reader.log, SweptLog), "as asked for"
        of = len(reader.log.positions_of(TYPES, *window.moments)) + len(SWEEPS)
        found: list[Finding] = []
        for done, decision in enumerate(decisions(reader, since, until)):
            progress(done, of)
            found += _of(decision, reader)
        for done, sweep in enumerate(SWEEPS, of - len(SWEEPS)):
            progress(done, of)
            found += sweep(reader.log.plain, window)
        progress(of, of)
    return found


def decisions(reader: Reader, since: date | None = None, until: date | None = None) -> Iterator[Found]:
    """In the causal order of the log, by the civil day on which they were recorded."""
    return reader.log.of_types(TYPES, *Window(since, until).moments)


def _of(decision: Found, reader: Reader) -> Iterator[Finding]:
    return (finding(decision, check) for check in reader.of(decision, chains=False).findings)
