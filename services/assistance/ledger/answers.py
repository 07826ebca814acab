"""What callers get to see of ledgers and reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from uuid import UUID

from pydantic import Field

from events.assistance import Month, Programme, ReportFigure, ReportSubmitted
from services.assistance.answers import NOTE, Answer
from services.assistance.ledger.cases import PhaseOut
from services.assistance.ledger.figures import Figure, on_time_rate, title_of
from services.assistance.ledger.report import Difference
from services.chassis.requests import Command


class FigureAnswer(Answer):
    """What was counted; a sum never without its mark."""

    what: str = Field(description="code: granted, late, paid, `deducted:` and a paper's name")
    zh: str
    cases: int
    people: int
    amount_fen: int = Field(description="in fen; 0 where no money belongs to it")
    illustrative: bool
    note: str | None = None

    @classmethod
    def of(cls, one: Figure | ReportFigure) -> FigureAnswer:
        return cls(
            what=one.what,
            zh=title_of(one.what),
            cases=one.cases,
            people=one.people,
            amount_fen=one.amount_fen,
            illustrative=one.illustrative,
            note=NOTE if one.illustrative and one.amount_fen else None,
        )


class LedgerLine(Answer):
    """A township's month."""

    month: str
    township: str
    on_time_rate: str | None = Field(
        description="decided within the limit, of those decided that had one, in percent: `97.5`"
    )
    figures: tuple[FigureAnswer, ...]


class LedgerAnswer(Answer):
    programme: str
    first: str
    last: str
    lines: tuple[LedgerLine, ...]


def ledger_lines(figures: Iterable[Figure]) -> tuple[LedgerLine, ...]:
    found = []
    for (month, township), group in groupby(figures, lambda one: (one.month, one.township)):
        of_both = list(group)
        found.append(
            LedgerLine(
                month=month,
                township=township,
                on_time_rate=on_time_rate(of_both),
                figures=tuple(FigureAnswer.of(one) for one in of_both),
            )
        )
    return tuple(found)


class BasisLine(Answer):
    """How many cases were decided on a paper in a month; a case that rests on more papers is in each."""

    month: str
    township: str
    paper: str
    cases: int


class PhaseOutAnswer(Answer):
    """A family that is being phased out, or is from `since` on."""

    case: UUID
    household: UUID
    township: str
    since: date
    until: date | None = Field(
        description="last day, as the papers of today say; None where none says how long"
    )
    amount_fen: int = Field(description="in fen a month")
    illustrative: bool
    note: str | None

    @classmethod
    def of(cls, one: PhaseOut) -> PhaseOutAnswer:
        return cls(
            case=UUID(one.case),
            household=UUID(one.household),
            township=one.township,
            since=one.since,
            until=one.until,
            amount_fen=one.amount_fen,
            illustrative=one.illustrative,
            note=NOTE if one.illustrative else None,
        )


class PhaseOuts(Answer):
    today: date
    within_days: int | None
    items: tuple[PhaseOutAnswer, ...]


class CaseRow(Answer):
    """A line of the ledger of cases; nothing of means, nobody's name."""

    id: UUID
    household: UUID
    township: str
    people: int
    applied: date
    accepted: date | None
    basis: str | None
    survey_by: date | None
    decide_by: date | None
    provisional: bool = Field(
        description="the limits may still move: the year's working days are not published"
    )
    surveyed: date | None
    decided: date | None
    outcome: str | None
    route: str | None
    amount_fen: int | None
    illustrative: bool
    taper_since: date | None
    ended: date | None
    reason: str | None


class Submit(Command):
    programme: Programme
    month: Month
    correction: bool = Field(default=False, description="the month was submitted before")


class ReportAnswer(Answer):
    report: UUID
    programme: str
    month: str
    number: int
    on: date
    officer: UUID
    as_of: int = Field(description="how far the service's own log was counted")
    digest: str = Field(description="SHA-256 of programme, month and figures, as canonical JSON")

    @classmethod
    def of(cls, fact: ReportSubmitted) -> ReportAnswer:
        names = ("report", "programme", "month", "number", "on", "officer", "as_of", "digest")
        return cls(**{name: getattr(fact, name) for name in names})


class DifferenceAnswer(Answer):
    """What was submitted, and what is known now; None where one has none."""

    township: str
    what: str
    zh: str
    submitted: FigureAnswer | None
    now: FigureAnswer | None

    @classmethod
    def of(cls, one: Difference) -> DifferenceAnswer:
        return cls(
            township=one.township,
            what=one.what,
            zh=title_of(one.what),
            submitted=FigureAnswer.of(one.submitted) if one.submitted else None,
            now=FigureAnswer.of(one.now) if one.now else None,
        )


class ReportFile(Answer):
    """All submissions of a month, the figures of the last, and how they differ from what is known now."""

    submissions: tuple[ReportAnswer, ...]
    lines: tuple[LedgerLine, ...]
    differences: tuple[DifferenceAnswer, ...]


class Reports(Answer):
    items: tuple[ReportAnswer, ...]
