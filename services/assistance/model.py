"""A case as its facts tell it. Pure: the decisions on it are in `application.py` and `entitlement.py`.

An application is accepted, surveyed, checked and assessed, then posted for seven days; an objection, or
another household than the one surveyed, sends it back to the survey. A granted case is looked at again in
reviews, which go through the same survey, check and assessment while the allowance runs on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, TypeVar
from uuid import UUID

from events import assistance as a
from events import casework as c
from events.assistance import Finding
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance.days import first_of_next_month, month_of
from services.assistance.inputs import Found, Paid, Told
from services.assistance.remedies.state import NOTHING, Remedies
from services.chassis.folding import Fold

T = TypeVar("T")
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


CASE: Fold[Case] = Fold(Case())


@CASE.on(a.Applied)
def _applied(case: Case, fact: a.Applied) -> Case:
    return Case(
        stage=Stage.APPLIED,
        id=fact.case,
        programme=fact.programme,
        household=fact.household,
        members=fact.members,
        township=fact.township,
        apart=fact.apart,
        unit=fact.unit,
        stated=fact.findings,
        applicant=fact.applicant,
        applied=fact.on,
    )


@CASE.on(a.TakenOver)
def _taken_over(case: Case, fact: a.TakenOver) -> Case:
    """Nothing was found out here: its sum stands as it was decided until its first review."""
    return Case(
        stage=Stage.GRANTED,
        id=fact.case,
        programme=fact.programme,
        household=fact.household,
        members=fact.members,
        township=fact.township,
        apart=bool(fact.admitted),
        unit=fact.unit,
        applicant=fact.addressee,
        applied=fact.since,
        accepted=fact.since,
        confirmed=fact.since,
        amounts=((fact.first_month, fact.amount_fen),),
        admissions=((fact.first_month, fact.admitted),),
        next_month=fact.first_month,
    )


@CASE.on(a.SupplementAsked)
def _supplement_asked(case: Case, fact: a.SupplementAsked) -> Case:
    return replace(case, missing=fact.missing)


@CASE.on(a.Accepted)
def _accepted(case: Case, fact: a.Accepted) -> Case:
    return replace(
        case,
        stage=Stage.ACCEPTED,
        accepted=fact.on,
        basis=fact.basis,
        procedure=fact.procedure,
        decide_by=fact.decide_by,
    )


@CASE.on(a.Surveyed)
def _surveyed(case: Case, fact: a.Surveyed) -> Case:
    # What was checked against an earlier survey is void, and so is every step taken on it.
    return replace(case, inquiry=Inquiry(survey=Found(fact.means, fact.findings)), steps=())


@CASE.on(a.Checked)
def _checked(case: Case, fact: a.Checked) -> Case:
    survey, means = case.inquiry.survey, fact.means
    if survey is not None and survey.unstable and means is not None and not means.unstable:
        means = means.model_copy(update={"unstable": True})  # a visit shows it, records need not
    return replace(case, inquiry=Inquiry(survey, Found(means, fact.findings), fact.consistent))


@CASE.on(a.StepTaken)
def _step_taken(case: Case, fact: a.StepTaken) -> Case:
    return replace(case, steps=(*case.steps, (fact.step, fact.on)))


@CASE.on(a.StepFound)
def _step_found(case: Case, fact: a.StepFound) -> Case:
    return replace(case, stated=Found(None, case.stated).then(Found(None, fact.findings)).findings)


@CASE.on(c.RegisteredApart)
def _registered_apart(case: Case, fact: c.RegisteredApart) -> Case:
    return replace(case, kin=tuple(dict.fromkeys((*case.kin, *fact.declarations))))


@CASE.on(c.StepDemanded)
def _step_demanded(case: Case, fact: c.StepDemanded) -> Case:
    return replace(case, demanded=tuple(dict.fromkeys((*case.demanded, fact.step))))


@CASE.on(a.Assessed)
def _assessed(case: Case, fact: a.Assessed) -> Case:
    local = tuple((told.name, told.value) for told in fact.inputs if told.local)
    recommendation = Recommendation(
        fact.eligible, fact.amount_fen, fact.reason, fact.route, local, fact.admitted
    )
    return replace(case, inquiry=replace(case.inquiry, recommendation=recommendation))


@CASE.on(a.NoticePosted)
def _notice_posted(case: Case, fact: a.NoticePosted) -> Case:
    return replace(case, stage=Stage.NOTICE, notice=fact.step, notice_until=fact.until)


@CASE.on(a.ObjectionLodged)
def _objection_lodged(case: Case, fact: a.ObjectionLodged) -> Case:
    return replace(case, stage=Stage.ACCEPTED, inquiry=Inquiry(), steps=())


@CASE.on(a.NoticeEnded)
def _notice_ended(case: Case, fact: a.NoticeEnded) -> Case:
    return replace(case, stage=Stage.NOTICE_ENDED, steps=(*case.steps, (fact.step, fact.on)))


@CASE.on(a.HouseholdChanged)
def _household_changed(case: Case, fact: a.HouseholdChanged) -> Case:
    back = case.stage in (Stage.NOTICE, Stage.NOTICE_ENDED)
    admissions = case.admissions
    if fact.admitted != case.admitted:
        admissions = _from(case.admissions, first_of_next_month(fact.since), fact.admitted)
    return replace(
        case,
        stage=Stage.ACCEPTED if back else case.stage,
        members=fact.members,
        admissions=admissions,
        township=fact.township or case.township,
        inquiry=Inquiry(),  # of another household than the one surveyed
        steps=(),
    )


@CASE.on(a.SubsidyGranted)
def _granted(case: Case, fact: a.SubsidyGranted) -> Case:
    # Of a decision that takes the place of another, what counted before its day counts still.
    amounts, admissions = (case.amounts, case.admissions) if fact.replaces else ((), ())
    return replace(
        _by_officer(
            _settle(case, by_rule=fact.departs is None),
            fact.replaces is not None and fact.departs is not None,
        ),
        stage=Stage.GRANTED,
        decided=fact,
        confirmed=fact.confirmed,
        amounts=_from(amounts, fact.since, fact.amount_fen),
        admissions=_from(admissions, fact.since, fact.admitted),
        illustrative=fact.grounds.illustrative,
        next_month=(fact.next_month or fact.since) if fact.period == "month" else None,
        until=fact.until,
        exited=None,
        once=fact.amount_fen if fact.period == "once" and fact.amount_fen else None,
        remedies=replace(case.remedies, remaking=None),
    )


@CASE.on(a.InstalmentsPlanned)
def _instalments_planned(case: Case, fact: a.InstalmentsPlanned) -> Case:
    return replace(case, instalments=fact.instalments)


@CASE.on(a.InstalmentGranted)
def _instalment_granted(case: Case, fact: a.InstalmentGranted) -> Case:
    return replace(case, instalments_paid=fact.number)


@CASE.on(a.Declined)
def _declined(case: Case, fact: a.Declined) -> Case:
    remedies = replace(case.remedies, remaking=None)
    return replace(case, stage=Stage.DECLINED, decided=fact, remedies=remedies)


@CASE.on(a.Withdrawn)
def _withdrawn(case: Case, fact: a.Withdrawn) -> Case:
    return replace(case, stage=Stage.WITHDRAWN)


@CASE.on(a.MonthGranted)
def _month_granted(case: Case, fact: a.MonthGranted) -> Case:
    settled = case.settled
    if settled is not None and settled.by_rule and settled.route != fact.route:
        settled = replace(settled, route=fact.route, heard=False)  # what the family was heard about is past
    return replace(
        case,
        next_month=first_of_next_month(date.fromisoformat(f"{fact.month}-01")),
        paid=(*case.paid, Paid(fact.month, fact.amount_fen, fact.route)),
        settled=settled,
    )


@CASE.on(c.MonthWithheld)
def _month_withheld(case: Case, fact: c.MonthWithheld) -> Case:
    return replace(
        case,
        next_month=first_of_next_month(date.fromisoformat(f"{fact.month}-01")),
        remedies=replace(case.remedies, withheld=(*case.remedies.withheld, fact.month)),
    )


@CASE.on(c.Suspended)
def _suspended(case: Case, fact: c.Suspended) -> Case:
    suspension = Suspension(fact.reason, fact.since, fact.until)
    return replace(case, suspensions=(*case.suspensions, suspension))


@CASE.on(c.Resumed)
def _resumed(case: Case, fact: c.Resumed) -> Case:
    *before, last = case.suspensions
    kept = () if last.since >= fact.since else (replace(last, until=fact.since - timedelta(days=1)),)
    return replace(case, suspensions=(*before, *kept))


@CASE.on(c.WorkOffered)
def _work_offered(case: Case, fact: c.WorkOffered) -> Case:
    return replace(case, offers=(*case.offers, (fact.offer, fact.person)))


@CASE.on(c.WorkAnswered)
def _work_answered(case: Case, fact: c.WorkAnswered) -> Case:
    others = tuple(one for one in case.refusals if one[0] != fact.person)
    refusals = (*others, (fact.person, fact.running)) if fact.running else others
    offers = tuple(one for one in case.offers if one[0] != fact.offer)
    return replace(case, offers=offers, refusals=refusals)


@CASE.on(a.ReviewOpened)
def _review_opened(case: Case, fact: a.ReviewOpened) -> Case:
    return replace(case, reviews=fact.number, review_open=True, inquiry=Inquiry())


@CASE.on(a.Reviewed)
def _reviewed(case: Case, fact: a.Reviewed) -> Case:
    by_rule = fact.outcome != "unchanged" or fact.departs is None
    before = case.settled is not None and case.settled.route == "taper" and case.settled.heard
    return replace(
        _settle(case, by_rule=by_rule, heard=before or fact.heard is not None),
        review_open=False,
        remedies=replace(case.remedies, remaking=None),
    )


@CASE.on(a.Adjusted)
def _adjusted(case: Case, fact: a.Adjusted) -> Case:
    standing = {since for since, _ in case.amounts} - case.driven if fact.replaces is not None else set()
    later = {since for since in standing if since > fact.since}  # decided for that day by itself
    driven = case.driven - {fact.since} | ({fact.since} if fact.reason in DRIVEN else set())
    settled = case.settled and replace(case.settled, found=case.settled.found.of_members(fact.members))
    return replace(
        _by_officer(replace(case, settled=settled), fact.reason == REMEDY and not later),
        decided=fact,
        amounts=_from(case.amounts, fact.since, fact.amount_fen, later),
        admissions=_from(case.admissions, fact.since, fact.admitted, later),
        illustrative=fact.grounds.illustrative,
        driven=driven,
    )


@CASE.on(a.Exited)
def _exited(case: Case, fact: a.Exited) -> Case:
    return replace(
        case, stage=Stage.EXITED, decided=fact, exited=fact.since, next_month=None, review_open=False
    )


def _from(
    steps: tuple[tuple[date, T], ...], since: date, what: T, later: Collection[date] = ()
) -> tuple[tuple[date, T], ...]:
    """`what` counts from a day on, what counted before until then; of what was to begin behind it only `later` stays."""
    before = tuple(step for step in steps if step[0] < since)
    return (*before, (since, what), *(step for step in steps if step[0] in later))


def _settle(case: Case, *, by_rule: bool, heard: bool = False) -> Case:
    """What was found out now stands behind the allowance; the next review begins with nothing."""
    found, advice = case.inquired, case.inquiry.recommendation
    if found is None or advice is None:
        return replace(case, inquiry=Inquiry())
    settled = Settled(found, case.township, advice.local, advice.route, by_rule, heard)
    return replace(case, settled=settled, inquiry=Inquiry())


def _by_officer(case: Case, fixed: bool) -> Case:
    """A sum that somebody fixed stands; no month's rule moves it before the next review."""
    if not fixed or case.settled is None:
        return case
    return replace(case, settled=replace(case.settled, by_rule=False))
