"""A month's report, frozen as it was submitted, and in what it differs from what is known now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid5

from events import assistance as a
from events.ids import ReportId
from services.assistance.days import month_of
from services.assistance.ledger.figures import Figure
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, Refused
from services.chassis.work import Work

REPORTS = UUID("3a0d3c52-6f5a-4c0e-9a67-6a5d0c9b7e21")


def report_id(programme: str, month: str) -> ReportId:
    return ReportId.of(uuid5(REPORTS, f"{programme}|{month}"))


@dataclass(frozen=True, slots=True)
class Submitted:
    """`number`: how often the month was submitted; `figures`: as it was last."""

    number: int = 0
    digest: str = ""
    figures: tuple[a.ReportFigure, ...] = ()


REPORT: Fold[Submitted] = Fold(Submitted())


@REPORT.on(a.ReportSubmitted)
def _submitted(report: Submitted, fact: a.ReportSubmitted) -> Submitted:
    return Submitted(fact.number, fact.digest, fact.figures)


def digest_of(programme: str, month: str, figures: Iterable[a.ReportFigure]) -> str:
    """SHA-256 of the JSON with sorted keys and no spaces: whoever has the figures can work it out."""
    told = {"programme": programme, "month": month, "figures": [one.model_dump() for one in figures]}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Submitting:
    """What an officer submits: the figures as the ledger had them at the place `as_of` of the log."""

    programme: str
    month: str
    figures: tuple[Figure, ...]
    as_of: int
    officer: UUID
    correction: bool


def submit(report: Submitted, told: Submitting, today: date) -> a.ReportSubmitted:
    """Once the month is over; again only as a correction that says something else."""
    if told.month >= month_of(today):
        raise Refused("month-not-over", "该月尚未结束。", "The month is not over.", field="month")
    if told.correction and not report.number:
        raise Conflict("report-missing", "该月尚未报送。", "Nothing was submitted yet.", field="correction")
    if report.number and not told.correction:
        raise Conflict(
            "report-submitted",
            "该月已报送，如有变化请作更正。",
            "It was submitted: correct it.",
            field="month",
        )
    lines = tuple(figure_of(one) for one in told.figures)
    digest = digest_of(told.programme, told.month, lines)
    if digest == report.digest:
        raise Conflict(
            "report-unchanged", "与已报送的数据相同。", "The figures are as submitted.", field="month"
        )
    return a.ReportSubmitted(
        report=report_id(told.programme, told.month),
        programme=told.programme,
        month=told.month,
        number=report.number + 1,
        on=today,
        officer=told.officer,
        as_of=told.as_of,
        figures=lines,
        digest=digest,
    )


def record(work: Work, told: Submitting) -> a.ReportSubmitted:
    """Inside a decision: submit, and record it."""
    report = work.load(REPORT, report_id(told.programme, told.month))
    fact = submit(report, told, work.today)
    work.record(fact.report, fact, effective=fact.on)
    return fact


def figure_of(one: Figure) -> a.ReportFigure:
    told = asdict(one)
    told.pop("month")
    return a.ReportFigure(**told)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not what was submitted; None where one of the two has none."""

    township: str
    what: str
    submitted: a.ReportFigure | None
    now: a.ReportFigure | None


def differences(submitted: Iterable[a.ReportFigure], now: Iterable[a.ReportFigure]) -> tuple[Difference, ...]:
    was = {(one.township, one.what): one for one in submitted}
    known = {(one.township, one.what): one for one in now}
    return tuple(
        Difference(*place, was.get(place), known.get(place))
        for place in sorted(was.keys() | known.keys())
        if was.get(place) != known.get(place)
    )
