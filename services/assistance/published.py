"""The published papers as a decision on a case reads them: the rule of a day, the procedure of a case.

    by = published(work, "dibao")         # the papers that count today
    by.rule(day)                          # what a family is entitled to on a day
    by.proceeding(case.basis, day)        # by which procedure its case is worked on

Parsed once for the same papers and calendars; nothing here reads the log again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from services.assistance.limits import end_of
from services.assistance.programme import Programme, programme_of
from services.chassis.refusal import Conflict
from services.policy import keeping
from services.policy.calendars import WorkingDays
from services.policy.finding import Refused as PapersRefused
from services.policy.keeping import Reading, Texts
from services.policy.paper import Limit, Paper, Procedure, Step
from services.policy.rule import Rule
from services.policy.rulebook import Rulebook

REVIEW_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Proceeding:
    """A procedure with the paper that it stands in."""

    procedure: Procedure
    paper: Paper

    def step(self, *names: str) -> Step | None:
        """The first of these steps that the procedure has."""
        steps = {step.step: step for step in self.procedure.steps}
        return next((steps[name] for name in names if name in steps), None)

    def clause(self, *names: str) -> str:
        """The clause of the first of these steps, else of the whole procedure."""
        step = self.step(*names)
        return self.procedure.clause if step is None else step.clause

    def review_months(self, unstable: bool) -> int:
        told = self.procedure
        return (told.review_months_unstable if unstable else None) or told.review_months or REVIEW_MONTHS


@dataclass(frozen=True, slots=True)
class Published:
    """Of one programme. `digests`: of each paper's text, by the paper's id."""

    programme: Programme
    rulebook: Rulebook
    days: WorkingDays
    digests: Mapping[str, str]

    def rule(self, on: date) -> Rule:
        """Conflict where no paper says who is entitled that day, or papers contradict each other."""
        return _rule(self.rulebook, self.programme, on)

    def proceeding(self, basis: str, on: date) -> Proceeding:
        """A case's procedure on a day: its own to the end, unless the one now in force takes pending cases over.

        `basis`: the number of its own paper; empty where the day's procedure is asked for. Conflict where none is.
        """
        own = self.own(basis)
        found = self.taken_over(own, on) or own
        return _proceeding(self.rulebook, self.programme, on) if found is None else found

    def taken_over(self, own: Proceeding | None, on: date) -> Proceeding | None:
        """The procedure in force on a day, if it takes over a case that began under `own`."""
        now = self._now(on)
        if now is None or own is None or now.paper.identity.pending == "switch_at_next_step":
            return now
        return None

    def hears(self, on: date) -> bool:
        """Whether a family is to be heard before its allowance is reduced or ended (社会救助法 48): of whatever programme,
        as soon as any procedure in force has that step. The law tells it once, with dibao."""
        return hears(self.rulebook, on)

    def _now(self, on: date) -> Proceeding | None:
        try:
            return _proceeding(self.rulebook, self.programme, on)
        except Conflict:
            return None

    def own(self, basis: str) -> Proceeding | None:
        """By the number of its paper, in force or not."""
        for paper in self.rulebook.papers:
            if paper.identity.number == basis:
                wanted = self.programme.procedure
                return next((Proceeding(p, paper) for p in paper.procedures if p.procedure == wanted), None)
        return None

    def end_of(self, limit: Limit, day: date) -> tuple[date, bool]:
        """The last day of a limit, its first day not counted; and whether it may still move."""
        return end_of(self.days, limit, day)

    def numbers(self, on: date) -> frozenset[str]:
        """Of the papers in force on a day."""
        return frozenset(paper.identity.number for paper in self.rulebook.in_force(on))

    @property
    def known(self) -> frozenset[str]:
        """Numbers of all papers, the lapsed ones too."""
        return frozenset(paper.identity.number for paper in self.rulebook.papers)


def hears(rulebook: Rulebook, on: date) -> bool:
    procedures = (procedure for paper in rulebook.in_force(on) for procedure in paper.procedures)
    return any(step.step == "hear" for procedure in procedures for step in procedure.steps)


def published(work: Reading, programme: str, on: date | None = None, *, procedure: str = "") -> Published:
    """By what a programme is decided on a day (today, unless said). `procedure`: another than the programme's own; of
    a case see `choosing.papers_of`."""
    declared = programme_of(programme)
    if procedure and procedure != declared.procedure:
        declared = replace(declared, procedure=procedure)
    return _published(declared, keeping.texts_of(work, on), keeping.working_days(work))


@lru_cache(maxsize=64)
def _published(programme: Programme, texts: Texts, days: WorkingDays) -> Published:
    papers = keeping.papers(texts)
    digests = {paper.identity.id: digest for paper, digest in zip(papers, texts.digests, strict=True)}
    return Published(programme, keeping.rulebook(texts, days), days, digests)


@lru_cache(maxsize=1024)
def _rule(rulebook: Rulebook, programme: Programme, on: date) -> Rule:
    try:
        return rulebook.rule(programme.code, on)
    except PapersRefused as refused:
        raise _no_rule(programme, on, refused) from refused


@lru_cache(maxsize=1024)
def _proceeding(rulebook: Rulebook, programme: Programme, on: date) -> Proceeding:
    try:
        return Proceeding(*rulebook.procedure(programme.procedure, on))
    except PapersRefused as refused:
        raise _no_rule(programme, on, refused) from refused


def _no_rule(programme: Programme, on: date, refused: PapersRefused) -> Conflict:
    why = refused.findings[0]
    zh, en = programme.title
    return Conflict(
        "no-rule",
        f"{on.isoformat()}没有可用的{zh}政策文件，请先发布（doudi policy publish）：{why.zh}",
        f"No published papers say how {en} is decided on {on.isoformat()}:"
        f" publish them first (doudi policy publish). {why.en}",
        field="case",
    )
