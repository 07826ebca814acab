"""A dibao case as its facts tell it. Pure: the decisions on it are in `application.py` and `entitlement.py`.

An application is accepted, surveyed, checked and assessed, then posted for seven days; an objection, or
another household than the one surveyed, sends it back to the survey. A granted case is looked at again in
reviews, which go through the same survey, check and assessment while the allowance runs on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from events import assistance as a
from events.assistance import Means
from events.ids import CaseId, HouseholdId, PersonId
from services.chassis.folding import Fold
from services.living.days import first_of_next_month, month_of
from services.living.inputs import REGISTERED_POOR, Paid, Told

PROGRAMME = "dibao"
BY_OFFICER = "officer"
"""The route of months whose sum an officer fixed."""


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


BEFORE_DECISION = frozenset({Stage.APPLIED, Stage.ACCEPTED, Stage.NOTICE, Stage.NOTICE_ENDED})
RUNNING = BEFORE_DECISION | {Stage.GRANTED}


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the rule made of the facts; `poor`: it was told that the household is registered poor."""

    eligible: bool
    amount_fen: int
    reason: str
    route: str
    poor: bool


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is being found out now, for the application or for a review."""

    survey: Means | None = None
    check: Means | None = None
    consistent: bool = False
    recommendation: Recommendation | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What the running allowance was worked out from; the rule of each month is applied to the same.

    `by_rule`: nobody has fixed another sum. `heard`: the family was, in the review that settled it.
    """

    means: Means
    township: str
    poor: bool
    route: str
    by_rule: bool
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """`amounts`: from which day how much a month. `next_month`: first day of the month to be granted next.
    `paid`: the months granted, oldest first."""

    stage: Stage = Stage.NONE
    id: CaseId | None = None
    household: HouseholdId | None = None
    members: tuple[PersonId, ...] = ()
    township: str = ""
    apart: bool = False
    applied: date = date.min
    accepted: date = date.min
    basis: str = ""
    inquiry: Inquiry = Inquiry()
    notice_until: date = date.min
    settled: Settled | None = None
    amounts: tuple[tuple[date, int], ...] = ()
    illustrative: bool = False
    next_month: date | None = None
    paid: tuple[Paid, ...] = ()
    reviews: int = 0
    review_open: bool = False
    exited: date | None = None

    @property
    def running(self) -> bool:
        return self.stage in RUNNING

    def amount_in(self, month: date) -> int:
        """In fen, for the month that begins on this day."""
        return next(amount for since, amount in reversed(self.amounts) if since <= month)

    @property
    def route(self) -> str:
        """By which a month is paid, unless the rule of the month says otherwise."""
        if self.settled is None or not self.settled.by_rule:
            return BY_OFFICER
        return self.settled.route

    def told(self, means: Means, township: str, poor: bool, month: date) -> Told:
        """The facts for a decision about a month."""
        return Told(means, township, self.apart, poor, month_of(month), self.paid)

    @property
    def inquired(self) -> Means | None:
        """The facts a decision rests on: the check, which came after the survey and agreed with it."""
        return self.inquiry.check


CASE: Fold[Case] = Fold(Case())


@CASE.on(a.Applied)
def _applied(case: Case, fact: a.Applied) -> Case:
    return Case(
        stage=Stage.APPLIED,
        id=fact.case,
        household=fact.household,
        members=fact.members,
        township=fact.township,
        apart=fact.apart,
        applied=fact.on,
    )


@CASE.on(a.Accepted)
def _accepted(case: Case, fact: a.Accepted) -> Case:
    return replace(case, stage=Stage.ACCEPTED, accepted=fact.on, basis=fact.basis)


@CASE.on(a.Surveyed)
def _surveyed(case: Case, fact: a.Surveyed) -> Case:
    return replace(
        case, inquiry=Inquiry(survey=fact.means)
    )  # what was checked against an earlier survey is void


