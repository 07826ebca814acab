"""What is known of a case. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from events import assistance as a
from events.assistance import Finding
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance.days import month_of
from services.assistance.inputs import Found, Paid, Told
from services.assistance.remedies.state import NOTHING, Remedies

BY_OFFICER = "officer"
"""The route of months whose sum an officer fixed."""


REMEDY = "remedy"
"""Why a sum is another: the authority of a review decided so."""


DRIVEN = frozenset({"standard_changed", "rule_changed"})
"""Why a sum is another that only followed the rule."""


class Stage(StrEnum):
    """How far a case has come."""

    NONE = "none"
    APPLIED = "applied"
    ACCEPTED = "accepted"
    NOTICE = "notice"
    NOTICE_ENDED = "notice_ended"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXITED = "exited"


Admitted = tuple[PersonId, ...]
"""Of a case's members those whom the help is for; empty: all of them."""
Deciding = a.SubsidyGranted | a.Declined | a.Adjusted | a.Exited
"""The facts by which something is decided."""


BEFORE_DECISION = frozenset({Stage.APPLIED, Stage.ACCEPTED, Stage.NOTICE, Stage.NOTICE_ENDED})


RUNNING = BEFORE_DECISION | {Stage.GRANTED}


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the rule made of the facts; `local`: what the service knew by itself (inputs as texts). `admitted`: of the
    members those whom it admits."""

    eligible: bool
    amount_fen: int
    reason: str
    route: str
    local: tuple[tuple[str, str], ...]
    admitted: Admitted = ()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is being found out now, for the application or for a review."""

    survey: Found | None = None
    check: Found | None = None
    consistent: bool = False
    recommendation: Recommendation | None = None

    @property
    def found(self) -> Found | None:
        """What a decision rests on: the check, which came after the survey and agreed with it; else the survey. Where
        the procedure has neither, an assessment rests on what the service itself knows."""
        if self.survey is None:
            return Found() if self.recommendation is not None else None
        if self.check is None:
            return self.survey
        return self.survey.then(self.check)


@dataclass(frozen=True, slots=True)
class Settled:
    """What the running allowance was worked out from; the rule of each month is applied to the same.

    `by_rule`: nobody has fixed another sum. `heard`: the family was, in the review that settled it.
    """

    found: Found
    township: str
    local: tuple[tuple[str, str], ...]
    route: str
    by_rule: bool
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Suspension:
    """Months that begin on one of these days are not granted; `until` is the last, None: not known."""

    reason: str
    since: date
    until: date | None = None

    def covers(self, month: date) -> bool:
        return self.since <= month and (self.until is None or month <= self.until)


@dataclass(frozen=True, slots=True)
class Case:
    """`amounts`: from which day how much a month; `admissions`: from which day for whom. `next_month`: first day of the
    month to be granted next. `paid`: the months granted, oldest first. `stated`: what the applicant said and steps of their own found.
    `procedure`: its code in the paper of `basis`; empty, that of the programme. `steps`: those taken since the inquiry
    began, and when. `missing`: papers asked for, once. `demanded`: steps that only some cases owe, and that this one
    does. `kin`: declarations by which it is kept apart. `confirmed`: when it was granted. `until`: last day of a status
    that lapses by itself. `suspensions`: in order. `offers`: of work, not answered yet. `refusals`: without good reason
    running, of whom. `once`: what was granted once, in fen; `instalments`: its parts; `instalments_paid`: how many of
    them. `driven`: days of `amounts` from which the sum only followed the rule. `remedies`: what was contested and made
    good."""

    stage: Stage = Stage.NONE
    id: CaseId | None = None
    programme: str = ""
    household: HouseholdId | None = None
    members: tuple[PersonId, ...] = ()
    township: str = ""
    apart: bool = False
    unit: Literal["household", "person"] = "household"
    stated: tuple[Finding, ...] = ()
    steps: tuple[tuple[str, date], ...] = ()
    demanded: tuple[str, ...] = ()
    kin: tuple[UUID, ...] = ()
    confirmed: date = date.min
    suspensions: tuple[Suspension, ...] = ()
    offers: tuple[tuple[UUID, PersonId], ...] = ()
    refusals: tuple[tuple[PersonId, int], ...] = ()
    missing: tuple[str, ...] = ()
    applicant: PersonId | None = None
    applied: date = date.min
    accepted: date = date.min
    basis: str = ""
    procedure: str = ""
    decide_by: date | None = None
    decided: Deciding | None = None
    inquiry: Inquiry = Inquiry()
    notice: str = ""
    notice_until: date = date.min
    settled: Settled | None = None
    amounts: tuple[tuple[date, int], ...] = ()
    admissions: tuple[tuple[date, Admitted], ...] = ()
    illustrative: bool = False
    next_month: date | None = None
    paid: tuple[Paid, ...] = ()
    reviews: int = 0
    review_open: bool = False
    until: date | None = None
    once: int | None = None
    instalments: tuple[a.Instalment, ...] = ()
    instalments_paid: int = 0
    exited: date | None = None
    driven: frozenset[date] = frozenset()
    remedies: Remedies = NOTHING

    @property
    def running(self) -> bool:
        return self.stage in RUNNING

    def amount_in(self, month: date) -> int:
        """In fen, for the month that begins on this day."""
        return next(amount for since, amount in reversed(self.amounts) if since <= month)

    @property
    def admitted(self) -> Admitted:
        """Whom it is for by what was decided last."""
        return self.admissions[-1][1] if self.admissions else ()

    def admitted_in(self, month: date) -> Admitted:
        """Whom it is for in the month that begins on this day."""
        return next((some for since, some in reversed(self.admissions) if since <= month), ())

    def covering(self, admitted: Admitted) -> frozenset[PersonId]:
        """Whom that is, of its members."""
        return frozenset(admitted or self.members)

    def supports(self, person: PersonId) -> bool:
        """Whether it is granted, and the help is for this person too."""
        return self.stage is Stage.GRANTED and person in self.covering(self.admitted)

    @property
    def route(self) -> str:
        """By which a month is paid, unless the rule of the month says otherwise."""
        if self.settled is None or not self.settled.by_rule:
            return BY_OFFICER
        return self.settled.route

    def told(self, found: Found, township: str, local: tuple[tuple[str, str], ...], month: date) -> Told:
        """The facts for a decision about a month."""
        known = Found(None, self.stated).then(found)
        return Told(known, township, self.apart, dict(local), month_of(month), self.paid)

    @property
    def owes(self) -> frozenset[str]:
        """Steps that only some cases owe and that this one does."""
        return frozenset(self.demanded)

    def taken(self, step: str) -> date | None:
        """The day on which a step was taken last in this inquiry."""
        return next((day for name, day in reversed(self.steps) if name == step), None)

    def suspended_in(self, month: date) -> Suspension | None:
        """By which nothing is granted for the month that begins on this day."""
        return next((one for one in reversed(self.suspensions) if one.covers(month)), None)

    @property
    def inquired(self) -> Found | None:
        """The facts a decision rests on."""
        return self.inquiry.found