@CASE.on(a.Checked)
def _checked(case: Case, fact: a.Checked) -> Case:
    survey, means = case.inquiry.survey, fact.means
    if survey is not None and survey.unstable and not means.unstable:
        means = means.model_copy(update={"unstable": True})  # a visit shows it, records need not
    return replace(case, inquiry=Inquiry(survey, means, fact.consistent))


@CASE.on(a.Assessed)
def _assessed(case: Case, fact: a.Assessed) -> Case:
    poor = any(told.name == REGISTERED_POOR and told.value == "true" for told in fact.inputs)
    recommendation = Recommendation(fact.eligible, fact.amount_fen, fact.reason, fact.route, poor)
    return replace(case, inquiry=replace(case.inquiry, recommendation=recommendation))


@CASE.on(a.NoticePosted)
def _notice_posted(case: Case, fact: a.NoticePosted) -> Case:
    return replace(case, stage=Stage.NOTICE, notice_until=fact.until)


@CASE.on(a.ObjectionLodged)
def _objection_lodged(case: Case, fact: a.ObjectionLodged) -> Case:
    return replace(case, stage=Stage.ACCEPTED, inquiry=Inquiry())


@CASE.on(a.NoticeEnded)
def _notice_ended(case: Case, fact: a.NoticeEnded) -> Case:
    return replace(case, stage=Stage.NOTICE_ENDED)


@CASE.on(a.HouseholdChanged)
def _household_changed(case: Case, fact: a.HouseholdChanged) -> Case:
    back = case.stage in (Stage.NOTICE, Stage.NOTICE_ENDED)
    return replace(
        case,
        stage=Stage.ACCEPTED if back else case.stage,
        members=fact.members,
        township=fact.township or case.township,
        inquiry=Inquiry(),  # of another household than the one surveyed
    )


@CASE.on(a.SubsidyGranted)
def _granted(case: Case, fact: a.SubsidyGranted) -> Case:
    return replace(
        _settle(case, by_rule=fact.departs is None),
        stage=Stage.GRANTED,
        amounts=((fact.since, fact.amount_fen),),
        illustrative=fact.grounds.illustrative,
        next_month=fact.since,
    )


@CASE.on(a.Declined)
def _declined(case: Case, fact: a.Declined) -> Case:
    return replace(case, stage=Stage.DECLINED)


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


@CASE.on(a.ReviewOpened)
def _review_opened(case: Case, fact: a.ReviewOpened) -> Case:
    return replace(case, reviews=fact.number, review_open=True, inquiry=Inquiry())


@CASE.on(a.Reviewed)
def _reviewed(case: Case, fact: a.Reviewed) -> Case:
    by_rule = fact.outcome != "unchanged" or fact.departs is None
    before = case.settled is not None and case.settled.route == "taper" and case.settled.heard
    return replace(_settle(case, by_rule=by_rule, heard=before or fact.heard is not None), review_open=False)


@CASE.on(a.Adjusted)
def _adjusted(case: Case, fact: a.Adjusted) -> Case:
    earlier = tuple(step for step in case.amounts if step[0] < fact.since)
    return replace(
        case,
        amounts=(*earlier, (fact.since, fact.amount_fen)),
        illustrative=fact.grounds.illustrative,
        settled=case.settled and replace(case.settled, means=of_members(case.settled.means, fact.members)),
    )


@CASE.on(a.Exited)
def _exited(case: Case, fact: a.Exited) -> Case:
    return replace(case, stage=Stage.EXITED, exited=fact.since, next_month=None, review_open=False)


def _settle(case: Case, *, by_rule: bool, heard: bool = False) -> Case:
    """What was found out now stands behind the allowance; the next review begins with nothing."""
    means, advice = case.inquired, case.inquiry.recommendation
    if means is None or advice is None:
        return replace(case, inquiry=Inquiry())
    settled = Settled(means, case.township, advice.poor, advice.route, by_rule, heard)
    return replace(case, settled=settled, inquiry=Inquiry())


def of_members(means: Means, members: tuple[PersonId, ...]) -> Means:
    """What was found of these alone; what the family has together stays."""
    if len(means.members) == len(members):
        return means
    return means.model_copy(update={"members": tuple(one for one in means.members if one.person in members)})
